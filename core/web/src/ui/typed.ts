import { dec, type Decimal } from "./money.ts";
import { currency } from "./place.ts";

// Numbers as people type them. What can be read in two ways is asked about, never guessed.

export type Typed = { is: Decimal } | { either: [Decimal, Decimal] } | { wrong: string };

/**
 * Where the digits of other scripts begin: Arabic, Persian, N'Ko, the Indic ones, Thai, Lao, Tibetan, Burmese, Khmer,
 * Mongolian, full width.
 */
const zeros = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
  0x17e0, 0x1810, 0xff10,
];
const latin = (s: string) =>
  s.replace(/\p{Nd}/gu, (c) => {
    const at = c.codePointAt(0)!,
      zero = zeros.find((z) => at >= z && at < z + 10);
    return zero === undefined ? c : String(at - zero);
  });

const wrong = { wrong: "is no number. Write it like 1234.50" };
/** grouped are whole numbers with marks between thousands: 1,234,567, or 12,34,567 in India. */
const grouped = (s: string) => /^\d{1,3}([.,]\d{2,3})*[.,]\d{3}$/.test(s);

/** readTyped reads a number; where a point always stands before decimals, 1.234 is clear. */
export function readTyped(typed: string, point = currency.peek().decimals >= 3): Typed {
  let s = latin(typed)
    .replace(/．/g, ".")
    .replace(/，/g, ",")
    .replace(/[−－]/g, "-")
    .replace(/^[\s\p{Sc}]+|[\s\p{Sc}]+$/gu, "");
  if (s.includes("٫")) {
    s = s.replace(/[.,٬]/g, "").replace("٫", ".");
    point = true;
  }
  s = s.replace(/(\d)[\s'’٬](?=\d{3}(\D|$))/g, "$1");
  const match = /^([+-]?)\s*\p{Sc}?\s*([\d.,]*\d[\d.,]*)$/u.exec(s);
  if (!match) return wrong;
  const sign = match[1] === "-" ? "-" : "",
    body = match[2]!,
    marks = body.replace(/\d/g, "");
  const is = (text: string): Decimal => dec(sign + text);
  if (!marks) return { is: is(body) };
  const last = marks.at(-1)!,
    cut = body.lastIndexOf(last),
    whole = body.slice(0, cut),
    part = body.slice(cut + 1),
    joined = body.replace(/[.,]/g, "");
  if (marks.length > 1) {
    if (!marks.slice(0, -1).includes(last))
      return new Set(marks).size === 2 && grouped(whole) ? { is: is(`${whole.replace(/[.,]/g, "")}.${part}`) } : wrong;
    return new Set(marks).size === 1 && grouped(body) ? { is: is(joined) } : wrong;
  }
  const decimal = is(`${whole}.${part}`);
  if (part.length !== 3 || !/^[1-9]\d{0,2}$/.test(whole) || (point && last === ".")) return { is: decimal };
  return currency.peek().decimals === 0 ? { is: is(joined) } : { either: [is(joined), decimal] };
}
