// A backup was restored while this page held what the backup lacks.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { connected, desktop, launch, openPos, row, shows, tapped, tile } from "./browser.ts";
import { binary, Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** noCoffee refuses orders with a coffee on them. */
const noCoffee = `var parent = models.Order.prototype;
models.Order = models.Order.extend({
  apply_ms_data: function (data) {
    parent.apply_ms_data.call(this, data);
    var coffee = this.get_orderlines().some(function (l) { return String(l.get_product().id) === "11"; });
    if (coffee) throw new Reject("no coffee any more");
  },
});`;

class Restored {
  private constructor(
    private readonly server: Server,
    readonly page: Page,
  ) {}
  static async at(work: (r: Restored, server: Server) => Promise<void>): Promise<void> {
    const server = await Server.start(),
      context = await browser.newContext({ viewport: desktop });
    try {
      const page = await openPos(context, server, "bar");
      await connected(page);
      const r = new Restored(server, page);
      r.manytill("backup", "--to", r.copy);
      await work(r, server);
    } finally {
      await context.close();
      await server.close();
    }
  }
  private get copy() {
    return join(this.server.dir, "copy.db");
  }
  private manytill(...args: string[]): void {
    execFileSync(binary(), [args[0]!, "--config", join(this.server.dir, "config.yaml"), ...args.slice(1)]);
  }
  /** restore goes back to the backup, with other extensions. */
  async restore(extensions: string[] = []): Promise<void> {
    await this.server.kill("SIGTERM");
    this.manytill("restore", "--from", this.copy, "--force");
    this.server.configure(extensions);
    await this.server.run();
  }
}

test("an order that the server refuses now is told with all that was tapped on it, and the till sells on", () =>
  Restored.at(async (r, server) => {
    const { page } = r;
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await tile(page, "Tea").click();
    await row(page, "Tea").waitFor();
    await tile(page, "Croissant").click();
    await row(page, "Croissant").waitFor();
    await connected(page);
    const dir = join(server.dir, "shut");
    mkdirSync(dir);
    writeFileSync(join(dir, "shut.js"), noCoffee);
    writeFileSync(join(dir, "extension.yaml"), "name: shut\nversion: 1.0.0\njs: shut.js\ncan_reject: true\n");
    await r.restore([dir]);
    await shows(page, ".banner", "was refused by shut: no coffee any more");
    await shows(
      page,
      ".banner",
      /Tea.*Croissant.* in order 1 wasn't stored: the server doesn't have that order or line/,
    );
    assert.equal(await page.locator(".banner").count(), 2);
    await tapped(page, "New order");
    await tile(page, "Espresso").click(); // not where the last tap was: there a second one is none
    await shows(page, ".order-head", "Order 1");
    await connected(page);
  }));

test("a tap on another till's order waits for it, and the page says so", () =>
  Restored.at(async (r, server) => {
    const { page } = r,
      peer = await Peer.open(server);
    await peer.push([
      { op: "order.create", order: "o1" },
      {
        op: "line.add",
        order: "o1",
        line: "l1",
        set: { product_id: "20", description: "Tea", qty: 1, price_unit: 2.3 },
      },
    ]);
    await page.locator(".tab", { hasText: "2.30" }).click();
    await row(page, "Tea").waitFor();
    await tile(page, "Coffee").click();
    await row(page, "Coffee").waitFor();
    await connected(page);
    await page.clock.install();
    await r.restore();
    await page.locator('.link[title*="1 tap waiting until another till brings the order back"]').waitFor();
    await page.clock.fastForward(4000);
    assert.match((await page.locator(".link").textContent())!, /Connected/);
  }));
