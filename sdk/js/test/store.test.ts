// What stores promise, and what IndexedDB does on top.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { openOn } from "../src/driver/open";
import type { Row, Store } from "../src/machine/contract";
import { newId } from "../src/ops";
import { indexedDBStore, removeDB, Taken } from "../src/store/indexeddb";
import { memoryStore } from "../src/store/memory";
import { Browser } from "./hosts/browser";
import { Counter } from "./hosts/counter";
import { Scripted } from "./hosts/machine";

const sorted = (rows: Row[]) => rows.map((r) => JSON.stringify(r)).sort();

const stores: Record<string, () => { open(): Store }> = {
  memory: () => { const one = memoryStore(); return { open: () => one }; },
  indexedDB: () => { const name = newId(); return { open: () => indexedDBStore(name) }; },
};
for (const [name, make] of Object.entries(stores)) {
  test(`${name}: rows are found again`, async () => {
    const at = make();
    const store = at.open();
    assert.deepEqual(await store.load(), []);
    await store.write([
      { table: "entries", key: 1, value: { a: [1] } }, { table: "entries", key: 2, value: "x" },
      { table: "meta", key: "m", value: 7 }, { table: "orders", key: "o", value: {} },
    ], true);
    await store.write([{ table: "entries", key: 2 }, { table: "orders" }, { table: "orders", key: "p", value: 0 }], false);
    store.close();
    assert.deepEqual(sorted(await at.open().load()), sorted([
      { table: "entries", key: 1, value: { a: [1] } }, { table: "meta", key: "m", value: 7 }, { table: "orders", key: "p", value: 0 },
    ]));
  });
}

test("indexedDB: all of a write, or nothing", async () => {
  const name = newId();
  const store = indexedDBStore(name);
  await store.load();
  await assert.rejects(store.write([{ table: "meta", key: "a", value: 1 }, { table: "meta", key: "b", value: () => {} }], true));
  store.close();
  assert.deepEqual(await indexedDBStore(name).load(), []);
});

test("indexedDB: who loads last owns it", async () => {
  const name = newId();
  const a = indexedDBStore(name), b = indexedDBStore(name);
  await a.load();
  await a.write([{ table: "meta", key: "a", value: 1 }], true);
  assert.equal((await b.load()).length, 1);
  await assert.rejects(a.write([{ table: "meta", key: "a", value: 2 }], true), Taken);
  await b.write([{ table: "meta", key: "b", value: 2 }], true);
  assert.deepEqual(sorted(await indexedDBStore(name).load()), sorted([{ table: "meta", key: "a", value: 1 }, { table: "meta", key: "b", value: 2 }]));
});

test("indexedDB: after its database was deleted a write fails, and the next makes it anew", async () => {
  const name = newId();
  const store = indexedDBStore(name, true);
  await store.load();
  await store.write([{ table: "meta", key: "a", value: 1 }], true);
  await removeDB(name);
  await assert.rejects(store.write([{ table: "meta", key: "b", value: 2 }], true), /closed/);
  await store.write([{ table: "meta", key: "a", value: 1 }, { table: "meta", key: "b", value: 2 }], true);
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
  const refuse = async () => { throw new DOMException("not here", "SecurityError"); };
  const till = await openOn({ ...host, store: () => ({ load: refuse, write: refuse, close() {} }) }, { url: "http://till.test", token: "t", name: newId() });
  assert.equal(till.status.problem, "not_kept");
  assert.match(till.status.advice, /private window/);
  assert.equal(await till.do({ op: "order.create", order: "o1" }), 1);
  assert.equal(till.orders().length, 1);
  await till.close();
});
