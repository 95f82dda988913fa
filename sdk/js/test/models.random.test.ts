// Two pages in which people and hooks change everything at once, under seeds.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openModels } from "../models/live/index";
import { coreSchema } from "../src/view/schema";
import type { FieldSpec } from "../src/protocol";
import { extensions } from "./live/extensions";
import { FakeTills, turn } from "./live/fake-tills";

const built = extensions({
  documented: "extensions/javascript/testdata/documented.js",
  patched: "extensions/javascript/testdata/patch/unnamed.js",
  registered: "extensions/javascript/testdata/registries/tip.js",
  counter: {
    "extension.yaml": "name: counter\njs: counter.js\nfields:\n  orderline: {cooked: {type: number, merge: counter}}\n",
    "counter.js": `
var Base = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) { Base.init_from_JSON.apply(this, arguments); this.cooked = json.cooked || 0; },
    apply_ms_data: function (data) { this.cooked = data.cooked || 0; this.trigger("change", this); this.order.trigger("new_updates_to_send"); },
    export_as_JSON: function () { var out = Base.export_as_JSON.apply(this, arguments); out.cooked = this.cooked; return out; },
    cook: function () { this.cooked = this.cooked + 1; this.trigger("change", this); },
});
`,
  },
});
const schema = {
  ...coreSchema,
  orderline: { ...coreSchema.orderline, cooked: { type: "number", merge: "counter", owner: "counter" } as FieldSpec },
};

const page = fc.nat(1),
  field = fc.constantFrom("first_new_variable", "second_new_variable");
const action = fc.oneof(
  fc.record({
    do: fc.constant("write" as const),
    page,
    field,
    value: fc.constantFrom("x", "y", undefined),
    tell: fc.boolean(),
  }),
  fc.record({ do: fc.constant("tap" as const), page, field, value: fc.constantFrom("x", "z", null) }),
  fc.record({
    do: fc.constantFrom("cook" as const, "more" as const, "add" as const, "remove" as const),
    page,
    line: fc.nat(3),
  }),
  fc.record({ do: fc.constantFrom("turn" as const, "deliver" as const), page }),
);

test("whatever two pages do, they end alike, all counts, and nobody answers for ever", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), fc.boolean(), async (actions, slow) => {
      const tills = new FakeTills(schema);
      const pages = ["a", "b"].map((name) => {
        const till = tills.till(name);
        if (slow) Object.defineProperty(till, "disk", { get: turn });
        return { till, live: openModels(till, Object.values(built)) };
      });
      tills.seed({ id: "o1", lines: [{ id: "l1", n: 1, fields: { product_id: 1, qty: 1, price_unit: 4.8 } }] });
      const models = (i: number) => pages[i]!.live.order("o1")!;
      let cooked = 0,
        more = 0,
        edits = 0;
      for (const act of actions) {
        if (act.do === "turn") await turn();
        else if (act.do === "deliver") tills.deliver();
        else {
          edits++;
          const { till, live } = pages[act.page]!;
          const order = models(act.page);
          if (act.do === "write") {
            order.documented[act.field] = act.value;
            if (act.tell) order.documented.trigger("new_updates_to_send");
          } else if (act.do === "tap") await live.do({ op: "order.set", order: "o1", set: { [act.field]: act.value } });
          else if (act.do === "add") order.documented.add_product({ id: 7, display_name: "Tea", lst_price: 2 });
          else {
            // The first line stays, so that what was counted on it can be summed up.
            const line = act.do === "remove" ? till.order("o1")!.lines[act.line] : till.order("o1")!.lines[0]!;
            if (act.do === "remove" && line && line.id !== "l1")
              live.line("o1", line.id)!.documented.set_quantity("remove");
            if (act.do === "cook") {
              live.line("o1", "l1")!.counter.cook();
              cooked++;
            }
            if (act.do === "more") {
              const model = live.line("o1", "l1")![built.patched.name];
              model.set_quantity(model.get_quantity() + 1);
              more++;
            }
          }
        }
      }
      await tills.settle();
      // Edits that nobody announced go when something arrives.
      await pages[0]!.live.do({ op: "order.set", order: "o1", set: { partner_id: 3 } });
      await tills.settle();
      const [a, b] = pages.map(({ till }) => till.order("o1")!);
      assert.deepEqual(a, b);
      assert.equal(a!.lines[0]!.fields.qty, 1 + more);
      assert.equal(a!.lines[0]!.fields.cooked ?? 0, cooked);
      pages.forEach(({ live }, i) => {
        const { documented } = models(i);
        for (const name of ["first_new_variable", "second_new_variable"])
          assert.equal(documented[name], a!.fields[name]);
        assert.deepEqual(
          documented.get_orderlines().map((l: { uid: string; quantity: number }) => [l.uid, l.quantity]),
          a!.lines.map((l) => [l.id, l.fields.qty]),
        );
        assert.deepEqual(
          live.extensions.map((e) => e.failure),
          Object.values(built).map(() => undefined),
        );
      });
      const asked = pages.reduce((n, { till }) => n + till.mutations.length, 0);
      assert.ok(asked <= edits + 1, `${asked} mutations for ${edits + 1} edits`);
    }),
    { numRuns: 100, includeErrorInReport: true },
  );
});
