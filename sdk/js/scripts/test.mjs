// Runs the tests. What they need of the server is built once, unless MANYTILL_BIN names it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const here = new URL("..", import.meta.url).pathname;
let dir,
  code = 1;
try {
  const env = { ...process.env };
  if (!env.MANYTILL_BIN) {
    dir = mkdtempSync(join(tmpdir(), "manytill-js-"));
    env.MANYTILL_BIN = join(dir, "manytill");
    const built = spawnSync("go", ["build", "-o", env.MANYTILL_BIN, "./cmd/server"], {
      cwd: join(here, "../.."),
      stdio: "inherit",
      env: { ...env, CGO_ENABLED: "0" },
    });
    if (built.status !== 0) throw new Error(`the server can't be built: ${built.error ?? "see above"}`);
  }
  const files =
    process.argv.length > 2
      ? process.argv.slice(2)
      : readdirSync(join(here, "test"))
          .filter((f) => f.endsWith(".test.ts"))
          .map((f) => join("test", f));
  code =
    spawnSync(
      process.execPath,
      [
        "--import",
        "tsx",
        "--import",
        "./scripts/seed.mjs",
        "--import",
        "./scripts/limit.mjs",
        "--test",
        "--test-timeout=900000",
        ...files,
      ],
      { cwd: here, stdio: "inherit", env },
    ).status ?? 1;
} finally {
  if (dir) rmSync(dir, { recursive: true });
}
process.exit(code);
