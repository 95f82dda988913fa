// Mutations played over orders by the merge rules. Ops that don't fit (a line that is gone, an order that is closed)
// are left out: the server will say what became of them.
import { add } from "../decimal";
import type { PendingMutation, ShownLine, ShownOrder } from "../till";
import type { FieldSpec, Fields, NewPayment, Op, POS, Schema, Value } from "../protocol";
import { editable, find, newOrder, own, place, put } from "./confirmed";
import { same } from "./same";

/** What a replay takes for granted: of fields, of who stands here, of the run of a new order. */
export interface Here {
  schema: Schema;
  meta: { place: { pos?: POS; run: number } };
}

/** ofExtension: no till makes such a line, and it stays where its order is. */
export const ofExtension = (line: string): boolean => line.startsWith("mt:");

const among = (items: Value[], item: Value): boolean => items.some((i) => same(i, item));
type Wish = { add?: Value[]; remove?: Value[] };
const isWish = (value: Value): boolean =>
  !!value &&
  typeof value === "object" &&
  !Array.isArray(value) &&
  Object.entries(value).every(([k, v]) => /^(add|remove)$/.test(k) && Array.isArray(v));
/**
 * union adds to a list, or takes off and adds ({add, remove}; what is no list is empty then); the value stands where
 * one of them is no list.
 */
export const union = (was: Value, value: Value): Value => {
  const wish = isWish(value)
    ? (value as Wish)
    : Array.isArray(value) && (was === null || Array.isArray(was)) && { add: value };
  if (!wish) return value;
  const { add: more = [], remove: less = [] }: Wish = wish;
  const items = (Array.isArray(was) ? was : []).filter((item) => !among(less, item));
  for (const item of more) if (!among(items, item)) items.push(item);
  return items;
};

/** A field that the schema lacks is taken as `last`: it may be an extension's that this till doesn't know. */
const setFields = (specs: Record<string, FieldSpec>, fields: Fields, set: Fields = {}): boolean => {
  let changed = false;
  for (const f in set) {
    const was = own(fields, f) ?? null,
      rule = own(specs, f)?.merge;
    const value = rule === "union" ? union(was, set[f]!) : set[f]!;
    if (f === "ms_info" || (rule === "first" && was !== null) || same(was, value)) continue;
    put(fields, f, value);
    changed = true;
  }
  return changed;
};

/** replay plays wishes over the orders that `under` gives, and returns those that it changed or copied. */
export const replay = (
  here: Here,
  wishes: PendingMutation[],
  under: Map<string, ShownOrder>,
): Map<string, ShownOrder> => {
  const edits = new Map<string, ShownOrder>(),
    { pos = { id: "", name: "" }, run } = here.meta.place;
  for (const { mutation: m, payments } of wishes) {
    const author = { pos, user: m.user ?? null };
    const sign = (what: ShownOrder | ShownLine): void => {
      what.pending = true;
      const before = what.fields.ms_info as { created?: Value } | undefined;
      what.fields.ms_info = { created: before?.created ?? author, changed: author } as unknown as Value;
    };
    const edit = (id: string): ShownOrder | undefined => {
      const o = under.get(id);
      if (!edits.has(id) && o) edits.set(id, editable(o));
      return edits.get(id);
    };
    const create = (id: string): ShownOrder => {
      const o = newOrder(id, run);
      edits.set(id, o);
      return o;
    };
    const setLine = (o: ShownOrder, line: ShownLine): void => {
      sign(place(o.lines, line));
      sign(o);
    };
    const move = (from: ShownOrder, lines: string[], id: string): void => {
      let to = edit(id);
      if (to === from || (to && to.state !== "open")) return;
      for (const line of lines.map((l) => find(from.lines, l))) {
        if (!line || ofExtension(line.id) || (to && find(to.lines, line.id))) continue;
        to ??= create(id);
        from.lines = from.lines.filter((l) => l !== line);
        sign(from);
        setLine(to, { ...line, n: nextN(to), fields: { ...line.fields } });
      }
    };
    const play = (op: Op): void => {
      let o = edit(op.order);
      if (op.op === "order.create") {
        if (o) return;
        o = create(op.order);
        setFields(here.schema.order, o.fields, op.set);
      } else if (!o) return;
      else if (op.op === "order.pay") {
        if (find(o.payments, op.payment.id)) return;
        o.payments.push(payment(o, op.payment, { by: author, at: m.at }));
      } else if (o.state !== "open") return;
      else if (op.op === "order.set") {
        if (!setFields(here.schema.order, o.fields, op.set)) return;
      } else if (op.op === "order.close") o.state = op.state;
      else if (op.op === "line.move") return move(o, op.lines, op.to);
      else {
        const was = find(o.lines, op.line);
        const line = { ...(was ?? { id: op.line, n: nextN(o) }), fields: { ...was?.fields } };
        if (op.op === "line.remove") {
          if (!was) return;
          o.lines = o.lines.filter((l) => l !== was);
        } else if (op.op === "line.add") {
          if (was) return;
          setFields(here.schema.orderline, line.fields, op.set);
          setLine(o, line);
        } else if (
          was &&
          (op.op === "line.inc"
            ? increment(here, line.fields, op.field, op.by)
            : setFields(here.schema.orderline, line.fields, op.set))
        )
          setLine(o, line);
        else return;
      }
      sign(o);
    };
    for (const op of m.ops) if (!payments || (op.op === "order.pay" && payments.includes(op.payment.id))) play(op);
  }
  return edits;
};

const nextN = (o: ShownOrder): number => (o.lines.at(-1)?.n ?? 0) + 1;

const increment = (here: Here, fields: Fields, field: string, by: number): boolean => {
  const merge = own(here.schema.orderline, field)?.merge ?? "counter",
    was = own(fields, field);
  const sum = add(typeof was === "number" ? was : 0, by);
  if (merge !== "counter" || !by || sum === undefined) return false;
  put(fields, field, sum);
  return true;
};

/** A payment of a closed order too: money is a fact. */
const payment = (o: ShownOrder, p: NewPayment, more: object) => ({
  ...p,
  ...more,
  pending: true,
  ...(o.state !== "open" && { needs: o.state === "abandoned" ? ("review" as const) : ("refund" as const) }),
});
