import type { FieldSpec } from "manytill";
import { dec, text } from "./money.ts";
import { amountText } from "./price.ts";
import { timeText } from "./times.ts";

// Values of fields whose look hangs on the schema, for all pages.

const isEntry = (v: unknown): v is string | number => typeof v === "string" || typeof v === "number";
const entry = (v: unknown): string => {
  if (typeof v === "number") return text(dec(v));
  return typeof v === "string" ? v : JSON.stringify(v);
};

/**
 * fieldText is a number with what its role means, a time by the shop's clocks, the entries of a list, or what a union
 * was to gain and lose; undefined for any other value.
 */
export function fieldText(v: unknown, info?: FieldSpec): string | undefined {
  if (info?.type === "time" && typeof v === "string") return timeText(v);
  if (Array.isArray(v) && v.every(isEntry)) return v.map(entry).join(", ");
  if (info?.merge === "union" && v && typeof v === "object" && !Array.isArray(v)) {
    const { add: on = [], remove: off = [] } = v as { add?: unknown[]; remove?: unknown[] };
    return [...on.map((x) => `+ ${entry(x)}`), ...off.map((x) => `− ${entry(x)}`)].join(", ");
  }
  return amountText(v, info);
}
