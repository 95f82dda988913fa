// A server in memory for simulations, written from docs/protocol.md alone: merge, numbers, duplicates, backups.
import { isDeepStrictEqual as equal } from "node:util";
import type {
  Author,
  Change,
  Changes,
  Fields,
  Line,
  Mutation,
  Op,
  Order,
  OrderChange,
  POS,
  Payment,
  Problem,
  Result,
  Snapshot,
  Value,
} from "../src/protocol";

interface Held {
  order: Order;
  used: Set<string>;
  gone: Set<string>;
  /** seq and client of the last change of each guarded field, and of the lines and payments. */
  touched: Map<string, { seq: number; client: string }[]>;
}
interface Decided {
  body: string;
  result: Result;
}
type Refusal = Partial<Result> & { code: string };

const guarded = new Set(["price_unit", "discount"]);
const exact = (a: number, b: number): number =>
  Number(BigInt(Math.round(a * 1000)) + BigInt(Math.round(b * 1000))) / 1000;

export class ModelServer {
  epoch = 1;
  log: Change[] = [];
  held = new Map<string, Held>();
  decided = new Map<string, Decided[]>();
  /** The tags of the increments that were applied, in order. */
  tags: number[] = [];
  private number = 0;

  /** backup is a copy; what is restored begins another epoch. */
  backup(epoch: number): ModelServer {
    const b = Object.assign(new ModelServer(), structuredClone({ ...this }), { epoch });
    return b;
  }
  cursor(seq: number): string {
    return `e${this.epoch}.${seq}`;
  }
  /** at is the position of a cursor; undefined if it is of another epoch. */
  at(cursor: string): number | undefined {
    const [, epoch, seq] = /^e(\d+)\.(\d+)$/.exec(cursor)!;
    return +epoch! === this.epoch ? +seq! : undefined;
  }
  get head(): number {
    return this.log.length;
  }
  lastID(client: string): number {
    return this.decided.get(client)?.length ?? 0;
  }
  /** decidedAt is last_id at a position. */
  changes(client: string, from: number): Changes {
    return {
      changes: structuredClone(this.log.slice(from)),
      cursor: this.cursor(this.head),
      seq: this.head,
      last_id: this.lastID(client),
    };
  }
  snapshot(client: string): Snapshot {
    return {
      orders: structuredClone(this.open()),
      more: false,
      cursor: this.cursor(this.head),
      seq: this.head,
      last_id: this.lastID(client),
    };
  }
  open(): Order[] {
    return [...this.held.values()].map((h) => h.order).filter((o) => o.state === "open");
  }

  push(client: string, pos: POS, mutations: Mutation[]): { last_id: number; results: Result[] } | Problem {
    const known = this.decided.get(client) ?? [],
      results: Result[] = [];
    let next = known.length + 1;
    for (const m of mutations) {
      if (m.id > next) return { code: "id_gap", message: "", expected: next, got: m.id };
      if (m.id < next && m.id <= known.length && known[m.id - 1]!.body !== JSON.stringify(m))
        return { code: "id_reused", message: "", id: m.id };
      next = Math.max(next, m.id + 1);
    }
    this.decided.set(client, known);
    for (const m of mutations) {
      const old = known[m.id - 1];
      if (!old) known.push({ body: JSON.stringify(m), result: this.decide(client, pos, m) });
      results.push(old ? { ...old.result, status: "duplicate" } : known[m.id - 1]!.result);
    }
    return structuredClone({ last_id: known.length, results });
  }

  private decide(client: string, pos: POS, m: Mutation): Result {
    const draft = new Draft(this, client, pos, m);
    const refusal = m.ops.length
      ? m.ops.map((op) => op).reduce<Refusal | undefined>((no, op) => no ?? draft.op(op), undefined)
      : { code: "invalid" };
    if (!refusal) {
      const change = draft.commit({
        client_id: client,
        id: m.id,
        ...(m.at && { tapped_at: m.at }),
        by: { pos, user: m.user ?? null },
      });
      for (const op of m.ops) if ("tag" in op) this.tags.push(op.tag as number);
      return { id: m.id, status: "applied", seq: change.seq };
    }
    // Money is never refused.
    const money = new Draft(this, client, pos, m),
      kept: string[] = [];
    for (const op of m.ops)
      if (op.op === "order.pay" && this.held.has(op.order) && !money.op(op)) kept.push(op.payment.id);
    const seq = kept.length ? money.commit({ by: { server: "kept_payment" } }).seq : undefined;
    return { id: m.id, status: "rejected", message: "", ...refusal, ...(kept.length && { kept, seq }) };
  }
  /** number gives the next order number. */
  take(): number {
    return ++this.number;
  }
}

/** Draft is one mutation under way: it touches copies, which commit puts in place. */
class Draft {
  private copies = new Map<string, Held>();
  private info: Author;
  constructor(
    private model: ModelServer,
    private client: string,
    pos: POS,
    m: Mutation,
  ) {
    this.info = { pos, user: m.user ?? null };
  }
  private get(id: string): Held | undefined {
    const held = this.model.held.get(id);
    if (!this.copies.has(id) && held) this.copies.set(id, structuredClone(held));
    return this.copies.get(id);
  }
  private create(id: string): Held {
    const h: Held = {
      order: { id, number: 0, state: "open", run: 1, rev: 0, fields: {}, payments: [], lines: [] },
      used: new Set(),
      gone: new Set(),
      touched: new Map(),
    };
    this.copies.set(id, h);
    this.sign(h.order.fields);
    return h;
  }
  private sign(fields: Fields): void {
    fields.ms_info = {
      created: (fields.ms_info as { created?: Value } | undefined)?.created ?? this.info,
      changed: this.info,
    } as unknown as Value;
  }
  private touch(h: Held, key: string): void {
    h.touched.set(key, [...(h.touched.get(key) ?? []), { seq: this.model.head + 1, client: this.client }]);
  }
  private stale(h: Held, key: string, base: number | undefined): boolean {
    return base !== undefined && (h.touched.get(key) ?? []).some((t) => t.seq > base && t.client !== this.client);
  }
  private set(h: Held, fields: Fields, set: Fields, at: string, base?: number): Refusal | boolean {
    let changed = false;
    for (const [f, v] of Object.entries(set)) {
      const was = fields[f] ?? null;
      if (f === "product_id" && was !== null && v !== null && v !== was)
        return { code: "stale_base", field: f, now: { [f]: was } };
      if (guarded.has(f) && this.stale(h, at + f, base)) return { code: "stale_base", field: f, now: { [f]: was } };
      if ((f === "product_id" && was !== null) || equal(was, v)) continue;
      if (v === null) delete fields[f];
      else fields[f] = v;
      if (guarded.has(f)) this.touch(h, at + f);
      changed = true;
    }
    return changed;
  }
  /** op does one op, or says why not. */
  op(op: Op): Refusal | undefined {
    const h = this.get(op.order),
      no = (code: string, more = {}): Refusal => ({ code, order: op.order, ...more });
    if (op.op === "order.create") {
      if (h) return no("exists");
      this.set(this.create(op.order), this.get(op.order)!.order.fields, op.set ?? {}, "");
      return;
    }
    if (!h) return no("not_found", "line" in op ? { line: op.line } : {});
    const o = h.order;
    if (op.op === "order.pay") {
      const was = o.payments.find((p) => p.id === op.payment.id);
      if (was) return was.amount === op.payment.amount && was.method === op.payment.method ? undefined : no("exists");
      o.payments.push({ ...op.payment, ...(o.state !== "open" && { needs: "refund" as const }), by: this.info });
      this.touch(h, "lines");
      return;
    }
    if (op.op === "order.close" && o.state === op.state) return;
    if (o.state !== "open") return no("order_closed", { state: o.state });
    if (op.op === "order.close") {
      if (this.stale(h, "lines", op.base) && !o.payments.some((p) => p.offline)) return no("stale_base");
      o.state = op.state;
      return;
    }
    if (op.op === "order.set") {
      const done = this.set(h, o.fields, op.set, "", op.base);
      return typeof done === "object" ? no("stale_base", done) : undefined;
    }
    if (op.op === "line.move") throw new Error("the simulation moves no lines");
    const line = o.lines.find((l) => l.id === op.line);
    if (op.op === "line.add") {
      if (h.used.has(op.line)) return no("exists", { line: op.line });
      h.used.add(op.line);
      const added: Line = { id: op.line, n: h.used.size, fields: {} };
      this.sign(added.fields);
      this.set(h, added.fields, op.set, op.line);
      o.lines.push(added);
      this.touch(h, "lines");
      return;
    }
    if (op.op === "line.remove" && h.gone.has(op.line)) return;
    if (!line) return no(h.used.has(op.line) ? "gone" : "not_found", { line: op.line });
    if (op.op === "line.remove") {
      o.lines = o.lines.filter((l) => l !== line);
      h.gone.add(op.line);
      this.touch(h, "lines");
      return;
    }
    const done = op.op === "line.set" ? this.set(h, line.fields, op.set, op.line, op.base) : op.by !== 0;
    if (typeof done === "object") return no("stale_base", { line: op.line, ...done });
    if (op.op === "line.inc") line.fields[op.field] = exact((line.fields[op.field] as number) ?? 0, op.by);
    if (done) {
      this.sign(line.fields);
      this.touch(h, "lines");
    }
    return;
  }
  commit(head: Partial<Change>): Change {
    const change: Change = { seq: this.model.head + 1, ...head, orders: {} };
    for (const [id, h] of this.copies) {
      const was = this.model.held.get(id)?.order;
      if (was && equal(was, h.order)) continue;
      this.sign(h.order.fields);
      h.order.rev++;
      h.order.number ||= this.model.take();
      change.orders[id] = delta(was, h.order);
      this.model.held.set(id, h);
    }
    this.model.log.push(change);
    return change;
  }
}

const setOf = (was: Fields | undefined, now: Fields): { set?: Fields } => {
  const set: Fields = {};
  for (const f of new Set([...Object.keys(was ?? {}), ...Object.keys(now)]))
    if (!equal(was?.[f], now[f])) set[f] = now[f] ?? null;
  return Object.keys(set).length ? { set } : {};
};
const delta = (was: Order | undefined, now: Order): OrderChange => {
  const lines: NonNullable<OrderChange["lines"]> = {},
    old = new Map(was?.lines.map((l) => [l.id, l]));
  for (const l of now.lines)
    if (!equal(old.get(l.id), l)) lines[l.id] = { n: l.n, ...setOf(old.get(l.id)?.fields, l.fields) };
  for (const l of old.values()) if (!now.lines.some((x) => x.id === l.id)) lines[l.id] = { n: l.n, removed: true };
  const payments: Payment[] = now.payments.filter((p) => !was?.payments.some((q) => q.id === p.id));
  return structuredClone({
    rev: now.rev,
    number: now.number,
    run: now.run,
    state: now.state,
    ...setOf(was?.fields, now.fields),
    ...(Object.keys(lines).length && { lines }),
    ...(payments.length && { payments }),
  });
};
