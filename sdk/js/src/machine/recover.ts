// Resets (protocol, "What a client must do"), and queues whose ids the server knows as other mutations.
import type { StrandedQueue } from "../till";
import type { Mutation, Op } from "../words";
import { whenStored } from "./disk";
import { comeBack, drop, dropAll } from "./link";
import { newPush, pushable, ground } from "./push";
import { redraw } from "./report";
import { wakeWaiting } from "./settle";
import { active, clear, dropEntry, gated, lower, notify, putEntry, putMeta, refused, unfold, type Entry, type M, type Recovery, entry } from "./state";

/** reset takes the server's word that this cursor is no good. What is shown stays until the snapshot is here. */
export const reset = (m: M, reason: string): void => {
  m._pages = [];
  unfold(m);
  m._push._from = 0;
  if (/^(other_|client_)/.test(reason)) {
    dropAll(m);
    whenStored(m, () => putAside(m, reason));
    return;
  }
  forgetCursor(m);
  if (/^(epoch_changed|cursor_ahead|diverged)$/.test(reason)) {
    setUndecidedAside(m);
    beginRecovery(m, { reason, last_id: 0 });
  }
};

export const forgetCursor = (m: M): void => putMeta(m, "at", { ...m._meta.at, cursor: "" });

export const beginRecovery = (m: M, recovery: Recovery): void => {
  putMeta(m, "recovery", recovery);
  gated(m);
  lower(m);
  ground(m);
  redraw(m); // what is carried over counts again
};

/** settling: the snapshot of a recovery is here, and the outcomes up to its last_id are asked for, one by one. */
export const settling = (m: M): boolean => !!m._meta.recovery?.known;

/** asked: what became of it the server alone knows; in a recovery that is asked up to its last_id. */
export const asked = (m: M, e: Entry): boolean => !e.result && !e.foreign && (!settling(m) || e.mutation.id <= m._meta.recovery!.last_id);

/** recover ends a recovery when nothing is left to be settled. */
export const recover = (m: M): void => {
  if (!settling(m) || m._taps.length || m._broken) return;
  if (m._links[0]._doomed) {
    // Every push on this connection would be refused: come back.
    drop(m, m._links[0]);
    comeBack(m);
  }
  if (!active(m).some((e) => pushable(m, e))) renew(m);
};

/** renew takes a new client_id and renumbers what is carried over. */
const renew = (m: M): void => {
  const from = m._meta.client!, carry = active(m).flatMap((e) => carried(m, e));
  begin(m);
  carry.forEach((mutation, i) => putEntry(m, { mutation: { ...mutation, id: i + 1 }, anew: true }));
  startOver(m);
  notify(m, "renumbered", { from, to: m._meta.client! });
  whenStored(m, () => wakeWaiting(m, new Map()));
};

/** begin starts a queue: a new client_id, no entries, ids from 1. */
export const begin = (m: M, at = { ...m._meta.at, decided: 0 }): void => {
  clear(m, "entries");
  m._next = m._low = 1;
  putMeta(m, "client", m._config.newId());
  putMeta(m, "next", 1);
  putMeta(m, "at", at);
  if (m._meta.recovery) putMeta(m, "recovery", undefined);
  gated(m);
};

/** carried is what a new client_id pushes of an entry, without base. */
const carried = (m: M, e: Entry): Mutation[] => {
  const { reason, last_id } = m._meta.recovery!;
  let { ops } = e.mutation;
  if (e.result && !e.waiting) {
    if (reason === "id_reused" || e.mutation.id <= last_id) return [];
    if (refused(e)) ops = ops.filter((op) => op.op === "order.pay" && e.result!.kept?.includes(op.payment.id));
  }
  ops = ops.map((op) => {
    const { base, ...rest } = op as Op & { base?: number };
    return rest;
  });
  return ops.length ? [{ ...e.mutation, ops }] : [];
};

/** putAside keeps the queue for a person to see, and begins a new one. */
const putAside = (m: M, reason: string): void => {
  aside(m, reason, [...undecided(m), ...m._tables.drafts.values()]);
  clear(m, "drafts");
  clear(m, "orders");
  begin(m, { cursor: "", seq: 0, decided: 0 });
  putMeta(m, "place", { run: 0 });
  startOver(m);
};

const undecided = (m: M, which = (_: Entry) => true): Mutation[] => active(m).filter((e) => (!e.result || e.waiting) && which(e)).map((e) => e.mutation);

const aside = (m: M, reason: string, mutations: Mutation[]): void => {
  const { server_id, multi_session } = m._meta.place;
  if (!mutations.length) return;
  const what: StrandedQueue = { client_id: m._meta.client!, server_id, multi_session: multi_session?.id, reason, at: new Date(m._now).toISOString(), mutations };
  putMeta(m, "asides", [...m._meta.asides, what], true);
  notify(m, "stranded", what);
};

/**
 * setUndecidedAside ends a recovery that was interrupted by another: what the server decided but can't be asked for any
 * more is for a person to see. To push it anew could count it twice, to drop it could lose it.
 */
const setUndecidedAside = (m: M): void => {
  if (!settling(m)) return;
  const lost = undecided(m, (e) => asked(m, e));
  aside(m, "undecided", lost);
  for (const { id } of lost) dropEntry(m, id);
};

/** reused: the server knows another mutation by an id. */
export const reused = (m: M, ids: number[]): void => {
  if (!m._meta.recovery) {
    // A snapshot tells the last_id, up to which everything must be settled.
    dropAll(m);
    forgetCursor(m);
    beginRecovery(m, { reason: "id_reused", last_id: 0 });
    return;
  }
  for (const id of ids) {
    const e = entry(m, id);
    if (e && !e.result) putEntry(m, { ...e, foreign: true }, true);
  }
  redraw(m); // they count again
};

/** startOver lets go of everything that knew the old client_id. */
const startOver = (m: M): void => {
  dropAll(m);
  m._push = newPush();
  m._poll._dialAt = m._now;
  comeBack(m);
  redraw(m);
};
