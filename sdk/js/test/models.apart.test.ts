// The border between a page and the workers of extensions: the six rules across it, and what a page takes from there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApart, type Apart, type Frame, type Times } from "../models/live/apart";
import { allowed, news, overlayOf, told, understood } from "../models/live/border";
import { inside } from "../models/live/inside";
import { schemaOf } from "../models/live/schema";
import type { Definition } from "../models/live/index";
import type { ShownOrder } from "../src/till";
import type { Op, Schema } from "../src/protocol";
import { extensions } from "./live/extensions";
import { FakeTills } from "./live/fake-tills";
import { until } from "./hosts/until";

const hooks = (model: string, own: string, apply: string, out: string) => `
var Base = models.${model}.prototype;
models.${model} = models.${model}.extend({
    init_from_JSON: function (json) { Base.init_from_JSON.apply(this, arguments); ${own} },
    ${apply ? `apply_ms_data: function (json) { ${apply} },` : ""}
    export_as_JSON: function () { var out = Base.export_as_JSON.apply(this, arguments); ${out} return out; },
    set: function (key, value) { this[key] = value; this.trigger("change", this); },
});
`;
/** share puts a line of a tenth of the order's. */
const share = (name: string) => ({
  "extension.yaml": `name: ${name}\njs: ${name}.js\nlines: true\n`,
  [`${name}.js`]: hooks(
    "Order",
    "",
    "",
    'if (this.orderlines.length) { this.put_line("all", {product_id: 1, qty: 1, price_unit: this.get_total_with_tax() / 10}); }',
  ),
});
const built = extensions({
  documented: "extensions/javascript/testdata/documented.js",
  discount: "plugins/example/absolute-discount",
  strict: {
    "extension.yaml": "name: strict\njs: strict.js\ncan_reject: true\nfields:\n  order: {seats: {type: number}}\n",
    "strict.js": hooks(
      "Order",
      "this.seats = json.seats;",
      'if (json.seats > 12) { throw new Reject("A table has at most 12 seats"); } this.seats = json.seats;',
      "out.seats = this.seats;",
    ),
  },
  ends: {
    "extension.yaml": "name: ends\njs: ends.js\ncan_reject: true\nfields:\n  order: {table: {type: string}}\n",
    "ends.js": hooks(
      "Order",
      "this.table = json.table;",
      'if (json.mt_state === "paid" && !json.table) { throw new Reject("Which table is it?"); } this.table = json.table;',
      "out.table = this.table;",
    ),
  },
  counter: {
    "extension.yaml": "name: counter\njs: counter.js\nfields:\n  orderline: {cooked: {type: number, merge: counter}}\n",
    "counter.js": hooks(
      "Orderline",
      "this.cooked = json.cooked;",
      "this.cooked = json.cooked;",
      "out.cooked = this.cooked;",
    ),
  },
  throws: hooks(
    "Order",
    "this.colour = json.colour;",
    'if (json.colour === "blue") { throw new Error("no blue today"); } this.colour = json.colour;',
    "out.colour = this.colour;",
  ),
  happy: "plugins/example/happy-hour",
  writer: {
    "extension.yaml":
      "name: writer\njs: writer.js\nwrites: {orderline: [price_unit]}\nfields: {orderline: {list: {type: number}}}\n",
    "writer.js": hooks(
      "Orderline",
      "this.list = json.list || json.price_unit;",
      "",
      'if (this.list > 100) { throw new Error("too dear"); } out.list = this.list; out.price_unit = this.list / 2;',
    ),
  },
  tips: share("tips"),
  fees: share("fees"),
  broken: {
    "one.js": "throw new Error('on load');\n",
    "two.js": hooks("Order", "this.two = json.two;", "", "out.two = this.two;"),
  },
  answers: hooks(
    "Order",
    "this.n = json.n;",
    'this.n = json.n; var self = this; Promise.resolve().then(function () { self.set("n", (self.n || 0) + 1); });',
    "out.n = this.n;",
  ),
});

/** Worker is a worker without a thread: it can be made to say nothing, as one in a loop. */
class Worker {
  live: ReturnType<typeof inside>;
  ended = false;
  private held: unknown[] | undefined;
  private hear: (e: MessageEvent) => void = () => undefined;
  constructor(
    readonly port: MessagePort,
    definitions: Definition[],
    readonly index: number,
  ) {
    const worker = this;
    this.live = inside(
      {
        postMessage: (message: unknown) => worker.ended || port.postMessage(message),
        set onmessage(hear: (e: MessageEvent) => void) {
          worker.hear = hear;
          port.onmessage = (e) => (worker.held ? worker.held.push(e) : worker.ended || hear(e));
        },
      } as unknown as MessagePort,
      definitions,
      index,
    );
  }
  /** loop: it begins with an order, and never comes back. */
  loop(order?: string): void {
    this.held = [];
    if (order) this.port.postMessage({ is: "at", order });
  }
  comeBack(): void {
    const held = this.held!;
    this.held = undefined;
    held.forEach((e) => this.hear(e as MessageEvent));
  }
}

const quick: Partial<Times> = { look: 2, looks: 5, tap: 100 };
const patient = { ...quick, looks: 1000, tap: 10_000 };

async function page(
  tills: FakeTills,
  name: string,
  definitions: Definition[],
  limits = quick,
  pulse = () => Promise.resolve(),
) {
  const till = tills.till(name),
    workers: Worker[] = [];
  let frames = 0;
  const open = async (): Promise<Frame> => {
    frames++;
    return {
      start: (port, index) => {
        const worker = new Worker(port, definitions, index);
        workers.push(worker);
        return {
          end: () => {
            worker.ended = true;
            port.close();
          },
        };
      },
      pulse,
      close: () =>
        workers.forEach((w) => {
          w.ended = true;
          w.port.close();
        }),
    };
  };
  const apart = openApart(till, open, () => tills.schema, limits);
  const failed: string[] = [],
    refused: string[] = [];
  apart.on("extensionFailed", (f) => failed.push(`${f.extension} ${f.hook}: ${f.message}`));
  apart.on("refused", (r) => refused.push(r.message));
  await until(
    "all extensions are there",
    [],
    () => apart.extensions.length === definitions.length && apart.extensions.every((e) => e.running || e.failure),
  );
  return {
    till,
    open,
    apart,
    workers,
    failed,
    refused,
    frames: () => frames,
    model: (i: number, order = "o1") => workers[i]!.live.order(order)?.[definitions[i]!.name],
  };
}

const set = (order: string, fields: object): Op => ({ op: "order.set", order, set: fields as never });
const line = (id: string, n: number, fields = {}) => ({
  id,
  n,
  fields: { product_id: 1, qty: 1, price_unit: 4.8, ...fields },
});
/** at opens pages of several tills and closes them. */
async function at(
  use: (
    tills: FakeTills,
    open: (
      name: string,
      of: Definition[],
      limits?: Partial<Times>,
      pulse?: () => Promise<void>,
    ) => ReturnType<typeof page>,
  ) => Promise<void>,
  schema?: Schema,
) {
  const tills = new FakeTills(schema),
    opened: Apart[] = [];
  try {
    await use(tills, async (name, of, limits, pulse) => {
      const made = await page(tills, name, of, limits, pulse);
      opened.push(made.apart);
      return made;
    });
  } finally {
    opened.forEach((apart) => apart.close());
  }
}
const all = (what: string, is: () => boolean) => until(what, [], is);

test("rules 1 to 3: what a model changed goes before what arrives, what is shown is applied, and applying sends nothing", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.documented]),
      b = await open("b", [built.documented]);
    tills.seed({ id: "o1", lines: [line("l1", 1)] });
    await all("both have models", () => !!a.model(0) && !!b.model(0));
    a.model(0).first_new_variable = "from a"; // nobody announces it
    await b.apart.do(set("o1", { second_new_variable: "from b" }));
    tills.deliver();
    await all("a's edit is queued", () => a.till.mutations.length === 1);
    tills.deliver();
    const seen = (p: typeof a) => [p.model(0).first_new_variable, p.model(0).second_new_variable].join();
    await all("both show both", () => seen(a) === "from a,from b" && seen(b) === "from a,from b");
    assert.deepEqual(
      [a.till.mutations, b.till.mutations],
      [[[set("o1", { first_new_variable: "from a" })]], [[set("o1", { second_new_variable: "from b" })]]],
    );
  }));

test("rules 4 and 5: an announced edit sends what differs, a counter its difference, a setter the core's fields", () =>
  at(
    async (tills, open) => {
      const a = await open("a", [built.documented, built.counter]);
      tills.seed({ id: "o1", fields: { first_new_variable: "old" }, lines: [line("l1", 1, { cooked: 1 })] });
      await all("it has models", () => !!a.model(0) && !!a.workers[1]!.live.line("o1", "l1"));
      a.model(0).first_new_variable = undefined;
      a.model(0).set_client({ id: 12, name: "Ben" });
      await all("it is queued", () => a.till.mutations.length === 1);
      const cook = a.workers[1]!.live.line("o1", "l1")!.counter;
      cook.set("cooked", 4);
      await all("it is counted", () => a.till.mutations.length === 2);
      assert.deepEqual(a.till.mutations, [
        [set("o1", { partner_id: 12, first_new_variable: null })],
        [{ op: "line.inc", order: "o1", line: "l1", field: "cooked", by: 3 }],
      ]);
      assert.deepEqual(a.failed, []);
    },
    {
      order: {},
      orderline: {
        qty: { type: "number", merge: "counter", owner: "core" },
        cooked: { type: "number", merge: "counter", owner: "counter" },
      },
    },
  ));

test("rule 6: a tap is refused before it is queued; money never; another extension's edit is refused too", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.strict, built.documented]);
    tills.seed({ id: "o1", lines: [line("l1", 1)] });
    await assert.rejects(a.apart.do(set("o1", { seats: 13 })), {
      name: "Refused",
      extension: "strict",
      message: "A table has at most 12 seats",
    });
    assert.equal(a.till.mutations.length, 0);
    // Taps of one moment: each is looked at as the one before it left things, and they keep their order.
    const taps = [12, 14, 3].map((seats) =>
      a.apart.do(set("o1", { seats })).then(
        () => "taken",
        () => "refused",
      ),
    );
    assert.deepEqual(await Promise.all(taps), ["taken", "refused", "taken"]);
    await a.apart.do(set("o1", { seats: 13 }), {
      op: "order.pay",
      order: "o1",
      payment: { id: "p1", method: "cash", amount: 5 },
    });
    assert.equal(a.till.mutations.length, 3);
    tills.seed({ id: "o2", fields: { seats: 4 } });
    await all("it has a model", () => !!a.model(0, "o2"));
    a.model(0, "o2").set("seats", 20);
    await all("it is told", () => a.refused.length > 0);
    assert.deepEqual(
      [a.refused, a.till.mutations.length, a.model(0, "o2").seats],
      [["A table has at most 12 seats"], 3, 4],
    );
  }));

test("an order's end is refused at the tap, unless the tap pays", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.ends]);
    tills.seed({ id: "o1" });
    const close: Op = { op: "order.close", order: "o1", state: "paid" };
    await assert.rejects(a.apart.do(close), { name: "Refused", extension: "ends", message: "Which table is it?" });
    assert.equal(a.till.mutations.length, 0);
    await a.apart.do({ op: "order.pay", order: "o1", payment: { id: "p1", method: "cash", amount: 5 } }, close);
    tills.seed({ id: "o2" });
    await a.apart.do(set("o2", { table: "4" }), { ...close, order: "o2" });
    assert.equal(a.till.mutations.length, 2);
  }));

test("an edit on the models goes before the tap that asked for it", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.documented, built.strict]);
    tills.seed({ id: "o1" });
    await all("it has models", () => !!a.model(0));
    a.model(0).first_new_variable = "before";
    await a.apart.do({ op: "order.close", order: "o1", state: "cancelled" });
    assert.deepEqual(a.till.mutations, [
      [set("o1", { first_new_variable: "before" })],
      [{ op: "order.close", order: "o1", state: "cancelled" }],
    ]);
  }));

test("a hook that doesn't come back: the tap goes on, the worker is ended and started again, the order left out", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.strict, built.documented]);
    for (const id of ["o1", "o2", "o3"]) tills.seed({ id });
    await all("it has models", () => !!a.model(0, "o3") && !!a.model(1, "o3"));
    a.workers[0]!.loop("o1");
    await a.apart.do(set("o1", { seats: 13 }));
    assert.deepEqual(a.till.mutations, [[set("o1", { seats: 13 })]]);
    await all("it is ended", () => a.workers.length === 3);
    assert.deepEqual(a.failed, ["strict : no answer within 0.01 s: order 1 goes on without it"]);
    assert.deepEqual([a.workers.map((w) => w.ended), a.workers[2]!.index], [[true, false, false], 0]);
    assert.deepEqual(
      a.apart.extensions.map((e) => e.failure),
      [undefined, undefined],
    );
    // The new worker has its say elsewhere, and isn't shown this order again; the other extension goes on.
    await all("it is there again", () => a.apart.extensions[0]!.running);
    await a.apart.do(set("o1", { seats: 99, first_new_variable: "x" }));
    await all("the other has it", () => a.model(1).first_new_variable === "x");
    await assert.rejects(a.apart.do(set("o2", { seats: 13 })), { name: "Refused" });
    assert.equal(a.workers[2]!.live.order("o1"), undefined);
    // The third order stops it.
    a.workers[2]!.loop("o2");
    await a.apart.do(set("o2", { seats: 1 }));
    await all("it is ended again", () => a.workers.length === 4);
    a.workers[3]!.loop();
    await all("it listens", () => a.failed.length === 2);
    await a.apart.do(set("o3", { seats: 2 }));
    await all("it is stopped", () => !!a.apart.extensions[0]!.failure);
    assert.equal(a.failed[2], "strict : no answer within 0.01 s on 3 orders");
    assert.equal(a.workers.length, 4);
    await a.apart.do(set("o3", { first_new_variable: "y" }));
    await all("the other goes on", () => a.model(1, "o3").first_new_variable === "y");
  }));

test("a slow worker holds up one tap for a moment, and has its say again when it has answered", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.strict], { look: 2, looks: 1e6, tap: 30 });
    tills.seed({ id: "o1" });
    await all("it has a model", () => !!a.model(0));
    a.workers[0]!.loop();
    await a.apart.do(set("o1", { seats: 13 }));
    await a.apart.do(set("o1", { seats: 14 })); // isn't asked
    a.workers[0]!.comeBack();
    await all("it has caught up", () => a.model(0).seats === 14);
    await a.apart.do(set("o1", { seats: 3 }));
    await assert.rejects(a.apart.do(set("o1", { seats: 17 })), { name: "Refused" });
    assert.deepEqual(a.failed, []);
  }));

test("time in which no worker had its turn isn't held against a hook", () =>
  at(async (tills, open) => {
    let turn = () => {},
      asked = 0;
    const a = await open("a", [built.documented], { ...quick, frame: 1e6 }, () => {
      asked++;
      return asked < 50
        ? Promise.resolve()
        : new Promise((resolve) => {
            turn = resolve;
          });
    });
    tills.seed({ id: "o1" });
    await all("it has a model", () => !!a.model(0));
    asked = 50;
    a.workers[0]!.loop("o1");
    void a.apart.do(set("o1", { first_new_variable: "x" }));
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.deepEqual(a.failed, []);
    asked = 0;
    turn();
    await all("it is ended", () => a.failed.length === 1);
  }));

test("a frame that dies is made again; one that doesn't start leaves the till as it is", () =>
  at(async (tills, open) => {
    let dead = false;
    const a: Awaited<ReturnType<typeof page>> = await open(
      "a",
      [built.documented, built.counter],
      { ...quick, frame: 5 },
      () => (dead && a.frames() === 1 ? new Promise(() => {}) : Promise.resolve()),
    );
    tills.seed({ id: "o1" });
    await all("it has a model", () => !!a.model(0));
    dead = true;
    a.workers[0]!.loop("o1");
    void a.apart.do(set("o1", { first_new_variable: "x" }));
    await all("there is another", () => a.frames() === 2);
    assert.deepEqual(a.failed, ["documented : the browser ended it: order 1 goes on without it"]);
    await all("all are there again", () => a.workers.length === 4);

    const till = tills.till("b"),
      failed: string[] = [];
    const apart = openApart(
      till,
      () => new Promise(() => {}),
      () => tills.schema,
      { ...quick, frame: 5 },
    );
    apart.on("extensionFailed", (f) => failed.push(f.message));
    await apart.do(set("o1", { first_new_variable: "y" }));
    await all("it is said", () => failed.length === 1);
    assert.deepEqual([failed, till.mutations.length, apart.extensions], [["their frame doesn't start"], 1, []]);
    apart.close();
  }));

test("a hook that throws stops its extension and ends its worker; a file that doesn't load is named", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.throws, built.broken, built.documented]);
    tills.seed({ id: "o1" });
    await a.apart.do(set("o1", { colour: "blue", first_new_variable: "on" }));
    await all("it is stopped", () => a.failed.length === 2);
    assert.deepEqual(
      a.failed.map((f) => f.replace(/[^ ]*\//, "")).sort(),
      [
        `${built.broken.name} load: one.js: on load`.replace(/[^ ]*\//, ""),
        "throws apply_ms_data: no blue today",
      ].sort(),
    );
    assert.deepEqual(
      a.workers.map((w) => w.ended),
      [true, false, false],
    );
    await all("the other goes on", () => a.model(2).first_new_variable === "on");
  }));

test("an extension that answers itself without end is stopped", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.answers]);
    tills.seed({ id: "o1" });
    await all("it is stopped", () => !!a.apart.extensions[0]!.failure);
    assert.ok(a.till.mutations.length <= 51, `${a.till.mutations.length}`);
  }));

const add = (line: string, fields = {}): Op => ({
  op: "line.add",
  order: "o1",
  line,
  set: { product_id: 1, qty: 1, price_unit: 3, ...fields },
});

test("what hooks write is drawn: asked for at the tap, of a queue that waits, and gone with the extension", () =>
  at(
    async (tills, open) => {
      const a = await open("a", [built.documented, built.writer], patient);
      tills.seed({ id: "o1" });
      const prices = () => a.apart.shown("o1")!.lines.map((l) => l.fields.price_unit);
      assert.equal(a.apart.draw(["o1"]), undefined, "nothing is pending");
      await a.apart.do(add("l1"));
      assert.deepEqual(prices(), [3]);
      await a.apart.draw(["o1"]);
      assert.deepEqual(prices(), [1.5]);
      const [first] = a.apart.shown("o1")!.lines;
      await a.apart.do(add("l2"));
      assert.deepEqual(prices(), [1.5, 3], "what stayed the same is drawn as before");
      await a.apart.draw(["o1"]);
      assert.deepEqual(prices(), [1.5, 1.5]);
      assert.equal(a.apart.shown("o1")!.lines[0], first);
      await a.apart.do({ op: "line.set", order: "o1", line: "l2", set: { price_unit: 3 } }); // as the till shows it
      assert.equal(a.workers[1]!.live.line("o1", "l2")!.writer.get_unit_price(), 1.5);

      const again = openApart(a.till, a.open, () => tills.schema, patient),
        drawn: string[] = [];
      again.on("drawn", ({ orders }) => drawn.push(...orders));
      await all("what waits is drawn", () => drawn.length > 0);
      assert.equal(again.shown("o1")!.lines[0]!.fields.price_unit, 1.5);

      await a.apart.do(add("l3", { price_unit: 200 }));
      await a.apart.draw(["o1"]);
      assert.deepEqual([prices(), a.failed], [[3, 3, 200], ["writer export_as_JSON: too dear"]]);
      tills.deliver();
      assert.equal(a.apart.shown("o1"), a.till.order("o1"));
      assert.equal(a.till.mutations.length, 4);
      again.close();
    },
    schemaOf([built.writer]),
  ));

test("lines that hooks put are drawn of each extension's worker; it is handed what is confirmed of those before it", () =>
  at(
    async (tills, open) => {
      const a = await open("a", [built.tips, built.fees], patient);
      const ids = () => a.apart.shown("o1")!.lines.map(({ id, n, fields }) => `${id} ${n} ${fields.price_unit}`);
      tills.seed({ id: "o1" });
      await a.apart.do(add("l1", { price_unit: 100 }));
      await a.apart.draw(["o1"]);
      assert.deepEqual(ids(), ["l1 1 100", "mt:tips:all 2 10", "mt:fees:all 3 10"]);
      await a.apart.do(add("l2", { price_unit: 50 }));
      assert.deepEqual(
        ids(),
        ["l1 1 100", "mt:tips:all 2 10", "mt:fees:all 3 10", "l2 4 50"],
        "and stand until the hooks have said more",
      );
      await a.apart.draw(["o1"]);
      assert.deepEqual(ids(), ["l1 1 100", "mt:tips:all 2 15", "mt:fees:all 3 15", "l2 4 50"]);
      const would = await a.apart.would({ op: "line.remove", order: "o1", line: "mt:tips:all" });
      assert.deepEqual(
        would!.lines.map(({ id }) => id),
        ["l1", "mt:fees:all", "l2"],
      );
      tills.deliver();
      assert.equal(a.apart.shown("o1"), a.till.order("o1"));
      tills.seed({
        id: "o1",
        lines: [
          line("l1", 1, { price_unit: 100 }),
          line("mt:tips:all", 2, { price_unit: 10 }),
          line("mt:fees:all", 3, { price_unit: 11 }),
        ],
      });
      await a.apart.do({ op: "line.set", order: "o1", line: "l1", set: { price_unit: 200 } });
      await a.apart.draw(["o1"]);
      assert.deepEqual(ids(), ["l1 1 200", "mt:tips:all 2 20", "mt:fees:all 3 21"]);
      assert.deepEqual(
        [a.till.mutations.flat().map(({ op }) => op), a.failed],
        [["line.add", "line.add", "line.set"], []],
      );
    },
    schemaOf([built.tips, built.fees]),
  ));

test("what a tap would make is asked for as it would be drawn", () =>
  at(
    async (tills, open) => {
      const a = await open("a", [built.documented, built.writer], patient);
      tills.seed({ id: "o1", lines: [line("l1", 1, { price_unit: 2.4, list: 4.8 })] });
      const would = await a.apart.would(add("l2"));
      assert.deepEqual(
        would!.lines.map((l) => [l.id, l.fields.price_unit, l.fields.list]),
        [
          ["l1", 2.4, 4.8],
          ["l2", 1.5, 3],
        ],
      );
      assert.equal(a.apart.shown("o1")!.lines.length, 1);
      await a.apart.do(add("l2"), { op: "line.move", order: "o1", lines: ["l1"], to: "o2" });
      assert.deepEqual(
        (await a.apart.would(add("l3")))!.lines.map((l) => l.fields.price_unit),
        [1.5, 1.5],
      );
      const b = await open("b", [built.documented], patient);
      assert.equal(b.apart.would(add("l2")), undefined, "nobody writes");
    },
    schemaOf([built.writer]),
  ));

test("a writer that is slow to answer holds up a drawing for a moment", () =>
  at(
    async (tills, open) => {
      const a = await open("a", [built.writer], { ...patient, tap: 100 });
      tills.seed({ id: "o1" });
      await a.apart.do(add("l1"));
      a.workers[0]!.loop();
      await a.apart.draw(["o1"]);
      assert.equal(a.apart.shown("o1")!.lines[0]!.fields.price_unit, 3);
      const drawn = new Promise((resolve) => a.apart.on("drawn", resolve));
      a.workers[0]!.comeBack();
      await drawn;
      assert.equal(a.apart.shown("o1")!.lines[0]!.fields.price_unit, 1.5);
    },
    schemaOf([built.writer]),
  ));

test("a page draws of a worker's answer its own fields and what hooks may write", () => {
  const schema = schemaOf([built.writer, built.counter]);
  const of = (data: unknown) => overlayOf("writer", data, schema);
  assert.equal(of(undefined), undefined);
  assert.equal(of({ order: {} }), undefined);
  assert.deepEqual(
    of({
      order: { partner_id: 7, follows: "o2", mt_removed: [], __proto__: { x: 1 } },
      lines: {
        l1: { price_unit: 2, list: 3, cooked: 4, product_id: 5, other: 6, qty: "many", discount: null },
        l2: "none",
      },
    }),
    { order: { partner_id: 7 }, lines: { l1: { price_unit: 2, list: 3, discount: null }, l2: {} } },
  );
});

test("what comes from a worker is nothing but the models' messages, about the extension's own", () =>
  at(
    async (tills, open) => {
      const a = await open("a", [built.documented]);
      tills.seed({ id: "o1", lines: [line("l1", 1)] });
      await all("it has a model", () => !!a.model(0));
      const { port } = a.workers[0]!,
        before = a.till.mutations.length;
      const forged = [
        undefined,
        7,
        "do",
        [],
        {},
        { is: "eval", code: "1" },
        { is: "do" },
        { is: "do", n: -1, ops: [] },
        { is: "over", n: 1e9 },
        { is: "over", n: "1" },
        { is: "at", order: 7 },
        { is: "names", names: ["other", "more"] },
        { is: "names", names: [7] },
        { is: "opened" },
        { is: "refused" },
        { is: "failed", hook: 1, message: "x" },
        new Map(),
        { is: "give", n: 1, orders: [] },
      ];
      for (const message of forged) port.postMessage(message);
      const ops: unknown[][] = [
        [],
        [null],
        [{ op: "order.pay", order: "o1", payment: { id: "p", method: "cash", amount: 1 } }],
        [{ op: "order.close", order: "o1", state: "cancelled" }],
        [{ op: "order.create", order: "o9", set: {} }],
        [{ op: "line.move", order: "o1", lines: ["l1"], to: "o2" }],
        [{ op: "order.set", order: "o1", set: { other_field: 1 } }],
        [{ op: "order.set", order: "o1", set: { mine_derived: 1 } }],
        [{ op: "line.inc", order: "o1", line: "l1", field: "theirs", by: 1 }],
        [{ op: "order.set", order: "nowhere", set: {} }],
        [{ op: "order.set", order: 7, set: {} }],
        [{ op: "order.set", order: "o1", set: { mine: 1n } }],
        [
          { op: "line.remove", order: "o1", line: "l1" },
          { op: "line.remove", order: "o2", line: "l1" },
        ],
      ];
      ops.forEach((list, i) => port.postMessage({ is: "do", n: 1000 + i, ops: list }));
      port.postMessage({
        is: "do",
        n: 2000,
        ops: [
          {
            op: "order.set",
            order: "o1",
            set: { mine: { deep: [1, null] }, partner_id: 3, unknown_yet: "x" },
            base: 1,
          },
        ],
      });
      await all("what it may say is heard", () => a.till.mutations.length > before);
      assert.deepEqual(a.till.mutations.slice(before), [
        [set("o1", { mine: { deep: [1, null] }, partner_id: 3, unknown_yet: "x" })],
      ]);
      assert.deepEqual([a.failed, a.apart.extensions.length], [[], 1]);
      for (let i = 0; i < 2100; i++) port.postMessage({ is: "at", order: "o1" });
      await all("it is stopped", () => !!a.apart.extensions[0]!.failure);
      assert.match(a.failed[0]!, /messages without end/);
    },
    {
      order: {
        mine: { type: "any", owner: built.documented.name },
        other_field: { type: "any", owner: "other" },
        mine_derived: { type: "any", owner: built.documented.name, derived: true },
        partner_id: { type: "any", owner: "core" },
      },
      orderline: { theirs: { type: "number", merge: "counter", owner: "other" } },
    } as unknown as Schema,
  ));

test("a thousand orders at once: no tap waits behind them, and it is no flood", () =>
  at(async (tills, open) => {
    const a = await open("a", [built.documented, built.strict]),
      many = 1000;
    for (let i = 0; i < many; i++)
      tills.confirmed.set(`o${i}`, {
        id: `o${i}`,
        number: i + 1,
        state: "open",
        run: 1,
        rev: 1,
        fields: {},
        payments: [],
        lines: [],
      });
    a.till.show([...tills.confirmed.keys()]);
    await assert.rejects(a.apart.do(set("o999", { seats: 13 })), { name: "Refused" });
    assert.equal(a.model(0, "o900"), undefined, "it isn't through yet");
    await all("all have models", () => a.workers.every((w) => w.live.orders().length === many));
    assert.deepEqual([a.failed, a.workers.length], [[], 2]);
  }));

test("messages hold what changed, and give the same order there", () => {
  const lines = Array.from({ length: 20 }, (_, i) => line(`l${i}`, i)),
    was = { id: "o1", number: 1, state: "open", run: 1, rev: 1, fields: { a: 1 }, payments: [], lines } as ShownOrder;
  const now: ShownOrder = {
    ...was,
    rev: 2,
    lines: lines
      .filter((l) => l.id !== "l3")
      .map((l) => (l.id === "l7" ? { ...l, fields: { ...l.fields, qty: 2 } } : l)),
  };
  const given = news("o1", was, now);
  assert.deepEqual([given.lines!.map((l) => l.id), given.payments, given.order!.length], [["l7"], undefined, 19]);
  const there = told(was, structuredClone(given))!;
  assert.deepEqual(there, now);
  assert.equal(there.lines[0], was.lines[0]);
  assert.deepEqual(told(undefined, structuredClone(news("o1", undefined, now))), now);
  assert.equal(told(was, news("o1", was, undefined)), undefined);
  assert.deepEqual(understood({ is: "over", n: 3, no: "x".repeat(5000), more: 1 }), {
    is: "over",
    n: 3,
    no: "x".repeat(2000),
  });
  assert.equal(
    allowed("a", [{ op: "order.set", order: "o1", set: { f: () => 1 } }], { order: {}, orderline: {} }),
    undefined,
  );
});
