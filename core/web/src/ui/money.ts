// Exact decimals for prices and totals: binary floats make
// 14.399999999999999 of 3 × 4.8. A Decimal is n × 10⁻ᵉ.

export interface Decimal { n: bigint; e: number }

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

/** round to places after the point, halves away from zero. */
export function round(a: Decimal, places = 2): Decimal {
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
  return (a.n < 0n ? "−" : "") + size.slice(0, size.length - a.e) + (part && "." + part);
}

/** money for people: rounded, two places, a true minus. */
export function money(a: Decimal): string {
  const r = round(a), cents = at(r, 2), size = (cents < 0n ? -cents : cents).toString().padStart(3, "0");
  const whole = size.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return (cents < 0n ? "−" : "") + whole + "." + size.slice(-2);
}

/** price is money, with more places where it has them. */
export const price = (a: Decimal): string => (round(a).n * ten(a.e) === a.n * ten(round(a).e) ? money(a) : text(a));

/** num is what goes on the wire: 15 significant digits. */
export function num(a: Decimal): number {
  return Number(Number(text(a).replace("−", "-")).toPrecision(15));
}
