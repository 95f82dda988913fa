import { computed, signal } from "@preact/signals";
import type { FieldSpec, Schema } from "manytill";
import { isMoney, isPercent, isUnit, priceRule } from "manytill/price";
import { dec, price, text, type Decimal } from "./money.ts";
import { currency } from "./place.ts";

// What lines cost, by what the server's schema says of their fields: no page knows a vendor's field by its name.

/** schema is what the server said last; before, no field of an extension is known. */
export const schema = signal<Schema>({ order: {}, orderline: {} });

export const rule = computed(() => priceRule(schema.value, currency.value.decimals));

/** fieldsTotal is what a line with these fields costs, in whole coins. */
export const fieldsTotal = (f: Record<string, unknown>): Decimal => dec(rule.value.line(f));

/**
 * amountText is a number as its field's role has it, money (of the line or of each piece) or a percentage; undefined
 * where it is neither.
 */
export function amountText(v: unknown, info: FieldSpec | undefined): string | undefined {
  if (typeof v !== "number") return undefined;
  const amount = dec(v);
  if (isPercent(info?.role)) return `${text(amount)} %`;
  return isMoney(info?.role) ? price(amount) + (isUnit(info!.role) ? " each" : "") : undefined;
}
