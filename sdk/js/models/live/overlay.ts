// What is drawn over an order as it is shown: fields of the order and of its lines that hooks write, and lines that they
// put.
import type { ShownLine, ShownOrder, Till } from "../../src/till";
import type { Fields, Value } from "../../src/protocol";
import { same } from "../../src/view/same";
import { ordersOf } from "../../src/view/view";
import { ownerOf } from "./own";
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
  /** Lines of an extension that aren't shown, each behind the till's line after which it stands; none: in front. */
  put?: PutLine[];
  /** The ids of lines of an extension that are shown and not there any more. */
  dropped?: string[];
}
export interface PutLine {
  id: string;
  after?: string;
  fields: Fields;
}

const differing = (was: Fields, now: Fields, fields: string[]): Fields | undefined => {
  const other = fields.filter((field) => !same(was[field] ?? null, now[field] ?? null));
  return other.length > 0 ? Object.fromEntries(other.map((field) => [field, now[field] ?? null])) : undefined;
};

/** Hooks are those whose doing is drawn: the fields that they may give a value, and the extensions that put lines. */
export interface Hooks {
  order: string[];
  lines: string[];
  putters: string[];
}

/** difference is what an order has otherwise than it is shown, as far as hooks did it; undefined if that is nothing. */
export function difference(shown: ShownOrder, now: ShownOrder, hooks: Hooks): Overlay | undefined {
  const order = differing(shown.fields, now.fields, hooks.order),
    lines: [string, Fields][] = [];
  const others = new Map(now.lines.map((line) => [line.id, line])),
    isPut = (id: string) => hooks.putters.includes(ownerOf(id) ?? "");
  for (const { id, fields } of shown.lines) {
    const other = others.get(id);
    const all = other && isPut(id) ? Object.keys({ ...fields, ...other.fields }).filter(isTheirs) : hooks.lines;
    const set = other && differing(fields, other.fields, all);
    if (set) lines.push([id, set]);
  }
  const dropped = shown.lines.filter(({ id }) => isPut(id) && !others.has(id)).map(({ id }) => id),
    put = added(shown, now, isPut);
  if (!order && lines.length + dropped.length + put.length === 0) return undefined;
  return {
    order: order ?? {},
    lines: Object.fromEntries(lines),
    ...(put.length > 0 && { put }),
    ...(dropped.length > 0 && { dropped }),
  };
}

const isTheirs = (field: string): boolean => field !== "ms_info";

/** added are lines that are put and not shown. */
function added(shown: ShownOrder, now: ShownOrder, isPut: (id: string) => boolean): PutLine[] {
  const known = new Set(shown.lines.map(({ id }) => id)),
    put: PutLine[] = [];
  let after: string | undefined;
  for (const { id, fields } of now.lines) {
    if (ownerOf(id) === undefined) after = id;
    else if (isPut(id) && !known.has(id))
      put.push({ id, after, fields: Object.fromEntries(Object.entries(fields).filter(([field]) => isTheirs(field))) });
  }
  return put;
}

/** put is an order with an overlay over it. */
export function put(shown: ShownOrder, { order, lines, put = [], dropped = [] }: Overlay): ShownOrder {
  const drawn = shown.lines
    .filter(({ id }) => !dropped.includes(id))
    .map((line) =>
      Object.hasOwn(lines, line.id)
        ? {
            ...line,
            fields: withFields(line.fields, lines[line.id]!),
            ...(ownerOf(line.id) !== undefined && { pending: true }),
          }
        : line,
    );
  for (const line of put) insert(drawn, shown, line);
  return {
    ...shown,
    fields: withFields(shown.fields, order),
    lines: put.length > 0 ? numbered(drawn) : drawn,
  };
}

/** insert puts a line behind the one that it follows, and behind other extensions' there. */
function insert(lines: ShownLine[], shown: ShownOrder, { id, after, fields }: PutLine): void {
  if (lines.some((line) => line.id === id)) return;
  const follows = lines.findIndex((line) => line.id === after);
  let at = follows >= 0 || after === undefined ? follows + 1 : lines.length;
  while (at < lines.length && ownerOf(lines[at]!.id) !== undefined) at++;
  const { changed = null } = (shown.fields.ms_info ?? {}) as { changed?: Value },
    by = changed && { ms_info: { created: changed, changed } };
  lines.splice(at, 0, { id, n: 0, fields: { ...fields, ...by }, pending: true });
}

/** numbered are lines whose numbers rise: confirmed ones keep theirs, and they stand in front. */
function numbered(lines: ShownLine[]): ShownLine[] {
  let last = 0;
  return lines.map((line) => {
    const n = Math.max(line.n, last + 1);
    last = n;
    return n === line.n ? line : { ...line, n };
  });
}

/** within is what of an overlay holds where an order shows something else now: that of what stayed the same, and lines. */
export function within({ order, lines, ...rest }: Overlay, was: ShownOrder, now: ShownOrder): Overlay {
  const stayed = new Set(was.lines);
  return {
    ...rest,
    order: was.fields === now.fields ? order : {},
    lines: Object.fromEntries(
      now.lines.flatMap((line) =>
        stayed.has(line) && Object.hasOwn(lines, line.id) ? [[line.id, lines[line.id]!]] : [],
      ),
    ),
  };
}
