import type { PullCall, PushCall } from "./contract";
import type { Disk } from "./disk";
import { upload } from "./outbox";
import type { Step } from "./step";

const longest = 50;
/** Waits are short while the page is looked at: that a link died is noticed when they are over. In s. */
const shortest = 2;
/** An answer must begin so long after its wait, and have come so long after that; a push may wait for a slow disk. */
const firstByte = 2500,
  pushTime = 3000,
  lastByte = 70_000;
/** A poll that is answered sooner wasn't held. */
export const tooQuick = 1000;

/**
 * Call is a request whose answer is awaited. continues: where the rest is of a snapshot or of a folded answer that it
 * asks for.
 */
export interface Call {
  push: boolean;
  waits: boolean;
  continues: string;
  made: number;
  due: number;
}

/** Calls are long polls, and pushes where there is no socket. */
export class Calls {
  /** A poll was answered. */
  works = false;
  /** When the next poll is made. */
  pullAt = 0;
  private last = 0;
  /** The poll under way; 0 is none. */
  pulling = 0;
  /** The longest wait that something between allows. */
  private wait = longest;
  private pending = new Map<number, Call>();

  constructor(
    private step: Step,
    private disk: Disk,
  ) {}

  /** make puts a call on its way. Ids fall from −1, so that none is the ref of a frame. */
  private make(call: PushCall | PullCall, continues = ""): number {
    const id = --this.last,
      push = call.is === "push",
      { now } = this.step;
    const most = push ? pushTime + upload(call.mutations) : firstByte + (call.wait ?? 0) * 1000;
    this.pending.set(id, { push, waits: "wait" in call, continues, made: now, due: now + most });
    this.step.emit({ is: "request", id, call });
    return id;
  }
  push(mutations: PushCall["mutations"]): number {
    const { client, at } = this.disk.state.meta;
    return this.make({ is: "push", client_id: client!, cursor: at.cursor, mutations });
  }
  /**
   * pull asks for what follows; hidden: nobody looks, so it may wait long; beside: a stream is open, so it needn't
   * wait.
   */
  pull(
    { cursor, page, unfinished }: { cursor?: string; page?: string; unfinished?: boolean },
    hidden: boolean,
    beside: boolean,
  ): void {
    const call: PullCall = { is: "pull", client_id: this.disk.state.meta.client! };
    if (cursor) call.cursor = cursor;
    if (page) call.page = page;
    if (cursor && this.works && !unfinished && !beside) call.wait = this.longest(hidden);
    this.pulling = this.make(call, unfinished ? (page ?? cursor) : "");
  }
  private longest(hidden: boolean): number {
    return hidden ? this.wait : Math.min(this.wait, shortest);
  }
  /** shorter asks for less after a wait that something between cut off, and says whether that was it. */
  shorter(call: Call, hidden: boolean, status?: number): boolean {
    if (!call.waits || status !== 504) return false;
    this.wait = Math.max(1, this.longest(hidden) / 2);
    this.pullAt = this.step.now;
    return true;
  }

  /** overdue are the calls that aren't answered. */
  overdue(): number[] {
    return [...this.pending].filter(([, call]) => this.step.now >= call.due).map(([id]) => id);
  }
  /** begun: an answer arrives, and may be long. */
  begun(id: number): void {
    const call = this.pending.get(id);
    if (call) call.due = this.step.now + lastByte;
  }
  /** finish takes a call off the list; undefined if it was given up before. */
  finish(id: number): Call | undefined {
    const call = this.pending.get(id);
    this.pending.delete(id);
    if (id === this.pulling) this.pulling = 0;
    return call;
  }
  giveUp(id: number): void {
    this.finish(id);
    this.step.emit({ is: "giveUp", id });
  }
  /** forget gives up all calls, and returns their ids. */
  forget(): number[] {
    const ids = [...this.pending.keys()];
    for (const id of ids) this.giveUp(id);
    return ids;
  }
  /** waiting: the poll under way waits long. */
  waiting(): boolean {
    return !!this.pending.get(this.pulling)?.waits;
  }
  /** wake is when a call is overdue. */
  wake(): number {
    return Math.min(...[...this.pending.values()].map((call) => call.due));
  }
}
