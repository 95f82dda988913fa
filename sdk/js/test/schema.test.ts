// The fields that every server has: as testdata/protocol/schema.json, a golden answer of the server, has them. And what
// is read of a schema: sdk/protocol/testdata/schema.json, which the Go client plays too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inLanguages, readSchema } from "../src/fields";
import type { FieldSpec, Schema } from "../src/protocol";
import { coreSchema } from "../src/view/schema";

test("the client's core fields are the server's", () => {
  const golden = JSON.parse(readFileSync(new URL("../../../testdata/protocol/schema.json", import.meta.url), "utf8"));
  const rules = ({ order, orderline }: Schema) =>
    Object.entries({ order, orderline }).map(([model, fields]) => [
      model,
      Object.entries(fields)
        .map(([name, { type, merge, owner }]) => [name, type, merge, owner])
        .sort(),
    ]);
  assert.deepEqual(rules(coreSchema), rules(golden.response.body));
});

interface Vectors {
  fields: { name: string; field: unknown; is: FieldSpec | null }[];
  unreadable: unknown[];
}
const vectors = JSON.parse(
  readFileSync(new URL("../../protocol/testdata/schema.json", import.meta.url), "utf8"),
) as Vectors;

test("of a schema what is known is read", () => {
  assert.ok(vectors.fields.length >= 12);
  for (const { name, field, is } of vectors.fields) {
    const read = readSchema({ order: {}, orderline: { temp: field }, customer: { vip: {} } });
    assert.deepEqual(read, { order: {}, orderline: is ? { temp: is } : {} }, name);
  }
  assert.ok(vectors.unreadable.length >= 8);
  for (const x of [...vectors.unreadable, undefined]) assert.equal(readSchema(x), undefined, JSON.stringify(x));
});

test("a label is in the language that people prefer", () => {
  const { cases } = JSON.parse(
    readFileSync(new URL("../../protocol/testdata/labels.json", import.meta.url), "utf8"),
  ) as { cases: { labels?: Record<string, string>; languages: string[]; is: string }[] };
  assert.ok(cases.length >= 12);
  for (const { labels, languages, is } of cases) {
    const seat = { type: "id", merge: "last", owner: "x", label: "Seat", ...(labels && { labels }) } as FieldSpec;
    assert.equal(inLanguages({ order: { seat }, orderline: {} }, languages).order.seat?.label, is, `${languages}`);
  }
});
