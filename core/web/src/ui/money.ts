// Exact decimals for prices and totals: binary floats make
// 14.399999999999999 of 3 × 4.8. A Decimal is n × 10⁻ᵉ.

import { currency } from "./place.ts";

export interface Decimal {
  n: bigint;
  e: number;
}

const zero: Decimal = { n: 0n, e: 0 };
const ten = (e: number) => 10n ** BigInt(e);

/** dec reads a number or text; what is none is 0. */
export function dec(value: unknown): Decimal {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(String(value ?? "").trim());
  if (!match || !(match[2] || match[3]) || Math.abs(Number(match[4] ?? 0)) > 40) return zero;
  const [, sign, whole, part, power] = match as unknown as string[];
  const n = BigInt(whole + part) * (sign === "-" ? -1n : 1n);
  const e = part!.length - Number(power ?? 0);
  return e < 0 ? { n: n * ten(-e), e: 0 } : { n, e };
}

const at = (d: Decimal, e: number) => d.n * ten(e - d.e);

export function add(a: Decimal, b: Decimal): Decimal {
  const e = Math.max(a.e, b.e);
  return { n: at(a, e) + at(b, e), e };
}
export const neg = (a: Decimal): Decimal => ({ n: -a.n, e: a.e });
export const sub = (a: Decimal, b: Decimal): Decimal => add(a, neg(b));
export const mul = (a: Decimal, b: Decimal): Decimal => ({ n: a.n * b.n, e: a.e + b.e });
export const cmp = (a: Decimal, b: Decimal): number => {
  const n = sub(a, b).n;
  return n < 0n ? -1 : n > 0n ? 1 : 0;
};
export const isZero = (a: Decimal) => a.n === 0n;

/** coins is how many places the shop's money has after the point. */
const coins = () => currency.value.decimals;

/** round to places after the point, halves away from zero. */
export function round(a: Decimal, places = coins()): Decimal {
  if (a.e <= places) return a;
  const unit = ten(a.e - places);
  const size = a.n < 0n ? -a.n : a.n;
  const n = (size + unit / 2n) / unit;
  return { n: a.n < 0n ? -n : n, e: places };
}

/** text without needless zeros: what a number field shows. */
export function text(a: Decimal): string {
  const size = (a.n < 0n ? -a.n : a.n).toString().padStart(a.e + 1, "0");
  const part = a.e ? size.slice(-a.e).replace(/0+$/, "") : "";
  return (a.n < 0n ? "−" : "") + size.slice(0, size.length - a.e) + (part && `.${part}`);
}

/** money for people: in whole coins, a true minus. */
export function money(a: Decimal, places = coins()): string {
  const n = at(round(a, places), places),
    size = (n < 0n ? -n : n).toString().padStart(places + 1, "0");
  const whole = size.slice(0, size.length - places).replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return (n < 0n ? "−" : "") + whole + (places ? `.${size.slice(-places)}` : "");
}

/** sum is money with the currency's symbol, after letters a space: what people pay. */
export function sum(a: Decimal): string {
  const shown = money(a),
    symbol = currency.value.symbol.replace(/[\p{L}.]$/u, "$&\u00a0");
  return shown.startsWith("−") ? `−${symbol}${shown.slice(1)}` : symbol + shown;
}

/** price is money, with more places where it has them. */
export const price = (a: Decimal): string => (round(a).n * ten(a.e) === a.n * ten(round(a).e) ? money(a) : text(a));

/** num is what goes on the wire: 15 significant digits. */
export function num(a: Decimal): number {
  return Number(Number(text(a).replace("−", "-")).toPrecision(15));
}
