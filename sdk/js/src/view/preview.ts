import type { ShownOrder } from "../till";
import type { Op, Schema } from "../words";
import { shared } from "./confirmed";
import { replay } from "./replay";
import { named } from "./view";

/**
 * preview is what would be shown if ops were asked for: the orders that they change, with the lines that stay the same
 * as they are (===). Nothing is queued.
 */
export function preview(shown: (id: string) => ShownOrder | undefined, ops: Op[], schema: Schema): Map<string, ShownOrder> {
  const under = new Map<string, ShownOrder>();
  for (const id of named(ops)) {
    const order = shown(id);
    if (order) under.set(id, order);
  }
  const here = { schema: schema, meta: { place: { run: 0 } } };
  const edits = replay(here, [{ mutation: { id: 0, ops } }], under);
  return new Map([...edits].map(([id, order]) => [id, shared(under.get(id), order)]));
}
