import { batch, computed, effect, signal, type Signal } from "@preact/signals";
import { newId, type By, type Events, type Schema, type ShownLine, type ShownOrder } from "manytill";
import { dec, money } from "../ui/money.ts";
import { session as kept } from "../ui/storage.ts";
import { lineName } from "./catalogue.ts";
import { shownFields } from "./fields.ts";
import { owe } from "./notices.ts";
import { choose } from "./screen.ts";
import { iso } from "../ui/bidi.ts";
import { remember } from "./refusals.ts";
import { schema, session, status } from "./session.ts";
import { closing, orderWords, person } from "./words.ts";

// What the orders look like now: one signal for each, so that a change redraws
// what it touched and nothing else.

const shown = new Map<string, Signal<ShownOrder | undefined>>();
/** Ids of the open orders, by run and number, new ones last. */
export const openIds = signal<string[]>([]);
export const current = signal("");
export const selected = signal("");
effect(() => {
  void selected.value;
  choose("qty");
}); // 3 on another line is a quantity again
/** What others did last, in words. */
export const news = signal<{ n: number; text: string } | null>(null);
/** Who closed an order that was on the screen. */
export const closedBy = signal<{ order: string; words: string } | null>(null);
/** Counts how often another till moved the rows of the order on the screen. */
export const rowsMoved = signal(0);
/** Lines that another till touched just now; their rows light up once. */
export const touched = new WeakSet<ShownLine>();

export function orderOf(id: string): Signal<ShownOrder | undefined> {
  let s = shown.get(id);
  if (!s) shown.set(id, (s = signal(session.peek()?.till.order(id))));
  return s;
}
export const order = computed(() => (current.value ? orderOf(current.value).value : undefined));
export const run = computed(() => status.value?.run ?? 0);

let held: Events["orders"] | undefined;
/**
 * together shows at once what a tap changes in orders and what the screen makes of it: then follows a tap that was
 * done.
 */
export async function together(tap: Promise<boolean>, then: () => void): Promise<void> {
  held ??= [];
  let done = false;
  try {
    done = await tap;
  } finally {
    batch(() => {
      const list = held ?? [];
      held = undefined;
      heard(list);
      if (done) then();
    });
  }
}

/** heard takes what a till says about orders. */
export function heard(list: Events["orders"]): void {
  if (held) return void held.push(...list);
  batch(() => {
    const first = !session.peek()?.till.status.synced || list.length > 20;
    let moved = false;
    for (const what of list) {
      const was = shown.get(what.id)?.peek(),
        s = orderOf(what.id),
        now = what.order;
      const peer = !!what.by && what.by.pos?.id !== session.peek()?.saved.pos;
      if (peer && !first) tellOf(what.id, was, now, what.by!);
      if (now) tellOwing(now, was, !peer && !!what.by);
      moved ||= !was || !now || was.state !== now.state || was.number !== now.number || was.run !== now.run;
      if (now) remember(now);
      s.value = now;
      if (!now) shown.delete(what.id);
      else if (now.state !== "open" && !now.pending && what.id !== current.peek()) leave(what.id);
    }
    if (moved) listOpen();
    if (current.peek() && !order.peek() && session.peek()) void newOrder(); // it went with its multi-session
  });
}

export function listOpen(): void {
  const all = session.peek()!.till.orders();
  openIds.value = all.filter((o) => o.state === "open").map((o) => o.id);
}

function tellOf(id: string, was: ShownOrder | undefined, now: ShownOrder | undefined, by: By): void {
  if (was && now && was.state === "open" && now.state !== "open") {
    const words = `${cap(orderWords(now, run.peek()))} ${closing(now.state, by)}`;
    if (id === current.peek()) closedBy.value = { order: id, words };
    return say(words);
  }
  if (now?.state !== "open") return;
  if (id === current.peek() && was && moves(was, now)) rowsMoved.value++;
  const before = new Map(was?.lines.map((l) => [l.id, l]));
  let words = "";
  for (const line of now.lines) {
    const old = before.get(line.id);
    before.delete(line.id);
    if (old === line) continue;
    touched.add(line);
    words = old ? `changed ${iso(lineName(line.fields))} in` : `added ${iso(lineName(line.fields))} to`;
  }
  for (const gone of before.values()) words ||= `took ${iso(lineName(gone.fields))} off`;
  if (!words && was && was.payments.length < now.payments.length) words = "took a payment for";
  if (words || was?.fields !== now.fields) say(`${person(by)} ${words || "changed"} ${orderWords(now, run.peek())}`);
}

/** moves tells whether a line is where another one was: one above it went, or grew. */
function moves(was: ShownOrder, now: ShownOrder): boolean {
  const specs = schema.peek().orderline;
  return was.lines.some((l, i) => now.lines[i] !== l && tall(l, specs) !== tall(now.lines[i], specs));
}
/** tall is all that a row's place and height hang on. */
const tall = (l: ShownLine | undefined, specs: Schema["orderline"]) =>
  l && JSON.stringify([l.id, lineName(l.fields), shownFields(specs, l.fields).map(([f]) => l.fields[f])]);

/**
 * tellOwing finds money to give back: this till's that came too late, for two took it for one order, and what a
 * cancelled order held.
 */
function tellOwing(now: ShownOrder, was: ShownOrder | undefined, mine: boolean): void {
  if (was?.payments === now.payments) return;
  const name = cap(orderWords(now, run.peek())),
    here = session.peek()?.saved.pos;
  for (const p of now.payments) {
    const cancelled = now.state === "cancelled" && !!was?.payments.some((old) => old.id === p.id && !old.needs);
    if (!p.needs || (p.by?.pos && p.by.pos.id !== here && !(cancelled && mine))) continue;
    const out = p.amount < 0,
      what = `the ${money(dec(Math.abs(p.amount)))} ${out ? "given out" : "taken"} ${p.by?.pos && p.by.pos.id !== here ? `at ${p.by.pos.name || p.by.pos.id}` : "here"} (${p.method})`;
    const todo = p.needs === "refund" && !out ? `give back ${what}` : `the manager has to look at ${what}`;
    owe({
      payment: p.id,
      words: `${name} was ${now.state}${cancelled ? ` and ${out ? "gave out" : "held"} money` : " on another till already"}: ${todo}.`,
    });
  }
}

const cap = (s: string) => s[0]!.toUpperCase() + s.slice(1);
let told = 0;
export function say(text: string): void {
  news.value = { n: ++told, text };
}

/** leave drops a closed order that nobody looks at any more. */
function leave(id: string): void {
  queueMicrotask(() => {
    const o = session.peek()?.till.order(id);
    if (o && o.state !== "open" && !o.pending && id !== current.peek()) session.peek()!.till.forget(id);
  });
}

/** show puts an order on the screen. */
export function show(id: string): void {
  const before = current.peek();
  if (before === id) return;
  batch(() => {
    current.value = id;
    selected.value = "";
    closedBy.value = null;
    choose("qty");
  });
  kept.set(`manytill.order.${session.peek()!.saved.pos}`, id);
  if (before) leave(before);
}

/** spare is the empty order of this till, made if there is none. */
async function spare(): Promise<string> {
  const till = session.peek()!.till;
  const empty = till
    .orders()
    .find(
      (o) => o.state === "open" && !o.number && !o.lines.length && !Object.keys(o.fields).some((f) => f !== "ms_info"),
    );
  const id = empty?.id ?? newId();
  if (!empty) {
    await till.do({ op: "order.create", order: id, set: {} });
    orderOf(id).value = till.order(id);
    listOpen();
  }
  return id;
}

let making: Promise<string> | undefined;
/** nextOrder makes the order that comes after this one, so that nobody waits for it later. */
export function nextOrder(): Promise<string> {
  return (making ??= spare().finally(() => {
    making = undefined;
  }));
}

/** newOrder shows the empty order of this till. */
export async function newOrder(): Promise<string> {
  const id = await nextOrder();
  show(id);
  return id;
}

/** What the others are told that is on this screen: an order that has its number. */
const lookedAt = computed(() => (order.value?.number ? current.value : null));

/** begin shows the order that was on this screen before a reload, or a new one. */
export async function begin(): Promise<void> {
  const { till, saved } = session.peek()!;
  for (const o of till.orders()) {
    orderOf(o.id).value = o;
    remember(o);
  }
  listOpen();
  let looks: ReturnType<typeof setTimeout>;
  effect(() => {
    // the others hear of it when it is drawn
    const id = lookedAt.value;
    clearTimeout(looks);
    looks = setTimeout(() => till.look(id), 100);
  });
  const before = kept.get(`manytill.order.${saved.pos}`);
  if (before && till.order(before)?.state === "open") show(before);
  else await newOrder();
}
