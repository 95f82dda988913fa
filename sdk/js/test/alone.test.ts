// Tabs without locks: a queue for each, and what becomes of the queues of tabs that died.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Browser, type Tab } from "./hosts/browser";
import { Counter } from "./hosts/counter";
import { Scripted } from "./hosts/machine";
import { until } from "./hosts/until";
import { addLine, inc, newId, newOrder } from "../src/ops";

const browsers: Browser[] = [];
afterEach(async () => {
  await Promise.all(browsers.splice(0).map((b) => b.closeAll()));
});

function browserAndServer() {
  const server = new Counter();
  const browser = new Browser({ machine: (c) => new Scripted(c), fetch: server.fetch }, true);
  browsers.push(browser);
  const name = newId();
  const open = async (tab: Tab = browser.tab()) => {
    await tab.open({ url: "http://till.test", token: "t", name });
    return tab;
  };
  const queue = (tab: Tab) => tab.session.getItem(`manytill:${name}`);
  const queues = () => Object.keys(browser.local).filter((k) => k.startsWith(`manytill:${name}`));
  const databases = async () =>
    (await indexedDB.databases()).map((d) => d.name!).filter((n) => n.startsWith(`manytill:${name}`));
  /** The beats of dead tabs are long ago. */
  const later = () => {
    for (const k of queues()) browser.local.setItem(k, "1");
  };
  return { server, browser, open, queue, queues, databases, later };
}
const begin = (tab: Tab, order = "o1") => tab.till.do(newOrder(order), addLine(order, "l1", { qty: 1 }));
const more = (tab: Tab) => tab.till.do(inc("o1", "l1", "qty", 1));
const qty = (tab: Tab) => tab.till.order("o1")?.lines[0]?.fields.qty;

test("each tab has its own queue, and a reload finds it", async () => {
  const { server, open, queue } = browserAndServer();
  const a = await open(),
    b = await open();
  assert.notEqual(queue(a), queue(b));
  server.down = true;
  await begin(a);
  const id = queue(a);
  const reloaded = a.browser.tab(a);
  a.fire("pagehide");
  a.kill();
  await open(reloaded);
  assert.equal(queue(reloaded), id);
  assert.equal(qty(reloaded), 1);
  server.down = false;
  await until("sent", reloaded.till, () => server.applied === 1);
});

test("a new tab takes over the queue of one that died", async () => {
  const { server, open, queue, later } = browserAndServer();
  server.down = true;
  const a = await open();
  await begin(a);
  a.kill();
  later();
  const b = await open();
  assert.equal(queue(b), queue(a));
  assert.equal(qty(b), 1);
  server.down = false;
  assert.equal(await more(b), 2, "its ids go on");
  await until("sent", b.till, () => server.applied === 2);
  assert.equal(server.clients.size, 1);
});

test("queues of dead tabs are sent beside, and removed when empty", async () => {
  const { server, open, queue, queues, databases, later } = browserAndServer();
  server.down = true;
  const a = await open(),
    b = await open(),
    c = await open();
  await begin(a, "a1");
  await begin(b, "b1");
  a.kill();
  b.kill();
  c.fire("pagehide");
  const again = c.browser.tab(c);
  c.kill();
  later();
  await open(again);
  assert.equal(queue(again), queue(c), "it has its own");
  assert.equal(queues().length, 3);
  server.down = false;
  await until(
    "both are sent and removed",
    again.till,
    async () => server.applied === 2 && queues().length === 1 && (await databases()).length === 1,
  );
  assert.deepEqual(server.twice, []);
});

test("a living tab's queue is left alone, though its beat is old", async () => {
  const { open, queue, later } = browserAndServer();
  const a = await open();
  later();
  const b = await open();
  assert.notEqual(queue(b), queue(a));
  await begin(a);
  await begin(b);
});

test("a duplicated tab notices, and takes another queue", async () => {
  const { server, open, queue } = browserAndServer();
  const a = await open();
  await begin(a);
  const b = await open(a.browser.tab(a));
  assert.notEqual(queue(b), queue(a));
  await begin(b, "o2");
  await more(a);
  await until("sent", [a.till, b.till], () => server.applied === 3);
  assert.equal(server.clients.size, 2);
  assert.deepEqual(server.twice, []);
});

test("a tab that slept while its queue was taken over goes on with a new one, and no id is used twice", async () => {
  const { server, open, queue, later } = browserAndServer();
  server.down = true;
  const a = await open();
  await begin(a);
  await more(a);
  const was = queue(a);
  a.freeze();
  later();
  const b = await open();
  assert.equal(queue(b), was);
  a.thaw();
  const [mine, theirs] = await Promise.all([a.till.do(newOrder("o2"), addLine("o2", "l1", { qty: 1 })), more(b)]);
  assert.equal(theirs, 3);
  assert.equal(mine, 1, "the first of a new queue");
  assert.notEqual(queue(a), was);
  server.down = false;
  await until("sent", [a.till, b.till], () => server.applied === 4);
  assert.deepEqual(server.twice, []);
});
