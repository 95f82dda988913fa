import { round } from "../decimal";
import type { Op } from "../words";
import { failure } from "./tap";

const deepest = 90;
const depth = (x: unknown): number => (x && typeof x === "object" ? 1 + Math.max(0, ...Object.values(x).map(depth)) : 0);

const id = (x: unknown): boolean => /^[\w.:-]{1,64}$/.test(x as string) && typeof x === "string";
export const number = (x: unknown): boolean => typeof x === "number";
export const text = (x: unknown): boolean => !!x && typeof x === "string";
const ids = (x: unknown): boolean => Array.isArray(x) && !!x.length && x.every(id);
const fields = (x: unknown): boolean => typeof x === "object" && !Array.isArray(x);
const closing = (x: unknown): boolean => x === "paid" || x === "cancelled";
/** What each op takes. */
const shapes: Record<string, Record<string, (x: any) => boolean>> = {
  "order.create": { set: fields },
  "order.set": { set: fields },
  "order.pay": { payment: (p) => p && id(p.id) && text(p.method) && number(p.amount) },
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
    if (!number(value)) return value;
    must((value = round(value)) !== undefined, "number", key);
    return value;
  }));
  must(copy.length, "empty");
  must(depth(copy) < deepest, "nested");
  copy.forEach((op, i) => {
    const shape = shapes[op.op], at = `ops[${i}]`, { payment: p } = op;
    if (!shape) throw failure("unknown_op", [at, op.op]);
    if (shape.set) op.set ??= {};
    for (const [key, fits] of Object.entries({ order: id, ...shape })) must(fits(op[key]), "shape", `${at}.${key}`, op.op);
    must(op.to !== op.order, "same_order", `${at}.to`);
    // by, at and needs are the server's to say.
    if (p) delete p.by, delete p.at, delete p.needs;
  });
  return copy;
};
