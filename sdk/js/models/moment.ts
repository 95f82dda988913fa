import type { Any, Dict } from "./types";

const units: Record<string, number> = {
  ms: 1, millisecond: 1, s: 1e3, second: 1e3, m: 6e4, minute: 6e4, h: 36e5, hour: 36e5, d: 864e5, day: 864e5, w: 6048e5, week: 6048e5,
};

const unitOf = (name: Any): string => (/^(ms|[smhdwMy])$/.test(name) ? name : String(name).replace(/s$/, ""));
const two = (n: number, width = 2): string => String(n).padStart(width, "0");

/** toDate reads what moment is made of; all times are UTC. */
function toDate(from: Any): Date {
  if (from === undefined) {
    return new Date();
  }
  if (from && from._date instanceof Date) {
    return new Date(from._date.getTime());
  }
  if (typeof from === "string") {
    const iso = from.trim().replace(" ", "T");
    return new Date(/[zZ]$|[+-]\d\d:?\d\d$/.test(iso) || !iso.includes("T") ? iso : iso + "Z");
  }
  return new Date(from);
}

function format(d: Date, pattern = "YYYY-MM-DDTHH:mm:ss[Z]"): string {
  const parts: Dict = {
    YYYY: d.getUTCFullYear(), YY: two(d.getUTCFullYear() % 100), MM: two(d.getUTCMonth() + 1), M: d.getUTCMonth() + 1,
    DD: two(d.getUTCDate()), D: d.getUTCDate(), HH: two(d.getUTCHours()), H: d.getUTCHours(),
    hh: two(d.getUTCHours() % 12 || 12), h: d.getUTCHours() % 12 || 12, mm: two(d.getUTCMinutes()), m: d.getUTCMinutes(),
    ss: two(d.getUTCSeconds()), s: d.getUTCSeconds(), SSS: two(d.getUTCMilliseconds(), 3),
    A: d.getUTCHours() < 12 ? "AM" : "PM", a: d.getUTCHours() < 12 ? "am" : "pm", X: Math.floor(d.getTime() / 1000), x: d.getTime(),
  };
  return pattern.replace(/\[([^\]]*)\]|YYYY|YY|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|a|X|x/g, (m, literal) =>
    literal !== undefined ? literal : String(parts[m]),
  );
}

function moved(date: Date, n: Any, unit: Any, sign: number): Date {
  const name = unitOf(unit);
  const by = sign * Number(n);
  const to = new Date(date.getTime());
  if (name === "M" || name === "month") {
    to.setUTCMonth(to.getUTCMonth() + by);
  } else if (name === "y" || name === "year") {
    to.setUTCFullYear(to.getUTCFullYear() + by);
  } else {
    to.setTime(to.getTime() + by * (units[name] || 1));
  }
  return to;
}

/** Moment is as much of a moment as hooks use; in UTC, and deterministic. */
class Moment {
  constructor(private _date: Date) {}
  format(pattern?: string): string {
    return format(this._date, pattern);
  }
  add(n: Any, unit?: Any): this {
    this._date = moved(this._date, n, unit, 1);
    return this;
  }
  subtract(n: Any, unit?: Any): this {
    this._date = moved(this._date, n, unit, -1);
    return this;
  }
  diff(other: Any, unit?: Any): number {
    return Math.trunc((this._date.getTime() - toDate(other).getTime()) / (units[unitOf(unit || "ms")] || 1));
  }
  startOf(unit: Any): this {
    const length = { year: 4, month: 7, day: 10, hour: 13, minute: 16 }[unitOf(unit)] || 10;
    this._date = new Date(this._date.toISOString().slice(0, length) + "0000-01-01T00:00:00.000Z".slice(length));
    return this;
  }
  isBefore(other: Any): boolean {
    return this._date < toDate(other);
  }
  isAfter(other: Any): boolean {
    return this._date > toDate(other);
  }
  isSame(other: Any): boolean {
    return this._date.getTime() === toDate(other).getTime();
  }
  isValid(): boolean {
    return !isNaN(this._date.getTime());
  }
  toDate(): Date {
    return new Date(this._date.getTime());
  }
  toISOString(): string {
    return this._date.toISOString();
  }
  toJSON(): string {
    return this._date.toISOString();
  }
  toString(): string {
    return this._date.toISOString();
  }
  unix(): number {
    return Math.floor(this._date.getTime() / 1000);
  }
  valueOf(): number {
    return this._date.getTime();
  }
  clone(): Moment {
    return new Moment(toDate(this));
  }
  utc(): this {
    return this;
  }
  local(): this {
    return this;
  }
  locale(): this {
    return this;
  }
}

/** moment is the global of that name. */
export const moment: Any = (from?: Any) => new Moment(toDate(from));
moment.utc = moment;
moment.isMoment = (value: Any): boolean => value instanceof Moment;
moment.unix = (seconds: number) => new Moment(new Date(seconds * 1000));
moment.locale = () => "en";
moment.duration = (n: Any, unit?: Any) => {
  const ms = Number(n) * (units[unitOf(unit || "ms")] || 1);
  return { asMilliseconds: () => ms, asSeconds: () => ms / 1e3, asMinutes: () => ms / 6e4, asHours: () => ms / 36e5 };
};
