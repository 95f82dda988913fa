import { notKept } from "../ui/storage.ts";

// What the server says and a till needs without it: kept in IndexedDB, asked
// for again by ETag.

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

async function run<T>(mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
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

  /** is tells the server's answer from what others say in its place; linked, whether it is worth while to try again. */
  constructor(
    private readonly path: string,
    private readonly key: string,
    private readonly token: string,
    private readonly is: (v: unknown) => v is T,
    private readonly take: (value: T) => void,
    private readonly linked: () => boolean,
  ) {}

  /** recall takes what was kept: a slow database holds up nobody, and yet isn't given up. */
  async recall(): Promise<void> {
    const read = () => run("readonly", (s) => s.get(this.key) as IDBRequest<Kept | undefined>);
    const taken = read()
      .catch(read) // a connection may be lost
      .then((kept) => {
        if (!kept || this.#etag || !this.is(kept.value)) return;
        this.#etag = typeof kept.etag === "string" ? kept.etag : "";
        this.take(kept.value);
      });
    await soon(taken).catch(() => {});
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
    const { status, etag, text } = await steadily(this.path, headers);
    if (status === 304) return;
    const value: unknown = status === 200 ? JSON.parse(text) : undefined;
    if (!this.is(value)) throw new Error(`${this.path}: ${status}`);
    this.#etag = etag;
    this.take(value);
    await soon(run("readwrite", (s) => s.put({ etag, value } satisfies Kept, this.key))).catch(() => {
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
