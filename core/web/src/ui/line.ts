import { add, dec, isZero, mul, round, sub, type Decimal } from "./money.ts";

type Priced = Record<string, unknown>;

/** beforeDiscount is qty × price. */
export const beforeDiscount = (f: Priced): Decimal => mul(dec(f.qty), dec(f.price_unit));

/** fieldsTotal is qty × price, less the discount in percent, less one in money, in whole coins; the terminal till counts so too (testdata/money.json). */
export function fieldsTotal(f: Priced): Decimal {
  let total = beforeDiscount(f);
  const percent = dec(f.discount), money = dec(f.absolute_discount);
  if (!isZero(percent)) total = mul(total, { n: sub(dec(100), percent).n, e: Math.max(percent.e, 0) + 2 });
  if (!isZero(money)) total = dec(f.qty).n < 0n ? add(total, money) : sub(total, money);
  return round(total);
}
