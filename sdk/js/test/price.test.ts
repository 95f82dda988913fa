import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isMoney, isPercent, isUnit, priceRule } from "../src/price";
import { coreSchema } from "../src/view/schema";
import type { Fields, Schema } from "../src/protocol";
import { root } from "./live/extensions";

interface Vector {
  decimals: number;
  why?: string;
}
interface Vectors {
  schema: Schema;
  lines: (Vector & { fields: Fields; total: string; sells?: boolean })[];
  orders: (Vector & { lines: Fields[]; total: string })[];
  splits: (Vector & { fields: Fields; qty: number; part: Fields; rest: Fields })[];
}
// sdk/price plays the lines and orders of it too.
const vectors = JSON.parse(readFileSync(join(root, "testdata/price.json"), "utf8")) as Vectors;
const about = (v: Vector): string => JSON.stringify(v);
const exact = (n: number, decimals: number): string => n.toFixed(decimals);

test("a line costs what the vectors say", () => {
  assert.ok(vectors.lines.length >= 50);
  for (const v of vectors.lines) {
    const total = priceRule(vectors.schema, v.decimals).line(v.fields);
    assert.equal(exact(total, v.decimals), v.total, about(v));
    if (v.sells === false) assert.equal(total, 0, about(v));
  }
});

test("an order costs what its lines do", () => {
  assert.ok(vectors.orders.length);
  for (const v of vectors.orders) {
    const order = { lines: v.lines.map((fields) => ({ fields })) };
    assert.equal(exact(priceRule(vectors.schema, v.decimals).order(order), v.decimals), v.total, about(v));
  }
});

test("what is shared out adds up", () => {
  assert.ok(vectors.splits.length);
  for (const v of vectors.splits)
    assert.deepEqual(
      priceRule(vectors.schema, v.decimals).split(v.fields, v.qty),
      { part: v.part, rest: v.rest },
      about(v),
    );
});

test("no total is -0, and a line's number is what the wire takes of it", () => {
  const rule = priceRule(vectors.schema, 2);
  for (const fields of [
    { qty: -1, price_unit: 0.001 },
    { qty: -1, price_unit: 0 },
    { qty: 0, price_unit: -1 },
  ])
    assert.ok(Object.is(rule.line(fields), 0));
  // biome-ignore lint/correctness/noPrecisionLoss: more digits than a double has
  assert.equal(rule.line({ qty: 3, price_unit: 4.799999999999999999 }), 14.4);
  assert.equal(rule.line({ qty: Number.NaN, price_unit: 1 }), 0);
});

test("a server without extensions: the core's fields need no role", () => {
  assert.equal(priceRule(coreSchema, 2).line({ qty: 6, price_unit: 4.8, discount: 10 }), 25.92);
  assert.equal(priceRule({ orderline: {} }, 2).line({ qty: 6, price_unit: 4.8, discount: 10 }), 25.92);
});

test("percentages and money are told apart", () => {
  const roles = Object.values(vectors.schema.orderline).map((f) => f.role);
  assert.deepEqual([...new Set(roles.filter(isPercent))].sort(), ["percent_discount", "percent_surcharge"]);
  assert.deepEqual([...new Set(roles.filter(isMoney))].sort(), [
    "money_discount",
    "money_surcharge",
    "unit_deposit",
    "unit_surcharge",
  ]);
  assert.deepEqual([...new Set(roles.filter(isUnit))].sort(), ["unit_deposit", "unit_surcharge"]);
});
