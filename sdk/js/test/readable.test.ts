// What isn't as the protocol says is unreadable; what is new to this client isn't. The Go client reads the same examples.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { unlike } from "../src/machine/readable";
import { parsed } from "./machine-fixture";

const examples: { text: string; readable: boolean }[] = JSON.parse(readFileSync(new URL("../../client/wire/testdata/readable.json", import.meta.url), "utf8"));
assert.ok(examples.length > 60);

test("examples of what can be read, and what can't", () => {
  for (const { text, readable } of examples) assert.equal(unlike(parsed(text)) === undefined, readable, text);
});
