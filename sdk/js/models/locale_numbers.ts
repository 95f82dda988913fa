import { type Options, choice, refused, row, whole } from "./locale_options";
import type { Any } from "./types";

/** Digits is a number as 0.digits × 10^point, without its sign. */
interface Digits {
  text: string;
  point: number;
}

/** digitsOf are those of the shortest text that names the number, moved by some places; browsers write these too. */
function digitsOf(n: number, places: number): Digits {
  const [, head, tail = "", power = "0"] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(n))!;
  const all = head + tail;
  const text = all.replace(/^0+/, "");
  return {
    text: text.replace(/0+$/, ""),
    point: text === "" ? 0 : head.length + Number(power) + places - (all.length - text.length),
  };
}

/** rounded keeps so many digits from the left; a half goes away from zero. */
function rounded({ text, point }: Digits, keep: number): Digits {
  if (keep >= text.length) {
    return { text, point };
  }
  let kept = keep > 0 ? text.slice(0, keep) : "";
  if (keep >= 0 && text[keep] >= "5") {
    const nines = /9*$/.exec(kept)![0].length;
    const stays = kept.slice(0, kept.length - nines);
    if (stays === "") {
      return { text: "1", point: point + 1 };
    }
    kept = stays.slice(0, -1) + String(Number(stays[stays.length - 1]) + 1);
  }
  kept = kept.replace(/0+$/, "");
  return { text: kept, point: kept === "" ? 0 : point };
}

// ISO 4217's; all others have two.
const minor: [number, RegExp][] = [
  [0, /^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|X[AO]F|XPF)$/],
  [3, /^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$/],
  [4, /^(CLF|UYW)$/],
];

/** Limits are how many digits are written. */
interface Limits {
  whole: number;
  least: number;
  most: number;
  significant: [number, number] | undefined;
}

function limits(options: Options, least: number, most: number): Limits {
  const found: Limits = {
    whole: whole(options, "minimumIntegerDigits", 1, 21) || 1,
    least,
    most,
    significant: undefined,
  };
  const [low, high] = [
    whole(options, "minimumFractionDigits", 0, 100),
    whole(options, "maximumFractionDigits", 0, 100),
  ];
  const [few, many] = [
    whole(options, "minimumSignificantDigits", 1, 21),
    whole(options, "maximumSignificantDigits", 1, 21),
  ];
  if (few !== undefined || many !== undefined) {
    found.significant = [few || 1, many || 21];
    ordered("SignificantDigits", found.significant[0], found.significant[1]);
  } else if (low !== undefined || high !== undefined) {
    found.least = low === undefined ? Math.min(least, high!) : low;
    found.most = high === undefined ? Math.max(most, low!) : high;
    ordered("FractionDigits", found.least, found.most);
  }
  return found;
}

function ordered(of: string, low: number, high: number): void {
  if (low > high) {
    throw new RangeError(`toLocaleString: minimum${of} ${low} is more than maximum${of} ${high}`);
  }
}

/** written are the whole digits and those of the fraction. */
function written(of: Digits, { whole: wide, least, most, significant }: Limits): [string, string] {
  const { text, point } = rounded(of, significant ? significant[1] : of.point + most);
  const head = point > 0 ? text.slice(0, point).padEnd(point, "0") : "0";
  const tail = text === "" ? "" : point > 0 ? text.slice(point) : "0".repeat(-point) + text;
  const shown = text === "" ? 1 : point;
  const places = significant ? Math.max(0, significant[0] - shown) : least;
  return [head.padStart(wide, "0"), tail.padEnd(places, "0")];
}

/** grouped puts separators between digits: groups of three, or of two before the last three. */
function grouped(text: string, separator: string, least: number, size: number): string {
  if (text.length < 3 + least) {
    return text;
  }
  const groups = [text.slice(-3)];
  for (let end = text.length - 3; end > 0; end -= size) {
    groups.unshift(text.slice(Math.max(0, end - size), end));
  }
  return groups.join(separator);
}

/** symbol is how a currency is written. */
function symbol(of: Any, code: string, display: string): string {
  if (display === "code") {
    return code;
  }
  // The locale's own come before those of all.
  for (const list of display === "narrowSymbol" ? [of.narrow, of.symbols] : [of.symbols]) {
    const at = ` ${list}`.indexOf(` ${code}`);
    if (at >= 0) {
      return list
        .slice(at + 3)
        .split(" ")[0]
        .replace(/_/g, "\u00a0");
    }
  }
  return code;
}

const sign = /[$£¥¢¤\u20a0-\u20cf\u0e3f\u17db\u09f3\u058f\u060b\ufdfc\uffe0-\uffe6\s]/;

/** withCurrency fills a pattern's ¤; letters keep away from digits. */
function withCurrency(pattern: string, text: string, digits: boolean): string {
  const apart = (edge: string): string => (digits && !sign.test(edge) ? "\u00a0" : "");
  return pattern
    .replace("¤#", () => `${text}${apart(text[text.length - 1])}#`)
    .replace("#¤", () => `#${apart(text[0])}${text}`)
    .replace("¤", () => text);
}

function signOf(display: string, negative: boolean, zero: boolean, nan: boolean): string {
  if (display === "never" || (display === "exceptZero" && (zero || nan)) || (display === "negative" && zero)) {
    return "";
  }
  return negative ? "-" : display === "always" || display === "exceptZero" ? "+" : "";
}

/** separation is how many whole digits more than three get a separator; 0 is never. */
function separation(options: Options, least: number): number {
  const asked = options.useGrouping;
  switch (asked) {
    case undefined:
    case "auto":
    case "true":
    case "false": // as the standard has it: a text that is true, so the default
      return least;
    case "always":
    case true:
      return 1;
    case "min2":
      return 2;
  }
  if (asked) {
    throw new RangeError(
      `toLocaleString: useGrouping ${String(asked)} isn't known; there are true, false, always, auto, min2`,
    );
  }
  return 0;
}

/** currencyOf reads the code. */
function currencyOf(options: Options, style: string): string {
  if (options.currency === undefined) {
    if (style === "currency") {
      throw new TypeError("toLocaleString: style currency needs the option currency, like EUR");
    }
    return "";
  }
  const code = String(options.currency).toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) {
    throw new RangeError(`toLocaleString: currency "${code}" is no code of three letters like EUR`);
  }
  return code;
}

/** numberText is Number.prototype.toLocaleString. */
export function numberText(n: number, locales: Any, asked: Any): string {
  const [locale, options] = row(locales, asked);
  refused(options, {
    notation: "standard",
    currencySign: "standard",
    roundingMode: "halfExpand",
    roundingIncrement: 1,
    roundingPriority: "auto",
    numberingSystem: "latn",
  });
  const style = choice(options, "style", ["decimal", "percent", "currency"]);
  const code = currencyOf(options, style);
  const display = choice(options, "currencyDisplay", ["symbol", "narrowSymbol", "code"]);
  const signs = choice(options, "signDisplay", ["auto", "always", "never", "exceptZero", "negative"]);
  const strip = choice(options, "trailingZeroDisplay", ["auto", "stripIfInteger"]) === "stripIfInteger";
  const money = style === "currency";
  const places = money ? (minor.find(([, codes]) => codes.test(code)) || [2])[0] : 0;
  const limit = limits(options, places, money ? places : style === "percent" ? 0 : 3);
  const least = separation(options, locale.least);

  const finite = Number.isFinite(n);
  let text = Number.isNaN(n) ? locale.nan : "∞";
  let zero = false;
  if (finite) {
    const [head, tail] = written(digitsOf(Math.abs(n), style === "percent" ? 2 : 0), limit);
    zero = /^0*$/.test(head + tail);
    text = least === 0 ? head : grouped(head, (money && locale.moneyGroup) || locale.group, least, locale.size);
    if (tail !== "" && !(strip && /^0*$/.test(tail))) {
      text += ((money && locale.moneyPoint) || locale.point) + tail;
    }
  }
  const shown = signOf(signs, n < 0 || Object.is(n, -0), zero, Number.isNaN(n));
  let pattern: string = money ? locale.money : style === "percent" ? locale.percent : "#";
  if (shown !== "") {
    const negative: string | undefined = money ? locale.debt : style === "percent" ? locale.less : undefined;
    pattern = (negative === undefined ? `-${pattern}` : negative).replace("-", () =>
      shown === "-" ? locale.minus : "+",
    );
  }
  if (money) {
    pattern = withCurrency(pattern, symbol(locale, code, display), finite);
  }
  return pattern.replace("#", () => text);
}
