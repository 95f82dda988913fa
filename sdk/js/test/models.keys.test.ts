// What a record in a page says of its order, an order's end, and lines that look at their order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openModels } from "../models/live/index";
import type { Op } from "../src/protocol";
import { extensions } from "./live/extensions";
import { FakeTills } from "./live/fake-tills";

const manifest = (name: string) =>
  `name: ${name}\njs: ${name}.js\ncan_reject: true\nfields:\n  order: {course: {type: string}, table: {type: string}}\n  orderline: {served: {type: string}}\n`;

const built = extensions({
  keys: {
    "extension.yaml": manifest("keys"),
    "keys.js": `
var Order = models.Order.prototype;
models.Order = models.Order.extend({
    apply_ms_data: function (json) {
        this.told = (this.told || []).concat([[json.mt_state, json.mt_number, json.mt_run, json.mt_mutation]]);
        this.payments = json.mt_payments;
        this.tapped = json.mt_tapped_at;
        if (json.mt_state === "paid" && !json.table) { throw new Reject("Which table is it?"); }
    },
});
`,
  },
  lines: {
    "extension.yaml": manifest("lines"),
    "lines.js": `
var Order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.course = json.course; return Order.init_from_JSON.call(this, json); },
});
var Line = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    apply_ms_data: function (json) {
        this.state = json.mt_state;
        this.saw = (this.saw || []).concat([this.order.course]);
        if (this.order.course === "none") { throw new Reject("A dish needs a course"); }
    },
});
`,
  },
});

const set = (order: string, fields: object): Op => ({ op: "order.set", order, set: fields as never });
const close = (order: string, state: "paid" | "cancelled"): Op => ({ op: "order.close", order, state });
const pay = (order: string): Op => ({ op: "order.pay", order, payment: { id: "p1", method: "cash", amount: 5 } });
const line = (id: string, n: number) => ({ id, n, fields: { product_id: 1, qty: 1, price_unit: 4.8 } });

function page(name: keyof typeof built) {
  const tills = new FakeTills();
  const till = tills.till("a");
  const live = openModels(till, [built[name]]);
  const refused: string[] = [];
  live.on("refused", ({ message }) => refused.push(message));
  live.on("extensionFailed", ({ error }) => assert.fail(error as Error));
  return { tills, till, live, refused };
}

test("a model is told of its order's number, payments and end", async () => {
  const { tills, till, live, refused } = page("keys");
  await live.do({ op: "order.create", order: "o1", set: { table: "4" } });
  const order = live.order("o1")!.keys;
  assert.deepEqual(order.told, [["open", 0, 1, null]]);
  await tills.settle();
  assert.deepEqual(order.told.at(-1), ["open", 1, 1, null]);
  await live.do(pay("o1"));
  assert.deepEqual(order.payments, [
    { id: "p1", method: "cash", amount: 5, by: { pos: { id: "a", name: "a" }, user: null }, at: undefined },
  ]);
  assert.match(order.tapped, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z$/);
  await live.do(close("o1", "paid"));
  assert.deepEqual(order.told.at(-1), ["paid", 1, 1, null]);
  const times = order.told.length;
  await tills.settle();
  assert.deepEqual([order.told.length, till.mutations.length, refused], [times, 3, []]);
});

test("an order's end is refused at the tap, unless the tap pays", async () => {
  const { tills, till, live } = page("keys");
  const no = { name: "Refused", extension: "keys", message: "Which table is it?" };
  tills.seed({ id: "o1", payments: [{ id: "p0", method: "card", amount: 5, offline: true }] });
  await assert.rejects(live.do(close("o1", "paid")), no);
  await assert.rejects(live.do(set("o1", { course: "main" }), close("o1", "paid")), no);
  assert.equal(till.mutations.length, 0);
  await live.do(pay("o1"), close("o1", "paid"));
  tills.seed({ id: "o2" });
  await live.do(close("o2", "cancelled"));
  tills.seed({ id: "o3" });
  await live.do(set("o3", { table: "4" }), close("o3", "paid"));
  assert.equal(till.mutations.length, 3);
  assert.deepEqual(
    ["o1", "o2", "o3"].map((id) => live.order(id)!.keys.told.at(-1)[0]),
    ["paid", "cancelled", "paid"],
  );
});

test("lines run again when a key of their order changes that they read", async () => {
  assert.deepEqual(built.lines.reads_of_order, ["course", "mt_state"]);
  assert.equal(built.keys.reads_of_order, undefined);
  const { tills, live } = page("lines");
  tills.seed({ id: "o1", fields: { course: "main" }, lines: [line("l1", 1), line("l2", 2)] });
  const [one, two] = ["l1", "l2"].map((id) => live.line("o1", id)!.lines);
  assert.deepEqual([one.saw, two.saw], [["main"], ["main"]]);
  await live.do(set("o1", { table: "4" }));
  assert.deepEqual([one.saw.length, two.saw.length], [1, 1], "they don't read that");
  await live.do(set("o1", { course: "dessert" }));
  assert.deepEqual(
    [one.saw, two.saw],
    [
      ["main", "dessert"],
      ["main", "dessert"],
    ],
  );
  await live.do(close("o1", "cancelled"));
  assert.deepEqual([one.state, two.state], ["cancelled", "cancelled"]);
});

test("a line refuses what its order would become", async () => {
  const { tills, till, live } = page("lines");
  tills.seed({ id: "o1", fields: { course: "main" }, lines: [line("l1", 1)] });
  tills.seed({ id: "o2", fields: { course: "main" } });
  await assert.rejects(live.do(set("o1", { course: "none" })), { message: "A dish needs a course" });
  await live.do(set("o2", { course: "none" }));
  assert.equal(till.mutations.length, 1);
});
