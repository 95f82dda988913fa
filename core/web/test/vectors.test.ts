import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ShownLine, ShownOrder, ShownPayment } from "../../../sdk/js/src/till.ts";
import type { Fields, State } from "../../../sdk/js/src/protocol.ts";
import { coreSchema } from "../../../sdk/js/src/view/schema.ts";
import { lineJSON, orderJSON } from "../../../sdk/js/models/live/shape.ts";
import { scripts } from "../../../sdk/js/test/live/extensions.ts";
import { launch } from "./browser.ts";
import { root } from "./server.ts";

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

const now = "2026-11-21T10:00:00Z";

/** text is a record as JSON; what is found by name only goes as $mt. */
const text = (record: object): string =>
  JSON.stringify(record, (_, value) => {
    if (!value || typeof value !== "object" || !("mt_state" in value) || "mt_state" in { ...value }) return value;
    const hidden = Object.getOwnPropertyNames(value).filter((key) => key.startsWith("mt_"));
    return { ...value, $mt: { ...Object.fromEntries(hidden.map((key) => [key, value[key]])), mt_tapped_at: now } };
  });

/** inPage runs a vector in the browser: what JSON makes of the export, or the words of the refusal. */
function inPage(v: { script: string; model: string; isNew: boolean; stored: string; merged: string; parent: string }) {
  // biome-ignore lint/suspicious/noExplicitAny: vendors' code, and what is said to it
  const page = globalThis as any;
  page.manytillExtensions = [];
  const script = document.createElement("script");
  script.textContent = v.script;
  document.head.append(script);
  const parse = (json: string) =>
    JSON.parse(json, (_, value) => {
      if (!value?.$mt) return value;
      const { $mt, ...record } = value;
      for (const key of Object.keys($mt)) Object.defineProperty(record, key, { value: $mt[key] });
      return record;
    });
  const { chain, failed } = page.manytillModels.open(page.manytillExtensions[0]);
  try {
    const exported = chain.run({
      model: v.model,
      isNew: v.isNew,
      line: "l1",
      stored: () => parse(v.stored),
      merged: () => parse(v.merged),
      parent: () => parse(v.parent),
    });
    return { failed: failed.map(String), exported: JSON.parse(JSON.stringify(exported)), reject: "" };
  } catch (error) {
    if ((error as Error).name !== "Reject") throw error;
    return { failed: failed.map(String), exported: {}, reject: (error as Error).message };
  }
}

test("the hook vectors, which the server runs too, in Chromium", async () => {
  const folder = join(root, "testdata/hooks");
  const vectors = readdirSync(folder)
    .filter((f) => f.endsWith(".json"))
    .flatMap((f) => JSON.parse(readFileSync(join(folder, f), "utf8")) as Vector[]);
  assert.ok(vectors.length >= 40, `${vectors.length}`);
  const built = scripts(vectors.map((v) => v.files));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.clock.setFixedTime(now);
    await page.evaluate("globalThis.__name = (f) => f"); // tsx names the functions that it hands over
    await page.addScriptTag({ path: join(root, "extensions/javascript/internal/vm/models.js") });
    for (const [i, v] of vectors.entries()) {
      const lines: ShownLine[] = (v.lines ?? []).map((line, at) => ({ ...line, n: at + 1 }));
      const order = (fields: Fields): ShownOrder => ({
        ...{ id: "o1", number: 12, run: 3, rev: 1, state: v.state ?? "open" },
        ...{ fields, lines, payments: v.payments ?? [] },
      });
      const json = (fields: Fields = {}) =>
        text(v.model === "order" ? orderJSON(order(fields)) : lineJSON({ id: "l1", n: 1, fields }, order({})));
      const got = await page.evaluate(inPage, {
        script: built[i]!,
        model: v.model,
        isNew: !v.stored,
        stored: json(v.stored),
        merged: json(v.merged),
        parent: text(orderJSON(order(v.of ?? {}))),
      });
      assert.deepEqual([got.failed, got.reject], [[], v.reject ?? ""], v.name);
      // How the core's fields are read of an export is settings.ts's: sdk/js/test/models.vectors.test.ts.
      for (const key of Object.keys(v.export ?? {}).filter((key) => !Object.hasOwn(coreSchema[v.model], key)))
        assert.deepEqual(got.exported[key], v.export![key], `${v.name}: ${key}`);
    }
  } finally {
    await browser.close();
  }
});
