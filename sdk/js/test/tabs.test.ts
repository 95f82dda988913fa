// Several tabs of one till: one queue, whoever leads.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { openDB } from "idb";
import { openOn } from "../src/driver/open";
import { Browser, type Tab } from "./hosts/browser";
import { Counter } from "./hosts/counter";
import { Scripted } from "./hosts/machine";
import { until } from "./hosts/until";
import { addLine, inc, newId, newOrder } from "../src/ops";
import { indexedDBStore } from "../src/store/indexeddb";

const browsers: Browser[] = [];
afterEach(async () => {
  await Promise.all(browsers.splice(0).map((b) => b.closeAll()));
});

function browserAndServer(insecure = false) {
  const server = new Counter();
  const browser = new Browser({ machine: (c) => new Scripted(c), fetch: server.fetch }, insecure);
  browsers.push(browser);
  const name = newId();
  const open = async (tab: Tab = browser.tab()) => {
    await tab.open({ url: "http://till.test", token: "t", name });
    return tab;
  };
  return { server, browser, open, name };
}
const begin = (tab: Tab) => tab.till.do(newOrder("o1"), addLine("o1", "l1", { qty: 1 }));
const more = (tab: Tab) => tab.till.do(inc("o1", "l1", "qty", 1));
const qty = (tab: Tab) => tab.till.order("o1")?.lines[0]?.fields.qty;

test("a mirror taps and shows what the leader shows, and keeps what didn't change", async () => {
  const { server, open } = browserAndServer();
  const a = await open(),
    b = await open();
  await begin(a);
  await b.till.do(addLine("o1", "l2", { qty: 1 }));
  await until("both show two lines", [a.till, b.till], () =>
    [a, b].every((t) => t.till.order("o1")?.lines.length === 2),
  );
  const [l1, l2] = b.till.order("o1")!.lines;
  assert.equal(await b.till.do(inc("o1", "l2", "qty", 1)), 3);
  assert.equal(b.till.order("o1")!.lines[0], l1, "an unchanged line keeps its identity");
  assert.notEqual(b.till.order("o1")!.lines[1], l2);
  assert.equal(b.till.order("o1")!.lines[1].fields.qty, 2, "it is shown when do resolves");
  await assert.rejects(b.till.do(inc("o1", "bad", "qty", 1)), /no such line/);
  await until("sent", a.till, () => a.till.status.unsent === 0);
  assert.equal(server.applied, 3);
  assert.equal(server.clients.size, 1, "one queue");
});

for (const crash of ["after write", "before write"] as const) {
  test(`the leader crashes ${crash} of a mirror's tap: it counts once`, async () => {
    const { server, open } = browserAndServer();
    const a = await open(),
      b = await open();
    await begin(a);
    await until("b shows it", b.till, () => qty(b) === 1);
    server.down = true;
    a.crash = crash;
    const tap = more(b);
    assert.equal(await tap, 2);
    assert.equal(a.dead, true);
    assert.equal(qty(b), 2);
    server.down = false;
    await until("sent", b.till, () => b.till.status.unsent === 0);
    assert.equal(server.applied, 2);
    assert.deepEqual(server.twice, []);
    assert.equal(await more(b), 3, "and the next has the next id");
  });
}

test("many taps of three tabs while leaders come and go: each counts once", async () => {
  const { server, browser, open } = browserAndServer();
  let [a, b, c] = [await open(), await open(), await open()];
  await begin(a);
  await until("all show it", [b.till, c.till], () => qty(b) === 1 && qty(c) === 1);
  const taps: Promise<number>[] = [];
  for (let round = 0; round < 12; round++) {
    for (const t of [a, b, c]) for (let i = 0; i < 4; i++) taps.push(more(t).catch(() => 0));
    const leading = browser.tabs.find((t) => browser.locks.held.get([...browser.locks.held.keys()][0])?.client === t);
    if (round % 3 === 0) {
      // its page goes, and comes back
      const old = [a, b, c].find((t) => t === leading)!;
      old.crash = round % 2 ? "after write" : "before write";
      await until(
        "it crashed",
        [a, b, c].filter((t) => t !== old).map((t) => t.till),
        () => old.dead,
      );
      const fresh = await open();
      if (old === a) a = fresh;
      else if (old === b) b = fresh;
      else c = fresh;
    } else if (round % 3 === 1) {
      leading?.hide();
      leading?.show();
    }
  }
  // What the crashed tabs asked themselves may or may not be stored; everything else is, once.
  const ids = (
    await Promise.all(taps.map((t) => Promise.race([t, new Promise<number>((r) => setTimeout(r, 3000, -1))])))
  ).filter((id) => id > 0);
  assert.equal(new Set(ids).size, ids.length, "no id twice");
  await until("all sent and shown", [a.till, b.till, c.till], () =>
    [a, b, c].every((t) => t.till.status.unsent === 0 && qty(t) === server.applied),
  );
  assert.ok(server.applied >= ids.length + 1, `${server.applied} of at least ${ids.length + 1}`);
  assert.ok(server.applied <= taps.length + 1);
  assert.deepEqual(server.twice, []);
  assert.equal(server.clients.size, 1);
});

test("a hidden leader yields to a visible tab, not to a hidden one", async () => {
  const { browser, open, name } = browserAndServer();
  const a = await open(),
    b = await open(),
    c = await open();
  const leads = () => browser.locks.held.get(`manytill:${name}`)?.client;
  await begin(a);
  assert.equal(leads(), a);
  b.hide();
  await more(c);
  assert.equal(leads(), a, "a visible leader stays");
  a.hide();
  await until("c leads", c.till, () => leads() === c);
  assert.equal(await more(a), 3, "hidden tabs go on");
  assert.equal(await more(b), 4);
});

test("look is the visible tab's", async () => {
  const { open } = browserAndServer();
  const a = await open(),
    b = await open();
  b.hide();
  a.till.look("o1");
  b.till.look("o2");
  await until("a's", a.till, () => a.till.status.advice === "looks at o1");
  a.hide();
  b.show();
  await until("b's", [a.till, b.till], () => b.till.status.advice === "looks at o2");
});

test("a full disk: the till sells on, says that what is new isn't kept, and keeps it when there is space", async (t) => {
  t.mock.method(console, "error", () => {});
  const { open, server } = browserAndServer();
  const a = await open(),
    b = await open();
  await begin(a);
  a.full = new DOMException("full", "QuotaExceededError");
  assert.equal(await more(b), 2);
  assert.equal(await more(a), 3);
  await until("all tabs say so", [a.till, b.till], () =>
    [a, b].every(({ till }) => till.status.notKept === "full" && till.status.problem === "not_kept"),
  );
  assert.match(b.till.status.advice, /no space left.*keep this page open/);
  await until("both show it", [a.till, b.till], () => [a, b].every((tab) => qty(tab) === 3));
  await until("sent", a.till, () => a.till.status.unsent === 0);
  delete a.full;
  await until("all is kept again", [a.till, b.till], () =>
    [a, b].every(({ till }) => !till.status.notKept && !till.status.problem),
  );
  assert.equal(server.applied, 3);
  const again = await open(a.reload());
  await until("what is stored is what was shown", again.till, () => qty(again) === 3);
});

test("what was decided while nothing could be written is gone with the next write", async (t) => {
  t.mock.method(console, "error", () => {});
  const { open, server, name } = browserAndServer();
  const a = await open();
  a.full = new DOMException("full", "QuotaExceededError");
  await begin(a);
  await until("sent", a.till, () => server.applied === 1 && a.till.status.unsent === 0);
  delete a.full;
  await until("all is kept again", a.till, () => !a.till.status.notKept);
  await a.close();
  assert.deepEqual(
    (await indexedDBStore(`manytill:${name}`).load()).filter((r) => r.table === "entries"),
    [],
  );
});

test("nothing is written behind a write that failed, but everything again", async (t) => {
  t.mock.method(console, "error", () => {});
  const { open, server, name } = browserAndServer();
  server.down = true;
  const a = await open();
  await begin(a);
  a.failOnce = new Error("the disk hiccups");
  const first = more(a);
  await new Promise((resolve) => setTimeout(resolve)); // it is on its way
  const second = more(a);
  assert.deepEqual(await Promise.all([first, second]), [2, 3]);
  assert.equal(a.till.status.notKept, "broken");
  const db = await openDB(`manytill:${name}`);
  assert.deepEqual(await db.getAllKeys("entries"), [1]);
  db.close();
  await until("it is kept again", a.till, () => !a.till.status.notKept);
  const again = await open(a.reload());
  await until("shown, without the server", again.till, () => qty(again) === 3);
  server.down = false;
  await until("sent", again.till, () => server.applied === 3 && again.till.status.unsent === 0);
});

test("a reload finds what was tapped offline", async () => {
  const { open, server } = browserAndServer();
  server.down = true;
  const a = await open();
  await begin(a);
  await more(a);
  const again = await open(a.reload());
  await until("shown, without the server", again.till, () => qty(again) === 2);
  server.down = false;
  await until("sent", again.till, () => again.till.status.unsent === 0);
  assert.equal(server.applied, 2);
});

test("several POS in one browser don't meet", async () => {
  const { browser, open } = browserAndServer();
  const a = await open();
  const other = browser.tab();
  await other.open({ url: "http://till.test", token: "u", name: `other${newId()}` });
  await begin(a);
  await other.till.do(newOrder("x1"), addLine("x1", "l1", { qty: 1 }));
  assert.equal(other.till.order("o1"), undefined);
  assert.equal(a.till.order("x1"), undefined);
});

test("the user and the token that one tab says hold for the next leader", async () => {
  const { open, server } = browserAndServer();
  const a = await open(),
    b = await open();
  a.till.setUser({ id: "7", name: "Ana" });
  a.till.setToken("u");
  await begin(b);
  await until("sent", a.till, () => server.applied === 1);
  a.kill();
  await more(b);
  await until("sent", b.till, () => server.applied === 2);
  assert.deepEqual(server.users, ["Ana", "Ana"]);
  assert.equal(server.tokens.at(-1), "Bearer u");
});

test("a leader that sleeps with its lock is robbed by a visible tab, and a tap counts once", async () => {
  const { browser, server, open, name } = browserAndServer();
  const leads = () => browser.locks.held.get(`manytill:${name}`)?.client;
  const a = await open(),
    b = await open(),
    c = await open();
  await begin(a);
  await until("b shows it", b.till, () => qty(b) === 1);
  server.down = true;
  a.hide();
  await until("b or c leads", [b.till, c.till], () => leads() !== a);
  const [leader, other] = leads() === b ? [b, c] : [c, b];
  leader.freeze();
  assert.equal(await more(other), 2, "asked for again of itself");
  assert.equal(leads(), other);
  const late = more(leader); // its page runs on for a moment, before it hears that it was robbed
  leader.thaw();
  assert.equal(await late, 3);
  server.down = false;
  await until("sent", other.till, () => other.till.status.unsent === 0 && qty(leader) === 3);
  assert.equal(server.applied, 3);
  assert.deepEqual(server.twice, []);
  assert.equal(server.clients.size, 1);
});

test("a tab is robbed while it begins to lead: one leads in the end, and taps count once", async () => {
  const { browser, open, server, name } = browserAndServer();
  const leads = () => browser.locks.held.get(`manytill:${name}`)?.client;
  let goOn!: () => void;
  const a = browser.tab();
  a.loading = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await open(a);
  const b = await open();
  await until("b leads", b.till, () => leads() === b);
  assert.equal(await begin(b), 1);
  goOn();
  await until("a shows it", a.till, () => qty(a) === 1);
  assert.deepEqual(await Promise.all([more(a), more(b)]).then((ids) => ids.sort()), [2, 3]);
  await until("sent, and shown by both", [a.till, b.till], () => server.applied === 3 && qty(a) === 3 && qty(b) === 3);
  assert.equal(await more(b), 4);
  await until("sent, and shown by both", [a.till, b.till], () => server.applied === 4 && qty(a) === 4 && qty(b) === 4);
  assert.deepEqual(server.twice, []);
  assert.equal(server.clients.size, 1);
});

test("a till opens though the tab that holds the lock sleeps", async () => {
  const { open } = browserAndServer();
  const a = await open();
  await begin(a);
  a.freeze();
  const b = await open();
  await until("b shows it", b.till, () => qty(b) === 1);
  assert.equal(await more(b), 2);
  a.thaw();
  await until("a shows it", a.till, () => qty(a) === 2);
});

test("a page that may have no locks has a till all the same", async () => {
  const { browser } = browserAndServer();
  const refuse = () => Promise.reject(new DOMException("not here", "SecurityError"));
  const tab = browser.tab();
  const till = await openOn(
    { ...tab.host(), locks: { request: refuse } },
    { url: "http://till.test", token: "t", name: newId() },
  );
  assert.equal(await till.do(newOrder("o1"), addLine("o1", "l1", { qty: 1 })), 1);
  await till.close();
});
