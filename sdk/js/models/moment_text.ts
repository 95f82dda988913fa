import type { Any, Dict } from "./types";

// A moment as text: its patterns, in English and in UTC.
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const locale: Record<string, string> = {
  LTS: "h:mm:ss A",
  LT: "h:mm A",
  LLLL: "dddd, MMMM D, YYYY h:mm A",
  LLL: "MMMM D, YYYY h:mm A",
  LL: "MMMM D, YYYY",
  L: "MM/DD/YYYY",
};
const token = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DDDD|DD|D|dddd|ddd|d|E|HH|H|hh|h|mm|m|ss|s|SSS|A|a|X|x|ZZ|Z/g;

const two = (n: number, width = 2): string => String(n).padStart(width, "0");
const long = (pattern: string): string => pattern.replace(/\[[^\]]*\]|LTS|LT|LLLL|LLL|LL|L/g, (m) => locale[m] || m);

export function format(d: Date, pattern = "YYYY-MM-DDTHH:mm:ss[Z]"): string {
  if (Number.isNaN(d.getTime())) {
    return "Invalid date";
  }
  const [month, weekday] = [months[d.getUTCMonth()]!, days[d.getUTCDay()]!];
  const parts: Dict = {
    YYYY: d.getUTCFullYear(),
    YY: two(d.getUTCFullYear() % 100),
    MMMM: month,
    MMM: month.slice(0, 3),
    MM: two(d.getUTCMonth() + 1),
    M: d.getUTCMonth() + 1,
    DDDD: two(Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0)) / 864e5) + 1, 3),
    DD: two(d.getUTCDate()),
    D: d.getUTCDate(),
    dddd: weekday,
    ddd: weekday.slice(0, 3),
    d: d.getUTCDay(),
    E: d.getUTCDay() || 7,
    HH: two(d.getUTCHours()),
    H: d.getUTCHours(),
    hh: two(d.getUTCHours() % 12 || 12),
    h: d.getUTCHours() % 12 || 12,
    mm: two(d.getUTCMinutes()),
    m: d.getUTCMinutes(),
    ss: two(d.getUTCSeconds()),
    s: d.getUTCSeconds(),
    SSS: two(d.getUTCMilliseconds(), 3),
    A: d.getUTCHours() < 12 ? "AM" : "PM",
    a: d.getUTCHours() < 12 ? "am" : "pm",
    X: Math.floor(d.getTime() / 1000),
    x: d.getTime(),
    Z: "+00:00",
    ZZ: "+0000",
  };
  return long(pattern).replace(token, (m, literal) => (literal !== undefined ? literal : String(parts[m])));
}

/** parsed reads a text by a pattern, as leniently as moment does: what stands between the parts doesn't matter. */
export function parsed(text: string, pattern: string): Date {
  const found: Dict = {};
  let rest = text;
  for (const [name, literal] of long(pattern).matchAll(token)) {
    const m = literal === undefined ? reading(name!).exec(rest) : null;
    if (m) {
      found[name!] = m[0];
      rest = rest.slice(m.index + m[0].length);
    }
  }
  return dated(found);
}

function reading(name: string): RegExp {
  return /^(MMMM?|dddd?|A|a)$/.test(name)
    ? /[A-Za-z]+/
    : name === "YYYY"
      ? /\d{1,4}/
      : /^[Xx]$/.test(name)
        ? /\d+/
        : /^ZZ?$/.test(name)
          ? /Z|[+-]\d\d:?\d\d/
          : /^(SSS|DDDD)$/.test(name)
            ? /\d{1,3}/
            : /\d{1,2}/;
}

function dated(found: Dict): Date {
  if ("X" in found || "x" in found) {
    return new Date("X" in found ? Number(found.X) * 1000 : Number(found.x));
  }
  if (Object.keys(found).length === 0) {
    return new Date(NaN);
  }
  const number = (...names: string[]): number | undefined =>
    names.filter((n) => n in found).map((n) => Number(found[n]))[0];
  const today = new Date();
  const named: string | undefined = found.MMMM || found.MMM;
  const year =
    number("YYYY") ??
    ("YY" in found ? Number(found.YY) + (Number(found.YY) > 68 ? 1900 : 2000) : today.getUTCFullYear());
  const dayless = !("D" in found || "DD" in found);
  const timeOnly = dayless && !named && !("M" in found || "MM" in found || "YYYY" in found || "YY" in found);
  const month = named
    ? months.findIndex((m) => m.slice(0, 3).toLowerCase() === named.slice(0, 3).toLowerCase())
    : (number("MM", "M") ?? (timeOnly ? today.getUTCMonth() + 1 : 1)) - 1;
  const half = String(found.A || found.a || "").toLowerCase();
  const hour = number("HH", "H", "hh", "h") ?? 0;
  const hours = half === "pm" && hour < 12 ? hour + 12 : half === "am" && hour === 12 ? 0 : hour;
  const day = number("DD", "D") ?? (timeOnly ? today.getUTCDate() : 1);
  const at = new Date(
    Date.UTC(year, month, day, hours, number("mm", "m") ?? 0, number("ss", "s") ?? 0, number("SSS") ?? 0),
  );
  return month < 0 || at.getUTCMonth() !== month ? new Date(NaN) : shifted(at, found.Z || found.ZZ);
}

function shifted(at: Date, zone: Any): Date {
  const m = /([+-])(\d\d):?(\d\d)/.exec(zone || "");
  return m ? new Date(at.getTime() - (m[1] === "-" ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) * 6e4) : at;
}
