import { type Options, choice, maybe, refused, row } from "./locale_options";
import type { Any, Dict } from "./types";

/** Clock is a moment's parts where it is looked at. */
export interface Clock {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

/**
 * pattern is how a locale writes a set of parts, in CLDR's letters. Its row
 * has only what doesn't follow from other patterns. "" is that it is not known.
 */
export function pattern(of: Dict, key: string): string {
  if (of[key] !== undefined) {
    return of[key];
  }
  for (const long of [/E{5}/, /M{4,5}/, /E{4}/]) {
    const [found] = long.exec(key) || [""];
    if (found) {
      const same = found[0] === "E" ? /E+|c+/ : /M{3,}|L{3,}/;
      return pattern(of, key.replace(found, found[0] === "E" ? "E" : "MMM")).replace(same, (letters) =>
        letters[0].repeat(found.length),
      );
    }
  }
  const [, year, month, day] = /^(y?)(MM?)(d{0,2})$/.exec(key) || [];
  if (month === "MM" || day === "dd") {
    // One that asks for no more than it needs, beside one of two digits, gets that.
    return pattern(of, `${year}M${day.slice(0, 1)}`)
      .replace(/M+|L+/, month)
      .replace(/d+/, day);
  }
  if (key.includes("E") && key !== "E") {
    const rest = pattern(of, key.replace("E", ""));
    return rest && of.E_.replace("#", () => rest);
  }
  if (/^t(m?s?)$/.test(key)) {
    return pattern(of, key.replace("t", of.twelve ? "h" : "H"));
  }
  if (/^with/.test(key)) {
    return pattern(of, key.replace("with", "by"));
  }
  switch (key) {
    case "full":
      return pattern(of, "yMMMMEEEEd");
    case "long":
      return pattern(of, "yMMMMd");
    case "medium":
      return pattern(of, "yMMMd");
    case "short":
      return pattern(of, "yMd").replace(/y+/, "yy");
    case "time":
      return pattern(of, "tms");
    case "clock":
      return pattern(of, "tm");
    case "hm":
    case "Hm":
      return pattern(of, `${key}s`).replace(/.ss/, "");
    case "h":
    case "H":
      return pattern(of, `${key}m`).replace(/.mm/, "");
  }
  return "";
}

const fields = /'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+/g;
const two = (n: number): string => String(n).padStart(2, "0");

/** filled writes a moment by a pattern; wide is how many digits numbers shall have, where not those of the pattern. */
function filled(of: Dict, text: string, at: Clock, wide: Dict): string {
  const number = (n: number, letters: string, name: string): string =>
    (wide[name] || letters.length) === 2 ? two(n) : String(n);
  const other: Dict = { L: "M", M: "L", c: "E", E: "c", a: "a" };
  const named = (list: string, i: number): string => (of[list] || of[other[list[0]] + list.slice(1)]).split("|")[i];
  const year = at.year > 0 ? at.year : 1 - at.year;
  return text.replace(fields, (letters: string, quoted: string | undefined, letter: string | undefined) => {
    switch (letter) {
      case undefined:
        return quoted === undefined ? letters : quoted;
      case "y":
        return letters === "yy" || wide.year === 2 ? two(year % 100) : String(year);
      case "M":
      case "L":
        return letters.length < 3 ? number(at.month + 1, letters, "month") : named(letter + letters.length, at.month);
      case "d":
        return number(at.day, letters, "day");
      case "E":
      case "c":
        return named(letter + Math.max(3, letters.length), at.weekday);
      case "a":
        return named("a", at.hour < 12 ? 0 : 1);
      case "H":
        return number(at.hour, letters, "hour");
      case "h":
        return number(at.hour % 12 || 12, letters, "hour");
      case "K":
        return number(at.hour % 12, letters, "hour");
      case "m":
        return number(at.minute, letters, "");
      default:
        return number(at.second, letters, "");
    }
  });
}

/** Ask is what a date's options come to. */
interface Ask {
  date: string;
  time: string;
  glue: string;
  wide: Dict;
}

/** cycle is the letter of the hours: t is the locale's own. */
function cycle(options: Options): string {
  const by = maybe(options, "hourCycle", ["h12", "h23"]);
  if (options.hour12 !== undefined) {
    return options.hour12 ? "h" : "H";
  }
  return by === undefined ? "t" : by === "h12" ? "h" : "H";
}

const numeric = ["numeric", "2-digit"];
const words = ["long", "short", "narrow"];
const parts: [string, string[]][] = [
  ["weekday", words],
  ["year", numeric],
  ["month", [...numeric, ...words]],
  ["day", numeric],
  ["hour", numeric],
  ["minute", numeric],
  ["second", numeric],
];
const ofDate = ["weekday", "year", "month", "day"];
const ofTime = ["hour", "minute", "second"];

/** styled is for dateStyle and timeStyle. */
function styled(of: Dict, options: Options, needs: string, asked: Dict, letter: string): Ask | undefined {
  const date = maybe(options, "dateStyle", ["full", "long", "medium", "short"]);
  const time = maybe(options, "timeStyle", ["medium", "short"]);
  if (date === undefined && time === undefined) {
    return undefined;
  }
  const [part] = Object.keys(asked);
  if (part) {
    throw new TypeError(`toLocaleString: ${part} can't stand beside dateStyle or timeStyle`);
  }
  if ((needs === "date" && time) || (needs === "time" && date)) {
    throw new TypeError(
      needs === "date" ? "toLocaleDateString: timeStyle is for times" : "toLocaleTimeString: dateStyle is for dates",
    );
  }
  const own = time === "medium" ? "time" : "clock";
  const clock = time === undefined ? "" : letter === "t" ? own : letter + (time === "medium" ? "ms" : "m");
  const wide = Object.assign(Object.create(null), { hour: /HH|hh/.test(pattern(of, own)) ? 2 : 1 });
  return { date: date || "", time: clock, glue: `by${date || ""}`, wide };
}

/** named are the options that name a part. */
function named(options: Options): Dict {
  const found: Dict = Object.create(null);
  for (const [name, values] of parts) {
    const value = maybe(options, name, values);
    if (value !== undefined) {
      found[name] = value;
    }
  }
  return found;
}

/** whole adds what a function writes where none of its parts was asked for. */
function whole(found: Dict, needs: string): Dict {
  const wanted = [...(needs === "time" ? [] : ofDate), ...(needs === "date" ? [] : ofTime)];
  if (!wanted.some((name) => found[name] !== undefined)) {
    wanted.filter((name) => name !== "weekday").forEach((name) => (found[name] = "numeric"));
  }
  return found;
}

/** composed is for options that name parts. */
function composed(of: Dict, found: Dict, letter: string): Ask {
  // these have patterns of their own
  const bare = !found.weekday && (found.month === "numeric" || found.month === "2-digit");
  const wide: Dict = Object.create(null);
  for (const name of bare ? ["year", "hour"] : ["year", "month", "day", "hour"]) {
    wide[name] = found[name] === "2-digit" ? 2 : undefined;
  }
  if (
    found.hour === "numeric" &&
    !(of.twelve && letter === "H") &&
    /^(2-digit)+$/.test((found.minute || "") + (found.second || ""))
  ) {
    wide.hour = 1;
  }
  const month: Dict = { numeric: "M", "2-digit": bare ? "MM" : "M", short: "MMM", long: "MMMM", narrow: "MMMMM" };
  const week: Dict = { short: "E", long: "EEEE", narrow: "EEEEE" };
  const letters = found.month ? month[found.month] : "";
  if (found.day ? found.year && !letters : found.weekday && (found.year || letters)) {
    throw new RangeError(
      `toLocaleString: ${Object.keys(found).join(" and ")} can't be written without ${found.day ? "month" : "day"}`,
    );
  }
  const date =
    (found.year ? "y" : "") +
    letters +
    (found.weekday ? week[found.weekday] : "") +
    (found.day ? (bare && found.day === "2-digit" ? "dd" : "d") : "");
  const time = (found.hour ? letter : "") + (found.minute ? "m" : "") + (found.second ? "s" : "");
  const glue = letters === "MMMM" ? (found.weekday ? "full" : "long") : letters === "MMM" ? "medium" : "short";
  return { date, time, glue: `with${glue}`, wide };
}

/** dateText is what Date.prototype's three functions give; read looks at the shop's clock, or at UTC's. */
export function dateText(
  read: (utc: boolean) => Clock,
  never: boolean,
  zone: string | undefined,
  needs: "any" | "date" | "time",
  locales: Any,
  given: Any,
): string {
  const [locale, options] = row(locales, given);
  refused(options, {
    calendar: "gregory",
    numberingSystem: "latn",
    era: undefined,
    dayPeriod: undefined,
    fractionalSecondDigits: undefined,
    timeZoneName: undefined,
  });
  choice(options, "formatMatcher", ["best fit", "basic"]);
  const letter = cycle(options);
  const exact = options.hour12 === undefined && options.hourCycle === "h12"; // where hour12 begins with 0
  const utc = isUTC(options.timeZone, zone);
  const found = named(options);
  const ask = styled(locale, options, needs, found, letter) || composed(locale, whole(found, needs), letter);
  if (never) {
    return "Invalid Date";
  }
  const at = read(utc);
  const write = (key: string): string => {
    const text = pattern(locale, key).replace("K", exact ? "h" : "K");
    if (text === "") {
      throw new RangeError(
        `toLocaleString: ${Object.keys(found).join(" and ")} can't be written without what stands between`,
      );
    }
    return filled(locale, text, at, ask.wide);
  };
  if (ask.date === "" || ask.time === "") {
    return write(ask.date || ask.time);
  }
  if (/^E+$/.test(ask.date)) {
    return write(`${ask.date}@`).replace("@", () => write(ask.time));
  }
  const [date, time] = [write(ask.date), write(ask.time)];
  return pattern(locale, ask.glue).replace(/[#@]/g, (mark) => (mark === "#" ? date : time));
}

/** isUTC reads timeZone; there are the shop's own and UTC. */
function isUTC(asked: Any, zone: string | undefined): boolean {
  if (asked === undefined) {
    return false;
  }
  const name = String(asked);
  if (zone !== undefined && name.toLowerCase() === zone.toLowerCase()) {
    return false;
  }
  if (name.toUpperCase() !== "UTC") {
    throw new RangeError(
      `toLocaleString: timeZone "${name}" isn't there; there ${zone ? `are the shop's, ${zone}, and UTC` : "is UTC"}`,
    );
  }
  return true;
}
