// A tap's ops turned into mutations: a new order waits for its first line, and a payment is never in one mutation with
// the order.create of its order.
import type { Refusal } from "./contract";
import { round } from "../decimal";
import type { ShownOrder } from "../till";
import { ofExtension } from "../view/replay";
import type { Mutation, Op, Payment, Schema, User } from "../protocol";

/** The largest mutation that is queued, in bytes. */
const mostBytes = 256 << 10;

/** failure refuses a tap, with a code of the protocol. */
export const failure = (code: string, details: unknown[], why = code): Refusal =>
  Object.assign(new Error(why), { code, details });

export const bytes = (x: unknown): number => new TextEncoder().encode(JSON.stringify(x)).length;

/** Sight is what a plan looks at. */
export interface Sight {
  drafts: Map<string, Mutation>;
  orders: Map<string, ShownOrder>;
  schema: Schema;
  /** What the user saw. */
  seq: number;
  user?: User | null;
  at: string;
  /** Other taps are on their way to the disk. */
  unsure: boolean;
  /** The id of the next mutation. */
  next: number;
}

/** Plan: the mutations, and drafts that began or changed, or (without a mutation) ended. */
export interface Plan {
  mutations: Mutation[];
  drafts: Map<string, Mutation | undefined>;
}

/** plan gives the plan of a tap. It throws what the user can mend. */
export const plan = (s: Sight, wanted: Op[]): Plan => {
  const drafts: Plan["drafts"] = new Map(),
    created = new Set<string>(),
    inGroup = new Set<string>();
  let group: Op[] = [];
  const groups = [group];
  const draft = (id: string) => (drafts.has(id) ? drafts.get(id) : s.drafts.get(id));
  const mutation = (ops: Op[], id: number): Mutation => ({ id, user: s.user || undefined, at: s.at, ops });
  const cut = () => {
    groups.push((group = []));
    inGroup.clear();
  };
  /**
   * Ends a draft: its order.create goes before what needs the order, and never into a mutation that is behind some of
   * that.
   */
  const send = (id: string): void => {
    const d = draft(id);
    if (!d) return;
    if (group.some((op) => op.order === id)) cut();
    group.push(d.ops[0]!);
    drafts.set(id, undefined);
    created.add(id);
    inGroup.add(id);
  };
  for (const op of tidy(wanted)) {
    const { order } = op,
      d = draft(order);
    if (op.op === "order.create") {
      drafts.set(order, mutation([op], 0));
      created.add(order);
    } else if (d && op.op === "order.set") {
      const create = d.ops[0] as Op & { op: "order.create" };
      drafts.set(order, { ...d, ops: [{ ...create, set: { ...create.set, ...op.set } }] });
    } else if (d && op.op === "order.close" && op.state === "cancelled") drafts.set(order, undefined);
    else {
      if (!d && !created.has(order)) check(s, op);
      send(order);
      if (op.op === "line.move") {
        send(op.to);
        created.add(op.to);
      }
      if (op.op === "order.pay" && inGroup.has(order)) cut();
      group.push(based(s, op));
    }
  }
  const mutations = groups.filter((g) => g.length).map((ops, i) => mutation(ops, s.next + i));
  for (const big of mutations.map(bytes)) {
    if (big > mostBytes) throw failure("too_large", [big >> 10]);
  }
  return { mutations, drafts };
};

/**
 * check refuses what can't work, so that no tap vanishes later. While other taps are on their way to the disk, the
 * server is left to judge.
 */
const check = (s: Sight, { op, order }: Op): void => {
  if (s.unsure || op === "order.pay") return;
  const o = s.orders.get(order);
  if (!o) throw failure("not_found", [order]);
  if (o.state !== "open" && op !== "order.close") throw failure("order_closed", [o.number, o.state]);
};

/** based adds the base, which is the position, where a stale one is refused: to guarded fields and to order.close. */
const based = (s: Sight, op: Op): Op => {
  const { order, orderline } = s.schema;
  const guarded =
    op.op === "order.close" ||
    ((op.op === "order.set" || op.op === "line.set") &&
      Object.keys(op.set).some((f) => ("line" in op ? orderline : order)[f]?.merge === "guarded"));
  return guarded && op.base === undefined ? { ...op, base: s.seq } : op;
};

/** Of a list of ops: in a push they are three deeper, and that may be 100 deep. */
const deepest = 97;
const depth = (x: unknown): number =>
  x && typeof x === "object" ? 1 + Object.values(x).reduce((most, v) => Math.max(most, depth(v)), 0) : 0;

const isID = (x: unknown): boolean => /^[\w.:-]{1,64}$/.test(x as string) && typeof x === "string";
const number = (x: unknown): x is number => typeof x === "number";
const text = (x: unknown): x is string => !!x && typeof x === "string";
const upTo = (most: number, x: unknown): boolean => text(x) && [...x].length <= most;
const ids = (x: unknown): boolean => Array.isArray(x) && !!x.length && x.every(isID);
const fields = (x: unknown): boolean => typeof x === "object" && !Array.isArray(x);
const closing = (x: unknown): boolean => x === "paid" || x === "cancelled";
/** What each op takes. */
const shapes: Record<string, Record<string, (x: unknown) => boolean>> = {
  "order.create": { set: fields },
  "order.set": { set: fields },
  "order.pay": {
    payment: (x) => {
      const p = x as Partial<Payment> | null | undefined;
      return !!p && isID(p.id) && upTo(64, p.method) && (!p.ref || upTo(2000, p.ref)) && number(p.amount);
    },
  },
  "order.close": { state: closing },
  "line.add": { line: isID, set: fields },
  "line.set": { line: isID, set: fields },
  "line.inc": { line: isID, field: text, by: number },
  "line.remove": { line: isID },
  "line.move": { lines: ids, to: isID },
};

/** Given is an op as a page gave it, of which nothing is known yet. */
type Given = Record<string, unknown> & { op: string; payment?: Partial<Payment> | null };

/**
 * tidy copies ops, with numbers rounded to what the wire takes, and checks their shape. It throws what the user can
 * mend.
 */
export const tidy = (ops: Op[]): Op[] => {
  const must = (ok: unknown, why: string, ...details: string[]): void => {
    if (!ok) throw failure("invalid", details, why);
  };
  const copy: Given[] = JSON.parse(
    JSON.stringify(ops, (key, value) => {
      // A surrogate without its partner is no character, and comes back as this from the server.
      if (text(value)) return value.replace(/\p{Cs}/gu, "\ufffd");
      if (!number(value)) return value;
      const rounded = round(value);
      must(rounded !== undefined, "number", key);
      return rounded;
    }),
  );
  must(copy.length, "empty");
  must(depth(copy) <= deepest, "nested");
  copy.forEach((op, i) => {
    const shape = shapes[op.op],
      at = `ops[${i}]`,
      { payment: p } = op;
    if (!shape) throw failure("unknown_op", [at, op.op]);
    if (shape.set) op.set ??= {};
    for (const [key, fits] of Object.entries({ order: isID, ...shape }))
      must(fits(op[key]), "shape", `${at}.${key}`, op.op);
    must(op.op !== "line.add" || !ofExtension(op.line as string), "of_extension", `${at}.line`);
    must(op.to !== op.order, "same_order", `${at}.to`);
    // by, at and needs are the server's to say.
    if (p) {
      delete p.by;
      delete p.at;
      delete p.needs;
    }
  });
  return copy as unknown as Op[];
};
