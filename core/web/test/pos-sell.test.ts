import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { desktop, eventually, key, launch, openPos, row, shows, tablet, tapped, tile, total } from "./browser.ts";
import { byHand } from "./keys.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("one tap adds, three taps pay cash; who is at the till is who did it", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await tapped(page, "Cashier Bar");
    await tapped(page, "Ana");
    await tile(page, "Coffee").click();
    await tile(page, "Coffee").click();
    await row(page, "Coffee").getByText("added by Bar (Ana)", { exact: true }).waitFor();
    await row(page, "Coffee").locator(".line-qty", { hasText: "2" }).waitFor();
    await tapped(page, "Pay");
    await tapped(page, "Cash");
    await tapped(page, "Validate");
    await shows(page, ".done", "Order 1 is paid");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("paid"))[0]?.payments.map((p) => [p.method, p.amount]),
        [["cash", 5]],
      ),
    );
    assert.equal(await page.locator(".tab").filter({ hasText: "5.00" }).count(), 0);

    // Cash with change: what is recorded is what stays in the drawer.
    await tile(page, "Espresso").click();
    await page.keyboard.press("3");
    await page.keyboard.press("Enter");
    await page.locator(".pay").waitFor();
    await page.keyboard.press("Enter");
    for (const k of "10") await page.keyboard.press(k);
    await shows(page, ".pay-result", "3.40");
    await page.keyboard.press("Enter");
    await shows(page, ".done-change", "3.40");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("paid")).find((o) => o.number === 2)?.payments.map((p) => p.amount),
        [6.6],
      ),
    );
  } finally {
    await context.close();
    await server.close();
  }
});

test("numpad, discount, price, backspace, move, cancel, and a search by keyboard", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await byHand(page, "/chee\n");
    await row(page, "Cheese toast").waitFor();
    await page.keyboard.press("Escape");
    for (const name of ["1", "2"]) await key(page, name).click();
    await total(page).getByText("55.20").waitFor();
    await key(page, "Backspace").click();
    await total(page).getByText("4.60").waitFor();
    await key(page, "Disc").click();
    for (const name of ["3", "3", ".", "5"]) await key(page, name).click();
    await total(page).getByText("3.06", { exact: true }).waitFor();
    await key(page, "Price").click();
    for (const name of ["9", ".", "9", "9"]) await key(page, name).click();
    await total(page).getByText("6.64").waitFor();
    await key(page, "Qty").click();
    await key(page, "Plus or minus").click();
    await total(page).getByText("−6.64").waitFor();
    await tile(page, "Tea").click();
    await key(page, "Disc").click();
    await tapped(page, "Move");
    await page.getByLabel("1 × Tea").check();
    await tapped(page, "A new order");
    await row(page, "Tea").waitFor();
    // Another order's numpad begins with quantities.
    await page.locator(".pad [aria-pressed=true]", { hasText: "Qty" }).waitFor();
    await eventually(async () => {
      const open = (await peer.orders("open")).sort((a, b) => a.number - b.number);
      assert.deepEqual(
        open.map((o) => o.lines.map((l) => l.fields.description)),
        [["Cheese toast"], ["Tea"]],
      );
    });
    await tapped(page, "Cancel");
    await tapped(page, "Cancel the order");
    await eventually(async () => assert.equal((await peer.orders("cancelled")).length, 1));
    // An item that no catalogue has.
    await tapped(page, "Other item");
    await page.locator("#free-name").fill("Gift wrap");
    await page.locator("#free-price").fill("1,50");
    await tapped(page, "Add");
    await row(page, "Gift wrap").getByText("1.50 each").waitFor();
  } finally {
    await context.close();
    await server.close();
  }
});
