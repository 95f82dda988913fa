// The house of the client: no file imports itself in a circle, and the parts of the machine know only those before
// them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const src = new URL("../src/", import.meta.url).pathname;
const files = (readdirSync(src, { recursive: true }) as string[])
  .filter((f) => f.endsWith(".ts"))
  .map((f) => f.replace(/\\/g, "/").replace(/\.ts$/, ""));
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(src, `${file}.ts`), "utf8");
    const found = [...text.matchAll(/(?:^|\n)(?:import|export)[^;]*? from "(\.[^"]+)"|import\("(\.[^"]+)"\)/g)].map(
      (m) => join(dirname(file), m[1] ?? m[2]!).replace(/\.ts$/, ""),
    );
    for (const to of found) assert.ok(files.includes(to), `${file} imports ${to}, which isn't there`);
    return [file, found];
  }),
);

test("no circle of imports, of types neither", () => {
  const done = new Set<string>();
  const walk = (file: string, way: string[]): void => {
    assert.ok(!way.includes(file), `a circle: ${[...way.slice(way.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const to of imports.get(file)!) walk(to, [...way, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
});

/** What each part of the machine may know of the others: those before it. */
const parts = [
  "contract",
  "step",
  "phases",
  "readable",
  "merge",
  "plan",
  "putback",
  "disk",
  "report",
  "outcomes",
  "outbox",
  "inbox",
  "calls",
  "pacing",
  "carrier",
  "dial",
  "link",
  "recovery",
  "dialogue",
  "machine",
];

test("a part of the machine knows only those before it", () => {
  const here = files.filter((f) => f.startsWith("machine/")).map((f) => f.slice("machine/".length));
  assert.deepEqual([...here].sort(), [...parts].sort());
  for (const part of here)
    for (const to of imports.get(`machine/${part}`)!) {
      if (!to.startsWith("machine/")) continue;
      assert.ok(parts.indexOf(to.slice("machine/".length)) < parts.indexOf(part), `${part} imports ${to}`);
    }
});

test("the machine knows nothing of the driver, the store and the browser", () => {
  for (const file of files.filter((f) => /^(machine|queue|view)\//.test(f))) {
    for (const to of imports.get(file)!) assert.doesNotMatch(to, /^(driver|store)\//, `${file} imports ${to}`);
    const code = readFileSync(join(src, `${file}.ts`), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    for (const own of [
      "Date.now",
      "Math.random",
      "setTimeout",
      "fetch(",
      "indexedDB",
      "localStorage",
      "document.",
      "window.",
    ])
      assert.ok(!code.includes(own), `${file} uses ${own}`);
  }
});

test("a part's own state is its own: nobody else writes to its fields", () => {
  const open: Record<string, string[]> = { step: ["now", "out"] };
  for (const file of files.filter((f) => f.startsWith("machine/"))) {
    const code = readFileSync(join(src, `${file}.ts`), "utf8");
    for (const [, part, field] of code.matchAll(
      /\bthis\.(disk|report|outcomes|outbox|inbox|calls|pacing|dial|link|recovery)\.(\w+) (?:=|\+=|\|\|=) /g,
    )) {
      assert.ok(
        ["hold", "pullAt", "stranding", "works"].includes(field!) || open[part!]?.includes(field!),
        `${file} sets ${part}.${field}`,
      );
    }
  }
});
