// Plans: how a tap's ops become mutations.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytes, plan, type Sight } from "../src/machine/plan";
import type { Refusal } from "../src/machine/contract";
import type { ShownOrder } from "../src/till";
import { coreSchema } from "../src/view/schema";
import type { Fields, Mutation, NewPayment, Op, Value } from "../src/protocol";

const shown = (id: string, state: ShownOrder["state"] = "open"): ShownOrder => ({
  id,
  number: 4,
  state,
  run: 1,
  rev: 1,
  fields: {},
  payments: [],
  lines: [],
});
const sight = (more: Partial<Sight> = {}): Sight => ({
  drafts: new Map<string, Mutation>([
    ["d1", { id: 0, at: "then", ops: [{ op: "order.create", order: "d1", set: { partner_id: 1 } }] }],
  ]),
  orders: new Map([shown("o1"), shown("o2"), shown("paid", "paid")].map((o) => [o.id, o])),
  schema: coreSchema,
  seq: 42,
  at: "now",
  unsure: false,
  next: 7,
  user: { id: "7", name: "Ana" },
  ...more,
});
const refused = (ops: unknown, more: Partial<Sight> = {}): Refusal | undefined => {
  try {
    plan(sight(more), ops as Op[]);
  } catch (e) {
    return e as Refusal;
  }
  return undefined;
};
const refusal = (ops: unknown, more: Partial<Sight> = {}): Refusal => refused(ops, more)!;
const add = (order: string, line = "l1"): Op => ({ op: "line.add", order, line, set: { qty: 1 } });
const pay = (order: string): Op => ({ op: "order.pay", order, payment: { id: "p1", method: "cash", amount: 5 } });
const kinds = (ops: Op[]) => plan(sight(), ops).mutations.map((m) => m.ops.map((op) => op.op));

const orderId = fc.constantFrom("o1", "o2", "d1", "n1", "n2", "paid"),
  lineId = fc.constantFrom("l1", "l2");
const op: fc.Arbitrary<Op> = fc.oneof(
  orderId.map((order) => ({ op: "order.create", order }) as Op),
  orderId.map((order) => ({ op: "order.set", order, set: { partner_id: 3 } }) as Op),
  orderId.map(pay),
  fc.tuple(orderId, lineId).map(([o, l]) => add(o, l)),
  fc.tuple(orderId, lineId).map(([order, line]) => ({ op: "line.inc", order, line, field: "qty", by: 1 }) as Op),
  fc.tuple(orderId, lineId).map(([order, line]) => ({ op: "line.set", order, line, set: { discount: 5 } }) as Op),
  fc
    .tuple(orderId, fc.constantFrom("paid" as const, "cancelled" as const))
    .map(([order, state]) => ({ op: "order.close", order, state }) as Op),
  fc
    .tuple(orderId, orderId)
    .filter(([a, b]) => a !== b)
    .map(([order, to]) => ({ op: "line.move", order, to, lines: ["l1"] }) as Op),
);

test("ids rise by one, no mutation is empty, and a payment is never with the order.create of its order", () => {
  fc.assert(
    fc.property(fc.array(op, { minLength: 1, maxLength: 12 }), (ops) => {
      let p: ReturnType<typeof plan>;
      try {
        p = plan(sight(), ops);
      } catch (e) {
        return assert.ok(["not_found", "order_closed"].includes((e as { code: string }).code));
      }
      assert.deepEqual(
        p.mutations.map((m) => m.id),
        p.mutations.map((_, i) => 7 + i),
      );
      for (const { ops: group, at, user } of p.mutations) {
        assert.ok(group.length);
        assert.deepEqual([at, user!.name], ["now", "Ana"]);
        const created = new Set(group.filter((o) => o.op === "order.create").map((o) => o.order));
        for (const o of group) assert.ok(o.op !== "order.pay" || !created.has(o.order), "money waits for its order");
      }
    }),
  );
});

test("an order that is created twice in one tap has its money in no mutation with an order.create of it", () => {
  const create: Op = { op: "order.create", order: "d1" };
  assert.deepEqual(kinds([pay("d1"), create, pay("d1")]), [
    ["order.create"],
    ["order.pay"],
    ["order.create"],
    ["order.pay"],
  ]);
});

test("an order that is only created, and what is set on it, stays a draft until its first line", () => {
  fc.assert(
    fc.property(fc.array(op, { minLength: 1, maxLength: 12 }), (ops) => {
      let p: ReturnType<typeof plan>;
      try {
        p = plan(sight(), ops);
      } catch {
        return;
      }
      const sent = p.mutations.flatMap((m) => m.ops),
        created = sent.filter((o) => o.op === "order.create").map((o) => o.order);
      for (const [id, draft] of p.drafts) {
        if (draft)
          assert.deepEqual(
            draft.ops.map((o) => [o.op, o.order]),
            [["order.create", id]],
          );
        else
          assert.ok(
            created.includes(id) || ops.some((o) => o.op === "order.close" && o.order === id),
            `${id} ends by being sent or cancelled`,
          );
      }
      for (const o of sent) {
        if (o.op === "order.create" || !/^[dn]/.test(o.order)) continue;
        const madeBefore = sent
          .slice(0, sent.indexOf(o))
          .some((b) => (b.op === "order.create" && b.order === o.order) || (b.op === "line.move" && b.to === o.order));
        assert.ok(madeBefore || o.op === "order.pay", `${o.op} of ${o.order} comes behind its order.create`);
      }
    }),
  );
});

test("what stands or falls together is one mutation", () => {
  assert.deepEqual(kinds([{ op: "order.create", order: "n1" }, add("n1"), add("n1", "l2")]), [
    ["order.create", "line.add", "line.add"],
  ]);
  assert.deepEqual(kinds([{ op: "order.create", order: "n1" }, add("n1"), pay("n1")]), [
    ["order.create", "line.add"],
    ["order.pay"],
  ]);
  assert.deepEqual(kinds([pay("o1"), { op: "order.close", order: "o1", state: "paid" }]), [
    ["order.pay", "order.close"],
  ]);
  assert.deepEqual(kinds([add("d1")]), [["order.create", "line.add"]], "a draft of before is sent with its first line");
  assert.deepEqual(kinds([{ op: "order.create", order: "n1" }]), []);
  assert.deepEqual(
    kinds([
      { op: "order.create", order: "n1" },
      { op: "order.close", order: "n1", state: "cancelled" },
    ]),
    [],
    "as if it had never been",
  );
});

test("a base is the position where a stale one is refused, and the caller's own stays", () => {
  const base = (o: Op) => (plan(sight(), [o]).mutations[0]!.ops[0] as { base?: number }).base;
  assert.equal(base({ op: "order.close", order: "o1", state: "paid" }), 42);
  assert.equal(base({ op: "line.set", order: "o1", line: "l1", set: { discount: 5 } }), 42);
  assert.equal(base({ op: "line.set", order: "o1", line: "l1", set: { description: "x" } }), undefined);
  assert.equal(base({ op: "order.set", order: "o1", set: { partner_id: 5 } }), undefined);
  assert.equal(base({ op: "order.close", order: "o1", state: "paid", base: 9 }), 9);
});

test("what can't work is refused before it is queued, unless the till can't know", () => {
  const close: Op = { op: "order.close", order: "paid", state: "paid" };
  assert.equal(refusal([add("nowhere")]).code, "not_found");
  assert.equal(refusal([add("paid")]).code, "order_closed");
  assert.equal(refused([close]), undefined, "to close what is closed is harmless");
  assert.equal(refused([pay("nowhere")]), undefined, "money is a fact");
  assert.equal(refused([add("nowhere")], { unsure: true }), undefined, "other taps are on their way");
  assert.equal(refusal([]).message, "empty");
  assert.equal(refusal([add("o1"), add("nowhere")]).code, "not_found", "all of a tap or nothing");
});

test("shapes: whatever is asked for, it fits an op or is refused with a code", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          op: fc.constantFrom(
            "order.create",
            "order.set",
            "order.pay",
            "order.close",
            "line.add",
            "line.set",
            "line.inc",
            "line.remove",
            "line.move",
            "line.steal",
          ),
          order: fc.constantFrom("o1", "", "a/b", 7, undefined),
          line: fc.constantFrom("l1", "mt:x", "", undefined),
          to: fc.constantFrom("o2", "o1", undefined),
          lines: fc.constantFrom(["l1"], [], undefined),
          field: fc.constantFrom("qty", "", undefined),
          by: fc.constantFrom(1, NaN, "1", undefined),
          set: fc.constantFrom({}, { qty: 1 }, [], "x", undefined),
          state: fc.constantFrom("paid", "open", undefined),
          payment: fc.constantFrom(
            { id: "p", method: "cash", amount: 1 },
            { id: "p", method: "", amount: 1 },
            null,
            undefined,
          ),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      (ops) => {
        const no = refused(ops);
        if (no) return assert.ok(["invalid", "unknown_op", "not_found", "order_closed"].includes(no.code), no.message);
        for (const o of plan(sight(), ops as unknown as Op[]).mutations.flatMap((m) => m.ops))
          assert.match(o.order, /^[\w.:-]{1,64}$/);
      },
    ),
    { numRuns: 500 },
  );
});

test("numbers are what the wire takes, and texts what comes back from it", () => {
  const set = (value: Value) =>
    (
      plan(sight(), [{ op: "line.set", order: "o1", line: "l1", set: { description: value } }]).mutations[0]!
        .ops[0] as { set: Fields }
    ).set.description;
  assert.equal(set(0.1 + 0.2), 0.3);
  // biome-ignore lint/correctness/noPrecisionLoss: more digits than a double has
  assert.deepEqual(set([1e-9, 123456789.123456789]), [1e-9, 123456789.123457]);
  assert.equal(set("a\ud800b"), "a\ufffdb");
  for (const number of [1e16, 1e-11, -1e300])
    assert.equal(refusal([{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: number }]).message, "number");
});

test("the largest mutation: 256 KiB as it is sent, in bytes, and 97 deep", () => {
  const text = (n: number): Op => ({ op: "line.set", order: "o1", line: "l1", set: { description: "é".repeat(n) } });
  const most = (256 << 10) - bytes({ ...plan(sight(), [text(0)]).mutations[0] });
  assert.equal(refused([text((most / 2) | 0)]), undefined);
  assert.equal(refusal([text(((most / 2) | 0) + 1)]).code, "too_large");
  const deep = (n: number): Value => (n ? [deep(n - 1)] : 1);
  assert.equal(refused([{ op: "line.set", order: "o1", line: "l1", set: { x: deep(94) } } as Op]), undefined);
  assert.equal(refusal([{ op: "line.set", order: "o1", line: "l1", set: { x: deep(95) } } as Op]).message, "nested");
});

test("what was given isn't changed", () => {
  const ops: Op[] = [
    {
      op: "order.pay",
      order: "o1",
      payment: { id: "p", method: "cash", amount: 0.1 + 0.2, needs: "refund" } as NewPayment,
    },
    add("d1"),
  ];
  const before = structuredClone(ops),
    s = sight(),
    drafts = structuredClone(s.drafts);
  plan(s, ops);
  assert.deepEqual([ops, s.drafts], [before, drafts]);
});
