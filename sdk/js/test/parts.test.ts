// Outbox, calls, inbox and report, each by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Calls } from "../src/machine/calls";
import type { Effect, Told } from "../src/machine/contract";
import { Disk } from "../src/machine/disk";
import { Inbox } from "../src/machine/inbox";
import { Outbox, upload } from "../src/machine/outbox";
import { Outcomes } from "../src/machine/outcomes";
import { Report } from "../src/machine/report";
import { Step } from "../src/machine/step";
import { State, type Entry } from "../src/queue/state";
import { coreSchema } from "../src/view/schema";
import type { Mutation, Op, Problem } from "../src/protocol";
import { toldOf } from "./machine-fixture";

const inc: Op = { op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 };
const mutation = (id: number, ops = [inc]): Mutation => ({ id, ops });

/** Parts are those of a till with so many mutations in its queue, at a position. */
const parts = (queued = 0, more: (id: number) => Partial<Entry> = () => ({})) => {
  const step = new Step({ rows: [], token: "t", random: () => 0.5, newId: () => "new" }),
    state = new State([]);
  step.now = 1_000_000;
  state.set("client", "c1");
  state.set("at", { cursor: "e1.10", seq: 10, decided: 0 });
  for (let id = 1; id <= queued; id++) state.putEntry({ mutation: mutation(id), ...more(id) });
  const disk = new Disk(step, state),
    report = new Report(step, disk, coreSchema),
    outcomes = new Outcomes(step, disk, report);
  const outbox = new Outbox(step, disk, outcomes),
    inbox = new Inbox(step, disk, report, outbox, outcomes),
    calls = new Calls(step, disk);
  const told = <E extends Told["is"]>(is: E) => toldOf(step.out, is);
  return { step, state, disk, report, outcomes, outbox, inbox, calls, told };
};
const ids = (all: Mutation[]): number[] => all.map((m) => m.id);
const refuse = (code: string, more: Partial<Problem> = {}): Problem => ({ code, message: "", ...more });

test("outbox: a push has ids that rise by one, and never one that is on its way", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("queued", "decided", "dropped"), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (queue, at) => {
        const { outbox, state } = parts(queue.length, (id) =>
          queue[id - 1] === "decided" ? { result: { id, status: "applied", seq: 11 } } : {},
        );
        queue.forEach((what, i) => {
          if (what === "dropped") state.dropEntry(i + 1);
        });
        const sent = new Set<number>();
        for (let ref = 1; ref <= at; ref++) {
          const batch = outbox.batch();
          if (!batch.length) break;
          batch.forEach((m, i) => {
            assert.equal(m.id, batch[0]!.id + i);
            assert.ok(!sent.has(m.id) && queue[m.id - 1] === "queued", `${m.id} is sent once, and has no outcome`);
            sent.add(m.id);
          });
          outbox.launch(0, batch);
        }
        outbox.ground();
        assert.deepEqual(
          outbox.batch()[0]?.id,
          queue.indexOf("queued") + 1 || undefined,
          "what was on its way is sent again",
        );
      },
    ),
  );
});

test("outbox: a push that is too large is halved, and a mutation that is too large gives its id away", () => {
  const { outbox, state } = parts(10);
  let size = 10;
  for (let n = 0; n < 4; n++) {
    const batch = outbox.batch();
    assert.equal(batch.length, size);
    assert.equal(outbox.failed(outbox.launch(0, batch), refuse("too_large")), undefined);
    size = Math.max(1, size >> 1);
  }
  const [alone] = outbox.batch();
  assert.equal(outbox.failed(outbox.launch(0, [alone!]), refuse("too_large")), undefined);
  assert.deepEqual([state.entry(1)!.blank, outbox.batch()[0]], [true, { ...mutation(1), ops: [] }]);
});

test("outbox: a gap sends again from what is expected, settled or not; what isn't held is for a recovery", () => {
  const { outbox, state } = parts(4, (id) => (id < 4 ? { result: { id, status: "applied", seq: id } } : {}));
  state.rise();
  const gap = (expected: number) => outbox.failed(outbox.launch(0, outbox.batch()), refuse("id_gap", { expected }));
  assert.equal(gap(4), undefined, "it is next anyway");
  assert.deepEqual(ids(outbox.batch()), [4]);
  assert.equal(gap(2), undefined);
  assert.deepEqual(ids(outbox.batch()), [2, 3, 4]);
  assert.deepEqual(gap(2), { is: "gapAgain" }, "a server that asks again for it must wait");
  assert.equal(gap(1), undefined, "but it may ask for more");
  outbox.results(
    outbox.launch(0, outbox.batch()),
    [1, 2, 3].map((id) => ({ id, status: "duplicate", seq: id })),
  );
  assert.deepEqual(ids(outbox.batch()), [4], "and then it goes on");
  state.dropEntry(1);
  assert.deepEqual(gap(1), { is: "idsLost", lastID: 0 });
});

test("outbox: what an error asks of the others", () => {
  const { outbox, step } = parts(1);
  const failed = (f: Problem) => outbox.failed(outbox.launch(0, outbox.batch()), f);
  assert.deepEqual(failed(refuse("id_reused", { id: 1 })), { is: "idsReused", ids: [1] });
  assert.equal(failed(refuse("overloaded"))!.is, "refused");
  assert.equal(failed(refuse("a later code"))!.is, "refused");
  assert.equal(failed(refuse("bad_request"))!.is, "bad");
  assert.equal(outbox.hold, step.now + 30_000, "it isn't pushed again at once");
  assert.equal(
    outbox.failed(outbox.launch(0, []), refuse("bad_request")),
    undefined,
    "a push of nothing asked whether anybody is there",
  );
});

test("outbox: nothing is pushed without a position, to a closed till, in a pause, or before the disk has what comes first", () => {
  const may = (change: (p: ReturnType<typeof parts>) => void): boolean => {
    const p = parts(1);
    change(p);
    return p.outbox.mayPush();
  };
  assert.ok(may(() => {}));
  assert.ok(may((p) => p.outbox.tillIs(true)));
  assert.ok(!may((p) => p.outbox.tillIs(false)));
  assert.ok(!may((p) => p.outbox.shut()));
  assert.ok(!may((p) => p.inbox.forget()));
  assert.ok(
    !may((p) => {
      p.outbox.hold = p.step.now + 1;
    }),
  );
  assert.ok(!may((p) => p.disk.first()));
  assert.ok(!may((p) => p.disk.failed()));
  assert.ok(
    !may((p) => {
      p.disk.stranding = "other_server";
    }),
  );
  assert.ok(!may((p) => p.state.set("recovery", { reason: "epoch_changed", last_id: 0 })));
  assert.ok(may((p) => p.state.set("recovery", { reason: "epoch_changed", known: true, last_id: 1 })));
});

test("outbox: in a recovery one mutation at a time, up to what the server has, without what is another's", () => {
  const { outbox, state } = parts(5, (id) => (id === 2 ? { foreign: true } : {}));
  state.set("recovery", { reason: "id_reused", known: true, last_id: 3 });
  const seen: number[] = [];
  for (let batch = outbox.batch(); batch.length; batch = outbox.batch()) {
    seen.push(...ids(batch));
    assert.equal(batch.length, 1);
    outbox.results(outbox.launch(0, batch), [{ id: batch[0]!.id, status: "duplicate", seq: 2 }]);
  }
  assert.deepEqual(seen, [1, 3]);
});

test("a push has a second more for each 16 KiB that it carries up a slow link", () => {
  assert.equal(upload([mutation(1)]), 0);
  assert.equal(
    upload([mutation(1, [{ op: "line.inc", order: "o1", line: "l".repeat(40_000), field: "qty", by: 1 }])]),
    2000,
  );
});

test("calls: an answer is awaited until it is due, begins, or is given up", () => {
  const { calls, step } = parts(1);
  const pull = () => {
    calls.pull({ cursor: "e1.10" }, false, false);
    return calls.pulling;
  };
  const first = pull();
  assert.equal(calls.wake(), step.now + 2500, "without a wait an answer begins soon");
  step.now += 2500;
  assert.deepEqual(calls.overdue(), [first]);
  calls.begun(first);
  assert.deepEqual(calls.overdue(), [], "one that has begun may be long");
  assert.equal(calls.wake(), step.now + 70_000);
  assert.equal(calls.finish(first)!.push, false);
  assert.equal(calls.finish(first), undefined, "and comes once");
  assert.deepEqual([calls.pulling, calls.wake()], [0, Infinity]);
  calls.works = true;
  const second = pull();
  assert.equal(calls.waiting(), true);
  assert.equal(calls.wake(), step.now + 2500 + 2000, "a wait comes on top");
  const push = calls.push([mutation(1)]);
  assert.ok(push < second && second < first, "ids fall, so that none is the ref of a frame");
  step.out = [];
  assert.deepEqual(calls.forget(), [second, push]);
  assert.deepEqual(step.out, [
    { is: "giveUp", id: second },
    { is: "giveUp", id: push },
  ]);
});

test("calls: something between that waits less long is asked for less, down to a second", () => {
  const { calls, step } = parts();
  calls.works = true;
  const wait = (hidden: boolean) => {
    calls.pull({ cursor: "e" }, hidden, false);
    return {
      call: calls.finish(calls.pulling)!,
      wait: (step.out.at(-1) as Effect & { is: "request" }).call as { wait?: number },
    };
  };
  assert.equal(wait(true).wait.wait, 50);
  assert.equal(wait(false).wait.wait, 2, "while the page is looked at");
  assert.equal(calls.shorter(wait(true).call, true, 502), false, "that isn't what it says");
  for (const left of [25, 12.5, 6.25]) {
    assert.equal(calls.shorter(wait(true).call, true, 504), true);
    assert.equal(wait(true).wait.wait, left);
  }
  for (let n = 0; n < 5; n++) calls.shorter(wait(false).call, false, 504);
  assert.equal(wait(false).wait.wait, 1);
  calls.pull({ page: "p" }, true, false);
  assert.equal(calls.shorter(calls.finish(calls.pulling)!, true, 504), false, "a page doesn't wait");
});

test("inbox: a change is applied once, whichever transport brings it", () => {
  const { inbox, state, told } = parts();
  const change = (seq: number, qty: number) => ({
    changes: [
      {
        seq,
        by: { pos: { id: "b", name: "B" } },
        orders: { o1: { rev: seq, number: 1, run: 1, state: "open" as const, lines: { l1: { n: 1, set: { qty } } } } },
      },
    ],
    cursor: `e1.${seq}`,
    seq,
    last_id: 0,
  });
  assert.deepEqual(inbox.changes(change(11, 1)), { inOrder: true, lastID: 0 });
  assert.deepEqual(inbox.changes(change(11, 9)), { inOrder: true, lastID: 0 });
  assert.equal(state.tables.orders.get("o1")!.lines[0]!.fields.qty, 1);
  assert.deepEqual(inbox.changes(change(13, 3)), { inOrder: false }, "a hole");
  assert.equal(state.meta.at.seq, 11);
  inbox.changes({ changes: [], cursor: "e1.5", seq: 5, last_id: 0 });
  assert.deepEqual(state.meta.at, { cursor: "e1.11", seq: 11, decided: 0 }, "the position never goes back");
  assert.equal(told("orders").length, 1);
});

test("inbox: over a snapshot closed orders stay if they are of the same database", () => {
  const order = (id: string, state: "open" | "paid") => ({
    id,
    number: 1,
    state,
    run: 1,
    rev: 1,
    fields: {},
    payments: [],
    lines: [],
  });
  const left = (reason?: string): string[] => {
    const { inbox, state } = parts();
    for (const o of [order("open", "open"), order("paid", "paid")]) state.put({ table: "orders", key: o.id, value: o });
    if (reason) state.set("recovery", { reason, last_id: 0 });
    inbox.forget();
    inbox.snapshot({ orders: [order("new", "open")], more: false, cursor: "e2.1", seq: 1, last_id: 0 });
    return [...state.tables.orders.keys()].sort();
  };
  assert.deepEqual(left(), ["new", "paid"]);
  assert.deepEqual(left("id_reused"), ["new", "paid"]);
  assert.deepEqual(left("epoch_changed"), ["new"], "another life of the database may have them otherwise");
});

test("report: a status is told when it is another, and says since when the transport is so", () => {
  const { report, step, told, state } = parts();
  report.tell("", "unknown");
  const first = told("status")[0]!;
  assert.deepEqual([first.transport, first.since, first.tillKnown, first.synced], ["", step.now, false, true]);
  step.now += 1000;
  report.tell("", "unknown");
  assert.equal(told("status").length, 1);
  report.tell("websocket", "closed");
  assert.deepEqual(
    [report.status.since, report.status.problem, report.status.tillOpen],
    [step.now, "till_closed", false],
  );
  step.now += 1000;
  report.tell("", "closed");
  assert.equal(report.status.problem, "", "while it is offline nobody knows");
  report.problem("overloaded", "said");
  report.tell("", "closed");
  assert.deepEqual([report.status.problem, report.status.said], ["overloaded", "said"]);
  state.putEntry({ mutation: mutation(1) });
  report.tell("", "closed");
  assert.equal(report.status.unsent, 1);
});

test("report: who looks at what, one entry a connection, as long as ours lives", () => {
  const { report, told } = parts();
  const who = (conn: string, order: string | null) => ({
    t: "presence",
    conn,
    pos: { id: conn, name: conn },
    user: null,
    order,
  });
  report.absent();
  assert.equal(told("presence").length, 0, "nobody was there");
  report.seen(who("a", "o1"));
  report.seen(who("b", "o1"));
  report.seen(who("a", "o2"));
  assert.deepEqual(
    report.present.map((p) => [p.conn, p.order]),
    [
      ["b", "o1"],
      ["a", "o2"],
    ],
  );
  report.seen(who("b", null));
  report.absent();
  assert.deepEqual([report.present, told("presence").at(-1)], [[], []]);
});
