import { add, cmp, dec, isZero, money, neg, num, sub, type Decimal } from "../ui/money.ts";
import { currency } from "../ui/place.ts";

// The arithmetic of taking and giving back money.

/** Tender is money that was put down; of a refund it is negative. */
export interface Tender {
  id: string;
  method: "cash" | "card";
  amount: Decimal;
}

const zero = dec(0);
const isCash = (t: Tender) => t.method === "cash";
const sum = (all: Tender[]) => all.reduce((s, t) => add(s, t.amount), zero);

/**
 * quick is what people hand over for so much: the next round sums in notes and coins. Money without decimals comes in
 * hundreds.
 */
export function quick(owed: Decimal, decimals = currency.value.decimals): Decimal[] {
  const found: Decimal[] = [],
    one = decimals ? 1 : 100;
  const scale = 10n ** BigInt(Math.max(owed.e, 0)),
    size = owed.n * (owed.e < 0 ? 10n ** BigInt(-owed.e) : 1n);
  for (const note of cmp(owed, dec(10 * one)) < 0 ? [1, 5, 10, 20, 50] : [5, 10, 20, 50, 100, 200]) {
    const unit = BigInt(note * one) * scale;
    const up = { n: ((size + unit - 1n) / unit) * BigInt(note * one), e: 0 };
    if (cmp(up, owed) > 0 && !found.some((f) => cmp(f, up) === 0)) found.push(up);
  }
  return found.slice(0, 4);
}

/**
 * left is what is still owed, negative when more was put down; why says what must be mended before the order can end.
 */
export interface Count {
  left: Decimal;
  change: Decimal;
  ok: boolean;
  why: string;
  word: string;
  shown: Decimal;
}

/** count says how far the tenders pay what is owed. Change comes out of cash alone. */
export function count(owed: Decimal, tenders: Tender[]): Count {
  const left = sub(owed, sum(tenders)),
    back = owed.n < 0n,
    over = back ? left.n > 0n : left.n < 0n;
  const change = !back && over && cmp(neg(left), sum(tenders.filter(isCash))) <= 0 ? neg(left) : zero;
  const why = back
    ? over
      ? `That is ${money(left)} too much to give back.`
      : left.n < 0n
        ? `${money(neg(left))} is still to give back.`
        : ""
    : over
      ? isZero(change)
        ? "A card can't take more than is owed."
        : ""
      : left.n > 0n
        ? `${money(left)} is still to pay.`
        : "";
  const word = !isZero(change)
    ? "Change"
    : over
      ? "Too much"
      : !isZero(left)
        ? "Left"
        : back
          ? "Given back"
          : "Paid in full";
  const shown = back && isZero(left) ? owed : left; // what was given back is said, not that nothing is left of it
  return { left, change, ok: !why, why, word, shown: shown.n < 0n ? neg(shown) : shown };
}

/**
 * kept is what is recorded: of cash, what stays in the drawer. The last note put down is the first that change is given
 * of.
 */
export function kept(tenders: Tender[], change: Decimal): { id: string; method: Tender["method"]; amount: number }[] {
  let back = change;
  return [...tenders]
    .reverse()
    .map((t) => {
      const take = isCash(t) && t.amount.n > 0n ? (cmp(t.amount, back) < 0 ? t.amount : back) : zero;
      back = sub(back, take);
      return { id: t.id, method: t.method, amount: num(sub(t.amount, take)) };
    })
    .filter((p) => p.amount !== 0)
    .reverse();
}
