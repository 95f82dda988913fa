// The queue on its way to the server.
import type { Disk } from "./disk";
import type { Outcomes } from "./outcomes";
import { bytes } from "./plan";
import type { TillState } from "./report";
import type { Step } from "./step";
import type { Entry } from "../queue/state";
import type { Failure } from "./contract";
import type { Mutation, Result } from "../protocol";

export const tillPause = 30_000;

/**
 * Failed is what an error for a whole push asks of other parts. refused: it isn't about the push. bad: the server can't
 * read it. idsLost: the server has no more than these ids, and the rest isn't held. idsReused: it knows one of these as
 * another mutation. gapAgain: it asks again for what it was sent.
 */
export type Failed =
  | { is: "refused" | "bad"; failure: Failure }
  | { is: "idsLost"; lastID: number }
  | { is: "idsReused"; ids: number[] }
  | { is: "gapAgain" };

export class Outbox {
  /** The pushes under way, by ref of a frame or id of a call. */
  private flights = new Map<number, number[]>();
  private lastRef = 0;
  /** No push before. */
  hold = 0;
  /** These bound a push; the server may have made them smaller. */
  private most = 100;
  private bytes = 768 << 10;
  /** The highest id that was ever on its way: it may arrive later than what is sent over another link. */
  sent = 0;
  /** The server lacks everything from this id on; 0 is no such thing. */
  private from = 0;
  till: TillState = "unknown";

  constructor(
    private step: Step,
    private disk: Disk,
    private outcomes: Outcomes,
  ) {}

  /** renew forgets what was known under another client_id. */
  renew(): void {
    Object.assign(this, new Outbox(this.step, this.disk, this.outcomes));
  }

  underWay(): number {
    return this.flights.size;
  }
  has(ref: unknown): ref is number {
    return this.flights.has(ref as number);
  }
  /** launch puts a push on its way. A ref of 0 asks for the next. */
  launch(ref: number, mutations: Mutation[]): number {
    ref ||= ++this.lastRef;
    if (!this.flights.size) this.outcomes.came.clear();
    const ids = mutations.map((m) => m.id);
    this.flights.set(ref, ids);
    this.sent = Math.max(this.sent, ...ids);
    return ref;
  }
  /** land takes a push off its way. */
  land(ref: number): number[] {
    const ids = this.flights.get(ref) ?? [];
    this.flights.delete(ref);
    return ids;
  }
  /** landProbe lands a push of no mutations, which asked whether anybody is there. */
  landProbe(ref: number): boolean {
    return this.flights.get(ref)?.length === 0 && this.flights.delete(ref);
  }
  /** ground forgets what was on its way: the link that carried it is gone. */
  ground(): void {
    this.flights.clear();
  }

  tillIs(open: boolean): void {
    this.till = open ? "open" : "closed";
  }
  /** shut: the server said that the till is closed. */
  shut(): void {
    this.tillIs(false);
    this.pause();
  }
  private pause(): void {
    this.hold = this.step.now + tillPause;
  }
  /** mayPush: nothing but the link is in the way of a push. */
  mayPush(): boolean {
    const { disk } = this;
    return (
      !!disk.state.meta.at.cursor &&
      disk.ready() &&
      this.step.now >= this.hold &&
      disk.recovery() !== "awaiting" &&
      this.till !== "closed"
    );
  }

  /** batch is the next push: ids that rise by one, so it ends at a hole. */
  batch(): Mutation[] {
    const found: Mutation[] = [],
      flying = new Set([...this.flights.values()].flat());
    const most = this.disk.recovery() === "settling" ? 1 : this.most;
    let size = 0;
    for (const e of this.disk.state.walk()) {
      const { id } = e.mutation,
        last = found.at(-1);
      if (!this.disk.durable(id) || found.length === most) break;
      if (flying.has(id) || !this.pushable(e)) continue;
      if (last && last.id + 1 !== id) break;
      const mutation = e.blank ? { ...e.mutation, ops: [] } : e.mutation;
      size += bytes(mutation);
      if (last && size > this.bytes) break;
      found.push(mutation);
    }
    return found;
  }
  /** pushable: the server must say what became of it. */
  pushable(e: Entry): boolean {
    return this.disk.recovery() === "settling"
      ? this.disk.asked(e)
      : !e.result || (!!this.from && e.mutation.id >= this.from);
  }
  /** rise leaves behind the entries that nobody asks for. */
  rise(): void {
    if (this.disk.recovery() === "none" && !this.from) this.disk.state.rise();
  }

  /** reset: the server's ids may be others now. */
  reset(): void {
    this.from = 0;
  }

  /** results takes what a push was answered. It returns the orders that its mutations name. */
  results(ref: number, all: Result[]): string[] {
    for (const id of this.land(ref)) if (this.from === id) this.from++; // it is on the server now; go on with the next
    if (this.from >= this.disk.state.next) this.from = 0;
    this.tillIs(true);
    return all.flatMap((r) => this.outcomes.settle(r));
  }

  /** failed takes an error for a whole push. What was in it is pushed again. */
  failed(ref: number, failure: Failure): Failed | undefined {
    if (this.landProbe(ref)) return;
    const ids = this.land(ref);
    switch (failure.code) {
      case "too_large":
        return this.tooLarge(ids);
      case "id_gap":
        return this.gap(failure.expected ?? 0);
      case "id_reused":
        return { is: "idsReused", ids };
      case "bad_request":
        this.pause();
        return { is: "bad", failure };
    }
    return { is: "refused", failure };
  }

  /** A single mutation that is too large gives its id to an empty one, which the server rejects. */
  private tooLarge(ids: number[]): undefined {
    const { state } = this.disk,
      e = state.entry(ids[0]!);
    if (ids.length > 1) {
      this.most = ids.length >> 1;
      this.bytes = Math.max(this.bytes >> 1, 64 << 10);
    } else if (e && !e.blank) {
      state.putEntry({ ...e, blank: true });
      this.disk.first();
    }
  }

  /** gap sends again from what the server expects, if that is held. */
  private gap(expected: number): Failed | undefined {
    const { state } = this.disk,
      e = state.entry(expected);
    if (!e) return { is: "idsLost", lastID: expected - 1 };
    if (!e.result) return; // it is next anyway
    if (this.from && expected >= this.from) return { is: "gapAgain" };
    this.from = expected;
    state.low = Math.min(state.low, expected);
  }
}

/** upload is how long a push may take on its way up, on a slow link. */
export const upload = (mutations: Mutation[]): number => Math.floor(bytes(mutations) / 16384) * 1000;
