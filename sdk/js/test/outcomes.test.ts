// Outcomes: what a result makes of a mutation in each phase.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { byChange, phaseOf, settled } from "../src/machine/outcomes";
import { putBack } from "../src/machine/putback";
import { carried } from "../src/machine/recovery";
import { refused, type Entry } from "../src/queue/state";
import { coreSchema } from "../src/view/schema";
import type { Op, Result } from "../src/protocol";
import type { ShownOrder } from "../src/till";

/** Each case is one that the Go client reads too. moved: the server's word is news. */
interface Case {
  name: string;
  entry: Entry;
  result: Result;
  then: string;
  moved: boolean;
  code?: string;
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL("../../client/internal/machine/testdata/settled.json", import.meta.url), "utf8"),
);
for (const c of cases)
  test(c.name, () => {
    const before = structuredClone(c.entry),
      after = settled(c.entry, c.result, 1000);
    assert.deepEqual(c.entry, before, "an entry is replaced, never changed");
    assert.equal(!!after, c.moved);
    assert.equal(phaseOf(after ?? c.entry), c.then);
    assert.equal((after ?? c.entry).result?.code, c.code);
    if (after) assert.equal(after.settled, c.entry.result ? c.entry.settled : 1000, "when it became known stays");
  });

const ops: Op[] = [{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 }];
const entries: fc.Arbitrary<Entry> = fc.record({
  mutation: fc.constant({ id: 7, ops }),
  anew: fc.boolean(),
  foreign: fc.boolean(),
});
const results: fc.Arbitrary<Result> = fc
  .record({
    id: fc.constant(7),
    status: fc.constantFrom("applied" as const, "duplicate" as const, "rejected" as const),
    seq: fc.option(fc.nat(50), { nil: undefined }),
    code: fc.constantFrom(undefined, "gone", "not_found", "order_closed"),
  })
  .map((r) => (r.status === "rejected" || r.code ? { ...r, seq: undefined } : r)); // what is refused has no seq

test("an outcome that comes twice is news once", () => {
  fc.assert(
    fc.property(entries, results, (e, r) => {
      const once = settled(e, r, 1)!;
      assert.equal(settled(once, r, 2), undefined);
      assert.equal(
        settled(
          once,
          { ...r, status: refused(once) ? "rejected" : "duplicate", code: refused(once) ? r.code : undefined },
          3,
        ),
        undefined,
      );
    }),
  );
});

test("the last word counts, whatever came before", () => {
  fc.assert(
    fc.property(entries, fc.array(results, { minLength: 1, maxLength: 6 }), (e, all) => {
      let now = e;
      for (const r of all) now = settled(now, r, 1) ?? now;
      assert.equal(refused(now), refused({ ...e, result: all.at(-1) }), "refused or not");
      assert.ok(now.result, "and decided");
      assert.equal(phaseOf(now) === "waiting", !!now.waiting);
      if (now.waiting)
        assert.ok(
          now.anew && now.result!.code === "not_found",
          "only what was pushed anew waits, and for what isn't there",
        );
    }),
  );
});

test("a mutation's own change settles it as its result would", () => {
  const e: Entry = { mutation: { id: 7, ops } };
  const by = byChange(e, { seq: 12, client_id: "c1", id: 7, orders: {} }, 5);
  assert.deepEqual(by, { mutation: e.mutation, result: { id: 7, status: "applied", seq: 12 }, settled: 5 });
  assert.equal(settled(by, { id: 7, status: "applied", seq: 12, orders: { o1: { number: 1, rev: 2 } } }, 9), undefined);
});

test("what a new client_id carries over: nothing twice, nothing rejected but kept payments, nothing with a base", () => {
  const pay = (id: string): Op => ({ op: "order.pay", order: "o1", payment: { id, method: "cash", amount: 1 } });
  const close: Op = { op: "order.close", order: "o1", state: "paid", base: 9 };
  const of = (id: number, result?: Partial<Result>, more: Partial<Entry> = {}): Entry => ({
    mutation: { id, ops: [pay("p1"), pay("p2"), close] },
    ...(result && { result: { id, status: "applied", ...result } }),
    ...more,
  });
  const what = (e: Entry, reason: string) =>
    carried(e, { reason, known: true, last_id: 5 }).flatMap((m) =>
      m.ops.map((op) => ("payment" in op ? op.payment.id : op.op + ("base" in op ? " with base" : ""))),
    );
  const all = ["p1", "p2", "order.close"];
  assert.deepEqual(what(of(4), "epoch_changed"), all, "what wasn't decided");
  assert.deepEqual(what(of(4, { seq: 3 }), "epoch_changed"), [], "what the server still has");
  assert.deepEqual(what(of(6, { seq: 9 }), "epoch_changed"), all, "what it lost");
  assert.deepEqual(what(of(6, { status: "rejected", code: "gone", kept: ["p2"] }), "epoch_changed"), ["p2"]);
  assert.deepEqual(what(of(6, { status: "rejected", code: "gone" }), "epoch_changed"), []);
  assert.deepEqual(
    what(of(6, { status: "rejected", code: "not_found" }, { waiting: true }), "epoch_changed"),
    all,
    "what waits",
  );
  const waits = of(6, { status: "rejected", code: "not_found", kept: ["p2"] }, { waiting: true });
  assert.deepEqual(
    carried(waits, { reason: "epoch_changed", known: true, last_id: 5 }).map((m) => m.ops.length),
    [1, 2],
    "a payment that was kept is a mutation of its own",
  );
  assert.deepEqual(what(waits, "epoch_changed"), ["p2", "p1", "order.close"]);
  assert.deepEqual(what(of(6, { seq: 9 }), "id_reused"), [], "what was acknowledged isn't lost by a clone");
  assert.deepEqual(what(of(6), "id_reused"), all);
});

test("what a closed order loses can be put on a new one, and nothing else", () => {
  const held: ShownOrder = {
    id: "o1",
    number: 3,
    state: "paid",
    run: 1,
    rev: 1,
    fields: {},
    payments: [],
    lines: [
      { id: "l1", n: 1, fields: { product_id: 5, qty: 2, price_unit: 4.8, ms_info: {}, points: 3 } },
      { id: "mt:tips:l1", n: 2, fields: { product_id: 9, qty: 2 } },
    ],
  };
  const schema = {
    ...coreSchema,
    orderline: {
      ...coreSchema.orderline,
      points: { type: "number", merge: "last" as const, owner: "x", derived: true },
    },
  };
  let ids = 0;
  const lines = (...lost: Op[]) =>
    putBack(lost, "o1", held, schema, () => `n${++ids}`).map(({ line, set }) => ({ line, ...set }));
  assert.deepEqual(
    lines(
      { op: "line.add", order: "o1", line: "l9", set: { product_id: 7, qty: 1 } },
      { op: "line.inc", order: "o1", line: "l9", field: "qty", by: 0.1 },
    ),
    [{ line: "l9", product_id: 7, qty: 1.1 }],
    "a new line, with what was added to it",
  );
  assert.deepEqual(lines({ op: "line.inc", order: "o1", line: "mt:tips:l1", field: "qty", by: 3 }), [], "its hook's");
  assert.deepEqual(
    lines({ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 3 }),
    [{ line: "n1", product_id: 5, qty: 3, price_unit: 4.8 }],
    "more of one that it has",
  );
  assert.deepEqual(lines({ op: "line.inc", order: "o1", line: "l1", field: "qty", by: -1 }), [], "not less");
  assert.deepEqual(
    lines(
      { op: "line.inc", order: "o1", line: "gone", field: "qty", by: 1 },
      { op: "line.set", order: "o1", line: "l1", set: { qty: 9 } },
      { op: "line.remove", order: "o1", line: "l1" },
    ),
    [],
  );
  assert.deepEqual(lines({ op: "line.add", order: "o2", line: "l9", set: { qty: 1 } }), [], "nor another order's");
});
