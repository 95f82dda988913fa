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
}

export const currency = signal<Currency>({ code: "", decimals: 2, symbol: "" });
/** zone is the shop's time zone; undefined is that of this device. */
export const zone = signal<string | undefined>(undefined);

/** isPlace tells the server's own answer from what others say in its place. */
export const isPlace = (v: unknown): v is Place => (v as { server?: unknown } | null)?.server === "manytill";

/** takePlace learns where the shop is. */
export function takePlace({ currency: c, time_zone }: Place): void {
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
