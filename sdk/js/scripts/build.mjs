// Builds dist/: index.js, core.js and models.js with their source maps, types, core.min.js, and the sizes that a page
// pays.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

// Bytes, bundled, minified and gzipped, that must not be exceeded.
const LIMITS = {
  core: 16_000, // manytill/core: every rule of sync, without storage and transport
  index: 25_000, // what a page over https loads before its till opens, idb included
};
const config = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  logLevel: "warning",
  outdir: "dist",
};

rmSync("dist", { recursive: true, force: true });
await build({
  ...config,
  sourcemap: true,
  external: ["idb"],
  entryPoints: {
    index: "src/index.ts",
    core: "src/core.ts",
    price: "src/price.ts",
    fields: "src/fields.ts",
    models: "models/live/index.ts",
  },
});
execFileSync("npx", ["tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });

/**
 * small minifies a module. Names of its top level have two letters, so that locals can be the same few ones everywhere.
 */
async function small(text) {
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_"];
  const { code } = await minify(text, { ecma: 2020, compress: { module: true, toplevel: true, passes: 3, inline: 1 } });
  return (await minify(code, { module: true, ecma: 2020, compress: false, mangle: { reserved: letters } })).code;
}

/** measured is the size of an entry with what it loads at once. */
async function measured(name) {
  const {
    outputFiles,
    metafile: { outputs },
  } = await build({
    ...config,
    entryPoints: [`src/${name}.ts`],
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
    metafile: true,
  });
  const entry = `dist/${name}.js`;
  if (process.argv.includes("--list")) {
    for (const [file, { bytesInOutput }] of Object.entries(outputs[entry].inputs).sort(
      (a, b) => b[1].bytesInOutput - a[1].bytesInOutput,
    )) {
      console.log(String(bytesInOutput).padStart(7), file);
    }
  }
  const size = async (path) => {
    const code = await small(outputFiles.find((file) => file.path.endsWith(path)).text);
    if (path === "dist/core.js") writeFileSync("dist/core.min.js", code);
    let sum = gzipSync(code, { level: 9 }).length;
    for (const { kind, path: needed } of outputs[path].imports)
      if (kind === "import-statement") sum += await size(needed);
    return sum;
  };
  return size(entry);
}

for (const [name, limit] of Object.entries(LIMITS)) {
  const bytes = await measured(name);
  console.log(`${name}: ${bytes} bytes minified and gzipped (more than ${limit} fails)`);
  if (bytes > limit) process.exitCode = 1;
}
