// Records in the shape that hooks know from Odoo; each part is made when it is looked at, and the hook's own to change.
import type { ShownLine, ShownOrder, ShownPayment } from "../../src/till";
import type { Fields, Payment, Value } from "../../src/protocol";
import { same } from "../../src/view/same";
import { lazy, view } from "../browser";
import type { Any, Dict } from "../types";

const copy = (value: Value): Any => (value && typeof value === "object" ? structuredClone(value) : value);

/** record is an object of these extra keys and the fields, and of what is found by name only. */
function record(fields: Fields, extra: Record<string, () => Any>, order: ShownOrder, at?: string): Dict {
  const keys = [...new Set([...Object.keys(extra), ...Object.keys(fields)])];
  const json = view(keys, (key) => (Object.hasOwn(extra, key) ? extra[key]!() : copy(fields[key]!)));
  for (const key of Object.keys(keysMT)) lazy(json, key, () => keysMT[key]!(order, at), false);
  return json;
}

/**
 * keysMT say how an order is shown, and of which change it is: here of none. The time is that of the tap which is
 * replayed; else the clock is the page's.
 */
const keysMT: Record<string, (order: ShownOrder, at?: string) => Any> = {
  mt_state: (order) => order.state,
  mt_number: (order) => order.number || 0,
  mt_run: (order) => order.run,
  mt_payments: (order) => order.payments.map(payment),
  mt_tapped_at: (_, at = new Date().toISOString()) => at.replace(/\.?0+Z$/, "Z"),
  mt_mutation: () => null,
};

/** payment is one as the protocol has it. */
function payment(shown: ShownPayment): Payment {
  const { pending: _, ...all } = shown;
  return structuredClone(all);
}

/** lineJSON is a line of an order as init_from_JSON is handed it; at is the time of a tap. */
export function lineJSON(line: ShownLine, order: ShownOrder, at?: string): Dict {
  const json = record(line.fields, { id: () => line.n, uid: () => line.id }, order, at);
  // Odoo writes them as a command, also where there are none.
  json.tax_ids = [[6, false, copy(line.fields.tax_ids ?? [])]];
  return json;
}

const paymentJSON = (p: ShownPayment): Dict => ({ id: p.id, name: p.method, method: p.method, amount: p.amount });

/** orderJSON is an order as init_from_JSON is handed it; at is the time of a tap. */
export function orderJSON(order: ShownOrder, at?: string): Dict {
  const extra = {
    uid: () => order.id,
    name: () => (order.number ? `Order ${order.number}` : "New"),
    sequence_number: () => order.number || 0,
    lines: () => order.lines.map((line) => [0, 0, lineJSON(line, order, at)]),
    statement_ids: () => order.payments.map((payment) => [0, 0, paymentJSON(payment)]),
  };
  return record(order.fields, extra, order, at);
}

/** sameLine tells whether a model was handed the same. */
export const sameLine = (a: ShownLine, b: ShownLine): boolean => a === b || (a.n === b.n && same(a.fields, b.fields));

/** sameKeys tells whether an order has the same under these keys of its record. */
export const sameKeys = (a: ShownOrder, b: ShownOrder, keys: string[]): boolean =>
  a === b || keys.every((key) => same(under(a, key), under(b, key)));

const under = (order: ShownOrder, key: string): Any =>
  Object.hasOwn(keysMT, key) ? keysMT[key]!(order) : (order.fields[key] ?? null);

const samePayments = (a: ShownPayment[], b: ShownPayment[]): boolean => a === b || same(a.map(payment), b.map(payment));

/** sameOrder tells whether a model was handed the same, its lines included. */
export function sameOrder(a: ShownOrder, b: ShownOrder): boolean {
  return (
    a === b ||
    (a.state === b.state &&
      a.number === b.number &&
      a.run === b.run &&
      same(a.fields, b.fields) &&
      a.lines.length === b.lines.length &&
      a.lines.every((line, i) => line.id === b.lines[i]!.id && sameLine(line, b.lines[i]!)) &&
      samePayments(a.payments, b.payments))
  );
}
