// What stores promise, and what IndexedDB does on top.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { openDB } from "idb";
import { openOn } from "../src/driver/open";
import type { Row, Store } from "../src/machine/contract";
import { newId } from "../src/ops";
import type { NotKept } from "../src/till";
import { indexedDBStore, removeDB, Taken } from "../src/store/indexeddb";
import { keeper, type Keeping } from "../src/store/keeper";
import { memoryStore } from "../src/store/keeper";
import { Browser } from "./hosts/browser";
import { Counter } from "./hosts/counter";
import { Scripted } from "./hosts/machine";

const sorted = (rows: Row[]) => rows.map((r) => JSON.stringify(r)).sort();

const stores: Record<string, () => { open(): Store }> = {
  memory: () => {
    const one = memoryStore();
    return { open: () => one };
  },
  indexedDB: () => {
    const name = newId();
    return { open: () => indexedDBStore(name) };
  },
};
for (const [name, make] of Object.entries(stores)) {
  test(`${name}: rows are found again`, async () => {
    const at = make();
    const store = at.open();
    assert.deepEqual(await store.load(), []);
    await store.write(
      [
        { table: "entries", key: 1, value: { a: [1] } },
        { table: "entries", key: 2, value: "x" },
        { table: "meta", key: "m", value: 7 },
        { table: "orders", key: "o", value: {} },
      ],
      true,
    );
    await store.write(
      [{ table: "entries", key: 2 }, { table: "orders" }, { table: "orders", key: "p", value: 0 }],
      false,
    );
    store.close();
    assert.deepEqual(
      sorted(await at.open().load()),
      sorted([
        { table: "entries", key: 1, value: { a: [1] } },
        { table: "meta", key: "m", value: 7 },
        { table: "orders", key: "p", value: 0 },
      ]),
    );
  });
}

test("indexedDB: all of a write, or nothing", async () => {
  const name = newId();
  const store = indexedDBStore(name);
  await store.load();
  await assert.rejects(
    store.write(
      [
        { table: "meta", key: "a", value: 1 },
        { table: "meta", key: "b", value: () => {} },
      ],
      true,
    ),
  );
  store.close();
  assert.deepEqual(await indexedDBStore(name).load(), []);
});

test("indexedDB: who loads last owns it", async () => {
  const name = newId();
  const a = indexedDBStore(name),
    b = indexedDBStore(name);
  await a.load();
  await a.write([{ table: "meta", key: "a", value: 1 }], true);
  assert.equal((await b.load()).length, 1);
  await assert.rejects(a.write([{ table: "meta", key: "a", value: 2 }], true), Taken);
  await b.write([{ table: "meta", key: "b", value: 2 }], true);
  assert.deepEqual(
    sorted(await indexedDBStore(name).load()),
    sorted([
      { table: "meta", key: "a", value: 1 },
      { table: "meta", key: "b", value: 2 },
    ]),
  );
});

test("indexedDB: a write asks for its owner together with its rows, and owns what it wrote anew", async (t) => {
  const name = newId(),
    store = indexedDBStore(name),
    calls: string[] = [];
  await store.load();
  const { get, put } = IDBObjectStore.prototype;
  t.mock.method(IDBObjectStore.prototype, "get", function (this: IDBObjectStore, key: string) {
    const request = get.call(this, key);
    request.addEventListener("success", () => calls.push("owner"));
    return request;
  });
  t.mock.method(IDBObjectStore.prototype, "put", function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
    calls.push(`put ${args[1]}`);
    return put.apply(this, args);
  });
  await store.write([row("a"), row("b")], true);
  assert.deepEqual(calls.splice(0), ["put a", "put b", "owner"]);
  await store.write([{ table: "meta" }, row("c")], true);
  await store.write([row("d")], true);
  store.close();
  assert.deepEqual((await indexedDBStore(name).load()).map((r) => r.key).sort(), ["c", "d"]);
});

test("indexedDB: after its database was deleted a write fails, and the next makes it anew", async () => {
  const name = newId();
  const store = indexedDBStore(name, true);
  await store.load();
  await store.write([{ table: "meta", key: "a", value: 1 }], true);
  await removeDB(name);
  await assert.rejects(store.write([{ table: "meta", key: "b", value: 2 }], true), /closed/);
  await store.write(
    [
      { table: "meta", key: "a", value: 1 },
      { table: "meta", key: "b", value: 2 },
    ],
    true,
  );
  store.close();
  assert.equal((await indexedDBStore(name).load()).length, 2);
});

test("indexedDB: a queue that was sent and removed by another isn't written anew", async () => {
  const name = newId();
  const store = indexedDBStore(name);
  await store.load();
  await removeDB(name);
  await assert.rejects(store.write([], true), /closed/);
  await assert.rejects(store.write([{ table: "meta", key: "b", value: 2 }], true), Taken);
});

test("a browser that keeps nothing: the till works, and says so", async (t) => {
  t.mock.method(console, "error", () => {});
  const server = new Counter();
  const host = new Browser({ machine: (c) => new Scripted(c), fetch: server.fetch }).tab().host();
  const refuse = async () => {
    throw new DOMException("not here", "SecurityError");
  };
  const till = await openOn(
    { ...host, store: () => ({ load: refuse, write: refuse, close() {} }) },
    { url: "http://till.test", token: "t", name: newId() },
  );
  assert.equal(till.status.problem, "not_kept");
  assert.match(till.status.advice, /private window/);
  assert.equal(await till.do({ op: "order.create", order: "o1" }), 1);
  assert.equal(till.orders().length, 1);
  await till.close();
});

/** Once, or from then on, the connections of a database are as a phone's after its sleep. */
function asleep(t: TestContext, times: number) {
  const { transaction } = IDBDatabase.prototype;
  const broken = t.mock.method(
    IDBDatabase.prototype,
    "transaction",
    function (this: IDBDatabase, ...args: Parameters<typeof transaction>) {
      if (times-- > 0)
        throw new DOMException(
          "Connection to Indexed Database server lost. Refresh the page to try again",
          "UnknownError",
        );
      return transaction.apply(this, args);
    },
  );
  return broken;
}
const row = (key: string): Row => ({ table: "meta", key, value: 1 });

test("indexedDB: a connection that was lost is opened again, and nothing is missing", async (t) => {
  const name = newId(),
    store = indexedDBStore(name);
  await store.load();
  await store.write([row("a")], true);
  asleep(t, 1);
  await store.write([row("b")], true);
  asleep(t, 1);
  assert.equal((await store.load()).length, 2);
});

test("indexedDB: one that was cleared while its connection was lost isn't written in part", async (t) => {
  const name = newId(),
    store = indexedDBStore(name, true);
  await store.load();
  await store.write([row("a")], true);
  const db = await openDB(name);
  await db.clear("meta");
  db.close();
  asleep(t, 1);
  await assert.rejects(store.write([row("b")], true), /cleared/);
  await store.write([row("a"), row("b")], true);
  assert.equal((await store.load()).length, 2);
});

test("indexedDB: one that doesn't answer is given up after 5 s", async (t) => {
  const store = indexedDBStore(newId());
  t.mock.method(indexedDB, "open", () => new EventTarget());
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const loaded = store.load();
  await Promise.resolve();
  t.mock.timers.tick(5000);
  await assert.rejects(loaded, /doesn't answer/);
});

test("a queue that can't be read is never written over: the till works, says so, and a reload finds it", async (t) => {
  t.mock.method(console, "error", () => {});
  const name = newId(),
    before = indexedDBStore(name);
  await before.load();
  await before.write([row("unsent")], true);
  before.close();
  const inner = indexedDBStore(name, true),
    keeping: Keeping = { changed() {} };
  asleep(t, 2);
  const store = keeper(inner, keeping);
  assert.deepEqual(await store.load(), []);
  assert.equal(keeping.why, "broken");
  await store.write([row("new")], true);
  store.close();
  t.mock.restoreAll();
  assert.deepEqual(
    (await indexedDBStore(name).load()).map((r) => r.key),
    ["unsent"],
  );
});

test("what couldn't be written is written with everything, and another tab that took the queue is heard of", async (t) => {
  t.mock.method(console, "error", () => {});
  const under = memoryStore(),
    told: (NotKept | undefined)[] = [],
    keeping: Keeping = {
      changed() {
        told.push(keeping.why);
      },
    };
  const store = keeper(under, keeping);
  await store.load();
  await store.write([row("a")], true);
  under.fail = new DOMException("full", "QuotaExceededError");
  await store.write([row("b")], true);
  await store.write([row("c"), { table: "meta", key: "a" }], true);
  assert.deepEqual(
    (await under.load()).map((r) => r.key),
    ["a"],
  );
  delete under.fail;
  await new Promise<void>((resolve) => {
    keeping.changed = () => {
      told.push(keeping.why);
      resolve();
    };
  });
  assert.deepEqual((await under.load()).map((r) => r.key).sort(), ["b", "c"]);
  assert.deepEqual(told, ["full", undefined]);
  under.fail = new Taken();
  await assert.rejects(store.write([row("d")], true), Taken);
  store.close();
});

test("plain http, where storage throws or holds what isn't ours: the till opens", async () => {
  const server = new Counter(),
    name = newId();
  const host = new Browser({ machine: (c) => new Scripted(c), fetch: server.fetch }, true).tab().host();
  const no = () => {
    throw new DOMException("not here", "SecurityError");
  };
  const throwing = new Proxy({}, { get: no, ownKeys: no, set: no, deleteProperty: no }) as Storage;
  for (const [local, session] of [
    [throwing, throwing],
    [
      {
        ...host.local,
        getItem: () => "garbage",
        setItem() {},
        removeItem() {},
        [`manytill:${name}:${"0".repeat(32)}`]: "{",
      },
      host.session,
    ],
  ]) {
    const till = await openOn(
      { ...host, local: local as Storage, session: session as Storage },
      { url: "http://till.test", token: "t", name },
    );
    assert.ok(await till.do({ op: "order.create", order: newId() }));
    await till.close();
  }
});
