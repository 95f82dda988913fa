// What the server confirmed: orders by id, each replaced and never changed, sharing what stayed the same.
import type { ShownOrder } from "../till";
import type { Fields, OrderChange, Value } from "../protocol";
import { kept } from "./same";

/** find is the item of an id. */
export const find = <T extends { id: string }>(items: T[], id: string): T | undefined =>
  items.find((item) => item.id === id);

export const newOrder = (id: string, run: number): ShownOrder => ({
  id,
  number: 0,
  state: "open",
  run,
  rev: 0,
  fields: {},
  payments: [],
  lines: [],
});

/** editable is a copy whose own parts may be written to; lines and payments in it are replaced. */
export const editable = (o: ShownOrder): ShownOrder => ({
  ...o,
  fields: { ...o.fields },
  payments: [...o.payments],
  lines: [...o.lines],
});

/** place puts an item in place of the one with its id, or at the end. */
export const place = <T extends { id: string }>(items: T[], item: T): T => {
  const i = items.findIndex((was) => was.id === item.id);
  items[i < 0 ? items.length : i] = item;
  return item;
};

/** own is a value that fields have themselves, and not by being an object: constructor is a name like any other. */
export const own = <T>(fields: Record<string, T>, field: string): T | undefined =>
  Object.hasOwn(fields, field) ? fields[field] : undefined;

/** put sets one field, null clearing it. */
export const put = (fields: Fields, field: string, value: Value): void => {
  if (value === null) delete fields[field];
  // An assignment of __proto__ sets something else.
  else Object.defineProperty(fields, field, { value, writable: true, enumerable: true, configurable: true });
};

const merge = (fields: Fields, set: Fields = {}): Fields => {
  for (const f in set) put(fields, f, set[f]!);
  return fields;
};

/** shared is now with the parts of was that say the same, or was itself. */
export const shared = (was: ShownOrder | undefined, now: ShownOrder): ShownOrder => {
  if (!was || was === now) return now;
  const lines = new Map(was.lines.map((l) => [l.id, l]));
  return kept(was, {
    ...now,
    fields: kept(was.fields, now.fields),
    payments: kept(was.payments, now.payments),
    lines: kept(
      was.lines,
      now.lines.map((l) => kept(lines.get(l.id), l)),
    ),
  });
};

/**
 * absorbed is an order after a change; undefined if the change is to be passed over: of an order that isn't held and
 * isn't open. What this client created (mine) is held even if the same change closed it.
 */
export const absorbed = (
  was: ShownOrder | undefined,
  id: string,
  delta: OrderChange,
  mine: boolean,
): ShownOrder | undefined => {
  if (!was && delta.state !== "open" && !(mine && delta.rev === 1)) return;
  const o = was ? editable(was) : newOrder(id, delta.run);
  o.rev = delta.rev;
  o.number = delta.number;
  o.run = delta.run;
  o.state = delta.state;
  if (delta.needs) o.needs = delta.needs;
  if (delta.review) o.review = delta.review;
  merge(o.fields, delta.set);
  for (const [line, d] of Object.entries(delta.lines ?? {})) {
    if (d.removed || d.moved_to) o.lines = o.lines.filter((l) => l.id !== line);
    else place(o.lines, { id: line, n: d.n, fields: merge({ ...find(o.lines, line)?.fields }, d.set) });
  }
  if (delta.lines) o.lines.sort((a, b) => a.n - b.n);
  for (const p of delta.payments ?? []) place(o.payments, p);
  return o;
};
