import { signal } from "@preact/signals";

// Where the shop is: what its money is in, and what its clocks show.

export interface Currency {
  code: string;
  decimals: number;
  symbol: string;
}
/** What GET /v1/info says of it; older servers say nothing. */
export interface Place {
  currency?: Currency;
  time_zone?: string;
  time?: string;
}

export const currency = signal<Currency>({ code: "", decimals: 2, symbol: "" });
/** zone is the shop's time zone; undefined is that of this device. */
export const zone = signal<string | undefined>(undefined);

/** How far the server's clock is ahead of this device's, in ms. */
const ahead = signal(0);
/** shopNow is the time by the server's clock, as it was told last. */
export const shopNow = (): number => Date.now() + ahead.value;

/**
 * takeTime learns it from an answer that was asked for at a moment of this device. A second, or what the answer may have
 * been under way, is no difference.
 */
export function takeTime(time: string | undefined, asked: number): void {
  const way = (Date.now() - asked) / 2,
    off = Date.parse(time ?? "") - asked - way;
  ahead.value = Math.abs(off) > way + 1000 ? Math.round(off) : 0;
}

/** isPlace tells the server's own answer from what others say in its place. */
export const isPlace = (v: unknown): v is Place => (v as { server?: unknown } | null)?.server === "manytill";

/** takePlace learns where the shop is, and what time it is there from an answer that was just asked for. */
export function takePlace({ currency: c, time_zone, time }: Place, asked?: number): void {
  if (asked !== undefined) takeTime(time, asked);
  const was = currency.value;
  if (c && (c.code !== was.code || c.decimals !== was.decimals || c.symbol !== was.symbol)) currency.value = c;
  zone.value = time_zone && known(time_zone) ? time_zone : undefined;
}

/** known: a browser may not know every zone. */
function known(name: string): boolean {
  try {
    return !!new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    return false;
  }
}
