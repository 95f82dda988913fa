// The replay, held against the merge rules of docs/protocol.md written down once more, plainly and slowly.
import assert from "node:assert/strict";
import { isDeepStrictEqual as equal } from "node:util";
import { test } from "node:test";
import fc from "fast-check";
import type { ShownOrder } from "../src/till";
import { replay } from "../src/view/replay";
import type { PendingMutation } from "../src/till";
import { coreSchema } from "../src/view/schema";
import { preview } from "../src/view/view";
import type { FieldSpec, Fields, Op, Schema, Value } from "../src/protocol";

const schema: Schema = {
  order: { ...coreSchema.order, tags: { type: "string[]", merge: "union", owner: "x" } },
  orderline: {
    ...coreSchema.orderline,
    allergens: { type: "string[]", merge: "union", owner: "x" },
    points: { type: "number", merge: "counter", owner: "x" },
  },
};

/** What an order is to the rules: no marks, no provisional numbers. */
interface Plain {
  state: string;
  fields: Fields;
  lines: { id: string; fields: Fields }[];
  payments: string[];
}
type Orders = Record<string, Plain>;

/** merged is a field after a set, by its rule. */
const merged = (info: FieldSpec | undefined, was: Value | undefined, value: Value): Value | undefined => {
  if (info?.merge === "first" && was !== undefined) return was;
  if (info?.merge !== "union" || value === null) return value ?? undefined;
  const list = Array.isArray(was) ? was : [];
  if (Array.isArray(value) && was !== undefined && !Array.isArray(was)) return value;
  if (Array.isArray(value))
    return [
      ...list,
      ...value.filter((v, i) => !list.some((l) => equal(l, v)) && value.findIndex((w) => equal(w, v)) === i),
    ];
  const { add = [], remove = [], ...rest } = value as { add?: Value[]; remove?: Value[] };
  if (Object.keys(rest).length || !Array.isArray(add) || !Array.isArray(remove)) return value;
  const left = list.filter((l) => !remove.some((r) => equal(l, r)));
  return [...left, ...add.filter((v, i) => !left.some((l) => equal(l, v)) && add.findIndex((w) => equal(w, v)) === i)];
};
const setAll = (specs: Record<string, FieldSpec>, fields: Fields, set: Fields = {}): Fields => {
  const after = { ...fields };
  for (const [f, v] of Object.entries(set)) {
    const now = merged(specs[f], after[f], v);
    if (now === undefined) delete after[f];
    else after[f] = now;
  }
  return after;
};

/** played is what one op makes of the orders. What doesn't fit is left out. */
const played = (orders: Orders, op: Op): Orders => {
  const o = orders[op.order],
    put = (changed: Plain): Orders => ({ ...orders, [op.order]: changed });
  if (op.op === "order.create")
    return o ? orders : put({ state: "open", fields: setAll(schema.order, {}, op.set), lines: [], payments: [] });
  if (!o) return orders;
  if (op.op === "order.pay")
    return o.payments.includes(op.payment.id) ? orders : put({ ...o, payments: [...o.payments, op.payment.id] });
  if (o.state !== "open") return orders;
  if (op.op === "order.set") return put({ ...o, fields: setAll(schema.order, o.fields, op.set) });
  if (op.op === "order.close") return put({ ...o, state: op.state });
  if (op.op === "line.move") {
    const to = orders[op.to];
    if (op.to === op.order || (to && to.state !== "open")) return orders;
    const goes = op.lines.filter(
      (id, i) =>
        op.lines.indexOf(id) === i &&
        !id.startsWith("mt:") &&
        o.lines.some((l) => l.id === id) &&
        !to?.lines.some((l) => l.id === id),
    );
    if (!goes.length) return orders;
    const target = to ?? { state: "open", fields: {}, lines: [], payments: [] };
    return {
      ...orders,
      [op.order]: { ...o, lines: o.lines.filter((l) => !goes.includes(l.id)) },
      [op.to]: { ...target, lines: [...target.lines, ...goes.map((id) => o.lines.find((l) => l.id === id)!)] },
    };
  }
  const line = o.lines.find((l) => l.id === op.line),
    others = o.lines.filter((l) => l !== line);
  if (op.op === "line.remove") return put({ ...o, lines: others });
  if (op.op === "line.add")
    return line
      ? orders
      : put({ ...o, lines: [...o.lines, { id: op.line, fields: setAll(schema.orderline, {}, op.set) }] });
  if (!line) return orders;
  const fields =
    op.op === "line.set"
      ? setAll(schema.orderline, line.fields, op.set)
      : (schema.orderline[op.field]?.merge ?? "counter") === "counter" && op.by
        ? { ...line.fields, [op.field]: ((line.fields[op.field] as number) ?? 0) + op.by }
        : line.fields;
  return put({ ...o, lines: o.lines.map((l) => (l === line ? { ...l, fields } : l)) });
};

const plain = ({ state, fields: { ms_info: _, ...fields }, lines, payments }: ShownOrder): Plain => ({
  state,
  fields,
  payments: payments.map((p) => p.id),
  lines: lines.map(({ id, fields: { ms_info: __, ...rest } }) => ({ id, fields: rest })),
});

const order = fc.constantFrom("o1", "o2", "o3"),
  line = fc.constantFrom("l1", "l2", "mt:x");
const lineSet = fc.constantFrom<Fields>(
  { qty: 2, discount: 5 },
  { qty: null },
  { product_id: 50 },
  { product_id: 51, description: "hot" },
  { allergens: ["nuts", "nuts"] },
  { allergens: { add: ["milk"], remove: ["nuts"] } },
  { allergens: null },
  { points: 4, vendor: { a: [1] } },
);
const orderSet = fc.constantFrom<Fields>(
  {},
  { partner_id: 7 },
  { follows: "o9" },
  { follows: "o8" },
  { partner_id: null },
  { tags: ["a", "b"] },
  { tags: { remove: ["a"] } },
);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constantFrom("order.create" as const, "order.set" as const), order, set: orderSet }),
  fc.record({ op: fc.constantFrom("line.add" as const, "line.set" as const), order, line, set: lineSet }),
  fc.record({
    op: fc.constant("line.inc" as const),
    order,
    line,
    field: fc.constantFrom("qty", "points", "discount", "vendors"),
    by: fc.integer({ min: -2, max: 2 }),
  }),
  fc.record({ op: fc.constant("line.remove" as const), order, line }),
  fc.record({
    op: fc.constant("line.move" as const),
    order,
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
    to: order,
  }),
  fc.record({
    op: fc.constant("order.pay" as const),
    order,
    payment: fc.record({ id: line, method: fc.constant("cash"), amount: fc.constant(5) }),
  }),
  fc.record({
    op: fc.constant("order.close" as const),
    order,
    state: fc.constantFrom("paid" as const, "cancelled" as const),
  }),
);
const start = (): Map<string, ShownOrder> =>
  new Map<string, ShownOrder>([
    [
      "o1",
      {
        id: "o1",
        number: 1,
        state: "open",
        run: 1,
        rev: 3,
        fields: { partner_id: 1 },
        payments: [{ id: "l2", method: "card", amount: 1 }],
        lines: [
          { id: "l1", n: 1, fields: { qty: 1, product_id: 50 } },
          { id: "mt:x", n: 2, fields: { qty: 1 } },
        ],
      },
    ],
  ]);
const here = { schema, meta: { place: { pos: { id: "bar", name: "Bar" }, run: 4 } } };
const shownAfter = (ops: Op[], payments?: string[]): Orders => {
  const under = start(),
    edits = replay(here, [{ mutation: { id: 1, ops }, payments }], under);
  return Object.fromEntries([...new Map([...under, ...edits])].map(([id, o]) => [id, plain(o)]));
};

test("whatever is tapped is shown as the rules say", () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 14 }), (ops) => {
      const want = ops.reduce(played, Object.fromEntries([...start()].map(([id, o]) => [id, plain(o)])));
      assert.deepEqual(shownAfter(ops), want);
    }),
    { numRuns: 1500 },
  );
});

test("of a mutation that was rejected its kept payments are shown, and nothing else", () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 8 }), fc.subarray(["l1", "l2"]), (ops, kept) => {
      const money = ops.filter((o) => o.op === "order.pay" && kept.includes(o.payment.id));
      assert.deepEqual(shownAfter(ops, kept), shownAfter(money));
    }),
  );
});

test("what is pending is marked and signed, and what isn't touched stays the same object", () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 8 }), (ops) => {
      const under = start(),
        user = { id: "7", name: "Ana" };
      const pending: PendingMutation[] = [{ mutation: { id: 1, user, at: "now", ops } }];
      for (const [id, o] of replay(here, pending, under)) {
        const was = under.get(id),
          author = { pos: here.meta.place.pos, user };
        if (o.pending) assert.deepEqual((o.fields.ms_info as { changed: unknown }).changed, author);
        else assert.deepEqual(plain(o), plain(was!), "a copy that nothing changed");
        for (const l of o.lines) {
          if (l.pending) assert.deepEqual((l.fields.ms_info as { changed: unknown }).changed, author);
          else assert.ok(was!.lines.includes(l), "a line that isn't pending is the confirmed one");
        }
        for (const p of o.payments) if (p.pending) assert.deepEqual([p.by, p.at], [author, "now"]);
        const numbers = o.lines.map((l) => l.n);
        assert.equal(new Set(numbers).size, numbers.length, "each line has a place of its own");
      }
      assert.deepEqual([...under], [...start()], "what is confirmed isn't changed");
    }),
  );
});

test("a preview is what a tap would show, with nothing queued", () => {
  fc.assert(
    fc.property(fc.array(op, { minLength: 1, maxLength: 6 }), (ops) => {
      const under = start();
      for (const [id, o] of preview((id) => under.get(id), ops, schema)) {
        assert.deepEqual(plain(o), shownAfter(ops)[id]);
        for (const l of o.lines) if (!l.pending) assert.ok(under.get(id)!.lines.includes(l));
      }
      assert.deepEqual([...under], [...start()]);
    }),
  );
});
