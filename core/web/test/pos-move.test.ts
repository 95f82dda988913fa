import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { eventually, launch, openPos, row, shows, tablet, tapped, total } from "./browser.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("what is ticked moves, as much of it as was said, exactly and in one mutation", async () => {
  const server = await Server.start({
    extensions: [
      "plugins/example/order-note/order-note.js",
      "plugins/example/absolute-discount",
      "core/web/test/testdata/kinds",
    ],
  });
  const context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    const add = (line: string, set: object) => ({ op: "line.add", order: "o1", line, set });
    await peer.push([
      { op: "order.create", order: "o1", set: {} },
      add("l1", {
        product_id: 11,
        qty: 5,
        price_unit: 2.5,
        description: "Coffee",
        discount: 10,
        line_note: "oat milk",
        cooked_qty: 3,
      }),
      add("l2", { product_id: 20, qty: 1, price_unit: 2.3, description: "Tea" }),
      add("l3", { product_id: 30, qty: 1.2, price_unit: 10, description: "Cheese", absolute_discount: 1 }),
    ]);
    await page.locator("[data-order=o1]").click();
    await row(page, "Tea").click();
    await tapped(page, "Move");
    // Nothing is ticked, and so nothing goes anywhere.
    assert.equal(await page.locator("dialog input:checked").count(), 0);
    assert.equal(await page.getByRole("button", { name: "A new order" }).isDisabled(), true);
    await page.getByLabel("5 × Coffee").check();
    const less = page.getByRole("group", { name: "How many of Coffee" }).getByRole("button", { name: "One less" });
    for (const _ of "123") await less.click();
    await shows(page, ".check-sum", "4.50");
    await page.getByLabel("1.2 × Cheese").check();
    await page.getByRole("textbox", { name: "How many of Cheese" }).fill("2");
    assert.equal(await page.getByRole("button", { name: "A new order" }).isDisabled(), true);
    await page.getByRole("textbox", { name: "How many of Cheese" }).fill("0,3");
    await shows(page, ".check-sum", "2.75");
    await page.getByLabel("1 × Tea").check();
    await tapped(page, "A new order");
    await shows(page, "h1", "Order 2");
    await total(page).getByText("9.55").waitFor();
    const fields = (o: { lines: { fields: Record<string, unknown> }[] }) =>
      o.lines.map(({ fields: { ms_info, product_id, price_unit, ...others } }) => others);
    await eventually(async () => {
      const [from, to] = await peer.orders("open");
      assert.deepEqual(fields(from!), [
        { qty: 3, discount: 10, description: "Coffee", line_note: "oat milk", cooked_qty: 3 },
        { qty: 0.9, description: "Cheese", absolute_discount: 0.75 },
      ]);
      assert.deepEqual(fields(to!), [
        { qty: 1, description: "Tea" },
        { qty: 2, discount: 10, description: "Coffee", line_note: "oat milk" },
        { qty: 0.3, description: "Cheese", absolute_discount: 0.25 },
      ]);
    });
    // One mutation: the new order came and the old one went with one change.
    const { multi_sessions } = await server.admin<{ multi_sessions: { id: string }[] }>(
      "GET",
      "/v1/admin/multi-sessions",
    );
    const { changes } = await server.admin<{ changes: { seq: number }[] }>(
      "GET",
      `/v1/admin/multi-sessions/${multi_sessions[0]!.id}/orders/o1/history`,
    );
    assert.equal(changes.length, 2);
  } finally {
    await context.close();
    await server.close();
  }
});
