// Odd data, as the protocol lets it in: what it shows is what the Go client shows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Effect } from "../src/machine/contract";
import { coreSchema } from "../src/view/schema";
import type { FieldSpec, Op, Schema } from "../src/protocol";
import { MachineFixture } from "./machine-fixture";

const dir = new URL("../../client/internal/machine/testdata/", import.meta.url);
const cases: { taps: Op[][]; refused: boolean[]; shown: unknown[] }[] = JSON.parse(
  readFileSync(new URL("odd_taps.json", dir), "utf8"),
);

/** A field of each merge rule for any value. */
const more = Object.fromEntries<FieldSpec>([
  ["any", { type: "from a later version", merge: "last", owner: "x" }],
  ["constructor", { type: "any", merge: "first", owner: "x" }],
  ["toString", { type: "array", merge: "union", owner: "x" }],
  ["valueOf", { type: "number", merge: "counter", owner: "x" }],
]);
export const oddSchema: Schema = {
  order: { ...coreSchema.order, ...more },
  orderline: { ...coreSchema.orderline, ...more },
};

test(`${cases.length} cases of odd taps show what they show in Go`, () => {
  for (const [i, { taps, refused, shown }] of cases.entries()) {
    const s = new MachineFixture();
    s.run("connect");
    s.step({ is: "schema", schema: oddSchema });
    const said = taps.map((ops) => {
      s.effects = [];
      s.tap(...ops);
      return s.effects.some((e: Effect) => e.is === "done" && e.error);
    });
    const plain = ({
      pending,
      by,
      at,
      needs,
      ...rest
    }: object & Partial<Record<"pending" | "by" | "at" | "needs", unknown>>) => rest;
    const show = () =>
      [...s.machine.orders()]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((o) => ({
          id: o.id,
          state: o.state,
          fields: o.fields,
          lines: o.lines.map(plain),
          payments: o.payments.map((p) => ({ ref: "", ...plain(p) })),
        }));
    assert.deepEqual(said, refused, `case ${i}: ${JSON.stringify(taps)}`);
    assert.deepEqual(JSON.parse(JSON.stringify(show())), shown, `case ${i}: ${JSON.stringify(taps)}`);
    const before = show();
    s.run("crash");
    s.step({ is: "schema", schema: oddSchema });
    assert.deepEqual(show(), before, `case ${i}, after a restart`);
  }
});
