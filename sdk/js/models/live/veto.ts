// A hook may refuse a tap: it is tried on what would be shown, on instances that are thrown away, as on a server.
import type { ShownOrder } from "../../src/till";
import type { Chain } from "../index";
import type { Call } from "../types";
import type { Place } from "./model";
import { lineJSON, orderJSON } from "./shape";

/** calls are the runs of hooks that a change of an order causes: its changed lines, then the order. */
export function* calls(before: ShownOrder | undefined, after: ShownOrder): Generator<[Place, Call]> {
  const lines = new Map(before?.lines.map((line) => [line.id, line]));
  for (const line of after.lines) {
    const was = lines.get(line.id);
    if (was === line) continue;
    yield [{ order: after.id, line: line.id }, {
      model: "orderline", isNew: !was, stored: () => lineJSON(was!), merged: () => lineJSON(line), parent: () => orderJSON(after),
    }];
  }
  if (before !== after) yield [{ order: after.id }, { model: "order", isNew: !before, stored: () => orderJSON(before!), merged: () => orderJSON(after) }];
}

/** hasHooks tells whether an extension has a say on a model. */
export function hasHooks(chain: Chain, model: "order" | "orderline"): boolean {
  const name = model === "order" ? "Order" : "Orderline";
  return ["init_from_JSON", "apply_ms_data", "export_as_JSON"].some((hook) => chain.overrides(name, hook));
}
