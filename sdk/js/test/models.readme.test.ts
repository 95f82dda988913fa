// Every example of models/README.md is type-checked and run, in order, against the real server with its extensions.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInThisContext } from "node:vm";
import WebSocket from "ws";
import { loadExtensions, openModels } from "../models/live/index";
import { openTill } from "../src/index";
import { memoryStore } from "../src/store/keeper";
import { root } from "./live/extensions";
import { Server } from "./hosts/server";
import { until } from "./hosts/until";

const here = new URL("..", import.meta.url).pathname;

/** inPage lets scripts be put into a document: what is loaded is run. */
function inPage(): void {
  const listeners = { addEventListener() {}, removeEventListener() {} };
  const append = (script: { src: string; onload(): void; onerror(): void }) => {
    fetch(script.src)
      .then(async (answer) => runInThisContext(await answer.text()))
      .then(
        () => script.onload(),
        () => script.onerror(),
      );
  };
  Object.assign(globalThis, {
    WebSocket: globalThis.WebSocket ?? WebSocket,
    alert() {},
    window: listeners,
    document: { ...listeners, visibilityState: "visible", createElement: () => ({ remove() {} }), head: { append } },
  });
}

test("the examples of models/README.md", async (t) => {
  inPage();
  const server = await Server.start(
    `extensions:\n  - path: ${root}/extensions/javascript/testdata/documented.js\n  - path: ${root}/plugins/example/absolute-discount\n`,
  );
  t.after(() => server.stop());
  const place = await server.furnish("floor", 2);
  const blocks = [...readFileSync(join(here, "models/README.md"), "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map(
    ([, code]) => code,
  );
  assert.equal(blocks.length, 5);
  const dir = mkdtempSync(join(here, ".models-readme-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "example.ts");
  writeFileSync(
    file,
    blocks.join("\n").replace('"manytill"', '"../src/index"').replace('"manytill/models"', '"../models/live/index"') +
      "\nexport const used = models as Live;\nexport { drawn, line, loaded, order, said, till, total };\n",
  );
  writeFileSync(join(dir, "tsconfig.json"), '{"extends": "../tsconfig.json", "include": ["example.ts"]}');
  execFileSync("npx", ["tsc", "--noEmit", "-p", dir], { cwd: here, stdio: "pipe" });
  writeFileSync(
    file,
    readFileSync(file, "utf8")
      .replaceAll("https://pos.example", server.url)
      .replace('"TOKEN"', JSON.stringify(place.tokens[0])),
  );
  const { drawn, line, loaded, order, said, till, used } = await import(file);
  t.after(() => till.close());

  assert.equal(said, "A discount of 100 is more than the line's price of 9.6");
  assert.equal(loaded.error, undefined);
  const other = await openTill({ url: server.url, token: place.tokens[1]!, name: "other", store: memoryStore() });
  t.after(() => other.close());
  const theirs = openModels(other, loaded.definitions);
  const fields = () => other.order(order)?.lines[0]?.fields ?? {};
  await until(
    "the other till has it",
    [till, other],
    () =>
      other.order(order)?.fields.first_new_variable === "to go" &&
      fields().absolute_discount === 1.6 &&
      fields().qty === 3,
  );
  assert.equal(theirs.order(order)!.documented.first_new_variable, "to go");
  assert.equal(theirs.line(order, line)!["absolute-discount"].get_display_price(), 12.8);
  await until(
    "all is confirmed",
    [till, other],
    () => !till.status.unsent && loaded.etag === till.status.extensionsEtag,
  );
  assert.ok(drawn.includes("12.8"), drawn.join(" "));
  assert.deepEqual(
    used.extensions.map((e: { failure?: object }) => e.failure),
    [undefined, undefined],
  );
  // One for the order and its line, one for the document's field, one for the discount and the quantity.
  assert.equal(
    (await server.call<{ changes: unknown[] }>("GET", `/v1/admin/multi-sessions/${place.id}/orders/${order}/history`))
      .changes.length,
    3,
  );
});

test("a bundle that can't be had or read leaves the page without hooks", async () => {
  const answer = { ok: true, status: 200, headers: new Headers({ ETag: '"7"' }) };
  const good = () => runInThisContext('manytillExtensions.push({name: "a", files: [], fields: {}})');
  assert.deepEqual(
    await loadExtensions("/x", {
      fetch: async () => answer,
      script: async () => {
        good();
      },
    }),
    { definitions: [{ name: "a", files: [], fields: {} }], etag: '"7"', error: undefined },
  );
  const cases: [string, Parameters<typeof loadExtensions>[1]][] = [
    [
      "/x can't be loaded: the server answered 503",
      { fetch: async () => ({ ...answer, ok: false, status: 503 }), script: async () => {} },
    ],
    [
      "offline",
      {
        fetch: async () => {
          throw new Error("offline");
        },
        script: async () => {},
      },
    ],
    [
      "Unexpected token",
      {
        fetch: async () => answer,
        script: async () => {
          throw new SyntaxError("Unexpected token");
        },
      },
    ],
    [
      "/x holds something that is no extension",
      {
        fetch: async () => answer,
        script: async () => {
          good();
          runInThisContext("manytillExtensions.push(7)");
        },
      },
    ],
  ];
  for (const [message, ways] of cases) {
    const { definitions, error } = await loadExtensions("/x", ways);
    assert.equal(error?.message, message);
    assert.equal(definitions.length, message.startsWith("/x holds") ? 1 : 0);
  }
  assert.equal((globalThis as { manytillExtensions?: unknown }).manytillExtensions, undefined);
});
