import type { Place } from "../ui/place.ts";
import { signOut, token } from "./token.ts";

/** Problem is a call that failed, in words for the operator. */
export class Problem extends Error {
  readonly code: string;
  readonly extra: Record<string, unknown>;
  constructor(code: string, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.extra = extra;
  }
}

const offline = "The server doesn't answer. Is it running, and is this device on its network?";
const foreign =
  "A router or a login page answers in the server's place. Check the network of this device and the address of this page.";

async function send(method: string, path: string, body?: unknown, as = token.value): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${as}` };
  const before = method === "GET" && known.get(path);
  if (before) headers["If-None-Match"] = before.etag;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw new Problem("offline", offline);
  }
  if (answer.ok || answer.status === 304) return answer;
  const p = await answer.json().catch(() => null);
  if (typeof p?.code !== "string" || typeof p.message !== "string")
    throw new Problem("offline", answer.status >= 500 ? offline : foreign);
  throw new Problem(
    p.code,
    sentence(p.code === "internal" && p.ref ? `${p.message}. Its log has more under ${p.ref}` : p.message),
    p,
  );
}

/** known is what a tagged answer said last: the server needn't read it again while nothing changed. */
const known = new Map<string, { etag: string; body: unknown }>();
const mostKnown = 20;

/** read is an answer's body, or the one from before where it says that nothing changed. */
async function read(path: string, answer: Response): Promise<unknown> {
  if (answer.status === 304) return known.get(path)!.body;
  const body = await answer.json().catch(() => {
      throw new Problem("offline", foreign);
    }),
    etag = answer.headers.get("ETag");
  known.delete(path);
  if (etag) known.set(path, { etag, body });
  if (known.size > mostKnown) known.delete(known.keys().next().value!);
  return body;
}

/** sentence makes the server's words one: upper case, a full stop. */
export const sentence = (words: string) =>
  words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?)]$/.test(words) ? "" : ".");

/** call makes an admin call; path begins below /v1/admin. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  try {
    return (await read(`/v1/admin${path}`, await send(method, `/v1/admin${path}`, body))) as T;
  } catch (e) {
    if (e instanceof Problem && (e.code === "unauthorized" || e.code === "forbidden")) {
      signOut(
        e.code === "forbidden" ? notAdmin : "The admin token isn't known here any more. Sign in with the one that is.",
      );
    }
    throw e;
  }
}

const notAdmin =
  "That is the token of a POS. The admin page takes the admin token, which the server printed at its first start.";

/** check says what is wrong with a token; nothing if it opens the page. */
export async function check(given: string): Promise<string> {
  try {
    await send("GET", "/v1/admin/multi-sessions", undefined, given);
    return "";
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    if (e.code === "unauthorized")
      return "The server doesn't know that token. It printed the admin token once, at its first start.";
    return e.code === "forbidden" ? notAdmin : e.message;
  }
}

/** info is what the server says of itself. */
export const info = async (): Promise<Place & { version: string }> => (await fetch("/v1/info")).json();

/** download saves an answer as a file. */
export async function download(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await send("GET", `/v1/admin${path}`)).blob());
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const all = {
  /** pages reads a list to its end, or to most. */
  async pages<P extends { after: string | null }, T>(
    path: string,
    of: (page: P) => T[],
    most: number,
  ): Promise<{ items: T[]; more: boolean }> {
    const items: T[] = [];
    for (let after = ""; ; ) {
      const page = await call<P>("GET", `${path}${path.includes("?") ? "&" : "?"}after=${after}`);
      items.push(...of(page));
      if (page.after === null) return { items, more: false };
      if (items.length >= most) return { items, more: true };
      after = encodeURIComponent(page.after);
    }
  },
};
