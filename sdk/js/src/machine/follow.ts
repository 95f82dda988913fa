// Ways to put what was lost on a new order, where the old one is closed.
import { add } from "../decimal";
import type { Rejected } from "../till";
import { find, own, put } from "../view/confirmed";
import type { Fields, Op } from "../words";
import { closedBy, notify, putEntry, type Entry, type M } from "./state";

type LineAdd = Op & { op: "line.add" };

export const asRejected = ({ mutation, result, again, newOrder }: Entry): Rejected => ({ mutation, result: result!, again, newOrder });

/** rejected keeps and tells a refused mutation. */
export const rejected = (m: M, e: Entry): void => {
  const closed = closedBy(e), lines = e.result!.code === "order_closed" ? givenBack(m, e.mutation.ops, closed) : [];
  if (lines.length) {
    const order = follower(m, closed);
    e = { ...e, newOrder: order, again: [{ op: "order.create", order, set: { follows: closed } }, ...lines.map((l) => ({ ...l, order }))] };
  }
  putEntry(m, e);
  notify(m, "rejected", asRejected(e));
};

/** follower is the one new order for all that was lost on a closed one. */
const follower = (m: M, closed: string): string => {
  let id = m._follows.get(closed);
  if (!id || (m._view._shown.get(id)?.state ?? "open") !== "open") m._follows.set(closed, (id = m._config.newId()));
  return id;
};

/** givenBack are line.add ops for what ops would have added to a closed order: new lines, and more of a line that it has. */
const givenBack = (m: M, ops: Op[], closed: string): LineAdd[] => {
  const lines = new Map<string, LineAdd>();
  for (const op of ops) {
    if (op.order !== closed || !("line" in op)) continue;
    const mine = lines.get(op.line)?.set;
    if (op.op === "line.add") lines.set(op.line, { ...op, set: { ...op.set } });
    else if (op.op === "line.set" && mine) lines.set(op.line, { ...lines.get(op.line)!, set: { ...mine, ...op.set } });
    else if (op.op === "line.inc" && mine) put(mine, op.field, add((own(mine, op.field) as number) ?? 0, op.by) ?? own(mine, op.field) ?? null);
    else if (op.op === "line.inc" && op.field === "qty" && op.by > 0) {
      const fields = more(m, closed, op.line);
      if (fields) lines.set(op.line, { op: "line.add", order: closed, line: m._config.newId(), set: { ...fields, qty: op.by } });
    }
  }
  return [...lines.values()];
};

/** more are the fields of a line like one that the closed order has. */
const more = (m: M, closed: string, id: string): Fields | undefined => {
  const o = m._tables.orders.get(closed), line = o && find(o.lines, id), specs = m._view._schema.orderline;
  return line && Object.fromEntries(Object.entries(line.fields).filter(([f]) => !(own(specs, f) ?? { derived: true }).derived));
};
