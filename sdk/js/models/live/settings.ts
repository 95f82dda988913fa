// What an export of hooks changes of a record: the rule of the server's chain (extensions/take.go), for pages.
import { fit } from "../../src/fields";
import { put } from "../../src/view/confirmed";
import { same } from "../../src/view/same";
import { coreSchema } from "../../src/view/schema";
import type { FieldSpec, Fields, Value } from "../../src/protocol";
import type { Definition } from "../browser";
import type { Any } from "../types";
import type { Spec } from "./model";
import { clean } from "./value";

export type ModelKind = "order" | "orderline";

/** writesOf are the core's fields that an extension's hooks give a value. */
export const writesOf = ({ writes }: Definition, model: ModelKind): string[] => writes?.[model] ?? [];

/** What the base exports of a core field that a record lacks, where that isn't null. */
const asBase: Fields = { qty: 0, price_unit: 0, discount: 0, tax_ids: [] };

/** coreValue is a value of a core field as the protocol has it: Odoo writes taxes as a command, and none as false or "". */
export function coreValue(field: string, exported: Any): Value | undefined {
  const value = clean(exported);
  if (field !== "tax_ids") return value === false || value === "" ? null : value;
  const [command] = Array.isArray(value) && value.length === 1 ? value : [];
  return Array.isArray(command) && command.length === 3 && command[0] === 6 && command[1] === false
    ? command[2]
    : value;
}

/**
 * settings are what hooks that exported data change of a record: the extension's own fields, and the core's that it
 * writes, where that is something else than the base alone gives. What a server wouldn't take is left out.
 */
export function settings(of: Definition, model: ModelKind, data: Any, merged: Fields, isNew: boolean): Fields {
  if (!data || typeof data !== "object")
    throw new Error("export_as_JSON gave no object: return the one that super gives, with your keys on it");
  const set: [string, Value][] = [];
  const take = (field: string, spec: FieldSpec, value: Value | undefined): void => {
    const fits = value === undefined || value === null ? value : fit(spec, value).is;
    if (fits !== undefined && !same(fits, merged[field] ?? null)) set.push([field, fits]);
  };
  const own = of.fields[model] ?? {};
  for (const field of Object.keys(own)) {
    const spec = own[field] as FieldSpec & Spec;
    if (spec.derived || !(spec.one_way || (spec.not_taken_over && !isNew))) take(field, spec, clean(data[field]));
  }
  for (const field of writesOf(of, model)) {
    const value = coreValue(field, data[field]);
    if (!same(value, merged[field] ?? asBase[field] ?? null)) take(field, coreSchema[model][field]!, value);
  }
  return Object.fromEntries(set);
}

/** withFields is a record's fields with some set, null clearing one. */
export function withFields(fields: Fields, set: Fields): Fields {
  const all = { ...fields };
  for (const field of Object.keys(set)) put(all, field, set[field]!);
  return all;
}
