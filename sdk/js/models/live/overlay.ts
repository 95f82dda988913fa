// What is drawn over an order as it is shown: fields of the order and of its lines that hooks write.
import type { ShownOrder, Till } from "../../src/till";
import type { Fields } from "../../src/protocol";
import { same } from "../../src/view/same";
import { ordersOf } from "../../src/view/view";
import { withFields } from "./settings";

/** sharing are orders with those that share unconfirmed mutations with them, directly or by others. */
export function sharing(till: Pick<Till, "unconfirmed">, orders: string[]): string[] {
  const all = new Set(orders);
  for (const id of all)
    for (const { mutation } of till.unconfirmed(id)?.mutations ?? [])
      for (const other of ordersOf(mutation.ops)) all.add(other);
  return [...all];
}

/** Overlay are fields by what they are of; null is none. */
export interface Overlay {
  order: Fields;
  lines: Record<string, Fields>;
}

const differing = (was: Fields, now: Fields, fields: string[]): Fields | undefined => {
  const other = fields.filter((field) => !same(was[field] ?? null, now[field] ?? null));
  return other.length > 0 ? Object.fromEntries(other.map((field) => [field, now[field] ?? null])) : undefined;
};

/** difference is what an order has otherwise than it is shown, of these fields; undefined if that is nothing. */
export function difference(
  shown: ShownOrder,
  now: ShownOrder,
  ofOrder: string[],
  ofLines: string[],
): Overlay | undefined {
  const order = differing(shown.fields, now.fields, ofOrder),
    lines: [string, Fields][] = [];
  const others = new Map(now.lines.map((line) => [line.id, line]));
  for (const { id, fields } of shown.lines) {
    const other = others.get(id),
      set = other && differing(fields, other.fields, ofLines);
    if (set) lines.push([id, set]);
  }
  return order || lines.length > 0 ? { order: order ?? {}, lines: Object.fromEntries(lines) } : undefined;
}

/** put is an order with an overlay over it. */
export function put(shown: ShownOrder, { order, lines }: Overlay): ShownOrder {
  return {
    ...shown,
    fields: withFields(shown.fields, order),
    lines: shown.lines.map((line) =>
      Object.hasOwn(lines, line.id) ? { ...line, fields: withFields(line.fields, lines[line.id]!) } : line,
    ),
  };
}

/** within is what of an overlay holds where an order shows something else now: that of what stayed the same. */
export function within({ order, lines }: Overlay, was: ShownOrder, now: ShownOrder): Overlay {
  const stayed = new Set(was.lines);
  return {
    order: was.fields === now.fields ? order : {},
    lines: Object.fromEntries(
      now.lines.flatMap((line) =>
        stayed.has(line) && Object.hasOwn(lines, line.id) ? [[line.id, lines[line.id]!]] : [],
      ),
    ),
  };
}
