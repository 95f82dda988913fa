import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { changed, check, fit, instant, type Limits } from "../src/fields";
import type { Value } from "../src/protocol";
import { union } from "../src/view/replay";
import { root } from "./live/extensions";

// sdk/protocol plays them too.
const vectors = JSON.parse(readFileSync(join(root, "testdata/fields.json"), "utf8")) as {
  values: { spec: Limits; value: Value; is?: Value; says?: string }[];
  unions: { now: Value; set: Value; is: Value }[];
  changes: { was: Value; is: Value; set: Value }[];
};

test("a field holds what the vectors say", () => {
  assert.ok(vectors.values.length > 90);
  for (const v of vectors.values) {
    const about = JSON.stringify(v);
    assert.equal(check(v.spec, v.value), v.says ?? "", about);
    const { is, wrong } = fit(v.spec, v.value);
    if (v.says !== undefined) assert.equal(wrong, v.says, about);
    else assert.deepEqual(is, v.is ?? v.value, about);
  }
});

test("a pattern that the server takes is one here", () => {
  for (const { spec } of vectors.values)
    if (spec.pattern && !spec.pattern.includes("later server")) new RegExp(spec.pattern, "su");
});

test("unions are as the vectors say", () => {
  assert.ok(vectors.unions.length > 20);
  for (const v of vectors.unions) assert.deepEqual(union(v.now, v.set), v.is, JSON.stringify(v));
});

test("a bound is of the value, exactly", () => {
  assert.equal(check({ type: "number", max: 0.3 }, 0.1 + 0.2), "must be at most 0.3");
  assert.equal(check({ type: "number" }, 1e16), "must be of type number");
  assert.equal(check({ type: "string", max: 0 }, "a"), "must be at most 0 characters long");
  assert.equal(check({ type: "constructor" }, "a"), "");
});

test("every instant is the same time, and stays as it is", () => {
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true, min: new Date("0001-01-02T00:00:00Z"), max: new Date("9999-12-30T00:00:00Z") }),
      fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }),
      (at, ahead) => {
        const two = (n: number) => String(n).padStart(2, "0");
        const size = Math.abs(ahead);
        const zone = `${ahead < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        const local = new Date(at.getTime() + ahead * 60_000).toISOString().replace("Z", zone);
        const is = instant(local)!;
        assert.equal(Date.parse(is), at.getTime());
        assert.equal(instant(is), is);
      },
    ),
  );
});

test("what changed of a list, joined to what it was, is the list", () => {
  const list = fc.uniqueArray(fc.constantFrom<Value>("a", "b", "c", 1, { a: 1 }), { comparator: "SameValue" });
  fc.assert(
    fc.property(fc.option(list), list, (was, now) => {
      const set = changed(was, now);
      const is = (set === undefined ? was : union(was, set)) as Value[] | null;
      const sorted = (of: Value[] | null) => of?.map((v) => JSON.stringify(v)).sort();
      assert.deepEqual(sorted(is), sorted(now));
    }),
  );
  assert.ok(vectors.changes.length);
  for (const v of vectors.changes) assert.deepEqual(changed(v.was, v.is), v.set, JSON.stringify(v));
  assert.equal(changed(["a", "b"], ["b", "a"]), undefined);
  assert.equal(changed(null, null), undefined);
});
