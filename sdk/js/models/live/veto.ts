// A hook may refuse a tap: it is tried on what would be shown, on instances that are thrown away, as on a server.
import type { ShownOrder } from "../../src/till";
import type { Chain } from "../index";
import type { Call, Dict } from "../types";
import type { Place } from "./model";
import { lineJSON, orderJSON, sameKeys } from "./shape";

/** Tried is a run of hooks: on the change, and on the record as it is. */
export interface Tried {
  place: Place;
  call: Call;
  asItIs?: Call;
}

/**
 * tries are the runs of hooks that a change of an order causes, its end included: its changed lines, or all of them
 * where a key of the order changed that they read, then the order. visible is an order as they are handed it.
 */
export function* tries(
  before: ShownOrder | undefined,
  after: ShownOrder,
  ofOrder: string[],
  visible: (order: ShownOrder) => ShownOrder,
): Generator<Tried> {
  const orderOf = (order: ShownOrder) => () => orderJSON(visible(order));
  const lines = new Map(before?.lines.map((line) => [line.id, line]));
  const all = !before || !sameKeys(before, after, ofOrder);
  for (const line of after.lines) {
    const was = lines.get(line.id);
    if (was === line && !all) continue;
    const place = { order: after.id, line: line.id };
    yield tried(
      "orderline",
      place,
      was && before && (() => lineJSON(was, before)),
      () => lineJSON(line, after),
      before && orderOf(before),
      orderOf(after),
    );
  }
  if (before !== after) yield tried("order", { order: after.id }, before && orderOf(before), orderOf(after));
}

type Json = () => Dict;

function tried(
  model: Call["model"],
  place: Place,
  was: Json | undefined,
  now: Json,
  parentWas?: Json,
  parent?: Json,
): Tried {
  const call = { model, isNew: !was, line: place.line, stored: was ?? now, merged: now, parent };
  return {
    place,
    call,
    asItIs: was && { model, isNew: false, line: place.line, stored: was, merged: was, parent: parentWas },
  };
}

/** hasHooks tells whether an extension has a say on a model. */
export function hasHooks(chain: Chain, model: "order" | "orderline"): boolean {
  const name = model === "order" ? "Order" : "Orderline";
  return ["init_from_JSON", "apply_ms_data", "export_as_JSON"].some((hook) => chain.overrides(name, hook));
}
