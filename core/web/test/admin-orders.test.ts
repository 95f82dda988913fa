import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { busyFloor, line, openAdmin, session } from "./admin-scene.ts";
import { desktop, launch, openPos } from "./browser.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function scene(t: { after(f: () => Promise<void>): void }): Promise<{ server: Server; page: Page }> {
  const server = await Server.start();
  const context = await browser.newContext({ viewport: desktop });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  return { server, page: await context.newPage() };
}

test("live: open orders come and change by themselves, only what changed is drawn, and an order is voided", async (t) => {
  const { server, page } = await scene(t);
  const ana = await Peer.open(server, "bar", { id: "7", name: "Ana" });
  await openAdmin(page, server, "live");
  await page.getByText("No order is open").waitFor();
  await ana.push(
    [{ op: "order.create", order: "o1", set: {} }, line("o1", "a", 0)],
    [{ op: "order.create", order: "o2", set: {} }, line("o2", "a", 1)],
  );
  const first = page.getByRole("row", { name: /Order 1/ }),
    second = page.getByRole("row", { name: /Order 2/ });
  await first.getByText("2.50").waitFor();
  await first.getByText("Ana at Bar").waitFor();
  await page.evaluate(() => {
    const seen: string[] = ((globalThis as unknown as { changed: string[] }).changed = []);
    new MutationObserver((all) =>
      all.forEach((m) => seen.push((m.target as Element).parentElement?.closest("tr")?.textContent ?? "")),
    ).observe(document.querySelector(".orders tbody")!, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
  await ana.push([{ op: "line.inc", order: "o2", line: "a", field: "qty", by: 2 }]);
  await second.getByText("6.60").waitFor();
  const changed = await page.evaluate(() => (globalThis as unknown as { changed: string[] }).changed);
  assert.ok(
    changed.length > 0 && changed.every((row) => row.includes("Order 2")),
    `only order 2 was drawn anew: ${changed}`,
  );

  const till = await openPos(page.context(), server, "till-1");
  await page.bringToFront();
  const connections = page.locator(".table-panel").last();
  await connections
    .getByRole("row", { name: /Till 1/ })
    .getByText("Up to date")
    .waitFor();
  await till.close();
  await page.getByText("No till is connected").waitFor();

  await first.getByRole("button", { name: "Void Order 1" }).click();
  await page.getByLabel("Reason").fill("The guest left");
  await page.getByRole("button", { name: "Void the order" }).click();
  await first.waitFor({ state: "detached" });
  assert.deepEqual(
    (await ana.orders("cancelled")).map((o) => o.id),
    ["o1"],
  );
  await page.goto(`${server.url}/admin#/orders/${await session(server)}/o1`);
  await page
    .locator(".timeline li", { hasText: "voided the order: “The guest left”" })
    .getByText("The admin")
    .waitFor();
});

test("history: who did what, from what to what, of a closed order of an earlier run, found by its number", async (t) => {
  const { server, page } = await scene(t);
  await busyFloor(server);
  for (const pos of ["bar", "till-1"]) await server.call(server.tokens[pos]!, "POST", "/v1/till/close");
  const ben = await Peer.open(server);
  await ben.push([{ op: "order.create", order: "now", set: {} }, line("now", "a", 0)]);
  await openAdmin(page, server, "orders");
  await page.getByLabel("Run").fill("");
  await page.getByLabel("Number").fill("1");
  await page.getByText("2 orders").waitFor();
  await page.getByLabel("State").selectOption("paid");
  await page.getByText("1 order", { exact: true }).waitFor();
  await page.getByRole("link", { name: "History of Order 1, run 1" }).click();
  await page.locator(".timeline > li").first().waitFor();
  const told = (await page.locator(".timeline > li").allInnerTexts()).map((m) =>
    m
      .replace(/\s+/g, " ")
      .replace(/\d\d:\d\d:\d\d/g, "")
      .replace(/ +/g, " ")
      .trim(),
  );
  assert.deepEqual(told, [
    "Ana at Bar opened order 1 in run 1 added 1 × Espresso at 2.20",
    "Ana at Bar added 2 × Flat white at 3.40",
    "Ben at Till 1 Espresso: quantity 1 → is now 3",
    "Ben at Till 1 Flat white: discount nothing → is now 10",
    "Ana at Bar customer nothing → is now Mr Lind",
    "Ana at Bar moved 2 × Flat white to order 2",
    "Ana at Bar added 1 × Cheese toast at 4.60",
    "Ana at Bar took 1 × Cheese toast off",
    "Ana at Bar took 6.60 cash",
    "Ana at Bar closed the order as paid",
    "Ben at Till 1 took 2.50 card flagged the payment: it needs a refund the rest of what was tapped was refused",
  ]);
  await page.getByRole("link", { name: "moved 2 × Flat white to order 2" }).click();
  await page.locator(".timeline li", { hasText: "took 2 × Flat white over from order 1" }).first().waitFor();
});

test("history says when a tap waited for its till to come online", async (t) => {
  const { server, page } = await scene(t);
  const token = server.tokens.bar!;
  await server.call(token, "POST", "/v1/till/open", { user: { id: "7", name: "Ana" } });
  const { cursor } = await server.call<{ cursor: string }>(token, "GET", "/v1/pull");
  await server.call(token, "POST", "/v1/push", {
    client_id: "late",
    cursor,
    mutations: [
      { id: 1, at: "2026-11-01T09:59:58Z", ops: [{ op: "order.create", order: "o1", set: {} }, line("o1", "a", 0)] },
    ],
  });
  await openAdmin(page, server, `orders/${await session(server)}/o1`);
  await page.locator(".timeline time[datetime='2026-11-01T09:59:58Z']").waitFor();
  assert.match(await page.locator(".moment-head").first().innerText(), /tapped 1 Nov 2026|tapped Nov 1, 2026/);
});

test("rejections: one appears with its words and kept payment, is resolved, and can still be seen", async (t) => {
  const { server, page } = await scene(t);
  await openAdmin(page, server, "rejections");
  await page.getByText("Nothing is waiting").waitFor();
  const ana = await Peer.open(server, "bar", { id: "7", name: "Ana" }),
    ben = await Peer.open(server);
  await ana.push(
    [{ op: "order.create", order: "o1", set: {} }, line("o1", "a", 0)],
    [{ op: "order.close", order: "o1", state: "paid" }],
  );
  await ben.push([
    line("o1", "b", 3),
    { op: "order.pay", order: "o1", payment: { id: "p1", method: "card", amount: 4.6 } },
  ]);
  const card = page.getByRole("article", { name: "Rejection of Ben at Till 1" });
  await card.waitFor();
  for (const words of [
    "add 1 × Cheese toast",
    "take 4.60 card",
    "The order was closed on another till",
    "Its money was kept on the order: 4.60 card.",
  ])
    await card.getByText(words).waitFor();
  await page.reload();
  await page.locator(".nav-side .count").filter({ hasText: "1" }).waitFor();
  await card.getByRole("button", { name: /Resolve/ }).click();
  await page.getByText("Nothing is waiting").waitFor();
  assert.equal(await page.locator(".nav-side .count").count(), 0);
  await page.getByRole("button", { name: "Resolved" }).click();
  await card.getByText("take 4.60 card").waitFor();
  await card.getByRole("link", { name: "Order 1's history" }).click();
  await page.getByRole("heading", { name: "Order 1" }).waitFor();
});

test("rejections name product, quantity, price and order, also of what is gone or never came", async (t) => {
  const { server, page } = await scene(t),
    ana = await Peer.open(server, "bar", { id: "7", name: "Ana" }),
    ben = await Peer.open(server);
  await ana.push(
    [{ op: "order.create", order: "o1", set: {} }, line("o1", "a", 0), line("o1", "b", 1)],
    [{ op: "order.create", order: "o2", set: {} }, line("o2", "a2", 2)],
    [{ op: "line.remove", order: "o1", line: "a" }],
    [{ op: "order.close", order: "o1", state: "paid" }],
  );
  await ben.push(
    ...[
      { op: "line.inc", order: "o1", line: "a", field: "qty", by: 2 },
      { op: "line.set", order: "o1", line: "b", set: { price_unit: 3, discount: 10 } },
      { op: "line.move", order: "o1", lines: ["a", "b"], to: "o2" },
      { op: "line.remove", order: "o1", line: "b" },
      { op: "order.set", order: "o1", set: { partner_id: 2 } },
      line("o1", "late", 3),
      { op: "line.inc", order: "o1", line: "late", field: "qty", by: 1 },
    ].map((op) => [op]),
  );
  await openAdmin(page, server, "rejections");
  for (const words of [
    "change the quantity of Coffee by +2",
    "set the price of Espresso to 3.00 and the discount of Espresso to 10 %",
    "move Coffee and Espresso to order 2",
    "take Espresso off",
    "set the customer to Mr Lind",
    "change the quantity of Cheese toast by +1",
  ])
    await page.getByText(words, { exact: true }).waitFor();
  await page.getByRole("link", { name: "Order 1's history" }).first().waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  const small = await page
    .locator("main button:visible, main .rejection footer > a, main summary")
    .evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.textContent));
  assert.deepEqual(small, []);
});
