// The fields that every server has: as testdata/protocol/schema.json, a golden answer of the server, has them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Schema } from "../src/protocol";
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
