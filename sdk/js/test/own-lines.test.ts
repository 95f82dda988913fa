import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { isLineOf, ownerOf, ownLineID } from "../models/live/own";
import { sha256 } from "../models/live/sha256";
import { root } from "./live/extensions";

// sdk/protocol plays them too.
const vectors = JSON.parse(readFileSync(join(root, "testdata/own-lines.json"), "utf8")) as {
  extension: string;
  key: string;
  id: string;
}[];

test("an own line has the id that the vectors say, and by it an owner", () => {
  assert.ok(vectors.length > 15);
  for (const { extension, key, id } of vectors) {
    assert.equal(ownLineID(extension, key), id);
    assert.equal(ownerOf(id), extension);
    assert.ok(isLineOf(extension, id));
  }
  assert.equal(ownerOf("l1"), undefined);
  assert.equal(isLineOf("bottle", "mt:bottle:a b"), false);
  assert.equal(isLineOf("bottle", "mt:bottles:a"), false);
});

test("a hash is SHA-256", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(Buffer.from(sha256(bytes)).toString("hex"), createHash("sha256").update(bytes).digest("hex"));
    }),
  );
});
