// What the program is told.
import { same } from "../view/same";
import { refresh } from "../view/view";
import type { By, Presence } from "../words";
import type { Standing } from "./contract";
import { socketOpen, streamOpen, wanted } from "./link";
import { live } from "./live";
import { notify, type M } from "./state";

/** changed tells which orders show something else. */
export const changed = (m: M, ids: string[], by?: Map<string, By | undefined>): void => {
  const what = [...new Set(ids)].map((id) => ({ id, order: m._view._shown.get(id), by: by?.get(id) }));
  if (what.length) notify(m, "orders", what);
};

/** redraw recomputes orders, or all of them, and tells which show something else. */
export const redraw = (m: M, ids?: Iterable<string>, by?: Map<string, By | undefined>): void =>
  changed(m, refresh(m._view, live(m), ids), by);

/** standing is the status as of now. */
export const standing = (m: M): Standing => {
  const was = m._told, { _shut, _known } = m._push, { place, at } = m._meta;
  const transport = socketOpen(m) ? "websocket" : streamOpen(m) ? "sse" : wanted(m, "poll") && m._poll._works && !m._stopped ? "poll" : "";
  if (/^(till_closed)?$/.test(m._problem.problem)) m._problem = { problem: _known && _shut && transport ? "till_closed" : "" };
  return {
    transport, ...m._problem,
    since: transport === was?.transport ? was.since : m._now,
    unsent: m._unsent, waiting: m._waiting,
    synced: !!at.cursor, tillKnown: _known, tillOpen: _known && !_shut, run: place.run,
    pos: place.pos, multiSession: place.multi_session, extensionsEtag: place.extensions_etag,
  };
};

/** report tells when the status is another. */
export const report = (m: M): void => {
  m._status = standing(m);
  if (same(m._status, m._told)) return;
  m._told = m._status;
  notify(m, "status", m._status);
};

/** present takes who looks at what: other tills alone, as long as the connection lives. */
export const present = (m: M, all: Presence[]): void => {
  m._present = all;
  notify(m, "presence", all);
};
/** seen takes one of them; without an order somebody left it. */
export const seen = (m: M, { t, ...who }: Presence & { t: string }): void =>
  present(m, [...m._present.filter((p) => p.conn !== who.conn), ...(who.order === null ? [] : [who])]);
export const absent = (m: M): void => {
  if (m._present.length) present(m, []);
};
