import assert from "node:assert/strict";
import { test } from "node:test";
import { explained, worded } from "../src/driver/texts";
import type { Effect, Refusal, Told } from "../src/machine/contract";
import type { Entry } from "../src/queue/state";
import type { ShownOrder } from "../src/till";
import type { Op, OrderChange, PullResponse, ServerFrame, Value } from "../src/protocol";
import { lineOf, MachineFixture, toldOf, welcome } from "./machine-fixture";

const line = (n: number, set = {}) => ({ n, set });
const frame = (seq: number, order: string, delta: Partial<OrderChange>, more = {}): ServerFrame => ({
  t: "changes",
  cursor: `e1.${seq}`,
  seq,
  changes: [{ seq, orders: { [order]: { rev: 1, number: 1, run: 3, state: "open", ...delta } }, ...more }],
});
/** connected has order o1 with lines l1, l2, l3 at seq 11. */
const connected = (): MachineFixture => {
  const s = new MachineFixture();
  s.run("connect");
  s.frame(
    1,
    frame(11, "o1", {
      set: { partner_id: 3 },
      lines: { l1: line(1, { qty: 1 }), l2: line(2, { qty: 2 }), l3: line(3, { qty: 3 }) },
    }),
  );
  s.effects = [];
  return s;
};
const stores = (s: MachineFixture) => s.effects.filter((e): e is Effect & { is: "store" } => e.is === "store");
const told = <E extends Told["is"]>(s: MachineFixture, is: E) => toldOf(s.effects, is);
const firstOf = <I extends Effect["is"]>(s: MachineFixture, is: I): Effect & { is: I } =>
  s.effects.find((e): e is Effect & { is: I } => e.is === is)!;
/** only the touched line of an order is another object. */
const onlyChanged = (was: ShownOrder, now: ShownOrder, ids: string[]): void => {
  assert.notEqual(now, was);
  assert.notEqual(now.lines, was.lines);
  for (const l of was.lines) assert.equal(lineOf(now, l.id) === l, !ids.includes(l.id), l.id);
};

test("what didn't change keeps its identity: taps, confirmations, changes of others, snapshots", () => {
  const s = connected(),
    start = s.machine.order("o1")!;
  s.run("inc o1 l2");
  const tapped = s.machine.order("o1")!;
  onlyChanged(start, tapped, ["l2"]);
  assert.equal(lineOf(start, "l2")!.fields.qty, 2, "what was handed out stays");
  assert.equal(tapped.payments, start.payments);
  // Another's change of another line: l2 is replayed and says the same.
  s.frame(1, frame(12, "o1", { rev: 2, lines: { l3: line(3, { qty: 9 }) } }));
  const others = s.machine.order("o1")!;
  onlyChanged(tapped, others, ["l3"]);
  assert.equal(others.fields, tapped.fields);
  s.frame(
    1,
    frame(
      13,
      "o1",
      { rev: 3, lines: { l2: line(2, { qty: 3, ms_info: lineOf(others, "l2")!.fields.ms_info! }) } },
      { client_id: "c1", id: 1 },
    ),
  );
  const confirmed = s.machine.order("o1")!;
  onlyChanged(others, confirmed, ["l2"]); // no longer pending
  assert.equal(lineOf(confirmed, "l2")!.pending, undefined);
  // A snapshot of the same.
  s.effects = [];
  s.frame(1, { t: "reset", reason: "cursor_expired" });
  s.frame(1, {
    t: "snapshot",
    orders: [JSON.parse(JSON.stringify(confirmed))],
    more: false,
    cursor: "e1.20",
    seq: 20,
    last_id: 1,
  });
  assert.equal(s.machine.order("o1"), confirmed);
  assert.deepEqual(told(s, "orders"), []);
  assert.deepEqual(
    stores(s).flatMap((e) => e.rows.map((r) => `${r.table}.${r.key}`)),
    ["meta.at", "meta.at"],
    "and its row isn't written",
  );
});

test("what a pending order is shown from: confirmed, and what is replayed, also where nothing of it differs", () => {
  const s = connected(),
    confirmed = s.machine.order("o1")!;
  assert.equal(s.machine.unconfirmed().size, 0);
  s.run("inc o1 l2");
  const tap = told(s, "orders")[0]![0]!.unconfirmed!;
  assert.equal(tap.confirmed, confirmed);
  assert.deepEqual(
    tap.mutations.map((w) => w.mutation.ops),
    [[{ op: "line.inc", order: "o1", line: "l2", field: "qty", by: 1 }]],
  );
  s.effects = [];
  s.tap({ op: "line.set", order: "o1", line: "l2", set: { qty: 3 } }); // as it is shown already
  const again = told(s, "orders")[0]![0]!;
  assert.deepEqual([again.order!.lines[1]!.fields.qty, again.unconfirmed!.mutations.length], [3, 2]);
  assert.deepEqual(s.machine.unconfirmed().get("o1"), again.unconfirmed);
});

test("who changed an order is told", () => {
  const s = connected(),
    by = { pos: { id: "till-1", name: "Till 1" } };
  s.frame(1, frame(12, "o1", { rev: 2, state: "paid" }, { by }));
  assert.deepEqual(told(s, "orders"), [[{ id: "o1", order: s.machine.order("o1"), by }]]);
});

test("rows: a change writes its order and the position, a tap its entry; a restart finds all", () => {
  const s = connected();
  s.frame(1, frame(12, "o1", { rev: 2, lines: { l1: line(1, { qty: 5 }) } }));
  assert.deepEqual(
    stores(s).map((e) => [e.sync, e.rows.map((r) => `${r.table}.${r.key}`)]),
    [[false, ["orders.o1", "meta.at"]]],
  );
  s.effects = [];
  s.run("inc o1 l1");
  assert.deepEqual(
    stores(s).map((e) => [e.sync, e.rows.map((r) => `${r.table}.${r.key}`)]),
    [[true, ["entries.1"]]],
  );
  const before = [...s.machine.orders()],
    rows = s.machine.rows();
  s.run("crash");
  assert.deepEqual([...s.machine.orders()], before);
  assert.deepEqual(s.machine.rows(), rows);
});

test("nothing is sent and no tap is done before it is on disk", () => {
  const s = connected();
  s.run("slow");
  s.effects = [];
  s.run("inc o1 l1");
  assert.deepEqual(
    s.effects.map((e) => e.is),
    ["store", "notify"],
  ); // of the status
  assert.equal(lineOf(s.machine.order("o1"), "l1")!.fields.qty, 1);
  const { batch } = stores(s)[0]!;
  s.effects = [];
  s.run(`stored ${batch}`);
  assert.deepEqual(
    s.effects.map((e) => e.is),
    ["notify", "done", "send", "timer"],
  );
});

test("after a failure everything is written again, and taps that are stored stay", () => {
  const s = connected();
  s.run("slow");
  s.run("inc o1 l1");
  s.run("inc o1 l2");
  const [first, second] = stores(s);
  s.effects = [];
  s.step({ is: "storeFailed", batch: second!.batch, error: new Error("quota") });
  assert.deepEqual(
    s.effects.flatMap((e) => (e.is === "done" ? [[e.tap, e.id, !!e.error]] : [])),
    [
      [1, 1, false],
      [2, 0, true],
    ],
  );
  assert.ok(first!.batch < second!.batch);
  s.effects = [];
  s.run("tick 3s");
  const all = stores(s)[0]!;
  assert.ok(all.all && all.sync);
  assert.deepEqual(all.rows, s.machine.rows());
  assert.deepEqual(
    all.rows.filter((r) => r.table === "entries").map((r) => r.key),
    [1],
  );
  assert.equal(s.machine.order("o1")!.lines[1]!.fields.qty, 2);
});

test("an empty order stays a draft; its fields go with its create; cancelling it leaves nothing", () => {
  const s = connected();
  s.tap({ op: "order.create", order: "o2", set: { partner_id: 1 } });
  s.tap({ op: "order.set", order: "o2", set: { partner_id: 2 } });
  s.run("crash");
  assert.deepEqual(
    [s.machine.order("o2")!.fields.partner_id, s.machine.order("o2")!.pending, s.machine.status.unsent],
    [2, true, 0],
  );
  s.tap({ op: "line.add", order: "o2", line: "l1", set: { qty: 1 } });
  const entry = s.machine.rows().find((r) => r.table === "entries")!.value as Entry;
  assert.deepEqual(entry.mutation.ops, [
    { op: "order.create", order: "o2", set: { partner_id: 2 } },
    { op: "line.add", order: "o2", line: "l1", set: { qty: 1 } },
  ]);
  assert.equal(s.machine.rows().filter((r) => r.table === "drafts").length, 0);
  s.run("new o3");
  s.tap({ op: "order.close", order: "o3", state: "cancelled" });
  assert.equal(s.machine.order("o3"), undefined);
});

for (const [ops, message] of [
  [[], /at least one op/],
  [[{ op: "line.add", order: "no id!", line: "l1", set: {} }], /ops\[0\].*order/],
  [[{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: NaN }], /by/],
  [[{ op: "line.inc", order: "o1", line: "l1", field: "qty" }], /ops\[0\].*by/],
  [[{ op: "line.set", order: "o1", line: "l1", set: { qty: 1e16 } }], /qty/],
  [[{ op: "line.set", order: "o1", line: "l1", set: [1] }], /ops\[0\].*set/],
  [[{ op: "order.close", order: "o1", state: "open" }], /ops\[0\].*state/],
  [[{ op: "order.pay", order: "o1", payment: { id: "p1", amount: 1 } }], /ops\[0\].*payment/],
  [[{ op: "line.move", order: "o1", lines: ["l1"], to: "o1" }], /ops\[0\].*to/],
  [[{ op: "line.move", order: "o1", lines: [], to: "o2" }], /ops\[0\].*lines/],
  [
    [
      { op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 },
      { op: "order.destroy", order: "o1" },
    ],
    /ops\[1\].*order.destroy/,
  ],
  [[{ op: "line.add", order: "o9", line: "l1", set: {} }], /no order o9 here/],
  [[{ op: "line.add", order: "o1", line: "l9", set: { description: "x".repeat(300_000) } }], /256/],
] as [unknown[], RegExp][]) {
  test(`refused at once: ${JSON.stringify(ops).slice(0, 70)}`, () => {
    const s = connected();
    s.tap(...(ops as Op[]));
    const { error } = firstOf(s, "done");
    assert.match(explained(error!).message, message);
    assert.equal(typeof (error as Refusal).code, "string");
    assert.equal(stores(s).length, 0);
  });
}

test("what is nested too deep or in circles is refused, and nothing breaks", () => {
  const s = connected(),
    circle: { a?: Value } = {};
  circle.a = circle as Value;
  let deep: Value = 1;
  for (let i = 0; i < 200; i++) deep = [deep];
  for (const value of [circle as Value, deep]) s.tap({ op: "line.set", order: "o1", line: "l1", set: { x: value } });
  assert.equal(s.effects.filter((e) => e.is === "done" && e.error).length, 2);
  s.run("inc o1 l1");
  assert.equal(s.machine.status.unsent, 1);
});

test("what is given and what is handed out don't share anything", () => {
  const s = connected(),
    set = { tax_ids: [1] };
  s.tap({ op: "line.set", order: "o1", line: "l1", set });
  set.tax_ids.push(2);
  assert.deepEqual(lineOf(s.machine.order("o1"), "l1")!.fields.tax_ids, [1]);
});

test("where no socket opens the stream does, pushes go by request, and the socket is tried each minute", () => {
  const s = new MachineFixture(["websocket", "sse", "poll"]);
  s.run("tick");
  s.run("down 1");
  const dial = s.effects.flatMap((e) => (e.is === "dial" && e.kind === "sse" ? [e] : []))[0]!;
  assert.deepEqual([dial.conn, dial.client_id, dial.cursor], [2, "c1", undefined]);
  s.run("up 2");
  s.frame(2, welcome());
  s.frame(2, { t: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 });
  assert.equal(s.machine.status.transport, "sse");
  s.run("new o1");
  s.effects = [];
  s.run("add o1 l1");
  const push = firstOf(s, "request");
  assert.equal(push.call.is === "push" && push.call.cursor, "e1.10");
  s.step({
    is: "answered",
    request: push.id,
    answer: {
      last_id: 1,
      results: [{ id: 1, status: "applied", seq: 11 }],
      changes: [],
      cursor: "e1.10",
      seq: 10,
      head: 11,
      more: false,
    },
  });
  assert.deepEqual([s.machine.status.unsent, s.machine.order("o1")!.pending], [0, true]);
  s.frame(2, frame(11, "o1", { lines: { l1: line(1, { qty: 1 }) } }, { client_id: "c1", id: 1 }));
  assert.equal(s.machine.order("o1")!.pending, undefined);
  // The stream lives by what it hears alone; the socket is tried again beside it.
  s.effects = [];
  for (let i = 0; i < 15; i++) {
    s.run("tick 4s");
    s.frame(2, { t: "hb" });
  }
  assert.deepEqual(
    s.effects.flatMap((e) =>
      e.is === "dial" ? [e.kind as string] : e.is === "send" || e.is === "hangup" ? [e.is] : [],
    ),
    ["websocket"],
  );
  assert.equal(s.machine.status.transport, "sse");
  s.run("welcome 3");
  assert.equal(s.machine.status.transport, "websocket");
  assert.ok(
    s.effects.some((e) => e.is === "hangup" && e.conn === 2),
    "the stream is hung up",
  );
});

test("where neither opens, polls do; when they fail too all are tried again, the best first", () => {
  const s = new MachineFixture(["websocket", "sse", "poll"]);
  s.run("tick");
  s.run("down 1");
  s.run("down 2");
  const pull = firstOf(s, "request");
  assert.equal(pull.call.is, "pull");
  s.effects = [];
  s.step({ is: "failed", request: pull.id });
  s.run("tick 2s");
  assert.deepEqual(
    s.effects.flatMap((e) => (e.is === "dial" ? [e.kind] : e.is === "request" ? ["request"] : [])),
    ["websocket", "sse", "request"],
  );
});

/** A till on a stream, at seq 10. */
const streaming = (): MachineFixture => {
  const s = new MachineFixture(["sse", "poll"]);
  s.run("tick");
  s.run("up 1");
  s.frame(1, welcome());
  s.frame(1, { t: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 });
  s.effects = [];
  return s;
};
const pulls = (s: MachineFixture) =>
  s.effects.flatMap((e) => (e.is === "request" && e.call.is === "pull" ? [{ id: e.id, ...e.call }] : []));
const hungUp = (s: MachineFixture) => s.effects.some((e) => e.is === "hangup");
const nothingNew: PullResponse = {
  mode: "changes",
  changes: [],
  cursor: "e1.10",
  seq: 10,
  head: 10,
  more: false,
  last_id: 0,
};

test("beside a stream that is quiet for 5 s a pull is made: nothing new, and the stream stays", () => {
  const s = streaming();
  for (let i = 1; i <= 3; i++) {
    s.run("tick 5s");
    assert.deepEqual([pulls(s).length, pulls(s).at(-1)!.cursor, pulls(s).at(-1)!.wait], [i, "e1.10", undefined]);
    s.step({ is: "answered", request: pulls(s).at(-1)!.id, answer: nothingNew });
  }
  assert.equal(hungUp(s), false);
});

test("a pull that brings what the stream didn't, or that isn't answered, shows that the stream is dead", () => {
  const s = streaming();
  s.run("tick 5s");
  const { changes, cursor, seq } = frame(11, "o1", {}) as ServerFrame & { t: "changes" };
  s.step({
    is: "answered",
    request: pulls(s)[0]!.id,
    answer: { mode: "changes", changes, cursor, seq, head: 11, last_id: 0 },
  });
  assert.ok(hungUp(s));
  assert.equal(s.machine.order("o1")!.number, 1, "and what it brought is shown");
  const mute = streaming();
  mute.run("tick 5s");
  mute.run("tick 4s");
  assert.ok(hungUp(mute));
  mute.run("tick 1s");
  assert.ok(
    mute.effects.some((e) => e.is === "dial"),
    "it is opened again",
  );
});

test("a page that nobody looks at asks less often; looked at again it asks at once", () => {
  const s = new MachineFixture(["poll"]);
  s.run("tick");
  s.run('answer -1 {"mode":"snapshot","orders":[],"more":false,"cursor":"e1.10","seq":10}');
  s.step({ is: "seen", hidden: true });
  s.run("tick 2s");
  s.step({ is: "answered", request: -2, answer: nothingNew });
  assert.deepEqual(
    pulls(s).map((p) => p.wait),
    [undefined, 2, 50],
  );
  // Of a proxy that waits 20 s: it isn't offline, and asks for less.
  s.run("tick 20s");
  s.run("fail -3 504");
  assert.deepEqual([pulls(s).at(-1)!.wait, s.machine.status.transport], [25, "poll"]);
  s.step({ is: "seen", hidden: false });
  assert.ok(s.effects.some((e) => e.is === "giveUp" && e.id === -4));
  assert.equal(pulls(s).at(-1)!.wait, 2);
  // While nothing answers, too.
  s.step({ is: "seen", hidden: true });
  s.run("tick 5m");
  const begun = pulls(s).length;
  while (pulls(s).length === begun) s.run("tick 100ms");
  s.step({ is: "failed", request: pulls(s).at(-1)!.id });
  s.run("tick 5s");
  assert.equal(pulls(s).length, begun + 1, "the pause is long");
  s.step({ is: "seen", hidden: false });
  assert.equal(pulls(s).length, begun + 2);
});

test("a socket that is quiet while the page comes back is asked at once", () => {
  const s = connected();
  s.step({ is: "seen", hidden: true });
  s.run("tick 20s");
  assert.equal(
    s.effects.some((e) => e.is === "send"),
    false,
  );
  s.step({ is: "seen", hidden: false });
  assert.deepEqual(
    s.effects.flatMap((e) => (e.is === "send" ? [e.frame] : [])),
    [{ t: "push", ref: 1, mutations: [] }],
  );
});

test("a stream that is told to reset by a push comes back without a cursor", () => {
  const s = new MachineFixture(["sse"]);
  s.run("tick");
  s.run("up 1");
  s.frame(1, welcome());
  s.frame(1, { t: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 });
  s.run("new o1");
  s.run("add o1 l1");
  const push = firstOf(s, "request");
  s.effects = [];
  s.step({ is: "failed", request: push.id, failure: { code: "reset_required", message: "", reason: "epoch_changed" } });
  s.run("tick 1s");
  assert.deepEqual(
    s.effects.flatMap((e) => (e.is === "dial" ? [[e.kind, e.cursor]] : [])),
    [["sse", undefined]],
  );
  assert.equal(s.machine.order("o1")!.lines.length, 1, "what is shown stays");
});

test("a silent stream is dead", () => {
  const s = new MachineFixture(["sse"]);
  s.run("tick");
  s.run("up 1");
  s.frame(1, welcome());
  s.effects = [];
  s.run("tick 35s");
  assert.ok(s.effects.some((e) => e.is === "hangup"));
  assert.equal(s.machine.status.transport, "");
});

test("a rejection keeps its way back over a restart, on one new order", () => {
  const s = connected();
  s.run("add o1 l8");
  s.run("add o1 l9");
  const closed = (id: number): ServerFrame => ({
    t: "pushed",
    ref: id,
    last_id: id,
    results: [{ id, status: "rejected", code: "order_closed", order: "o1", state: "paid" }],
  });
  s.frame(1, closed(1));
  s.run("crash");
  s.run("tick");
  s.run("welcome 1");
  s.frame(1, closed(1));
  s.frame(1, {
    t: "pushed",
    ref: 1,
    last_id: 2,
    results: [{ id: 2, status: "rejected", code: "order_closed", order: "o1", state: "paid" }],
  });
  const rejections = s.machine.rejections();
  assert.deepEqual(
    rejections.map((r) => [r.mutation.id, r.again!.length]),
    [
      [1, 2],
      [2, 2],
    ],
  );
  assert.equal(rejections[0]!.newOrder, rejections[1]!.newOrder);
  for (const r of rejections) s.tap(...(s.machine.order(r.newOrder!) ? r.again!.slice(1) : r.again!));
  assert.deepEqual(
    s.machine.order(rejections[0]!.newOrder!)!.lines.map((l) => l.id),
    ["l8", "l9"],
  );
});

test("an aside is kept until a person has seen to it", () => {
  const s = connected();
  s.run("inc o1 l1");
  s.run("down 1 4309");
  s.run("tick");
  const [aside] = s.machine.strandedQueues();
  assert.deepEqual(
    [aside!.client_id, aside!.server_id, aside!.multi_session, aside!.reason, aside!.mutations.length],
    ["c1", "s1", "m1", "client_taken", 1],
  );
  s.run("crash");
  assert.deepEqual(s.machine.strandedQueues(), [aside]);
  s.step({ is: "dropStrandedQueue", clientId: "c1" });
  s.run("crash");
  assert.deepEqual(s.machine.strandedQueues(), []);
});

test("a closed order stays until it is forgotten; an open one can't be", () => {
  const s = connected();
  s.step({ is: "forget", order: "o1" });
  assert.ok(s.machine.order("o1"));
  s.frame(1, frame(12, "o1", { rev: 2, state: "paid" }));
  assert.equal(s.machine.order("o1")!.state, "paid");
  s.step({ is: "forget", order: "o1" });
  s.run("crash");
  assert.equal(s.machine.order("o1"), undefined);
});

test("ids are never used twice though the last entries went", () => {
  const s = connected();
  s.run("quiet down 1");
  for (let i = 0; i < 3; i++) s.run("inc o1 l1");
  s.run("tick 2s");
  s.run("up 2");
  s.frame(2, welcome());
  s.frame(2, { t: "reset", reason: "epoch_changed" });
  s.frame(2, { t: "snapshot", orders: [], more: false, cursor: "e2.1", seq: 1, last_id: 3 });
  // 1 to 3 are to be asked for; another reset comes between, so they are for a person to see.
  s.run("tick 5s");
  s.run("up 3");
  s.frame(3, welcome());
  s.frame(3, { t: "reset", reason: "epoch_changed" });
  assert.deepEqual(
    s.machine.strandedQueues().map((a) => [a.reason, a.mutations.length]),
    [["undecided", 3]],
  );
  s.run("crash");
  s.run("new o2");
  s.run("add o2 l1");
  assert.deepEqual(
    s.machine
      .rows()
      .filter((r) => r.table === "entries")
      .map((r) => r.key),
    [4],
  );
});

test("a tap that only the client found too large is rejected in words", () => {
  const mutation = { id: 1, ops: [] },
    refused = (result: object) => worded({ mutation, result: { id: 1, status: "rejected", ...result } }).result.message;
  assert.match(refused({ code: "too_large" })!, /split it/);
  assert.equal(refused({ code: "too_large", message: "the server's" }), "the server's");
  assert.equal(refused({ code: "order_closed", message: "closed" }), "closed");
});
