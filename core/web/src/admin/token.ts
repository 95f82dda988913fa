import { signal } from "@preact/signals";

// The admin token: in this tab until it is closed, or on this device if that
// was asked for.
const key = "manytill.admin-token";

export const token = signal(taken() || kept(sessionStorage) || kept(localStorage));
export const signedOut = signal("");

function kept(where: Storage): string {
  try { return where.getItem(key) ?? ""; } catch { return ""; }
}

/** taken is the token of a link /admin#token=…; it leaves the address. */
function taken(): string {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return "";
  const given = decodeURIComponent(found[1]!);
  history.replaceState(null, "", location.pathname + "#/multi-sessions");
  store(sessionStorage, given);
  return given;
}

function store(where: Storage, value: string): void {
  try { value ? where.setItem(key, value) : where.removeItem(key); } catch { /* a private window: until it is closed */ }
}

export function signIn(value: string, remember: boolean): void {
  store(sessionStorage, value);
  store(localStorage, remember ? value : "");
  signedOut.value = "";
  token.value = value;
}

/** signOut forgets the token everywhere; why is told on the sign-in page. */
export function signOut(why = ""): void {
  store(sessionStorage, "");
  store(localStorage, "");
  signedOut.value = why;
  token.value = "";
}

addEventListener("hashchange", () => {
  const given = taken();
  if (given) { signedOut.value = ""; token.value = given; }
});
