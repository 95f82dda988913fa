// What a field may hold, by its schema: the server leaves other values out, and says why. FieldSpec.Fit of sdk/protocol
// is the same in Go; testdata/fields.json has the vectors that both are tested with.
import type { FieldSpec, Schema, Value } from "./protocol";
import { round } from "./decimal";
import { isSchema } from "./machine/readable";
import { own } from "./view/confirmed";
import { same } from "./view/same";

type Kept = { is: Value; wrong?: undefined } | { is?: undefined; wrong: string };
/** Limits are the members of a field's schema that are about its values. */
export type Limits = Pick<FieldSpec, "type" | "enum" | "min" | "max" | "pattern" | "found">;

const isNumber = (v: Value): boolean => round(v) !== undefined;
const isText = (v: Value): boolean => typeof v === "string";
const isBoolean = (v: Value): boolean => typeof v === "boolean";
const isID = (v: Value): boolean => isText(v) || isNumber(v);
const types: Record<string, (v: Value) => boolean> = {
  string: isText,
  number: isNumber,
  integer: (v) => isNumber(v) && Number.isInteger(round(v)),
  boolean: isBoolean,
  object: (v) => !!v && typeof v === "object" && !Array.isArray(v),
  array: Array.isArray,
  id: isID,
  "id[]": (v) => Array.isArray(v) && v.every(isID),
  "string[]": (v) => Array.isArray(v) && v.every(isText),
  order: (v) => isText(v) && /^[A-Za-z0-9._:-]{1,64}$/.test(v as string),
};

const two = (text: string | undefined): number => Number(text);
/**
 * instant is a time of RFC 3339 as it is stored: in UTC with Z, its fraction (up to 9 digits) without trailing zeros;
 * undefined for anything else.
 */
export const instant = (text: string): string | undefined => {
  const form = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  if (!form) return;
  const [year, month, day, hour, minute, second] = form.slice(1, 7).map(two) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute, second);
  const exists = at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59 || two(form[9] ?? "0") > 23 || two(form[10] ?? "0") > 59)
    return;
  const ahead = (two(form[9] ?? "0") * 60 + two(form[10] ?? "0")) * (form[8] === "-" ? -1 : 1);
  const utc = new Date(at.getTime() - ahead * 60_000);
  if (utc.getUTCFullYear() < 0 || utc.getUTCFullYear() > 9999) return;
  return `${utc.toISOString().slice(0, 19)}${(form[7] ?? "").replace(/\.?0+$/, "")}Z`;
};

const choicesShown = 20;
const choices = (all: Value[]): string =>
  [...all.slice(0, choicesShown).map(String), ...(all.length > choicesShown ? ["…"] : [])].join(", ");

/** size is what min and max are of: a number's value, a text's characters (code points), a list's entries. */
const size = (type: string, v: Value): [n: number, verb: string, one: string, many: string] | undefined => {
  switch (type) {
    case "number":
    case "integer":
      return [v as number, "be", "", ""];
    case "string":
      return [[...(v as string)].length, "be", " character long", " characters long"];
    case "string[]":
    case "id[]":
    case "array":
      return [(v as Value[]).length, "have", " entry", " entries"];
  }
};

const whole = (pattern: string): RegExp | undefined => {
  try {
    return new RegExp(`^(?:${pattern})$`, "su");
  } catch {
    return; // of a later server
  }
};

/** fit is a value as the field keeps it, a time in UTC; or what is wrong with it, for people. null always fits. */
export const fit = (spec: Limits, v: Value): Kept => {
  const { type, min, max, pattern } = spec;
  if (v === null || spec.found) return { is: v };
  if (type === "time") {
    const is = typeof v === "string" ? instant(v) : undefined;
    return is === undefined ? { wrong: "must be a time like 2026-11-21T10:00:00Z" } : { is };
  }
  if (Object.hasOwn(types, type) && !types[type]!(v))
    return { wrong: type === "integer" ? "must be a whole number" : `must be of type ${type}` };
  const allowed = spec.enum;
  if (allowed?.length) {
    const items = Array.isArray(v) ? v : [v];
    if (!items.every((item) => allowed.some((choice) => same(choice, item))))
      return { wrong: `${Array.isArray(v) ? "may have only" : "must be one of"} ${choices(allowed)}` };
  }
  if (pattern && typeof v === "string" && whole(pattern)?.test(v) === false)
    return { wrong: `must have the form ${pattern}` };
  const sized = size(type, v);
  if (sized) {
    const [n, verb, one, many] = sized;
    if (min !== undefined && n < min) return { wrong: `must ${verb} at least ${min}${min === 1 ? one : many}` };
    if (max !== undefined && n > max) return { wrong: `must ${verb} at most ${max}${max === 1 ? one : many}` };
  }
  return { is: v };
};

/** check says what is wrong with a value for a field; "" if nothing is. */
export const check = (spec: Limits, v: Value): string => fit(spec, v).wrong ?? "";

/**
 * changed is what to set a field of the rule union to, so that `was` becomes `now` without undoing what other tills do
 * meanwhile: what was added and what was removed. Where one of the two is no list it is `now` itself; undefined if both
 * have the same.
 */
export const changed = (was: Value, now: Value): Value | undefined => {
  if (!Array.isArray(now) || (was !== null && !Array.isArray(was))) return same(was, now) ? undefined : now;
  const lacks = (list: Value[]) => (item: Value) => !list.some((other) => same(other, item));
  const before = was ?? [],
    add = now.filter(lacks(before)),
    remove = before.filter(lacks(now));
  if (!remove.length) return add.length || was === null ? add : undefined;
  return { ...(add.length && { add }), remove };
};

const members: Record<keyof FieldSpec, (v: Value) => boolean> = {
  type: isText,
  merge: isText,
  owner: isText,
  derived: isBoolean,
  label: isText,
  labels: (v) => types.object!(v) && Object.values(v as object).every(isText),
  edit: isBoolean,
  show: isText,
  role: isText,
  enum: Array.isArray,
  min: isNumber,
  max: isNumber,
  pattern: isText,
  found: isBoolean,
};
const readFields = (all: Record<string, Record<string, Value> | null>): Schema["order"] => {
  const specs: Record<string, Partial<FieldSpec>> = {};
  for (const [name, spec] of Object.entries(all)) {
    const known = Object.entries(members).filter(([key, is]) => spec?.[key] !== undefined && is(spec[key]));
    const read: Partial<FieldSpec> = Object.fromEntries(known.map(([key]) => [key, spec![key]]));
    if (read.merge) specs[name] = read;
  }
  return specs as Schema["order"];
};

/**
 * readSchema reads the answer to GET /v1/schema, of a later version too: it leaves out members that it doesn't know or
 * whose values have another type than here, and fields without a merge rule. What is no schema is undefined.
 */
export const readSchema = (x: unknown): Schema | undefined => {
  if (!isSchema(x)) return;
  const { order, orderline } = x as Record<keyof Schema, Parameters<typeof readFields>[0]>;
  return { order: readFields(order), orderline: readFields(orderline) };
};

/**
 * inLanguages is the schema as people read it who prefer these languages (navigator.languages): each label in the first
 * of them that the field has, without its region if need be. Schema.In of the Go client is the same;
 * sdk/protocol/testdata/labels.json has cases of both.
 */
export const inLanguages = ({ order, orderline }: Schema, languages: readonly string[]): Schema => {
  const tags = languages.flatMap((tag) =>
    tag
      .toLowerCase()
      .split("-")
      .map((_, i, parts) => parts.slice(0, parts.length - i).join("-")),
  );
  const labelled = (all: Schema["order"]): Schema["order"] =>
    Object.fromEntries(
      Object.entries(all).map(([name, spec]) => {
        const labels: Record<string, string | undefined> = { en: spec.label, ...spec.labels };
        const tag = tags.find((t) => own(labels, t));
        return [name, tag ? { ...spec, label: labels[tag] } : spec];
      }),
    );
  return { order: labelled(order), orderline: labelled(orderline) };
};
