import type { Page } from "playwright-core";
import { adminToken, Peer, type Server } from "./server.ts";

/** signedIn opens a section of the admin page, signed in by the link's token. */
export async function openAdmin(page: Page, server: Server, section = "multi-sessions"): Promise<Page> {
  page.setDefaultTimeout(10_000);
  await page.goto(`${server.url}/admin#token=${adminToken}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  if (section !== "multi-sessions") await page.goto(`${server.url}/admin#/${section}`);
  return page;
}

export const session = async (server: Server) =>
  (
    await server.admin<{ multi_sessions: { id: string; name: string }[] }>("GET", "/v1/admin/multi-sessions")
  ).multi_sessions.find((m) => m.name === "Main floor")!.id;

const goods: [string, number][] = [
  ["Coffee", 2.5],
  ["Espresso", 2.2],
  ["Flat white", 3.4],
  ["Cheese toast", 4.6],
  ["Cinnamon bun", 2.8],
  ["Mint tea", 2.6],
];
export const line = (order: string, id: string, i: number, qty = 1) => ({
  op: "line.add",
  order,
  line: id,
  set: { product_id: 10 + i, description: goods[i % goods.length]![0], price_unit: goods[i % goods.length]![1], qty },
});

/** busyFloor is an hour of a café in a few requests: open orders, a paid one, refused taps. */
export async function busyFloor(server: Server): Promise<{ ana: Peer; ben: Peer; paid: string }> {
  const ana = await Peer.open(server, "bar", { id: "7", name: "Ana" }),
    ben = await Peer.open(server, "till-1");
  for (let i = 1; i <= 6; i++) {
    const id = `order-${i}`,
      of = i % 2 ? ana : ben;
    await of.push(
      [{ op: "order.create", order: id, set: {} }, line(id, "a", i)],
      [line(id, `${id}-b`, i + 1, (i % 3) + 1)],
    );
    if (i > 3) await of.push(Array.from({ length: i - 3 }, (_, n) => line(id, `c${n}`, i + n + 2)));
  }
  await ben.push(
    [{ op: "line.inc", order: "order-1", line: "a", field: "qty", by: 2 }],
    [{ op: "line.set", order: "order-1", line: "order-1-b", set: { discount: 10 } }],
  );
  await ana.push(
    [{ op: "order.set", order: "order-1", set: { partner_id: 2 } }],
    [{ op: "line.move", order: "order-1", lines: ["order-1-b"], to: "order-2" }],
    [line("order-1", "c", 3)],
    [{ op: "line.remove", order: "order-1", line: "c" }],
    [{ op: "order.pay", order: "order-1", payment: { id: "p1", method: "cash", amount: 6.6 } }],
    [{ op: "order.close", order: "order-1", state: "paid" }],
  );
  // Ben's tablet was away: what he did to the closed order is refused, and its money kept.
  await ben.push([
    line("order-1", "late", 0),
    { op: "order.pay", order: "order-1", payment: { id: "p2", method: "card", amount: 2.5 } },
  ]);
  await ben.push([{ op: "line.set", order: "order-2", line: "nowhere", set: { price_unit: 1 } }]);
  return { ana, ben, paid: "order-1" };
}
