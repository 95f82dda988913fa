// What becomes of mutations.
import { find } from "../view/confirmed";
import { named } from "../view/view";
import type { Change, Result } from "../words";
import { rejected } from "./follow";
import { done, durable, notify, put, putEntry, refused, walk, type Entry, type M, entry } from "./state";
import { requeue } from "./tap";

/** Acknowledged mutations are kept so long, and so many, whichever is more. */
const keepFor = 48 * 3_600_000, keepCount = 1000;

/** settle takes the outcome of a mutation from a result. It returns the orders that it names, for the replay without it. */
export const settle = (m: M, result: Result): string[] => {
  const e = entry(m, result.id), was = e?.result;
  if (!e || !durable(m, result.id)) return [];
  if (result.ignored?.length && !was?.ignored?.length) notify(m, "ignored", { id: result.id, fields: result.ignored, why: result.why });
  const now: Entry = { ...e, result, settled: was ? e.settled : m._now }, no = refused(now);
  // It was known: from a change, or from before an id_gap. The server's word counts, as far as it moved.
  if (was && result.seq === was.seq && no === refused(e)) return [];
  if (no && e.blank && !was) now.result = { id: result.id, status: "rejected", code: "too_large" };
  if (no && e.anew && !was && result.code === "not_found") now.waiting = true;
  if (no && !now.waiting && !(was && refused(e))) rejected(m, now);
  else putEntry(m, now);
  // What it waits for may have come since that was decided.
  if (now.waiting && !was && (result.status === "duplicate" || awaited(now).every((key) => m._came.has(key)))) requeue(m, now);
  return named(e.mutation.ops);
};

/** own is the entry of a change with this client's id. One with another time of tapping is another's: the storage was cloned or rolled back. */
export const own = (m: M, c: Change): Entry | undefined => {
  const e = c.client_id === m._meta.client ? entry(m, c.id!) : undefined;
  return e && !e.result && durable(m, c.id!) && sameTime(c.tapped_at, e.mutation.at) ? e : undefined;
};

const sameTime = (a?: string, b?: string): boolean => {
  const apart = Date.parse(a!) - Date.parse(b!);
  return !apart; // unknown ones aren't apart
};

/** byChange settles an entry by its change. */
export const byChange = (m: M, e: Entry, { id, seq }: Change): void => putEntry(m, { ...e, result: { id: id!, status: "applied", seq }, settled: m._now });

/** lineKey is a line among what came. */
export const lineKey = (order: string, line: string): string => `${order}/${line}`;

/**
 * wakeWaiting pushes again, as new mutations, what waited for an order or line that is here now, or was named by what
 * just came: an order that is closed by then isn't held, and a line that is gone by then neither, yet the server had it.
 */
export const wakeWaiting = (m: M, came: M["_came"]): void => {
  if (m._waiting) for (const e of walk(m)) if (e.waiting && arrived(m, e, came)) requeue(m, e);
};

/** awaited is what a waiting entry waits for: a line, or orders. */
const awaited = ({ mutation, result: { order, line } = {} as Result }: Entry): string[] =>
  order ? [line ? lineKey(order, line) : order] : named(mutation.ops);

const arrived = (m: M, e: Entry, came: M["_came"]): boolean => awaited(e).every((key) => {
  const [id, line] = key.split("/"), o = m._tables.orders.get(id!);
  return came.has(key) || (o ? o.state !== "open" || !line || !!find(o.lines, line) : came.has(id!));
});

/** prune drops what was acknowledged long ago. */
export const prune = (m: M): void => {
  if (m._now - m._pruned < 3_600_000 || m._taps.length) return;
  m._pruned = m._now;
  let over = m._tables.entries.size - keepCount;
  for (const e of walk(m, 1)) {
    if (over-- <= 0) return;
    if (done(m, e) && m._now - e.settled! > keepFor) put(m, "entries", e.mutation.id);
  }
};

/** rise leaves behind the entries that nobody asks for. */
export const rise = (m: M): void => {
  if (m._meta.recovery || m._push._from) return;
  for (let e; m._low < m._next && (!(e = entry(m, m._low)) || done(m, e));) m._low++;
};
