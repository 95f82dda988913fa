// What hooks that write core fields or put lines make of what isn't confirmed: each unconfirmed mutation is replayed with
// them, at its own time, as the server will run them. It is shown and never sent.
import type { PendingMutation, ShownLine, ShownOrder, Till } from "../../src/till";
import type { Fields, Op, Schema } from "../../src/protocol";
import { shared } from "../../src/view/confirmed";
import { replay } from "../../src/view/replay";
import { same } from "../../src/view/same";
import { ordersOf, preview } from "../../src/view/view";
import type { Extension } from "./extension";
import { difference, put, sharing, type Overlay } from "./overlay";
import { withLines, withRemoved } from "./own";
import { withFields } from "./settings";
import { lineJSON, orderJSON, sameKeys } from "./shape";

/** Seen is as much of a till as is asked. */
export type Seen = Pick<Till, "order" | "unconfirmed">;
type Orders = Map<string, ShownOrder>;

/** Replayed are orders that share unconfirmed mutations, with those replayed over what is confirmed. */
interface Replayed {
  by: string;
  confirmed: Orders;
  wishes: PendingMutation[];
  orders: Orders;
}

export class Writes {
  private readonly replayed = new Map<string, Replayed>();
  private readonly drawn = new Map<string, { shown: ShownOrder; overlay: Overlay; order: ShownOrder }>();

  constructor(
    private readonly till: Seen,
    private readonly extensions: Extension[],
    private readonly schema: Schema,
  ) {}

  private writers(): Extension[] {
    return this.extensions.filter((extension) => extension.writes);
  }

  /** order is an order as it is to be drawn. */
  order(id: string): ShownOrder | undefined {
    const shown = this.till.order(id),
      overlay = shown && this.overlay(shown);
    if (!overlay) {
      this.drawn.delete(id);
      this.replayed.delete(id);
      return shown;
    }
    const was = this.drawn.get(id);
    if (was?.shown === shown && same(was.overlay, overlay)) return was.order;
    const order = shared(was?.order, put(shown, overlay));
    this.drawn.set(id, { shown, overlay, order });
    return order;
  }

  /** overlay is what hooks make of an order that isn't confirmed, beside what is shown; undefined if that is nothing. */
  overlay(shown: ShownOrder): Overlay | undefined {
    const writers = shown.pending ? this.writers() : [];
    if (writers.length === 0) return undefined;
    const order = this.replay(shown.id, writers).get(shown.id);
    // A stop within the replay leaves what the others write.
    return this.writers().length < writers.length ? this.overlay(shown) : this.beside(shown, order);
  }

  /** preview is what hooks would make of an order if ops were asked for at that time, beside what would be shown. */
  preview(ops: Op[], at: string): Overlay | undefined {
    const id = ops[0]!.order,
      shown = this.till.order(id),
      writers = this.writers();
    const after = preview((of) => this.till.order(of), ops, this.schema).get(id);
    if (writers.length === 0 || !after) return undefined;
    const orders = shown?.pending ? new Map(this.replay(id, writers)) : new Map(shown && [[id, shown]]);
    this.step(orders, { mutation: { id: 0, at, ops } }, writers);
    return this.beside(after, orders.get(id));
  }

  private beside(shown: ShownOrder, now: ShownOrder | undefined): Overlay | undefined {
    const writers = this.writers(),
      fields = (model: "order" | "orderline") => writers.flatMap((extension) => extension.fieldsOf(model)),
      putters = writers.filter(({ definition }) => definition.lines).map(({ name }) => name);
    return now && difference(shown, now, { order: fields("order"), lines: fields("orderline"), putters });
  }

  private replay(id: string, writers: Extension[]): Orders {
    const { confirmed, wishes } = this.cluster(id),
      by = writers.map(({ name }) => name).join();
    const was = this.replayed.get(id);
    const goesOn =
      was?.by === by &&
      was.confirmed.size === confirmed.size &&
      [...confirmed].every(([of, order]) => was.confirmed.get(of) === order) &&
      was.wishes.length <= wishes.length &&
      was.wishes.every((wish, i) => same(wish, wishes[i]));
    const orders = new Map(goesOn ? was.orders : confirmed);
    for (const wish of wishes.slice(goesOn ? was.wishes.length : 0)) this.step(orders, wish, writers);
    const now = { by, confirmed, wishes, orders };
    for (const of of new Set([id, ...wishes.flatMap(({ mutation }) => ordersOf(mutation.ops))]))
      this.replayed.set(of, now);
    return orders;
  }

  /** cluster are the orders that share unconfirmed mutations with one, as confirmed, and all these mutations. */
  private cluster(id: string): { confirmed: Orders; wishes: PendingMutation[] } {
    const confirmed: Orders = new Map(),
      wishes = new Map<string, PendingMutation>();
    for (const of of sharing(this.till, [id])) {
      const unconfirmed = this.till.unconfirmed(of),
        order = unconfirmed ? unconfirmed.confirmed : this.till.order(of);
      if (order) confirmed.set(of, order);
      for (const wish of unconfirmed?.mutations ?? []) {
        const { id: number, ops } = wish.mutation;
        wishes.set(number ? `${number}` : `draft ${ops[0]!.order}`, wish);
      }
    }
    return { confirmed, wishes: [...wishes.values()].sort((a, b) => a.mutation.id - b.mutation.id) };
  }

  /** step does one mutation: the core's merge, and then the hooks of each extension. */
  private step(orders: Orders, wish: PendingMutation, writers: Extension[]): void {
    const here = { schema: this.schema, meta: { place: { run: 0 } } },
      before = new Map(orders),
      changed: string[] = [];
    for (const [id, edited] of replay(here, [wish], before)) {
      const was = before.get(id),
        order = shared(was, withRemoved(was, edited));
      if (order === was) continue;
      orders.set(id, order);
      if (!was || was.state === "open") changed.push(id);
    }
    for (const extension of writers)
      for (const id of changed) new Run(extension, orders, before.get(id), id, wish.mutation.at).run();
  }
}

/** Run is that of an extension's hooks over one order that a mutation changed. */
class Run {
  constructor(
    private readonly extension: Extension,
    private readonly orders: Orders,
    private readonly before: ShownOrder | undefined,
    private readonly id: string,
    private readonly at: string | undefined,
  ) {}

  private get now(): ShownOrder {
    return this.orders.get(this.id)!;
  }

  /** run runs them on the changed lines, on the order, and on lines that it put or that read what it has changed. */
  run(): void {
    const { before, extension } = this,
      was = new Map(before?.lines.map((line) => [line.id, line])),
      ofOrder = extension.ofOrder;
    const all = !before || !sameKeys(before, this.now, ofOrder);
    for (const line of this.now.lines) if (all || was.get(line.id) !== line) this.line(line.id, was.get(line.id));
    const merged = this.now,
      had = new Set(merged.lines);
    this.order();
    const again = !sameKeys(merged, this.now, ofOrder);
    for (const line of this.now.lines) if (again || !had.has(line)) this.line(line.id, was.get(line.id));
  }

  private line(id: string, was: ShownLine | undefined): void {
    const { before, at, extension } = this;
    const json = (fields: Fields) => () => lineJSON({ ...find(this.now, id), fields }, this.now, at);
    const made = extension.settings({
      place: { order: this.id, line: id },
      merged: find(this.now, id).fields,
      json,
      stored: was && before && (() => lineJSON(was, before, at)),
      parent: () => orderJSON(extension.visible(this.now), at),
    });
    const lines = this.now.lines.map((line) =>
      line.id === id && made ? { ...line, fields: withFields(line.fields, made.set) } : line,
    );
    if (made) this.orders.set(this.id, { ...this.now, lines });
  }

  private order(): void {
    const { before, at, now, extension } = this;
    const made = extension.settings({
      place: { order: this.id },
      merged: now.fields,
      json: (fields) => () => orderJSON(extension.visible({ ...now, fields }), at),
      stored: before && (() => orderJSON(extension.visible(before), at)),
    });
    if (!made) return;
    const order = { ...now, fields: withFields(now.fields, made.set) };
    this.orders.set(this.id, made.lines ? withLines(order, extension.name, made.lines) : order);
  }
}

const find = (order: ShownOrder, id: string): ShownLine => order.lines.find((line) => line.id === id)!;
