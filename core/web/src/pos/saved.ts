import type { User } from "manytill";
import { local, readJSON } from "../ui/storage.ts";

// The POS that this browser is paired with, one entry each in localStorage.
const prefix = "manytill.pos.";

export interface Saved {
  pos: string;
  name: string;
  multiSession: string;
  token: string;
  user: User | null;
}

/** isSaved tells an entry from what others, or a broken disk, left under its key. */
const isSaved = (v: unknown): v is Saved => {
  const s = v as Partial<Saved> | null;
  return typeof s === "object" && [s?.pos, s?.name, s?.multiSession, s?.token].every((x) => typeof x === "string") && !!s!.pos && !!s!.token
    && (s!.user === null || (typeof s!.user?.id === "string" && typeof s!.user.name === "string"));
};

export function allSaved(): Saved[] {
  return local.keys().filter((key) => key.startsWith(prefix)).map((key) => saved(key.slice(prefix.length))).filter((s) => s !== undefined)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** saved is undefined too where the entry is broken: that POS is paired anew, the others stay. */
export function saved(pos: string): Saved | undefined {
  const s = readJSON(local, prefix + pos, isSaved);
  return s?.pos === pos ? s : undefined;
}

export function save(s: Saved): void {
  local.set(prefix + s.pos, JSON.stringify(s));
  void navigator.storage?.persist?.().catch(() => false);
}

export const unpair = (pos: string): void => local.remove(prefix + pos);

/** tokenOf finds a token in what was pasted: the token itself, or a pairing link. */
export function tokenOf(pasted: string): string {
  const text = pasted.trim();
  return /[#&]token=([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? /^[A-Za-z0-9_-]{8,}$/.exec(text)?.[0] ?? "";
}

/**
 * signIn learns from the server whose token this is and keeps it. It opens the
 * till, which is harmless if it is open. user is the name of who stands there, if
 * the link says so. Its errors tell the cashier what to do.
 */
export async function signIn(token: string, user = ""): Promise<Saved> {
  let answer: Response;
  try {
    answer = await fetch("/v1/till/open", {
      method: "POST", headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" }, body: "{}",
    });
  } catch {
    throw new Error("The server can't be reached. Check the network of this device, then try again.");
  }
  if (answer.status === 401) throw new Error("This token isn't known here. Ask for a new pairing code on the admin page.");
  if (answer.status === 403) throw new Error("This is an admin token. A till needs the token of its POS.");
  if (!answer.ok) throw new Error(((await answer.json().catch(() => ({}))) as { message?: string }).message ?? `The server answered ${answer.status}.`);
  const { pos, multi_session } = await answer.json() as { pos: { id: string; name: string }; multi_session: { name: string } | null };
  const who = user ? await cashier(token, user) : saved(pos.id)?.user ?? null;
  const now = { pos: pos.id, name: pos.name, multiSession: multi_session?.name ?? "", token, user: who };
  save(now);
  return now;
}

/** cashier is the catalogue's cashier of that name, or one who is called so. */
async function cashier(token: string, name: string): Promise<User> {
  const rows = await fetch("/v1/catalogue", { headers: { Authorization: "Bearer " + token } })
    .then(async (r) => (r.ok ? ((await r.json()) as { cashiers?: { id: unknown; name: unknown }[] }).cashiers ?? [] : []), () => []);
  const found = rows.find((r) => r.name === name);
  return found ? { id: String(found.id), name } : userNamed(name);
}

/** userNamed makes a user of a name that no catalogue has. */
export const userNamed = (name: string): User => ({ id: name.replace(/[^A-Za-z0-9._:-]/g, "_").slice(0, 64), name });
