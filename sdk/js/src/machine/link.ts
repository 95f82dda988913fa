// The links that bring frames, of which there is one of each kind at a time: the WebSocket, and below it the stream
// (SSE), which is tried where the socket can't be opened. Below both are the polls.
import type { FrameOut } from "./contract";
import { free } from "./disk";
import { forgetRequests } from "./poll";
import { ground } from "./push";
import { problem, refusedCall } from "./refused";
import { absent } from "./report";
import { emit, unfold, type M } from "./state";

export const enum Phase { down, dialing, greeting, open }

const heartbeat = 25_000, silence = 35_000;
/** For opening and for welcome. */
const patience = 10_000;
/** Between tries of a better transport. */
const probe = 60_000;
const leastPause = 500, mostPause = 30_000;

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
  /** After a reset every push on it is refused. */
  _doomed: boolean;
}
export const newLink = (_way: Link["_way"]): Link => ({ _way, _conn: 0, _phase: 0, _since: 0, _dialAt: 0, _sent: 0, _heard: 0, _doomed: false });

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
export const pause = (m: M): number =>
  leastPause + m._config.random() * (Math.min(mostPause, 2 * leastPause * 2 ** m._tries++) - leastPause);

/** tend dials, keeps links alive, and gives up dead ones. */
export const tend = (m: M): void => m._links.forEach((l, i) => {
  if (l._phase === Phase.open) {
    if (m._now - l._heard >= silence) {
      drop(m, l);
      lost(m, l);
    } else if (!i && m._now - l._sent >= heartbeat) send(m, { t: "hb" });
  } else if (l._phase) {
    if (m._now - l._since >= patience) {
      drop(m, l);
      gaveUp(m, l._way);
    }
  } else if (due(m, l._way) && m._now >= l._dialAt) {
    l._conn = ++m._conn;
    l._phase = Phase.dialing;
    l._since = m._now;
    emit(m, { is: "dial", conn: l._conn, kind: l._way, client_id: m._meta.client!, cursor: m._meta.at.cursor || undefined });
  }
});

/** linkWake is when tend has something to do. */
export const linkWake = (m: M): number => Math.min(...m._links.map((l, i) =>
  l._phase === Phase.open ? Math.min(l._heard + silence, i ? Infinity : l._sent + heartbeat)
  : l._phase ? l._since + patience
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

/** comeBack opens links at once, but not again and again. */
export const comeBack = (m: M): void => {
  m._links[0]._dialAt = m._links[1]._dialAt = m._tries ? m._now + pause(m) : m._now;
  m._tries ||= 1;
};

/** gaveUp: a way couldn't be opened. A proxy may be in it, so the next one is tried; that one again later. */
export const gaveUp = (m: M, way: Way): void => {
  const i = rank(m, way), link = (w?: Way) => m._links.find((l) => l._way === w) ?? m._poll;
  if (i + 1 === m._ways.length) {
    // No way works: begin again with the best. What the server said last is over.
    m._worst = 0;
    problem(m, "");
    return rest(m, 0, false);
  }
  link(way)._dialAt = m._now + probe;
  if (m._worst > i) return;
  m._worst = i + 1;
  link(m._ways[i + 1])._dialAt = m._now;
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
  m._tries = 0;
  at(m, m._now);
};

/** rest waits before the next try of anything; the server's word wins. */
export const rest = (m: M, asked = 0, pushes = true): void => at(m, m._now + (asked || pause(m)), pushes);

const at = (m: M, time: number, pushes = true): void => {
  m._links[0]._dialAt = m._links[1]._dialAt = m._poll._dialAt = time;
  if (pushes) m._push._hold = time;
};
