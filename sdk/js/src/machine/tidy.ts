import { round } from "../decimal";
import { ofExtension } from "../view/replay";
import type { Op } from "../words";
import { failure } from "./tap";

/** Of a list of ops: in a push they are three deeper, and that may be 100 deep. */
const deepest = 97;
const depth = (x: unknown): number => (x && typeof x === "object" ? 1 + Object.values(x).reduce((most, v) => Math.max(most, depth(v)), 0) : 0);

const id = (x: unknown): boolean => /^[\w.:-]{1,64}$/.test(x as string) && typeof x === "string";
export const number = (x: unknown): boolean => typeof x === "number";
export const text = (x: unknown): boolean => !!x && typeof x === "string";
const upTo = (most: number, x: any): boolean => text(x) && [...x].length <= most;
const ids = (x: unknown): boolean => Array.isArray(x) && !!x.length && x.every(id);
const fields = (x: unknown): boolean => typeof x === "object" && !Array.isArray(x);
const closing = (x: unknown): boolean => x === "paid" || x === "cancelled";
/** What each op takes. */
const shapes: Record<string, Record<string, (x: any) => boolean>> = {
  "order.create": { set: fields },
  "order.set": { set: fields },
  "order.pay": { payment: (p) => p && id(p.id) && upTo(64, p.method) && (!p.ref || upTo(2000, p.ref)) && number(p.amount) },
  "order.close": { state: closing },
  "line.add": { line: id, set: fields },
  "line.set": { line: id, set: fields },
  "line.inc": { line: id, field: text, by: number },
  "line.remove": { line: id },
  "line.move": { lines: ids, to: id },
};

/** tidy copies ops, with numbers rounded to what the wire takes, and checks their shape. It throws what the user can mend. */
export const tidy = (ops: Op[]): Op[] => {
  const must = (ok: unknown, why: string, ...details: string[]): void => {
    if (!ok) throw failure("invalid", details, why);
  };
  const copy: any[] = JSON.parse(JSON.stringify(ops, (key, value) => {
    // A surrogate without its partner is no character, and comes back as this from the server.
    if (text(value)) return value.replace(/\p{Cs}/gu, "\ufffd");
    if (!number(value)) return value;
    must((value = round(value)) !== undefined, "number", key);
    return value;
  }));
  must(copy.length, "empty");
  must(depth(copy) <= deepest, "nested");
  copy.forEach((op, i) => {
    const shape = shapes[op.op], at = `ops[${i}]`, { payment: p } = op;
    if (!shape) throw failure("unknown_op", [at, op.op]);
    if (shape.set) op.set ??= {};
    for (const [key, fits] of Object.entries({ order: id, ...shape })) must(fits(op[key]), "shape", `${at}.${key}`, op.op);
    must(op.op !== "line.add" || !ofExtension(op.line), "of_extension", `${at}.line`);
    must(op.to !== op.order, "same_order", `${at}.to`);
    // by, at and needs are the server's to say.
    if (p) delete p.by, delete p.at, delete p.needs;
  });
  return copy;
};
