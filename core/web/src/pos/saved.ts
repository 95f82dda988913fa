import type { User } from "manytill";
import { local, readJSON } from "../ui/storage.ts";
import { keep, keptUnder } from "./kept.ts";

// The POS that this browser is paired with, one entry each in localStorage. A browser writes that to its disk when it
// likes, so one that is killed may have lost it: a copy is in the database.
const prefix = "manytill.pos.";

export interface Saved {
  pos: string;
  name: string;
  multiSession: string;
  token: string;
  user: User | null;
  /** Its till opens as soon as its POS is in a multi-session. */
  toOpen?: boolean;
}

/** isSaved tells an entry from what others, or a broken disk, left under its key. */
const isSaved = (v: unknown): v is Saved => {
  const s = v as Partial<Saved> | null;
  return (
    typeof s === "object" &&
    [s?.pos, s?.name, s?.multiSession, s?.token].every((x) => typeof x === "string") &&
    !!s!.pos &&
    !!s!.token &&
    (s!.user === null || (typeof s!.user?.id === "string" && typeof s!.user.name === "string"))
  );
};

export function allSaved(): Saved[] {
  return local
    .keys()
    .filter((key) => key.startsWith(prefix))
    .map((key) => saved(key.slice(prefix.length)))
    .filter((s) => s !== undefined)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** saved is undefined too where the entry is broken: that POS is paired anew, the others stay. */
export function saved(pos: string): Saved | undefined {
  const s = readJSON(local, prefix + pos, isSaved);
  return s?.pos === pos ? s : undefined;
}

export function save(s: Saved): void {
  local.set(prefix + s.pos, JSON.stringify(s));
  copy(s);
  void navigator.storage?.persist?.().catch(() => false);
}
const copy = (s: Saved) => void keep(prefix + s.pos, s).catch(() => {}); // localStorage has it

export function unpair(pos: string): void {
  local.remove(prefix + pos);
  void keep(prefix + pos, undefined).catch(() => {});
}

/** recallSaved brings back from the copies what localStorage lost, and sees to it that all have one. */
export async function recallSaved(): Promise<void> {
  const copies = (await keptUnder(prefix).catch((): unknown[] => [])).filter(isSaved);
  for (const s of copies) if (!saved(s.pos)) local.set(prefix + s.pos, JSON.stringify(s));
  for (const s of allSaved()) if (!copies.some((c) => c.pos === s.pos)) copy(s);
}

/** tokenOf finds a token in what was pasted: the token itself, or a pairing link. */
export function tokenOf(pasted: string): string {
  const text = pasted.trim();
  return /[#&]token=([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? /^[A-Za-z0-9_-]{8,}$/.exec(text)?.[0] ?? "";
}

/** post calls the server as a till does; its errors tell the cashier what to do. */
async function post(token: string, path: string, body: object): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The server can't be reached. Check the network of this device, then try again.");
  }
  if (answer.ok && /json/.test(answer.headers.get("Content-Type") ?? "")) return answer;
  if (!/problem\+json/.test(answer.headers.get("Content-Type") ?? "")) {
    throw new Error(
      answer.status >= 500
        ? "The server can't be reached: a proxy answers that it is away. Try again when it is back."
        : "A router or a login page answers in the server's place. Check the network and the address of this page, then try again.",
    );
  }
  if (answer.status === 401)
    throw new Error("This token isn't known here. Ask for a new pairing code on the admin page.");
  if (answer.status === 403) throw new Error("This is an admin token. A till needs the token of its POS.");
  throw new Error(
    ((await answer.json().catch(() => ({}))) as { message?: string }).message ??
      `The server answered ${answer.status}.`,
  );
}

/**
 * signIn learns from the server whose token this is and keeps it. Only opening
 * a till says so, which is harmless if it is open. One that is in no
 * multi-session is closed again: the manager couldn't put it into one. user is
 * the name of who stands there, if the link says so.
 */
export async function signIn(token: string, user = ""): Promise<Saved> {
  const { pos, multi_session } = (await (await post(token, "/v1/till/open", {})).json()) as {
    pos: { id: string; name: string };
    multi_session: { name: string } | null;
  };
  const who = user ? await cashier(token, user) : (saved(pos.id)?.user ?? null);
  if (!multi_session) await post(token, "/v1/till/close", {});
  else if (who) await post(token, "/v1/till/open", { user: who }); // the admin page shows who is at it
  const now: Saved = {
    pos: pos.id,
    name: pos.name,
    multiSession: multi_session?.name ?? "",
    token,
    user: who,
    toOpen: !multi_session,
  };
  save(now);
  return now;
}

/** cashier is the catalogue's cashier of that name, or one who is called so. */
async function cashier(token: string, name: string): Promise<User> {
  const rows = await fetch("/v1/catalogue", { headers: { Authorization: `Bearer ${token}` } }).then(
    async (r) => (r.ok ? (((await r.json()) as { cashiers?: { id: unknown; name: unknown }[] }).cashiers ?? []) : []),
    () => [],
  );
  const found = rows.find((r) => r.name === name);
  return found ? { id: String(found.id), name } : userNamed(name);
}

/** hash is 53 bits of a text, as 11 letters and digits. */
function hash(text: string): string {
  let a = 0xdeadbeef,
    b = 0x41c6ce57;
  for (const c of text) {
    a = Math.imul(a ^ c.codePointAt(0)!, 2654435761);
    b = Math.imul(b ^ c.codePointAt(0)!, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36).padStart(11, "0");
}

/** userNamed makes a user of a name that no catalogue has. Another name is another id, in whatever letters. */
export function userNamed(given: string): User {
  const name = given.normalize("NFC").trim(),
    plain = name.replace(/[^A-Za-z0-9._:-]+/g, "_");
  return { id: plain === name && name.length <= 64 ? name : `${plain.slice(0, 52)}-${hash(name)}`, name };
}

/** onSaved calls back when another tab of this browser has saved something about a POS. */
export function onSaved(pos: string, then: (s: Saved) => void): void {
  window.addEventListener("storage", (e) => {
    const now = e.key === prefix + pos ? saved(pos) : undefined;
    if (now) then(now);
  });
}
