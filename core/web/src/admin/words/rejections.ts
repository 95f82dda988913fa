import { customerName } from "./catalogue.ts";
import { schema } from "../../ui/price.ts";
import type {
  Change,
  Fields,
  LineInc,
  LineMove,
  LineSet,
  OrderClose,
  OrderPay,
  RejectedMutation,
  Schema,
} from "manytill";
import { dec, fieldName, iso, lineName, list, money, price, quantity, shown } from "./words.ts";

/** why says what a code means, and what somebody could do about it. */
export const why: Record<string, { because: string; todo: string }> = {
  invalid: {
    because: "Something in it is malformed.",
    todo: "Tell who makes the till's software; nothing was changed.",
  },
  unknown_op: { because: "This server doesn't know what was asked.", todo: "Update the server, or the till." },
  not_found: { because: "The order or line isn't there.", todo: "Ask who tapped; if it was sold, add it again." },
  exists: { because: "That id was taken already.", todo: "Usually sent twice: look at the order and resolve." },
  gone: {
    because: "Another till had taken the line off or moved it before.",
    todo: "Look whether the guest still wants it.",
  },
  order_closed: {
    because: "The order was closed on another till before this arrived.",
    todo: "If it was served, put it on a new order.",
  },
  stale_base: {
    because: "Another till had changed the same thing first.",
    todo: "Look at the order: is what stands there right?",
  },
  vetoed: { because: "An extension refused it.", todo: "Its message says why." },
  limit: {
    because: "It would grow past a limit of the server.",
    todo: "Do what it says: close old orders, or split this one. The limits are in the config.",
  },
  forbidden_action: { because: "That isn't allowed to a till.", todo: "Ask who tapped what they wanted to do." },
};

/** Called is what an order and its lines are called, also those that are gone. */
export interface Called {
  number: number;
  lines: Record<string, string>;
}
export type CalledBy = Record<string, Called | undefined>;

/** calledIn reads it from an order's history. */
export function calledIn(order: string, changes: Change[]): Called {
  const fields: Record<string, Fields> = {},
    all = changes.map((c) => c.orders[order]).filter((o) => !!o);
  for (const o of all)
    for (const [id, line] of Object.entries(o.lines ?? {})) fields[id] = { ...fields[id], ...line.set };
  return {
    number: all.at(-1)?.number ?? 0,
    lines: Object.fromEntries(Object.entries(fields).map(([id, f]) => [id, lineName(f)])),
  };
}

/** keyOf: an order's id is one in its multi-session. */
export const keyOf = (session: string, order: string) => `${session}/${order}`;

/** asked are the lines that came to no order, as their adding was refused too. */
export function asked(rejections: RejectedMutation[]): CalledBy {
  const all: CalledBy = {};
  for (const r of rejections)
    for (const op of sentOps(r)) {
      if (op.op === "line.add" && op.order && op.line)
        (all[keyOf(r.multi_session, op.order)] ??= { number: 0, lines: {} }).lines[op.line] = lineName(op.set ?? {});
    }
  return all;
}

type Specs = Schema["orderline"];
const field = (name: string, specs: Specs) =>
  ({ qty: "quantity", price_unit: "price", partner_id: "customer" })[name] ?? fieldName(name, specs[name]);
function valueText(name: string, v: unknown, specs: Specs): string {
  if (v === null || v === undefined) return shown(v);
  if (name === "price_unit") return price(dec(v));
  if (name === "discount") return `${quantity(v)} %`;
  return name === "partner_id" ? iso(customerName(v) ?? String(v)) : shown(v, specs[name]);
}
const sets = (set: Record<string, unknown> = {}, specs: Specs, of = "") =>
  list(Object.entries(set).map(([f, v]) => `the ${field(f, specs)}${of} to ${valueText(f, v, specs)}`)) || "nothing";

/** SentOp is an op as a till sent it, whatever was wrong with it. */
export type SentOp = { op: string } & Partial<
  Omit<LineSet, "op"> & Omit<LineInc, "op"> & Omit<LineMove, "op"> & Omit<OrderPay, "op"> & Omit<OrderClose, "op">
>;
/** sentOps are those of a rejected mutation. */
export const sentOps = (r: RejectedMutation): SentOp[] => (r.mutation.ops ?? []) as SentOp[];

/** opWords is one op of a mutation in words; called says what its orders and lines are called. */
export function opWords(op: SentOp, called: CalledBy = {}): string {
  const name = (id = "") => called[op.order ?? ""]?.lines[id] ?? "a line",
    line = name(op.line);
  switch (op.op) {
    case "order.create":
      return "open a new order";
    case "order.set":
      return `set ${sets(op.set, schema.value.order)}`;
    case "order.pay":
      return op.payment ? `take ${money(dec(op.payment.amount))} ${op.payment.method}` : "take a payment";
    case "order.close":
      return op.state === "cancelled" ? "cancel the order" : "close the order as paid";
    case "line.add":
      return `add ${quantity(op.set?.qty)} × ${lineName(op.set ?? {})}`;
    case "line.set":
      return `set ${sets(op.set, schema.value.orderline, ` of ${line}`)}`;
    case "line.inc":
      return `change the ${field(op.field ?? "", schema.value.orderline)} of ${line} by ${(op.by ?? 0) > 0 ? "+" : ""}${quantity(op.by)}`;
    case "line.remove":
      return `take ${line} off`;
    case "line.move": {
      const to = called[op.to ?? ""]?.number;
      return `move ${list((op.lines ?? []).map(name)) || "nothing"} to ${to ? `order ${to}` : "another order"}`;
    }
    default:
      return op.op;
  }
}

/** keptWords tells which payments were stored though the rest was refused. */
export function keptWords(r: RejectedMutation): string {
  const kept = sentOps(r)
    .filter((op) => op.payment && r.kept.includes(op.payment.id))
    .map((op) => `${money(dec(op.payment!.amount))} ${op.payment!.method}`);
  return kept.length ? `Its money was kept on the order: ${kept.join(", ")}.` : "";
}

/** ordersOf are the ids of the orders that it was about. */
export const ordersOf = (r: RejectedMutation) => [
  ...new Set(
    sentOps(r)
      .flatMap((op) => [op.order, op.to])
      .filter((o): o is string => !!o),
  ),
];
