// A tap's ops turned into mutations: a new order waits for its first line, and a payment is never in one mutation with
// the order.create of its order.
import type { Mutation, Op } from "../words";
import { type M } from "./state";
import { failure, mutation } from "./tap";
import { tidy } from "./tidy";

/** Plan: the ops of each mutation, and drafts that began or changed, or (without a mutation) ended. */
export interface Plan { _groups: Op[][]; _drafts: Map<string, Mutation | undefined> }

export const plan = (m: M, wanted: Op[]): Plan => {
  const drafts: Plan["_drafts"] = new Map(), created = new Set<string>(), inGroup = new Set<string>();
  let group: Op[] = [];
  const groups = [group];
  const draft = (id: string) => (drafts.has(id) ? drafts.get(id) : m._tables.drafts.get(id));
  /** Ends a draft: its order.create goes before what needs the order. */
  const send = (id: string): void => {
    const d = draft(id);
    if (!d) return;
    group.push(d.ops[0]!);
    drafts.set(id, undefined);
    created.add(id);
    inGroup.add(id);
  };
  for (const op of tidy(wanted)) {
    const { order } = op, d = draft(order);
    if (op.op === "order.create") {
      drafts.set(order, mutation(m, [op], 0));
      created.add(order);
    } else if (d && op.op === "order.set") {
      const create = d.ops[0] as Op & { op: "order.create" };
      drafts.set(order, { ...d, ops: [{ ...create, set: { ...create.set, ...op.set } }] });
    } else if (d && op.op === "order.close" && op.state === "cancelled") drafts.set(order, undefined);
    else {
      if (!d && !created.has(order)) check(m, op);
      send(order);
      if (op.op === "line.move") {
        send(op.to);
        created.add(op.to);
      }
      if (op.op === "order.pay" && inGroup.has(order)) {
        groups.push((group = []));
        inGroup.clear();
      }
      group.push(based(m, op));
    }
  }
  return { _groups: groups.filter((g) => g.length), _drafts: drafts };
};

/**
 * check refuses what can't work, so that no tap vanishes later. While other taps are on their way to the disk, the
 * server is left to judge.
 */
const check = (m: M, { op, order }: Op): void => {
  if (m._taps.length || op === "order.pay") return;
  const o = m._view._shown.get(order);
  if (!o) throw failure("not_found", [order]);
  if (o.state !== "open" && op !== "order.close") throw failure("order_closed", [o.number, o.state]);
};

/** based adds the base, which is the position, where a stale one is refused: to guarded fields and to order.close. */
const based = (m: M, op: Op): Op => {
  const { order, orderline } = m._view._schema;
  const guarded = op.op === "order.close" ||
    ((op.op === "order.set" || op.op === "line.set") && Object.keys(op.set).some((f) => ("line" in op ? orderline : order)[f]?.merge === "guarded"));
  return guarded && op.base === undefined ? { ...op, base: m._meta.at.seq } : op;
};
