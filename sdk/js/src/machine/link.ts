// The links that bring frames, of which there is one of each kind at a time: the WebSocket, and below it the stream
// (SSE), which is tried where the socket can't be opened. Below both are the polls.
import type { FrameOut } from "./contract";
import { ready } from "./disk";
import { forgetRequests } from "./poll";
import { ground } from "./push";
import { problem, refusedCall } from "./refused";
import { reset } from "./recover";
import { absent } from "./report";
import { emit, type M } from "./state";

export const enum Phase { down, dialing, greeting, open }

const kinds = ["websocket", "sse", "poll"] as const;
const heartbeat = 25_000, silence = 35_000;
/** For opening and for welcome. */
const patience = 10_000;
/** Between tries of a better transport. */
const probe = 60_000;
const leastPause = 500, mostPause = 30_000;

export interface Link {
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
export const newLink = (): Link => ({ _conn: 0, _phase: 0, _since: 0, _dialAt: 0, _sent: 0, _heard: 0, _doomed: false });

export const socketOpen = (m: M): boolean => m._links[0]._phase === Phase.open;
export const streamOpen = (m: M): boolean => m._links[1]._phase === Phase.open;

/** allowed tells whether the i-th kind of transport may be used at all; wanted, whether it is to be tried now. */
const allowed = (m: M, i: number): boolean => !m._config.transports || m._config.transports.includes(kinds[i]!);
export const wanted = (m: M, i: number): boolean =>
  allowed(m, i) && (!i || m._below >= i || !kinds.some((_, j) => j < i && allowed(m, j))) && !m._links.some((l, j) => j < i && l._phase === Phase.open);

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
      gaveUp(m, i);
    }
  } else if (wanted(m, i) && !m._stopped && ready(m) && m._now >= l._dialAt) {
    l._conn = ++m._conn;
    l._phase = Phase.dialing;
    l._since = m._now;
    emit(m, { is: "dial", conn: l._conn, kind: kinds[i] as "sse", client_id: m._meta.client!, ...(m._meta.at.cursor && { cursor: m._meta.at.cursor }) });
  }
});

/** linkWake is when tend has something to do. */
export const linkWake = (m: M): number => Math.min(...m._links.map((l, i) =>
  l._phase === Phase.open ? Math.min(l._heard + silence, i ? Infinity : l._sent + heartbeat)
  : l._phase ? l._since + patience
  : wanted(m, i) && !m._stopped && ready(m) ? l._dialAt : Infinity));

export const linkUp = (m: M, l: Link): void => {
  if (l._phase !== Phase.dialing) return;
  l._phase = Phase.greeting;
  l._since = l._heard = m._now;
  m._pages = [];
  if (l === m._links[0]) {
    const { cursor } = m._meta.at;
    send(m, { t: "hello", protocol: 1, token: m._config.token, client_id: m._meta.client!, ...(cursor && { cursor }) });
  }
};

export const linkDown = (m: M, l: Link, code: number): void => {
  const was = l._phase;
  if (!was) return;
  hungUp(m, l);
  if (code === 4309) reset(m, "client_taken");
  else if (code === 4301) stop(m, "unauthorized");
  else if (code === 4326) stop(m, "upgrade_required");
  else if (code === 4209) refusedCall(m, { code: "no_multi_session", message: "" });
  else if (code === 4250) refusedCall(m, { code: "overloaded", message: "" });
  else if (/^4[13]../.test("" + code)) stop(m, "forbidden");
  else if (/^42../.test("" + code)) rest(m);
  else if (was === Phase.open) lost(m, l);
  else gaveUp(m, m._links.indexOf(l));
};

/** lost: an open link broke. It is opened again. */
export const lost = (m: M, l: Link): void => void (l._dialAt = m._now + pause(m));

/** comeBack opens links at once, but not again and again. */
export const comeBack = (m: M): void => {
  m._links[0]._dialAt = m._links[1]._dialAt = m._tries ? m._now + pause(m) : m._now;
  m._tries ||= 1;
};

/** gaveUp: a transport couldn't be opened. A proxy may be in the way, so the next one is tried; that one again later. */
export const gaveUp = (m: M, i: number): void => {
  const next = kinds.findIndex((_, j) => j > i && allowed(m, j));
  if (next < 0) {
    // No way works: begin again with the best.
    m._below = 0;
    rest(m, 0, false);
    return;
  }
  m._links[i]!._dialAt = m._now + probe;
  if (m._below < next) {
    m._below = next;
    if (next < 2) m._links[next]!._dialAt = m._now;
    else m._poll._at = m._now;
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
    m._folded = [];
    m._poll._cursor = "";
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
  m._links[0]._dialAt = m._links[1]._dialAt = m._poll._at = time;
  if (pushes) m._push._hold = time;
};
