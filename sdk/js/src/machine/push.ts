// Mutations out of the queue.
import type { Failure, Mutation, Result } from "../words";
import { free } from "./disk";
import { longPause, pause, send, socketOpen, streamOpen } from "./link";
import { request } from "./poll";
import { asked, beginRecovery, reused, settling } from "./recover";
import { problem, refusedCall } from "./refused";
import { redraw } from "./report";
import { settle } from "./settle";
import { durable, gated, putEntry, walk, type Entry, type M, entry } from "./state";
import { bytes } from "./tap";

const maxFlights = 8;
export const tillPause = 30_000;

export interface Push {
  /** What is on its way, by ref of a frame or id of a request. */
  _flights: Map<number, number[]>;
  _lastRef: number;
  /** No push before. */
  _hold: number;
  /** These bound a push; the server may have made them smaller. */
  _most: number;
  _bytes: number;
  /** The server lacks everything from this id on; 0 is no such thing. */
  _from: number;
  /** The till is closed, as far as is known. */
  _shut: boolean;
  _known: boolean;
}
export const newPush = (): Push => ({ _flights: new Map(), _lastRef: 0, _hold: 0, _most: 100, _bytes: 768 << 10, _from: 0, _shut: false, _known: false });

/** ground forgets what was on its way: the link that carried it is gone. */
export const ground = (m: M): void => m._push._flights.clear();

export const land = (m: M, ref: number): number[] => {
  const ids = m._push._flights.get(ref) ?? [];
  m._push._flights.delete(ref);
  return ids;
};

/** tillIs takes whether the till is open. */
export const tillIs = (m: M, open: boolean): void => {
  m._push._shut = !open;
  m._push._known = true;
};

const mayPush = (m: M): boolean => {
  const way = socketOpen(m) ? !m._links[0]._doomed : (streamOpen(m) || m._poll._works) && !m._folded.length;
  return way && !!m._meta.at.cursor && free(m) && m._now >= m._push._hold && (!m._meta.recovery || settling(m)) && !m._push._shut;
};

/** pushAll sends what waits, over the socket or else by request. */
export const pushAll = (m: M): void => {
  if (!mayPush(m)) return;
  const p = m._push, socket = socketOpen(m), most = socket && !settling(m) ? maxFlights : 1;
  while (p._flights.size < most) {
    const mutations = batch(m), ids = mutations.map(({ id }) => id);
    if (!ids.length) return;
    if (!p._flights.size) m._came.clear();
    if (socket) sendPush(m, mutations);
    else p._flights.set(request(m, { is: "push", client_id: m._meta.client!, cursor: m._meta.at.cursor, mutations }), ids);
  }
};

/** sendPush sends a push over the socket; one of no mutations asks whether anybody is there. */
export const sendPush = (m: M, mutations: Mutation[]): void => {
  const p = m._push;
  if (!p._flights.size) m._asked = m._now + upload(mutations);
  p._flights.set(++p._lastRef, mutations.map(({ id }) => id));
  send(m, { t: "push", ref: p._lastRef, mutations });
};
/** hollow lands a push of no mutations. */
export const hollow = (m: M, ref: number): boolean => m._push._flights.get(ref)?.length === 0 && m._push._flights.delete(ref);

/** upload is how long a push may take on its way up, on a slow link. */
export const upload = (mutations: Mutation[]): number => Math.floor(bytes(mutations) / 16384) * 1000;

/** batch is the next push: ids that rise by one, so it ends at a hole. */
const batch = (m: M): Mutation[] => {
  const found: Mutation[] = [], flying = new Set([...m._push._flights.values()].flat());
  const most = settling(m) ? 1 : m._push._most;
  let size = 0;
  for (const e of walk(m)) {
    const { id } = e.mutation, last = found.at(-1);
    if (!durable(m, id) || found.length === most) break;
    if (flying.has(id) || !pushable(m, e)) continue;
    if (last && last.id + 1 !== id) break;
    const mutation = e.blank ? { ...e.mutation, ops: [] } : e.mutation;
    size += bytes(mutation);
    if (last && size > m._push._bytes) break;
    found.push(mutation);
  }
  return found;
};

export const pushable = (m: M, e: Entry): boolean =>
  settling(m) ? asked(m, e) : !e.result || (!!m._push._from && e.mutation.id >= m._push._from);

/** results settles what a push was answered. */
export const results = (m: M, ref: number, all: Result[]): void => {
  const p = m._push;
  for (const id of land(m, ref)) if (p._from === id) p._from++; // it is on the server now; go on with the next
  if (p._from >= m._next) p._from = 0;
  tillIs(m, true);
  const touched = all.flatMap((r) => settle(m, r));
  if (touched.length) redraw(m, touched);
};

export const tillClosed = (m: M): void => {
  tillIs(m, false);
  m._push._hold = m._now + tillPause;
};

/** pushFailed takes an error for a whole push. What was in it is pushed again. */
export const pushFailed = (m: M, ref: number, e: Failure): void => {
  if (hollow(m, ref)) return;
  const ids = land(m, ref);
  switch (e.code) {
    case "too_large": return tooLarge(m, ids);
    case "id_gap": return gap(m, e.expected ?? 0, ids);
    case "id_reused": return reused(m, ids);
    case "bad_request":
      problem(m, e.code, e.message);
      m._push._hold = m._now + tillPause;
      return;
    default: refusedCall(m, e);
  }
};

/** A single mutation that is too large gives its id to an empty one, which the server rejects. */
const tooLarge = (m: M, ids: number[]): void => {
  const p = m._push, e = entry(m, ids[0]!);
  if (ids.length > 1) {
    p._most = ids.length >> 1;
    p._bytes = Math.max(p._bytes >> 1, 64 << 10);
  } else if (e && !e.blank) {
    putEntry(m, { ...e, blank: true });
    gated(m);
  }
};

/** gap sends again from what the server expects, if that is held. */
const gap = (m: M, expected: number, ids: number[]): void => {
  const e = entry(m, expected), p = m._push;
  if (e && !e.result) return; // it is next anyway
  if (e && (!p._from || expected < p._from)) {
    p._from = expected;
    m._low = Math.min(m._low, expected);
  } else if (e) p._hold = m._now + pause(m, longPause);
  else if (ids.length && !m._meta.recovery) beginRecovery(m, { reason: "id_gap", known: true, last_id: expected - 1 });
};
