import { moment } from "./moment";
import { soft } from "./standin";
import type { Any, Dict } from "./types";

const tokens: Dict = {
  yyyy: "YYYY",
  yy: "YY",
  MM: "MM",
  M: "M",
  dd: "DD",
  d: "D",
  HH: "HH",
  H: "H",
  mm: "mm",
  ss: "ss",
  SSS: "SSS",
  a: "A",
};

/** DateTime is as much of luxon's as hooks use; in UTC. */
class DateTime {
  constructor(private readonly at: Any) {}
  get ts(): number {
    return this.at.valueOf();
  }
  get isValid(): boolean {
    return this.at.isValid();
  }
  toISO(): string {
    return this.at.toISOString();
  }
  toJSON(): string {
    return this.at.toISOString();
  }
  toSQL(): string {
    return this.at.format("YYYY-MM-DD HH:mm:ss");
  }
  toISODate(): string {
    return this.at.format("YYYY-MM-DD");
  }
  toMillis(): number {
    return this.at.valueOf();
  }
  toJSDate(): Date {
    return this.at.toDate();
  }
  toFormat(pattern: string): string {
    return this.at.format(pattern.replace(/yyyy|yy|MM|M|dd|d|HH|H|mm|ss|SSS|a/g, (token) => tokens[token]));
  }
  plus(by: Dict): DateTime {
    return this.moved(by, 1);
  }
  minus(by: Dict): DateTime {
    return this.moved(by, -1);
  }
  diff(other: DateTime): Dict {
    const milliseconds = this.toMillis() - other.toMillis();
    return { milliseconds, as: (unit: string) => moment(this.at).diff(other.at, unit) };
  }
  valueOf(): number {
    return this.at.valueOf();
  }
  toUTC(): this {
    return this;
  }
  toLocal(): this {
    return this;
  }
  setZone(): this {
    return this;
  }
  private moved(by: Dict, sign: number): DateTime {
    return new DateTime(Object.keys(by).reduce((at, unit) => at.add(sign * by[unit], unit), this.at.clone()));
  }
}

/** luxon is the global of that name. */
export const luxon: Any = soft("luxon", {
  DateTime: soft("luxon.DateTime", {
    now: () => new DateTime(moment()),
    local: () => new DateTime(moment()),
    utc: () => new DateTime(moment()),
    fromISO: (text: string) => new DateTime(moment(text)),
    fromSQL: (text: string) => new DateTime(moment(text)),
    fromFormat: (text: string) => new DateTime(moment(text)),
    fromMillis: (ms: number) => new DateTime(moment(ms)),
    fromJSDate: (date: Date) => new DateTime(moment(date)),
  }),
});
