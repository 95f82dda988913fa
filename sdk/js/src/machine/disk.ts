import type { Row } from "./contract";
import { diskTable, next, type DiskPhase, type RecoveryPhase } from "./phases";
import { failure } from "./plan";
import type { Step } from "./step";
import { refused, type Entry, type State } from "../queue/state";
import type { PendingMutation } from "../till";

const pause = 2000;

/** PendingTap is on its way to the disk. */
export interface PendingTap {
  n: number;
  batch: number;
  ids: number[];
  /** It began, changed or ended these. */
  drafts: string[];
  /** These rows take it back, and then next is free again. */
  undo: Row[];
  next: number;
  /** Nobody waits for it. */
  silent?: boolean;
}

/**
 * Disk is what this till keeps, and how much of it is stored. Rows are changed at once and stored at the end of the
 * step, so state and disk differ by a tail only.
 */
export class Disk {
  phase: DiskPhase = "fine";
  /** When it is tried again, while it is broken. */
  retryAt = 0;
  /** The batch that was handed out last, and the last on disk. */
  last = 0;
  stored = 0;
  /** A batch before which nothing may be sent: a new client_id. */
  gate = 0;
  /** The next batch is everything. */
  whole = false;
  taps: PendingTap[] = [];
  /** Why the queue is set aside as soon as no tap is on its way. */
  stranding = "";

  constructor(
    private step: Step,
    readonly state: State,
  ) {}

  /** ready: what the link may say is on disk, and nothing that comes first is in the way. */
  ready(): boolean {
    return this.stored >= this.gate && this.phase === "fine" && !this.stranding;
  }
  /** first: nothing is sent before this step is on disk. */
  first(): void {
    this.gate = this.last + 1;
    this.state.sync = true;
  }
  /** saveTap keeps what a tap makes of the queue. */
  saveTap(entries: Entry[], tap: Pick<PendingTap, "n" | "drafts" | "silent">, undo: Row[]): void {
    const { state } = this,
      { next } = state,
      ids = entries.map((e) => e.mutation.id);
    for (const e of entries) state.putEntry(e, true);
    this.taps.push({
      ...tap,
      ids,
      batch: this.last + 1,
      next,
      undo: [...ids.map((key) => ({ table: "entries" as const, key })), ...undo],
    });
  }

  /** flush hands out what the step kept, before everything else that it asks for. */
  flush(): void {
    const { state, step } = this;
    if (!state.dirty.size && !this.whole) return;
    this.last++;
    this.phase = next(diskTable, this.phase, "save");
    if (this.phase === "fine") {
      step.out.unshift({
        is: "store",
        batch: this.last,
        rows: this.whole ? state.rows() : [...state.dirty.values()],
        sync: state.sync,
        all: this.whole,
      });
    }
    state.dirty.clear();
    state.sync = this.whole = false;
  }
  /** storedUpTo says what is on disk, and returns the taps that now are. */
  storedUpTo(batch: number): PendingTap[] {
    this.phase = next(diskTable, this.phase, "stored");
    this.stored = Math.max(this.stored, batch);
    const waits = this.taps.findIndex((tap) => tap.batch > batch);
    return this.taps.splice(0, waits < 0 ? this.taps.length : waits);
  }
  /**
   * failed takes back the taps that aren't on disk, and returns them. Everything else stays: it came from the server,
   * or is written again with the whole state.
   */
  failed(): PendingTap[] {
    this.phase = next(diskTable, this.phase, "failed");
    this.retryAt = this.step.now + pause;
    this.gate = this.last + 1;
    const taps = this.taps.splice(0).reverse();
    for (const tap of taps) {
      for (const row of tap.undo) this.state.put(row);
      this.state.next = tap.next;
    }
    return taps;
  }
  /** repair writes everything after a failure, when it may have been mended. */
  repair(): void {
    if (this.phase !== "broken" || this.step.now < this.retryAt) return;
    this.phase = next(diskTable, this.phase, "repair");
    this.whole = true;
    this.first();
  }

  /** unsaved is the first id that no mutation on disk has: none was pushed with it. */
  unsaved(): number {
    return this.taps.find((t) => t.ids.length)?.ids[0] ?? this.state.next;
  }
  /** durable: the mutation isn't on its way to the disk. */
  durable(id: number): boolean {
    return id < this.unsaved();
  }

  /** recovery is the phase of a recovery. */
  recovery(): RecoveryPhase {
    const { recovery } = this.state.meta;
    return recovery ? (recovery.known ? "settling" : "awaiting") : "none";
  }
  /** asked: what became of it the server alone knows; in a recovery that is asked up to its last_id. */
  asked(e: Entry): boolean {
    const { recovery } = this.state.meta;
    return !(e.result || e.foreign || (recovery?.known && e.mutation.id > recovery.last_id));
  }
  /**
   * replayed says what of an entry is replayed (protocol, duty 2 of a client). What a recovery pushes anew is, whatever
   * last_id says: a clone of this storage may raise that.
   */
  replayed(e: Entry): PendingMutation[] {
    const { id } = e.mutation;
    return e.waiting || !this.durable(id) || this.state.over(e) || (this.state.meta.at.decided >= id && this.asked(e))
      ? []
      : [{ mutation: e.mutation, payments: refused(e) ? (e.result!.kept ?? []) : undefined }];
  }
  /** pending are the mutations that are replayed: what isn't confirmed at the position. */
  pending(): PendingMutation[] {
    return [
      ...[...this.state.tables.drafts.values()].map((mutation) => ({ mutation })),
      ...this.state.active().flatMap((e) => this.replayed(e)),
    ];
  }
}

export const cantSave = () => failure("internal", [], "unsaved");
