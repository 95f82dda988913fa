// The core's fields of a live model: what the base's setters change.
import type { Fields, Value } from "../../src/protocol";
import { isStandIn } from "../standin";
import { state } from "../state";
import type { Any } from "../types";
import { clean } from "./value";

const ofLine: Record<string, (line: Any) => Any> = {
  qty: (line) => line.quantity,
  price_unit: (line) => line.price,
  discount: (line) => line.discount,
  description: (line) => line.description,
};

const idOf = (thing: Any): Any => (thing && typeof thing === "object" ? thing.id : null);

const ofOrder: Record<string, (order: Any) => Any> = {
  partner_id: (order) => {
    const { own, json } = state(order);
    return Object.hasOwn(order, "client") ? idOf(order.client) : "partner" in own ? idOf(own.partner) : json.partner_id;
  },
  pricelist_id: (order) => idOf(order.pricelist),
  fiscal_position_id: (order) => idOf(order.fiscal_position),
};

/** coreOf are the core's fields as they stand on an instance. */
export function coreOf(model: "order" | "orderline", instance: Any): Map<string, Value> {
  const values = new Map<string, Value>();
  const read = model === "order" ? ofOrder : ofLine;
  for (const key of Object.keys(read)) {
    const value = read[key]!(instance);
    const copy = clean(value === undefined ? null : value);
    if (copy !== undefined) values.set(key, copy);
  }
  return values;
}

/** newLine are the fields of a line that a vendor's code put on an order. */
export function newLine(line: Any, now: Map<string, Value>): Fields {
  const set: Fields = {};
  for (const [key, value] of now) if (value !== null && !(key === "discount" && value === 0)) set[key] = value;
  const product = line.product,
    id = clean(product?.id);
  if (id !== undefined && id !== null) set.product_id = id;
  const name = product?.display_name;
  if (!set.description && typeof name === "string" && name) set.description = name;
  const taxes = product?.taxes_id;
  if (Array.isArray(taxes) && !isStandIn(taxes) && taxes.length > 0) set.tax_ids = clean(taxes) ?? null;
  return set;
}
