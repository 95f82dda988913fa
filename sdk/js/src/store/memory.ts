import type { Row, Store } from "../machine/contract";

type Table = Map<number | string, unknown>;

/**
 * memoryStore keeps rows as long as the page lives: for tests, and for browsers that keep nothing (private windows).
 * `fail` is thrown by every write while it is set.
 */
export function memoryStore(): Store & { fail?: Error } {
  const tables: Record<Row["table"], Table> = { entries: new Map(), orders: new Map(), drafts: new Map(), meta: new Map() };
  const store: Store & { fail?: Error } = {
    async load() {
      return Object.entries(tables).flatMap(([table, rows]) =>
        [...rows].map(([key, value]) => ({ table, key, value }) as Row));
    },
    async write(rows) {
      if (store.fail) throw store.fail;
      for (const { table, key, value } of rows) {
        if (key === undefined) tables[table].clear();
        else if (value === undefined) tables[table].delete(key);
        else tables[table].set(key, value);
      }
    },
    close() {},
  };
  return store;
}
