import type { Any } from "./types";

/** How long units are, in milliseconds. */
const units: Record<string, number> = {
  ms: 1,
  millisecond: 1,
  s: 1e3,
  second: 1e3,
  m: 6e4,
  minute: 6e4,
  h: 36e5,
  hour: 36e5,
  d: 864e5,
  day: 864e5,
  w: 6048e5,
  week: 6048e5,
};

/** unitOf is a unit in one of its spellings. */
export const unitOf = (name: Any): string => (/^(ms|[smhdwMy])$/.test(name) ? name : String(name).replace(/s$/, ""));

const isDuration = (value: Any): boolean => typeof value.asMilliseconds === "function";

/** duration is moment.duration. */
export const duration = (n: Any, unit?: Any): Any => {
  const ms =
    n && typeof n === "object"
      ? isDuration(n)
        ? n.asMilliseconds()
        : Object.keys(n).reduce((sum, name) => sum + Number(n[name]) * (units[unitOf(name)] || 0), 0)
      : Number(n) * (units[unitOf(unit || "ms")] || 1);
  const whole = (size: number, of: number): number => Math.trunc(ms / size) % of;
  return {
    asMilliseconds: () => ms,
    asSeconds: () => ms / 1e3,
    asMinutes: () => ms / 6e4,
    asHours: () => ms / 36e5,
    asDays: () => ms / 864e5,
    milliseconds: () => whole(1, 1e3),
    seconds: () => whole(1e3, 60),
    minutes: () => whole(6e4, 60),
    hours: () => whole(36e5, 24),
    days: () => whole(864e5, Infinity),
    valueOf: () => ms,
  };
};

/** moved is a date with so many units, or a duration, added (sign 1) or taken off (-1). */
export function moved(date: Date, n: Any, unit: Any, sign: number): Date {
  if (n && typeof n === "object") {
    return isDuration(n)
      ? new Date(date.getTime() + sign * n.asMilliseconds())
      : Object.keys(n).reduce((to, name) => moved(to, n[name], name, sign), date);
  }
  const name = unitOf(unit);
  const by = sign * Number(n);
  const to = new Date(date.getTime());
  if (name === "M" || name === "month") {
    to.setUTCMonth(to.getUTCMonth() + by);
  } else if (name === "y" || name === "year") {
    to.setUTCFullYear(to.getUTCFullYear() + by);
  } else {
    to.setTime(to.getTime() + by * (units[name] || 1));
    return to;
  }
  if (to.getUTCDate() !== date.getUTCDate()) {
    to.setUTCDate(0); // the month's last day
  }
  return to;
}

/** between is how many units later a date is than another: calendar months for months and years. */
export function between(from: Date, to: Date, unit: string): number {
  const years = unit === "y" || unit === "year";
  if (!years && unit !== "M" && unit !== "month") {
    return (to.getTime() - from.getTime()) / (units[unit] || 1);
  }
  let months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  const anchor = (n: number): number => moved(from, n, "M", 1).getTime();
  months -= anchor(months) > to.getTime() ? 1 : 0;
  const whole = months + (to.getTime() - anchor(months)) / (anchor(months + 1) - anchor(months));
  return years ? whole / 12 : whole;
}
