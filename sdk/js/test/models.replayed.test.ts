// Whatever is tapped, whenever it is confirmed: what a page draws is what the server will have stored.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import fc from "fast-check";
import { openModels } from "../models/live/index";
import { schemaOf } from "../models/live/schema";
import type { ShownLine, ShownOrder } from "../src/till";
import type { Fields, Op } from "../src/protocol";
import { extensions } from "./live/extensions";
import { FakeTills } from "./live/fake-tills";

const { happy } = extensions({ happy: "plugins/example/happy-hour" });

const off = (price: number, percent: number) => Math.round(price * (100 - percent)) / 100;

/** stored is what plugins/example/happy-hour makes of a line on a server, said once more without hooks. */
function stored(fields: Fields, at: string): Fields {
  const { price_unit: price, usual_price: usual, happy_percent: percent, ...others } = fields;
  if (typeof price !== "number") return others;
  const now = new Date(at),
    minute = now.getHours() * 60 + now.getMinutes();
  if (typeof usual !== "number") {
    if (minute < 17 * 60 || minute >= 19 * 60) return { ...others, price_unit: price, usual_price: price };
    return { ...others, price_unit: off(price, 20), usual_price: price, happy_percent: 20 };
  }
  if (price === off(usual, Number(percent ?? 0))) return fields;
  return { ...others, price_unit: price, usual_price: price };
}

/** hooks is the server's chain over an order that a mutation changed. */
function hooks(before: ShownOrder | undefined, after: ShownOrder, at: string): ShownOrder {
  if (before && before.state !== "open") return after;
  const was = new Map(before?.lines.map((line) => [line.id, line]));
  const lines = after.lines.map((line) =>
    was.get(line.id) === line ? line : { ...line, fields: stored(line.fields, at) },
  );
  return { ...after, lines };
}

const order = fc.constantFrom("o1", "o2"),
  line = fc.constantFrom("l1", "l2", "l3"),
  money = fc.constantFrom(3, 2.4, 5, 1.92);
const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant("line.add" as const),
      order,
      line,
      set: fc.record({ qty: fc.constant(1), price_unit: money }),
    }),
  },
  fc.record({ op: fc.constant("line.set" as const), order, line, set: fc.record({ price_unit: money }) }),
  fc.record({
    op: fc.constant("line.set" as const),
    order,
    line,
    set: fc.constantFrom<Fields>({ description: "x" }, { price_unit: null }),
  }),
  fc.record({
    op: fc.constant("line.inc" as const),
    order,
    line,
    field: fc.constant("qty"),
    by: fc.constantFrom(1, -1),
  }),
  fc.record({ op: fc.constant("line.remove" as const), order, line }),
  fc.record({
    op: fc.constant("line.move" as const),
    order,
    lines: fc.array(line, { minLength: 1, maxLength: 2 }),
    to: order,
  }),
  fc.record({ op: fc.constant("order.close" as const), order, state: fc.constant("cancelled" as const) }),
);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constant("tap" as const), ops: fc.array(op, { minLength: 1, maxLength: 2 }) }),
  },
  fc.record({ is: fc.constant("clock" as const), minutes: fc.constantFrom(1, 50) }),
  fc.record({ is: fc.constant("deliver" as const), many: fc.nat(3) }),
  fc.record({ is: fc.constant("reload" as const) }),
);

/** prices are what lines have of what hooks write. */
const prices = (orders: (ShownOrder | undefined)[]) =>
  orders.map((o) =>
    o?.lines.map(({ id, fields: f }: ShownLine) => [id, f.qty, f.price_unit, f.usual_price, f.happy_percent]),
  );

test("what is drawn is what will be stored", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      mock.timers.enable({ apis: ["Date"], now: new Date("2026-11-21T16:30:00").getTime() });
      try {
        const tills = new FakeTills(schemaOf([happy]));
        tills.hooks = hooks;
        for (const id of ["o1", "o2"]) tills.seed({ id });
        const till = tills.till("a");
        for (const id of ["o1", "o2"]) till.show([id]);
        let live = openModels(till, [happy], { schema: tills.schema });
        const drawn = () => prices(["o1", "o2"].map((id) => live.shown(id)));
        for (const s of steps) {
          if (s.is === "tap") await live.do(...s.ops);
          else if (s.is === "clock") mock.timers.tick(s.minutes * 60_000);
          else if (s.is === "deliver") tills.deliver(s.many);
          else {
            live.close();
            live = openModels(till, [happy], { schema: tills.schema });
          }
          assert.deepEqual(drawn(), prices(["o1", "o2"].map((id) => tills.foreseen().get(id))));
        }
        const before = drawn();
        tills.deliver();
        assert.deepEqual(drawn(), before, "and confirming all changes nothing");
        live.close();
      } finally {
        mock.timers.reset();
      }
    }),
    { numRuns: 200 },
  );
});
