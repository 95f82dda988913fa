// What the server says, and which parts that concerns.
import { tooQuick, type Calls } from "./calls";
import type { Carrier } from "./carrier";
import type { Failure, Input } from "./contract";
import type { Dial } from "./dial";
import type { Disk } from "./disk";
import type { Inbox, Taken } from "./inbox";
import type { Link } from "./link";
import { isFolded } from "./merge";
import { tillPause, type Outbox } from "./outbox";
import type { Outcomes } from "./outcomes";
import type { Pacing } from "./pacing";
import { unlike } from "./readable";
import type { Recovery } from "./recovery";
import type { Report } from "./report";
import type { Step } from "./step";
import type { Changes, PullResponse, PushResponse, Result, ServerFrame, Snapshot, Till } from "../protocol";

export class Dialogue {
  constructor(
    private step: Step,
    private disk: Disk,
    private report: Report,
    private outcomes: Outcomes,
    private outbox: Outbox,
    private inbox: Inbox,
    private calls: Calls,
    private pacing: Pacing,
    private dial: Dial,
    private link: Link,
    private recovery: Recovery,
  ) {}

  /** heard takes what a connection says. */
  heard(l: Carrier, i: Extract<Input, { conn: number }>): void {
    if (i.is === "linkUp") return this.dial.greet(l);
    if (i.is === "linkDown") {
      const code = this.dial.closed(l, i.code);
      return code ? this.refused({ code }) : undefined;
    }
    const { talk } = l;
    if (!talk) return; // of a connection that was given up
    talk.heard = this.step.now;
    const wrong = unlike(i.frame);
    if (wrong !== undefined) this.unreadable(wrong);
    else this.received(l, i.frame!);
  }
  /** received takes a frame; one of a kind that it doesn't know is passed over. */
  private received(l: Carrier, f: ServerFrame): void {
    const {
      dial,
      report,
      outbox,
      disk: { state },
    } = this;
    switch (f.t) {
      case "welcome":
        return this.welcome(l, f);
      case "changes":
        if (this.changes(f)) return;
        dial.drop(l);
        return dial.lost(l);
      case "snapshot":
        return this.snapshot(f);
      case "pushed":
        this.link.pushAnswered();
        if (outbox.landProbe(f.ref)) return;
        this.results(f.ref, f.results);
        return dial.fine();
      case "till":
        return this.till(f);
      case "presence":
        return report.seen(f);
      case "extensions":
        state.set("place", { ...state.meta.place, extensions_etag: f.extensions_etag });
        return this.step.notify(f.t, { etag: f.extensions_etag });
      case "catalogue":
        return this.step.notify(f.t, { etag: f.catalogue_etag });
      case "reset":
        return this.linkReset(l, f.reason);
      case "error":
        return this.errorFrame(l, f);
    }
  }
  private welcome(l: Carrier, w: ServerFrame & { t: "welcome" }): void {
    const { dial, report, outbox, recovery } = this,
      was = this.disk.state.meta.place,
      ms = w.multi_session;
    if (was.server_id && w.server_id !== was.server_id) return recovery.reset("other_server");
    if (was.multi_session && ms && was.multi_session.id !== ms.id) return recovery.reset("other_multi_session");
    dial.welcomed(l);
    report.place({
      server_id: w.server_id,
      pos: w.pos,
      run: w.run,
      multi_session: ms ?? was.multi_session ?? null,
      extensions_etag: w.extensions_etag,
    });
    outbox.tillIs(w.till_open);
    dial.fine();
    if (l !== dial.socket) return;
    report.allPresent(w.present ?? []);
    if (report.looking) dial.send({ t: "presence", order: report.looking });
  }
  /** till takes what the server says of till, run and multi-session. */
  till({ open, run, multi_session: ms }: Till): void {
    const { outbox, report } = this,
      was = this.disk.state.meta.place;
    outbox.tillIs(open);
    if (open) outbox.hold = this.step.now;
    report.place({ ...was, run, ...(ms && (was.multi_session ?? ms).id === ms.id && { multi_session: ms }) });
  }
  private linkReset(l: Carrier, reason: string): void {
    if (reason !== "cursor_expired") this.dial.doom(l);
    this.recovery.reset(reason);
  }
  private errorFrame(l: Carrier, e: ServerFrame & { t: "error" }): void {
    const { dial, outbox, report } = this;
    if (l.at.is === "doomed") return; // every push here is answered so; what is to be done is under way
    if (e.code === "reset_required") {
      this.linkReset(l, e.reason!);
      dial.drop(l);
    } else if (outbox.has(e.ref)) {
      this.link.pushAnswered();
      this.pushFailed(e.ref, e);
    } else if (l.at.is === "greeting") {
      dial.drop(l);
      this.refused(e);
    } else report.problem(e.code, e.message);
  }

  /** changes takes changes from any transport, and reports whether they were in order. */
  private changes(c: Changes): boolean {
    return this.took(this.inbox.changes(c));
  }
  private snapshot(s: Snapshot): void {
    this.took(this.inbox.snapshot(s));
  }
  private took({ inOrder, lastID }: Taken): boolean {
    if (lastID !== undefined) {
      if (this.pacing.readable()) this.dial.fine();
      this.recovery.noticeClone(lastID);
    }
    return inOrder;
  }
  private results(ref: number, all: Result[]): void {
    const touched = this.outbox.results(ref, all);
    if (touched.length) this.report.redraw(touched);
  }

  /** answered takes the answer to a call. */
  answered(id: number, a?: PushResponse | PullResponse): void {
    const {
        calls,
        dial,
        outbox,
        inbox,
        pacing,
        step: { now },
      } = this,
      call = calls.finish(id);
    if (!call) return;
    dial.pollsWork();
    const wrong = unlike(a, call.push ? "push" : (a as PullResponse | undefined)?.mode);
    if (wrong !== undefined) {
      outbox.land(id);
      return this.unreadable(wrong === "push" ? "pushed" : wrong);
    }
    pacing.answered();
    dial.fine();
    if (call.push) return this.pushAnswer(id, a as PushResponse);
    const answer = a as PullResponse,
      { seq } = this.disk.state.meta.at,
      { stream } = dial,
      quiet = pacing.quiet();
    calls.pullAt = now;
    if (call.continues && call.continues !== inbox.continues()) return; // of what was given up meanwhile
    if (answer.mode === "snapshot") this.snapshot(answer);
    else if ((call.waits && !answer.changes.length && now - call.made < tooQuick) || !this.changes(answer))
      calls.pullAt += pacing.hidden ? quiet : tooQuick;
    if (!stream.up) return;
    calls.pullAt = now + quiet; // beside a stream that is quiet
    if (this.disk.state.meta.at.seq > seq) {
      // which the stream hasn't brought
      dial.drop(stream);
      dial.lost(stream);
    }
  }
  private pushAnswer(id: number, a: PushResponse): void {
    // Of a folded answer that goes on the rest would have to be pulled from where it began: leave all of it to the
    // pull. And a last_id may speak of what isn't here yet.
    const whole: Changes = { ...a, more: false, last_id: a.more ? 0 : a.last_id };
    if (this.inbox.pile.is !== "folding" && !(a.more && isFolded(a.changes))) this.changes(whole);
    this.results(id, a.results);
  }
  giveUpOverdue(): void {
    for (const id of this.calls.overdue()) {
      this.step.emit({ is: "giveUp", id });
      this.failed(id);
    }
  }
  /** failed takes a call without an answer. */
  failed(id: number, failure?: Failure, status?: number): void {
    const {
        calls,
        dial,
        dial: { stream, socket },
        outbox,
        step: { now },
      } = this,
      call = calls.finish(id);
    if (!call || calls.shorter(call, this.pacing.hidden, status)) return;
    if (failure) {
      dial.pollsWork();
      if (call.push) return this.pushFailed(id, failure);
      this.inbox.discard();
      calls.pullAt = now + 500;
      return this.refused(failure);
    }
    outbox.land(id);
    if (stream.up && !call.push) {
      // it is as dead as the pull beside it
      dial.drop(stream);
      return dial.lost(stream);
    }
    // a stream that was silent meanwhile is as dead as the push
    if (stream.up && stream.talk!.heard <= call.made) dial.redial(stream);
    if (stream.up || socket.up) return void (outbox.hold = now + this.pacing.short()); // the link tells when it is dead
    calls.works = false;
    dial.forgetCalls();
    dial.gaveUp("poll", call.made);
  }
  private pushFailed(ref: number, e: Failure): void {
    const { outbox, recovery, report } = this,
      f = outbox.failed(ref, e);
    switch (f?.is) {
      case "refused":
        return this.refused(f.failure);
      case "bad":
        return report.problem(e.code, e.message);
      case "idsLost":
        return recovery.begin("ids_lost", "id_gap", f.lastID);
      case "idsReused":
        return this.disk.state.meta.recovery ? this.outcomes.reused(f.ids) : recovery.idsReused();
      case "gapAgain":
        outbox.hold = this.step.now + this.pacing.refused();
    }
  }

  /** refused takes the server's refusal of anything but what a push alone can be refused for. */
  private refused(e: Pick<Failure, "code" | "reason" | "retry_after_ms">): void {
    const { code } = e,
      { dial, recovery } = this;
    if (/^(unauth|forb|upg)/.test(code)) dial.stop(code);
    else if (code === "client_taken") recovery.reset(code);
    else if (code === "till_closed") this.outbox.shut();
    else if (code === "reset_required") {
      recovery.reset(e.reason!);
      dial.drop(dial.stream); // it brings no snapshot by itself
    } else {
      this.report.problem(code);
      dial.rest(e.retry_after_ms);
    }
  }
  /**
   * unreadable takes what isn't what the protocol says. What may have changed orders is lost with it, so a snapshot is
   * taken; the queue stays.
   */
  private unreadable(kind: string): void {
    this.step.notify("unreadable", { kind });
    if (/^(pushed|error)$/.test(kind)) {
      // of a push, which is made again later
      this.outbox.ground();
      this.outbox.hold = this.step.now + tillPause;
    } else if (/^(|welcome|changes|snapshot|reset)$/.test(kind)) {
      this.inbox.forget();
      this.dial.unreadable();
    } else return; // nothing that a till must know
    this.report.problem("unreadable");
  }
}
