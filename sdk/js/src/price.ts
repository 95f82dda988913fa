// The one rule for what an orderline costs: of its quantity, its price, its discount, and the fields of extensions that
// have a role in the schema (docs/guide/prices.md, "What a field does to the price"). Package sdk/price is the same in
// Go; testdata/price.json has the vectors that both are tested with. Sums are made of whole numbers, so they are exact.

import { places, round, rounded, whole } from "./decimal";
import type { Role, Schema } from "./protocol";

type Priced = Readonly<Record<string, unknown>>;

const percentages: Role[] = ["percent_discount", "percent_surcharge"];
const sums: Role[] = ["unit_surcharge", "money_discount", "money_surcharge", "unit_deposit"];
const units: Role[] = ["unit_surcharge", "unit_deposit"];
/**
 * isPercent and isMoney say what the values of a role are, isUnit whether they are money for each one of the quantity.
 * Those of a role that a later version has are none of it.
 */
export const isPercent = (role: Role | undefined): boolean => percentages.includes(role!);
export const isMoney = (role: Role | undefined): boolean => sums.includes(role!);
export const isUnit = (role: Role | undefined): boolean => units.includes(role!);

export interface PriceRule {
  /** line is what a line with these fields costs, in whole coins, halves away from 0. */
  line(fields: Priced): number;
  /** order is the sum of what its lines cost, each rounded by itself as it is printed. */
  order(order: { readonly lines: readonly { readonly fields: Priced }[] }): number;
  /**
   * split shares a line's amounts in money out when so much of its quantity goes to another line: what either then has.
   */
  split(fields: Priced, qty: number): { part: Record<string, number>; rest: Record<string, number> };
}

const one = 10n ** BigInt(places),
  hundred = 100n * one;
/** The largest number of the protocol. What costs more costs this: it can't be paid, and isn't free. */
const largest = 1e15;

/** In whole 1e-30; what is no number is 0. */
const value = (v: unknown): bigint => whole(round(v) ?? 0);

/** nearest is n / d, halves away from 0. */
function nearest(n: bigint, d: bigint): bigint {
  if (n < 0n !== d < 0n) return -nearest(-n, d);
  return (2n * n + d) / (2n * d);
}

/**
 * priceRule makes the rule of a schema, in a currency of so many decimals. A role that isn't known counts for nothing.
 */
export function priceRule(schema: Pick<Schema, "orderline">, decimals: number): PriceRule {
  const of = (role: Role): string[] => Object.keys(schema.orderline).filter((f) => schema.orderline[f]!.role === role);
  const unitSurcharges = of("unit_surcharge"),
    discounts = ["discount", ...of("percent_discount")],
    surcharges = of("percent_surcharge");
  const off = of("money_discount"),
    on = of("money_surcharge"),
    deposits = of("unit_deposit");
  const sum = (fields: Priced, names: string[]): bigint => names.reduce((all, f) => all + value(fields[f]), 0n);
  /** coins are n / d in whole coins, in 1e-30. */
  const coins = (n: bigint, d: bigint): bigint =>
    nearest(n * 10n ** BigInt(decimals), d) * 10n ** BigInt(places - decimals);
  const amount = (n: bigint): number => rounded(n) ?? (n < 0n ? -largest : largest);

  const line = (fields: Priced): number => {
    const qty = value(fields.qty),
      sign = qty < 0n ? -1n : qty > 0n ? 1n : 0n;
    let total = qty * (value(fields.price_unit) + sum(fields, unitSurcharges)),
      unit = one * one;
    const percent = (p: bigint): void => {
      if (p === 0n) return;
      total *= hundred + p;
      unit *= hundred;
    };
    for (const f of discounts) percent(-value(fields[f]));
    for (const f of surcharges) percent(value(fields[f]));
    total += sign * (sum(fields, on) - sum(fields, off)) * (unit / one);
    total += qty * sum(fields, deposits) * (unit / (one * one));
    return amount(coins(total, unit));
  };

  return {
    line,
    order: ({ lines }) => amount(lines.reduce((all, { fields }) => all + whole(line(fields)), 0n)),
    split: (fields, qty) => {
      const all = value(fields.qty),
        taken = value(qty),
        part: Record<string, number> = {},
        rest: Record<string, number> = {};
      for (const f of [...off, ...on]) {
        const money = value(fields[f]);
        if (!money) continue;
        const share = !all || taken === all ? money : coins(money * taken, all * one);
        part[f] = amount(share);
        rest[f] = amount(money - share);
      }
      return { part, rest };
    },
  };
}
