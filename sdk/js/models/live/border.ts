// What crosses the border between a page and the worker in which an extension's hooks run: plain data, and of orders
// what changed. The page takes nothing on trust that comes from there: a vendor's code may have written it.
import type { ShownLine, ShownOrder, ShownPayment, Unconfirmed } from "../../src/till";
import { fit } from "../../src/fields";
import type { FieldSpec, Fields, Op, Schema, Value } from "../../src/protocol";
import type { Overlay, PutLine } from "./overlay";
import { isLineOf } from "./own";
import { clean } from "./value";

/** Given is what a worker doesn't know of an order yet; without head the order is gone. */
export interface Given {
  id: string;
  head?: Omit<ShownOrder, "lines" | "payments">;
  /** The ids of all lines, in order. */
  order?: string[];
  /** The lines that changed. */
  lines?: ShownLine[];
  /** Missing: they are as they were. */
  payments?: ShownPayment[];
  /** For extensions that write core fields or put lines: what it is shown from. \`same\`: with the confirmed order as it was. */
  unconfirmed?: Unconfirmed & { same?: boolean };
  /** It isn't handed to the models: it is there for what is asked about it. */
  quiet?: boolean;
}

export type ToWorker =
  /** These orders show something else now. */
  | { is: "give"; n: number; orders: Given[] }
  /** A tap, or another extension's edit, would ask for these ops. */
  | { is: "ask"; n: number; orders: Given[]; ops: Op[] }
  /** What is to be drawn of these? */
  | { is: "draw"; n: number; orders: Given[]; ids: string[] }
  /** And if ops on one order were asked for at that time? */
  | { is: "would"; n: number; orders: Given[]; ops: Op[]; at: string }
  /** The ops of "do" are queued, or why they are not. */
  | { is: "done"; n: number; error?: string };

export type FromWorker =
  /** The first word: the extensions of the script, in the chain's order. */
  | { is: "names"; names: string[] }
  | { is: "opened"; rejects: boolean; writes: boolean }
  /** Of several orders that it was given, the hooks are on this one now. */
  | { is: "at"; order: string }
  /** "give", "ask", "draw" or "would" of that n is over; no is a refusal, drawn what hooks write of the orders, by id. */
  | { is: "over"; n: number; no?: string; drawn?: Record<string, unknown> }
  /** An edit of the extension's own. */
  | { is: "do"; n: number; ops: Op[] }
  | { is: "refused"; message: string }
  /** A hook threw, and the extension is stopped; or a file of it that doesn't load was left out. */
  | { is: "failed"; stopped: boolean; hook: string; order?: string; line?: string; message: string; detail: string };

/** news is what somebody who was last given `was` lacks of an order. */
export function news(id: string, was: ShownOrder | undefined, now: ShownOrder | undefined): Given {
  if (!now) return { id };
  const { lines, payments, ...head } = now;
  const before = new Map(was?.lines.map((line) => [line.id, line]));
  return {
    id,
    head,
    order: lines.map((line) => line.id),
    lines: lines.filter((line) => before.get(line.id) !== line),
    payments: was && was.payments === payments ? undefined : payments,
  };
}

/** told is the order of who was given `was` before; lines that didn't change stay the same (===). */
export function told(
  was: ShownOrder | undefined,
  { head, order = [], lines = [], payments }: Given,
): ShownOrder | undefined {
  if (!head) return undefined;
  const known = new Map([...(was?.lines ?? []), ...lines].map((line) => [line.id, line]));
  return { ...head, lines: order.map((id) => known.get(id)!), payments: payments ?? was?.payments ?? [] };
}

/** from is what an order is shown from, for somebody who was given \`was\`. */
export function from(was: Unconfirmed | undefined, now: Unconfirmed | undefined): Given["unconfirmed"] {
  if (!now) return undefined;
  return was && was.confirmed === now.confirmed ? { mutations: now.mutations, same: true } : now;
}

/** shownFrom is that of who was given \`was\` before. */
export function shownFrom(was: Unconfirmed | undefined, now: Given["unconfirmed"]): Unconfirmed | undefined {
  return now && { mutations: now.mutations, confirmed: now.same ? was?.confirmed : now.confirmed };
}

const longest = 2000;
const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isDict = (value: unknown): value is Record<string, unknown> =>
  !!value && typeof value === "object" && !Array.isArray(value);
const text = (value: unknown): string => String(value).slice(0, longest);
const maybe = (value: unknown): string | undefined => (isText(value) ? text(value) : undefined);

/** understood is a worker's message, copied; undefined if it has another shape. */
export function understood(data: unknown): FromWorker | undefined {
  if (!isDict(data)) return undefined;
  const { is, n, names, order, no, drawn, ops, message, hook, line, detail, stopped, rejects, writes } = data;
  switch (is) {
    case "names":
      return Array.isArray(names) && names.length <= 1000 && names.every((name) => isText(name) && name !== "")
        ? { is, names: names.map(text) }
        : undefined;
    case "opened":
      return { is, rejects: !!rejects, writes: !!writes };
    case "at":
      return isText(order) ? { is, order: text(order) } : undefined;
    case "over":
      return isCount(n) ? { is, n, no: maybe(no), ...(isDict(drawn) && { drawn }) } : undefined;
    case "do":
      return isCount(n) && Array.isArray(ops) ? { is, n, ops: ops as Op[] } : undefined;
    case "refused":
      return isText(message) ? { is, message: text(message) } : undefined;
    case "failed":
      return isText(message) && isText(hook)
        ? {
            is,
            stopped: !!stopped,
            hook: text(hook),
            order: maybe(order),
            line: maybe(line),
            message: text(message),
            detail: text(detail),
          }
        : undefined;
  }
  return undefined;
}

// What the base's setters change, beside an extension's own fields (see core.ts), and what its hooks may write.
const coreFields = {
  order: ["partner_id", "pricelist_id", "fiscal_position_id"],
  orderline: ["qty", "price_unit", "discount", "description", "product_id", "tax_ids"],
};

/**
 * allowed are the ops of an edit as an extension may ask for them, copied; undefined if one is none of those: they
 * change an open order's own fields and lines, and no other extension's. What no schema knows is left to the server,
 * which names it.
 */
export function allowed(extension: string, ops: unknown[], schema: Schema): Op[] | undefined {
  const takes: Op[] = [];
  for (const op of ops) {
    const copy = isDict(op) ? allowedOp(extension, op, schema) : undefined;
    if (!copy) return undefined;
    takes.push(copy);
  }
  return takes.length > 0 && new Set(takes.map((op) => op.order)).size === 1 ? takes : undefined;
}

function allowedOp(
  extension: string,
  { op, order, line, set, field, by }: Record<string, unknown>,
  schema: Schema,
): Op | undefined {
  if (!isText(order)) return undefined;
  if (op === "order.set") {
    const fields = fieldsOf(extension, set, schema.order, coreFields.order);
    return fields && { op, order, set: fields };
  }
  if (!isText(line)) return undefined;
  switch (op) {
    case "line.add":
    case "line.set": {
      const fields = fieldsOf(extension, set, schema.orderline, coreFields.orderline);
      return fields && { op, order, line, set: fields };
    }
    case "line.inc":
      return isText(field) &&
        Number.isFinite(by) &&
        fieldsOf(extension, { [field]: by }, schema.orderline, coreFields.orderline)
        ? { op, order, line, field, by: by as number }
        : undefined;
    case "line.remove":
      return { op, order, line };
  }
  return undefined;
}

function fieldsOf(
  extension: string,
  set: unknown,
  specs: Record<string, FieldSpec>,
  core: string[],
): Fields | undefined {
  if (!isDict(set)) return undefined;
  const fields: Fields = {};
  for (const key of Object.keys(set)) {
    const spec = Object.hasOwn(specs, key) ? specs[key] : undefined;
    const its = !spec || spec.owner === extension || (spec.owner === "core" && core.includes(key));
    const value: Value | undefined = clean(set[key]);
    if (!its || spec?.derived || value === undefined) return undefined;
    fields[key] = value;
  }
  return fields;
}

// No hook makes it: a line's product, which can't change.
const written = (core: string[]): string[] => core.filter((field) => field !== "product_id");

/** overlayOf is what an extension may have drawn of an order, copied; what else is there is left out. */
export function overlayOf(extension: string, data: unknown, schema: Schema): Overlay | undefined {
  if (!isDict(data) || !isDict(data.lines)) return undefined;
  const lines: [string, Fields][] = [];
  for (const id of Object.keys(data.lines)) {
    const core = written(coreFields.orderline);
    lines.push([id, drawable(extension, data.lines[id], schema.orderline, core, isLineOf(extension, id))]);
  }
  const { put, dropped } = data;
  return {
    order: drawable(extension, data.order, schema.order, coreFields.order),
    lines: Object.fromEntries(lines),
    ...(Array.isArray(put) && { put: put.flatMap((line) => putOf(extension, line, schema)) }),
    ...(Array.isArray(dropped) && { dropped: dropped.filter((id) => isText(id) && isLineOf(extension, id)) }),
  };
}

/** putOf is a line that an extension may have drawn: of its own. */
function putOf(extension: string, line: unknown, schema: Schema): PutLine[] {
  if (!isDict(line) || !isText(line.id) || !isLineOf(extension, line.id)) return [];
  const { id, after, fields } = line;
  const all = drawable(extension, fields, schema.orderline, coreFields.orderline, true);
  return [{ id, after: maybe(after), fields: all }];
}

/** drawable are fields of a record; of a line that is its own (mine), others' too: tills set them. */
function drawable(
  extension: string,
  set: unknown,
  specs: Record<string, FieldSpec>,
  core: string[],
  mine = false,
): Fields {
  if (!isDict(set)) return {};
  const fields: [string, Value][] = [];
  for (const key of Object.keys(set)) {
    const spec = Object.hasOwn(specs, key) ? specs[key]! : undefined,
      value = clean(set[key]);
    const owner = spec?.owner;
    if (!spec || value === undefined || !(owner === "core" ? core.includes(key) : mine || owner === extension))
      continue;
    const fits = value === null ? null : fit(spec, value).is;
    if (fits !== undefined) fields.push([key, fits]);
  }
  return Object.fromEntries(fields);
}
