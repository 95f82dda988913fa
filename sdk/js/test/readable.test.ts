// What isn't as the protocol says is unreadable; what is new to this client isn't. The Go client reads the same
// examples.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { unlike } from "../src/machine/readable";
import { parsed } from "./machine-fixture";

const examples: { text: string; readable: boolean }[] = JSON.parse(
  readFileSync(new URL("../../protocol/testdata/readable.json", import.meta.url), "utf8"),
);
assert.ok(examples.length > 60);

test("examples of what can be read, and what can't", () => {
  for (const { text, readable } of examples) assert.equal(unlike(parsed(text)) === undefined, readable, text);
});

/** Frames and answers in which everything is there that a till relies on, and what of it that is. */
const order = {
  id: "o1",
  state: "open",
  run: 1,
  number: 3,
  fields: {},
  payments: [{ id: "p1", amount: 1 }],
  lines: [{ id: "l1", fields: {} }],
};
const change = {
  seq: 4,
  orders: {
    o1: { run: 1, state: "open", number: 3, set: {}, lines: { l1: { set: {} } }, payments: [{ id: "p1", amount: 1 }] },
  },
};
const whole: [object, string[]][] = [
  [
    { t: "welcome", server_id: "s", pos: { id: "p" }, multi_session: { id: "m" } },
    ["server_id", "pos", "pos.id", "multi_session.id"],
  ],
  [
    { t: "changes", changes: [change], cursor: "e1.4", seq: 4 },
    [
      "changes",
      "changes.0.seq",
      "changes.0.orders",
      "changes.0.orders.o1.run",
      "changes.0.orders.o1.state",
      "changes.0.orders.o1.payments.0.id",
      "changes.0.orders.o1.payments.0.amount",
      "cursor",
      "seq",
    ],
  ],
  [
    { t: "snapshot", orders: [order], more: false, cursor: "e1.4", seq: 4 },
    [
      "orders",
      "orders.0.id",
      "orders.0.state",
      "orders.0.run",
      "orders.0.fields",
      "orders.0.payments",
      "orders.0.lines",
      "orders.0.lines.0.id",
      "orders.0.lines.0.fields",
      "cursor",
      "seq",
    ],
  ],
  [{ t: "snapshot", orders: [order], more: true }, ["orders"]],
  [{ t: "pushed", results: [{ id: 1, status: "applied" }] }, ["results", "results.0.id", "results.0.status"]],
  [{ t: "till", open: true }, ["open"]],
  [{ t: "reset", reason: "diverged" }, ["reason"]],
  [{ t: "error", code: "internal" }, ["code"]],
  [{ t: "extensions", extensions_etag: "e" }, ["extensions_etag"]],
  [{ t: "catalogue", catalogue_etag: "c" }, ["catalogue_etag"]],
];
type Tree = { [key: string]: unknown };
/** broken is a copy with another value at a path; undefined takes it away. */
const broken = (x: object, path: string, value: unknown): unknown => {
  const copy = structuredClone(x) as Tree,
    keys = path.split("."),
    last = keys.pop()!;
  const at = keys.reduce((o, key) => o[key] as Tree, copy);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
};

for (const [frame, needed] of whole)
  test(`${(frame as { t: string }).t}: ${needed.join(", ")} must be there, and more may`, () => {
    const { t } = frame as { t: string };
    assert.equal(unlike(frame), undefined);
    assert.equal(unlike({ ...frame, of_a_later_version: { a: [1] } }), undefined);
    for (const path of needed) {
      const is = path.split(".").reduce((o: unknown, key) => (o as Tree)[key], frame);
      for (const value of [undefined, null, typeof is === "string" ? 7 : "x", true]) {
        if (value !== is && typeof value !== typeof is)
          assert.equal(unlike(broken(frame, path, value)), t, `${path}: ${JSON.stringify(value)}`);
      }
    }
  });

test("what has no kind, or isn't an object, is of no kind; a kind that isn't known is fine", () => {
  for (const x of [undefined, null, 1, "x", [], {}, { t: 3 }, { t: null }]) assert.equal(unlike(x), "");
  for (const t of ["later", "constructor", "__proto__", "toString"]) assert.equal(unlike({ t }), undefined);
});
