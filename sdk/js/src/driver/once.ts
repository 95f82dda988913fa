import type { Effect, Row } from "../machine/contract";
import type { StoreEffect } from "./writer";

/** Whose says which tab asks, its number of this, and the lowest that it has no answer to. */
export interface Whose { tab: string; n: number; from: number }
/** Taps of a tab that are stored: its numbers and the ids of their mutations. */
type Taps = { at: number; ids: Record<number, number> };

const TAB = "tab:";
const KEEP = 48 * 3600_000;

/** once knows which taps of other tabs are stored, in rows among the machine's, so that none is applied twice. */
export function once(all: Row[], now: () => number) {
  const tabs = new Map<string, Taps>();
  /** The machine's rows. */
  const rows: Row[] = [];
  const rowOf = (tab: string, value?: Taps): Row => ({ table: "meta", key: TAB + tab, value });
  for (const row of all) {
    const tab = row.table === "meta" && ("" + row.key).split(TAB)[1];
    if (tab) tabs.set(tab, row.value as Taps);
    else rows.push(row);
  }
  return {
    rows,
    /** The mutation of a tap that was stored. */
    idOf: ({ tab, n }: Whose) => tabs.get(tab)?.ids[n],
    /** What belongs to everything that is stored. */
    all: () => [...tabs].map(([tab, taps]) => rowOf(tab, taps)),
    /** mark has whose a tap is stored with it, in the same transaction. */
    mark(effects: Effect[], tap: number, { tab, n, from }: Whose) {
      const at = effects.findIndex((e) => e.is === "store" && !e.all && e.rows.some(({ table }) => /entries|drafts/.test(table)));
      if (at < 0 || effects.some((e) => e.is === "done" && e.tap === tap)) return;
      const effect = effects[at] as StoreEffect;
      const ids = { ...tabs.get(tab)?.ids, [n]: Math.max(0, ...effect.rows.map(({ table, key, value }) => (table === "entries" && value ? +key! : 0))) };
      for (const old in ids) if (+old < from) delete ids[old];
      const taps = { at: now(), ids };
      tabs.set(tab, taps);
      effects[at] = { ...effect, rows: [...effect.rows, rowOf(tab, taps)] };
    },
    /** unmark: the tap couldn't be stored after all. */
    unmark({ tab, n }: Whose) {
      const { [n]: _, ...ids } = tabs.get(tab)?.ids ?? {};
      if (tabs.has(tab)) tabs.set(tab, { at: now(), ids });
    },
    /** forget gives what to delete of tabs that are long gone. */
    forget: () => [...tabs].filter(([tab, { at }]) => at < now() - KEEP && tabs.delete(tab)).map(([tab]) => rowOf(tab)),
  };
}
