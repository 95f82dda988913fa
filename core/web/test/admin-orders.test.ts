import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { busyFloor, line, openAdmin, session } from "./admin-scene.ts";
import { desktop, launch, openPos } from "./browser.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function scene(t: { after(f: () => Promise<void>): void }): Promise<{ server: Server; page: Page }> {
  const server = await Server.start();
  const context = await browser.newContext({ viewport: desktop });
  t.after(async () => { await context.close(); await server.close(); });
  return { server, page: await context.newPage() };
}

test("live: open orders come and change by themselves, only what changed is drawn, and an order is voided", async (t) => {
  const { server, page } = await scene(t);
  const ana = await Peer.open(server, "bar", { id: "7", name: "Ana" });
  await openAdmin(page, server, "live");
  await page.getByText("No order is open").waitFor();
  await ana.push([{ op: "order.create", order: "o1", set: {} }, line("o1", "a", 0)], [{ op: "order.create", order: "o2", set: {} }, line("o2", "a", 1)]);
  const first = page.getByRole("row", { name: /Order 1/ }), second = page.getByRole("row", { name: /Order 2/ });
  await first.getByText("2.50").waitFor();
  await first.getByText("Ana at Bar").waitFor();
  await page.evaluate(() => {
    const seen: string[] = (globalThis as unknown as { changed: string[] }).changed = [];
    new MutationObserver((all) => all.forEach((m) => seen.push((m.target as Element).parentElement?.closest("tr")?.textContent ?? ""))).observe(document.querySelector(".orders tbody")!, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await ana.push([{ op: "line.inc", order: "o2", line: "a", field: "qty", by: 2 }]);
  await second.getByText("6.60").waitFor();
  const changed = await page.evaluate(() => (globalThis as unknown as { changed: string[] }).changed);
  assert.ok(changed.length > 0 && changed.every((row) => row.includes("Order 2")), `only order 2 was drawn anew: ${changed}`);

  const till = await openPos(page.context(), server, "till-1");
  await page.bringToFront();
  const connections = page.locator(".table-panel").last();
  await connections.getByRole("row", { name: /Till 1/ }).getByText("Up to date").waitFor();
  await till.close();
  await page.getByText("No till is connected").waitFor();

  await first.getByRole("button", { name: "Void Order 1" }).click();
  await page.getByLabel("Reason").fill("The guest left");
  await page.getByRole("button", { name: "Void the order" }).click();
  await first.waitFor({ state: "detached" });
  assert.deepEqual((await ana.orders("cancelled")).map((o) => o.id), ["o1"]);
  await page.goto(`${server.url}/admin#/orders/${await session(server)}/o1`);
  await page.locator(".timeline li", { hasText: "voided the order: “The guest left”" }).getByText("The admin").waitFor();
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
  const told = (await page.locator(".timeline > li").allInnerTexts()).map((m) => m.replace(/\s+/g, " ").replace(/\d\d:\d\d:\d\d/g, "").replace(/ +/g, " ").trim());
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
  await server.call(token, "POST", "/v1/push", { client_id: "late", cursor, mutations: [{ id: 1, at: "2026-11-01T09:59:58Z", ops: [{ op: "order.create", order: "o1", set: {} }, line("o1", "a", 0)] }] });
  await openAdmin(page, server, `orders/${await session(server)}/o1`);
  await page.locator(".timeline time[datetime='2026-11-01T09:59:58Z']").waitFor();
  assert.match(await page.locator(".moment-head").first().innerText(), /tapped 1 Nov 2026|tapped Nov 1, 2026/);
});

test("rejections: one appears with its words and kept payment, is resolved, and can still be seen", async (t) => {
  const { server, page } = await scene(t);
  await openAdmin(page, server, "rejections");
  await page.getByText("Nothing is waiting").waitFor();
  const ana = await Peer.open(server, "bar", { id: "7", name: "Ana" }), ben = await Peer.open(server);
  await ana.push([{ op: "order.create", order: "o1", set: {} }, line("o1", "a", 0)], [{ op: "order.close", order: "o1", state: "paid" }]);
  await ben.push([line("o1", "b", 3), { op: "order.pay", order: "o1", payment: { id: "p1", method: "card", amount: 4.6 } }]);
  const card = page.getByRole("article", { name: "Rejection of Ben at Till 1" });
  await card.waitFor();
  for (const words of ["add 1 × Cheese toast", "take 4.60 card", "The order was closed on another till", "Its money was kept on the order: 4.60 card."]) await card.getByText(words).waitFor();
  await page.reload();
  await page.locator(".nav-side .count").filter({ hasText: "1" }).waitFor();
  await card.getByRole("button", { name: /Resolve/ }).click();
  await page.getByText("Nothing is waiting").waitFor();
  assert.equal(await page.locator(".nav-side .count").count(), 0);
  await page.getByRole("button", { name: "Resolved" }).click();
  await card.getByText("take 4.60 card").waitFor();
  await card.getByRole("link", { name: "The order's history" }).click();
  await page.getByRole("heading", { name: "Order 1" }).waitFor();
});
