import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { desktop, eventually, key, launch, openPos, row, shows, tapped, tile } from "./browser.ts";
import { OldTill } from "./old-till.ts";
import { Peer, Server } from "./server.ts";

const secret = "secret-of-old-tills";
const folder = mkdtempSync(join(tmpdir(), "manytill-old-"));
let browser: Browser;
before(async () => {
  writeFileSync(join(folder, "secret"), secret);
  browser = await launch();
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

declare const old: OldTill; // in the old till's page

/** quantities are what the old till shows. */
const quantities = (page: Page) =>
  page.evaluate(() =>
    old.orders.map((o) => `${o.number}: ${o.lines.map((l) => `${l.product_id} × ${l.qty}`).join(", ")}`),
  );

test("an old till and a POS page: an order made at one is seen, edited and paid at the other, both ways", async () => {
  const server = await Server.start({
      config: `old_wire: {path: /old, secret_file: ${JSON.stringify(join(folder, "secret"))}}`,
    }),
    context = await browser.newContext({ viewport: desktop });
  try {
    await server.admin("POST", "/v1/admin/pos", { id: "shop:3", name: "Old till" });
    const { multi_sessions } = await server.admin<{ multi_sessions: { id: string }[] }>(
      "GET",
      "/v1/admin/multi-sessions",
    );
    await server.admin("PATCH", `/v1/admin/multi-sessions/${multi_sessions[0]!.id}`, {
      pos: ["bar", "till-1", "shop:3"],
    });
    const pos = await openPos(context, server, "bar"),
      peer = await Peer.open(server),
      oldPage = await context.newPage();
    await oldPage.evaluate("globalThis.__name = (f) => f"); // what tsx puts around functions
    await oldPage.evaluate(`globalThis.OldTill = ${OldTill.toString()}`);
    await oldPage.evaluate(
      `globalThis.old = new OldTill(${JSON.stringify(`${server.url}/old/${secret}`)}, "shop", 3, 41); globalThis.started = old.start()`,
    );

    // Made at the old till; seen, edited and paid at the page.
    await oldPage.evaluate(() => old.add(old.make(), 11, 2.5));
    await pos.bringToFront();
    await pos.locator(".tab", { hasText: "1" }).first().click();
    await shows(pos, ".order-head", "Order 1");
    await row(pos, "Coffee").getByText("added by Old till (Ana)", { exact: true }).waitFor();
    await row(pos, "Coffee").click();
    await key(pos, "3").click();
    await eventually(async () => assert.deepEqual(await quantities(oldPage), ["1: 11 × 3"]));
    await tapped(pos, "Pay");
    await tapped(pos, "Cash");
    await tapped(pos, "Validate");
    await eventually(async () => assert.deepEqual(await quantities(oldPage), []));

    // Made at the page; seen, edited and paid at the old till.
    await tile(pos, "Tea").click();
    await eventually(async () => assert.deepEqual(await quantities(oldPage), ["2: 20 × 1"]));
    await oldPage.evaluate(() => {
      old.orders[0]!.lines[0]!.qty = 2;
      return old.send(old.orders[0]!);
    });
    await row(pos, "Tea").locator(".line-qty", { hasText: "2" }).waitFor();
    await row(pos, "Tea")
      .getByText(/changed by Old till/)
      .waitFor();
    await oldPage.evaluate(() => old.pay(old.orders[0]!, 4.6));
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("paid")).map((o) => [o.number, o.payments.map((p) => p.amount)]),
        [
          [1, [7.5]],
          [2, [4.6]],
        ],
      ),
    );
    await eventually(async () => assert.equal(await pos.locator(".tab").filter({ hasText: "4.60" }).count(), 0));
    assert.equal(await oldPage.evaluate(() => old.warned), 0);
    assert.ok(!server.log.includes(secret));
  } finally {
    await context.close();
    await server.close();
  }
});
