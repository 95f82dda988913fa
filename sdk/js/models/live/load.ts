// Gets the extensions that the server gives to pages.
import type { Definition } from "../browser";

export interface Loaded {
  definitions: Definition[];
  /**
   * Of what was loaded; compare it with Status.extensionsEtag to know when to load the page anew. "" if it isn't known.
   */
  etag: string;
  /** Why there is nothing, or less than there should be. The page works on without hooks. */
  error?: Error;
}

/** Ways of a browser that a test may stand in for. */
export interface Ways {
  fetch(url: string): Promise<{ ok: boolean; status: number; headers: { get(name: string): string | null } }>;
  /** Runs a classic script: extensions can't be modules. Rejects if it can't be had or read. */
  script(url: string): Promise<void>;
}

const inPage: Ways = {
  fetch: (url) => fetch(url),
  script: (url) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      // The browser says a syntax error to the window alone.
      const wrong = (e: ErrorEvent) => {
        if (e.filename === script.src) fault = new Error(`${e.message} (${url}:${e.lineno})`);
      };
      let fault: Error | undefined;
      const over = (error?: Error) => {
        window.removeEventListener("error", wrong);
        script.remove();
        if (error) reject(error);
        else resolve();
      };
      window.addEventListener("error", wrong);
      script.onload = () => over(fault);
      script.onerror = () => over(new Error(`${url} can't be loaded`));
      script.src = url;
      document.head.append(script);
    }),
};

/**
 * loadExtensions runs /v1/extensions.js as a script of the page and gives the definitions that it holds, for
 * openModels. It never rejects: see Loaded.error. Nothing is compiled from text, so `script-src 'self'` is enough; the
 * browser's cache and the page's service worker keep it by its ETag for work without the server.
 */
export async function loadExtensions(url = "/v1/extensions.js", ways: Ways = inPage): Promise<Loaded> {
  const list: { manytillExtensions?: Definition[] } = globalThis as never;
  const before = list.manytillExtensions;
  const mine: Definition[] = (list.manytillExtensions = []);
  let etag = "";
  let error: Error | undefined;
  try {
    const answer = await ways.fetch(url);
    if (!answer.ok) throw new Error(`${url} can't be loaded: the server answered ${answer.status}`);
    etag = answer.headers.get("ETag") ?? "";
    await ways.script(url);
  } catch (e) {
    error = e instanceof Error ? e : new Error(String(e));
  }
  if (list.manytillExtensions === mine) list.manytillExtensions = before;
  return {
    definitions: mine.filter(usable),
    etag,
    error: error ?? (mine.every(usable) ? undefined : new Error(`${url} holds something that is no extension`)),
  };
}

const usable = (d: Definition): boolean => !!d && typeof d.name === "string" && Array.isArray(d.files) && !!d.fields;
