// Makes models/locale_data.ts of what this Node's ICU writes, and testdata/locale/made.json, the texts that the server
// and pages must give. Run it by hand where CLDR has changed: npx tsx scripts/locales.mjs
import { writeFileSync } from "node:fs";
import { pattern } from "../models/locale_dates.ts";

// Each with the locale that it has the rest of.
const NAMES = {
  en: "",
  "en-GB": "en",
  "en-AU": "en-GB",
  "en-NZ": "en-GB",
  "en-IE": "en-GB",
  "en-ZA": "en-GB",
  "en-IN": "en-GB",
  "en-CA": "en",
  de: "",
  "de-AT": "de",
  "de-CH": "de",
  fr: "",
  "fr-BE": "fr",
  "fr-CA": "fr",
  "fr-CH": "fr",
  es: "",
  "es-MX": "es",
  "es-AR": "es",
  it: "",
  "it-CH": "it",
  nl: "",
  "nl-BE": "nl",
  pt: "",
  "pt-PT": "pt",
  pl: "",
  cs: "",
  sv: "",
  da: "",
  nb: "",
  fi: "",
  ru: "",
  uk: "",
  tr: "",
  ja: "",
  zh: "",
};
// Languages, some of their regions, and whose texts these get: "*" is any other, "" has no region either; no row is
// that of an unknown language.
const NEAR = [
  ["en", "US AS BI GU MH MP PH PR UM VI", "en"],
  ["en", "*", "en-GB"],
  ["es", "419 BO BR BZ CL CO CR CU DO EC GT HN NI PA PE PR PY SV US UY VE", "es-MX"],
  ["pt", "AO CH CV GQ GW LU MO MZ ST TL", "pt-PT"],
  ["zh", "TW HK MO", ""],
  ["no", "", "nb"],
];
const DEFAULTS = {
  debt: (r) => r.debt ?? `-${r.money}`,
  less: (r) => r.less ?? `-${r.percent}`,
  moneyPoint: (r) => r.moneyPoint ?? r.point,
  moneyGroup: (r) => r.moneyGroup ?? r.group,
};
const MARK = new Date(Date.UTC(2026, 2, 5, 7, 8, 9)),
  PM = new Date(Date.UTC(2026, 2, 5, 19, 8, 9));

const dated = (locale, options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
const partOf = (locale, options, date, type) =>
  dated(locale, options)
    .formatToParts(date)
    .find((p) => p.type === type)
    ?.value.replace(/\u202f/g, " ");
const months = Array.from({ length: 12 }, (_, i) => new Date(Date.UTC(2026, i, 5, 7, 8, 9)));
const days = Array.from({ length: 7 }, (_, i) => new Date(Date.UTC(2026, 2, 1 + i, 7, 8, 9)));

const STYLES = { 3: "short", 4: "long", 5: "narrow" };
/** names are the words of months and days, in a date and alone. */
function names(locale) {
  const all = {};
  for (const n of [3, 4, 5]) {
    const beside = { day: "numeric", year: "numeric", month: "long" };
    all[`M${n}`] = months.map((d) => partOf(locale, { ...beside, month: STYLES[n] }, d, "month"));
    all[`L${n}`] = months.map((d) => partOf(locale, { month: STYLES[n] }, d, "month"));
    all[`E${n}`] = days.map((d) => partOf(locale, { ...beside, weekday: STYLES[n] }, d, "weekday"));
    all[`c${n}`] = days.map((d) => partOf(locale, { weekday: STYLES[n] }, d, "weekday"));
  }
  all.a = [MARK, PM].map((d) => partOf(locale, { hour: "numeric", hour12: true }, d, "dayPeriod"));
  return all;
}

/** letters is the CLDR pattern behind a format. */
function letters(locale, options, all) {
  // V8 writes a plain space where ICU has a narrow one.
  const at = (date) =>
    dated(locale, options)
      .formatToParts(date)
      .map((p) => ({ ...p, value: p.value.replace(/\u202f/g, " ") }));
  return at(MARK)
    .map(({ type, value }, i) => {
      switch (type) {
        case "literal":
          return /[A-Za-z']/.test(value)
            ? value.replace(/[A-Za-zÀ-ɏ.']*[A-Za-z][A-Za-zÀ-ɏ.' ]*/g, (w) => `'${w}'`)
            : value;
        case "year":
          return value === "2026" ? "y" : "yy";
        case "day":
          return value === "5" ? "d" : "dd";
        case "month": {
          if (/^0?3$/.test(value)) return value === "3" ? "M" : "MM";
          const shown = months.map((d) => at(d)[i].value).join("|");
          const name = ["M3", "M4", "L3", "L4", "M5", "L5"].find((n) => all[n].join("|") === shown);
          if (!name) throw new Error(`${locale}: months ${shown}`);
          return name[0].repeat(name[1]);
        }
        case "weekday": {
          const shown = days.map((d) => at(d)[i].value).join("|");
          const name = ["E3", "E4", "c3", "c4", "E5", "c5"].find((n) => all[n].join("|") === shown);
          if (!name) throw new Error(`${locale}: weekdays ${shown}`);
          return name[0].repeat(name[1]);
        }
        case "hour": {
          const night = dated(locale, options)
            .formatToParts(new Date(Date.UTC(2026, 2, 5, 0, 8, 9)))
            .find((p) => p.type === "hour").value;
          const letter = at(PM).find((p) => p.type === "hour").value === "19" ? "H" : night === "12" ? "h" : "K";
          return value === "7" ? letter : letter + letter;
        }
        case "minute":
          return value === "8" ? "m" : "mm";
        case "second":
          return value === "9" ? "s" : "ss";
        case "dayPeriod":
          return "a";
      }
      throw new Error(`${locale}: ${type} ${value}`);
    })
    .join("");
}

const NUMERIC = {
  MMMMM: { month: "narrow" },
  EEEEE: { weekday: "narrow" },
  MM: { month: "2-digit" },
  dd: { day: "2-digit" },
  y: { year: "numeric" },
  M: { month: "numeric" },
  MMM: { month: "short" },
  MMMM: { month: "long" },
  E: { weekday: "short" },
  EEEE: { weekday: "long" },
  d: { day: "numeric" },
};
const KEYS = (() => {
  const keys = ["y", "d", "M", "MMM", "MMMM", "E", "EEEE"];
  for (const y of ["", "y"])
    for (const m of ["M", "MMM", "MMMM"]) {
      if (y) keys.push(y + m);
      for (const e of ["", "E", "EEEE"]) keys.push(`${y}${m}${e}d`);
    }
  return [
    ...keys,
    "MMMMM",
    "EEEEE",
    "Ed",
    "EEEEd",
    ...["MM", "yMM"],
    ...["", "y"].flatMap((y) => ["MMd", "Mdd", "MMdd"].map((k) => y + k)),
  ];
})();
const ofKey = (key) => Object.assign({}, ...key.match(/y|M+|E+|d+/g).map((k) => NUMERIC[k]));
const TIMES = { s: { second: "numeric" }, m: { minute: "numeric" }, ms: { minute: "numeric", second: "numeric" } };
const CLOCK = {
  hms: { hour: "numeric", minute: "numeric", second: "numeric" },
  hm: { hour: "numeric", minute: "numeric" },
  h: { hour: "numeric" },
};

/** glue is what stands around a date and a time. */
function glue(locale, date, time, all) {
  const [whole, d, t] = [{ ...date, ...time }, date, time].map((o) => letters(locale, o, all));
  const made = whole.replace(d, "#").replace(t, "@");
  if (!/^[^#@]*(#[^#@]*@|@[^#@]*#)[^#@]*$/.test(made)) throw new Error(`${locale}: glue ${whole} of ${d} and ${t}`);
  return made.replace(/'/g, "");
}

/** wanted is all that is to be known of a locale. */
function wanted(locale) {
  const all = names(locale),
    row = {};
  numbers(locale, row);
  for (const [k, v] of Object.entries(all)) row[k] = v.join("|");
  row.twelve = partOf(locale, { hour: "numeric" }, MARK, "dayPeriod") !== undefined;
  for (const key of KEYS) row[key] = letters(locale, ofKey(key), all);
  row.E_ = row.yMMMEd.includes(row.yMMMd) ? row.yMMMEd.replace(row.yMMMd, "#") : "E, #";
  for (const s of ["full", "long", "medium", "short"]) row[s] = letters(locale, { dateStyle: s }, all);
  for (const [k, o] of Object.entries(TIMES)) row[k] = letters(locale, o, all);
  for (const [k, o] of Object.entries(CLOCK)) {
    row[k] = letters(locale, { ...o, hourCycle: locale === "ja" ? "h11" : "h12" }, all);
    row[k.replace("h", "H")] = letters(locale, { ...o, hourCycle: "h23" }, all);
    row[k.replace("h", "t")] = letters(locale, o, all);
  }
  row.time = letters(locale, { timeStyle: "medium" }, all);
  row.clock = letters(locale, { timeStyle: "short" }, all);
  for (const s of ["full", "long", "medium", "short"])
    row[`by${s}`] = glue(locale, { dateStyle: s }, { timeStyle: "short" }, all);
  const md = { day: "numeric", year: "numeric" };
  const withs = {
    full: { ...md, month: "long", weekday: "long" },
    long: { ...md, month: "long" },
    medium: { ...md, month: "short" },
    short: { ...md, month: "numeric" },
  };
  for (const [k, o] of Object.entries(withs)) row[`with${k}`] = glue(locale, o, CLOCK.hm, all);
  row["E@"] = letters(locale, { weekday: "short", ...CLOCK.hm }, all).replace(row.tm, "@");
  const used = KEYS.concat("E@")
    .map((k) => row[k])
    .join(" ");
  for (const n of [3, 4])
    for (const l of "MLEc") if (!new RegExp(`(^|[^${l}])${l}{${n}}($|[^${l}])`).test(used)) delete row[l + n];
  if (!/MMM/.test(used)) delete row.M5;
  if (!/^MMM|^LLL/.test(row.MMM)) delete row.L5;
  return row;
}

const money = (locale, _n, o) =>
  new Intl.NumberFormat(locale, { style: "currency", currency: "EUR", currencyDisplay: "narrowSymbol", ...o });
/** shape is a pattern of a number: # is it, ¤ its currency, - its sign. */
function shape(format, n) {
  const parts = format.formatToParts(n);
  return parts
    .map(
      ({ type, value }) =>
        ({
          integer: "#",
          decimal: "",
          group: "",
          fraction: "",
          currency: "¤",
          minusSign: "-",
          percentSign: "%",
          literal: value,
        })[type],
    )
    .join("")
    .replace(/#+/, "#");
}
function numbers(locale, row) {
  const plain = new Intl.NumberFormat(locale),
    part = (f, n, type) => f.formatToParts(n).find((p) => p.type === type)?.value;
  const euro = money(locale),
    percent = new Intl.NumberFormat(locale, { style: "percent" });
  Object.assign(row, {
    point: part(plain, 1.5, "decimal"),
    group: part(plain, 123456, "group"),
    minus: part(plain, -1, "minusSign"),
    nan: plain.format(NaN),
    least: part(plain, 1234, "group") ? 1 : 2,
    size: /^\d\d.\d\d.\d\d\d$/.test(plain.format(1234567)) ? 2 : 3,
    money: shape(euro, 123456.5),
    debt: shape(euro, -123456.5),
    moneyPoint: part(euro, 1.5, "decimal"),
    moneyGroup: part(euro, 123456, "group"),
    percent: shape(percent, 0.5),
    less: shape(percent, -0.5),
  });
  row.symbols = symbols(locale, "symbol");
  row.narrow = symbols(locale, "narrowSymbol");
}
const CODES = Intl.supportedValuesOf("currency");
const signed = (locale, code, display) =>
  new Intl.NumberFormat(locale, { style: "currency", currency: code, currencyDisplay: display })
    .formatToParts(1)
    .find((p) => p.type === "currency").value;
const symbols = (locale, display) =>
  Object.fromEntries(
    CODES.map((c) => [
      c,
      signed(locale, c, display)
        .replace(/ /g, "\u00a0")
        .replace(/\u00a0/g, "_"),
    ]),
  );

// What follows from what comes after it, so that a row says only what can't be known.
const ORDER = [
  "point",
  "group",
  "minus",
  "nan",
  "least",
  "size",
  "money",
  "debt",
  "moneyPoint",
  "moneyGroup",
  "percent",
  "less",
  "a",
  "twelve",
  ...[4, 3, 5].flatMap((n) => [`M${n}`, `L${n}`, `E${n}`, `c${n}`]),
  "E_",
  "y",
  "d",
  "M",
  "MMM",
  "MMMM",
  "E",
  "EEEE",
  ...KEYS.filter((k) => k.length > 1 && !/^(MMM|MMMM|EEEE)$/.test(k)).sort(
    (a, b) => a.replace(/[^E]/g, "").length - b.replace(/[^E]/g, "").length || a.length - b.length,
  ),
  "full",
  "long",
  "medium",
  "short",
  "s",
  "m",
  "ms",
  "Hms",
  "Hm",
  "H",
  "hms",
  "hm",
  "h",
  "tms",
  "tm",
  "t",
  "time",
  "clock",
  "E@",
  "byfull",
  "bylong",
  "bymedium",
  "byshort",
  "withfull",
  "withlong",
  "withmedium",
  "withshort",
];
const ROOT = {
  point: ",",
  group: ".",
  minus: "-",
  nan: "NaN",
  least: 1,
  size: 3,
  money: "#\u00a0¤",
  percent: "#%",
  a: "AM|PM",
  twelve: false,
  y: "y",
  d: "d",
  M: "M",
  MMM: "MMM",
  E: "EEE",
  E_: "EEE, #",
  "E@": "EEE @",
  Hms: "HH:mm:ss",
  hms: "h:mm:ss a",
  ms: "mm:ss",
  m: "m",
  s: "s",
  byfull: "#, @",
  bylong: "#, @",
  bymedium: "#, @",
  byshort: "#, @",
};
const all = Object.fromEntries(Object.keys(NAMES).map((l) => [l, wanted(l)]));
const commonest = (list) =>
  [...list].sort((a, b) => list.filter((x) => x === b).length - list.filter((x) => x === a).length)[0];
/** listed are the currencies that aren't written as what is known already says. */
const listed = (of, before) =>
  CODES.filter((c) => of[c] !== before(c))
    .map((c) => c + of[c])
    .join(" ");
const written = (list, c) =>
  / ([A-Z]{3})/.test(` ${list}`) && ` ${list}`.includes(` ${c}`)
    ? ` ${list}`.split(` ${c}`)[1].split(" ")[0]
    : undefined;

ROOT.symbols = listed(
  Object.fromEntries(CODES.map((c) => [c, commonest(Object.values(all).map((r) => r.symbols[c]))])),
  (c) => c,
);
ROOT.narrow = listed(
  Object.fromEntries(CODES.map((c) => [c, commonest(Object.values(all).map((r) => r.narrow[c]))])),
  (c) => written(ROOT.symbols, c) ?? c,
);
const rows = { root: ROOT },
  merged = { root: { ...ROOT } };
for (const [name, of] of Object.entries(NAMES)) {
  const want = all[name],
    own = of ? { of } : {},
    above = merged[of || "root"],
    has = { ...above };
  for (const key of ORDER) {
    if (want[key] === undefined) continue;
    const now = DEFAULTS[key]
      ? DEFAULTS[key](has)
      : /^[MLEc]\d$/.test(key)
        ? (has[key] ?? has[key.replace("L", "M").replace("c", "E")])
        : pattern(has, key);
    if (now !== want[key]) has[key] = own[key] = want[key];
  }
  own.symbols = listed(want.symbols, (c) => written(above.symbols, c) ?? c);
  has.symbols = `${own.symbols} ${above.symbols}`.trim();
  own.narrow = listed(want.narrow, (c) => written(above.narrow, c) ?? written(has.symbols, c) ?? c);
  has.narrow = `${own.narrow} ${above.narrow}`.trim();
  for (const k of ["symbols", "narrow"]) if (!own[k]) delete own[k];
  rows[name] = own;
  merged[name] = has;
}
const line = (v) =>
  JSON.stringify(v)
    .replace(/[\u00a0\u202f\u200e\u200f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/"([A-Za-z_]\w*)":/g, " $1: ")
    .replace(/^\{ /, "{ ")
    .replace(/"([^"]+@)":/g, ' "$1": ')
    .replace(/\}$/, " }");
writeFileSync(
  new URL("../models/locale_data.ts", import.meta.url),
  `// Made by scripts/locales.mjs of CLDR ${process.versions.cldr} (© Unicode, Inc., Unicode License v3); don't edit.
import type { Dict } from "./types";

/** near are languages, some of their regions, and the row that these get; "*" is any region, "" also none. */
export const near: [string, string, string][] = ${line(NEAR)};

/** rows are what locales write; each has only what differs from the row that it is of, or from root. */
export const rows: Record<string, Dict> = {
${Object.entries(rows)
  .map(([k, v]) => `  "${k}": ${line(v)},\n`)
  .join("")}};
`,
);

// The vectors: what these calls give, by this Node's own ICU.
const NUMBERS = [
  ["1234567.891", {}],
  ["-1234.5", {}],
  ["1234", {}],
  ["0", {}],
  ["-0", {}],
  ["NaN", {}],
  ["-Infinity", {}],
  ["1e21", {}],
  ["5e-324", {}],
  ["1234.5", { minimumFractionDigits: 2 }],
  ["1.005", { maximumFractionDigits: 2 }],
  ["2.5", { maximumFractionDigits: 0 }],
  ["-0.4", { maximumFractionDigits: 0 }],
  ["999.995", { minimumFractionDigits: 2, maximumFractionDigits: 2 }],
  ["7", { minimumIntegerDigits: 5 }],
  ["12345.678", { maximumSignificantDigits: 3 }],
  ["1.5", { minimumSignificantDigits: 5 }],
  ["12345.5", { useGrouping: false }],
  ["1234.5", { useGrouping: true }],
  ["1234.5", { useGrouping: "min2" }],
  ["0.256", { style: "percent" }],
  ["-0.256", { style: "percent", minimumFractionDigits: 1 }],
  ["3", { signDisplay: "always" }],
  ["0", { signDisplay: "exceptZero" }],
  ["-0.001", { signDisplay: "negative" }],
  ["-5", { signDisplay: "never" }],
  ["-1234.5", { style: "currency", currency: "EUR" }],
  ["12", { style: "currency", currency: "eur", trailingZeroDisplay: "stripIfInteger" }],
  ["1234567.5", { style: "currency", currency: "USD" }],
  ["-3", { style: "currency", currency: "CHF", signDisplay: "always" }],
  ["1234.5", { style: "currency", currency: "JPY" }],
  ["1.2345", { style: "currency", currency: "KWD" }],
  ["19.9", { style: "currency", currency: "GBP", currencyDisplay: "narrowSymbol" }],
  ["19.9", { style: "currency", currency: "MXN", currencyDisplay: "narrowSymbol" }],
  ["19.9", { style: "currency", currency: "PLN", currencyDisplay: "code" }],
  ["19.9", { style: "currency", currency: "AUD" }],
  ["19.9", { style: "currency", currency: "SEK" }],
  ["19.9", { style: "currency", currency: "DKK" }],
  ["19.9", { style: "currency", currency: "TRY", currencyDisplay: "narrowSymbol" }],
  ["19.9", { style: "currency", currency: "BRL", maximumFractionDigits: 0 }],
  ["0", { style: "currency", currency: "XYZ" }],
];
const AT = {
  morning: Date.UTC(2026, 2, 5, 7, 8, 9),
  night: Date.UTC(2026, 4, 1, 0, 5),
  evening: Date.UTC(2026, 10, 30, 19, 40, 59),
};
const num = "numeric",
  dd = "2-digit",
  ymd = { year: num, month: num, day: num };
const DATES = [
  ["toLocaleString", "morning", {}],
  ["toLocaleString", "evening", {}],
  ["toLocaleDateString", "evening", {}],
  ["toLocaleTimeString", "night", {}],
  ...["full", "long", "medium", "short"].flatMap((dateStyle) => [
    ["toLocaleDateString", "morning", { dateStyle }],
    ["toLocaleString", "evening", { dateStyle, timeStyle: "short" }],
  ]),
  ["toLocaleTimeString", "evening", { timeStyle: "medium" }],
  ["toLocaleTimeString", "evening", { timeStyle: "short" }],
  ["toLocaleString", "night", { dateStyle: "short", timeStyle: "medium" }],
  ["toLocaleDateString", "morning", { year: num, month: dd, day: dd }],
  ["toLocaleDateString", "morning", { year: dd, month: dd, day: dd }],
  ["toLocaleDateString", "evening", { month: num, day: num }],
  ["toLocaleDateString", "morning", { month: dd, day: dd }],
  ["toLocaleDateString", "evening", { year: num, month: "long" }],
  ["toLocaleDateString", "morning", { year: num, month: num }],
  ["toLocaleDateString", "morning", { month: "long" }],
  ["toLocaleDateString", "night", { weekday: "long" }],
  ["toLocaleDateString", "night", { weekday: "short", day: num, month: "short" }],
  ["toLocaleDateString", "night", { weekday: "long", ...ymd, month: "long" }],
  ["toLocaleDateString", "evening", { weekday: "short", ...ymd }],
  ["toLocaleDateString", "morning", { year: num, month: "short", day: num }],
  ["toLocaleDateString", "evening", { day: dd, month: "short", year: num }],
  ["toLocaleTimeString", "night", { hour: num, minute: dd }],
  ["toLocaleTimeString", "morning", { hour: dd, minute: dd }],
  ["toLocaleTimeString", "evening", { hour: dd, minute: dd, hour12: false }],
  ["toLocaleTimeString", "night", { hour: num, minute: dd, hour12: true }],
  ["toLocaleTimeString", "morning", { hour: num, minute: num, second: num, hour12: true }],
  ["toLocaleTimeString", "night", { hour: num, hourCycle: "h23" }],
  ["toLocaleTimeString", "morning", { hour: num }],
  ["toLocaleString", "morning", { weekday: "short", hour: dd, minute: dd }],
  ["toLocaleString", "evening", { ...ymd, month: "long", hour: num, minute: dd }],
  ["toLocaleString", "night", { ...ymd, month: "short", hour: num, minute: dd }],
  ["toLocaleString", "evening", { day: dd, month: dd, year: num, hour: dd, minute: dd }],
  ["toLocaleTimeString", "morning", { minute: dd, second: dd }],
  ["toLocaleDateString", "morning", { day: num }],
  ["toLocaleDateString", "morning", { year: num }],
];
/** asV8 asks an older V8 for what the standard has now: hour12 is h12 (in Japanese h11) or h23. */
const asV8 = (locale, { hour12, ...options }) =>
  hour12 === undefined ? options : { ...options, hourCycle: hour12 ? (locale === "ja" ? "h11" : "h12") : "h23" };
const LOCALES = Object.keys(NAMES).map((l) => ({ en: "en-US", pt: "pt-BR", zh: "zh-CN" })[l] ?? l);
const by = (text) => Object.fromEntries(LOCALES.map((l) => [l, text(l)]));
const vectors = [
  ...NUMBERS.map(([of, options]) => ({
    kind: "number",
    call: "toLocaleString",
    of,
    options,
    texts: by((l) => Number(of).toLocaleString(l, options)),
  })),
  ...DATES.map(([call, when, options]) => ({
    kind: "date",
    call,
    of: AT[when],
    options: { timeZone: "UTC", ...options },
    texts: by((l) => new Date(AT[when])[call](l, { timeZone: "UTC", ...asV8(l, options) })),
  })),
];
const scope = { Number: class extends Number {}, Date: class extends Date {}, Array: class extends Array {} };
const { localise } = await import(`../models/locale.ts?${Date.now()}`);
localise(scope, "UTC");
const ours = ({ kind, call, of }, l, options) =>
  scope[kind === "number" ? "Number" : "Date"].prototype[call].call(
    kind === "number" ? Number(of) : new Date(of),
    l,
    options,
  );
const differs = vectors.flatMap((v) =>
  LOCALES.filter((l) => ours(v, l, v.options) !== v.texts[l]).map((l) => [
    l,
    v.call,
    v.of,
    v.options,
    v.texts[l],
    ours(v, l, v.options),
  ]),
);
for (const d of differs) console.log("differs:", JSON.stringify(d));
console.log(`${vectors.length * LOCALES.length} texts by CLDR ${process.versions.cldr}, ${differs.length} differ`);
writeFileSync(
  new URL("../../../testdata/locale/made.json", import.meta.url),
  `[\n${vectors.map((v) => JSON.stringify(v)).join(",\n")}\n]\n`,
);
