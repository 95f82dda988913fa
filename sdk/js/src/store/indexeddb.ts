import { deleteDB, openDB, type IDBPDatabase } from "idb";
import type { Row, Store } from "../machine/contract";

export const TABLES: Row["table"][] = ["entries", "orders", "drafts", "meta"];
const OWNER = "owner";

/** Taken: somebody else has opened this queue since; nothing of the write was stored. */
export class Taken extends Error {}

/** How long the database may take to open, and to write. */
const PATIENCE = 5_000;

/** Silent: the database didn't answer. Some browsers' do so until the page is loaded anew. */
class Silent extends Error {}

const within = <T>(answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Silent("the queue's database doesn't answer")), PATIENCE);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/**
 * indexedDBStore keeps rows in the database `name`. The last to load owns it, and every write looks that this is
 * still so, in its own transaction: a tab that was asleep while another took its queue over can't write into it.
 * With `heal`, a database that was cleared under its owner may be written anew. A connection that is lost (as after a
 * phone's sleep) is opened again.
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
  const open = async () => {
    if (db) return db;
    const opening = openDB(name, 1, {
      upgrade(fresh) {
        for (const table of TABLES) fresh.createObjectStore(table);
      },
      blocking: lose, // another tab deletes or upgrades it
      terminated: lose, // the browser cleared it
    });
    try {
      return (db = await within(opening));
    } catch (e) {
      opening.then(
        (late) => late.close(),
        () => {},
      );
      throw e;
    }
  };
  /** reopen: what is wrong with a connection isn't known; another may do. */
  const reopen = () => {
    db?.close();
    db = undefined;
  };
  const begin = async (sync: boolean) =>
    (await open()).transaction(TABLES, "readwrite", { durability: sync ? "strict" : "relaxed" });

  async function read(): Promise<Row[]> {
    const tx = await begin(true);
    tx.objectStore("meta")
      .put(me, OWNER)
      .catch(() => {});
    const rows = await Promise.all(
      TABLES.map(async (table) => {
        const [keys, values] = await Promise.all([tx.objectStore(table).getAllKeys(), tx.objectStore(table).getAll()]);
        return keys.map((key, i) => ({ table, key, value: values[i] }) as Row).filter(({ key }) => key !== OWNER);
      }),
    );
    await tx.done;
    return rows.flat();
  }
  async function write(rows: Row[], sync: boolean, mayHeal = heal) {
    const tx = await begin(sync);
    const ended = tx.done;
    ended.catch(() => {}); // it is awaited below, or what broke it is thrown first
    const meta = tx.objectStore("meta");
    // The owner is asked for together with the rows, for one way to the disk and back; nothing is committed before its
    // answer.
    const asked = meta.get(OWNER).catch(() => ended.then(() => undefined)); // what broke the transaction, and so this
    asked.catch(() => {});
    try {
      for (const { table, key, value } of rows) {
        const into = tx.objectStore(table);
        // What a put refuses aborts the transaction, and so rejects `ended`.
        (key === undefined ? into.clear() : value === undefined ? into.delete(key) : into.put(value, key)).catch(
          () => {},
        );
      }
      const owner = await asked;
      if (owner !== me && (owner || !mayHeal)) throw new Taken("another tab has this queue now");
      if (owner !== me || rows.some(({ table, key }) => table === "meta" && key === undefined))
        meta.put(me, OWNER).catch(() => {});
      tx.commit();
    } catch (e) {
      // also a value that can't be cloned
      try {
        tx.abort();
      } catch {
        /* it is aborted */
      }
      throw e;
    }
    await ended;
  }
  /** twice tries again over another connection, where one that was lost may be the reason. */
  async function twice<T>(first: () => Promise<T>, second: () => Promise<T>): Promise<T> {
    try {
      return await within(first());
    } catch (e) {
      reopen();
      if (e instanceof Taken || e instanceof Silent || /Quota|Clone|Security/.test((e as Error).name)) throw e;
    }
    try {
      return await within(second());
    } catch (e) {
      reopen();
      throw e;
    }
  }

  return {
    load: () => twice(read, read),
    async write(rows, sync) {
      if (lost) {
        // what is there isn't what was: the next write must be everything
        lost = false;
        throw new Error("the browser closed the queue's database");
      }
      // What was cleared meanwhile isn't written in part.
      const cleared = (e: unknown) => {
        throw e instanceof Taken && heal ? new Error("the queue's database was cleared") : e;
      };
      await twice(
        () => write(rows, sync),
        () => write(rows, sync, false).catch(cleared),
      );
    },
    close() {
      db?.close();
    },
  };
}

/** removeDB deletes a queue's database, now or when the last tab has closed it. */
export const removeDB = (name: string) => deleteDB(name);
