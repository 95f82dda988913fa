// Builds dist/: index.js and models.js with their source maps, types, and the size that a page pays.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const LIMIT = 10_240;
const core = { entryPoints: ["src/index.ts"], bundle: true, format: "esm", platform: "browser", target: "es2022", logLevel: "warning" };

rmSync("dist", { recursive: true, force: true });
await build({ ...core, entryPoints: { index: "src/index.ts", models: "models/live/index.ts" }, outdir: "dist", sourcemap: true, external: ["idb"] });
execFileSync("npx", ["tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });

// A page that opens a till, minified, idb included.
const { outputFiles: [{ contents }], metafile } = await build({ ...core, minify: true, write: false, metafile: true, mangleProps: /^_/ });
const size = gzipSync(contents, { level: 9 }).length;
for (const [name, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs).sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput)) {
  if (process.argv.includes("--list")) console.log(String(bytesInOutput).padStart(7), name);
}
console.log(`core: ${size} bytes minified and gzipped, idb included (at most ${LIMIT})`);
if (size > LIMIT) process.exitCode = 1;
