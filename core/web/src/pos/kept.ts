// What the server says and a till needs without it: kept in IndexedDB, asked
// for again by ETag.

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open("manytill-page", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("kept");
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
  });
}

async function run<T>(mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const request = work(db.transaction("kept", mode).objectStore("kept"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    db.close();
  }
}

interface Kept { etag: string; value: unknown }

/** Source is one path of the API, kept for one POS. */
export class Source<T> {
  #etag = "";
  constructor(private readonly path: string, private readonly key: string, private readonly take: (value: T) => void) {}

  /** recall takes what was kept. */
  async recall(): Promise<void> {
    const kept = await run("readonly", (s) => s.get(this.key) as IDBRequest<Kept | undefined>).catch(() => undefined);
    if (!kept) return;
    this.#etag = kept.etag;
    this.take(kept.value as T);
  }

  /** renew asks the server; what it can't give stays as it is. */
  async renew(token: string): Promise<void> {
    try {
      const headers: Record<string, string> = { Authorization: "Bearer " + token };
      if (this.#etag) headers["If-None-Match"] = this.#etag;
      const answer = await fetch(this.path, { headers, cache: "no-store", signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) return;
      const value = await answer.json() as T;
      this.#etag = answer.headers.get("ETag") ?? "";
      this.take(value);
      await run("readwrite", (s) => s.put({ etag: this.#etag, value }, this.key));
    } catch { /* offline: the next connection asks again */ }
  }
}
