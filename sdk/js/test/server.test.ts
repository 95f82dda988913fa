// Tills against the real server.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { addLine, close, inc, newId, newOrder, pay } from "../src/ops";
import type { MSInfo, Order, Problem } from "../src/protocol";
import type { Rejected, Till, TillOptions } from "../src/till";
import { type Browser, realBrowser, type Tab } from "./hosts/real";
import { type Place, FaultyProxy, Server } from "./hosts/server";
import { canonical, until } from "./hosts/until";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(() => server.stop());

const browsers: Browser[] = [];
const proxies: FaultyProxy[] = [];
afterEach(async () => {
  await Promise.all(browsers.splice(0).map((b) => b.closeAll()));
  await Promise.all(proxies.splice(0).map((p) => p.close()));
});
let places = 0;
const furnish = (tills: number) => server.furnish(`floor${++places}`, tills);
async function proxy() {
  const p = await FaultyProxy.before(server.port);
  proxies.push(p);
  return p;
}
function browser(insecure = false) {
  const b = realBrowser(insecure);
  browsers.push(b);
  return b;
}
async function open(place: Place, i: number, options: Partial<TillOptions> = {}, tab: Tab = browser().tab()) {
  await tab.open({ url: server.url, token: place.tokens[i], name: place.pos[i], ...options });
  return tab;
}
const qty = (till: Till, order = "o1") => till.order(order)?.lines[0]?.fields.qty;
const online = (...tills: Till[]) =>
  until("online", tills, () => tills.every((t) => t.status.transport !== "" && t.status.synced));
const sent = (...tills: Till[]) =>
  until("all sent", tills, () => tills.every((t) => t.status.transport !== "" && !t.status.unsent));

/** equal: all tills show the server's open orders. */
async function equal(place: Place, ...tills: Till[]): Promise<Order[]> {
  await sent(...tills);
  const all = await server.orders(place);
  const want = canonical(all.filter((o) => o.state === "open"));
  await until(`all are equal to ${want}`, tills, () =>
    tills.every((t) => canonical(t.orders().filter((o) => o.state === "open" && o.number)) === want),
  );
  return all;
}
test("two tills see each other's taps by WebSocket", async () => {
  const place = await furnish(2);
  const [a, b] = [(await open(place, 0)).till, (await open(place, 1)).till];
  await online(a, b);
  assert.equal(a.status.transport, "websocket");
  await a.do(newOrder("o1", { partner_id: 3 }), addLine("o1", "l1", { product_id: 5, qty: 1 }));
  assert.equal(a.order("o1")!.pending, true);
  await until("b shows it", b, () => qty(b) === 1);
  assert.equal(b.order("o1")!.number, 1);
  assert.equal(b.order("o1")!.fields.partner_id, 3);
  await Promise.all([a.do(inc("o1", "l1", "qty", 1)), b.do(inc("o1", "l1", "qty", 2))]);
  await equal(place, a, b);
  assert.equal(qty(a), 4);
  const heard = new Promise<unknown>((resolve) => a.on("presence", resolve));
  b.look("o1");
  await heard;
  assert.equal(a.present[0].order, "o1");
  await b.do(pay("o1", { id: "p1", method: "cash", amount: 20 }), close("o1", "paid"));
  await until("a shows it paid", a, () => a.order("o1")?.state === "paid");
});

for (const [transport, refuse] of [
  ["sse", { noSockets: true }],
  ["poll", { noSockets: true, noStreams: true }],
] as const) {
  test(`where a proxy refuses the better ways, tills sync by ${transport}`, async () => {
    const place = await furnish(2);
    const net = await proxy();
    Object.assign(net, refuse);
    const [a, b] = [(await open(place, 0, { url: net.url })).till, (await open(place, 1, { url: net.url })).till];
    await until(transport, [a, b], () => a.status.transport === transport && b.status.transport === transport);
    await a.do(newOrder("o1"), addLine("o1", "l1", { product_id: 5, qty: 1 }));
    await until("b shows it", b, () => qty(b) === 1);
    await b.do(inc("o1", "l1", "qty", 1));
    await equal(place, a, b);
    assert.equal(qty(a), 2);
  });
}

test("offline taps survive a reload and are sent", async () => {
  const place = await furnish(2);
  const net = await proxy();
  const a = await open(place, 0, { url: net.url });
  const b = await open(place, 1);
  await online(a.till, b.till);
  net.down = true;
  net.cut();
  await a.till.do(newOrder("o1"), addLine("o1", "l1", { product_id: 5, qty: 1 }));
  await a.till.do(inc("o1", "l1", "qty", 1));
  const again = await open(place, 0, { url: net.url }, a.reload());
  assert.equal(qty(again.till), 2, "shown before anything is reached");
  assert.equal(again.till.status.unsent, 2);
  net.down = false;
  again.till.retry();
  await equal(place, again.till, b.till);
  assert.equal(qty(b.till), 2);
});

test("the till is closed and opened; refused calls say why", async () => {
  const place = await furnish(1);
  const { till } = await open(place, 0);
  await online(till);
  const closing = await till.closeTill();
  assert.deepEqual(closing, { run_ended: true, open_orders: [] });
  await till.do(newOrder("o1"), addLine("o1", "l1", { product_id: 5, qty: 1 }));
  await until("it waits", till, () => till.status.problem === "till_closed");
  await till.openTill({ id: "7", name: "Ana" });
  await equal(place, till);
  assert.equal(
    (till.order("o1")!.fields.ms_info as unknown as MSInfo).created.user!.name,
    "Ana",
    "nobody tapped it, so it is who opened the till",
  );
  till.setToken("wrong");
  await assert.rejects(till.openTill(), (e: Problem) => e.code === "unauthorized" && e.message.length > 0);
});

test("a rejection is told, kept, and can be put back", async () => {
  const place = await furnish(2);
  const net = await proxy();
  const [a, b] = [(await open(place, 0, { url: net.url })).till, (await open(place, 1)).till];
  await online(a, b);
  await a.do(newOrder("o1"), addLine("o1", "l1", { product_id: 5, qty: 1 }));
  await equal(place, a, b);
  net.down = true;
  net.cut();
  await until("a is offline", a, () => a.status.transport === "");
  const rejected = new Promise<Rejected>((resolve) => a.on("rejected", resolve));
  await a.do(addLine("o1", "l2", { product_id: 6, qty: 1 }));
  await b.do(pay("o1", { id: newId(), method: "cash", amount: 5 }), close("o1", "paid"));
  await sent(b);
  net.down = false;
  a.retry();
  const r = await rejected;
  assert.equal(r.result.code, "order_closed");
  assert.equal((await a.rejections()).length, 1);
  await a.putBack(r);
  const orders = await equal(place, a, b);
  assert.equal(orders.length, 2);
  assert.equal(orders[1].fields.follows, "o1");
});

test("another database behind the address: the queue is put aside, also over a reload", async () => {
  const place = await furnish(1);
  const other = await Server.start();
  try {
    const elsewhere = await other.furnish("x", 1);
    const a = await open(place, 0);
    await online(a.till);
    await a.till.do(newOrder("o1"), addLine("o1", "l1", { product_id: 5, qty: 1 }));
    await sent(a.till);
    const off = await open(place, 0, { url: "http://127.0.0.1:9" }, a.reload());
    await off.till.do(inc("o1", "l1", "qty", 1));
    const b = await open(place, 0, { url: other.url, token: elsewhere.tokens[0] }, off.reload());
    await until("aside", b.till, async () => (await b.till.strandedQueues()).length === 1);
    await until("online", b.till, () => b.till.status.transport !== "");
    const again = await open(place, 0, { url: other.url, token: elsewhere.tokens[0] }, b.reload());
    const [aside] = await again.till.strandedQueues();
    assert.equal(aside.reason, "other_server");
    assert.equal(aside.mutations.length, 1);
    assert.equal(again.till.order("o1"), undefined);
    await again.till.do(newOrder("o2"), addLine("o2", "l1", { product_id: 5, qty: 1 }));
    await until(
      "never mixed in",
      again.till,
      async () => (await other.orders(elsewhere)).length === 1 && !again.till.status.unsent,
    );
    await again.till.dropStrandedQueue(aside.client_id);
    assert.deepEqual(await again.till.strandedQueues(), []);
  } finally {
    await Promise.all(browsers.splice(0).map((b) => b.closeAll()));
    await other.stop();
  }
});

test("three tabs of one till and another till, with locks and without", async () => {
  for (const insecure of [false, true]) {
    const place = await furnish(2);
    const one = browser(insecure);
    const tabs = await Promise.all([0, 1, 2].map(() => open(place, 0, {}, one.tab())));
    const other = (await open(place, 1)).till;
    const tills = tabs.map((t) => t.till);
    await online(...tills, other);
    await tills[0].do(newOrder("o1"), addLine("o1", "l1", { product_id: 5, qty: 1 }));
    await until("all show it", [...tills, other], () => [...tills, other].every((t) => qty(t) === 1));
    await Promise.all([...tills, other].map((t) => t.do(inc("o1", "l1", "qty", 1))));
    await equal(place, ...tills, other);
    assert.equal(qty(other), 5);
  }
});
