// What came: changes and snapshots, from any transport.
import { absorbed, shared } from "../view/confirmed";
import type { Change, Changes, Snapshot } from "../words";
import type { Till } from "./contract";
import { beginRecovery } from "./recover";
import { readable } from "./refused";
import { redraw } from "./report";
import { named } from "../view/view";
import { byChange, lineKey, own, wakeWaiting } from "./settle";
import { put, putMeta, unfold, unsaved, walk, type M, type Place } from "./state";
import { tillIs } from "./push";
import { same } from "../view/same";

/**
 * changes takes changes, and reports whether they were in order. Only what lies above the position counts; a folded
 * answer is applied as a whole, to its last page.
 */
export const changes = (m: M, c: Changes): boolean => {
  if (!m._meta.at.cursor) return true; // a snapshot is on its way
  if (hasHole(m, c.changes)) return false;
  if (m._folded.length || (c.more && isFolded(c.changes))) {
    m._folded = [...m._folded, ...c.changes];
    if (c.more) {
      m._poll._cursor = c.cursor;
      return true;
    }
    c = { ...c, changes: m._folded };
  }
  unfold(m);
  take(m, c);
  return true;
};

export const isFolded = (all: Change[]): boolean => all.some((c) => c.folded);

/**
 * hasHole: unfolded changes come without holes, so one means that something was lost on the way. A second hole at the
 * same place is the server's.
 */
const hasHole = (m: M, all: Change[]): boolean => {
  const { seq } = m._meta.at;
  let next = seq;
  const found = !m._folded.length && m._hole !== seq && all.some((c) => (!c.folded && c.seq > next + 1) || void (next = Math.max(next, c.seq)));
  if (found) m._hole = seq;
  return found;
};

const take = (m: M, c: Changes): void => {
  readable(m);
  const { orders } = m._tables, { client, at } = m._meta, by: M["_came"] = new Map(), touched = new Set<string>();
  const fresh = c.changes.filter((change) => change.seq > at.seq), last_id = c.last_id ?? 0;
  let { seq, cursor, decided } = at;
  for (const change of fresh) {
    const e = own(m, change);
    if (e) byChange(m, e, change);
    for (const [id, delta] of Object.entries(change.orders)) {
      by.set(id, change.by);
      for (const line in delta.lines) by.set(lineKey(id, line), change.by);
      const o = absorbed(orders.get(id), id, delta, change.client_id === client);
      if (!o) continue;
      put(m, "orders", id, o);
      touched.add(id);
    }
    seq = Math.max(seq, change.seq);
  }
  if (m._push._flights.size) for (const [key, who] of by) m._came.set(key, who);
  if (c.seq >= seq) {
    seq = c.seq;
    cursor = c.cursor;
    decided = Math.max(decided, last_id);
  }
  const now = { seq, cursor, decided };
  if (!fresh.length && same(at, now)) return;
  putMeta(m, "at", now);
  // A mutation may also leave the replay because last_id has passed it.
  for (const e of walk(m, Math.max(m._low, at.decided + 1))) {
    if (e.mutation.id > decided) break;
    named(e.mutation.ops).forEach(touched.add, touched);
  }
  redraw(m, touched, by);
  wakeWaiting(m, by);
  noticeClone(m, last_id);
};

/** snapshot takes one page of a snapshot. */
export const snapshot = (m: M, s: Snapshot): void => {
  const { recovery: r, at } = m._meta, { orders } = m._tables;
  if (at.cursor) return; // it was asked for before the position was found otherwise
  m._pages = [...m._pages, ...s.orders];
  if (s.more) return;
  readable(m);
  const here = new Set(m._pages.map((o) => o.id)), sameLife = !r || r.reason === "id_reused";
  // Closed orders that are held stay, if they are of the database that answers: a snapshot has open orders only.
  for (const [id, o] of orders) if (!here.has(id) && (o.state === "open" || !sameLife)) put(m, "orders", id);
  for (const o of m._pages) {
    const was = orders.get(o.id), now = shared(was, o);
    if (was !== now) put(m, "orders", o.id, now);
  }
  m._pages = [];
  unfold(m);
  const last_id = s.last_id ?? 0;
  putMeta(m, "at", { cursor: s.cursor!, seq: s.seq ?? 0, decided: last_id }, true);
  if (r && !r.known) putMeta(m, "recovery", { reason: r.reason, known: true, last_id: Math.min(last_id, unsaved(m) - 1) });
  m._hole = -1;
  redraw(m);
  wakeWaiting(m, new Map());
  noticeClone(m, last_id);
};

/** A last_id above every id that was pushed from here means that this storage was rolled back or cloned. */
const noticeClone = (m: M, lastID: number): void => {
  if (lastID >= unsaved(m) && !m._meta.recovery) beginRecovery(m, { reason: "id_reused", known: true, last_id: unsaved(m) - 1 });
};

/** till takes what the server says of till, run and multi-session. */
export const till = (m: M, { open, run, multi_session: ms }: Till): void => {
  tillIs(m, open);
  if (open) m._push._hold = m._now;
  const was = m._meta.place;
  placed(m, { ...was, run, ...(ms && (was.multi_session ?? ms).id === ms.id && { multi_session: ms }) });
};

export const placed = (m: M, place: Place): void => {
  if (same(m._meta.place, place)) return;
  putMeta(m, "place", place);
  redraw(m); // what is pending says who stands here
};
