import { batch, signal } from "@preact/signals";
import { newId, type Fields, type NewPayment, type Op, type ShownLine, type ShownOrder } from "manytill";
import { faultWords } from "../ui/faults.tsx";
import { dec, isZero, neg, num, type Decimal } from "../ui/money.ts";
import type { Product } from "./catalogue.ts";
import { tap, would as wouldBe } from "./extensions.ts";
import { current, newOrder, nextOrder, order, orderOf, selected, show } from "./orders.ts";
import { inVain, movable, onOwn, ownerOf } from "./own.ts";
import { leftOut } from "./refusals.ts";
import { choose, done, endTyping, panel } from "./screen.ts";
import { schema, session, silent } from "./session.ts";
import { kept, type Tender } from "./tenders.ts";
import { held } from "./totals.ts";

/** What went wrong with the last tap; empty when all is well. */
export const trouble = signal("");

/** ask asks the till for ops, with the trouble told to the cashier; false when it failed. */
export async function ask(...ops: Op[]): Promise<boolean> {
  const slow = setTimeout(() => {
    trouble.value = unstored;
  }, patience);
  try {
    const no = ops.some(onOwn) && (await ownersWord(ops));
    if (!no) await tap(session.peek()!.till, ...ops);
    trouble.value = no || "";
    return !no;
  } catch (e) {
    trouble.value = faultWords(e);
    return false;
  } finally {
    clearTimeout(slow);
  }
}
/** How long, in ms, a tap may wait for the disk before the cashier is told. */
const patience = 4000;
const unstored =
  "This device's storage doesn't answer: the last tap isn't stored, and what is tapped now waits for it. If it lasts, reload the page.";

/** ownersWord says of a tap on an extension's line that it would change nothing; "" if it would, or nobody here knows. */
async function ownersWord(ops: Op[]): Promise<string> {
  const op = ops.find(onOwn),
    now = op && orderOf(op.order).peek(),
    would = now && (await wouldBe(...ops));
  const field = would && inVain(op, now, would, schema.peek().orderline);
  return field ? `${leftOut(`${op.line}.${field}`, `is what the extension ${ownerOf(op.line)} says`)}.` : "";
}

let before: Promise<unknown> = Promise.resolve();
/** inTurn lets one tap after the other be done: the second of two quick ones finds what the first made. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = before.then(work);
  before = done.catch(() => {});
  return done;
}

let starting: { from: string; id: Promise<string> } | undefined;
/** startOrder is the tap on "New order": it waits for the taps before it, and gives way to another order shown meanwhile. */
export function startOrder(): void {
  const from = current.peek(),
    id = inTurn(async () => {
      const next = await nextOrder();
      if (current.peek() === from) show(next);
      return next;
    });
  const mine = (starting = { from, id });
  void id.catch(failed).finally(() => {
    if (starting === mine) starting = undefined;
  });
}
function failed(e: unknown): void {
  trouble.value = faultWords(e);
}

/** aim is the order that a tap is for, at its time: the one on the screen, or the one that was asked for before. */
const aim = (): Promise<string> | string =>
  starting?.from === current.peek() ? starting.id.catch(() => current.peek()) : current.peek();

/** open makes room for what a closed order doesn't take. */
const open = async (id: string): Promise<string> => (orderOf(id).peek()?.state === "open" ? id : newOrder());

/** target is the order that the next line goes to. */
export const target = async (): Promise<string> => open(await aim());

/** A plain line is as the product grid made it: one more tap counts it up. */
function isPlain(l: ShownLine, p: Product): boolean {
  const { product_id, qty, price_unit, discount, description, tax_ids, ms_info, ...others } = l.fields;
  return (
    String(product_id) === String(p.id) &&
    dec(qty).n > 0n &&
    price_unit === p.price &&
    description === p.name &&
    isZero(dec(discount)) &&
    Object.entries(others).every(([f, v]) => v === null || schema.peek().orderline[f]?.derived)
  );
}

/** plain is the line that one more of a product counts up: one that is as a new one would be, its quantity apart. */
async function plain(id: string, p: Product, set: Fields): Promise<ShownLine | undefined> {
  const lines = (orderOf(id).peek()?.lines ?? []).filter(movable).reverse(),
    alike = lines.filter((l) => String(l.fields.product_id) === String(p.id) && dec(l.fields.qty).n > 0n);
  const line = newId(),
    would = alike.length ? await wouldBe({ op: "line.add", order: id, line, set }) : undefined;
  const made = would?.lines.find((l) => l.id === line)?.fields;
  return made ? alike.find((l) => isAs(l.fields, made)) : lines.find((l) => isPlain(l, p));
}

function isAs(f: Fields, made: Fields): boolean {
  const derived = (name: string) => schema.peek().orderline[name]?.derived && !(name in made);
  return Object.keys({ ...f, ...made }).every(
    (name) =>
      name === "qty" ||
      name === "ms_info" ||
      derived(name) ||
      JSON.stringify(f[name] ?? null) === JSON.stringify(made[name] ?? null),
  );
}

export const addProduct = (p: Product): Promise<void> => {
  const at = aim();
  return inTurn(async () => add(p, await open(await at)));
};
async function add(p: Product, id: string): Promise<void> {
  choose("qty");
  const set: Fields = { product_id: p.id, qty: 1, price_unit: p.price, description: p.name };
  if (p.taxes) set.tax_ids = p.taxes;
  const same = await plain(id, p, set);
  if (!same) return addLine(id, set);
  pick(id, same.id);
  await ask({ op: "line.inc", order: id, line: same.id, field: "qty", by: 1 });
}

async function addLine(id: string, set: Fields): Promise<void> {
  const line = newId();
  done.value = null;
  if (await ask({ op: "line.add", order: id, line, set })) pick(id, line);
}

/** pick selects a line of the order on the screen, but not behind a dialog: that is about the line that was chosen. */
function pick(id: string, line: string): void {
  if (!panel.peek() && id === current.peek()) selected.value = line;
}

/** addFree adds what no catalogue has, by name and price. */
export const addFree = (name: string, price: Decimal): Promise<void> => {
  const at = aim();
  return inTurn(async () => {
    choose("qty");
    await addLine(await open(await at), { description: name, qty: 1, price_unit: num(price) });
  });
};

export function line(): ShownLine | undefined {
  return order.peek()?.lines.find((l) => l.id === selected.peek());
}

export async function setLine(l: ShownLine, set: Fields): Promise<boolean> {
  return ask({ op: "line.set", order: current.peek(), line: l.id, set });
}

export async function removeLine(l: ShownLine): Promise<void> {
  endTyping();
  const lines = order.peek()?.lines ?? [],
    at = lines.indexOf(l);
  const next = lines[at + 1] ?? lines[at - 1];
  if (await ask({ op: "line.remove", order: current.peek(), line: l.id })) selected.value = next?.id ?? "";
}

const pay = (o: ShownOrder, payments: NewPayment[]): Op[] => {
  const offline = !session.peek()!.till.status.transport || silent.peek();
  return payments.map((payment) => ({
    op: "order.pay",
    order: o.id,
    payment: { ...payment, ...(offline && { offline }) },
  }));
};

/** cancel ends an order; returned: the money that it holds was given back, as it was paid. */
export async function cancel(o: ShownOrder, returned = false): Promise<void> {
  const back = returned ? held(o).map(([method, sum]) => ({ id: newId(), method, amount: num(neg(sum)) })) : [];
  if (await ask(...pay(o, back), { op: "order.close", order: o.id, state: "cancelled" })) await newOrder();
}

/** settle takes the money and closes the order as paid, as one tap. */
export const settle = (o: ShownOrder, tenders: Tender[], change: Decimal): Promise<boolean> =>
  ask(...pay(o, kept(tenders, change)), { op: "order.close", order: o.id, state: "paid" });

/** step counts a field up or down; what all tills count adds up. */
export async function step(l: ShownLine, field: string, by: number): Promise<void> {
  if (schema.peek().orderline[field]?.merge === "counter" || field === "qty") {
    await ask({ op: "line.inc", order: current.peek(), line: l.id, field, by });
  }
}

export function select(id: string): void {
  batch(() => {
    endTyping();
    selected.value = id;
  });
}
