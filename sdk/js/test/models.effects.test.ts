// An extension's effects are the server's: in a page nothing is wanted, and orders are told of none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openModels } from "../models/live/index";
import { extensions } from "./live/extensions";
import { FakeTills } from "./live/fake-tills";

const script = `
var Order = models.Order.prototype;
models.Order = models.Order.extend({
    apply_ms_data: function () {
        this.told = [typeof this.effect, typeof Order.effect_result, Object.keys(this).indexOf("effect")].join();
        if (this.effect) {
            this.given = String(this.effect("book", undefined, function () {}));
        }
    },
    effect_result: function () { throw new Error("nobody tells pages"); },
});
`;
const fields = "fields: {order: {n: {type: number}}}\n";
const built = extensions({
  cards: {
    "extension.yaml": `name: cards\njs: cards.js\neffects: {book: {url: "https://a.example"}}\n${fields}`,
    "cards.js": script,
  },
  plain: { "extension.yaml": `name: plain\njs: plain.js\n${fields}`, "plain.js": script },
});

test("in a page an effect does nothing, and without the manifest's word there is none", async () => {
  const tills = new FakeTills();
  const live = openModels(tills.till("a"), [built.cards, built.plain]);
  live.on("extensionFailed", ({ error }) => assert.fail(error as Error));
  await live.do({ op: "order.create", order: "o1", set: {} });
  const { cards, plain } = live.order("o1")!;
  assert.deepEqual([cards.told, cards.given], ["function,function,-1", "undefined"]);
  assert.deepEqual([plain.told, plain.given], ["undefined,undefined,-1", undefined]);
});
