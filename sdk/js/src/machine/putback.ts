// What was lost on an order that is closed, as lines for a new one.
import { add } from "../decimal";
import type { ShownOrder } from "../till";
import { find, own, put } from "../view/confirmed";
import { ofExtension } from "../view/replay";
import type { Op, Schema } from "../protocol";

export type LineAdd = Op & { op: "line.add" };

/**
 * putBack are line.add ops for what ops would have added to a closed order: new lines, and more of a line that it
 * has, unless an extension put it: that puts it again.
 */
export const putBack = (
  ops: Op[],
  closed: string,
  held: ShownOrder | undefined,
  schema: Schema,
  newId: () => string,
): LineAdd[] => {
  const lines = new Map<string, LineAdd>();
  for (const op of ops) {
    if (op.order !== closed || !("line" in op)) continue;
    const mine = lines.get(op.line)?.set;
    if (op.op === "line.add") lines.set(op.line, { ...op, set: { ...op.set } });
    else if (op.op === "line.set" && mine) lines.set(op.line, { ...lines.get(op.line)!, set: { ...mine, ...op.set } });
    else if (op.op === "line.inc" && mine)
      put(mine, op.field, add((own(mine, op.field) as number) ?? 0, op.by) ?? own(mine, op.field) ?? null);
    else if (op.op === "line.inc" && op.field === "qty" && op.by > 0) {
      const like = held && find(held.lines, op.line);
      if (!like || ofExtension(op.line)) continue;
      const fields = Object.fromEntries(
        Object.entries(like.fields).filter(([f]) => !(own(schema.orderline, f) ?? { derived: true }).derived),
      );
      lines.set(op.line, { op: "line.add", order: closed, line: newId(), set: { ...fields, qty: op.by } });
    }
  }
  return [...lines.values()];
};
