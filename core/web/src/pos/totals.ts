import type { ShownLine, ShownOrder } from "manytill";
import { add, dec, isZero, neg, type Decimal } from "../ui/money.ts";
import { fieldsTotal, rule } from "../ui/price.ts";

let known = new WeakMap<ShownLine, Decimal>(),
  by = rule.peek();

/** lineTotal is what this line costs, in whole coins as it is shown. */
export function lineTotal(line: ShownLine): Decimal {
  if (by !== rule.value) {
    by = rule.value;
    known = new WeakMap();
  }
  let total = known.get(line);
  if (!total) known.set(line, (total = fieldsTotal(line.fields)));
  return total;
}

export const orderTotal = (o: ShownOrder): Decimal => o.lines.reduce((sum, l) => add(sum, lineTotal(l)), dec(0));
export const paid = (o: ShownOrder): Decimal => o.payments.reduce((sum, p) => add(sum, dec(p.amount)), dec(0));
export const due = (o: ShownOrder): Decimal => add(orderTotal(o), neg(paid(o)));
/** payable is whether there is anything to pay or to give back: an emptied order may hold money. */
export const payable = (o: ShownOrder | undefined): boolean =>
  o?.state === "open" && (o.lines.length > 0 || !isZero(paid(o)));
/** held is the money that an order holds, by how it was paid. */
export function held(o: ShownOrder): [method: string, sum: Decimal][] {
  const all = new Map<string, Decimal>();
  for (const p of o.payments) all.set(p.method, add(all.get(p.method) ?? dec(0), dec(p.amount)));
  return [...all].filter(([, sum]) => !isZero(sum));
}
