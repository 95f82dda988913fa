/**
 * The client without its surroundings: what a till does with taps, frames, answers, broken links and the passing of
 * time, as a step function. It owns every rule of docs/protocol.md, "What a client must do", and reads no clock,
 * chance, network or disk: time comes with each step, chance and ids are injected, and whatever is to be done is an
 * Effect.
 *
 * A machine is made of parts, each with a state of its own, in a file of its name: disk (what is kept, and how much of
 * it is stored), report (what the program is told), outcomes (what becomes of mutations), outbox (the queue on its way
 * to the server), inbox (what comes of the server's orders; merge.ts decides, and is pure), calls (requests whose
 * answer is awaited), pacing (how long to wait before something is tried again), dial (socket and stream, and when to
 * open what), link (pulls and pushes over what is open, and whether it is dead), recovery (what a reset leads to),
 * dialogue (what the server says, and which parts that concerns). A part knows those before it in this list and none
 * behind: what concerns one behind is returned as a value, and the machine hands it on. The Go client has the same
 * parts, files and phases (phases.ts).
 */
import { Calls } from "./calls";
import type { Effect, Input, MachineConfig, Row, Standing } from "./contract";
import { Dial } from "./dial";
import { Dialogue } from "./dialogue";
import { cantSave, Disk } from "./disk";
import { Inbox } from "./inbox";
import { Link } from "./link";
import { asRejected, Outcomes } from "./outcomes";
import { Outbox } from "./outbox";
import { Pacing } from "./pacing";
import { plan } from "./plan";
import { Recovery } from "./recovery";
import { Report } from "./report";
import { Step } from "./step";
import { refused, State } from "../queue/state";
import type { Rejected, ShownOrder, StrandedQueue, Unconfirmed } from "../till";
import { same } from "../view/same";
import { coreSchema } from "../view/schema";
import type { Op, Presence } from "../protocol";

/** Machine is a client. Nothing happens before its first step. */
export class Machine {
  private shared: Step;
  private state: State;
  private disk: Disk;
  private report: Report;
  private outcomes: Outcomes;
  private outbox: Outbox;
  private calls: Calls;
  private dial: Dial;
  private link: Link;
  private recovery: Recovery;
  private dialogue: Dialogue;
  private timer = 0;

  constructor(config: MachineConfig) {
    const step = (this.shared = new Step({ ...config })),
      state = (this.state = new State(config.rows));
    const disk = (this.disk = new Disk(step, state)),
      report = (this.report = new Report(step, disk, config.schema ?? coreSchema));
    const outcomes = (this.outcomes = new Outcomes(step, disk, report)),
      outbox = (this.outbox = new Outbox(step, disk, outcomes));
    const inbox = new Inbox(step, disk, report, outbox, outcomes),
      calls = (this.calls = new Calls(step, disk));
    const pacing = new Pacing(step),
      dial = (this.dial = new Dial(
        step,
        disk,
        report,
        outbox,
        inbox,
        calls,
        pacing,
        config.transports ?? ["websocket", "sse", "poll"],
      ));
    const link = (this.link = new Link(step, disk, outbox, inbox, calls, pacing, dial));
    const recovery = (this.recovery = new Recovery(step, disk, report, outbox, inbox, calls, dial));
    this.dialogue = new Dialogue(step, disk, report, outcomes, outbox, inbox, calls, pacing, dial, link, recovery);
  }

  /** step takes what happened and returns what is to be done, in order. Times are in ms since 1970. */
  step(now: number, inputs: Input[]): Effect[] {
    const { shared: step, state, disk, recovery, link } = this;
    step.now = now;
    step.out = [];
    if (!state.meta.client) recovery.beginQueue({ ...state.meta.at, decided: 0 });
    for (const input of inputs) this.handle(input);
    disk.repair();
    recovery.advance();
    link.tend();
    this.dialogue.giveUpOverdue();
    link.pull();
    link.push();
    this.outcomes.prune();
    this.outbox.rise();
    this.report.tell(this.dial.transport(), this.outbox.till);
    disk.flush();
    this.setTimer();
    return step.out;
  }
  order(id: string): ShownOrder | undefined {
    return this.report.view.shown.get(id);
  }
  orders(): Iterable<ShownOrder> {
    return this.report.view.shown.values();
  }
  /** unconfirmed is what pending orders are shown from. */
  unconfirmed(): Map<string, Unconfirmed> {
    return this.report.unconfirmed();
  }
  get status(): Standing {
    return this.report.status;
  }
  get present(): Presence[] {
    return this.report.present;
  }
  strandedQueues(): StrandedQueue[] {
    return this.state.meta.asides;
  }
  /** rejections are the mutations of the last days that the server refused. */
  rejections(): Rejected[] {
    return [...this.state.walk(1)].filter((e) => refused(e) && !e.waiting).map(asRejected);
  }
  /** rows are everything that is kept. */
  rows(): Row[] {
    return this.state.rows();
  }

  /** setTimer asks for a step when something is due. */
  private setTimer(): void {
    const { shared: step, disk } = this;
    const at = Math.min(step.now + 3_600_000, disk.phase === "broken" ? disk.retryAt : Infinity, this.link.wake());
    if (at !== this.timer) step.emit({ is: "timer", at: (this.timer = at) });
  }

  private handle(i: Input): void {
    const {
      shared: { config },
      dial,
      report,
      state,
    } = this;
    if ("conn" in i) {
      const l = dial.carrier(i.conn);
      return l && this.dialogue.heard(l, i);
    }
    switch (i.is) {
      case "tap":
        return this.tap(i.n, i.ops);
      case "stored":
        this.disk.storedUpTo(i.batch).forEach((tap) => report.show(tap));
        return this.recovery.advance();
      case "storeFailed":
        return this.storeFailed(i.batch, i.error);
      case "begun":
        return this.calls.begun(i.request);
      case "answered":
        return this.dialogue.answered(i.request, i.answer);
      case "failed":
        return this.dialogue.failed(i.request, i.failure, i.status);
      case "seen":
        return dial.looked(i.hidden);
      case "user":
        return void (config.user = i.user);
      case "token":
        config.token = i.token;
        return dial.retry();
      case "retry":
        return dial.retry();
      case "schema":
        if (same(report.view.schema, i.schema)) return;
        report.view.schema = i.schema;
        return report.redraw();
      case "till":
        return this.dialogue.till(i.till);
      case "look":
        if (report.looking === i.order) return;
        report.looking = i.order;
        return void (dial.socket.up && dial.send({ t: "presence", order: i.order }));
      case "forget":
        if ((state.tables.orders.get(i.order)?.state ?? "open") === "open") return;
        state.put({ table: "orders", key: i.order });
        return report.redraw([i.order]);
      case "dropStrandedQueue":
        return state.set(
          "asides",
          state.meta.asides.filter((a) => a.client_id !== i.clientId),
          true,
        );
    }
  }

  /** tap puts what the user asks for into the queue. */
  private tap(n: number, ops: Op[]): void {
    const {
        shared: step,
        state,
        disk,
        report: { view },
      } = this,
      { tables } = state;
    try {
      if (disk.phase === "broken") throw cantSave();
      const { mutations, drafts } = plan(
        {
          drafts: tables.drafts,
          orders: view.shown,
          schema: view.schema,
          seq: state.meta.at.seq,
          user: step.config.user,
          at: new Date(step.now).toISOString(),
          unsure: !!disk.taps.length,
          next: state.next,
        },
        ops,
      );
      const touched = [...drafts].filter(([id, draft]) => draft || tables.drafts.has(id));
      const undo = touched.map(([key]): Row => ({ table: "drafts", key, value: tables.drafts.get(key) }));
      for (const [key, value] of touched) state.put({ table: "drafts", key, value }, true);
      if (!mutations.length && !touched.length) return step.emit({ is: "done", tap: n, id: 0 });
      disk.saveTap(
        mutations.map((mutation) => ({ mutation })),
        { n, drafts: touched.map(([id]) => id) },
        undo,
      );
    } catch (error) {
      step.emit({ is: "done", tap: n, id: 0, error: error as Error });
    }
  }
  private storeFailed(batch: number, cause: Error): void {
    this.disk.storedUpTo(batch - 1).forEach((tap) => this.report.show(tap));
    for (const tap of this.disk.failed()) {
      if (!tap.silent) this.shared.emit({ is: "done", tap: tap.n, id: 0, error: Object.assign(cantSave(), { cause }) });
    }
    this.report.redraw();
  }
}
