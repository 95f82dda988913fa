import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { openAdmin, session } from "./admin-scene.ts";
import { desktop, eventually, key, launch, openPos, row, shows, tapped, total } from "./browser.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("fields of every role are counted, written, cleared, shared out and told, whatever a vendor calls them", async () => {
  const server = await Server.start({ extensions: ["core/web/test/testdata/priced"] }),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    const add = (line: string, set: object) => ({ op: "line.add", order: "o1", line, set });
    await peer.push([
      { op: "order.create", order: "o1", set: {} },
      add("l1", { product_id: 11, qty: 4, price_unit: 2.5, description: "Coffee", discount: 10 }),
      add("l2", { product_id: 20, qty: 2, price_unit: 2.3, description: "Tea", voucher: 1, gift_wrap: 0.5 }),
      add("l3", {
        product_id: 30,
        qty: 1,
        price_unit: 10,
        description: "Cheese",
        happy_hour: 20,
        night: 5,
        extra_shot: 1,
      }),
    ]);
    await page.locator("[data-order=o1]").click();
    await total(page).getByText("22.84").waitFor();
    const written = async (name: string, line: string, extras: string[]) => {
      await row(page, name).locator(".line-sum").getByText(line, { exact: true }).waitFor();
      assert.deepEqual((await row(page, name).locator(".extra").allTextContents()).sort(), extras);
    };
    await written("Coffee", "9.00", []);
    await written("Tea", "4.60", ["Deposit 0.25 each", "Gift wrapping 0.50", "Voucher 1.00"]);
    await written("Cheese", "9.24", ["Extra shot 1.00 each", "Happy hour 20 %", "Night 5 %"]);
    assert.deepEqual((await page.locator(".extra-off i").allTextContents()).sort(), ["Happy hour", "Voucher"]);

    // A line has a discount in percent or in money, whichever came last; what else is on it stays.
    const tea = async () => (await peer.orders("open"))[0]!.lines.find((l) => l.id === "l2")!.fields;
    await row(page, "Tea").click();
    await key(page, "Disc").click();
    await key(page, "5").click();
    await key(page, "0").click();
    await written("Tea", "3.30", ["Deposit 0.25 each", "Gift wrapping 0.50"]);
    await eventually(async () => assert.deepEqual([(await tea()).discount, (await tea()).voucher], [50, undefined]));
    await tapped(page, "Line");
    await page.getByLabel("Voucher").fill("2");
    await tapped(page, "Save");
    await written("Tea", "3.60", ["Deposit 0.25 each", "Gift wrapping 0.50", "Voucher 2.00"]);
    await eventually(async () => assert.deepEqual([(await tea()).discount, (await tea()).voucher], [0, 2]));

    // A part of a line takes its share of amounts; what hooks write isn't sent.
    await tapped(page, "Move");
    await page.getByLabel("2 × Tea").check();
    await page.getByRole("textbox", { name: "How many of Tea" }).fill("1");
    await shows(page, ".check-sum", "1.80");
    await tapped(page, "A new order");
    await shows(page, "h1", "Order 2");
    await total(page).getByText("1.80").waitFor();
    await eventually(async () => {
      const parts = (await peer.orders("open")).map((o) => o.lines.find((l) => l.fields.description === "Tea")!.fields);
      assert.deepEqual(
        parts.map(({ qty, voucher, gift_wrap, bottle }) => ({ qty, voucher, gift_wrap, bottle })),
        [1, 2].map(() => ({ qty: 1, voucher: 1, gift_wrap: 0.25, bottle: 0.25 })),
      );
    });

    // The admin page comes to the same, and says of what.
    const admin = await context.newPage();
    await openAdmin(admin, server, `orders/${await session(server)}/o1`);
    await admin.locator(".receipt tfoot").getByText("20.04").waitFor();
    for (const words of ["Voucher: 1.00", "Deposit: 0.25 each", "Happy hour: 20 %"])
      await shows(admin, ".receipt tbody", words);
    await admin.locator(".timeline li", { hasText: "Tea: voucher" }).filter({ hasText: "2.00" }).first().waitFor();
    // there is no such line
    await peer.push([{ op: "line.set", order: "o1", line: "l9", set: { voucher: 3, happy_hour: 15 } }]);
    await openAdmin(admin, server, "rejections");
    await admin.getByText("set the voucher of a line to 3.00 and the happy hour of a line to 15 %").first().waitFor();
  } finally {
    await context.close();
    await server.close();
  }
});
