import type { FrameIn } from "./contract";
import { answerLimit, drop, found, lost, Phase, rank, send, type Link } from "./link";
import { forgetRequests } from "./poll";
import { hollow, pushFailed, results, tillIs } from "./push";
import { unlike } from "./readable";
import { changes, placed, snapshot, till } from "./receive";
import { reset } from "./recover";
import { fine, problem, refusedCall, unreadable } from "./refused";
import { present, seen } from "./report";
import { notify, putMeta, type M } from "./state";

/** received takes a frame; one of a kind that it doesn't know is passed over. */
export const received = (m: M, l: Link, frame?: FrameIn): void => {
  if (l._phase < Phase.greeting) return; // of a connection that was given up
  l._heard = m._now;
  const wrong = unlike(frame), f = frame!;
  if (wrong !== undefined) return unreadable(m, wrong);
  switch (f.t) {
    case "welcome": return welcome(m, l, f);
    case "changes":
      if (changes(m, f)) return;
      drop(m, l);
      return lost(m, l);
    case "snapshot": return snapshot(m, f);
    case "pushed":
      m._limit = answerLimit;
      if (hollow(m, f.ref)) return;
      results(m, f.ref, f.results);
      return fine(m);
    case "till": return till(m, f);
    case "presence": return seen(m, f);
    case "extensions":
      putMeta(m, "place", { ...m._meta.place, extensions_etag: f.extensions_etag });
      return notify(m, f.t, { etag: f.extensions_etag });
    case "catalogue": return notify(m, f.t, { etag: f.catalogue_etag });
    case "reset": return linkReset(m, l, f.reason);
    case "error": return errorFrame(m, l, f);
  }
};

const welcome = (m: M, l: Link, w: FrameIn & { t: "welcome" }): void => {
  const was = m._meta.place, ms = w.multi_session;
  if (was.server_id && w.server_id !== was.server_id) return reset(m, "other_server");
  if (was.multi_session && ms && was.multi_session.id !== ms.id) return reset(m, "other_multi_session");
  l._phase = Phase.open;
  l._since = m._now;
  m._tries = 0;
  l._worked = true;
  m._poll._works = false;
  forgetRequests(m);
  m._worst = rank(m, l._way);
  for (const other of m._links) if (rank(m, other._way) > m._worst) drop(m, other);
  found(m, l._way);
  m._push._hold = m._now;
  placed(m, { server_id: w.server_id, pos: w.pos, run: w.run, multi_session: ms ?? was.multi_session ?? null, extensions_etag: w.extensions_etag });
  tillIs(m, w.till_open);
  fine(m);
  if (l !== m._links[0]) return;
  present(m, w.present ?? []);
  if (m._looking) send(m, { t: "presence", order: m._looking });
};

const linkReset = (m: M, l: Link, reason: string): void => {
  if (reason !== "cursor_expired" && l === m._links[0]) l._doomed = true;
  reset(m, reason);
};

const errorFrame = (m: M, l: Link, e: FrameIn & { t: "error" }): void => {
  if (l._doomed) return; // every push here is answered so; what is to be done is under way
  if (e.code === "reset_required") {
    linkReset(m, l, e.reason!);
    drop(m, l);
  } else if (typeof e.ref === "number" && m._push._flights.has(e.ref)) {
    m._limit = answerLimit;
    pushFailed(m, e.ref, e);
  }
  else if (l._phase === Phase.greeting) {
    drop(m, l);
    refusedCall(m, e);
  } else problem(m, e.code, e.message);
};
