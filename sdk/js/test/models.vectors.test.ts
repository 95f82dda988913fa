// The vectors of testdata/hooks, which the server runs too, by what it gives to pages.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { mock, test } from "node:test";
import { open } from "../models/live/index";
import { lineJSON, orderJSON } from "../models/live/shape";
import { settings, writesOf } from "../models/live/settings";
import { clean } from "../models/live/value";
import { newOrder } from "../src/view/confirmed";
import { same } from "../src/view/same";
import type { ShownLine, ShownOrder, ShownPayment } from "../src/till";
import type { Fields, State } from "../src/protocol";
import { evaluated, scripts, text } from "./live/extensions";

interface Vector {
  name: string;
  files: string[];
  model: "order" | "orderline";
  stored?: Fields;
  merged: Fields;
  lines?: { id: string; fields: Fields }[];
  payments?: ShownPayment[];
  state?: State;
  of?: Fields;
  export?: Fields;
  reject?: string;
}

const vectors = readdirSync(new URL("../../../testdata/hooks", import.meta.url))
  .filter((f) => f.endsWith(".json"))
  .sort()
  .flatMap((file) =>
    (JSON.parse(text(`testdata/hooks/${file}`)) as Vector[]).map((v) => ({ ...v, name: `${file}: ${v.name}` })),
  );
/** extension is what a vector is about: its folder, where there is a manifest. */
const extension = ({ files }: Vector): string[] => {
  const folder = dirname(files[0]!);
  return existsSync(new URL(`../../../${folder}/extension.yaml`, import.meta.url)) ? [folder] : files;
};
const sets = [...new Set(vectors.map((v) => JSON.stringify(extension(v))))];
const built = new Map(scripts(sets.map((s) => JSON.parse(s))).map((script, i) => [sets[i]!, script]));

test("there are vectors", () => assert.ok(vectors.length >= 40, `${vectors.length}`));

for (const v of vectors) {
  test(v.name, () => {
    mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-11-21T10:00:00Z") });
    try {
      const [definition] = evaluated(built.get(JSON.stringify(extension(v)))!);
      const { chain, failed } = open(definition!);
      assert.deepEqual(failed, []);
      const lines: ShownLine[] = (v.lines ?? []).map((line, i) => ({ ...line, n: i + 1 }));
      const order = (fields: Fields): ShownOrder => ({
        ...newOrder("o1", 3),
        number: 12,
        state: v.state ?? "open",
        fields,
        lines,
        payments: v.payments ?? [],
      });
      const json = (fields: Fields) =>
        v.model === "order" ? orderJSON(order(fields)) : lineJSON({ id: "l1", n: 1, fields }, order({}));
      const run = () =>
        chain.run({
          model: v.model,
          isNew: !v.stored,
          line: "l1",
          stored: () => json(v.stored!),
          merged: () => json(v.merged),
          parent: () => orderJSON(order(v.of ?? {})),
        });
      if (v.reject) {
        assert.throws(run, { name: "Reject", message: v.reject });
        return;
      }
      const exported = run();
      const writes = writesOf(definition!, v.model),
        set = settings(definition!, v.model, exported, v.merged, !v.stored);
      for (const key of new Set([...Object.keys(v.export!), ...Object.keys(definition!.fields[v.model]), ...writes])) {
        const got = writes.includes(key) ? set[key] : clean(exported[key]);
        assert.ok(
          same(got, v.export![key]),
          `${key}: ${JSON.stringify(got)} instead of ${JSON.stringify(v.export![key])}`,
        );
      }
    } finally {
      mock.timers.reset();
    }
  });
}
