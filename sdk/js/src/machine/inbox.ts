import type { Disk } from "./disk";
import { empty, mergeChanges, mergeSnapshot, type Pile, type Verdict } from "./merge";
import { next, recoveryTable } from "./phases";
import type { Outbox } from "./outbox";
import { byChange, lineKey, type Arrivals, type Outcomes } from "./outcomes";
import type { Report } from "./report";
import type { Step } from "./step";
import { same } from "../view/same";
import { absorbed, shared } from "../view/confirmed";
import { ordersOf } from "../view/view";
import type { Changes, Snapshot } from "../protocol";

/**
 * Taken says what became of something that came. lastID, where orders were taken from it, is what it told of this
 * client.
 */
export interface Taken {
  inOrder: boolean;
  lastID?: number;
}

/** Inbox is what comes of the server's orders, over any transport. */
export class Inbox {
  pile: Pile;
  /** Where a hole was met last. */
  private hole = -1;

  constructor(
    private step: Step,
    private disk: Disk,
    private report: Report,
    private outbox: Outbox,
    private outcomes: Outcomes,
  ) {
    this.pile = { is: disk.state.meta.at.cursor ? "following" : "awaiting" };
  }

  changes(c: Changes): Taken {
    const { seq } = this.disk.state.meta.at;
    return this.apply(mergeChanges(this.pile, seq, this.hole, c));
  }
  /** snapshot takes one page of a snapshot. */
  snapshot(s: Snapshot): Taken {
    return this.apply(mergeSnapshot(this.pile, s));
  }
  private apply([pile, verdict]: [Pile, Verdict?]): Taken {
    this.pile = pile;
    switch (verdict?.is) {
      case "advance":
        this.absorb(verdict.changes);
        return { inOrder: true, lastID: verdict.changes.last_id ?? 0 };
      case "rebase":
        this.replace(verdict.snapshot);
        return { inOrder: true, lastID: verdict.snapshot.last_id ?? 0 };
      case "reject":
        this.hole = this.disk.state.meta.at.seq;
        return { inOrder: false };
    }
    return { inOrder: true };
  }

  private absorb(c: Changes): void {
    const { state } = this.disk,
      { orders } = state.tables,
      { client, at } = state.meta;
    const by: Arrivals = new Map(),
      touched = new Set<string>();
    const fresh = c.changes.filter((change) => change.seq > at.seq);
    let { seq, cursor, decided } = at;
    for (const change of fresh) {
      const e = this.outcomes.own(change);
      if (e) state.putEntry(byChange(e, change, this.step.now));
      for (const [id, delta] of Object.entries(change.orders)) {
        by.set(id, change.by);
        for (const line in delta.lines) by.set(lineKey(id, line), change.by);
        const o = absorbed(orders.get(id), id, delta, change.client_id === client);
        if (!o) continue;
        state.put({ table: "orders", key: id, value: o });
        touched.add(id);
      }
      seq = Math.max(seq, change.seq);
    }
    if (this.outbox.underWay()) for (const [key, who] of by) this.outcomes.came.set(key, who);
    if (c.seq >= seq) {
      seq = c.seq;
      cursor = c.cursor;
      decided = Math.max(decided, c.last_id ?? 0);
    }
    const now = { seq, cursor, decided };
    if (!fresh.length && same(at, now)) return;
    state.set("at", now);
    // A mutation may also leave the replay because last_id has passed it.
    for (const e of state.walk(Math.max(state.low, at.decided + 1))) {
      if (e.mutation.id > decided) break;
      ordersOf(e.mutation.ops).forEach(touched.add, touched);
    }
    this.report.redraw(touched, by);
    this.outcomes.brought(by);
  }

  private replace(s: Snapshot): void {
    const { state } = this.disk,
      { orders } = state.tables,
      { recovery: r } = state.meta;
    const here = new Set(s.orders.map((o) => o.id)),
      sameLife = !r || r.reason === "id_reused";
    // Closed orders that are held stay, if they are of the database that answers: a snapshot has open orders only.
    for (const [key, o] of orders)
      if (!here.has(key) && (o.state === "open" || !sameLife)) state.put({ table: "orders", key });
    for (const o of s.orders) {
      const was = orders.get(o.id),
        now = shared(was, o);
      if (was !== now) state.put({ table: "orders", key: o.id, value: now });
    }
    const decided = s.last_id ?? 0;
    state.set("at", { cursor: s.cursor!, seq: s.seq ?? 0, decided }, true);
    const phase = this.disk.recovery();
    if (next(recoveryTable, phase, "snapshot") !== phase) {
      state.set("recovery", {
        ...r!,
        known: true,
        last_id: Math.max(r!.last_id, Math.min(decided, this.disk.unsaved() - 1)),
      });
    }
    this.hole = -1;
    this.report.redraw();
    this.outcomes.brought(new Map());
  }

  /** forget is for a cursor that is no good. What is shown stays until the snapshot is here. */
  forget(): void {
    const { state } = this.disk;
    state.set("at", { ...state.meta.at, cursor: "" });
    this.pile = empty(this.pile, "forget");
  }
  /** discard lets go of what isn't complete: what carried it is gone. */
  discard(): void {
    this.pile = empty(this.pile, "discard");
  }

  /** continues is where the rest of what isn't complete is pulled; "" is nowhere. */
  continues(): string {
    return "next" in this.pile ? this.pile.next : "";
  }
  /** resume is what a pull asks for: the next page or part (unfinished), or what follows the position. */
  resume(): { cursor?: string; page?: string; unfinished?: boolean } {
    const { pile } = this;
    if (pile.is === "folding") return { cursor: pile.next, unfinished: true };
    if (pile.is === "paging") {
      if (pile.next) return { page: pile.next, unfinished: true };
      this.discard(); // the pages came over a link that is gone
    }
    return { cursor: this.disk.state.meta.at.cursor || undefined };
  }
}
