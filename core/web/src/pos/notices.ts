import { signal } from "@preact/signals";
import type { Events, StrandedQueue, Rejected } from "manytill";
import { local, readJSON } from "../ui/storage.ts";
import { session } from "./session.ts";

// What waits for the cashier's word: refused taps and queues kept aside.

export const rejections = signal<Rejected[]>([]);
export const asides = signal<StrandedQueue[]>([]);
/** What the server left out of what was tapped last, and why. */
export type LeftOut = Pick<Events["ignored"], "fields" | "why">;
export const nothingLeftOut: LeftOut = { fields: [] };
export const ignored = signal(nothingLeftOut);

/** Money that was taken here for an order that was over already; kept until somebody has seen to it. */
export interface Owing {
  payment: string;
  words: string;
}
export const owing = signal<Owing[]>([]);
const isOwing = (v: unknown): v is Owing[] =>
  Array.isArray(v) &&
  v.every((o: Partial<Owing> | null) => typeof o?.payment === "string" && typeof o.words === "string");
const owingKey = () => `manytill.owing.${session.peek()!.saved.pos}`;
function keepOwing(all: Owing[]): void {
  owing.value = all;
  local.set(owingKey(), JSON.stringify(all));
}
export function owe(o: Owing): void {
  if (!read().includes(o.payment)) keepOwing([...owing.peek().filter((other) => other.payment !== o.payment), o]);
}
export function settled(o: Owing): void {
  keepOwing(owing.peek().filter((other) => other !== o));
  markRead(o.payment);
}

const key = () => `manytill.read.${session.peek()!.saved.pos}`;
const name = (r: Rejected) => `${r.mutation.id}@${r.mutation.at ?? ""}`;
const read = (): string[] =>
  readJSON(local, key(), (v): v is string[] => Array.isArray(v) && v.every((x) => typeof x === "string")) ?? [];

export function refused(r: Rejected): void {
  if (!rejections.peek().some((other) => name(other) === name(r))) rejections.value = [...rejections.peek(), r];
}

/** recall shows again, after a reload, what nobody has read. */
export async function recall(): Promise<void> {
  const till = session.peek()!.till,
    seen = new Set(read());
  owing.value = readJSON(local, owingKey(), isOwing) ?? [];
  asides.value = await till.strandedQueues();
  for (const r of await till.rejections()) if (!seen.has(name(r))) refused(r);
}

export function dismiss(r: Rejected): void {
  rejections.value = rejections.peek().filter((other) => other !== r);
  markRead(name(r));
}
function markRead(what: string): void {
  local.set(key(), JSON.stringify([...read(), what].slice(-300)));
}

export function keptAside(a: StrandedQueue): void {
  asides.value = [...asides.peek().filter((other) => other.client_id !== a.client_id), a];
}

export async function dropAside(a: StrandedQueue): Promise<void> {
  await session.peek()!.till.dropStrandedQueue(a.client_id);
  asides.value = asides.peek().filter((other) => other !== a);
}

export function download(a: StrandedQueue): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(a, null, 2)], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), {
    href: url,
    download: `manytill-aside-${a.client_id}.json`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
