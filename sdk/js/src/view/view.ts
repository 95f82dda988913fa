// What a till shows: the confirmed orders with the mutations of its queue replayed over them.
import type { PendingMutation, ShownOrder } from "../till";
import type { Op, Schema } from "../protocol";
import { shared } from "./confirmed";
import { replay, type Here } from "./replay";

export interface View extends Here {
  /** Confirmed; read and not changed here. */
  under: Map<string, ShownOrder>;
  shown: Map<string, ShownOrder>;
}

/** to is the other order of an op, or its own. */
const to = (op: Op): string => (op as { to?: string }).to ?? op.order;
/** ordersOf are the orders that ops name, each once. */
export const ordersOf = (ops: Op[]): string[] => [...new Set(ops.flatMap((op) => [op.order, to(op)]))];

const show = (v: View, id: string, o: ShownOrder | undefined): boolean => {
  const was = v.shown.get(id),
    now = o && shared(was, o);
  if (now) v.shown.set(id, now);
  else v.shown.delete(id);
  return was !== now;
};

/**
 * extend replays one more wish over what is shown, which is what a tap costs. It returns the orders that show something
 * else now.
 */
export const extend = (v: View, wish: PendingMutation): string[] =>
  [...replay(v, [wish], v.shown)].filter(([id, o]) => show(v, id, o)).map(([id]) => id);

/**
 * refresh recomputes orders, or all of them, from what is confirmed and the wishes, in their order. Orders that share a
 * wish with one of them are recomputed too, for lines move between them. It returns those that show something else now.
 */
export const refresh = (v: View, wishes: PendingMutation[], touched?: Iterable<string>): string[] => {
  const ids = new Set(touched ?? [...v.shown.keys(), ...v.under.keys()]),
    { size } = ids;
  const mine = wishes.filter(({ mutation: { ops } }) => {
    const is = !touched || ops.some((op) => ids.has(op.order) || ids.has(to(op)));
    if (is) ordersOf(ops).forEach(ids.add, ids);
    return is;
  });
  if (ids.size > size) return refresh(v, wishes, ids);
  const edits = replay(v, mine, v.under);
  return [...ids].filter((id) => show(v, id, edits.get(id) ?? v.under.get(id)));
};

/**
 * preview is what would be shown if ops were asked for: the orders that they change, with the lines that stay the same
 * as they are (===). Nothing is queued.
 */
export function preview(
  shown: (id: string) => ShownOrder | undefined,
  ops: Op[],
  schema: Schema,
): Map<string, ShownOrder> {
  const under = new Map<string, ShownOrder>();
  for (const id of ordersOf(ops)) {
    const order = shown(id);
    if (order) under.set(id, order);
  }
  const here = { schema: schema, meta: { place: { run: 0 } } };
  const edits = replay(here, [{ mutation: { id: 0, ops } }], under);
  return new Map([...edits].map(([id, order]) => [id, shared(under.get(id), order)]));
}
