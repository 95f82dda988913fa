// Files as vendors write them, in two pages: they load, follow what is shown, and answer nothing by themselves.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openModels, type Failure } from "../models/live/index";
import { clean } from "../models/live/value";
import type { Op, Value } from "../src/protocol";
import { extensions, root, text } from "./live/extensions";
import { FakeTills } from "./live/fake-tills";

const folder = "extensions/javascript/testdata/corpus";
const names = readdirSync(join(root, folder)).filter((f) => f.endsWith(".js"));
const built = extensions(Object.fromEntries(names.map((name) => [name, `${folder}/${name}`])));

interface Field {
  model: "order" | "orderline";
  field: string;
  values: Value[];
}

/** fields are what a file says of itself: `//: order.note "a" "b"`, the key and two values that tills set. */
function fields(file: string): Field[] {
  return [...text(file).matchAll(/^\/\/: (order|orderline)\.(\S+)(?: one-way)? (?!unclaimed$)(.+)$/gm)].map(
    ([, model, field, values]) => ({ model: model as Field["model"], field: field!, values: two(values!) }),
  );
}

function two(values: string): Value[] {
  for (let at = values.indexOf(" "); at > 0; at = values.indexOf(" ", at + 1)) {
    try {
      return [JSON.parse(values.slice(0, at)), JSON.parse(values.slice(at + 1))];
    } catch {
      /* a space within the first */
    }
  }
  throw new Error(`no two values: ${values}`);
}

test("there is a corpus", () => assert.ok(names.length >= 55, `${names.length}`));

for (const name of names) {
  test(name, async () => {
    const definition = built[name]!;
    const tills = new FakeTills();
    const failures: Failure[] = [];
    const pages = ["a", "b"].map((at) => {
      const till = tills.till(at);
      const live = openModels(till, [definition]);
      live.on("extensionFailed", (failure) => failures.push(failure));
      return { till, live };
    });
    const [a, b] = pages as [(typeof pages)[0], (typeof pages)[0]];
    tills.seed({
      id: "o1",
      lines: [1, 2].map((n) => ({ id: `l${n}`, n, fields: { product_id: n, qty: 1, price_unit: 4.8 } })),
    });
    for (const { live } of pages) await live.ready;
    for (const { live } of pages) for (const line of ["l1", "l2"]) live.line("o1", line);
    let taps = 0;
    const tap = async (op: Op) => {
      taps++;
      await a.live.do(op);
      await tills.settle();
    };
    for (const { model, field, values } of fields(`${folder}/${name}`)) {
      const { one_way, not_taken_over } = definition.fields[model][field]!;
      for (const value of values) {
        await tap(
          model === "order"
            ? { op: "order.set", order: "o1", set: { [field]: value } }
            : { op: "line.set", order: "o1", line: "l1", set: { [field]: value } },
        );
        const there = Object.values((model === "order" ? b.live.order("o1") : b.live.line("o1", "l1"))!)[0];
        // undefined: of something that is in no page, so what tills set stands
        const got = clean(there.export_as_JSON()[field]);
        if (!one_way && !not_taken_over && got !== undefined) assert.deepEqual(got, value, field);
      }
    }
    await tap({ op: "line.inc", order: "o1", line: "l2", field: "qty", by: 1 });
    await tap({ op: "line.remove", order: "o1", line: "l1" });
    assert.deepEqual(failures, []);
    assert.deepEqual(
      pages.map(({ till }) => till.mutations.length),
      [taps, 0],
    );
  });
}
