import { notKept } from "../ui/storage.ts";

// What a till needs when it starts again, kept in IndexedDB: what the server says, asked
// for again by ETag, and a copy of what localStorage has of its pairing.

/** How long, in ms, a till waits for the database at its start, and for a write. A later answer is taken when it comes. */
const patience = 3000;
/**
 * How long, in ms, an answer may stand still. How long it takes in all doesn't matter: lists are long and links slow.
 */
const silence = 15_000;
/** How long, in ms, an answer is as good as new: a page asks when it starts, and when it has its link. */
const fresh = 10_000;

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open("manytill-page", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("kept");
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
    open.onblocked = () => reject(new Error("another tab blocks the database"));
  });
}

/** soon is the answer, or an error once nobody should wait for it any longer. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the database doesn't answer")), patience);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

type Work<T> = (s: IDBObjectStore) => IDBRequest<T>;

/** run tries twice: a connection may be lost, as it is while the browser clears the database. */
const run = <T>(mode: IDBTransactionMode, work: Work<T>): Promise<T> => once(mode, work).catch(() => once(mode, work));

async function once<T>(mode: IDBTransactionMode, work: Work<T>): Promise<T> {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const tx = db.transaction("kept", mode),
        request = work(tx.objectStore("kept"));
      request.onsuccess = () => {
        if (mode === "readonly") resolve(request.result);
      };
      tx.oncomplete = () => resolve(request.result); // only now is it on disk
      request.onerror = tx.onabort = () => reject(request.error ?? tx.error);
      db.onclose = () => reject(new Error("the browser closed the database"));
    });
  } finally {
    db.close();
  }
}

/** keep writes a value, which is on disk then; undefined removes it. */
export async function keep(key: string, value: unknown): Promise<void> {
  await soon(run("readwrite", (s) => (value === undefined ? s.delete(key) : s.put(value, key)) as IDBRequest<unknown>));
  watch();
}

/** keptUnder are the values whose keys begin with a prefix. */
export const keptUnder = (prefix: string): Promise<unknown[]> =>
  soon(run("readonly", (s) => s.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`))));

const keepAgain = new Set<() => void>();
let watched = false;
/** watch holds the database open, once, so that the browser says when it was cleared below this page: all is kept again then. */
function watch(): void {
  if (watched) return;
  watched = true;
  const over = () => {
    watched = false;
  };
  database().then((db) => {
    db.onversionchange = () => {
      db.close(); // a newer page waits for it
      over();
    };
    db.onclose = () => {
      over();
      for (const again of keepAgain) again();
    };
  }, over);
}

/** whenCleared runs what keeps its values again. */
export const whenCleared = (again: () => void): void => void keepAgain.add(again);

interface Kept {
  etag: string;
  value: unknown;
}

/** Source is one path of the API, kept for one POS. */
export class Source<T> {
  #etag = "";
  #asking: Promise<void> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #pause = 1000;
  #told = 0;
  #value: T | undefined;

  /**
   * is tells the server's answer from what others say in its place; take gets it, and when it was asked for, unless it
   * was kept; linked, whether it is worth while to try again.
   */
  constructor(
    private readonly path: string,
    private readonly key: string,
    private readonly token: string,
    private readonly is: (v: unknown) => v is T,
    private readonly take: (value: T, asked?: number) => void,
    private readonly linked: () => boolean,
  ) {
    whenCleared(() => void this.#keep());
  }

  /** recall takes what was kept: a slow database holds up nobody, and yet isn't given up. */
  async recall(): Promise<void> {
    const taken = run("readonly", (s) => s.get(this.key) as IDBRequest<Kept | undefined>).then((kept) => {
      if (!kept || this.#etag || !this.is(kept.value)) return;
      this.#take(typeof kept.etag === "string" ? kept.etag : "", kept.value);
      watch();
    });
    await soon(taken).catch(() => {});
  }
  #take(etag: string, value: T, asked?: number): void {
    this.#etag = etag;
    this.#value = value;
    this.take(value, asked);
  }

  /**
   * renew asks the server, once at a time, and again until it answers; what it can't give stays as it is. What is just
   * here isn't asked for.
   */
  renew(): Promise<void> {
    clearTimeout(this.#later);
    if (Date.now() - this.#told < fresh) return Promise.resolve();
    return (this.#asking ??= this.#ask()
      .then(
        () => {
          this.#pause = 1000;
          this.#told = Date.now();
        },
        () => {
          if (!this.linked()) return; // the next connection asks again
          this.#later = setTimeout(() => void this.renew(), this.#pause);
          this.#pause = Math.min(this.#pause * 2, 30_000);
        },
      )
      .finally(() => {
        this.#asking = undefined;
      }));
  }

  /** heard renews where the server names another ETag than what is here. */
  heard(etag: string | undefined): void {
    if (!etag || etag === this.#etag) return;
    this.#told = 0;
    void this.renew();
  }

  async #ask(): Promise<void> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token}` };
    if (this.#etag) headers["If-None-Match"] = this.#etag;
    const asked = Date.now(),
      { status, etag, text } = await steadily(this.path, headers);
    if (status === 304) return;
    const value: unknown = status === 200 ? JSON.parse(text) : undefined;
    if (!this.is(value)) throw new Error(`${this.path}: ${status}`);
    this.#take(etag, value, asked);
    await this.#keep();
  }
  async #keep(): Promise<void> {
    if (this.#value === undefined) return;
    await keep(this.key, { etag: this.#etag, value: this.#value } satisfies Kept).catch(() => {
      notKept.value = true;
    });
  }
}

/** steadily reads an answer as long as something of it arrives. */
async function steadily(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; etag: string; text: string }> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), silence);
  };
  heard();
  try {
    const answer = await fetch(path, { headers, cache: "no-store", signal: abort.signal });
    const reader = answer.body?.getReader(),
      decoder = new TextDecoder();
    let text = "";
    for (;;) {
      heard();
      const part = await reader?.read();
      if (!part?.value)
        return { status: answer.status, etag: answer.headers.get("ETag") ?? "", text: text + decoder.decode() };
      text += decoder.decode(part.value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
}
