import type { Any } from "./types";

/** roundPrecision rounds to a multiple, half away from zero, as web.utils does. */
export function roundPrecision(value: Any, precision?: number): number {
  const n = Number(value) || 0;
  const step = precision && precision > 0 ? precision : 1;
  const scaled = n / step;
  // What binary floats lose of a half is given back.
  const lost = Math.abs(scaled) > 0 ? 2 ** (Math.log2(Math.abs(scaled)) - 52) : 0;
  const rounded = Math.sign(scaled) * Math.round(Math.abs(scaled) + lost);
  // A step below 1 is divided by its inverse: 3 × 0.1 isn't 0.3.
  const inverse = Math.round(1 / step);
  return step < 1 && Math.abs(inverse * step - 1) < 1e-9 ? rounded / inverse : rounded * step;
}

export const roundDecimals = (value: Any, decimals = 0): number => roundPrecision(value, 10 ** -decimals);

export const floatIsZero = (value: Any, decimals = 0): boolean => roundDecimals(value, decimals) === 0;

export const floatCompare = (a: Any, b: Any, decimals = 0): number =>
  Math.sign(roundDecimals(Number(a) - Number(b), decimals));

/** formatFloat writes 1234.5 as 1,234.50; options are field_utils'. */
export function formatFloat(value: Any, _field?: Any, options?: Any): string {
  const digits = options?.digits ? Number(options.digits[1]) : 2;
  const [whole, fraction] = roundDecimals(value, digits).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction ? `${grouped}.${fraction}` : grouped;
}

/** parseFloatText reads 1,234.50; what is no number is an error, as in field_utils. */
export function parseFloatText(text: Any): number {
  const plain = String(text).replace(/[\s,]/g, "");
  const n = Number(plain);
  if (plain === "" || Number.isNaN(n)) {
    throw new Error(`'${text}' is not a correct number`);
  }
  return n;
}

/** numbers are Odoo's number functions under all their names. */
export const numbers = {
  round_precision: roundPrecision,
  round_decimals: roundDecimals,
  float_is_zero: floatIsZero,
  float_compare: floatCompare,
  roundPrecision,
  roundDecimals,
  floatIsZero,
  floatCompare,
  clamp: (n: number, low: number, high: number): number => Math.min(Math.max(n, low), high),
};
