import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { connected, desktop, launch, settled, shows, tapped, tile } from "./browser.ts";
import { binary } from "./server.ts";

// The path of somebody who has never written an extension: new, one line edited, check, test, dev, and what is typed at
// one till of the demo is read at the other, also after the next save.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const run = (...args: string[]) => execFileSync(binary(), ["extension", ...args], { encoding: "utf8" });

/** Dev is `extension dev`, and what it printed. */
class Dev {
  #text = "";
  #waiting: (() => void)[] = [];
  readonly #process;
  readonly #ended: Promise<unknown>;
  constructor(folder: string) {
    this.#process = spawn(binary(), ["extension", "dev", folder, "--listen", "127.0.0.1:0"]);
    this.#ended = new Promise((done) => this.#process.on("exit", done));
    for (const out of [this.#process.stdout, this.#process.stderr])
      out.on("data", (d: Buffer) => {
        this.#text += d;
        for (const look of this.#waiting) look();
      });
  }
  /** prints waits for a pattern behind what was waited for before. */
  prints(pattern: RegExp): Promise<string> {
    return new Promise((found, failed) => {
      const late = setTimeout(
        () => failed(new Error(`dev should print ${pattern}; it printed:\n${this.#text}`)),
        30_000,
      );
      const look = () => {
        const at = pattern.exec(this.#text);
        if (!at) return;
        clearTimeout(late);
        this.#text = this.#text.slice(at.index + at[0].length);
        this.#waiting = [];
        found(at[1] ?? at[0]);
      };
      this.#waiting.push(look);
      look();
    });
  }
  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#ended;
  }
}

async function types(page: Page, text: string): Promise<void> {
  await tapped(page, "Order");
  const field = page.getByLabel("Note");
  await field.fill(text);
  await tapped(page, "Save");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await settled(page);
}

test("a newcomer's first field is on both pages of the demo", { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), "manytill-newcomer-")),
    folder = join(dir, "gift-wrap"),
    file = join(folder, "gift-wrap.js");
  try {
    run("new", "gift-wrap", "--js", "--dir", dir);
    const text = readFileSync(file, "utf8");
    const edited = text.replace("value.trim()", "value.trim().toUpperCase()");
    assert.notEqual(edited, text);
    writeFileSync(file, edited);
    assert.match(run("check", folder), /nothing was found/);
    assert.throws(() => run("test", folder), "the case in testdata expects what the line did before");
    run("test", folder, "--update");
    run("test", folder);

    const dev = new Dev(folder);
    const context = await browser.newContext({ viewport: desktop });
    const errors: string[] = [];
    context.on("weberror", (e) => errors.push(String(e.error())));
    try {
      const url = await dev.prints(/Two tills with your extension: {2}(\S+)\/\n/);
      await dev.prints(/is loaded, /);
      const demo = (await (await fetch(`${url}/demo.json`)).json()) as { pos: { token: string }[] };
      const pages: Page[] = [];
      for (const pos of demo.pos) {
        const page = await (await browser.newContext({ viewport: desktop })).newPage();
        page.setDefaultTimeout(10_000);
        await page.goto(`${url}/pos#token=${pos.token}`);
        await connected(page);
        pages.push(page);
      }
      const [bar, door] = pages as [Page, Page];
      await tile(bar, "Coffee").click();
      await settled(bar);
      await types(bar, "red ribbon");
      await door.locator(".tab", { hasText: "2.50" }).click();
      for (const page of pages) await shows(page, ".order-fields", "RED RIBBON");
      await dev.prints(/gift_wrap_note: "red ribbon" → "RED RIBBON"/);

      writeFileSync(file, edited.replace("toUpperCase()", 'replace("ribbon", "bow")'));
      await dev.prints(/is loaded, /);
      await types(door, "blue ribbon");
      for (const page of pages) await shows(page, ".order-fields", "blue bow");
      assert.deepEqual(errors, []);
      for (const page of pages) await page.context().close();
    } finally {
      await context.close();
      await dev.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
