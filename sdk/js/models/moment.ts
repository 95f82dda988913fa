import { format, parsed } from "./moment_text";
import { between, duration, moved, unitOf } from "./moment_units";
import type { Any } from "./types";

/** toDate reads what moment is made of; all times are UTC. */
function toDate(from: Any, pattern?: Any): Date {
  if (from === undefined) {
    return new Date();
  }
  if (from === null) {
    return new Date(NaN);
  }
  if (from && from._date instanceof Date) {
    return new Date(from._date.getTime());
  }
  const patterns: Any[] =
    typeof from === "string" && pattern ? [pattern].flat().filter((p) => typeof p === "string") : [];
  if (patterns.length > 0) {
    const dates = patterns.map((p) => parsed(from, p));
    return dates.find((d) => !Number.isNaN(d.getTime())) || dates[0]!;
  }
  if (Array.isArray(from)) {
    return new Date(Date.UTC(from[0], from[1] || 0, from[2] || 1, from[3] || 0, from[4] || 0, from[5] || 0));
  }
  if (typeof from === "string") {
    const iso = from.trim().replace(" ", "T");
    return new Date(/[zZ]$|[+-]\d\d:?\d\d$/.test(iso) || !iso.includes("T") ? iso : `${iso}Z`);
  }
  return new Date(from);
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
  diff(other: Any, unit?: Any, exact?: Any): number {
    const n = between(toDate(other), this._date, unitOf(unit || "ms"));
    return exact ? n : Math.trunc(n);
  }
  endOf(unit: Any): this {
    this._date = new Date(moved(this.clone().startOf(unit)._date, 1, unit, 1).getTime() - 1);
    return this;
  }
  startOf(unit: Any): this {
    if (!this.isValid()) {
      return this;
    }
    if (/^(w|week|isoWeek)s?$/.test(unit)) {
      this.subtract(this._date.getUTCDay(), "days");
    }
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
  isSame(other: Any, unit?: Any): boolean {
    const [one, two] = [this.clone(), new Moment(toDate(other))].map((m) => (unit ? m.startOf(unit) : m).valueOf());
    return one === two;
  }
  isSameOrBefore(other: Any): boolean {
    return this._date <= toDate(other);
  }
  isSameOrAfter(other: Any): boolean {
    return this._date >= toDate(other);
  }
  isBetween(from: Any, to: Any): boolean {
    return this.isAfter(from) && this.isBefore(to);
  }
  fromNow(): string {
    return "";
  }
  isValid(): boolean {
    return !Number.isNaN(this._date.getTime());
  }
  toDate(): Date {
    return new Date(this._date.getTime());
  }
  toISOString(): string | null {
    return this.isValid() ? this._date.toISOString() : null;
  }
  toJSON(): string | null {
    return this.toISOString();
  }
  toString(): string {
    return this.format("ddd MMM DD YYYY HH:mm:ss [GMT]ZZ");
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

const parts: Record<string, string> = {
  year: "FullYear",
  month: "Month",
  date: "Date",
  day: "Day",
  weekday: "Day",
  hour: "Hours",
  minute: "Minutes",
  second: "Seconds",
  millisecond: "Milliseconds",
};

// Each part is read, or set, by its name: moment().hour(), moment().hours(8), moment().set("hour", 8).
const byName = Moment.prototype as Any;
for (const name of Object.keys(parts)) {
  byName[name] = byName[`${name}s`] = function (this: Any, to?: Any): Any {
    if (to === undefined) {
      return this._date[`getUTC${parts[name]}`]();
    }
    if (parts[name] === "Day") {
      return this.add(Number(to) - this.day(), "days");
    }
    this._date[`setUTC${parts[name]}`](Number(to));
    return this;
  };
}
byName.get = function (this: Any, name: Any): Any {
  return this[unitOf(name)]();
};
byName.set = function (this: Any, name: Any, to: Any): Any {
  for (const [part, value] of Object.entries(name && typeof name === "object" ? name : { [name]: to })) {
    this[unitOf(part)](value);
  }
  return this;
};
byName.tz = byName.utcOffset = byName.zone = byName.utc;

/** moment is the global of that name. */
export const moment: Any = (from?: Any, pattern?: Any) => new Moment(toDate(from, pattern));
moment.utc = moment;
moment.isMoment = (value: Any): boolean => value instanceof Moment;
moment.unix = (seconds: number) => new Moment(new Date(seconds * 1000));
moment.locale = () => "en";
moment.parseZone = moment;
moment.localeData = () => ({ longDateFormat: () => "MM/DD/YYYY", firstDayOfWeek: () => 0 });
moment.duration = duration;
