// Queues as earlier versions stored them: a till that is updated finds all of it, and sends what is left.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Row } from "../src/machine/contract";
import { Machine } from "../src/machine/machine";
import type { Entry } from "../src/queue/state";
import { MachineFixture, welcome } from "./machine-fixture";

/** data/stored.json was written by version 0.1.0 as of 2026-11-29: queues in every state that rows can have. */
const stored: { after: string; rows: Row[] }[] = JSON.parse(
  readFileSync(new URL("data/stored.json", import.meta.url), "utf8"),
);

const sorted = (rows: Row[]): Row[] =>
  rows
    .filter((r) => r.value !== undefined && !(r.key === "asides" && !(r.value as []).length))
    .sort((a, b) => (`${a.table}${a.key}` < `${b.table}${b.key}` ? -1 : 1));
const json = (x: unknown) => JSON.parse(JSON.stringify(x));
const value = <T>(rows: Row[], key: string): T | undefined =>
  rows.find((r) => r.table === "meta" && r.key === key)?.value as T;
const entries = (rows: Row[]): Entry[] => rows.filter((r) => r.table === "entries").map((r) => r.value as Entry);

const over = (rows: Row[]): MachineFixture => {
  const s = new MachineFixture();
  s.store.put(structuredClone(rows), true);
  s.start();
  s.now = Date.UTC(2026, 10, 21, 12);
  return s;
};

test("there is a queue of each kind", () => {
  const text = JSON.stringify(stored);
  for (const kind of [
    "anew",
    "waiting",
    "foreign",
    "blank",
    "again",
    "newOrder",
    "known",
    "recovery",
    "asides",
    "drafts",
  ]) {
    assert.match(text, new RegExp(`"${kind}"`), kind);
  }
});

for (const { after, rows } of stored) {
  test(`after ${after}: every row is found`, () => {
    const machine = new Machine({ rows: structuredClone(rows), token: "x", random: () => 0.5, newId: () => "new" });
    assert.deepEqual(sorted(json(machine.rows())), sorted(rows));
    assert.equal(machine.status.unsent, entries(rows).filter((e) => !e.result).length);
    assert.equal(machine.status.waiting, entries(rows).filter((e) => e.waiting).length);
    assert.deepEqual(machine.strandedQueues(), value(rows, "asides") ?? []);
    assert.deepEqual(
      machine.rejections().map((r) => r.mutation.id),
      entries(rows)
        .filter((e) => e.result?.code && !e.waiting)
        .map((e) => e.mutation.id),
    );
  });

  test(`after ${after}: every id goes on, and nothing is said before it is due`, () => {
    const s = over(rows),
      next = Math.max(value<number>(rows, "next") ?? 1, ...entries(rows).map((e) => e.mutation.id + 1));
    s.tap({ op: "order.create", order: "fresh" }, { op: "line.add", order: "fresh", line: "l", set: { qty: 1 } });
    assert.ok(s.machine.order("fresh")!.pending);
    const added = entries(s.machine.rows()).find((e) => e.mutation.ops.some((op) => op.order === "fresh"))!;
    assert.equal(added.mutation.id, next);
  });

  test(`after ${after}: what has no outcome is pushed, under the client_id that it has`, () => {
    const s = over(rows),
      at = value<{ cursor: string }>(rows, "at")!,
      recovery = value<{ known?: boolean; last_id: number }>(rows, "recovery");
    s.step({ is: "tick" });
    s.step({ is: "linkUp", conn: 1 });
    const hello = s.effects.flatMap((e) => (e.is === "send" && e.frame.t === "hello" ? [e.frame] : []))[0]!;
    assert.equal(hello.cursor, at.cursor || undefined);
    const client = value<string>(rows, "client");
    const settledFirst =
      recovery?.known && entries(rows).some((e) => !e.result && !e.foreign && e.mutation.id <= recovery.last_id);
    if (!recovery?.known || settledFirst) assert.equal(hello.client_id, client);
    const place = value<{ server_id?: string; multi_session?: { id: string } }>(rows, "place");
    s.frame(1, welcome(place?.server_id, place?.multi_session?.id));
    const pushed = s.effects.flatMap((e) => (e.is === "send" && e.frame.t === "push" ? e.frame.mutations : []));
    const expected = entries(rows).filter(
      (e) => !e.result && !e.foreign && (!recovery?.known || e.mutation.id <= recovery.last_id),
    );
    if (at.cursor && (!recovery || settledFirst))
      assert.deepEqual(
        pushed.map((m) => m.id),
        expected.slice(0, recovery ? 1 : expected.length).map((e) => e.mutation.id),
      );
    if (!at.cursor) assert.deepEqual(pushed, [], "not without a position");
    for (const m of pushed) {
      const was = expected.find((e) => e.mutation.id === m.id);
      if (was && hello.client_id === client)
        assert.deepEqual(
          json(m),
          was.blank ? { ...was.mutation, ops: [] } : was.mutation,
          "the body is the same to the letter",
        );
    }
  });
}
