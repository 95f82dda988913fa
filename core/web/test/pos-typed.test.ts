import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { desktop, eventually, key, launch, openPos, row, shows, tapped, tile, total } from "./browser.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("prices are asked about, not guessed; 150 % leaves what was; the next line's digits are quantities", async () => {
  const server = await Server.start({ extensions: ["plugins/example/absolute-discount"] }),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar");
    const typePrice = async (price: string) => {
      await tapped(page, "Other item");
      await page.locator("#free-name").fill(`Item at ${price}`);
      await page.locator("#free-price").fill(price);
      await tapped(page, "Add");
    };
    await typePrice("1,234");
    await shows(page, "dialog", "can be read in two ways");
    await tapped(page, "1\u2009234.00");
    await row(page, "Item at 1,234").getByText("1\u2009234.00 each").waitFor();
    await typePrice("0x10");
    await shows(page, "dialog .start-wrong", "“0x10” is no number");
    await page.locator("#free-price").fill("١٢٫٥٠");
    await tapped(page, "Add");
    await row(page, "Item at 0x10").getByText("12.50 each").waitFor();

    await tile(page, "Coffee").click();
    await key(page, "Disc").click();
    for (const k of "20") await key(page, k).click();
    await total(page).getByText("1\u2009248.50").waitFor();
    await key(page, "Disc").click(); // typed anew
    for (const k of "150") await key(page, k).click();
    await shows(page, ".banner", "A discount is between 0 and 100 %. It is 20 % as before.");
    await row(page, "Coffee").getByText("−20 %").waitFor();
    await tile(page, "Tea").click();
    await row(page, "Coffee").click();
    await key(page, "Price").click();
    await row(page, "Tea").click();
    await key(page, "3").click();
    await row(page, "Tea").locator(".line-qty", { hasText: "3" }).waitFor();
    await total(page).getByText("1\u2009255.40").waitFor();
  } finally {
    await context.close();
    await server.close();
  }
});

test("money goes back by name: a refund, an order that was emptied, and one that is cancelled", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await tile(page, "Coffee").click();
    await key(page, "Plus or minus").click();
    await tapped(page, "Give back");
    await tapped(page, "Cash");
    await shows(page, ".pay-result", "Given back2.50");
    await tapped(page, "Validate");
    await shows(page, ".done-change", "Given back2.50");

    // Another till took a part of it, then its only line went.
    const made = (id: string, ...payments: object[]) => [
      [
        { op: "order.create", order: id, set: {} },
        { op: "line.add", order: id, line: "l1", set: { product_id: 11, qty: 4, price_unit: 2.5 } },
      ],
      payments.map((payment) => ({ op: "order.pay", order: id, payment })),
    ];
    await peer.push(
      ...made("emptied", { id: "p1", method: "cash", amount: 4 }),
      ...made("dropped", { id: "p2", method: "cash", amount: 6 }, { id: "p3", method: "card", amount: 1.5 }),
    );
    await page.locator("[data-order=emptied]").click();
    await row(page, "Coffee").click();
    for (const _ of "12") await key(page, "Backspace").click();
    await shows(page, ".empty", "No lines, and 4.00 paid");
    await shows(page, ".total-count", "to give back 4.00");
    await tapped(page, "Give back");
    await tapped(page, "Cash");
    await tapped(page, "Validate");
    await shows(page, ".done-change", "Given back4.00");

    await page.locator("[data-order=dropped]").click();
    await tapped(page, "Cancel");
    await shows(
      page,
      "dialog [role=alert]",
      "It holds 7.50 (6.00 cash, 1.50 card). This money must be given back to the customer.",
    );
    await shows(page, "dialog p", "It goes from all tills, with 1 line of ");
    await tapped(page, "Cancel: 7.50 given back");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders()).map((o) => [o.state, o.payments.map((p) => [p.method, p.amount])]).slice(1),
        [
          [
            "paid",
            [
              ["cash", 4],
              ["cash", -4],
            ],
          ],
          [
            "cancelled",
            [
              ["cash", 6],
              ["card", 1.5],
              ["cash", -6],
              ["card", -1.5],
            ],
          ],
        ],
      ),
    );
    assert.equal(await page.locator(".banner").count(), 0);

    // Or later: it stands there until somebody has done it.
    await peer.push(...made("later", { id: "p4", method: "cash", amount: 3 }));
    await page.locator("[data-order=later]").click();
    await tapped(page, "Cancel");
    await tapped(page, "Cancel: give back later");
    await shows(page, ".banner", "Order 4 was cancelled and held money: give back the 3.00 taken at Till 1 (cash).");

    // More was given out than taken.
    await peer.push(...made("out", { id: "p5", method: "cash", amount: -2 }));
    await page.locator("[data-order=out]").click();
    await tapped(page, "Cancel");
    await shows(
      page,
      "dialog [role=alert]",
      "It gave out 2.00 (−2.00 cash). This money must be taken back from the customer.",
    );
    await tapped(page, "Cancel: take back later");
    await shows(
      page,
      ".banner",
      "Order 5 was cancelled and gave out money: the manager has to look at the 2.00 given out at Till 1 (cash).",
    );
  } finally {
    await context.close();
    await server.close();
  }
});
