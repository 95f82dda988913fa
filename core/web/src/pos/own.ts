import type { Fields, Op, Schema, ShownLine, ShownOrder } from "manytill";

// Lines that extensions put on an order. Their ids are mt:NAME:KEY.

/** ownerOf is the extension whose line it is; undefined of a till's. */
export const ownerOf = (line: string): string | undefined => /^mt:([^:]*)/.exec(line)?.[1];

/** movable: lines of extensions stay in their order, for they follow from what is in it. */
export const movable = (l: ShownLine): boolean => ownerOf(l.id) === undefined;

/** OnOwn is a tap that changes an extension's line. */
export type OnOwn = Op & { op: "line.set" | "line.inc" };
export const onOwn = (op: Op): op is OnOwn =>
  (op.op === "line.set" || op.op === "line.inc") && ownerOf(op.line) !== undefined;

const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/**
 * inVain is a field that a tap would change on an extension's line, and that would be as it was all the same: the
 * extension says what it is. now and would are the order as it is drawn and as it would be; undefined if there is none.
 */
export function inVain(op: OnOwn, now: ShownOrder, would: ShownOrder, specs: Schema["orderline"]): string | undefined {
  const of = (o: ShownOrder): Fields | undefined => o.lines.find((l) => l.id === op.line)?.fields;
  const was = of(now),
    is = of(would);
  if (!was || !is) return undefined;
  const stays = (field: string) => alike(was[field], is[field]);
  if (op.op === "line.inc") return op.by && stays(op.field) ? op.field : undefined;
  return Object.keys(op.set).find((f) => specs[f]?.merge !== "union" && stays(f) && !alike(op.set[f], was[f]));
}
