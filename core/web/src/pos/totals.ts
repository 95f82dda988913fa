import type { Fields, ShownLine, ShownOrder } from "manytill";
import { add, dec, isZero, mul, neg, round, sub, type Decimal } from "../ui/money.ts";

const known = new WeakMap<ShownLine, Decimal>();

/** beforeDiscount is qty × price. */
export const beforeDiscount = (f: Fields): Decimal => mul(dec(f.qty), dec(f.price_unit));

/** fieldsTotal is qty × price, less the discount in percent, less one in money. */
export function fieldsTotal(f: Fields): Decimal {
  let total = beforeDiscount(f);
  const percent = dec(f.discount), money = dec(f.absolute_discount);
  if (!isZero(percent)) total = mul(total, { n: sub(dec(100), percent).n, e: percent.e + 2 });
  if (!isZero(money)) total = dec(f.qty).n < 0n ? add(total, money) : sub(total, money);
  return round(total);
}

/** lineTotal is what this line costs, rounded to cents as it is shown. */
export function lineTotal(line: ShownLine): Decimal {
  let total = known.get(line);
  if (!total) known.set(line, (total = fieldsTotal(line.fields)));
  return total;
}

export const orderTotal = (o: ShownOrder): Decimal => o.lines.reduce((sum, l) => add(sum, lineTotal(l)), dec(0));
export const paid = (o: ShownOrder): Decimal => o.payments.reduce((sum, p) => add(sum, dec(p.amount)), dec(0));
export const due = (o: ShownOrder): Decimal => add(orderTotal(o), neg(paid(o)));
