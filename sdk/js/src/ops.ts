// Ops for Till.do. What stands or falls together goes into one call.
import type { Fields, NewPayment, Op } from "./protocol";

/** newId makes an id that nobody else makes, for orders, lines and payments. */
export const newId = (): string => {
  // randomUUID is missing on plain http.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
};

/** newOrder begins an order. It stays on this till until its first line. */
export const newOrder = (order: string, set: Fields = {}): Op => ({ op: "order.create", order, set });
/** setOrder sets fields of an order; null clears one. */
export const setOrder = (order: string, set: Fields): Op => ({ op: "order.set", order, set });
/** addLine adds a line at the end. */
export const addLine = (order: string, line: string, set: Fields): Op => ({ op: "line.add", order, line, set });
/** setLine sets fields of a line; null clears one. */
export const setLine = (order: string, line: string, set: Fields): Op => ({ op: "line.set", order, line, set });
/** inc adds to a counter, like qty. What all tills add counts. */
export const inc = (order: string, line: string, field: string, by: number): Op => ({
  op: "line.inc",
  order,
  line,
  field,
  by,
});
/** remove takes a line off for good. */
export const remove = (order: string, line: string): Op => ({ op: "line.remove", order, line });
/** move moves lines to the end of another order, which is created if need be. */
export const move = (order: string, to: string, ...lines: string[]): Op => ({ op: "line.move", order, to, lines });
/**
 * pay adds a payment. Mark it `offline` if the money was taken while the server couldn't be reached. A negative amount
 * gives money back.
 */
export const pay = (order: string, payment: NewPayment): Op => ({ op: "order.pay", order, payment });
/** close ends an order as paid or cancelled. */
export const close = (order: string, state: "paid" | "cancelled"): Op => ({ op: "order.close", order, state });
