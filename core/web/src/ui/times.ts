import { computed } from "@preact/signals";
import { instant } from "manytill/fields";
import { shopNow, zone } from "./place.ts";
import { wallClock } from "./wall.ts";

// Times of fields, as people of the shop read and write them: by its clocks.

const place = computed(() => zone.value ?? new Intl.DateTimeFormat().resolvedOptions().timeZone);
const wall = computed(() => wallClock(place.value));

/** shownAt is a moment as the shop's clocks show it, as if that were UTC. */
const shownAt = (ms: number): Date => new Date(ms + wall.value.offset(ms));

/** timeText is a time of today as 20:30, of another day with its date, of another year with that too. */
export function timeText(at: string, now = shopNow()): string {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return at;
  const [then, today] = [shownAt(ms).toISOString(), shownAt(now).toISOString()],
    same = (length: number) => then.slice(0, length) === today.slice(0, length);
  const clock = then.slice(11, 16);
  if (same(10)) return clock;
  const date = new Intl.DateTimeFormat([], {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    ...(!same(4) && { year: "numeric" }),
  });
  return `${date.format(shownAt(ms))}, ${clock}`;
}

/** typedTime is a moment as a field for local times takes it: 2026-11-21T20:30. */
export const typedTime = (at: string | number): string => shownAt(new Date(at).getTime()).toISOString().slice(0, 16);

/** readTime is the instant that was typed there, as the server stores it; undefined where that is none. */
export function readTime(typed: string): string | undefined {
  const shown = instant(`${typed.length === 16 ? `${typed}:00` : typed}Z`);
  if (shown === undefined) return undefined;
  return instant(new Date(wall.value.from(Date.parse(shown))).toISOString());
}
