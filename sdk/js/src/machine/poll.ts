// The fallback: long polls, and pushes by request beside them or beside the stream.
import type { Changes, Failure } from "../words";
import type { PullAnswer, PullCall, PushAnswer, PushCall } from "./contract";
import { free } from "./disk";
import { drop, due, found, gaveUp, lost, pause, quiet, socketOpen, streamOpen } from "./link";
import { land, pushFailed, results, upload } from "./push";
import { unlike } from "./readable";
import { changes, isFolded, snapshot } from "./receive";
import { fine, refusedCall, unreadable } from "./refused";
import { emit, unfold, type M } from "./state";

const longest = 50, tooQuick = 1000;
/** Waits are short while the page is looked at: that a link died is noticed when they are over. In s. */
const shortest = 2;
/** An answer must begin so long after its wait, and have come so long after that; a push may wait for a slow disk. */
const firstByte = 2500, pushTime = 4000, lastByte = 70_000;

interface Pending { _push: boolean; _waits: boolean; _made: number; _due: number }
export interface Poll {
  /** A poll was answered. */
  _works: boolean;
  _dialAt: number;
  _last: number;
  /** The request that is under way; 0 is none. */
  _pulling: number;
  /** Of a snapshot, and of a folded answer, that isn't complete. */
  _page: string;
  _cursor: string;
  _requests: Map<number, Pending>;
  /** The longest wait that something between allows. */
  _wait: number;
}
export const newPoll = (): Poll => ({ _works: false, _dialAt: 0, _last: 0, _pulling: 0, _page: "", _cursor: "", _requests: new Map(), _wait: longest });

/** probing: the stream is open, and so quiet that it may be dead; then Infinity is when a pull shall tell. */
const probeAt = (m: M): number => (streamOpen(m) && free(m) && m._meta.at.cursor ? Math.max(m._links[1]._heard + quiet(m), m._poll._dialAt) : Infinity);

/** pull keeps one poll under way, and gives up requests that aren't answered. */
export const pull = (m: M): void => {
  const p = m._poll;
  for (const [id, r] of [...p._requests]) if (m._now >= r._due) {
    emit(m, { is: "giveUp", id });
    failed(m, id);
  }
  if (p._pulling || m._now < Math.min(probeAt(m), due(m, "poll") ? p._dialAt : Infinity)) return;
  const cursor = p._cursor || m._meta.at.cursor, call: PullCall = { is: "pull", client_id: m._meta.client! };
  if (cursor) {
    call.cursor = cursor;
    if (p._works && !p._cursor && !streamOpen(m)) call.wait = m._hidden ? p._wait : Math.min(p._wait, shortest);
  } else if (p._page) call.page = p._page;
  else m._pages = []; // of a snapshot that broke off
  p._pulling = request(m, call);
};

export const pullWake = (m: M): number => Math.min(
  ...[...m._poll._requests.values()].map((r) => r._due),
  m._poll._pulling ? Infinity : Math.min(probeAt(m), due(m, "poll") ? m._poll._dialAt : Infinity),
);

/** Ids fall from −1, so that none is the ref of a frame. */
export const request = (m: M, call: PushCall | PullCall): number => {
  const id = --m._poll._last, push = call.is === "push";
  const most = push ? pushTime + upload(call.mutations) : firstByte + (call.wait ?? 0) * 1000;
  m._poll._requests.set(id, { _push: push, _waits: "wait" in call, _made: m._now, _due: m._now + most });
  emit(m, { is: "request", id, call });
  return id;
};

export const begun = (m: M, id: number): void => {
  const r = m._poll._requests.get(id);
  if (r) r._due = m._now + lastByte;
};

/** finish takes a request off the list; undefined if it was given up before. */
const finish = (m: M, id: number): Pending | undefined => {
  const p = m._poll, r = p._requests.get(id);
  p._requests.delete(id);
  if (id === p._pulling) p._pulling = 0;
  return r;
};

export const forgetRequests = (m: M): void => {
  const p = m._poll;
  for (const id of p._requests.keys()) giveUp(m, id);
  p._page = "";
};
const giveUp = (m: M, id: number): void => {
  land(m, id);
  finish(m, id);
  emit(m, { is: "giveUp", id });
};
/** restPoll ends a poll that waits long. */
export const restPoll = (m: M): void => {
  const p = m._poll;
  if (p._requests.get(p._pulling)?._waits) giveUp(m, p._pulling);
};

/** works: polls do. */
const works = (m: M): void => {
  if (m._poll._works) return;
  m._poll._works = true;
  found(m, "poll");
};

export const answered = (m: M, id: number, a?: PushAnswer | PullAnswer): void => {
  const r = finish(m, id);
  if (!r) return;
  works(m);
  const wrong = unlike(a, r._push ? "push" : (a as any)?.mode);
  if (wrong !== undefined) {
    land(m, id);
    return unreadable(m, wrong === "push" ? "pushed" : wrong);
  }
  m._tries = 0;
  fine(m);
  if (r._push) return pushAnswer(m, id, a as PushAnswer);
  take(m, r, a as PullAnswer);
};

const take = (m: M, r: Pending, a: PullAnswer): void => {
  const p = m._poll, { seq } = m._meta.at, stream = m._links[1];
  p._dialAt = m._now;
  if (a.mode === "snapshot") {
    p._page = (a.more && a.page) || "";
    snapshot(m, a);
  } else if ((r._waits && !a.changes.length && m._now - r._made < tooQuick) || !changes(m, a)) p._dialAt += m._hidden ? quiet(m) : tooQuick;
  if (!streamOpen(m)) return;
  p._dialAt = m._now + quiet(m);
  if (m._meta.at.seq > seq) { // which the stream hasn't brought
    drop(m, stream);
    lost(m, stream);
  }
};

const pushAnswer = (m: M, id: number, a: PushAnswer): void => {
  // Of a folded answer that goes on the rest would have to be pulled from where it began: leave all of it to the pull.
  // And a last_id may speak of what isn't here yet.
  const whole: Changes = { ...a, more: false, last_id: a.more ? 0 : a.last_id };
  if (!m._folded.length && !(a.more && isFolded(a.changes))) changes(m, whole);
  results(m, id, a.results);
};

export const failed = (m: M, id: number, failure?: Failure, status?: number): void => {
  const r = finish(m, id), p = m._poll;
  if (!r) return;
  if (r._waits && status === 504) {
    // Something between waits less long; ask for less.
    p._wait = Math.max(1, (m._hidden ? p._wait : Math.min(p._wait, shortest)) / 2);
    p._dialAt = m._now;
    return;
  }
  if (failure) {
    works(m);
    if (r._push) return pushFailed(m, id, failure);
    p._page = "";
    p._dialAt = m._now + 500;
    return refusedCall(m, failure);
  }
  land(m, id);
  if (streamOpen(m) && !r._push) {
    const stream = m._links[1]; // it is as dead as the pull beside it
    drop(m, stream);
    return lost(m, stream);
  }
  if (streamOpen(m) || socketOpen(m)) {
    m._push._hold = m._now + pause(m); // the link tells when it is dead
    return;
  }
  p._works = false;
  unfold(m);
  forgetRequests(m);
  gaveUp(m, "poll", r._made);
};
