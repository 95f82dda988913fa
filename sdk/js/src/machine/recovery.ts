// What a reset leads to (protocol, "What a client must do"), and what becomes of a queue whose ids the server knows as
// other mutations. The phase is kept with the queue, for a restart goes on with it.
import type { Calls } from "./calls";
import type { Dial } from "./dial";
import type { Disk } from "./disk";
import type { Inbox } from "./inbox";
import type { Outbox } from "./outbox";
import { next, recoveryTable, type RecoveryEvent } from "./phases";
import type { Report } from "./report";
import type { Step } from "./step";
import { divided, refused, type Entry, type Position, type Recovery as Kept } from "../queue/state";
import type { StrandedQueue } from "../till";
import type { Mutation, Op } from "../protocol";

export class Recovery {
  constructor(
    private step: Step,
    private disk: Disk,
    private report: Report,
    private outbox: Outbox,
    private inbox: Inbox,
    private calls: Calls,
    private dial: Dial,
  ) {}

  /** reset takes the server's word that this cursor is no good. */
  reset(reason: string): void {
    this.outbox.reset();
    if (/^(other_|client_)/.test(reason)) {
      this.dial.dropAll();
      this.disk.stranding = reason;
      return;
    }
    this.inbox.forget();
    if (/^(epoch_|cursor_a|diverg)/.test(reason)) {
      this.strandUndecided();
      this.begin("history_lost", reason);
    }
  }

  /** begin goes on after an event, if it leads anywhere. ids_lost: the server has ids up to last_id, and what it lacks isn't held. */
  begin(on: RecoveryEvent, reason: string, last_id = 0): void {
    const { state } = this.disk,
      at = this.disk.recovery();
    if (next(recoveryTable, at, on) === at && on !== "history_lost") return;
    state.set("recovery", { reason, known: on === "ids_lost", last_id });
    this.disk.first();
    state.lower();
    this.outbox.ground();
    this.report.redraw(); // what is carried over counts again
  }
  /**
   * noticeClone: a last_id above every id that was pushed from here means that this storage was rolled back or cloned.
   */
  noticeClone(lastID: number): void {
    if (!this.disk.durable(lastID)) this.begin("ids_lost", "id_reused", this.disk.unsaved() - 1);
  }
  /**
   * idsReused: the server knows an id as another mutation. A snapshot tells the last_id, up to which everything must be
   * settled; so must be what was sent, which the server may decide behind the snapshot.
   */
  idsReused(): void {
    this.dial.dropAll();
    this.inbox.forget();
    this.begin("ids_reused", "id_reused", this.outbox.sent);
  }

  /** advance goes on as soon as no tap is on its way to the disk. */
  advance(): void {
    const { disk, dial } = this;
    if (disk.taps.length) return;
    if (disk.stranding) this.strand();
    if (disk.recovery() !== "settling" || disk.phase === "broken") return;
    if (dial.socket.at.is === "doomed") {
      // Every push on this connection would be refused: come back.
      dial.drop(dial.socket);
      dial.comeBack();
    }
    if (!disk.state.active().some((e) => this.outbox.pushable(e))) this.renew();
  }

  /** renew ends a recovery: a new client_id takes what is carried over, numbered anew. */
  private renew(): void {
    const {
        disk,
        disk: { state },
      } = this,
      { client, recovery, at } = state.meta;
    next(recoveryTable, disk.recovery(), "settled");
    const carry = state.active().flatMap((e) => carried(e, recovery!));
    this.beginQueue({ ...at, decided: 0 });
    carry.forEach((mutation, i) => state.putEntry({ mutation: { ...mutation, id: i + 1 }, anew: true }));
    this.startOver();
    this.step.notify("renumbered", { from: client!, to: state.meta.client! });
  }
  /** beginQueue starts a queue: a new client_id, no entries, ids from 1. */
  beginQueue(at: Position): void {
    this.disk.state.begin(this.step.config.newId(), at);
    this.disk.first();
  }

  /** strand keeps the queue for a person to see, and begins a new one. */
  private strand(): void {
    const {
      disk,
      disk: { state },
    } = this;
    next(recoveryTable, disk.recovery(), "stranded");
    this.keep(disk.stranding, [
      ...state
        .active()
        .filter((e) => !e.result || e.waiting)
        .map((e) => e.mutation),
      ...state.tables.drafts.values(),
    ]);
    disk.stranding = "";
    state.clear("drafts");
    state.clear("orders");
    this.beginQueue({ cursor: "", seq: 0, decided: 0 });
    state.set("place", { run: 0 });
    this.inbox.forget();
    this.startOver();
  }
  /**
   * strandUndecided ends a recovery that was interrupted by another: what the server decided but can't be asked for any
   * more is for a person to see. To push it anew could count it twice, to drop it could lose it.
   */
  private strandUndecided(): void {
    const {
      disk,
      disk: { state },
    } = this;
    if (disk.recovery() !== "settling") return;
    const lost = state
      .active()
      .filter((e) => disk.asked(e))
      .map((e) => e.mutation);
    this.keep("undecided", lost);
    for (const { id } of lost) state.dropEntry(id);
  }
  private keep(reason: string, mutations: Mutation[]): void {
    const { state } = this.disk,
      {
        client,
        place: { server_id, multi_session },
        asides,
      } = state.meta;
    if (!mutations.length) return;
    const what: StrandedQueue = {
      client_id: client!,
      server_id,
      multi_session: multi_session?.id,
      reason,
      at: new Date(this.step.now).toISOString(),
      mutations,
    };
    state.set("asides", [...asides, what], true);
    this.step.notify("stranded", what);
  }

  /** startOver lets go of everything that knew the old client_id. */
  private startOver(): void {
    this.dial.dropAll();
    this.outbox.renew();
    this.dial.comeBack();
    this.calls.pullAt = this.step.now;
    this.report.redraw();
  }
}

/** carried is what a new client_id pushes of an entry, without base. */
export const carried = (e: Entry, { reason, last_id }: Kept): Mutation[] => {
  let parts = [e.mutation];
  if (e.result) {
    const { kept, rest } = divided(e);
    if (e.waiting) parts = [...kept, ...rest];
    else if (reason === "id_reused" || e.mutation.id <= last_id) return [];
    else if (refused(e)) parts = kept;
  }
  return parts.map((m) => ({
    ...m,
    ops: m.ops.map((op) => {
      const { base, ...rest } = op as Op & { base?: number };
      return rest;
    }),
  }));
};
