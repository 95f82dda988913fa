// Lines that extensions put into an order: by their ids everybody knows whose they are. OwnLineID of sdk/protocol is the
// same in Go; testdata/own-lines.json has the vectors that both are tested with. What putting does is the rule of
// core/order/own.go and extensions/own.go, for pages.
import type { ShownLine, ShownOrder } from "../../src/till";
import { fit } from "../../src/fields";
import { same } from "../../src/view/same";
import { coreSchema } from "../../src/view/schema";
import type { FieldSpec, Fields, Value } from "../../src/protocol";
import type { Definition } from "../browser";
import type { Any } from "../types";
import { coreValue, withFields } from "./settings";
import { sha256 } from "./sha256";
import { clean } from "./value";

const prefix = "mt:";
const isID = (text: string): boolean => /^[A-Za-z0-9._:-]{1,64}$/.test(text);

/** The most characters (code points) that a key has. */
export const longestKey = 200;

/**
 * ownLineID is the id of an extension's line with a key. A key that can't be part of an id, or would make it too long,
 * is replaced by 22 characters of its SHA-256 (base64url).
 */
export function ownLineID(extension: string, key: string): string {
  const id = `${prefix}${extension}:${key}`;
  if (key !== "" && isID(id)) return id;
  const sum = sha256(new TextEncoder().encode(key));
  const text = btoa(String.fromCharCode(...sum))
    .replace(/\+/g, "-")
    .replace(/\//g, "_");
  return `${prefix}${extension}:${text.slice(0, 22)}`;
}

/** ownerOf is the extension whose line it is; undefined of a till's. */
export const ownerOf = (line: string): string | undefined =>
  line.startsWith(prefix) ? line.slice(prefix.length).split(":")[0] : undefined;

/** isLineOf tells whether an id is that of a line which this extension may put. */
export const isLineOf = (extension: string, line: string): boolean => ownerOf(line) === extension && isID(line);

/** Put is a line that an order's hook puts; keep: a value of it isn't valid, so one that is there stays as it is. */
export interface Put {
  id: string;
  fields: Fields;
  keep?: boolean;
}

/** Made is what hooks make of a record: fields that they set, and of an order the lines that they put. */
export interface Made {
  set: Fields;
  /** Missing where they have no say. */
  lines?: Put[];
}

/** asPut is what a hook's put_line asks for, checked. It throws what the server throws. */
export function asPut(of: Definition, key: Any, fields: Any): Put {
  if (typeof key !== "string" || key === "" || [...key].length > longestKey)
    throw new TypeError(`put_line: the key is a text of 1 to ${longestKey} characters`);
  const about = `put_line ${JSON.stringify(key)}:`;
  if (!fields || typeof fields !== "object" || Array.isArray(fields))
    throw new TypeError(`${about} the line's fields are an object`);
  const put: Put = { id: ownLineID(of.name, key), fields: {} };
  for (const field of Object.keys(fields)) {
    if (fields[field] === undefined) continue;
    const is = clean(fields[field]);
    if (is === undefined) throw new TypeError(`${about} ${field} can't be stored`);
    const value = fitting(of, field, is);
    if (value === undefined) put.keep = true;
    else if (value !== null) put.fields[field] = value;
  }
  return put;
}

/** fitting is a value as a line that is put has it; undefined if the server wouldn't take it. */
function fitting({ fields }: Definition, field: string, value: Value): Value | undefined {
  const own = fields.orderline ?? {},
    core = Object.hasOwn(coreSchema.orderline, field) ? coreSchema.orderline[field] : undefined,
    spec = Object.hasOwn(own, field) ? (own[field] as unknown as FieldSpec) : core;
  const is = core ? coreValue(field, value) : value;
  return !spec || is === undefined || is === null ? spec && null : fit(spec, is).is;
}

/** A line in a replay knows which of its fields its hook put. */
type PutLine = ShownLine & { put?: string[] };

/** withLines makes an extension's lines of an order those that it puts; what a till removed doesn't come back. */
export function withLines(order: ShownOrder, extension: string, puts: Put[]): ShownOrder {
  // A later put of a key takes the place of one before it.
  const last = new Map<string, Put>();
  for (const put of puts) {
    last.delete(put.id);
    last.set(put.id, put);
  }
  const lines: PutLine[] = order.lines.filter(({ id }) => ownerOf(id) !== extension || last.has(id)),
    removed = removedOf(order);
  let n = Math.max(0, ...order.lines.map((line) => line.n));
  for (const { id, fields, keep } of last.values()) {
    const i = lines.findIndex((line) => line.id === id),
      line = lines[i];
    if (keep || removed.includes(id)) continue;
    if (!line) lines.push({ id, n: ++n, fields, put: Object.keys(fields), pending: true });
    else if (same(line.fields.product_id, fields.product_id)) lines[i] = again(line, fields);
  }
  return { ...order, lines };
}

function again(line: PutLine, put: Fields): PutLine {
  const gone = (line.put ?? []).filter((field) => !Object.hasOwn(put, field)).map((field) => [field, null]),
    fields = withFields(line.fields, { ...Object.fromEntries(gone), ...put });
  return same(fields, line.fields) ? line : { ...line, fields, put: Object.keys(put), pending: true };
}

const removedOf = ({ fields: { mt_removed: ids } }: ShownOrder): Value[] => (Array.isArray(ids) ? ids : []);

/** withRemoved is an order that notes the own lines which a till's mutation took off: they don't come back. */
export function withRemoved(was: ShownOrder | undefined, order: ShownOrder): ShownOrder {
  const there = new Set(order.lines.map(({ id }) => id)),
    gone = (was?.lines ?? []).map(({ id }) => id).filter((id) => ownerOf(id) !== undefined && !there.has(id));
  if (gone.length === 0) return order;
  return { ...order, fields: { ...order.fields, mt_removed: [...new Set([...removedOf(order), ...gone])].sort() } };
}
