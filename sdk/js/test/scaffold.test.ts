// The types that `manytill extension new` puts beside a script fit the script.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const tsc = new URL("../node_modules/.bin/tsc", import.meta.url).pathname;
const script = [
  "--noEmit",
  "--allowJs",
  "--checkJs",
  "--strict",
  "--lib",
  "es2022",
  "--target",
  "es2022",
  "--types",
  "",
];

for (const [kind, args] of Object.entries({ ts: ["-p", "."], js: [...script, "typed.js"] })) {
  test(`what extension new --${kind} makes has no type error, and types find one`, () => {
    const base = mkdtempSync(join(tmpdir(), "manytill-new-"));
    try {
      execFileSync(process.env.MANYTILL_BIN!, ["extension", "new", "typed", `--${kind}`, "--dir", base]);
      const cwd = join(base, "typed");
      const checked = () => spawnSync(tsc, args, { cwd, encoding: "utf8" });
      const clean = checked();
      assert.equal(clean.stdout + clean.stderr, "");
      assert.equal(clean.status, 0);

      const file = join(cwd, `typed.${kind}`);
      const text = readFileSync(file, "utf8");
      const wrong = text.replace("this.typed_note = json.typed_note;", "this.typed_note = this.get_total_tax().note;");
      assert.notEqual(wrong, text);
      writeFileSync(file, wrong);
      assert.match(checked().stdout, /Property 'note' does not exist on type 'number'/);
    } finally {
      rmSync(base, { recursive: true });
    }
  });
}
