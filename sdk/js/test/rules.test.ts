// Rules of docs/protocol.md, "What a client must do", that no story of the Go client's tells apart from its opposite.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mutation, OrderChange, ServerFrame } from "../src/protocol";
import { lineOf, MachineFixture, welcome } from "./machine-fixture";

const frame = (seq: number, delta: Partial<OrderChange>, more = {}): ServerFrame => ({
  t: "changes",
  cursor: `e1.${seq}`,
  seq,
  changes: [{ seq, orders: { o1: { rev: 1, number: 1, run: 3, state: "open", ...delta } }, ...more }],
});
const line = (qty: number) => ({ lines: { l1: { n: 1, set: { qty } } } });
const order = (qty: number) => ({
  id: "o1",
  number: 1,
  state: "open" as const,
  run: 3,
  rev: 1,
  fields: {},
  payments: [],
  lines: [{ id: "l1", n: 1, fields: { qty } }],
});
/** started has order o1 with line l1, of which there is 1, at seq 11. */
const started = (): MachineFixture => {
  const s = new MachineFixture();
  s.run("connect");
  s.frame(1, frame(11, line(1)));
  return s;
};
/** polling is the same over polls, with request -2 under way. */
const polling = (): MachineFixture => {
  const s = new MachineFixture(["poll"]);
  s.run("tick");
  s.step({
    is: "answered",
    request: -1,
    answer: { mode: "snapshot", orders: [order(1)], more: false, cursor: "e1.11", seq: 11 },
  });
  return s;
};
const qty = (s: MachineFixture): unknown => lineOf(s.machine.order("o1"), "l1")?.fields.qty;
/** pushed are the ids in each push since the last call. */
const pushed = (s: MachineFixture): number[][] =>
  s.effects.splice(0).flatMap((e) => {
    const mutations: Mutation[] | undefined =
      e.is === "send" && e.frame.t === "push"
        ? e.frame.mutations
        : e.is === "request" && e.call.is === "push"
          ? e.call.mutations
          : undefined;
    return mutations ? [mutations.map((m) => m.id)] : [];
  });

test("what a snapshot has isn't added once more, though its outcome isn't known", () => {
  const s = started();
  s.run("inc o1 l1");
  s.frame(1, { t: "reset", reason: "cursor_expired" });
  s.frame(1, { t: "snapshot", orders: [order(2)], more: false, cursor: "e1.20", seq: 20, last_id: 1 });
  assert.deepEqual([qty(s), s.machine.status.unsent], [2, 1]);
});

test("a change with this client's id, tapped at another time, is another's", () => {
  const s = started();
  s.run("inc o1 l1");
  s.frame(1, frame(12, { rev: 2 }, { client_id: "c1", id: 1, tapped_at: "2020-01-01T00:00:00Z" }));
  assert.deepEqual([qty(s), s.machine.status.unsent], [2, 1]);
  s.frame(1, frame(13, { rev: 3, ...line(2) }, { client_id: "c1", id: 1, tapped_at: "2026-11-21T10:00:00Z" }));
  assert.deepEqual([qty(s), s.machine.status.unsent], [2, 0]);
});

/** waiting has line.inc of a line that a restored server doesn't know. */
const waiting = (): MachineFixture => {
  const s = started();
  s.run("down 1");
  s.run("inc o1 l1");
  s.run("tick 2s");
  s.run("up 2");
  s.frame(2, welcome());
  s.frame(2, { t: "reset", reason: "epoch_changed" });
  s.frame(2, { t: "snapshot", orders: [{ ...order(0), lines: [] }], more: false, cursor: "e2.5", seq: 5, last_id: 0 });
  s.run("tick 5s");
  s.run("welcome 3");
  s.frame(3, {
    t: "pushed",
    ref: 1,
    last_id: 1,
    results: [{ id: 1, status: "rejected", code: "not_found", order: "o1", line: "l1" }],
  });
  assert.deepEqual([s.machine.status.waiting, s.machine.rejections().length], [1, 0]);
  s.effects = [];
  return s;
};
test("what waits for a line is pushed when the line came, and when it came and went at once", () => {
  const came = waiting();
  came.frame(3, frame(6, { rev: 2 }));
  assert.deepEqual(pushed(came), []);
  came.frame(3, frame(7, { rev: 3, ...line(1) }));
  assert.deepEqual(pushed(came), [[2]]);
  const went = waiting();
  went.frame(3, frame(6, { rev: 2, lines: { l1: { n: 1, removed: true } } }));
  assert.deepEqual(pushed(went), [[2]]);
});
test("what waits is carried over another reset", () => {
  const s = waiting();
  s.frame(3, { t: "reset", reason: "diverged" });
  s.frame(3, { t: "snapshot", orders: [{ ...order(0), lines: [] }], more: false, cursor: "e3.5", seq: 5, last_id: 1 });
  assert.deepEqual([s.machine.status.waiting, s.machine.status.unsent], [0, 1]);
});
test("what waits is pushed again if its line came before the answer that it isn't there", () => {
  const s = waiting();
  s.frame(3, frame(6, { rev: 2, lines: { l1: { n: 1, removed: true } } }));
  s.frame(3, { t: "changes", changes: [], cursor: "e2.6", seq: 6, last_id: 1 });
  pushed(s);
  s.frame(3, {
    t: "changes",
    changes: [{ seq: 7, orders: { o1: { rev: 3, number: 1, run: 3, state: "open", ...line(1) } } }],
    cursor: "e2.7",
    seq: 7,
    last_id: 1,
  });
  s.frame(3, {
    t: "pushed",
    ref: 2,
    last_id: 2,
    results: [{ id: 2, status: "rejected", code: "not_found", order: "o1", line: "l1" }],
  });
  assert.deepEqual([pushed(s), s.machine.status.waiting], [[[3]], 0]);
  s.frame(3, {
    t: "pushed",
    ref: 3,
    last_id: 3,
    results: [{ id: 3, status: "rejected", code: "not_found", order: "o1", line: "l1" }],
  });
  assert.deepEqual([pushed(s), s.machine.status.waiting], [[], 1], "but not for ever, where nothing came");
});

test("after a storage failure nothing is sent before everything is on disk again", () => {
  const s = started();
  s.frame(1, { t: "till", open: false, run: 3 });
  s.run("inc o1 l1");
  s.store.fails = true;
  s.run("inc o1 l1");
  s.frame(1, { t: "till", open: true, run: 3 });
  s.run("slow");
  s.run("tick 3s");
  assert.deepEqual(pushed(s), []);
  s.run("stored 99");
  assert.deepEqual(pushed(s), [[1]]);
});

test("while a folded answer isn't complete nothing is pushed by request", () => {
  const s = polling(),
    folded = (to: string) => ({
      seq: 20_000,
      from: 12,
      folded: true,
      orders: { [to]: { rev: 9, number: 2, run: 3, state: "open" as const } },
    });
  s.step({
    is: "answered",
    request: -2,
    answer: { mode: "changes", changes: [folded("o2")], cursor: "e1.f1", seq: 20_000, more: true },
  });
  s.run("inc o1 l1");
  assert.deepEqual(pushed(s), []);
  s.step({
    is: "answered",
    request: -3,
    answer: { mode: "changes", changes: [folded("o3")], cursor: "e1.20000", seq: 20_000, more: false },
  });
  assert.deepEqual(pushed(s), [[1]]);
  assert.deepEqual([...s.machine.orders()].map((o) => o.id).sort(), ["o1", "o2", "o3"]);
});

test("an id_gap sends again though it was settled and left behind long ago", () => {
  const s = started();
  for (const id of [1, 2]) {
    s.run("inc o1 l1");
    s.frame(1, frame(11 + id, { rev: 1 + id, ...line(1 + id) }, { client_id: "c1", id }));
    s.frame(1, { t: "pushed", ref: id, last_id: id, results: [{ id, status: "applied", seq: 11 + id }] });
  }
  s.run("inc o1 l1");
  pushed(s);
  s.frame(1, { t: "error", ref: 3, code: "id_gap", message: "", expected: 2, got: 3 });
  assert.deepEqual(pushed(s), [[2, 3]]);
});

test("the last_id of an answer that goes on hides nothing that isn't here yet", () => {
  const s = polling();
  s.run("inc o1 l1");
  s.run("inc o1 l1");
  s.step({
    is: "answered",
    request: -3,
    answer: {
      last_id: 2,
      results: [{ id: 1, status: "duplicate", seq: 12 }],
      changes: [],
      cursor: "e1.11",
      seq: 11,
      head: 13,
      more: true,
    },
  });
  assert.equal(qty(s), 3);
});

test("a mutation is shown until its change is here, whatever the answer said; then once", () => {
  const s = started();
  s.run("inc o1 l1");
  s.frame(1, { t: "pushed", ref: 1, last_id: 1, results: [{ id: 1, status: "applied", seq: 12 }] });
  assert.equal(qty(s), 2);
  s.frame(1, frame(12, { rev: 2, ...line(2) }, { client_id: "c1", id: 1 }));
  assert.equal(qty(s), 2);
});

test("acknowledged mutations are kept for 48 hours, or the last 1,000", () => {
  const s = started(),
    kept = () => s.machine.rows().filter((r) => r.table === "entries").length;
  const many = 1010;
  for (let id = 1; id <= many; id++) {
    s.tap({ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 });
    s.frame(1, frame(11 + id, { rev: 1 + id, ...line(1 + id) }, { client_id: "c1", id }));
    s.frame(1, { t: "pushed", ref: id, last_id: id, results: [{ id, status: "applied", seq: 11 + id }] });
  }
  assert.deepEqual([s.machine.status.unsent, kept()], [0, many]);
  s.now += 47 * 3_600_000;
  s.run("tick");
  assert.equal(kept(), many);
  s.now += 2 * 3_600_000;
  s.run("tick");
  assert.equal(kept(), 1000);
  s.run("crash");
  s.run("inc o1 l1");
  assert.ok(
    s.machine.rows().some((r) => r.table === "entries" && r.key === many + 1),
    "ids go on",
  );
});
