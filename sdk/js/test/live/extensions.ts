// Extensions as a server gives them to pages: built, probed and written by the server's own code.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import type { Definition } from "../../models/live/index";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** scripts are what /v1/extensions.js holds of each list of paths, from the repository's root. */
export function scripts(sets: string[][]): string[] {
  const run = spawnSync("go", ["run", "./extensions/javascript/internal/inpage"], {
    cwd: root,
    input: JSON.stringify(sets),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) throw new Error(run.error?.message ?? run.stderr);
  return JSON.parse(run.stdout);
}

/** evaluated are the definitions of a script. */
export function evaluated(script: string): Definition[] {
  const holder = globalThis as { manytillExtensions?: Definition[] };
  holder.manytillExtensions = [];
  runInThisContext(script);
  const list = holder.manytillExtensions;
  delete holder.manytillExtensions;
  return list;
}

/** extensions builds one for each name: of a path, or of the text of a file or of several (extension.yaml too). */
export function extensions<Name extends string>(
  of: Record<Name, string | Record<string, string>>,
): Record<Name, Definition> {
  const folder = mkdtempSync(join(tmpdir(), "extensions-"));
  try {
    const names = Object.keys(of) as Name[];
    const sets = names.map((name) => {
      const what = of[name] as string | Record<string, string>;
      if (typeof what === "string" && !what.includes("\n")) return [what];
      const files = typeof what === "string" ? { [`${name}.js`]: what } : what;
      mkdirSync(join(folder, name));
      for (const file of Object.keys(files)) writeFileSync(join(folder, name, file), files[file]!);
      return "extension.yaml" in files
        ? [join(folder, name)]
        : Object.keys(files).map((file) => join(folder, name, file));
    });
    return Object.fromEntries(scripts(sets).map((script, i) => [names[i], evaluated(script)[0]])) as Record<
      Name,
      Definition
    >;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const text = (path: string): string => readFileSync(join(root, path), "utf8");
