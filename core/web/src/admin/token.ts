import { signal } from "@preact/signals";
import { local, session, type Keep } from "../ui/storage.ts";

// The admin token: in this tab until it is closed, or on this device if that
// was asked for.
const key = "manytill.admin-token";

export const token = signal(taken() || session.get(key) || local.get(key) || "");
export const signedOut = signal("");

/** taken is the token of a link /admin#token=…; it leaves the address. */
function taken(): string {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return "";
  const given = decoded(found[1]!);
  history.replaceState(null, "", `${location.pathname}#/multi-sessions`);
  store(session, given);
  return given;
}

function store(where: Keep, value: string): void {
  if (value) where.set(key, value);
  else where.remove(key);
}

/** decoded is a part of an address as it was meant; one that somebody mistyped stays as it is. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function signIn(value: string, remember: boolean): void {
  store(session, value);
  store(local, remember ? value : "");
  signedOut.value = "";
  token.value = value;
}

/** signOut forgets the token everywhere; why is told on the sign-in page. */
export function signOut(why = ""): void {
  store(session, "");
  store(local, "");
  signedOut.value = why;
  token.value = "";
}

addEventListener("hashchange", () => {
  const given = taken();
  if (given) {
    signedOut.value = "";
    token.value = given;
  }
});
