import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { desktop, openPos } from "./browser.ts";
import { Link, Peer, root, Server } from "./server.ts";

// A page of the bar over a real server with one of plugins/example.

export interface Bar {
  server: Server;
  link: Link;
  context: BrowserContext;
  page: Page;
  peer: Peer;
}

/** Enabled is an example, its settings and more of its entry as YAML, and its folder if it isn't where it was written. */
export interface Enabled {
  name: string;
  settings?: string;
  more?: string;
  folder?: string;
}

/** What a bar begins with: an example, others behind it, more of the server's config, and the device's clock. */
export interface Example extends Enabled {
  also?: Enabled[];
  config?: string;
  clock?: string;
}

/** unhurried: on a busy machine a hook that is late would flag an order, which isn't what these tests are about. */
const unhurried = "timeout: 5s";

const entry = ({ name, settings, more = "", folder = join(root, "plugins/example", name) }: Enabled) =>
  `{path: ${JSON.stringify(folder)}, ${more.includes("timeout:") ? "" : `${unhurried}, `}${settings ? `config: ${settings}, ` : ""}${more}}`;

/** exampleBar lets work be done; no page throws meanwhile, and nothing is refused. */
export async function exampleBar(browser: Browser, example: Example, work: (bar: Bar) => Promise<void>): Promise<void> {
  const all = [example, ...(example.also ?? [])].map(entry).join(", ");
  const server = await Server.start({ config: `${example.config ?? ""}extensions: [${all}]` }),
    link = await Link.to(server),
    context = await browser.newContext({ viewport: desktop });
  const errors: string[] = [];
  context.on("weberror", (e) => errors.push(String(e.error())));
  try {
    if (example.clock) await context.clock.setSystemTime(example.clock);
    const peer = await Peer.open(server),
      page = await openPos(context, server, "bar", link);
    await running(page);
    await work({ server, link, context, page, peer });
    assert.deepEqual(errors, []);
    assert.deepEqual((await server.admin<{ rejections: unknown[] }>("GET", "/v1/admin/rejections")).rejections, []);
  } finally {
    await context.close();
    await link.cut();
    await server.close();
  }
}

/** running waits until the extension's worker is there. */
export const running = (page: Page) => page.locator('iframe[title="Extensions"]').waitFor({ state: "attached" });

export const canStartAlone = (page: Page) =>
  page.waitForFunction(
    async () =>
      !!navigator.serviceWorker.controller &&
      !!(await caches.match("/pos.js")) &&
      !!(await caches.match("/v1/extensions.js")),
  );

/** seen notes every total that is drawn. */
export const seen = (page: Page) =>
  page.evaluate(`globalThis.totals = [];
    (function draw() {
      const now = document.querySelector(".total-sum")?.textContent ?? "";
      if (now !== totals.at(-1)) totals.push(now);
      requestAnimationFrame(draw);
    })()`);
export const totals = (page: Page) => page.evaluate(() => (globalThis as { totals?: string[] }).totals!);
