/**
 * The client without its surroundings: what a till does with taps, frames, answers, broken links and the passing of time,
 * as a step function. It owns every rule of docs/protocol.md, "What a client must do", and reads no clock, chance, network or
 * disk: time comes with each step, chance and ids are injected, and whatever is to be done is an Effect.
 *
 * A machine is made of parts, each with a state of its own, in a file of its name: disk (what is kept, and how much of it
 * is stored), report (what the program is told), outcomes (what becomes of mutations), outbox (the queue on its way to
 * the server), inbox (what comes of the server's orders; merge.ts decides, and is pure), calls (requests whose answer is
 * awaited), link (socket and stream, and when to open what), recovery (what a reset leads to). A part knows those before
 * it in this list and none behind: what concerns one behind is returned as a value, and the machine hands it on. The Go
 * client has the same parts, files and phases (phases.ts).
 */
import { Calls, tooQuick } from "./calls";
import type { Effect, FrameIn, Input, MachineConfig, PullAnswer, PushAnswer, Row, Standing, Till } from "./contract";
import { cantSave, Disk } from "./disk";
import { Inbox, type Taken } from "./inbox";
import { Link, type Carrier } from "./link";
import { isFolded } from "./merge";
import { asRejected, Outcomes } from "./outcomes";
import { Outbox, tillPause } from "./outbox";
import { plan } from "./plan";
import { unlike } from "./readable";
import { Recovery } from "./recovery";
import { Report } from "./report";
import { Step } from "./step";
import { refused, State } from "../queue/state";
import type { Rejected, ShownOrder, StrandedQueue } from "../till";
import { same } from "../view/same";
import { coreSchema } from "../view/schema";
import type { Changes, Failure, Op, Presence, Result, Snapshot } from "../words";

/** Machine is a client. Nothing happens before its first step. */
export class Machine {
  private shared: Step;
  private state: State;
  private disk: Disk;
  private report: Report;
  private outcomes: Outcomes;
  private outbox: Outbox;
  private inbox: Inbox;
  private calls: Calls;
  private link: Link;
  private recovery: Recovery;
  private timer = 0;

  constructor(config: MachineConfig) {
    const step = this.shared = new Step({ ...config }), state = this.state = new State(config.rows);
    const disk = this.disk = new Disk(step, state), report = this.report = new Report(step, disk, config.schema ?? coreSchema);
    const outcomes = this.outcomes = new Outcomes(step, disk, report), outbox = this.outbox = new Outbox(step, disk, outcomes);
    const inbox = this.inbox = new Inbox(step, disk, report, outbox, outcomes), calls = this.calls = new Calls(step, disk);
    const link = this.link = new Link(step, disk, report, outbox, inbox, calls, config.transports ?? ["websocket", "sse", "poll"]);
    this.recovery = new Recovery(step, disk, report, outbox, inbox, link);
  }

  /** step takes what happened and returns what is to be done, in order. Times are in ms since 1970. */
  step(now: number, inputs: Input[]): Effect[] {
    const { shared: step, state, disk, recovery, link } = this;
    step.now = now;
    step.out = [];
    if (!state.meta.client) recovery.beginQueue({ ...state.meta.at, decided: 0 });
    for (const input of inputs) this.take(input);
    disk.repair();
    recovery.advance();
    link.tend();
    this.giveUpOverdue();
    link.pull();
    link.push();
    this.outcomes.prune();
    this.outbox.rise();
    this.report.tell(link.transport(), this.outbox.till);
    disk.flush();
    this.setTimer();
    return step.out;
  }
  order(id: string): ShownOrder | undefined { return this.report.view.shown.get(id); }
  orders(): Iterable<ShownOrder> { return this.report.view.shown.values(); }
  get status(): Standing { return this.report.status; }
  get present(): Presence[] { return this.report.present; }
  strandedQueues(): StrandedQueue[] { return this.state.meta.asides; }
  /** rejections are the mutations of the last days that the server refused. */
  rejections(): Rejected[] {
    return [...this.state.walk(1)].filter((e) => refused(e) && !e.waiting).map(asRejected);
  }
  /** rows are everything that is kept. */
  rows(): Row[] { return this.state.rows(); }

  /** setTimer asks for a step when something is due. */
  private setTimer(): void {
    const { shared: step, disk } = this;
    const at = Math.min(step.now + 3_600_000, disk.phase === "broken" ? disk.again : Infinity, this.link.wake());
    if (at !== this.timer) step.emit({ is: "timer", at: this.timer = at });
  }

  private take(i: Input): void {
    const { shared: { config }, link, report, state } = this;
    if ("conn" in i) {
      const l = link.carrier(i.conn);
      return l && this.heard(l, i);
    }
    switch (i.is) {
      case "tap": return this.tap(i.n, i.ops);
      case "stored":
        this.disk.storedUpTo(i.batch).forEach((tap) => report.show(tap));
        return this.recovery.advance();
      case "storeFailed": return this.storeFailed(i.batch, i.error);
      case "begun": return this.calls.begun(i.request);
      case "answered": return this.answered(i.request, i.answer);
      case "failed": return this.failed(i.request, i.failure, i.status);
      case "seen": return link.looked(i.hidden);
      case "user": return void (config.user = i.user);
      case "token":
        config.token = i.token;
        return link.retry();
      case "retry": return link.retry();
      case "schema":
        if (same(report.view.schema, i.schema)) return;
        report.view.schema = i.schema;
        return report.redraw();
      case "till": return this.till(i.till);
      case "look":
        if (report.looking === i.order) return;
        report.looking = i.order;
        return void (link.socket.up && link.send({ t: "presence", order: i.order }));
      case "forget":
        if ((state.tables.orders.get(i.order)?.state ?? "open") === "open") return;
        state.put({ table: "orders", key: i.order });
        return report.redraw([i.order]);
      case "dropStrandedQueue": return state.set("asides", state.meta.asides.filter((a) => a.client_id !== i.clientId), true);
    }
  }

  /** tap puts what the user asks for into the queue. */
  private tap(n: number, ops: Op[]): void {
    const { shared: step, state, disk, report: { view } } = this, { tables } = state;
    try {
      if (disk.phase === "broken") throw cantSave();
      const { mutations, drafts } = plan({
        drafts: tables.drafts, orders: view.shown, schema: view.schema, seq: state.meta.at.seq, user: step.config.user,
        at: new Date(step.now).toISOString(), unsure: !!disk.taps.length, next: state.next,
      }, ops);
      const touched = [...drafts].filter(([id, draft]) => draft || tables.drafts.has(id));
      const undo = touched.map(([key]): Row => ({ table: "drafts", key, value: tables.drafts.get(key) }));
      for (const [key, value] of touched) state.put({ table: "drafts", key, value }, true);
      if (!mutations.length && !touched.length) return step.emit({ is: "done", tap: n, id: 0 });
      disk.saveTap(mutations.map((mutation) => ({ mutation })), { n, drafts: touched.map(([id]) => id) }, undo);
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

  /** heard takes what a connection says. */
  private heard(l: Carrier, i: Extract<Input, { conn: number }>): void {
    const { link } = this;
    if (i.is === "linkUp") return link.greet(l);
    if (i.is === "linkDown") {
      const code = link.closed(l, i.code);
      return code ? this.refused({ code }) : undefined;
    }
    const { talk } = l;
    if (!talk) return; // of a connection that was given up
    talk.heard = this.shared.now;
    const wrong = unlike(i.frame);
    if (wrong !== undefined) this.unreadable(wrong);
    else this.received(l, i.frame!);
  }
  /** received takes a frame; one of a kind that it doesn't know is passed over. */
  private received(l: Carrier, f: FrameIn): void {
    const { link, report, outbox, state } = this;
    switch (f.t) {
      case "welcome": return this.welcome(l, f);
      case "changes":
        if (this.changes(f)) return;
        link.drop(l);
        return link.lost(l);
      case "snapshot": return this.snapshot(f);
      case "pushed":
        link.pushAnswered();
        if (outbox.landProbe(f.ref)) return;
        this.results(f.ref, f.results);
        return link.fine();
      case "till": return this.till(f);
      case "presence": return report.seen(f);
      case "extensions":
        state.set("place", { ...state.meta.place, extensions_etag: f.extensions_etag });
        return this.shared.notify(f.t, { etag: f.extensions_etag });
      case "catalogue": return this.shared.notify(f.t, { etag: f.catalogue_etag });
      case "reset": return this.linkReset(l, f.reason);
      case "error": return this.errorFrame(l, f);
    }
  }
  private welcome(l: Carrier, w: FrameIn & { t: "welcome" }): void {
    const { link, report, outbox, recovery } = this, was = this.state.meta.place, ms = w.multi_session;
    if (was.server_id && w.server_id !== was.server_id) return recovery.reset("other_server");
    if (was.multi_session && ms && was.multi_session.id !== ms.id) return recovery.reset("other_multi_session");
    link.welcomed(l);
    report.place({ server_id: w.server_id, pos: w.pos, run: w.run, multi_session: ms ?? was.multi_session ?? null, extensions_etag: w.extensions_etag });
    outbox.tillIs(w.till_open);
    link.fine();
    if (l !== link.socket) return;
    report.allPresent(w.present ?? []);
    if (report.looking) link.send({ t: "presence", order: report.looking });
  }
  /** till takes what the server says of till, run and multi-session. */
  private till({ open, run, multi_session: ms }: Till): void {
    const { outbox, report } = this, was = this.state.meta.place;
    outbox.tillIs(open);
    if (open) outbox.hold = this.shared.now;
    report.place({ ...was, run, ...(ms && (was.multi_session ?? ms).id === ms.id && { multi_session: ms }) });
  }
  private linkReset(l: Carrier, reason: string): void {
    if (reason !== "cursor_expired") this.link.doom(l);
    this.recovery.reset(reason);
  }
  private errorFrame(l: Carrier, e: FrameIn & { t: "error" }): void {
    const { link, outbox, report } = this;
    if (l.at.is === "doomed") return; // every push here is answered so; what is to be done is under way
    if (e.code === "reset_required") {
      this.linkReset(l, e.reason!);
      link.drop(l);
    } else if (outbox.has(e.ref)) {
      link.pushAnswered();
      this.pushFailed(e.ref, e);
    } else if (l.at.is === "greeting") {
      link.drop(l);
      this.refused(e);
    } else report.problem(e.code, e.message);
  }

  /** changes takes changes from any transport, and reports whether they were in order. */
  private changes(c: Changes): boolean { return this.took(this.inbox.changes(c)); }
  private snapshot(s: Snapshot): void { this.took(this.inbox.snapshot(s)); }
  private took({ inOrder, lastID }: Taken): boolean {
    if (lastID !== undefined) {
      this.link.readable();
      this.recovery.noticeClone(lastID);
    }
    return inOrder;
  }
  private results(ref: number, all: Result[]): void {
    const touched = this.outbox.results(ref, all);
    if (touched.length) this.report.redraw(touched);
  }

  /** answered takes the answer to a call. */
  private answered(id: number, a?: PushAnswer | PullAnswer): void {
    const { calls, link, outbox, inbox, shared: { now } } = this, call = calls.finish(id);
    if (!call) return;
    link.pollsWork();
    const wrong = unlike(a, call.push ? "push" : (a as any)?.mode);
    if (wrong !== undefined) {
      outbox.land(id);
      return this.unreadable(wrong === "push" ? "pushed" : wrong);
    }
    link.answered();
    link.fine();
    if (call.push) return this.pushAnswer(id, a as PushAnswer);
    const answer = a as PullAnswer, { seq } = this.state.meta.at, { stream } = link;
    link.pullNow();
    if (call.continues && call.continues !== inbox.continues()) return; // of what was given up meanwhile
    if (answer.mode === "snapshot") this.snapshot(answer);
    else if ((call.waits && !answer.changes.length && now - call.made < tooQuick) || !this.changes(answer)) link.pullLater();
    if (!stream.up) return;
    link.pullBeside();
    if (this.state.meta.at.seq > seq) { // which the stream hasn't brought
      link.drop(stream);
      link.lost(stream);
    }
  }
  private pushAnswer(id: number, a: PushAnswer): void {
    // Of a folded answer that goes on the rest would have to be pulled from where it began: leave all of it to the pull.
    // And a last_id may speak of what isn't here yet.
    const whole: Changes = { ...a, more: false, last_id: a.more ? 0 : a.last_id };
    if (this.inbox.pile.is !== "folding" && !(a.more && isFolded(a.changes))) this.changes(whole);
    this.results(id, a.results);
  }
  private giveUpOverdue(): void {
    for (const id of this.calls.overdue()) {
      this.shared.emit({ is: "giveUp", id });
      this.failed(id);
    }
  }
  /** failed takes a call without an answer. */
  private failed(id: number, failure?: Failure, status?: number): void {
    const { calls, link, link: { stream, socket }, outbox, shared: { now } } = this, call = calls.finish(id);
    if (!call || calls.shorter(call, link.hidden, status)) return;
    if (failure) {
      link.pollsWork();
      if (call.push) return this.pushFailed(id, failure);
      this.inbox.discard();
      calls.pullAt = now + 500;
      return this.refused(failure);
    }
    outbox.land(id);
    if (stream.up && !call.push) { // it is as dead as the pull beside it
      link.drop(stream);
      return link.lost(stream);
    }
    if (stream.up || socket.up) return link.holdPush(); // the link tells when it is dead
    calls.works = false;
    link.forgetCalls();
    link.gaveUp("poll", call.made);
  }
  private pushFailed(ref: number, e: Failure): void {
    const { outbox, recovery, link, report } = this, f = outbox.failed(ref, e);
    switch (f?.is) {
      case "refused": return this.refused(f.failure);
      case "bad": return report.problem(e.code, e.message);
      case "idsLost": return recovery.idsLost(f.lastID);
      case "idsReused": return this.disk.recovery() === "none" ? recovery.idsReused() : this.outcomes.reused(f.ids);
      case "gapAgain": outbox.hold = this.shared.now + link.refusedPause();
    }
  }

  /** refused takes the server's refusal of anything but what a push alone can be refused for. */
  private refused(e: Pick<Failure, "code" | "reason" | "retry_after_ms">): void {
    const { code } = e, { link, recovery } = this;
    if (/^(unauth|forb|upg)/.test(code)) link.stop(code);
    else if (code === "client_taken") recovery.reset(code);
    else if (code === "till_closed") this.outbox.shut();
    else if (code === "reset_required") {
      recovery.reset(e.reason!);
      link.drop(link.stream); // it brings no snapshot by itself
    } else {
      this.report.problem(code);
      link.rest(e.retry_after_ms);
    }
  }
  /**
   * unreadable takes what isn't what the protocol says. What may have changed orders is lost with it, so a snapshot is
   * taken; the queue stays.
   */
  private unreadable(kind: string): void {
    this.shared.notify("unreadable", { kind });
    if (/^(pushed|error)$/.test(kind)) { // of a push, which is made again later
      this.outbox.ground();
      this.outbox.hold = this.shared.now + tillPause;
    } else if (/^(|welcome|changes|snapshot|reset)$/.test(kind)) {
      this.inbox.forget();
      this.link.unreadable();
    } else return; // nothing that a till must know
    this.report.problem("unreadable");
  }
}
