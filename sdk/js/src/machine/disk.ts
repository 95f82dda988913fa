// What is on disk. Rows are stored in the order of steps, so disk and state can differ by a tail only.
import { redraw } from "./report";
import { emit, rows, type M } from "./state";
import { failure, show } from "./tap";

const pause = 2000;

/** free: what the link may say is on disk, and nothing else is in the way of a call. */
export const free = (m: M): boolean => m._stored >= m._gate && !m._broken && !m._later.length && !m._stopped;

/** repair writes everything after a failure, when it may have been mended. */
export const repair = (m: M): void => {
  if (!m._broken || m._now < m._broken) return;
  m._broken = 0;
  m._all = m._sync = true;
  m._gate = m._batch + 1;
};

/** flush stores what the step changed. */
export const flush = (m: M): void => {
  if (!m._dirty.size && !m._all) return;
  m._batch++;
  if (!m._broken) {
    const changes = m._all ? rows(m) : [...m._dirty.values()].map(([table, key]) =>
      ({ table, key, value: table === "meta" ? (m._meta as any)[key] : m._tables[table].get(key as never) }));
    m._out.unshift({ is: "store", batch: m._batch, rows: changes, sync: m._sync, all: m._all });
  }
  m._dirty.clear();
  m._sync = m._all = false;
};

export const stored = (m: M, batch: number): void => {
  m._stored = Math.max(m._stored, batch);
  while (m._taps[0] && m._taps[0]._batch <= batch) show(m, m._taps.shift()!);
  runLater(m);
};

/** whenStored runs f as soon as no tap is on its way to the disk; until then nothing connects. */
export const whenStored = (m: M, f: () => void): void => void m._later.push(f);

export const runLater = (m: M): void => {
  while (!m._taps.length && m._later.length) m._later.shift()!();
};

export const cantSave = () => failure("internal", [], "unsaved");

/**
 * storeFailed takes back the taps that aren't on disk. Everything else stays: it came from the server, or is written
 * again with the whole state.
 */
export const storeFailed = (m: M, batch: number, cause: Error): void => {
  stored(m, batch - 1);
  m._broken = m._now + pause;
  for (const tap of m._taps.splice(0).reverse()) {
    tap._undo();
    if (!tap._silent) emit(m, { is: "done", tap: tap._n, id: 0, error: Object.assign(cantSave(), { cause }) });
  }
  redraw(m);
};
