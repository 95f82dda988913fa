import { deleteDB, openDB, type IDBPDatabase } from "idb";
import type { Row, Store } from "../machine/contract";

export const TABLES: Row["table"][] = ["entries", "orders", "drafts", "meta"];
const OWNER = "owner";

/** Taken: somebody else has opened this queue since; nothing of the write was stored. */
export class Taken extends Error {}

/**
 * indexedDBStore keeps rows in the database `name`. The last to load owns it, and every write looks that this is
 * still so, in its own transaction: a tab that was asleep while another took its queue over can't write into it.
 * With `heal`, a database that was cleared under its owner may be written anew.
 */
export function indexedDBStore(name: string, heal?: boolean): Store {
  const me = Math.random();
  let db: IDBPDatabase | undefined;
  let lost = false;
  const lose = () => {
    lost = true;
    db?.close();
    db = undefined;
  };
  const open = async () => db ??= await openDB(name, 1, {
    upgrade(fresh) { for (const table of TABLES) fresh.createObjectStore(table); },
    blocking: lose, // another tab deletes or upgrades it
    terminated: lose, // the browser cleared it
  });
  const begin = async (sync: boolean) =>
    (await open()).transaction(TABLES, "readwrite", { durability: sync ? "strict" : "relaxed" });

  return {
    async load() {
      const tx = await begin(true);
      tx.objectStore("meta").put(me, OWNER);
      const rows = await Promise.all(TABLES.map(async (table) => {
        const [keys, values] = await Promise.all([tx.objectStore(table).getAllKeys(), tx.objectStore(table).getAll()]);
        return keys.map((key, i) => ({ table, key, value: values[i] }) as Row).filter(({ key }) => key !== OWNER);
      }));
      await tx.done;
      return rows.flat();
    },
    async write(rows, sync) {
      if (lost) { // what is there isn't what was: the next write must be everything
        lost = false;
        throw new Error("the browser closed the queue's database");
      }
      const tx = await begin(sync);
      const ended = tx.done;
      ended.catch(() => {}); // it is awaited below, or what broke it is thrown first
      const meta = tx.objectStore("meta");
      const owner = await meta.get(OWNER);
      try {
        if (owner !== me && (owner || !heal)) throw new Taken("another tab has this queue now");
        for (const { table, key, value } of rows) {
          const into = tx.objectStore(table);
          // What a put refuses aborts the transaction, and so rejects `ended`.
          (key === undefined ? into.clear() : value === undefined ? into.delete(key) : into.put(value, key)).catch(() => {});
        }
        meta.put(me, OWNER).catch(() => {});
      } catch (e) { // also a value that can't be cloned
        tx.abort();
        throw e;
      }
      await ended;
    },
    close() { db?.close(); },
  };
}

/** removeDB deletes a queue's database, now or when the last tab has closed it. */
export const removeDB = (name: string) => deleteDB(name);
