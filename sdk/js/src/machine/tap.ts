// Taps on their way into the queue.
import { extend, named } from "../view/view";
import type { Mutation, Op } from "../words";
import type { Refusal } from "./contract";
import { cantSave } from "./disk";
import { plan } from "./plan";
import { changed, redraw } from "./report";
import { dropEntry, emit, put, putEntry, type Entry, type M, type PendingTap, entry } from "./state";

const mostBytes = 256 << 10;

/** failure refuses a tap, with a code of the protocol. */
export const failure = (code: string, details: unknown[], why = code): Refusal => Object.assign(new Error(why), { code, details });

export const bytes = (x: unknown): number => new TextEncoder().encode(JSON.stringify(x)).length;

export const mutation = (m: M, ops: Op[], id: number): Mutation =>
  ({ id, user: m._config.user || undefined, at: new Date(m._now).toISOString(), ops });

export const tap = (m: M, n: number, ops: Op[]): void => {
  try {
    if (m._broken) throw cantSave();
    const { _groups, _drafts } = plan(m, ops);
    const mutations = _groups.map((group, i) => mutation(m, group, m._next + i));
    for (const big of mutations.map(bytes)) {
      if (big > mostBytes) throw failure("too_large", [big >> 10]);
    }
    const had = new Map(m._tables.drafts), touched = [..._drafts.keys()].filter((id) => _drafts.get(id) || had.has(id));
    for (const id of touched) put(m, "drafts", id, _drafts.get(id), true);
    if (!mutations.length && !touched.length) return emit(m, { is: "done", tap: n, id: 0 });
    pending(m, mutations.map((mutation) => ({ mutation })), { _n: n, _drafts: touched }, () => {
      for (const id of touched) put(m, "drafts", id, had.get(id));
    });
  } catch (error) {
    emit(m, { is: "done", tap: n, id: 0, error: error as Error });
  }
};

const pending = (m: M, entries: Entry[], tap: Pick<PendingTap, "_n" | "_drafts" | "_silent">, undo: () => void): void => {
  const next = m._next, ids = entries.map((e) => e.mutation.id);
  for (const e of entries) putEntry(m, e, true);
  m._taps.push({
    ...tap, _ids: ids, _batch: m._batch + 1,
    _undo() {
      for (const id of ids) put(m, "entries", id);
      undo();
      m._next = next;
    },
  });
};

/** show makes a tap that is on disk part of what is shown. */
export const show = (m: M, tap: PendingTap): void => {
  const mutations = tap._ids.flatMap((id) => entry(m, id)?.mutation ?? []);
  if (tap._drafts.length) redraw(m, [...tap._drafts, ...mutations.flatMap(({ ops }) => named(ops))]);
  else changed(m, mutations.flatMap((_mutation) => extend(m._view, { _mutation })));
  if (!tap._silent) emit(m, { is: "done", tap: tap._n, id: tap._ids.at(-1) ?? 0 });
};

/** requeue puts an entry's ops into the queue as a new mutation. */
export const requeue = (m: M, e: Entry): void => {
  const { id } = e.mutation, was = m._meta.next;
  dropEntry(m, id);
  pending(m, [{ mutation: { ...e.mutation, id: m._next }, anew: true }], { _n: 0, _drafts: [], _silent: true }, () => {
    m._meta.next = was;
    put(m, "entries", id, e);
  });
};
