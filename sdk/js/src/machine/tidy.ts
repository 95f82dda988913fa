import { round } from "../decimal";
import type { Op } from "../words";
import { failure } from "./tap";

const deepest = 90;
const depth = (x: unknown): number => (x && typeof x === "object" ? 1 + Math.max(0, ...Object.values(x).map(depth)) : 0);

/** tidy copies ops, with numbers rounded to what the wire takes, and checks their shape. It throws what the user can mend. */
export const tidy = (ops: Op[]): Op[] => {
  const must = (ok: unknown, what: string): void => {
    if (!ok) throw failure("invalid", what);
  };
  const valid = (id: unknown, at: string): void =>
    must(typeof id === "string" && /^[\w.:-]{1,64}$/.test(id), at + " must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :");
  const copy: any[] = JSON.parse(JSON.stringify(ops, (key, value) => {
    if (typeof value !== "number") return value;
    const rounded = round(value);
    must(rounded !== undefined, key + " must be 0 or of a size from 0.000000001 to 1000000000000000");
    return rounded;
  }));
  must(copy.length, "there is nothing to do: give at least one op");
  must(depth(copy) < deepest, "this is nested too deep");
  copy.forEach((op, i) => {
    const at = `ops[${i}].`, { payment: p, lines } = op;
    valid(op.order, at + "order");
    if (/^line\.(add|set|inc|remove)$/.test(op.op)) valid(op.line, at + "line");
    switch (op.op) {
      case "order.create": case "order.set": case "line.add": case "line.set":
        op.set ??= {};
        return must(typeof op.set === "object" && !Array.isArray(op.set), at + "set must be fields");
      case "order.pay":
        valid(p?.id, at + "payment.id");
        must(p.method && typeof p.method === "string", at + "payment.method is missing");
        must(typeof p.amount === "number", at + "payment.amount must be a number");
        // by, at and needs are the server's to say.
        op.payment = { id: p.id, method: p.method, amount: p.amount, ...(p.offline && { offline: true }), ...(p.ref && { ref: p.ref }) };
        return;
      case "order.close":
        return must(op.state === "paid" || op.state === "cancelled", at + "state must be paid or cancelled");
      case "line.inc":
        must(op.field && typeof op.field === "string", at + "field is missing");
        return must(typeof op.by === "number", at + "by must be a number");
      case "line.move":
        valid(op.to, at + "to");
        must(op.to !== op.order, at + "to must be another order");
        must(Array.isArray(lines) && lines.length, at + "lines must name at least one line");
        return lines.forEach((id: unknown) => valid(id, at + "lines"));
      case "line.remove":
        return;
    }
    throw failure("unknown_op", `${at}op ${op.op} is no op`);
  });
  return copy;
};
