// The fallback: long polls, and pushes by request beside them or beside the stream.
import type { Changes, Failure } from "../words";
import type { PullAnswer, PullCall, PushAnswer, PushCall } from "./contract";
import { due, gaveUp, pause, socketOpen, streamOpen } from "./link";
import { land, pushFailed, results } from "./push";
import { changes, isFolded, snapshot } from "./receive";
import { fine, refusedCall } from "./refused";
import { emit, unfold, type M } from "./state";

const longest = 50, patience = 75_000, tooQuick = 1000;

interface Pending { _push: boolean; _waits: boolean; _made: number }
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
}
export const newPoll = (): Poll => ({ _works: false, _dialAt: 0, _last: 0, _pulling: 0, _page: "", _cursor: "", _requests: new Map() });

/** pull keeps one poll under way, and gives up requests that aren't answered. */
export const pull = (m: M): void => {
  const p = m._poll;
  for (const [id, r] of [...p._requests]) if (m._now >= r._made + patience) failed(m, id);
  if (!due(m, "poll") || p._pulling || m._now < p._dialAt) return;
  const cursor = p._cursor || m._meta.at.cursor, call: PullCall = { is: "pull", client_id: m._meta.client! };
  if (cursor) {
    call.cursor = cursor;
    if (p._works && !p._cursor) call.wait = longest;
  } else if (p._page) call.page = p._page;
  else m._pages = []; // of a snapshot that broke off
  p._pulling = request(m, call);
};

export const pullWake = (m: M): number => Math.min(
  ...[...m._poll._requests.values()].map((r) => r._made + patience),
  due(m, "poll") && !m._poll._pulling ? m._poll._dialAt : Infinity,
);

/** Ids fall from −1, so that none is the ref of a frame. */
export const request = (m: M, call: PushCall | PullCall): number => {
  const id = --m._poll._last;
  m._poll._requests.set(id, { _push: call.is === "push", _waits: "wait" in call, _made: m._now });
  emit(m, { is: "request", id, call });
  return id;
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
  for (const id of p._requests.keys()) land(m, id);
  p._requests.clear();
  p._pulling = 0;
  p._page = "";
};

export const answered = (m: M, id: number, a: PushAnswer | PullAnswer): void => {
  const r = finish(m, id), p = m._poll;
  if (!r) return;
  p._works = true;
  m._tries = 0;
  fine(m);
  if ("results" in a) return pushAnswer(m, id, a);
  p._dialAt = m._now;
  if (a.mode === "snapshot") {
    p._page = (a.more && a.page) || "";
    snapshot(m, a);
  } else if ((r._waits && !a.changes.length && m._now - r._made < tooQuick) || !changes(m, a)) p._dialAt += tooQuick;
};

const pushAnswer = (m: M, id: number, a: PushAnswer): void => {
  // Of a folded answer that goes on the rest would have to be pulled from where it began: leave all of it to the pull.
  // And a last_id may speak of what isn't here yet.
  const whole: Changes = { ...a, more: false, last_id: a.more ? 0 : a.last_id };
  if (!m._folded.length && !(a.more && isFolded(a.changes))) changes(m, whole);
  results(m, id, a.results);
};

export const failed = (m: M, id: number, failure?: Failure): void => {
  const r = finish(m, id), p = m._poll;
  if (!r) return;
  if (failure) {
    p._works = true;
    if (r._push) return pushFailed(m, id, failure);
    p._page = "";
    p._dialAt = m._now + 500;
    return refusedCall(m, failure);
  }
  land(m, id);
  if (streamOpen(m) || socketOpen(m)) {
    m._push._hold = m._now + pause(m); // the link tells when it is dead
    return;
  }
  p._works = false;
  unfold(m);
  forgetRequests(m);
  gaveUp(m, "poll");
};
