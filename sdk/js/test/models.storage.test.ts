// An extension's storage is the server's: in a page nothing is found or kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openModels } from "../models/live/index";
import { extensions } from "./live/extensions";
import { FakeTills } from "./live/fake-tills";

const script = `
var Order = models.Order.prototype;
models.Order = models.Order.extend({
    apply_ms_data: function () {
        this.told = typeof this.storage;
        if (this.storage) {
            this.storage.set("n", 1, {until: "end"});
            this.found = this.storage.get("n");
            try { this.storage.get({}); } catch (e) { this.wrong = e.message; }
        }
    },
});
`;
const built = extensions({
  keeps: {
    "extension.yaml": "name: keeps\njs: keeps.js\nstorage: true\nfields: {order: {n: {type: number}}}\n",
    "keeps.js": script,
  },
  plain: { "extension.yaml": "name: plain\njs: plain.js\nfields: {order: {n: {type: number}}}\n", "plain.js": script },
});

test("in a page nothing is found or kept, and without the manifest's word there is no storage", async () => {
  const tills = new FakeTills();
  const live = openModels(tills.till("a"), [built.keeps, built.plain]);
  live.on("extensionFailed", ({ error }) => assert.fail(error as Error));
  await live.do({ op: "order.create", order: "o1", set: {} });
  const { keeps, plain } = live.order("o1")!;
  assert.deepEqual(
    [keeps.told, keeps.found, keeps.wrong],
    ["object", undefined, "storage.get: a key is a text, was a value of type object"],
  );
  assert.equal(plain.told, "undefined");
});
