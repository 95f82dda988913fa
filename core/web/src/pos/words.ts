import { computed } from "@preact/signals";
import type { By, Fields, MSInfo, ShownOrder, Status } from "manytill";
import { iso } from "../ui/bidi.ts";
import { zone } from "../ui/place.ts";

/** label is "New", "12", or "5, run 2" for one carried from an earlier run. */
export function label(o: Pick<ShownOrder, "number" | "run">, run: number): string {
  if (!o.number) return "New";
  return isCarried(o, run) ? `${o.number}, run ${o.run}` : String(o.number);
}
export const isCarried = (o: Pick<ShownOrder, "number" | "run">, run: number) =>
  !!o.number && !!run && !!o.run && o.run !== run;
export const orderWords = (o: Pick<ShownOrder, "number" | "run">, run: number) =>
  o.number ? `order ${label(o, run)}` : "a new order";

type Author = { pos?: { id: string; name: string }; user?: { id: string; name: string } | null };
/**
 * author is "Bar (Ana)", "Bar" when nobody said who stood there, or "Ana" where this till doesn't know its own name
 * yet.
 */
export function author(a: Author | undefined): string {
  const pos = iso(a?.pos?.name || a?.pos?.id || ""),
    user = iso(a?.user?.name ?? "");
  return pos && user ? `${pos} (${user})` : pos || user;
}

/** madeBy is the note under a line. */
export function madeBy(f: Fields): string {
  const info = f.ms_info as unknown as MSInfo | undefined;
  const created = author(info?.created),
    changed = author(info?.changed);
  if (!created) return "added here";
  return !changed || changed === created ? `added by ${created}` : `added by ${created}, changed by ${changed}`;
}

/** person is who a cashier would call by name. */
export const person = (by: By | undefined) => iso(by?.user?.name || by?.pos?.name || by?.pos?.id || "The server");

const byServer: Record<string, string> = { admin: " by the manager", run_end: " when its run ended" };
/** closing is "was paid at Bar by Ana". */
export function closing(state: string, by: By | undefined): string {
  if (by?.server) return `was ${state}${byServer[by.server] ?? ""}`;
  if (!by?.pos) return `was ${state} on another till`;
  return `was ${state} at ${iso(by.pos.name || by.pos.id)}${by.user?.name ? ` by ${iso(by.user.name)}` : ""}`;
}

const clocks = computed(
  () => new Intl.DateTimeFormat([], { timeZone: zone.value, hour: "2-digit", minute: "2-digit", hour12: false }),
);
export const clock = (ms: number | string) => clocks.value.format(new Date(ms));
export const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

export type Tone = "good" | "busy" | "offline" | "bad";
/** connection is what the bar says about the server. */
export function connection(
  s: Status | null,
  grace = false,
  silent = false,
  foreign = false,
): { tone: Tone; short: string; long: string } {
  if (!s) return { tone: "busy", short: "Starting", long: "Starting" };
  const taps = s.unsent ? `, ${count(s.unsent, "tap")} waiting` : "";
  if (s.problem)
    return {
      tone: s.problem === "no_multi_session" ? "offline" : "bad",
      short: problems[s.problem] ?? "Needs attention",
      long: (s.advice || s.problem) + taps,
    };
  if (!s.transport && grace) return { tone: "busy", short: "Connecting", long: `Connecting${taps}` };
  if (!s.transport) {
    return {
      tone: "offline",
      short: s.unsent ? `Offline · ${s.unsent} waiting` : "Offline",
      long: `Working offline since ${clock(s.since)}${taps || ", nothing waiting"}${foreign ? ". A router or a login page answers in the server's place" : ""}`,
    };
  }
  if (silent)
    return {
      tone: "offline",
      short: `No answer · ${s.unsent}`,
      long: `The server doesn't answer${taps}, safe on this device`,
    };
  if (s.unsent) return { tone: "busy", short: `Sending ${s.unsent}`, long: `Connected since ${clock(s.since)}${taps}` };
  const slow = s.transport === "poll" ? " (slow link)" : "";
  const waits = s.waiting ? `; ${count(s.waiting, "tap")} waiting until another till brings the order back` : "";
  return {
    tone: "good",
    short: "Connected",
    long: `Connected since ${clock(s.since)}${slow}, everything is sent${waits}`,
  };
}
const problems: Record<string, string> = {
  till_closed: "Till closed",
  no_multi_session: "Alone",
  unauthorized: "Signed out",
  upgrade_required: "Update needed",
  read_only: "Server read-only",
  unreadable: "Can't read the server",
};

const named: Record<string, string> = { qty: "quantity", price_unit: "price", partner_id: "customer" };
export const plain = (field: string) => named[field] ?? field.replaceAll("_", " ");
