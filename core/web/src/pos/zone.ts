// The clock of a vendor's code in this page: that of the shop, as on the server, wherever the device is.
import { wallClock } from "../ui/wall.ts";

type Any = any;

const fields = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds"];
const local = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/,
  zoned = /(Z|GMT|UTC|[ECMP][SD]T|[+-]\d\d:?\d\d)(\s*\(.*\))?\s*$/i,
  iso = /^[+-]?\d{4,6}(-\d\d(-\d\d)?)?$/;

/** inZone makes local time of a scope's Date that of a zone. It throws where the browser doesn't know the zone. */
export function inZone(zone: string, scope: { Date: DateConstructor }): void {
  const Own = scope.Date,
    proto = Own.prototype as Any,
    device = proto.getTimezoneOffset as () => number,
    time = proto.getTime as () => number;
  const { offset, from } = wallClock(zone);
  const wallOf = (d: Date): Date => {
    const ms = time.call(d);
    return new Own(Number.isNaN(ms) ? NaN : ms + offset(ms));
  };
  const parse = (text: string): number => {
    if (local.test(text)) return from(Own.parse(`${text}Z`));
    const ms = nativeParse(text);
    return Number.isNaN(ms) || iso.test(text) || zoned.test(text) ? ms : from(ms - device.call(new Own(ms)) * 60_000);
  };
  const nativeParse = Own.parse.bind(Own);
  const put = (on: object, name: string, value: unknown) =>
    Object.defineProperty(on, name, { value, configurable: true, writable: true });

  for (const f of fields) {
    put(proto, `get${f}`, function (this: Date) {
      return (wallOf(this) as Any)[`getUTC${f}`]();
    });
    if (f === "Day") continue;
    put(proto, `set${f}`, function (this: Date, ...args: number[]) {
      const wall = f === "FullYear" && Number.isNaN(time.call(this)) ? new Own(0) : wallOf(this);
      (wall as Any)[`setUTC${f}`](...args);
      return this.setTime(from(wall.getTime()));
    });
  }
  put(proto, "getYear", function (this: Date) {
    return this.getFullYear() - 1900;
  });
  put(proto, "getTimezoneOffset", function (this: Date) {
    const ms = time.call(this);
    return Number.isNaN(ms) ? NaN : -offset(ms) / 60_000;
  });
  const shown = (d: Date): [string, string] | undefined => {
    const ms = time.call(d);
    if (Number.isNaN(ms)) return undefined;
    const minutes = Math.round(offset(ms) / 60_000),
      two = (n: number) => String(n).padStart(2, "0"),
      size = Math.abs(minutes);
    const [, week, date, month, year, clock] = /^(\w+), (\d+) (\w+) (-?\d+) ([\d:]+)/.exec(wallOf(d).toUTCString())!;
    return [
      `${week} ${month} ${date} ${year}`,
      `${clock} GMT${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`,
    ];
  };
  put(proto, "toString", function (this: Date) {
    return shown(this)?.join(" ") ?? "Invalid Date";
  });
  put(proto, "toDateString", function (this: Date) {
    return shown(this)?.[0] ?? "Invalid Date";
  });
  put(proto, "toTimeString", function (this: Date) {
    return shown(this)?.[1] ?? "Invalid Date";
  });
  put(Own, "parse", (text: unknown) => parse(String(text)));
  const Zoned = new Proxy(Own, {
    apply: () => new Own().toString(),
    construct(target, args: unknown[], as) {
      const [one] = args;
      if (args.length > 1)
        return Reflect.construct(target, [from(Own.UTC(...(args as [number, number])))], as) as object;
      return Reflect.construct(target, typeof one === "string" ? [parse(one)] : args, as) as object;
    },
  });
  put(proto, "constructor", Zoned);
  put(scope, "Date", Zoned);
}
