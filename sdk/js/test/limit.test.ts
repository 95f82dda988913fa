import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

// What scripts/limit.mjs says of tests that hang.

const limit = join(import.meta.dirname, "../scripts/limit.mjs");
const never = "new Promise(() => createServer().listen(0, '127.0.0.1'))";

for (const [name, text, says] of [
  [
    "a test",
    `test("quick", () => {}); test("floor", async (t) => { await t.test("bar", () => ${never}); });`,
    'not done after 1 s: "floor", "bar". Still open:',
  ],
  ["before", `before(() => ${never}); test("bar", () => {});`, "not done after 1 s: what comes before its first test."],
  ["after", `after(() => ${never}); test("bar", () => {});`, 'not done after 1 s: what comes after "bar".'],
] as const) {
  test(`what hangs is named: ${name}`, () => {
    const dir = mkdtempSync(join(tmpdir(), "manytill-limit-"));
    try {
      const file = join(dir, "hangs.test.mjs");
      writeFileSync(
        file,
        `import { createServer } from "node:net"; import { after, before, test } from "node:test"; ${text}`,
      );
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const run = spawnSync(process.execPath, ["--import", limit, "--test", file], {
        env: { ...env, TEST_LIMIT: "1" },
        encoding: "utf8",
        timeout: 60_000,
      });
      assert.equal(run.status, 1, run.stdout + run.stderr);
      assert.ok(run.stdout.includes(says), run.stdout);
      assert.match(run.stdout, /\d TCPServerWrap/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
}
