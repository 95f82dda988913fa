// Core fields that hooks write, in a page: shown on what isn't confirmed, as the server will make them, and never sent.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { openModels, type Definition, type Live } from "../models/live/index";
import { schemaOf } from "../models/live/schema";
import { settings } from "../models/live/settings";
import type { Fields, Op } from "../src/protocol";
import { extensions } from "./live/extensions";
import { FakeTills, turn } from "./live/fake-tills";

const writer = (writes: string, fields: string, code: string) => ({
  "extension.yaml": `name: writer\njs: writer.js\nwrites: ${writes}\nfields: ${fields}\n`,
  "writer.js": code,
});
const line = (own: string, out: string, more = "") => `
var Base = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) { Base.init_from_JSON.apply(this, arguments); ${own} },
    export_as_JSON: function () { var out = Base.export_as_JSON.apply(this, arguments); ${out} return out; },
    ${more}
});
`;
const price = "{orderline: [price_unit]}",
  list = "{orderline: {list: {type: number}}}",
  keep = "this.list = json.list === undefined || json.list === null ? json.price_unit : json.list;";

const built = extensions({
  happy: "plugins/example/happy-hour",
  // A setter, in a hook.
  setter: writer(price, list, line(`${keep} this.set_unit_price(this.list / 2);`, "out.list = this.list;")),
  // A setter in the export itself, which says something else each time it is asked.
  late: writer(price, list, line(keep, "this.set_unit_price(this.list / 2); out.list = this.list;")),
  // The base's export goes by it.
  getter: writer(
    price,
    list,
    line(keep, "out.list = this.list;", "get_unit_price: function () { return this.list / 2; },"),
  ),
  restless: writer(price, list, line("", "out.price_unit = out.price_unit * 0.8;")),
  throws: writer(
    price,
    list,
    line(
      keep,
      'if (this.list > 100) { throw new Error("too dear"); } out.list = this.list; out.price_unit = this.list / 2;',
    ),
  ),
  // A customer is of the first line's product; lines cost half for customer 7.
  order: {
    "extension.yaml":
      "name: order\njs: order.js\nwrites: {order: [partner_id], orderline: [discount]}\nreads: {order: [partner_id]}\n",
    "order.js": `
var Base = models.Order.prototype, Line = models.Orderline.prototype;
models.Order = models.Order.extend({
    export_as_JSON: function () {
        var out = Base.export_as_JSON.apply(this, arguments);
        if (this.orderlines.length > 1) { out.partner_id = 7; }
        return out;
    },
});
models.Orderline = models.Orderline.extend({
    export_as_JSON: function () {
        var out = Line.export_as_JSON.apply(this, arguments);
        out.discount = this.order.partner_id === 7 ? 50 : 0;
        return out;
    },
});
`,
  },
});

const at = (clock: string): number => new Date(`2026-11-21T${clock}:00`).getTime();

/** shop is at a time of the clock; others are its tills. */
async function shop(clock: string, use: (go: (clock: string) => void) => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ["Date"], now: at(clock) });
  try {
    await use((to) => mock.timers.setTime(at(to)));
  } finally {
    mock.timers.reset();
  }
}

function page(tills: FakeTills, ...definitions: Definition[]) {
  const till = tills.till("a"),
    live = openModels(till, definitions, { schema: tills.schema }),
    failed: string[] = [],
    refused: string[] = [];
  live.on("extensionFailed", ({ message }) => failed.push(message));
  live.on("refused", ({ message }) => refused.push(message));
  return { till, live, failed, refused };
}
const tillsOf = (...definitions: Definition[]) => new FakeTills(schemaOf(definitions));
const add = (id: string, fields: Fields = {}): Op => ({
  op: "line.add",
  order: "o1",
  line: id,
  set: { product_id: 1, qty: 1, price_unit: 3, ...fields },
});
const set = (id: string, fields: Fields): Op => ({ op: "line.set", order: "o1", line: id, set: fields });
const of = (live: Live, id = "l1", order = "o1") => live.shown(order)!.lines.find((l) => l.id === id)!.fields;
const prices = (live: Live) => live.shown("o1")!.lines.map((l) => l.fields.price_unit);
const seeded = (tills: FakeTills, fields?: Fields) =>
  tills.seed({ id: "o1", lines: fields ? [{ id: "l1", n: 1, fields: { product_id: 1, qty: 1, ...fields } }] : [] });

test("a tap shows the hook's price and sends what was tapped", () =>
  shop("17:30", async () => {
    const tills = tillsOf(built.happy),
      { till, live } = page(tills, built.happy);
    seeded(tills);
    await live.do(add("l1"));
    assert.deepEqual([of(live).price_unit, of(live).usual_price, of(live).happy_percent], [2.4, 3, 20]);
    assert.equal(till.order("o1")!.lines[0]!.fields.price_unit, 3, "the till's own view is as it was");
    await live.do({ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 });
    const model = live.line("o1", "l1")!["happy-hour"];
    assert.equal(model.get_unit_price(), 2.4);
    assert.deepEqual([of(live).qty, of(live).price_unit], [2, 2.4]);
    model.trigger("change", model);
    await tills.settle();
    assert.deepEqual(till.mutations, [[add("l1")], [{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 }]]);
  }));

test("what is confirmed is shown as confirmed", () =>
  shop("17:30", async () => {
    const tills = tillsOf(built.happy),
      { live } = page(tills, built.happy);
    seeded(tills, { price_unit: 3 });
    assert.equal(of(live).price_unit, 3);
    await live.do(set("l1", { qty: 2 }));
    assert.equal(of(live).price_unit, 2.4, "its first change");
    tills.deliver();
    assert.equal(of(live).price_unit, 3, "this server has no hooks");
    // And where another till's server answer lies below what is pending.
    await live.do(set("l1", { qty: 4 }));
    tills.seed({
      id: "o1",
      lines: [
        { id: "l1", n: 1, fields: { product_id: 1, qty: 2, price_unit: 2.4, usual_price: 3, happy_percent: 20 } },
      ],
    });
    assert.deepEqual([of(live).qty, of(live).price_unit], [4, 2.4]);
  }));

test("a queue keeps the prices of its times, also after a reload", () =>
  shop("16:30", async (go) => {
    const tills = tillsOf(built.happy),
      { till, live } = page(tills, built.happy);
    seeded(tills);
    for (const [clock, id] of [
      ["16:59", "l1"],
      ["17:00", "l2"],
      ["18:59", "l3"],
      ["19:00", "l4"],
    ] as const) {
      go(clock);
      await live.do(add(id));
    }
    go("19:30");
    await live.do(set("l2", { qty: 3 }));
    assert.deepEqual(prices(live), [3, 2.4, 2.4, 3]);
    live.close();
    const again = openModels(till, [built.happy], { schema: tills.schema });
    assert.deepEqual(prices(again), [3, 2.4, 2.4, 3]);
  }));

test("a typed price stays, also the old price, and by the model's setter", () =>
  shop("18:00", async () => {
    const tills = tillsOf(built.happy),
      { till, live } = page(tills, built.happy);
    seeded(tills);
    await live.do(add("l1"), add("l2"), add("l3"));
    await live.do(set("l1", { price_unit: 5 }));
    await live.do(set("l2", { price_unit: 3 })); // as the till shows it
    live.line("o1", "l3")!["happy-hour"].set_unit_price(1);
    await turn();
    assert.deepEqual(prices(live), [5, 3, 1]);
    assert.deepEqual(till.mutations.at(-1), [set("l3", { price_unit: 1 })]);
    await live.do(set("l1", { qty: 2 }));
    assert.deepEqual([prices(live), of(live).happy_percent], [[5, 3, 1], undefined]);
  }));

test("a line that is moved keeps its price; orders that share a tap are replayed together", () =>
  shop("18:00", async (go) => {
    const tills = tillsOf(built.happy),
      { live } = page(tills, built.happy);
    seeded(tills);
    await live.do(add("l1"));
    go("20:00");
    await live.do({ op: "line.move", order: "o1", lines: ["l1"], to: "o2" });
    await live.do({ op: "line.set", order: "o2", line: "l1", set: { qty: 2 } });
    assert.equal(of(live, "l1", "o2").price_unit, 2.4);
    assert.equal(live.shown("o1")!.lines.length, 0);
  }));

for (const name of ["setter", "late", "getter"] as const)
  test(`${name}: what hooks set on the model is shown too, and is nobody's edit`, async () => {
    const tills = tillsOf(built[name]),
      { till, live, failed } = page(tills, built[name]);
    seeded(tills);
    await live.do(add("l1"));
    const model = live.line("o1", "l1")!.writer;
    assert.deepEqual([of(live).price_unit, of(live).list], [1.5, 3]);
    model.trigger("change", model);
    live.order("o1")!.writer.trigger("new_updates_to_send");
    await tills.settle();
    model.set_quantity(2);
    await tills.settle();
    assert.deepEqual(till.mutations, [[add("l1")], [{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 }]]);
    assert.deepEqual(failed, []);
  });

test("a writer that doesn't come to rest isn't shown, said once, and goes on", async () => {
  const tills = tillsOf(built.restless),
    { live, failed } = page(tills, built.restless);
  seeded(tills);
  await live.do(add("l1"));
  await live.do(add("l2"));
  assert.deepEqual(prices(live), [3, 3]);
  assert.deepEqual(failed, [
    "it doesn't come to rest: it wrote price_unit as 2.4, and run on that it gives 1.92; what it writes isn't shown",
  ]);
  assert.equal(live.extensions[0]!.failure, undefined);
});

test("an extension that is stopped writes nothing any more", async () => {
  const tills = tillsOf(built.throws),
    { live, failed } = page(tills, built.throws);
  seeded(tills);
  await live.do(add("l1"));
  assert.deepEqual(prices(live), [1.5]);
  await live.do(add("l2", { price_unit: 200 }));
  assert.deepEqual([prices(live), failed], [[3, 200], ["too dear"]]);
});

test("an order's hook writes too, and lines that read that run again", async () => {
  const tills = tillsOf(built.order),
    { till, live } = page(tills, built.order);
  seeded(tills);
  await live.do(add("l1"));
  assert.deepEqual([live.shown("o1")!.fields.partner_id, of(live).discount], [undefined, undefined]);
  await live.do(add("l2"));
  assert.equal(live.shown("o1")!.fields.partner_id, 7);
  assert.deepEqual([of(live).discount, of(live, "l2").discount], [50, 50]);
  await live.do({ op: "order.set", order: "o1", set: { partner_id: 8 } });
  assert.equal(live.shown("o1")!.fields.partner_id, 7);
  assert.equal(till.mutations.length, 3);
  await live.do({ op: "order.close", order: "o1", state: "cancelled" });
  assert.equal(live.shown("o1")!.state, "cancelled");
});

test("lines that didn't change keep their identity, and what hooks leave alone is the till's own", () =>
  shop("18:00", async (go) => {
    const tills = tillsOf(built.happy),
      { till, live } = page(tills, built.happy);
    seeded(tills);
    await live.do(add("l1"));
    const [first] = live.shown("o1")!.lines;
    assert.equal(live.shown("o1"), live.shown("o1"));
    await live.do(add("l2"));
    assert.equal(live.shown("o1")!.lines[0], first);
    tills.seed({ id: "o2" });
    assert.equal(live.shown("o2"), till.order("o2"));
    go("20:00");
  }));

test("a value is read as the server reads it", () => {
  const definition = {
    fields: { order: {}, orderline: {} },
    writes: {
      order: ["partner_id", "pricelist_id"],
      orderline: ["price_unit", "discount", "qty", "description", "tax_ids"],
    },
  } as unknown as Definition;
  const onLine = (data: object, merged: Fields = {}) => settings(definition, "orderline", data, merged, true);
  assert.deepEqual(onLine({ qty: 0, price_unit: 0, discount: 0, tax_ids: [[6, false, []]], description: "" }), {});
  assert.deepEqual(onLine({ tax_ids: [[6, false, [1, 2]]] }, { tax_ids: [1, 2] }), {});
  assert.deepEqual(onLine({ tax_ids: [[6, false, [2]]] }, { tax_ids: [1, 2] }), { tax_ids: [2] });
  assert.deepEqual(onLine({ tax_ids: [3] }), { tax_ids: [3] });
  assert.deepEqual(onLine({ description: false }, { description: "Tea" }), { description: null });
  assert.deepEqual(onLine({ price_unit: "2" }, { price_unit: 3 }), {}, "no number");
  assert.deepEqual(onLine({ price_unit: Number.NaN, product_id: 9 }, { price_unit: 3 }), {}, "and not its own");
  assert.deepEqual(settings(definition, "order", { partner_id: false }, { partner_id: 7 }, false), {
    partner_id: null,
  });
  assert.throws(() => onLine(undefined as never), /gave no object/);
});
