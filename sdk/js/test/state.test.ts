// The queue's rows: what a restart finds is what was there, and what is counted is what is there.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Row } from "../src/machine/contract";
import { State, type Entry } from "../src/queue/state";
import type { Result } from "../src/protocol";

const entry = (id: number, result?: Partial<Result>, more: Partial<Entry> = {}): Entry => ({
  mutation: { id, ops: [{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 }] },
  ...(result && { result: { id, status: "applied", ...result } }),
  ...more,
});
/** Disk applies rows as a store does. */
class Disk {
  private all = new Map<string, Row>();
  take(rows: Iterable<Row>): void {
    for (const row of rows) {
      if (row.value === undefined) this.all.delete(row.table + row.key);
      else this.all.set(row.table + row.key, structuredClone(row));
    }
  }
  rows(): Row[] {
    return [...this.all.values()];
  }
}

type Act =
  | { is: "put"; result?: Partial<Result>; waiting: boolean }
  | { is: "settle" | "drop"; nth: number }
  | { is: "begin" }
  | { is: "draft"; order: string; gone: boolean }
  | { is: "at"; seq: number }
  | { is: "store" };
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant("put" as const),
      result: fc.constantFrom(undefined, undefined, { seq: 3 }, { status: "rejected" as const, code: "gone" }),
      waiting: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ is: fc.constantFrom("settle" as const, "drop" as const), nth: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ is: "begin" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("draft" as const),
      order: fc.constantFrom("o1", "__proto__"),
      gone: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("at" as const), seq: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.constant({ is: "store" as const }) },
);

test("whatever happens, the rows that were handed out add up to the state", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const s = new State([]),
        disk = new Disk();
      let clients = 0;
      for (const a of acts) {
        const ids = [...s.tables.entries.keys()];
        if (a.is === "put") s.putEntry(entry(s.next, a.result, a.waiting && a.result ? { waiting: true } : {}), true);
        else if (a.is === "settle" && ids.length) s.putEntry(entry(ids[a.nth % ids.length]!, { seq: 5 }));
        else if (a.is === "drop" && ids.length) s.dropEntry(ids[a.nth % ids.length]!);
        else if (a.is === "begin") s.begin(`c${++clients}`, { ...s.meta.at, decided: 0 });
        else if (a.is === "draft")
          s.put({ table: "drafts", key: a.order, value: a.gone ? undefined : entry(0).mutation });
        else if (a.is === "at") s.set("at", { cursor: "e", seq: a.seq, decided: 0 });
        else {
          disk.take(s.dirty.values());
          s.dirty.clear();
          const again = new State(disk.rows());
          assert.deepEqual(
            again
              .rows()
              .map((r) => JSON.stringify(r))
              .sort(),
            s
              .rows()
              .filter((r) => r.value !== undefined)
              .map((r) => JSON.stringify(r))
              .sort(),
          );
          assert.deepEqual(
            [again.next, again.unsent, again.waiting],
            [s.next, s.unsent, s.waiting],
            "the next id, and what is counted",
          );
        }
        const all = [...s.tables.entries.values()];
        assert.equal(s.unsent, all.filter((e) => !e.result && !e.waiting).length);
        assert.equal(s.waiting, all.filter((e) => e.waiting).length);
        assert.ok(
          all.every((e) => e.mutation.id < s.next),
          "an id is never given twice",
        );
      }
    }),
  );
});

test("walk gives the entries from an id on, rising, each as it is when it is asked for", () => {
  const s = new State([3, 1, 7].map((id): Row => ({ table: "entries", key: id, value: entry(id) })));
  assert.deepEqual(
    [...s.walk()].map((e) => e.mutation.id),
    [1, 3, 7],
  );
  assert.deepEqual(
    [...s.walk(2)].map((e) => e.mutation.id),
    [3, 7],
  );
  const seen: [number, boolean][] = [];
  for (const e of s.walk()) {
    seen.push([e.mutation.id, !!e.result]);
    if (e.mutation.id === 1) {
      s.putEntry(entry(7, { seq: 2 }));
      s.dropEntry(3);
      s.putEntry(entry(8)); // what is added meanwhile isn't walked
    }
  }
  assert.deepEqual(seen, [
    [1, false],
    [7, true],
  ]);
});

test("what is over is left behind, and looked at again when it must be", () => {
  const s = new State([]);
  for (let id = 1; id <= 5; id++) s.putEntry(entry(id, id === 3 ? undefined : { seq: 10 + id }));
  s.rise();
  assert.equal(s.low, 1, "above the position it is replayed yet");
  s.set("at", { cursor: "e", seq: 12, decided: 0 });
  s.rise();
  assert.equal(s.low, 3, "up to the first that has no outcome");
  s.putEntry(entry(3, { seq: 13 }, { waiting: true }));
  s.set("at", { cursor: "e", seq: 99, decided: 0 });
  s.rise();
  assert.equal(s.low, 3, "or waits");
  s.putEntry(entry(3, { seq: 13 }));
  s.rise();
  assert.equal(s.low, 6);
  assert.deepEqual(s.active(), []);
  s.lower();
  assert.deepEqual(
    s.active().map((e) => e.mutation.id),
    [1, 2, 3, 4, 5],
  );
});

test("an id stays used though its entry, the last, is dropped", () => {
  const s = new State([]);
  s.putEntry(entry(1));
  s.putEntry(entry(2));
  s.dropEntry(1);
  assert.equal(s.meta.next, undefined, "the entries say it");
  s.dropEntry(2);
  assert.equal(s.meta.next, 3);
  assert.equal(new State(s.rows()).next, 3);
});

test("a new queue has another client_id, ids from 1, and nothing of a recovery", () => {
  const s = new State([]);
  s.putEntry(entry(1));
  s.set("recovery", { reason: "id_gap", known: true, last_id: 1 });
  s.set("at", { cursor: "e", seq: 4, decided: 3 });
  s.begin("c2", { ...s.meta.at, decided: 0 });
  assert.deepEqual(
    [s.meta.client, s.next, s.meta.recovery, s.meta.at],
    ["c2", 1, undefined, { cursor: "e", seq: 4, decided: 0 }],
  );
  assert.deepEqual([s.active(), s.unsent], [[], 0]);
});

test("a row that is put says whether it must be on disk before anybody is told", () => {
  const s = new State([]);
  s.set("at", { cursor: "e", seq: 1, decided: 0 });
  assert.equal(s.sync, false);
  s.putEntry(entry(1), true);
  s.putEntry(entry(2));
  assert.equal(s.sync, true, "once is enough");
  assert.deepEqual(
    [...s.dirty.values()].map((r) => r.table + r.key),
    ["metaat", "entries1", "entries2"],
  );
});
