import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ShownOrder } from "../src/till";
import { absorbed } from "../src/view/confirmed";
import type { PendingMutation } from "../src/till";
import { coreSchema } from "../src/view/schema";
import { extend, ordersOf, refresh, type View } from "../src/view/view";
import type { Change, Fields, Op, OrderChange } from "../src/protocol";

/** A field of each merge rule. */
const schema = {
  ...coreSchema,
  orderline: { ...coreSchema.orderline, allergens: { type: "string[]", merge: "union" as const, owner: "x" } },
};
const order = fc.constantFrom("o1", "o2", "__proto__"),
  line = fc.constantFrom("l1", "l2", "constructor", "mt:x");
const lineSet = fc.constantFrom<Fields>(
  { qty: 2, discount: 5 },
  { qty: null },
  { product_id: 50 },
  { product_id: 51 },
  { allergens: ["nuts"] },
  { allergens: ["milk", "nuts"] },
  { description: "hot" },
  {},
  { description: "\u2028\ufffd", qty: 1e15 },
  { allergens: { add: ["milk"], remove: ["nuts"] }, qty: 1e-9 },
  JSON.parse('{"__proto__":{"qty":9},"constructor":[],"toString":null}'),
);
const orderSet = fc.constantFrom<Fields>({}, { partner_id: 7 }, { follows: "o9" }, { partner_id: null });
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constantFrom("order.create" as const, "order.set" as const), order, set: orderSet }),
  fc.record({ op: fc.constantFrom("line.add" as const, "line.set" as const), order, line, set: lineSet }),
  fc.record({
    op: fc.constant("line.inc" as const),
    order,
    line,
    field: fc.constantFrom("qty", "discount"),
    by: fc.integer({ min: -2, max: 2 }),
  }),
  fc.record({ op: fc.constant("line.remove" as const), order, line }),
  fc.record({
    op: fc.constant("line.move" as const),
    order,
    lines: fc.array(line, { minLength: 1, maxLength: 2 }),
    to: order,
  }),
  fc.record({
    op: fc.constant("order.pay" as const),
    order,
    payment: fc.record({ id: line, method: fc.constant("cash"), amount: fc.constant(5) }),
  }),
  fc.record({ op: fc.constant("order.close" as const), order, state: fc.constant("paid" as const) }),
);
const wishes: fc.Arbitrary<PendingMutation[]> = fc
  .array(fc.array(op, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((all) =>
    all.map((ops, i) => ({ mutation: { id: i + 1, user: { id: "7", name: "Ana" }, at: "2026-11-21T10:00:00Z", ops } })),
  );

const start = (): Map<string, ShownOrder> =>
  new Map<string, ShownOrder>([
    [
      "o1",
      {
        id: "o1",
        number: 1,
        state: "open",
        run: 0,
        rev: 0,
        fields: {},
        payments: [],
        lines: [
          { id: "l1", n: 1, fields: { qty: 1, product_id: 50 } },
          { id: "l2", n: 3, fields: { qty: 4 } },
        ],
      },
    ],
    ["o2", { id: "o2", number: 2, state: "open", run: 0, rev: 0, fields: { partner_id: 7 }, payments: [], lines: [] }],
  ]);
const over = (under: Map<string, ShownOrder>, all: PendingMutation[]): View => {
  const v: View = {
    under: under,
    shown: new Map(under),
    schema: schema,
    meta: { place: { pos: { id: "bar", name: "Bar" }, run: 1 } },
  };
  refresh(v, all);
  return v;
};
/** text is what is shown, with keys in order and, without marks, without what the server alone gives. */
const text = (v: View, marks = true): string =>
  JSON.stringify(
    [...v.shown.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, o]) => o),
    (key, value) => {
      if (!marks && ["pending", "rev", "number", "n"].includes(key)) return undefined;
      return value && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value;
    },
  );

test("tap after tap gives what a replay of all gives, and nothing that was handed out changes", () => {
  fc.assert(
    fc.property(wishes, (all) => {
      const v = over(start(), []);
      all.forEach((w, i) => {
        const handed = new Map(v.shown),
          before = text({ ...v, shown: handed });
        extend(v, w);
        assert.equal(text({ ...v, shown: handed }), before);
        assert.equal(text(v), text(over(start(), all.slice(0, i + 1))));
      });
    }),
  );
});

/**
 * fact is the change that a server makes of a mutation that fits: what the replay of it alone does to what is
 * confirmed.
 */
const fact = (under: Map<string, ShownOrder>, w: PendingMutation, seq: number): Change => {
  const change: Change = { seq, client_id: "c1", id: w.mutation.id, orders: Object.create(null) };
  for (const [id, o] of over(under, [w]).shown) {
    const was = under.get(id);
    if (!o.pending) continue;
    const cleared = (fields: Fields = {}): Fields => Object.fromEntries(Object.keys(fields).map((f) => [f, null]));
    const lines: NonNullable<OrderChange["lines"]> = {};
    for (const l of was?.lines ?? []) lines[l.id] = { n: l.n, removed: true };
    for (const l of o.lines)
      lines[l.id] = { n: l.n, set: { ...cleared(was?.lines.find((x) => x.id === l.id)?.fields), ...l.fields } };
    const payments = o.payments.filter((p) => p.pending).map(({ pending, ...p }) => p);
    change.orders[id] = {
      rev: (was?.rev ?? 0) + 1,
      number: 9,
      run: o.run,
      state: o.state,
      set: { ...cleared(was?.fields), ...o.fields },
      lines,
      payments,
    };
  }
  return change;
};

test("when a mutation's own change comes and it leaves the queue, nothing that is shown moves", () => {
  fc.assert(
    fc.property(wishes, (all) => {
      const under = start(),
        v = over(under, all),
        shown = text(v, false);
      all.forEach((w, i) => {
        const touched: string[] = ordersOf(w.mutation.ops);
        for (const [id, delta] of Object.entries(fact(under, w, i + 1).orders)) {
          const o = absorbed(under.get(id), id, delta, true);
          if (!o) continue;
          under.set(id, o);
          touched.push(id);
        }
        const was = new Map(v.shown),
          changed = refresh(v, all.slice(i + 1), touched);
        assert.equal(text(v, false), shown, `after ${i + 1}`);
        assert.equal(text(v), text(over(under, all.slice(i + 1))), "refresh of what was touched is a rebuild");
        assert.deepEqual(
          [...v.shown.keys()].filter((id) => v.shown.get(id) !== was.get(id)).sort(),
          changed.sort(),
          "what changed is told",
        );
      });
    }),
  );
});

const set = (fields: Fields): Op => ({ op: "line.set", order: "o1", line: "l1", set: fields });
const inc = (field: string, by: number): Op => ({ op: "line.inc", order: "o1", line: "l1", field, by });
for (const [name, ops, field, want] of [
  ["set overwrites", [set({ discount: 1 }), set({ discount: 2 })], "discount", 2],
  ["null clears", [set({ discount: 1 }), set({ discount: null })], "discount", undefined],
  ["inc adds exactly", [inc("qty", 0.1), inc("qty", 0.2)], "qty", 1.3],
  ["inc of no counter is left out", [set({ discount: 1 }), inc("discount", 1)], "discount", 1],
  ["inc of an unknown field counts", [inc("vendor", 2), inc("vendor", 1)], "vendor", 3],
  ["first keeps", [set({ product_id: 99 })], "product_id", 50],
  ["union adds", [set({ allergens: ["a"] }), set({ allergens: ["b", "a"] })], "allergens", ["a", "b"]],
  [
    "union takes off, then adds",
    [set({ allergens: ["a", "b"] }), set({ allergens: { remove: ["a"], add: ["c", "b"] } })],
    "allergens",
    ["b", "c"],
  ],
  [
    "union of another object is the server's to refuse",
    [set({ allergens: ["a"] }), set({ allergens: { add: ["b"], mood: 1 } })],
    "allergens",
    { add: ["b"], mood: 1 },
  ],
  ["union of null clears", [set({ allergens: ["a"] }), set({ allergens: null })], "allergens", undefined],
  ["an unknown field is last", [set({ vendor: "x" })], "vendor", "x"],
  ["a name that every object has is no field", [set({ constructor: 1, toString: 2 })], "toString", 2],
] as [string, Op[], string, unknown][]) {
  test(`merge: ${name}`, () => {
    const { fields } = over(start(), [{ mutation: { id: 1, ops } }]).shown.get("o1")!.lines[0]!;
    assert.deepEqual(Object.hasOwn(fields, field) ? fields[field] : undefined, want);
  });
}

test("ms_info is the server's; a replay says who does it", () => {
  const v = over(start(), [
      { mutation: { id: 1, user: { id: "8", name: "Bo" }, ops: [set({ ms_info: "x", qty: 7 })] } },
    ]),
    author = { pos: { id: "bar", name: "Bar" }, user: { id: "8", name: "Bo" } };
  assert.deepEqual(v.shown.get("o1")!.lines[0]!.fields.ms_info, { created: author, changed: author });
  assert.deepEqual(
    v.shown.get("o1")!.lines.map((l) => !!l.pending),
    [true, false],
  );
});

test("a payment of a closed order is kept, once; a line of it isn't", () => {
  const pay: Op = { op: "order.pay", order: "o1", payment: { id: "p1", method: "cash", amount: 5 } };
  const o = over(start(), [
    {
      mutation: {
        id: 1,
        ops: [
          { op: "order.close", order: "o1", state: "cancelled" },
          pay,
          pay,
          { op: "line.add", order: "o1", line: "l9", set: {} },
        ],
      },
    },
  ]).shown.get("o1")!;
  assert.deepEqual(
    o.payments.map((p) => [p.amount, p.needs, p.pending]),
    [[5, "refund", true]],
  );
  assert.equal(o.lines.length, 2);
});
