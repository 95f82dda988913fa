import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import type { Link, Server } from "./server.ts";

export const desktop = { width: 1440, height: 900 },
  tablet = { width: 1024, height: 768 },
  portrait = { width: 768, height: 1024 };

/** Without the browser's own windows a page costs a third. */
export const executable = process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell";
export const flags = [
  "--no-sandbox",
  "--host-resolver-rules=MAP till.test 127.0.0.1",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * launch starts Chromium; close it when the tests have ended. If it ends before, every test that waits for a page would
 * wait for its time limit: so the whole file fails at once, with what Chromium printed last.
 */
export async function launch(): Promise<Browser> {
  const dir = mkdtempSync(join(tmpdir(), "manytill-chromium-")),
    said = join(dir, "stderr"),
    wrapper = join(dir, "chromium");
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(wrapper, `#!/bin/sh\nexec "${executable}" "$@" 2>"${said}"\n`, { mode: 0o700 });
  const browser = await chromium.launch({ executablePath: wrapper, args: flags });
  const close = browser.close.bind(browser);
  let closing = false;
  browser.close = (options) => {
    closing = true;
    return close(options);
  };
  browser.on("disconnected", () => {
    if (closing) return;
    console.error(
      `Chromium ended while tests were running. It printed last:\n${readFileSync(said, "utf8").slice(-4000)}`,
    );
    process.exit(1);
  });
  return browser;
}

/**
 * runFirst runs a function in each page before the page's own scripts. It is one script with what tsx puts around named
 * functions: in which order several run isn't said.
 */
export const runFirst = (where: BrowserContext | Page, f: () => void) =>
  where.addInitScript(`globalThis.__name = (f) => f; (${f})()`);

/** openPos pairs a page with a POS and waits until it has synced. */
export async function openPos(
  context: BrowserContext,
  server: Server,
  pos: string,
  link?: Pick<Link, "url">,
): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(`${(link ?? server).url}/pos#token=${server.tokens[pos]}`);
  await connected(page);
  return page;
}

/** canStartAlone waits until the page would start without its server. */
export const canStartAlone = (page: Page) =>
  page.waitForFunction(async () => !!navigator.serviceWorker.controller && !!(await caches.match("/pos.js")));
export const connected = (page: Page) => page.locator(".link", { hasText: "Connected" }).waitFor();
export const tile = (page: Page, name: string) =>
  page.locator(".tile").filter({ has: page.getByText(name, { exact: true }) });
export const row = (page: Page, name: string) => page.locator(".line", { hasText: name });
export const key = (page: Page, name: string) => page.locator(".pad").getByRole("button", { name, exact: true });
export const tapped = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
export const total = (page: Page) => page.locator(".total-sum");
/** shows waits until a place says so. */
export const shows = (page: Page, css: string, text: string | RegExp) =>
  page.locator(css).filter({ hasText: text }).first().waitFor();

/** settled waits until the page shows nothing that isn't sent. What was tapped must be on it already. */
export const settled = async (page: Page) => {
  await connected(page);
  await page.waitForFunction(() => !document.querySelector(".line-by .icon"));
};
/** eventually repeats what asks the server until it holds, for 8 s unless said otherwise. */
export async function eventually<T>(work: () => Promise<T>, patience = 8000): Promise<T> {
  for (const until = Date.now() + patience; ; ) {
    try {
      return await work();
    } catch (e) {
      if (Date.now() > until) throw e;
      await new Promise((r) => setTimeout(r, 25));
    }
  }
}
