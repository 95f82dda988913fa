// Lines that hooks put, in a page: drawn on what isn't confirmed, as the server will put them, and never sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { overlayOf } from "../models/live/border";
import { openModels, type Definition, type Live } from "../models/live/index";
import { put } from "../models/live/overlay";
import { schemaOf } from "../models/live/schema";
import type { Fields, Op } from "../src/protocol";
import type { ShownLine } from "../src/till";
import { extensions, text } from "./live/extensions";
import { FakeTills, turn } from "./live/fake-tills";

const putter = (code: string, more = "", line = "") => ({
  "extension.yaml": `name: putter\njs: putter.js\nlines: true\n${more}`,
  "putter.js": `
var Base = models.Order.prototype, Line = models.Orderline.prototype;
models.Order = models.Order.extend({
    export_as_JSON: function () {
        var out = Base.export_as_JSON.apply(this, arguments), lines = this.get_orderlines();
        ${code}
        return out;
    },
});
${line}`,
});
const named = (name: string, files: Record<string, string>) => ({
  "extension.yaml": files["extension.yaml"]!.replace("name: putter", `name: ${name}`),
  "putter.js": files["putter.js"]!,
});
const service = putter(
  'if (lines.length) { this.put_line("service", {product_id: 98, qty: 1, price_unit: this.get_total_with_tax() / 10}); }',
);

const built = extensions({
  // Its settings are given below.
  bottle: {
    "extension.yaml": text("plugins/example/bottle-deposit/extension.yaml").replace(/^(config|public):.*\n?/gm, ""),
    "bottle-deposit.js": text("plugins/example/bottle-deposit/bottle-deposit.js"),
  },
  service,
  second: named("second", service),
  // What it puts is said by the first line's description.
  said: putter(
    "if (lines.length) { JSON.parse(lines[0].description).forEach(function (args) { this.put_line(args[0], args[1]); }, this); }",
    "fields: {orderline: {own: {type: integer}}}\n",
  ),
  // A hook on lines has its say on lines that were put.
  marks: putter(
    'if (lines.length) { this.put_line("a b", {product_id: 98, qty: 2}); }',
    "fields: {orderline: {mark: {type: string, derived: true}}}\nreads: {orderline: [qty]}\n",
    `models.Orderline = models.Orderline.extend({
    export_as_JSON: function () {
        var out = Line.export_as_JSON.apply(this, arguments);
        out.mark = "x".repeat(this.quantity);
        return out;
    },
});`,
  ),
  refuses: putter(
    'this.put_line("x", {product_id: 98}); if (lines.length > 1) { throw new Reject("One line is enough"); }',
    "can_reject: true\n",
  ),
  // A note that other tills' lines have.
  notes: {
    "extension.yaml": "name: notes\njs: notes.js\nfields: {orderline: {note: {type: string}}}\n",
    "notes.js": "var none;\n",
  },
});
built.bottle.config = { product: 99, deposits: { 11: 0.25 } };

const tillsOf = (...definitions: Definition[]) => new FakeTills(schemaOf(definitions));
function page(tills: FakeTills, ...definitions: Definition[]) {
  const till = tills.till("a"),
    live = openModels(till, definitions, { schema: tills.schema }),
    failed: string[] = [];
  live.on("extensionFailed", ({ message }) => failed.push(message));
  return { till, live, failed };
}
const add = (id: string, fields: Fields = {}, order = "o1"): Op => ({
  op: "line.add",
  order,
  line: id,
  set: { product_id: 11, qty: 1, price_unit: 3, ...fields },
});
const remove = (line: string): Op => ({ op: "line.remove", order: "o1", line });
const set = (line: string, fields: Fields): Op => ({ op: "line.set", order: "o1", line, set: fields });
const lines = (live: Live, order = "o1") => live.shown(order)!.lines;
const drawn = (live: Live, order = "o1") => lines(live, order).map(({ id, n, fields }) => [id, n, fields.qty]);
const confirmed = (id: string, n: number, fields: Fields): ShownLine => ({ id, n, fields });
const bottle = (n: number, qty = 1) => confirmed(`l${n}`, n, { product_id: 11, qty, price_unit: 3 });
const deposit = (of: number, n: number, qty = 1, more: Fields = {}) =>
  confirmed(`mt:bottle-deposit:l${of}`, n, {
    product_id: 99,
    qty,
    price_unit: 0.25,
    description: "Deposit",
    ...more,
  });

test("a tap draws what the hook puts behind it, and sends what was tapped", async () => {
  const tills = tillsOf(built.bottle),
    { till, live, failed } = page(tills, built.bottle);
  tills.seed({ id: "o1" });
  await live.do(add("l1"));
  await live.do(add("l2", { product_id: 7 }));
  await live.do(add("l3", { qty: 2 }), { op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 });
  assert.deepEqual(drawn(live), [
    ["l1", 1, 2],
    ["mt:bottle-deposit:l1", 2, 2],
    ["l2", 3, 1],
    ["l3", 4, 2],
    ["mt:bottle-deposit:l3", 5, 2],
  ]);
  const [, line] = lines(live);
  assert.deepEqual(
    [line!.fields.product_id, line!.fields.price_unit, line!.fields.description, line!.pending],
    [99, 0.25, "Deposit", true],
  );
  assert.deepEqual(line!.fields.ms_info, {
    created: { pos: { id: "a", name: "a" }, user: null },
    changed: { pos: { id: "a", name: "a" }, user: null },
  });
  const model = live.order("o1")!["bottle-deposit"];
  assert.deepEqual(
    model.get_orderlines().map((l: { uid: string }) => l.uid),
    ["l1", "l2", "l3"],
    "it isn't handed its own",
  );
  assert.ok(live.line("o1", "mt:bottle-deposit:l1")!["bottle-deposit"]);
  model.trigger("new_updates_to_send");
  await tills.settle();
  assert.deepEqual([till.mutations.length, failed], [3, []]);
  assert.deepEqual(
    till.mutations.flat().filter((op) => "line" in op && op.line.startsWith("mt:")),
    [],
  );
});

test("what is confirmed is drawn as confirmed; over it stays what wasn't put, and its place", async () => {
  const tills = tillsOf(built.bottle, built.notes),
    { till, live } = page(tills, built.bottle);
  tills.seed({ id: "o1", lines: [bottle(1), deposit(1, 2, 1, { note: "cold" }), confirmed("l3", 3, { qty: 1 })] });
  assert.equal(live.shown("o1"), till.order("o1"));
  await live.do({ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 2 });
  assert.deepEqual(drawn(live), [
    ["l1", 1, 3],
    ["mt:bottle-deposit:l1", 2, 3],
    ["l3", 3, 1],
  ]);
  assert.deepEqual([lines(live)[1]!.fields.note, lines(live)[1]!.pending], ["cold", true]);
  await live.do(set("mt:bottle-deposit:l1", { note: "warm", price_unit: 9 }));
  assert.deepEqual([lines(live)[1]!.fields.note, lines(live)[1]!.fields.price_unit], ["warm", 0.25]);
  await live.do(remove("l1"));
  assert.deepEqual(drawn(live), [["l3", 3, 1]]);
  assert.deepEqual([lines(live), live.order("o1")!["bottle-deposit"].get_orderlines().length], [[lines(live)[0]], 1]);
});

test("a line that isn't confirmed takes fields and goes for good, and no more of it is sent than that", async () => {
  const tills = tillsOf(built.bottle, built.notes),
    { till, live } = page(tills, built.bottle);
  tills.seed({ id: "o1" });
  await live.do(add("l1"), add("l2"));
  await live.do(set("mt:bottle-deposit:l1", { note: "cold" }));
  assert.deepEqual(
    lines(live).map(({ fields }) => fields.note),
    [undefined, undefined, "cold", undefined],
  );
  await live.do(remove("mt:bottle-deposit:l1"));
  await live.do(set("l1", { qty: 5 }), set("l2", { qty: 2 }));
  assert.deepEqual(drawn(live), [
    ["l1", 1, 5],
    ["l2", 2, 2],
    ["mt:bottle-deposit:l2", 3, 2],
  ]);
  assert.equal(till.mutations.length, 4);
  // And where it is confirmed that it was removed.
  tills.deliver();
  tills.seed({ id: "o1", lines: [bottle(1)], fields: { mt_removed: ["mt:bottle-deposit:l1"] } });
  await live.do(set("l1", { qty: 6 }));
  assert.deepEqual(drawn(live), [["l1", 1, 6]]);
});

test("moved lines take their own along: dropped here and put there, never sent", async () => {
  const tills = tillsOf(built.bottle),
    { till, live } = page(tills, built.bottle);
  tills.seed({ id: "o1", lines: [bottle(1), deposit(1, 2), bottle(3), deposit(3, 4)] });
  tills.seed({ id: "o2" });
  await live.do({ op: "line.move", order: "o1", lines: ["l1", "mt:bottle-deposit:l3"], to: "o2" });
  assert.deepEqual(drawn(live), [
    ["l3", 3, 1],
    ["mt:bottle-deposit:l3", 4, 1],
  ]);
  assert.deepEqual(drawn(live, "o2"), [
    ["l1", 1, 1],
    ["mt:bottle-deposit:l1", 2, 1],
  ]);
  assert.equal(till.mutations.length, 1);
});

test("a charge isn't charged on itself, nor on what stands behind it in the chain", async () => {
  const tills = tillsOf(built.service, built.second),
    { live, till } = page(tills, built.service, built.second);
  tills.seed({ id: "o1" });
  await live.do(add("l1", { price_unit: 100 }));
  await live.do(set("l1", { price_unit: 200 }));
  assert.deepEqual(
    lines(live).map(({ id, fields }) => [id, fields.price_unit]),
    [
      ["l1", 200],
      ["mt:putter:service", 20],
      ["mt:second:service", 22],
    ],
  );
  await tills.settle();
  assert.equal(till.mutations.length, 2);
});

test("puts are in their order, the last of a key counts, and what isn't valid stays as it was", async () => {
  const tills = tillsOf(built.said),
    { live, failed } = page(tills, built.said),
    says = (...puts: [unknown, unknown][]) => ({ description: JSON.stringify(puts) });
  tills.seed({ id: "o1" });
  await live.do(add("l1", says(["b", { qty: 1, own: 1 }], ["a", { qty: 2 }], ["b", { qty: 3, own: 4 }])));
  assert.deepEqual(drawn(live).slice(1), [
    ["mt:putter:a", 2, 2],
    ["mt:putter:b", 3, 3],
  ]);
  await live.do(set("l1", says(["b", { qty: "many" }], ["a", { qty: 5, product_id: 7 }], ["c", { nobodys: 1 }])));
  assert.deepEqual(
    lines(live)
      .slice(1)
      .map(({ id, fields: { ms_info: _, ...fields } }) => [id, fields]),
    [
      ["mt:putter:a", { qty: 2 }],
      ["mt:putter:b", { qty: 3, own: 4 }],
    ],
  );
  await live.do(set("l1", says(["b", { qty: 6, tax_ids: [[6, false, [1]]] }])));
  assert.deepEqual(
    lines(live)
      .slice(1)
      .map(({ id, fields: { ms_info: _, ...fields } }) => [id, fields]),
    [["mt:putter:b", { qty: 6, tax_ids: [1] }]],
  );
  await live.do(set("l1", says(["", {}])));
  assert.deepEqual(
    [failed, drawn(live).length],
    [["put_line: the key is a text of 1 to 200 characters"], 1],
    "an extension that is stopped puts nothing",
  );
});

test("hooks on lines run on what was put", async () => {
  const tills = tillsOf(built.marks),
    { live } = page(tills, built.marks);
  tills.seed({ id: "o1" });
  await live.do(add("l1"));
  assert.deepEqual(
    lines(live).map(({ id, fields }) => [id.slice(0, 10), fields.mark]),
    [
      ["l1", "x"],
      ["mt:putter:", "xx"],
    ],
  );
});

test("a run that refuses puts and drops nothing", async () => {
  const tills = tillsOf(built.refuses),
    { live, failed } = page(tills, built.refuses);
  tills.seed({ id: "o1", lines: [confirmed("l1", 1, {}), confirmed("l2", 2, {}), confirmed("mt:putter:x", 3, {})] });
  await live.do(set("l1", { qty: 2 }));
  assert.equal(lines(live).length, 3);
  await live.do({ op: "order.set", order: "o1", set: { partner_id: 1 } });
  await turn();
  assert.deepEqual([lines(live).length, failed], [3, []]);
});

test("a page draws of a worker's answer lines of its own, behind the lines that they follow", () => {
  const schema = schemaOf([built.said, built.notes]);
  const overlay = overlayOf(
    "putter",
    {
      order: {},
      lines: { "mt:putter:a": { qty: 2, note: "n", product_id: 7 }, "mt:other:a": { note: "n" } },
      put: [
        { id: "mt:putter:b", after: "l1", fields: { product_id: 7, note: "n", own: 2, ms_info: {}, qty: "many" } },
        { id: "mt:putter:c", after: "gone", fields: {} },
        { id: "mt:putter:d", fields: {} },
        { id: "mt:other:b", fields: {} },
        { id: "l9", fields: {} },
        { id: "mt:putter:ä", fields: {} },
        7,
      ],
      dropped: ["mt:putter:e", "mt:other:e", "l1", 7],
    },
    schema,
  )!;
  assert.deepEqual(overlay, {
    order: {},
    lines: { "mt:putter:a": { qty: 2, note: "n" }, "mt:other:a": {} },
    put: [
      { id: "mt:putter:b", after: "l1", fields: { product_id: 7, note: "n", own: 2 } },
      { id: "mt:putter:c", after: "gone", fields: {} },
      { id: "mt:putter:d", after: undefined, fields: {} },
    ],
    dropped: ["mt:putter:e"],
  });
  const shown = tillsOf().till("a");
  assert.equal(shown.orders().length, 0);
  const order = {
    id: "o1",
    number: 1,
    state: "open" as const,
    run: 1,
    rev: 1,
    fields: {},
    payments: [],
    lines: [
      confirmed("l1", 1, {}),
      confirmed("mt:other:x", 2, {}),
      confirmed("l2", 2, {}),
      confirmed("mt:putter:e", 3, {}),
    ],
  };
  assert.deepEqual(
    put(order, overlay).lines.map(({ id, n }) => [id, n]),
    [
      ["mt:putter:d", 1],
      ["l1", 2],
      ["mt:other:x", 3],
      ["mt:putter:b", 4],
      ["l2", 5],
      ["mt:putter:c", 6],
    ],
  );
});
