import type { By, Change, FieldSpec, Fields, LineChange, OrderChange, Payment, Schema } from "manytill";
import { customerName } from "./catalogue.ts";
import { dec, fieldName, lineName, money, orderName, price, quantity, shown } from "./words.ts";

/** Step is one thing that a change did: words, and for a value from and to. */
export interface Step {
  kind: "open" | "add" | "edit" | "gone" | "move" | "pay" | "close" | "flag";
  what: string;
  from?: string;
  to?: string;
  order?: string;
}

/** Entry is one change of an order, as a shop owner reads it. */
export interface Entry {
  seq: number;
  by: By;
  tapped?: string;
  stored: string;
  number: number;
  steps: Step[];
}

interface Known {
  fields: Fields;
  lines: Map<string, Fields>;
  payments: Map<string, Payment>;
  state: string;
  needs?: string;
  reviews: number;
  begun: boolean;
}

/**
 * timeline reads an order's changes, first to last. Where the beginning was pruned, what is missing counts as unknown.
 */
export function timeline(order: string, changes: Change[], schema?: Schema): Entry[] {
  const known: Known = { fields: {}, lines: new Map(), payments: new Map(), state: "open", reviews: 0, begun: false };
  const entries: Entry[] = [];
  for (const change of changes) {
    const of = change.orders[order];
    if (!of) continue;
    const steps = [
      ...begins(known, of),
      ...ofFields(known, of, schema),
      ...ofLines(known, of, order, change, schema),
      ...ofPayments(known, of),
      ...ofState(known, of, change),
    ];
    const kept = change.by?.server === "kept_payment" ? of.payments?.[0]?.by : undefined;
    if (kept) steps.push({ kind: "flag", what: "the rest of what was tapped was refused" });
    entries.push({
      seq: change.seq,
      by: kept ?? change.by ?? {},
      tapped: change.tapped_at,
      stored: change.at ?? "",
      number: of.number,
      steps,
    });
  }
  return entries;
}

function begins(known: Known, of: OrderChange): Step[] {
  if (known.begun) return [];
  known.begun = true;
  if (of.rev === 1) return [{ kind: "open", what: `opened ${orderName(of).toLowerCase()} in run ${of.run}` }];
  return [{ kind: "open", what: "what was before this was pruned" }];
}

const valueText = (field: string, v: unknown, info?: FieldSpec) =>
  (field === "partner_id" && customerName(v)) || shown(v, info);

function edits(was: Fields, set: Fields | undefined, specs: Schema["order"] | undefined, of: string): Step[] {
  const steps: Step[] = [];
  for (const [field, value] of Object.entries(set ?? {})) {
    if (field === "ms_info" || field.startsWith("mt_")) continue;
    if (field === "follows") steps.push({ kind: "open", what: "goes on from a closed order", order: String(value) });
    else
      steps.push({
        kind: "edit",
        what: of + fieldName(field, specs?.[field]),
        from: valueText(field, was[field], specs?.[field]),
        to: valueText(field, value, specs?.[field]),
      });
  }
  return steps;
}

function ofFields(known: Known, of: OrderChange, schema?: Schema): Step[] {
  const steps = edits(known.fields, of.set, schema?.order, "");
  known.fields = { ...known.fields, ...of.set };
  return steps;
}

function ofLines(known: Known, of: OrderChange, order: string, change: Change, schema?: Schema): Step[] {
  const lines = Object.entries(of.lines ?? {}).sort((a, b) => a[1].n - b[1].n);
  return lines.flatMap(([id, line]) => ofLine(known, id, line, order, change, schema));
}

function ofLine(known: Known, id: string, line: LineChange, order: string, change: Change, schema?: Schema): Step[] {
  const was = known.lines.get(id);
  if (line.removed || line.moved_to) {
    known.lines.delete(id);
    const name = was ? `${quantity(was.qty)} × ${lineName(was)}` : "a line";
    if (!line.moved_to) return [{ kind: "gone", what: `took ${name} off` }];
    const to = change.orders[line.moved_to];
    return [
      {
        kind: "move",
        what: `moved ${name} to ${to ? orderName(to).toLowerCase() : "another order"}`,
        order: line.moved_to,
      },
    ];
  }
  const now = { ...was, ...line.set } as Fields;
  known.lines.set(id, now);
  if (was) return edits(was, line.set, schema?.orderline, `${lineName(was)}: `);
  const name = `${quantity(now.qty)} × ${lineName(now)}`;
  const at = now.price_unit === undefined ? "" : ` at ${price(dec(now.price_unit))}`;
  const from = Object.entries(change.orders).find(([other, o]) => other !== order && o.lines?.[id]?.moved_to === order);
  if (from)
    return [{ kind: "move", what: `took ${name} over from ${orderName(from[1]).toLowerCase()}`, order: from[0] }];
  const extra = Object.fromEntries(Object.entries(line.set ?? {}).filter(([f]) => !plain.has(f))) as Fields;
  return [{ kind: "add", what: `added ${name}${at}` }, ...edits({}, extra, schema?.orderline, `${lineName(now)}: `)];
}

/** plain fields stand in the words of an added line already. */
const plain = new Set(["qty", "price_unit", "description", "product_id", "tax_ids", "ms_info"]);

function ofPayments(known: Known, of: OrderChange): Step[] {
  const steps: Step[] = [];
  for (const p of of.payments ?? []) {
    const was = known.payments.get(p.id);
    known.payments.set(p.id, p);
    if (!was) {
      const back = p.amount < 0,
        sum = money(dec(Math.abs(p.amount)));
      steps.push({
        kind: "pay",
        what: `${back ? "gave back" : "took"} ${sum} ${p.method}${p.offline ? ", while offline" : ""}`,
      });
    }
    if (p.needs && p.needs !== was?.needs)
      steps.push({ kind: "flag", what: `flagged the payment: it needs ${needsOf(p)}` });
  }
  return steps;
}

/** needs says what a flag asks of a person. */
export const needs: Record<string, string> = { refund: "a refund", review: "a look by somebody" };
/** needsOf: money that went out isn't given back to a customer. */
export const needsOf = (p: { needs?: string; amount: number }): string =>
  p.amount < 0 ? needs.review! : (needs[p.needs!] ?? p.needs!);

const ends: Record<string, string> = {
  paid: "closed the order as paid",
  cancelled: "cancelled the order",
  abandoned: "left the order behind, unpaid",
};

function ofState(known: Known, of: OrderChange, change: Change): Step[] {
  const steps: Step[] = [];
  if (of.state !== known.state) {
    const why = change.by?.reason ? `: “${change.by?.reason}”` : "";
    steps.push({
      kind: "close",
      what: (change.by?.server === "admin" ? "voided the order" : (ends[of.state] ?? of.state)) + why,
    });
  }
  const said = of.review?.slice(known.reviews) ?? [];
  if (of.needs && of.needs !== known.needs && !said.length)
    steps.push({ kind: "flag", what: `flagged the order: it needs ${needs[of.needs] ?? of.needs}` });
  for (const r of said)
    steps.push({
      kind: "flag",
      what: `flagged the order: it needs ${needs.review}. ${r.extension} said: “${r.message}”`,
    });
  known.reviews = of.review?.length ?? known.reviews;
  known.state = of.state;
  known.needs = of.needs;
  return steps;
}
