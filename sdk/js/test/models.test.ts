// The six rules of extensions in a page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openModels, type Live, type LiveEvents } from "../models/live/index";
import type { Definition } from "../models/live/index";
import type { Op } from "../src/protocol";
import { extensions } from "./live/extensions";
import { FakeTills, turn } from "./live/fake-tills";

const hooks = (model: string, own: string, apply: string, out: string) => `
var Base = models.${model}.prototype;
models.${model} = models.${model}.extend({
    init_from_JSON: function (json) { Base.init_from_JSON.apply(this, arguments); ${own} },
    ${apply ? `apply_ms_data: function (json) { ${apply} },` : ""}
    export_as_JSON: function () { var out = Base.export_as_JSON.apply(this, arguments); ${out} return out; },
    set: function (key, value) { this[key] = value; this.trigger("change", this); },
});
`;

const built = extensions({
  documented: "extensions/javascript/testdata/documented.js",
  note: "plugins/example/order-note/order-note.js",
  discount: "plugins/example/absolute-discount",
  // Takes over in apply_ms_data, redraws, and asks to send while it is at it.
  redraws: hooks(
    "Order",
    "this.table = json.table;",
    'this.table = json.table; this.trigger("change", this); this.trigger("new_updates_to_send");',
    "out.table = this.table;",
  ),
  // Exports only: never restored.
  oneway: hooks("Order", "", "", "out.waiter = this.waiter;"),
  // No apply_ms_data: init_from_JSON takes over.
  plain: hooks(
    "Order",
    "this.guests = json.guests; this.inits = (this.inits || 0) + 1;",
    "",
    "out.guests = this.guests;",
  ),
  // Written for instances that are made anew each time.
  keeps: hooks(
    "Order",
    "if (json.tab) { this.tab = json.tab; } this.floor = this.floor || json.floor;",
    "",
    "out.tab = this.tab; out.floor = this.floor;",
  ),
  counter: {
    "extension.yaml": "name: counter\njs: counter.js\nfields:\n  orderline: {cooked: {type: number, merge: counter}}\n",
    "counter.js": hooks(
      "Orderline",
      "this.cooked = json.cooked;",
      "this.cooked = json.cooked;",
      "out.cooked = this.cooked;",
    ),
  },
  tags: {
    "extension.yaml": 'name: tags\njs: tags.js\nfields:\n  order: {tags: {type: "string[]", merge: union}}\n',
    "tags.js": hooks(
      "Order",
      "this.tags = json.tags || [];",
      "this.tags = json.tags || [];",
      "out.tags = this.tags.length ? this.tags : null;",
    ),
  },
  derived: {
    "extension.yaml":
      "name: derived\njs: derived.js\nfields:\n  order: {size: {type: number, derived: true}, label: {type: string}}\n",
    "derived.js": hooks(
      "Order",
      "this.label = json.label;",
      "",
      "out.size = this.orderlines.length; out.label = this.label;",
    ),
  },
  strict: {
    "extension.yaml": "name: strict\njs: strict.js\ncan_reject: true\nfields:\n  order: {seats: {type: number}}\n",
    "strict.js": hooks(
      "Order",
      "this.seats = json.seats;",
      'if (json.seats > 12) { throw new Reject("A table has at most 12 seats"); } this.seats = json.seats;',
      "out.seats = this.seats;",
    ),
  },
  throws: hooks(
    "Order",
    "this.colour = json.colour;",
    'if (json.colour === "blue") { throw new Error("no blue today"); } this.colour = json.colour;',
    "out.colour = this.colour;",
  ),
  // What it says is another thing each time, and nobody's edit.
  clock: hooks(
    "Order",
    "this.mood = json.mood;",
    "this.mood = json.mood;",
    "out.mood = this.mood; out.seen_at = Date.now(); out.dice = Math.random();",
  ),
  // Answers whatever arrives, when applying is over.
  answers: hooks(
    "Order",
    "this.n = json.n;",
    'this.n = json.n; var self = this; Promise.resolve().then(function () { self.set("n", (self.n || 0) + 1); });',
    "out.n = this.n;",
  ),
  broken: {
    "one.js": "throw new Error('on load');\n",
    "two.js": hooks("Order", "this.two = json.two;", "", "out.two = this.two;"),
  },
});

const line = (id: string, n: number, fields = {}) => ({
  id,
  n,
  fields: { product_id: 1, qty: 1, price_unit: 4.8, ...fields },
});

function page(tills: FakeTills, name: string, ...definitions: Definition[]) {
  const till = tills.till(name);
  const live = openModels(till, definitions);
  const heard: { [E in keyof LiveEvents]: LiveEvents[E][] } = { change: [], refused: [], extensionFailed: [] };
  for (const event of Object.keys(heard) as (keyof LiveEvents)[])
    live.on(event, (what) => heard[event].push(what as never));
  return { till, live, heard };
}

/** Line is a vendor's orderline, as far as tests here ask it. */
interface Line {
  uid: string;
  quantity: number;
  get_unit_price(): number;
  get_discount(): number;
}
const model = (live: Live, name: string, order = "o1") => live.order(order)![name];
const set = (order: string, fields: object): Op => ({ op: "order.set", order, set: fields as never });

test("rule 1: what was changed on a model is queued before what arrives is applied", async () => {
  const tills = new FakeTills();
  const [a, b] = [page(tills, "a", built.documented), page(tills, "b", built.documented)];
  tills.seed({ id: "o1" });
  // Nobody announces it: the field is only written.
  model(a.live, "documented").first_new_variable = "from a";
  await b.live.do(set("o1", { second_new_variable: "from b" }));
  await tills.settle();
  assert.deepEqual(a.till.mutations, [[set("o1", { first_new_variable: "from a" })]]);
  for (const { live } of [a, b]) {
    assert.equal(model(live, "documented").first_new_variable, "from a");
    assert.equal(model(live, "documented").second_new_variable, "from b");
  }
});

test("rule 1: the model isn't turned back while its edit is on the way to the disk", async () => {
  const tills = new FakeTills();
  const [a, b] = [page(tills, "a", built.documented), page(tills, "b", built.documented)];
  tills.seed({ id: "o1" });
  let written = () => {};
  a.till.disk = new Promise<void>((resolve) => (written = resolve));
  const order = model(a.live, "documented");
  order.first_new_variable = "typed";
  order.trigger("new_updates_to_send");
  await turn();
  await b.live.do(set("o1", { second_new_variable: "from b" }));
  tills.deliver();
  await turn();
  assert.equal(order.first_new_variable, "typed");
  order.first_new_variable = "typed on";
  written();
  await tills.settle();
  assert.equal(order.first_new_variable, "typed on");
  assert.equal(order.second_new_variable, "from b");
  assert.deepEqual(tills.confirmed.get("o1")!.fields.first_new_variable, "typed on");
  assert.equal(a.till.mutations.length, 2);
});

test("rule 2: apply_ms_data gets what is shown, whoever caused it, and only if it differs", async () => {
  const tills = new FakeTills();
  const { till, live, heard } = page(tills, "a", built.redraws);
  tills.seed({ id: "o1" });
  const order = model(live, "redraws");
  assert.equal(heard.change.length, 1); // a new model is applied too
  await live.do(set("o1", { table: 7 }));
  assert.equal(order.table, 7);
  assert.equal(model(live, "redraws"), order, "the instance lasts");
  const before = heard.change.length;
  tills.seed({ ...till.order("o1")!, id: "o1", rev: 9 });
  assert.equal(heard.change.length, before);
});

test("rule 2: without apply_ms_data, init_from_JSON takes over on the same instance", async () => {
  const tills = new FakeTills();
  const { live } = page(tills, "a", built.plain);
  tills.seed({ id: "o1", fields: { guests: 2 } });
  const order = model(live, "plain");
  assert.deepEqual([order.guests, order.inits], [2, 1]);
  await live.do(set("o1", { guests: 5 }));
  assert.deepEqual([order.guests, order.inits], [5, 2]);
});

test("rule 2: hooks that are written for new instances follow what is shown", async () => {
  const tills = new FakeTills();
  const { till, live } = page(tills, "a", built.keeps);
  tills.seed({ id: "o1", fields: { tab: "x", floor: 1 } });
  const order = model(live, "keeps");
  order.drawer = "open";
  await live.do(set("o1", { floor: 2 }));
  assert.deepEqual([order.tab, order.floor, order.drawer], ["x", 2, "open"]);
  await live.do(set("o1", { tab: null }));
  assert.deepEqual([order.tab, order.floor], [undefined, 2]);
  assert.equal(till.mutations.length, 2);
});

test("rule 3: applying never sends, whatever it triggers", async () => {
  const tills = new FakeTills();
  const [a, b] = [page(tills, "a", built.redraws), page(tills, "b", built.redraws)];
  tills.seed({ id: "o1" });
  await a.live.do(set("o1", { table: 7 }));
  await tills.settle();
  assert.equal(model(b.live, "redraws").table, 7);
  assert.ok(
    b.heard.change.some((c) => c.order === "o1" && c.extension === "redraws" && c.model === model(b.live, "redraws")),
    "a redraw was asked for",
  );
  assert.deepEqual([a.till.mutations.length, b.till.mutations.length], [1, 0]);
});

test("rule 4: an edit sends the own fields that differ, one mutation for an order; a missing key is sent as null", async () => {
  const tills = new FakeTills();
  const [a, b] = [page(tills, "a", built.documented), page(tills, "b", built.documented)];
  tills.seed({ id: "o1", fields: { first_new_variable: "old", second_new_variable: "stays" } });
  const order = model(a.live, "documented");
  order.first_new_variable = "new";
  order.trigger("new_updates_to_send");
  order.first_new_variable = "newer";
  order.trigger("new_updates_to_send");
  await tills.settle();
  assert.deepEqual(a.till.mutations, [[set("o1", { first_new_variable: "newer" })]]);
  order.second_new_variable = undefined;
  order.trigger("new_updates_to_send");
  await tills.settle();
  assert.deepEqual(a.till.mutations.slice(1), [[set("o1", { second_new_variable: null })]]);
  assert.equal(model(b.live, "documented").first_new_variable, "newer");
  assert.equal(model(b.live, "documented").second_new_variable, undefined);
  assert.equal(b.till.mutations.length, 0);
  order.trigger("new_updates_to_send");
  await tills.settle();
  assert.equal(a.till.mutations.length, 2, "nothing differs, nothing is sent");
});

test("rule 4: setters of the base send the core's fields", async () => {
  const tills = new FakeTills();
  const { till, live } = page(tills, "a", built.documented);
  tills.seed({ id: "o1", lines: [line("l1", 1), line("l2", 2)] });
  const order = model(live, "documented");
  const [first, second] = order.get_orderlines();
  first.set_unit_price("5.5");
  first.set_discount(10);
  second.set_quantity("remove");
  order.set_client({ id: 12, name: "Ben" });
  order.add_product({ id: 9, display_name: "Tea", lst_price: 2.3 }, { quantity: 2 });
  await turn();
  const [ops] = till.mutations;
  const added = ops!.find((op) => op.op === "line.add")!;
  assert.deepEqual(ops, [
    set("o1", { partner_id: 12 }),
    { op: "line.set", order: "o1", line: "l1", set: { price_unit: 5.5, discount: 10 } },
    { op: "line.remove", order: "o1", line: "l2" },
    {
      op: "line.add",
      order: "o1",
      line: (added as { line: string }).line,
      set: { product_id: 9, qty: 2, price_unit: 2.3, description: "Tea" },
    },
  ]);
  await tills.settle();
  assert.equal(till.mutations.length, 1);
  assert.deepEqual(
    order.get_orderlines().map((l: Line) => [l.quantity, l.get_unit_price(), l.get_discount()]),
    [
      [1, 5.5, 10],
      [2, 2.3, 0],
    ],
  );
  assert.equal(order.get_client().name, "Ben");
});

test("rule 4: a line that is shown while another edit is on the way to the disk can be taken off", async () => {
  const tills = new FakeTills();
  const { till, live } = page(tills, "a", built.documented);
  tills.seed({ id: "o1" });
  let written = () => {};
  till.disk = new Promise<void>((resolve) => (written = resolve));
  const order = model(live, "documented");
  assert.deepEqual(order.get_orderlines(), []);
  order.first_new_variable = "x";
  order.trigger("new_updates_to_send");
  await turn();
  tills.seed({ id: "o1", lines: [line("l1", 1), line("l2", 2)] });
  live.line("o1", "l1")!.documented.set_quantity("remove");
  assert.equal(live.line("o1", "l2")!.documented.get_quantity(), 1);
  written();
  await tills.settle();
  assert.deepEqual(till.mutations.slice(1), [[{ op: "line.remove", order: "o1", line: "l1" }]]);
  assert.deepEqual(
    order.get_orderlines().map((l: Line) => l.uid),
    ["l2"],
  );
});

test("rule 4: derived fields are never sent, and one-way fields where they differ", async () => {
  const tills = new FakeTills();
  const { till, live } = page(tills, "a", built.derived, built.oneway);
  tills.seed({ id: "o1", fields: { size: 0, waiter: "Ana" }, lines: [line("l1", 1)] });
  const order = model(live, "derived");
  order.set("label", "window");
  await tills.settle();
  assert.deepEqual(till.mutations, [[set("o1", { label: "window" })]]);
  model(live, "oneway").set("waiter", "Ben");
  await tills.settle();
  assert.deepEqual(till.mutations.slice(1), [[set("o1", { waiter: "Ben" })]]);
});

test("rule 5: a counter is sent as the difference, a typed quantity as itself", async () => {
  const tills = new FakeTills({
    order: {},
    orderline: {
      qty: { type: "number", merge: "counter", owner: "core" },
      cooked: { type: "number", merge: "counter", owner: "counter" },
    },
  });
  const [a, b] = [page(tills, "a", built.counter), page(tills, "b", built.counter)];
  tills.seed({ id: "o1", lines: [line("l1", 1, { qty: 2, cooked: 1 })] });
  const [la, lb] = [a, b].map(({ live }) => live.line("o1", "l1")!.counter);
  la.set("cooked", la.cooked + 1);
  lb.set("cooked", lb.cooked + 1);
  la.set_quantity(la.get_quantity() + 1);
  await turn();
  assert.deepEqual(a.till.mutations, [
    [
      { op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 },
      { op: "line.inc", order: "o1", line: "l1", field: "cooked", by: 1 },
    ],
  ]);
  await tills.settle();
  lb.set_quantity("7");
  await tills.settle();
  assert.deepEqual(b.till.mutations.slice(1), [[{ op: "line.set", order: "o1", line: "l1", set: { qty: 7 } }]]);
  assert.deepEqual([la.cooked, la.quantity, lb.cooked, lb.quantity], [3, 7, 3, 7]);
});

test("rule 5: of a union is sent what was added and removed", async () => {
  const tills = new FakeTills({ order: { tags: { type: "string[]", merge: "union", owner: "tags" } }, orderline: {} });
  const [a, b] = [page(tills, "a", built.tags), page(tills, "b", built.tags)];
  tills.seed({ id: "o1", fields: { tags: ["vegan", "late"] } });
  const [mine, theirs] = [a, b].map(({ live }) => live.order("o1")!.tags);
  mine.tags.push("nuts");
  mine.set("tags", mine.tags.slice(1));
  theirs.set("tags", [...theirs.tags, "window"]);
  await turn();
  assert.deepEqual(a.till.mutations, [[set("o1", { tags: { add: ["nuts"], remove: ["vegan"] } })]]);
  assert.deepEqual(b.till.mutations, [[set("o1", { tags: ["window"] })]]);
  await tills.settle();
  assert.deepEqual(
    [mine.tags, theirs.tags],
    [
      ["late", "nuts", "window"],
      ["late", "nuts", "window"],
    ],
  );
  mine.set("tags", ["window", "nuts", "late"]);
  await tills.settle();
  assert.equal(a.till.mutations.length, 1, "another order of the same entries is no edit");
  mine.set("tags", []);
  await tills.settle();
  assert.deepEqual(a.till.mutations.slice(1), [[set("o1", { tags: null })]], "cleared");
  assert.deepEqual([a.till.mutations.length, b.till.mutations.length, theirs.tags], [2, 1, []]);
});

test("rule 6: a hook refuses a tap before it is queued, with the vendor's words", async () => {
  const tills = new FakeTills();
  const { till, live, heard } = page(tills, "a", built.strict);
  tills.seed({ id: "o1" });
  await assert.rejects(live.do(set("o1", { seats: 13 })), {
    name: "Refused",
    extension: "strict",
    message: "A table has at most 12 seats",
  });
  assert.equal(till.mutations.length, 0);
  await live.do(set("o1", { seats: 12 }));
  // Money is a fact.
  await live.do(set("o1", { seats: 13 }), {
    op: "order.pay",
    order: "o1",
    payment: { id: "p1", method: "cash", amount: 5 },
  });
  assert.equal(till.mutations.length, 2);
  // On a model: it shows what was.
  tills.seed({ id: "o2", fields: { seats: 4 } });
  model(live, "strict", "o2").set("seats", 20);
  await turn();
  assert.equal(till.mutations.length, 2);
  assert.deepEqual(heard.refused, [
    { extension: "strict", order: "o2", message: "A table has at most 12 seats", ops: [set("o2", { seats: 20 })] },
  ]);
  assert.equal(model(live, "strict", "o2").seats, 4);
  assert.deepEqual(heard.extensionFailed, []);
});

test("rule 6: what a hook would refuse as it is doesn't hold up other taps", async () => {
  const tills = new FakeTills();
  const { till, live } = page(tills, "a", built.strict);
  tills.seed({ id: "o1", fields: { seats: 13 } });
  await live.do({ op: "line.add", order: "o1", line: "l1", set: { product_id: 1, qty: 1 } });
  await live.do(set("o1", { seats: 3 }));
  await assert.rejects(live.do(set("o1", { seats: 13 })), { name: "Refused" });
  assert.equal(till.mutations.length, 2);
});

test("rule 6: absolute-discount refuses what it refuses on the server", async () => {
  const tills = new FakeTills();
  const { till, live } = page(tills, "a", built.discount);
  tills.seed({ id: "o1", lines: [line("l1", 1)] });
  const tap = (fields: object) => live.do({ op: "line.set", order: "o1", line: "l1", set: fields as never });
  await assert.rejects(tap({ absolute_discount: 5 }), {
    message: "A discount of 5 is more than the line's price of 4.8",
  });
  await tap({ absolute_discount: 1 });
  assert.equal(live.line("o1", "l1")!["absolute-discount"].get_display_price(), 3.8);
  assert.equal(live.order("o1")!["absolute-discount"].get_total_with_tax(), 3.8);
  assert.equal(till.mutations.length, 1);
});

test("extensions have class chains of their own", async () => {
  const tills = new FakeTills();
  const { till, live } = page(tills, "a", built.documented, built.note);
  tills.seed({ id: "o1" });
  const [one, other] = [model(live, "documented"), model(live, built.note.name)];
  assert.notEqual(one.constructor, other.constructor);
  one.order_note = "not mine";
  one.first_new_variable = "mine";
  one.trigger("new_updates_to_send");
  await tills.settle();
  assert.deepEqual(till.mutations, [[set("o1", { first_new_variable: "mine" })]]);
  assert.equal(other.order_note, undefined);
});

test("a hook that throws stops its own extension alone", async () => {
  const tills = new FakeTills();
  const { till, live, heard } = page(tills, "a", built.throws, built.documented);
  tills.seed({ id: "o1" });
  await live.do(set("o1", { colour: "blue", first_new_variable: "on" }));
  await tills.settle();
  assert.equal(heard.extensionFailed.length, 1);
  const [{ error, ...failure }] = heard.extensionFailed as [LiveEvents["extensionFailed"]];
  assert.deepEqual(failure, {
    extension: "throws",
    hook: "apply_ms_data",
    record: { order: "o1" },
    message: "no blue today",
  });
  assert.ok(error instanceof Error);
  assert.deepEqual(Object.keys(live.order("o1")!), ["documented"]);
  assert.equal(model(live, "documented").first_new_variable, "on");
  await live.do(set("o1", { first_new_variable: "still" }));
  assert.equal(model(live, "documented").first_new_variable, "still");
  assert.equal(till.mutations.length, 2);
  assert.deepEqual(
    live.extensions.map(({ name, failure }) => [name, failure?.hook]),
    [
      ["throws", "apply_ms_data"],
      ["documented", undefined],
    ],
  );
});

test("a file that doesn't load leaves the others", async () => {
  const tills = new FakeTills();
  const { live, heard } = page(tills, "a", built.broken, built.documented);
  tills.seed({ id: "o1", fields: { two: 2 } });
  await turn();
  assert.deepEqual(
    heard.extensionFailed.map(({ hook, message }) => [hook, message.replace(/^.*\//, "")]),
    [["load", "one.js: on load"]],
  );
  assert.equal(Object.values(live.order("o1")!)[0].two, 2);
});

test("two pages converge and never answer each other", async () => {
  const tills = new FakeTills();
  const all = [built.documented, built.redraws, built.oneway, built.plain, built.clock];
  const [a, b] = [page(tills, "a", ...all), page(tills, "b", ...all)];
  tills.seed({ id: "o1" });
  for (const { live } of [a, b]) live.order("o1");
  model(a.live, "oneway").set("waiter", "Ana");
  model(a.live, "documented").first_new_variable = "a";
  model(a.live, "documented").trigger("new_updates_to_send");
  model(b.live, "documented").second_new_variable = "b";
  model(b.live, "documented").trigger("change");
  model(b.live, "plain").set("guests", 4);
  model(b.live, "redraws").set("table", 7);
  await tills.settle();
  for (const { live } of [a, b]) {
    assert.deepEqual(
      [model(live, "documented").first_new_variable, model(live, "documented").second_new_variable],
      ["a", "b"],
    );
    assert.deepEqual([model(live, "plain").guests, model(live, "redraws").table], [4, 7]);
  }
  assert.deepEqual(a.till.order("o1"), b.till.order("o1"));
  assert.deepEqual([a.till.mutations.length, b.till.mutations.length], [2, 3]);
});

test("an extension that answers itself without end is stopped", async () => {
  const tills = new FakeTills();
  const { till, live, heard } = page(tills, "a", built.answers, built.documented);
  tills.seed({ id: "o1" });
  live.order("o1");
  await tills.settle();
  assert.equal(till.mutations.length, 50);
  assert.deepEqual(
    heard.extensionFailed.map(({ extension, hook }) => [extension, hook]),
    [["answers", "new_updates_to_send"]],
  );
  assert.deepEqual(Object.keys(live.order("o1")!), ["documented"]);
});

test("an order that is gone takes its models with it; a closed one takes no edits", async () => {
  const tills = new FakeTills();
  const { till, live, heard } = page(tills, "a", built.documented);
  tills.seed({ id: "o1" });
  const order = model(live, "documented");
  await live.do({ op: "order.close", order: "o1", state: "cancelled" });
  order.first_new_variable = "late";
  order.trigger("new_updates_to_send");
  await tills.settle();
  assert.deepEqual([till.mutations.length, heard.refused.length], [1, 1]);
  assert.equal(order.first_new_variable, undefined);
  till.drop("o1");
  assert.equal(live.order("o1"), undefined);
  live.close();
});
