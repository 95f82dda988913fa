import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// The oldest browsers that the pages run in: Chrome and Edge 109, Safari and iOS 15.4, Firefox 102. Syntax is esbuild's
// work; what follows came later to one of them or more.

/** Built-ins that came later, by their place. */
export const newer = {
  "Array.prototype": ["findLast", "findLastIndex", "toReversed", "toSorted", "toSpliced", "with"],
  Array: ["fromAsync"],
  Object: ["groupBy"],
  Map: ["groupBy"],
  "Map.prototype": ["getOrInsert", "getOrInsertComputed"],
  Promise: ["withResolvers", "try"],
  "Set.prototype": [
    "union",
    "intersection",
    "difference",
    "symmetricDifference",
    "isSubsetOf",
    "isSupersetOf",
    "isDisjointFrom",
  ],
  "String.prototype": ["isWellFormed", "toWellFormed"],
  RegExp: ["escape"],
  Iterator: ["from"],
  Uint8Array: ["fromBase64", "fromHex"],
  AbortSignal: ["timeout", "any"],
  URL: ["canParse", "parse"],
  Response: ["json"],
  Math: ["f16round", "sumPrecise"],
  Intl: ["DurationFormat", "Segmenter"],
  "Iterator.prototype": [
    "map",
    "filter",
    "take",
    "drop",
    "flatMap",
    "reduce",
    "toArray",
    "forEach",
    "some",
    "every",
    "find",
  ],
  "Element.prototype": ["checkVisibility", "setHTMLUnsafe", "moveBefore"],
  "HTMLElement.prototype": ["showPopover", "hidePopover", "togglePopover"],
  "HTMLDialogElement.prototype": ["requestClose"],
  "Document.prototype": ["startViewTransition"],
  globalThis: [
    "scheduler",
    "navigation",
    "CompressionStream",
    "DecompressionStream",
    "OffscreenCanvas",
    "requestIdleCallback",
    "CloseWatcher",
    "Float16Array",
    "URLPattern",
  ],
} as const;

/**
 * Names that older built-ins or the page's own methods have too, and one that Preact looks for before it uses it. Only
 * a run tells.
 */
const fine = new Set([
  "with",
  "map",
  "filter",
  "take",
  "drop",
  "flatMap",
  "reduce",
  "toArray",
  "forEach",
  "some",
  "every",
  "find",
  "union",
  "intersection",
  "difference",
  "navigation",
  "moveBefore",
]);
/** Of styles and of regular expressions. */
const patterns: [string, RegExp][] = [
  ["a lookbehind", /\(\?<[=!]/],
  ["color-mix()", /color-mix\(/],
  [":has()", /:has\(/],
  ["@container", /@container/],
  ["light-dark()", /light-dark\(/],
  ["@starting-style", /@starting-style/],
  ["overflow: clip", /overflow(-[xy])?:\s*clip/],
  ["nested rules", /[;{]\s*&/],
  ["subgrid", /subgrid/],
];

/** tooNew lists what built files use that an old browser lacks. */
export function tooNew(dir: string): string[] {
  const found: string[] = [];
  for (const file of readdirSync(dir).filter((f) => /\.(js|css|html)$/.test(f))) {
    const text = readFileSync(join(dir, file), "utf8");
    for (const [place, names] of Object.entries(newer)) {
      const before = place.endsWith(".prototype") ? '[.["]' : place === "globalThis" ? "\\b" : `\\b${place}\\.`;
      for (const name of names)
        if (!fine.has(name) && new RegExp(`${before}${name}\\b`).test(text)) found.push(`${file}: ${place}.${name}`);
    }
    for (const [what, pattern] of patterns) if (pattern.test(text)) found.push(`${file}: ${what}`);
  }
  return found;
}

type Keyed = Record<string, unknown>;

/** asOld takes from a page what came later than those browsers; it runs before any script of the page. */
export function asOld(all: typeof newer): void {
  for (const [place, names] of Object.entries(all)) {
    const global = globalThis as unknown as Keyed;
    const of = place
      .split(".")
      .reduce<Keyed | undefined>(
        (o, part) => (part === "globalThis" ? global : (o?.[part] as Keyed | undefined)),
        global,
      );
    if (of) for (const name of names) delete of[name];
  }
}
