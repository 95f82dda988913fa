// Tills without network or disk: what a server confirms reaches them when settle is called.
import type { Events, ShownOrder, Till, Unconfirmed } from "../../src/till";
import type { Mutation, Op, Schema } from "../../src/protocol";
import { newOrder, shared } from "../../src/view/confirmed";
import { replay } from "../../src/view/replay";
import { coreSchema } from "../../src/view/schema";
import { ordersOf } from "../../src/view/view";

type Orders = Map<string, ShownOrder>;
type Asked = { till: FakeTill; ops: Op[]; at: string };

/** play replays ops as the till at pos; orders that stay the same keep their identity. */
function play(orders: Orders, schema: Schema, pos: string, ops: Op[]): Orders {
  const under = new Map(ordersOf(ops).flatMap((id) => (orders.has(id) ? [[id, orders.get(id)!] as const] : [])));
  const edits = replay(
    { schema: schema, meta: { place: { pos: { id: pos, name: pos }, run: 1 } } },
    [{ mutation: { id: 0, ops } }],
    under,
  );
  return new Map([...edits].map(([id, order]) => [id, shared(under.get(id), order)]));
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class FakeTills {
  readonly confirmed: Orders = new Map();
  readonly tills: FakeTill[] = [];
  readonly asked: Asked[] = [];
  /** What the server's hooks make of an order that a mutation of that time changed. */
  hooks: (before: ShownOrder | undefined, after: ShownOrder, at: string) => ShownOrder = (_, after) => after;
  private numbers = 0;

  constructor(readonly schema: Schema = coreSchema) {}

  till(name: string): FakeTill & Till {
    const till = new FakeTill(this, name);
    this.tills.push(till);
    return till as unknown as FakeTill & Till;
  }

  /** seed puts an order on all tills. */
  seed(order: Partial<ShownOrder> & { id: string }): void {
    this.confirmed.set(order.id, { ...newOrder(order.id, 1), number: ++this.numbers, rev: 1, ...order });
    for (const till of this.tills) till.show([order.id]);
  }

  /** deliver confirms what was asked for until now, or so many of that. */
  deliver(many = this.asked.length): void {
    for (const asked of this.asked.splice(0, many)) {
      this.confirm(this.confirmed, asked);
      asked.till.queue.shift();
      asked.till.asked.shift();
      for (const t of this.tills) t.show(ordersOf(asked.ops));
    }
  }

  /** foreseen are the orders as they will be when all that was asked for is confirmed. */
  foreseen(): Orders {
    const orders = new Map(this.confirmed);
    for (const asked of this.asked) this.confirm(orders, asked);
    return orders;
  }

  private confirm(orders: Orders, { till, ops, at }: Asked): void {
    for (const [id, order] of play(orders, this.schema, till.name, ops)) {
      const was = orders.get(id);
      if (was === order) continue;
      const made = this.hooks(was, order, at);
      const settled = {
        ...made,
        number: order.number || ++this.numbers,
        rev: order.rev + 1,
        pending: undefined,
        lines: made.lines.map((l) => ({ ...l, pending: undefined })),
      };
      orders.set(id, shared(was, settled));
    }
  }

  /** settle runs until nobody has anything to say. */
  async settle(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 8; i++) await turn();
      if (this.asked.length === 0) return;
      this.deliver();
    }
    throw new Error("the tills answer each other for ever");
  }
}

export class FakeTill {
  readonly queue: Op[][] = [];
  /** The same as mutations, with their time. */
  readonly asked: Mutation[] = [];
  /** All ops that were asked for, by mutation. */
  readonly mutations: Op[][] = [];
  /** A write to disk takes until this resolves. */
  disk: Promise<unknown> = Promise.resolve();
  private shown: Orders = new Map();
  private readonly listeners = new Set<(what: Events["orders"]) => void>();

  constructor(
    private readonly tills: FakeTills,
    readonly name: string,
  ) {}

  orders = (): ShownOrder[] => [...this.shown.values()];
  order = (id: string): ShownOrder | undefined => this.shown.get(id);
  unconfirmed = (id: string): Unconfirmed | undefined =>
    this.shown.get(id)?.pending
      ? {
          confirmed: this.tills.confirmed.get(id),
          mutations: this.asked.filter(({ ops }) => ordersOf(ops).includes(id)).map((mutation) => ({ mutation })),
        }
      : undefined;
  on = <E extends keyof Events>(event: E, listener: (what: Events[E]) => void): (() => void) => {
    const hears = listener as (what: Events["orders"]) => void;
    if (event === "orders") this.listeners.add(hears);
    return () => void this.listeners.delete(hears);
  };
  do = async (...ops: Op[]): Promise<number> => {
    this.mutations.push(ops);
    await this.disk;
    this.queue.push(ops);
    const at = new Date().toISOString();
    this.asked.push({ id: this.mutations.length, at, ops });
    this.tills.asked.push({ till: this, ops, at });
    this.show(ordersOf(ops));
    return this.mutations.length;
  };

  show(ids: string[]): void {
    let now: Orders = new Map(this.tills.confirmed);
    for (const ops of this.queue) now = new Map([...now, ...play(now, this.tills.schema, this.name, ops)]);
    const changed: Events["orders"] = [];
    for (const id of ids) {
      const was = this.shown.get(id),
        order = now.get(id) && shared(was, now.get(id)!);
      if (was === order) continue;
      if (order) this.shown.set(id, order);
      else this.shown.delete(id);
      changed.push({ id, order });
    }
    if (changed.length > 0) this.listeners.forEach((listener) => listener(changed));
  }

  drop(id: string): void {
    this.tills.confirmed.delete(id);
    this.show([id]);
  }
}
