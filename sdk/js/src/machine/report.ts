// What the program is told.
import { same } from "../view/same";
import { rebuild, refresh } from "../view/view";
import type { By, Presence } from "../words";
import { socketOpen, streamOpen, wanted } from "./link";
import { live } from "./live";
import { active, notify, type M } from "./state";

/** changed tells which orders show something else. */
export const changed = (m: M, ids: string[], by?: Map<string, By | undefined>): void => {
  const what = [...new Set(ids)].map((id) => {
    const order = m._view._shown.get(id), who = by?.get(id);
    return { id, ...(order && { order }), ...(who && { by: who }) };
  });
  if (what.length) notify(m, { is: "orders", what });
};

/** redraw recomputes orders, or all of them, and tells which show something else. */
export const redraw = (m: M, ids?: Iterable<string>, by?: Map<string, By | undefined>): void =>
  changed(m, ids ? refresh(m._view, ids, live(m)) : rebuild(m._view, live(m)), by);

/** report tells when the status is another. */
export const report = (m: M): void => {
  const was = m._told, { _shut, _known } = m._push, { place, at } = m._meta, entries = active(m);
  let { problem, advice } = m._status;
  const transport = socketOpen(m) ? "websocket" : streamOpen(m) ? "sse" : wanted(m, "poll") && m._poll._works && !m._stopped ? "poll" : "";
  if (!problem || problem === "till_closed") {
    [problem, advice] = _known && _shut && transport ? ["till_closed", "this till is closed; open it and what is queued is sent"] : ["", ""];
  }
  m._status = {
    transport, problem, advice,
    since: transport === was?.transport ? was.since : m._now,
    unsent: entries.filter((e) => !e.result).length,
    waiting: entries.filter((e) => e.waiting).length,
    synced: !!at.cursor, tillKnown: _known, tillOpen: _known && !_shut, run: place.run,
    ...(place.pos && { pos: place.pos }),
    ...("multi_session" in place && { multiSession: place.multi_session }),
    ...(place.extensions_etag && { extensionsEtag: place.extensions_etag }),
  };
  if (same(m._status, was)) return;
  m._told = m._status;
  notify(m, { is: "status", what: m._status });
};

/** present takes who looks at what: other tills alone, as long as the connection lives. */
export const present = (m: M, all: Presence[]): void => {
  m._present = all;
  notify(m, { is: "presence", what: all });
};
/** seen takes one of them; without an order somebody left it. */
export const seen = (m: M, { conn, pos, user, order }: Presence): void =>
  present(m, [...m._present.filter((p) => p.conn !== conn), ...(order === null ? [] : [{ conn, pos, user, order }])]);
export const absent = (m: M): void => {
  if (m._present.length) present(m, []);
};
