// Records in the shape that hooks know from Odoo; each part is made when it is looked at, and the hook's own to change.
import type { ShownLine, ShownOrder, ShownPayment } from "../../src/till";
import type { Fields, Value } from "../../src/protocol";
import { same } from "../../src/view/same";
import { view } from "../browser";
import type { Any, Dict } from "../types";

const copy = (value: Value): Any => (value && typeof value === "object" ? structuredClone(value) : value);

/** record is an object of these extra keys and the fields. */
function record(fields: Fields, extra: Record<string, () => Any>): Dict {
  const keys = [...new Set([...Object.keys(extra), ...Object.keys(fields)])];
  return view(keys, (key) => (Object.hasOwn(extra, key) ? extra[key]!() : copy(fields[key]!)));
}

/** lineJSON is a line as init_from_JSON is handed it. */
export function lineJSON(line: ShownLine): Dict {
  const json = record(line.fields, { id: () => line.n, uid: () => line.id });
  // Odoo writes them as a command, also where there are none.
  json.tax_ids = [[6, false, copy(line.fields.tax_ids ?? [])]];
  return json;
}

const paymentJSON = (p: ShownPayment): Dict => ({ id: p.id, name: p.method, method: p.method, amount: p.amount });

/** orderJSON is an order as init_from_JSON is handed it. */
export function orderJSON(order: ShownOrder): Dict {
  return record(order.fields, {
    uid: () => order.id,
    name: () => (order.number ? `Order ${order.number}` : "New"),
    sequence_number: () => order.number || 0,
    lines: () => order.lines.map((line) => [0, 0, lineJSON(line)]),
    statement_ids: () => order.payments.map((payment) => [0, 0, paymentJSON(payment)]),
  });
}

/** sameLine tells whether a model was handed the same. */
export const sameLine = (a: ShownLine, b: ShownLine): boolean => a === b || (a.n === b.n && same(a.fields, b.fields));

const samePayment = (a: ShownPayment, b: ShownPayment): boolean =>
  a.id === b.id && a.amount === b.amount && a.method === b.method;

/** sameOrder tells whether a model was handed the same, its lines included. */
export function sameOrder(a: ShownOrder, b: ShownOrder): boolean {
  return (
    a === b ||
    (a.number === b.number &&
      same(a.fields, b.fields) &&
      a.lines.length === b.lines.length &&
      a.lines.every((line, i) => line.id === b.lines[i]!.id && sameLine(line, b.lines[i]!)) &&
      a.payments.length === b.payments.length &&
      a.payments.every((p, i) => samePayment(p, b.payments[i]!)))
  );
}
