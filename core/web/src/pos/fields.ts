import type { FieldSpec, Fields, Value } from "manytill";
import { dec, num, text } from "../ui/money.ts";
import { amountText } from "../ui/price.ts";
import { readTyped } from "../ui/typed.ts";

// Fields of extensions, by their schema alone: no screen code of the vendor's.

type Specs = Record<string, FieldSpec>;
export type Named = [name: string, info: FieldSpec];

const ours = (specs: Specs): Named[] =>
  Object.entries(specs).filter(([, f]) => f.owner !== "core" && f.show !== "none");

const has = (v: Value | undefined) => v !== undefined && v !== null && v !== "" && !(Array.isArray(v) && !v.length);
/** shownFields are those with a value. */
export const shownFields = (specs: Specs, f: Fields): Named[] => ours(specs).filter(([name]) => has(f[name]));
/** allFields are those that a person may look at or change. */
export const allFields = ours;

/** isOff tells fields that take something off the price. */
export const isOff = (info: FieldSpec | undefined): boolean =>
  info?.role === "money_discount" || info?.role === "percent_discount";

/**
 * moneyOff are the discounts in money that a till may set: a line has these or one in percent, whichever was typed
 * last.
 */
export const moneyOff = (specs: Specs, f: Fields): Fields =>
  Object.fromEntries(
    Object.entries(f).filter(([name]) => specs[name]?.role === "money_discount" && !specs[name].derived),
  );

export function valueText(v: unknown, info?: FieldSpec): string {
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "number") return amountText(v, info) ?? text(dec(v));
  if (Array.isArray(v) && v.every((x) => typeof x === "string")) return v.join(", ");
  return typeof v === "string" ? v : JSON.stringify(v);
}

/** titleOf is the field's label; a name that serves as one is made readable. */
export const titleOf = (name: string, info: FieldSpec): string =>
  info.label && info.label !== name ? info.label : name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/** draftOf is the text that an editor begins with. */
export function draftOf(info: FieldSpec, v: Value | undefined): string {
  if (v === undefined || v === null) return "";
  if (info.type === "string[]" && Array.isArray(v)) return v.join(", ");
  return typeof v === "string" ? v : typeof v === "object" ? JSON.stringify(v) : String(v);
}

/** readValue reads an editor's text as its type asks; "" clears. It throws words for the cashier. */
export function readValue(info: FieldSpec, draft: string, before: Value | undefined): Value {
  const trimmed = draft.trim();
  if (trimmed === "") return null;
  switch (info.type) {
    case "number": {
      const read = readTyped(trimmed, true);
      if ("wrong" in read) throw new Error("must be a number");
      if ("either" in read) throw new Error(`is unclear: write ${read.either.map(text).join(" or ")}`);
      return num(read.is);
    }
    case "boolean":
      return trimmed === "true";
    case "string[]":
      return [
        ...new Set(
          trimmed
            .split(",")
            .map((t) => t.trim())
            .filter(Boolean),
        ),
      ];
    case "string":
      return draft;
  }
  // Anything goes: what was a text stays one, what was JSON must be JSON.
  if (before === undefined || before === null || typeof before === "string") return draft;
  try {
    return JSON.parse(trimmed) as Value;
  } catch {
    throw new Error("must be JSON, like it was");
  }
}
