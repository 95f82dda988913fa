// The links that bring frames, of which there is one of each kind at a time: the WebSocket, and below it the stream
// (SSE), which is tried where the socket can't be opened. Below both are the polls.
import type { FrameOut } from "./contract";
import { free } from "./disk";
import { forgetRequests, restPoll } from "./poll";
import { ground, sendPush } from "./push";
import { fine, problem, refusedCall } from "./refused";
import { absent } from "./report";
import { emit, unfold, type M } from "./state";

export const enum Phase { down, dialing, greeting, open }

const heartbeat = 25_000, silence = 35_000;
/** For opening and for welcome. */
const patience = 10_000;
/** An opening that takes longer is helped by the next way. */
const slow = 4000;
/** Between tries of a better transport. */
const probe = 60_000;
/** While nobody answers, pauses are short, for trying costs a server nothing that isn't there; when it refuses, they are long. */
const leastPause = 500, mostPause = 4000;
export const longPause = 30_000;
/** Of a better way, when all are tried again. */
const headStart = 300;
/** A link that lasted so long was worth opening. */
const stable = 5000;

/**
 * A link may be dead though nobody says so. After quiet the socket is asked, by a push of nothing, and the answer to that
 * or to any push must come within the limit; a server that is only slow is given twice as long each time. Beside a quiet
 * stream a pull is made.
 */
export const answerLimit = 3000;
const mostLimit = 24_000;
export const quiet = (m: M): number => (m._hidden ? 25_000 : 5000);
/** answerDue is when a socket that was asked must have said something. */
const answerDue = (m: M): number => (m._push._flights.size ? Math.max(m._asked, m._links[0]._heard) + m._limit : Infinity);

export type Way = "websocket" | "sse" | "poll";
export interface Link {
  _way: "websocket" | "sse";
  _conn: number;
  _phase: Phase;
  /** Of the phase. */
  _since: number;
  _dialAt: number;
  _sent: number;
  _heard: number;
  /** It was open once, so no proxy is in its way for good. */
  _worked: boolean;
  /** After a reset every push on it is refused. */
  _doomed: boolean;
}
export const newLink = (_way: Link["_way"]): Link => ({ _way, _conn: 0, _phase: 0, _since: 0, _dialAt: 0, _sent: 0, _heard: 0, _worked: false, _doomed: false });

export const socketOpen = (m: M): boolean => m._links[0]._phase === Phase.open;
export const streamOpen = (m: M): boolean => m._links[1]._phase === Phase.open;

/** rank is how good a way is: 0 is the best; −1, none that may be used. */
export const rank = (m: M, way: Way): number => m._ways.indexOf(way);
/** wanted: a way is to be tried now, for none that is better works. */
export const wanted = (m: M, way: Way): boolean => {
  const i = rank(m, way);
  return i >= 0 && i <= m._worst && !m._links.some((l) => l._phase === Phase.open && rank(m, l._way) < i);
};

export const due = (m: M, way: Way): boolean => free(m) && wanted(m, way);

/** pause is longer each time, by chance within. */
export const pause = (m: M, most = m._hidden ? longPause : mostPause, tries = m._tries++): number =>
  leastPause + m._config.random() * (Math.min(most, 2 * leastPause * 2 ** tries) - leastPause);

/** tend dials, keeps links alive, and gives up dead ones. */
export const tend = (m: M): void => m._links.forEach((l, i) => {
  if (l._phase === Phase.open) {
    if (!i && m._now >= answerDue(m)) {
      m._limit = Math.min(2 * m._limit, mostLimit);
      redial(m, l);
    } else if (m._now - l._heard >= silence) {
      drop(m, l);
      lost(m, l);
    } else if (i) return;
    else if (!m._push._flights.size && !l._doomed && m._now - l._heard >= quiet(m)) sendPush(m, []);
    else if (m._now - l._sent >= heartbeat) send(m, { t: "hb" });
  } else if (l._phase) {
    if (m._now - l._since >= patience) {
      drop(m, l);
      gaveUp(m, l._way);
    } else if (m._now - l._since >= slow) tryNext(m, l._way);
  } else if (due(m, l._way) && m._now >= l._dialAt) {
    l._conn = ++m._conn;
    l._phase = Phase.dialing;
    l._since = m._now;
    emit(m, { is: "dial", conn: l._conn, kind: l._way, client_id: m._meta.client!, cursor: m._meta.at.cursor || undefined });
  }
});

/** linkWake is when tend has something to do. */
export const linkWake = (m: M): number => Math.min(...m._links.map((l, i) =>
  l._phase === Phase.open ? Math.min(l._heard + silence, i ? Infinity : Math.min(l._sent + heartbeat, answerDue(m), l._doomed || m._push._flights.size ? Infinity : l._heard + quiet(m)))
  : l._phase ? l._since + (m._worst > rank(m, l._way) || m._now >= l._since + slow ? patience : slow)
  : due(m, l._way) ? l._dialAt : Infinity));

export const linkUp = (m: M, l: Link): void => {
  if (l._phase !== Phase.dialing) return;
  l._phase = Phase.greeting;
  l._since = l._heard = m._now;
  m._pages = [];
  if (l === m._links[0]) {
    send(m, { t: "hello", protocol: 1, token: m._config.token, client_id: m._meta.client!, cursor: m._meta.at.cursor || undefined });
  }
};

/** What close codes say; the others of 41.. and 43.. are for good, of 42.. for a while. */
const closed: Record<number, string> = { 4209: "no_multi_session", 4250: "overloaded", 4301: "unauthorized", 4309: "client_taken", 4326: "upgrade_required" };

export const linkDown = (m: M, l: Link, code: number): void => {
  const was = l._phase;
  if (!was) return;
  hungUp(m, l);
  const why = closed[code] ?? (/^4[13]../.test(`${code}`) && "forbidden");
  if (why) refusedCall(m, { code: why });
  else if (/^42/.test(`${code}`)) rest(m);
  else if (was === Phase.open) lost(m, l);
  else gaveUp(m, l._way);
};

/** lost: an open link broke. It is opened again. */
export const lost = (m: M, l: Link): void => void (l._dialAt = m._now + pause(m));

/** redial opens a link anew, at once. */
const redial = (m: M, l: Link): void => {
  drop(m, l);
  l._dialAt = m._now;
};

/** comeBack opens links at once, but not again and again. */
export const comeBack = (m: M): void => {
  if (m._now - m._cameBack >= stable) m._returns = 0;
  m._cameBack = m._links[0]._dialAt = m._links[1]._dialAt = m._now + (m._returns ? pause(m, longPause, m._returns) : 0);
  m._returns++;
};

const linkOf = (m: M, way?: Way) => m._links.find((l) => l._way === way) ?? m._poll;

/** tryNext tries the way below one, too. */
const tryNext = (m: M, way: Way): void => {
  const i = rank(m, way) + 1;
  if (i === m._ways.length || m._worst >= i) return;
  m._worst = i;
  linkOf(m, m._ways[i])._dialAt = m._now;
};

/**
 * gaveUp: a way couldn't be opened. A proxy may be in it, so the next one is tried; that one again later. What was waited
 * since then was a pause too.
 */
export const gaveUp = (m: M, way: Way, since = m._now): void => {
  if (rank(m, way) + 1 === m._ways.length) {
    // No way works. What the server said last is over.
    fine(m);
    return tryAt(m, Math.max(since + pause(m), m._now + leastPause));
  }
  linkOf(m, way)._dialAt = m._now + (m._poll._works || streamOpen(m) ? probe : mostPause);
  tryNext(m, way);
};

/**
 * found: a way works, that was tried because better ones couldn't be opened. A try of those that hangs began when nothing
 * got through; another may find them open.
 */
export const found = (m: M, way: Way): void => {
  for (const l of m._links) if (l._phase !== Phase.open && rank(m, l._way) < rank(m, way)) {
    if (l._phase && m._now - l._since >= slow) redial(m, l);
    else l._dialAt = m._now + (l._worked ? leastPause : probe);
  }
};

/** drop hangs up. */
export const drop = (m: M, l: Link): void => {
  if (!l._phase) return;
  emit(m, { is: "hangup", conn: l._conn });
  hungUp(m, l);
};
export const dropAll = (m: M): void => {
  m._links.forEach((l) => drop(m, l));
  forgetRequests(m);
};

const hungUp = (m: M, l: Link): void => {
  if (l._phase === Phase.open) {
    ground(m);
    unfold(m);
    absent(m);
  }
  l._phase = Phase.down;
  l._doomed = false;
  l._dialAt = Math.max(l._dialAt, m._now);
};

export const send = (m: M, frame: FrameOut): void => {
  m._links[0]._sent = m._now;
  emit(m, { is: "send", conn: m._links[0]._conn, frame });
};

/** stop gives up until retry or a token. */
export const stop = (m: M, code: string): void => {
  dropAll(m);
  m._stopped = code;
  problem(m, code);
};

export const retry = (m: M): void => {
  m._stopped = "";
  m._garbage = Math.min(m._garbage, 1);
  again(m);
};
const again = (m: M): void => {
  m._tries = 0;
  tryAt(m, (m._push._hold = m._now));
};

/** looked: somebody looks at the page, or nobody does now. */
export const looked = (m: M, hidden: boolean): void => {
  if (m._hidden === hidden) return;
  m._hidden = hidden;
  if (hidden) return;
  if (!m._status.transport) again(m);
  restPoll(m);
};

/** rest waits before the next try of anything; the server's word wins. */
export const rest = (m: M, asked = 0): void => tryAt(m, (m._push._hold = m._now + (asked || pause(m, longPause))));

/** tryAt says when what isn't open is tried again, each way a little after the better one. */
export const tryAt = (m: M, time: number): void =>
  m._ways.forEach((way, i) => (linkOf(m, way)._dialAt = time + headStart * i));
