import type { Row, Store } from "../machine/contract";
import type { NotKept } from "../till";
import { TABLES, Taken } from "./indexeddb";

const RETRY = 2000;

/** Keeping is what a keeper says of its store: why what is new isn't kept, and that this changed. */
export interface Keeping {
  why?: NotKept;
  changed(): void;
}

/**
 * keeper sells on while a store fails: what can't be written stays in memory, the program hears why, and everything is
 * written as soon as it can be. What could not even be read is never written over.
 */
export function keeper(store: Store, keeping: Keeping): Store {
  const all = memoryStore();
  let read = false,
    closed = false;
  /** What was stored since a write of everything began. */
  let fresh = false;
  let taken: Taken | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = (why?: NotKept) => {
    if (keeping.why === why || closed) return;
    keeping.why = why;
    keeping.changed();
  };
  const failed = (e: Error) => {
    if (e instanceof Taken) throw e;
    console.error("manytill: what is new isn't kept", e);
    say(
      e.name === "QuotaExceededError" ? "full" : !read && /Security|InvalidState/.test(e.name) ? "forbidden" : "broken",
    );
    if (read && !closed)
      timer = setTimeout(
        () =>
          rewrite().catch((e: Taken) => {
            taken = e;
          }),
        RETRY,
      );
  };
  async function rewrite(): Promise<void> {
    fresh = false;
    try {
      await store.write([...TABLES.map((table) => ({ table })), ...(await all.load())], true);
    } catch (e) {
      return failed(e as Error);
    }
    return fresh ? rewrite() : say();
  }

  return {
    async load() {
      try {
        const rows = await store.load();
        await all.write(rows, false);
        read = true;
        return rows;
      } catch (e) {
        failed(e as Error);
        return [];
      }
    },
    async write(rows: Row[], sync) {
      if (taken) throw taken;
      await all.write(rows, sync);
      fresh = true;
      if (keeping.why) return;
      try {
        await store.write(rows, sync);
      } catch (e) {
        failed(e as Error);
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
      store.close();
    },
  };
}

type Table = Map<number | string, unknown>;

/**
 * memoryStore keeps rows as long as the page lives: for tests, and for browsers that keep nothing (private windows).
 * `fail` is thrown by every write while it is set.
 */
export function memoryStore(): Store & { fail?: Error } {
  const tables: Record<Row["table"], Table> = {
    entries: new Map(),
    orders: new Map(),
    drafts: new Map(),
    meta: new Map(),
  };
  const store: Store & { fail?: Error } = {
    async load() {
      return Object.entries(tables).flatMap(([table, rows]) =>
        [...rows].map(([key, value]) => ({ table, key, value }) as Row),
      );
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
