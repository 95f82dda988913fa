import type { Op, Rejection } from "./shapes.ts";
import { count, dec, lineName, money, quantity, shown } from "./words.ts";

/** why says what a code means, and what somebody could do about it. */
export const why: Record<string, { because: string; todo: string }> = {
  invalid: { because: "Something in it is malformed.", todo: "Tell who makes the till's software; nothing was changed." },
  unknown_op: { because: "This server doesn't know what was asked.", todo: "Update the server, or the till." },
  not_found: { because: "The order or line isn't there.", todo: "Ask who tapped; if it was sold, add it again." },
  exists: { because: "That id was taken already.", todo: "Usually sent twice: look at the order and resolve." },
  gone: { because: "Another till had taken the line off or moved it before.", todo: "Look whether the guest still wants it." },
  order_closed: { because: "The order was closed on another till before this arrived.", todo: "If it was served, put it on a new order." },
  stale_base: { because: "Another till had changed the same thing first.", todo: "Look at the order: is what stands there right?" },
  vetoed: { because: "An extension refused it.", todo: "Its message says why." },
  limit: { because: "It would grow past a limit of the server.", todo: "Split the order, or raise the limit in the config." },
  forbidden_action: { because: "That isn't allowed to a till.", todo: "Ask who tapped what they wanted to do." },
};

const field = (name: string) => ({ qty: "quantity", price_unit: "price", partner_id: "customer" })[name] ?? name.replaceAll("_", " ");
const sets = (set: Record<string, unknown> = {}) =>
  Object.entries(set).map(([f, v]) => `${field(f)} to ${shown(v)}`).join(", ") || "nothing";

/** opWords is one op of a mutation in words. */
export function opWords(op: Op): string {
  switch (op.op) {
    case "order.create": return "open a new order";
    case "order.set": return `set ${sets(op.set)}`;
    case "order.pay": return op.payment ? `take ${money(dec(op.payment.amount))} ${op.payment.method}` : "take a payment";
    case "order.close": return op.state === "cancelled" ? "cancel the order" : "close the order as paid";
    case "line.add": return `add ${quantity(op.set?.qty ?? 1)} × ${lineName(op.set ?? {})}`;
    case "line.set": return `set a line's ${sets(op.set)}`;
    case "line.inc": return `change a line's ${field(op.field ?? "")} by ${(op.by ?? 0) > 0 ? "+" : ""}${quantity(op.by)}`;
    case "line.remove": return "take a line off";
    case "line.move": return `move ${count(op.lines?.length ?? 0, "line")} to another order`;
    default: return op.op;
  }
}

/** keptWords tells which payments were stored though the rest was refused. */
export function keptWords(r: Rejection): string {
  const kept = (r.mutation.ops ?? []).filter((op) => op.payment && r.kept.includes(op.payment.id)).map((op) => `${money(dec(op.payment!.amount))} ${op.payment!.method}`);
  return kept.length ? `Its money was kept on the order: ${kept.join(", ")}.` : "";
}

/** ordersOf are the ids of the orders that it was about. */
export const ordersOf = (r: Rejection) => [...new Set((r.mutation.ops ?? []).map((op) => op.order).filter((o): o is string => !!o))];
