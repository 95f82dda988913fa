import type { User } from "manytill";

// The POS that this browser is paired with, one entry each in localStorage.
const prefix = "manytill.pos.";

export interface Saved {
  pos: string;
  name: string;
  multiSession: string;
  token: string;
  user: User | null;
}

export function allSaved(): Saved[] {
  const all: Saved[] = [];
  for (let i = 0; i < localStorage.length; i++) {
    const key = localStorage.key(i)!;
    if (key.startsWith(prefix)) all.push(JSON.parse(localStorage.getItem(key)!));
  }
  return all.sort((a, b) => a.name.localeCompare(b.name));
}

export function saved(pos: string): Saved | undefined {
  const raw = localStorage.getItem(prefix + pos);
  return raw ? JSON.parse(raw) : undefined;
}

export function save(s: Saved): void {
  localStorage.setItem(prefix + s.pos, JSON.stringify(s));
  void navigator.storage?.persist?.();
}

export function unpair(pos: string): void {
  localStorage.removeItem(prefix + pos);
}

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
