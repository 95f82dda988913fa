import type { FieldSpec, Fields, Value } from "manytill";
import { changed, check } from "manytill/fields";
import { isUnit } from "manytill/price";
import { add, dec, num, sub, text } from "../ui/money.ts";
import { readTime, typedTime } from "../ui/times.ts";
import { readTyped } from "../ui/typed.ts";
import { fieldText } from "../ui/values.ts";

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
  const words = fieldText(v, info);
  if (words !== undefined) return words;
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "number") return text(dec(v));
  return typeof v === "string" ? v : JSON.stringify(v);
}

/** titleOf is the field's label; a name that serves as one is made readable. */
export const titleOf = (name: string, info: FieldSpec): string =>
  info.label && info.label !== name ? info.label : name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/** hintOf says beside a title what may be typed. */
export function hintOf({ type, enum: choices, min, max, role }: FieldSpec): string {
  const hints = !choices && type === "string[]" ? ["with commas between"] : [],
    [least, most] = [min !== undefined && !(type.endsWith("[]") && min === 0), max !== undefined];
  if (type === "string") return "";
  if (isUnit(role)) hints.push("for each");
  if (least && most) hints.push(`${min} to ${max}`);
  else if (least) hints.push(`at least ${min}`);
  else if (most) hints.push(`at most ${max}`);
  return hints.join(", ");
}

/** stepped is a number one step further, within its bounds; where it can't go there it is what it was. */
export function stepped({ min, max }: FieldSpec, value: unknown, by: number): { to: number; by: number } {
  const from = dec(value);
  let to = num(add(from, dec(by)));
  if (max !== undefined) to = Math.min(to, max);
  if (min !== undefined) to = Math.max(to, min);
  const moved = num(sub(dec(to), from));
  return Math.sign(moved) === Math.sign(by) ? { to, by: moved } : { to: num(from), by: 0 };
}

/** draftOf is the text that an editor begins with. */
export function draftOf(info: FieldSpec, v: Value | undefined): string {
  if (v === undefined || v === null) return "";
  if (info.enum) return JSON.stringify(v);
  if (info.type === "time" && typeof v === "string") return Number.isNaN(Date.parse(v)) ? "" : typedTime(v);
  if (info.type === "string[]" && Array.isArray(v)) return v.join(", ");
  return typeof v === "string" ? v : typeof v === "object" ? JSON.stringify(v) : String(v);
}

/**
 * readValue is what to set a field to, by an editor's text; "" clears. base is what the editor began with: of a union
 * only what was added and removed is sent. It throws words for the cashier.
 */
export function readValue(info: FieldSpec, draft: string, base: Value | undefined): Value {
  const value = typed(info, draft, base);
  if (info.merge !== "union" || (value !== null && !Array.isArray(value))) {
    const wrong = check(info, value);
    if (wrong) throw new Error(wrong);
    return value;
  }
  if (value === null && (!Array.isArray(base) || (info.min ?? 0) > 0)) return null;
  const set = changed(base ?? null, value ?? []) ?? [];
  const adds = Array.isArray(set) ? set : ((set as { add?: Value[] }).add ?? []);
  const wrong = check({ ...info, min: undefined, max: undefined }, adds) || check({ ...info, enum: undefined }, value);
  if (wrong) throw new Error(wrong);
  return set;
}

/** typed reads an editor's text as its type asks. */
function typed(info: FieldSpec, draft: string, base: Value | undefined): Value {
  const trimmed = draft.trim();
  if (trimmed === "" || (info.enum && trimmed === "[]")) return null;
  if (info.enum) return JSON.parse(trimmed) as Value;
  switch (info.type) {
    case "number":
    case "integer": {
      const read = readTyped(trimmed, true);
      if ("wrong" in read) throw new Error("must be a number");
      if ("either" in read) throw new Error(`is unclear: write ${read.either.map(text).join(" or ")}`);
      return num(read.is);
    }
    case "boolean":
      return trimmed === "true";
    case "time": {
      const at = readTime(trimmed);
      if (at === undefined) throw new Error("must be a day and a time");
      return at;
    }
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
  if (base === undefined || base === null || typeof base === "string") return draft;
  try {
    return JSON.parse(trimmed) as Value;
  } catch {
    throw new Error("must be JSON, like it was");
  }
}
