// What a zone's clocks show, wherever the device is.

const day = 86_400_000,
  quarter = 900_000;

export interface WallClock {
  /** offset is how many ms the zone is ahead of UTC at a moment. */
  offset(ms: number): number;
  /**
   * from is the moment of a clock's time, which is told as if it were UTC: the first of two, and what follows a gap by
   * what held before it.
   */
  from(wall: number): number;
}

/** wallClock throws where the browser doesn't know the zone. */
export function wallClock(zone: string): WallClock {
  const Own = Date;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    era: "short",
  });
  const known = new Map<number, number>();

  /** It changes at quarters of an hour at most. */
  const offset = (ms: number): number => {
    const key = Math.floor(ms / quarter);
    let found = known.get(key);
    if (found === undefined) {
      const at = Object.fromEntries(format.formatToParts(key * quarter).map((p) => [p.type, p.value])) as Record<
        string,
        string
      >;
      const year = at.era!.startsWith("B") ? 1 - Number(at.year) : Number(at.year),
        wall = new Own(0);
      wall.setUTCFullYear(year, Number(at.month) - 1, Number(at.day));
      wall.setUTCHours(Number(at.hour), Number(at.minute), Number(at.second));
      found = wall.getTime() - key * quarter;
      if (known.size > 1000) known.clear();
      known.set(key, found);
    }
    return found;
  };
  const from = (wall: number): number => {
    if (!Number.isFinite(wall)) return NaN;
    const before = wall - offset(wall - day),
      after = wall - offset(wall + day);
    return before + offset(before) === wall || after + offset(after) !== wall ? before : after;
  };
  return { offset, from };
}
