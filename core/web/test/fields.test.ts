import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldSpec, Value } from "manytill";
import { draftOf, hintOf, readValue, stepped, valueText } from "../src/pos/fields.ts";
import { zone } from "../src/ui/place.ts";
import { readTime, timeText, typedTime } from "../src/ui/times.ts";

const spec = (more: Partial<FieldSpec>): FieldSpec => ({ type: "string", merge: "last", owner: "kitchen", ...more });

test("times are read and written by the shop's clocks, wherever the device is", () => {
  process.env.TZ = "America/New_York";
  zone.value = "Asia/Kolkata";
  const now = Date.parse("2026-11-21T10:00:00Z");
  assert.equal(timeText("2026-11-21T12:04:59.5Z", now), "17:34");
  assert.equal(timeText("2026-11-21T20:00:00Z", now), "Nov 22, 01:30");
  assert.equal(timeText("2027-01-01T00:00:00Z", now), "Jan 1, 2027, 05:30");
  assert.equal(timeText("soon", now), "soon");
  assert.equal(typedTime("2026-11-21T12:04:59.5Z"), "2026-11-21T17:34");
  assert.equal(readTime("2026-11-22T01:30"), "2026-11-21T20:00:00Z");
  assert.equal(readTime("2026-11-22T01:30:15.25"), "2026-11-21T20:00:15.25Z");
  for (const wrong of ["", "01:30", "2026-02-30T01:30", "2026-11-22 01:30"]) assert.equal(readTime(wrong), undefined);
  zone.value = "Europe/Vienna";
  assert.equal(readTime("2026-03-29T02:30"), "2026-03-29T01:30:00Z", "in the gap: by what held before");
  assert.equal(readTime("2026-10-25T02:30"), "2026-10-25T00:30:00Z", "the first of two");
  zone.value = undefined;
  assert.equal(readTime("2026-11-21T05:00"), "2026-11-21T10:00:00Z", "the device's own");
  const at = spec({ type: "time" });
  assert.equal(valueText("2001-02-03T04:05:00Z", at), "Feb 2, 2001, 23:05");
  assert.equal(readValue(at, draftOf(at, "2026-11-21T10:00:00Z"), null), "2026-11-21T10:00:00Z");
  assert.equal(draftOf(at, "of an older manifest"), "");
  assert.throws(() => readValue(at, "soon", null), /must be a day and a time/);
});

test("a step stays within the bounds, and goes there from outside", () => {
  const seat = spec({ type: "integer", min: 1, max: 12 });
  for (const [value, by, to, moved] of [
    [undefined, 1, 1, 1],
    [undefined, -1, 0, 0],
    [1, -1, 1, 0],
    [11, 1, 12, 1],
    [12, 1, 12, 0],
    [20, -1, 12, -8],
    [20, 1, 20, 0],
    [0.5, -1, 0.5, 0],
  ] as const)
    assert.deepEqual(stepped(seat, value, by), { to, by: moved }, `${value} by ${by}`);
  assert.deepEqual(stepped(spec({ type: "number" }), 0.1, 1), { to: 1.1, by: 1 });
  assert.deepEqual(stepped(spec({ type: "integer", min: 4 }), undefined, 1), { to: 4, by: 4 });
});

test("what is typed is held against the schema", () => {
  const wrong = (info: Partial<FieldSpec>, draft: string, base: Value = null) => {
    try {
      readValue(spec(info), draft, base);
      return "";
    } catch (e) {
      return (e as Error).message;
    }
  };
  assert.equal(wrong({ type: "integer", max: 12 }, "13"), "must be at most 12");
  assert.equal(wrong({ type: "integer" }, "1.5"), "must be a whole number");
  assert.equal(wrong({ type: "number", min: 0 }, "-1"), "must be at least 0");
  assert.equal(wrong({ max: 3 }, "four"), "must be at most 3 characters long");
  assert.equal(wrong({ pattern: "[A-Z]\\d" }, "7A"), "must have the form [A-Z]\\d");
  assert.equal(wrong({ pattern: "[A-Z]\\d" }, "A7"), "");
  assert.equal(wrong({ min: 3 }, ""), "", "nothing is always possible");
  const tags = { type: "string[]", merge: "union" } as const;
  assert.equal(wrong({ ...tags, max: 2 }, "a, b, c"), "must have at most 2 entries");
  assert.equal(wrong({ ...tags, enum: ["a"] }, '["old","a"]', ["old"]), "", "what it has from before may stay");
  assert.equal(wrong({ ...tags, enum: ["a"] }, '["b"]'), "may have only a");
});

test("of a union is sent what was added and taken off", () => {
  const tags = spec({ type: "string[]", merge: "union" });
  assert.deepEqual(readValue(tags, "a, c", ["a", "b"]), { add: ["c"], remove: ["b"] });
  assert.deepEqual(readValue(tags, "a, b, c", ["a", "b"]), ["c"]);
  assert.deepEqual(readValue(tags, "", ["a", "b"]), { remove: ["a", "b"] });
  assert.deepEqual(readValue({ ...tags, min: 1 }, "", ["a", "b"]), null);
  assert.deepEqual(readValue(tags, "a", null), ["a"]);
  assert.deepEqual(readValue({ ...tags, enum: ["a", "b"] }, '["b"]', ["a"]), { add: ["b"], remove: ["a"] });
  assert.deepEqual(readValue(spec({ type: "string[]" }), "a", ["a", "b"]), ["a"]);
  assert.equal(valueText({ add: ["c"], remove: ["b"] }, tags), "+ c, − b");
});

test("choices keep their type, and a hint says what a field takes", () => {
  const sizes = spec({ type: "id", enum: [1, "1"] });
  for (const v of [1, "1"]) assert.equal(readValue(sizes, draftOf(sizes, v), null), v);
  assert.equal(readValue(sizes, "", 1), null);
  assert.equal(readValue(spec({}), "[]", null), "[]");
  assert.equal(hintOf(spec({ type: "integer", min: 1, max: 12 })), "1 to 12");
  assert.equal(hintOf(spec({ type: "number", min: 0 })), "at least 0");
  assert.equal(hintOf(spec({ type: "string[]", max: 3 })), "with commas between, at most 3");
  assert.equal(hintOf(spec({ type: "string[]", enum: ["a"], min: 0, max: 3 })), "at most 3");
  assert.equal(hintOf(spec({ max: 2000 })), "");
});
