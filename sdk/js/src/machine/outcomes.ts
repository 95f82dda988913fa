// What becomes of mutations.
import type { Disk } from "./disk";
import { entryTable, next, type EntryEvent, type EntryPhase } from "./phases";
import { putBack } from "./putback";
import type { Report } from "./report";
import type { Step } from "./step";
import { closedBy, divided, refused, type Entry } from "../queue/state";
import type { Rejected } from "../till";
import { find } from "../view/confirmed";
import { ordersOf } from "../view/view";
import type { By, Change, Op, Result } from "../protocol";

/** Acknowledged mutations are kept so long, and so many, whichever is more. */
const keepFor = 48 * 3_600_000,
  keepCount = 1000;

/** Arrivals are orders and lines that changes named, in whatever state they left them, and who changed them. */
export type Arrivals = Map<string, By | undefined>;
/** lineKey is a line among them. */
export const lineKey = (order: string, line: string): string => `${order}/${line}`;

/** phaseOf is where a mutation stands. */
export const phaseOf = (e: Entry): EntryPhase =>
  e.waiting ? "waiting" : refused(e) ? "rejected" : e.result ? "applied" : e.foreign ? "foreign" : "queued";

/**
 * settled is what a result makes of an entry. What was known before, from a change or from before an id_gap, is
 * replaced as far as the server's word moved; undefined if it didn't.
 */
export const settled = (e: Entry, result: Result, now: number): Entry | undefined => {
  const was = e.result,
    after: Entry = { ...e, result, settled: was ? e.settled : now },
    no = refused(after);
  const on: EntryEvent = !no ? "applied" : e.anew && result.code === "not_found" ? "missing" : "refused";
  if (was && result.seq === was.seq && no === refused(e) && (!e.waiting || on === "missing")) return;
  if (no && e.blank && !was) after.result = { id: result.id, status: "rejected", code: "too_large" };
  after.waiting = next(entryTable, phaseOf(e), on) === "waiting" || undefined;
  return after;
};

/** byChange is what a mutation's own change makes of its entry. */
export const byChange = (e: Entry, { id, seq }: Change, now: number): Entry => ({
  ...e,
  result: { id: id!, status: "applied", seq },
  settled: now,
});

export const asRejected = ({ mutation, result, again, newOrder }: Entry): Rejected => ({
  mutation,
  result: result!,
  again,
  newOrder,
});

export class Outcomes {
  /** What changes named while pushes were on their way. */
  readonly came: Arrivals = new Map();
  /** The orders that go on from closed ones. */
  private follows = new Map<string, string>();
  private pruned = 0;

  constructor(
    private step: Step,
    private disk: Disk,
    private report: Report,
  ) {
    for (const e of disk.state.tables.entries.values()) if (e.newOrder) this.follows.set(closedBy(e), e.newOrder);
  }

  /** settle takes a result. It returns the orders that its mutation names, for the replay without it. */
  settle(result: Result): string[] {
    const { state } = this.disk,
      e = state.entry(result.id);
    if (!e || !this.disk.durable(result.id)) return [];
    if (result.ignored?.length && !e.result?.ignored?.length) {
      this.step.notify("ignored", { id: result.id, fields: result.ignored, why: result.why });
    }
    // While ids are settled that were used twice: what it lacks may be in what goes to the new client_id, and so does it.
    const after = settled(
      state.meta.recovery?.reason === "id_reused" ? { ...e, anew: true } : e,
      result,
      this.step.now,
    );
    if (!after) return [];
    if (phaseOf(after) === "rejected" && phaseOf(e) !== "rejected") this.reject(after);
    else state.putEntry(after);
    if (after.waiting && this.unmade(after)) this.reject(after);
    // What it waits for may have come since that was decided.
    else if (after.waiting && (result.status === "duplicate" || awaited(after).every((key) => this.came.has(key))))
      this.requeue(after);
    return ordersOf(e.mutation.ops);
  }

  /** reject ends an entry, and with it what waits here for what it would have made. */
  private reject(e: Entry): void {
    const { state } = this.disk,
      after = this.withPutBack({ ...e, waiting: undefined });
    state.putEntry(after);
    this.step.notify("rejected", asRejected(after));
    if (state.waiting) for (const other of state.walk()) if (other.waiting && this.unmade(other)) this.reject(other);
  }

  /**
   * unmade: what a waiting entry waits for was to be made by a mutation of this till's own, and that was refused. So no
   * other till brings it.
   */
  private unmade(e: Entry): boolean {
    const all = [...this.disk.state.walk(1)];
    return awaited(e).some((key) => {
      const mayMake = (made: typeof makes) => all.filter((other) => made(other.mutation.ops, key));
      return mayMake(makes).length > 0 && mayMake(brings).every((other) => phaseOf(other) === "rejected");
    });
  }

  /** withPutBack is a rejected entry with ops that put what was lost on a new order, where the old one is closed. */
  private withPutBack(e: Entry): Entry {
    const closed = closedBy(e),
      { newId } = this.step.config,
      { schema, shown } = this.report.view;
    if (e.result!.code !== "order_closed") return e;
    const lines = putBack(e.mutation.ops, closed, this.disk.state.tables.orders.get(closed), schema, newId);
    if (!lines.length) return e;
    // One new order for all that was lost on a closed one.
    let order = this.follows.get(closed);
    if (!order || (shown.get(order)?.state ?? "open") !== "open") this.follows.set(closed, (order = newId()));
    return {
      ...e,
      newOrder: order,
      again: [{ op: "order.create", order, set: { follows: closed } }, ...lines.map((l) => ({ ...l, order }))],
    };
  }

  /** reused marks mutations by whose ids the server knows others. They count again. */
  reused(ids: number[]): void {
    const { state } = this.disk;
    for (const id of ids) {
      const e = state.entry(id);
      if (e && next(entryTable, phaseOf(e), "reused") !== phaseOf(e)) state.putEntry({ ...e, foreign: true }, true);
    }
    this.report.redraw();
  }

  /**
   * own is the entry of a change with this client's id. One with another time of tapping is another's: the storage was
   * cloned or rolled back.
   */
  own(c: Change): Entry | undefined {
    const { state } = this.disk,
      e = c.client_id === state.meta.client ? state.entry(c.id!) : undefined;
    return e && !e.result && this.disk.durable(c.id!) && sameTime(c.tapped_at, e.mutation.at) ? e : undefined;
  }

  /** requeue puts an entry's ops into the queue as new mutations. */
  private requeue(e: Entry): void {
    const { state } = this.disk,
      { id } = e.mutation,
      was = state.meta.next,
      { kept, rest } = divided(e);
    state.dropEntry(id);
    const first = state.next;
    this.disk.saveTap(
      [...kept, ...rest].map((m, i) => ({ mutation: { ...m, id: first + i }, anew: true })),
      { n: 0, drafts: [], silent: true },
      [
        { table: "meta", key: "next", value: was },
        { table: "entries", key: id, value: e },
      ],
    );
  }

  /**
   * brought pushes again, as new mutations, what waited for an order or line that is here now, or was named by what
   * just came: an order that is closed by then isn't held, and a line that is gone by then neither, yet the server had
   * it.
   */
  brought(came: Arrivals): void {
    const { state } = this.disk;
    if (state.waiting)
      for (const e of state.walk()) {
        if (next(entryTable, phaseOf(e), "brought") !== phaseOf(e) && this.arrived(e, came)) this.requeue(e);
      }
  }
  private arrived(e: Entry, came: Arrivals): boolean {
    return awaited(e).every((key) => {
      const [id, line] = key.split("/"),
        o = this.disk.state.tables.orders.get(id!);
      return came.has(key) || (o ? o.state !== "open" || !line || !!find(o.lines, line) : came.has(id!));
    });
  }

  /** prune drops what was acknowledged long ago. */
  prune(): void {
    const {
      step: { now },
      disk: { state, taps },
    } = this;
    if (now - this.pruned < 3_600_000 || taps.length) return;
    this.pruned = now;
    let more = state.tables.entries.size - keepCount;
    for (const e of state.walk(1)) {
      if (more-- <= 0) return;
      if (state.over(e) && now - e.settled! > keepFor) state.put({ table: "entries", key: e.mutation.id });
    }
  }
}

/** awaited is what a waiting entry waits for: a line, unless it adds that itself, or orders. */
const awaited = ({ mutation: { ops }, result: { order, line } = {} as Result }: Entry): string[] => {
  const key = line && lineKey(order!, line);
  return order ? [key && !makes(ops, key) ? key : order] : ordersOf(ops);
};

/** makes: ops make an order or a line that no other till makes. */
const makes = (ops: Op[], key: string): boolean =>
  ops.some((op) => key === (op.op === "line.add" ? lineKey(op.order, op.line) : op.op === "order.create" && op.order));
/** brings: or may be why it is there. */
const brings = (ops: Op[], key: string): boolean =>
  makes(ops, key) ||
  ops.some((op) => op.op === "line.move" && (op.to === key || op.lines.some((line) => lineKey(op.to, line) === key)));

const sameTime = (a?: string, b?: string): boolean => {
  const apart = Date.parse(a!) - Date.parse(b!);
  return !apart; // unknown ones aren't apart
};
