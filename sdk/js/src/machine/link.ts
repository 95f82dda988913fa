// What goes between a till and its server: pushes and pulls, over the WebSocket or by calls; and whether it is dead.
import type { Calls } from "./calls";
import type { Carrier } from "./carrier";
import type { Dial } from "./dial";
import type { Disk } from "./disk";
import type { Inbox } from "./inbox";
import { upload, type Outbox } from "./outbox";
import type { Pacing } from "./pacing";
import type { Step } from "./step";
import type { Mutation } from "../protocol";

const heartbeat = 25_000,
  silence = 35_000;
/**
 * A link may be dead though nobody says so. After quiet the socket is asked, by a push of nothing, and the answer to
 * that or to any push must come within the limit; a server that is only slow is given twice as long each time. Beside a
 * quiet stream a pull is made.
 */
const answerLimit = 3000,
  mostLimit = 24_000;
const maxFlights = 8;

export class Link {
  /** When the oldest push under way on the socket was sent, and how long its answer may take. */
  private asked = 0;
  private limit = answerLimit;

  constructor(
    private step: Step,
    private disk: Disk,
    private outbox: Outbox,
    private inbox: Inbox,
    private calls: Calls,
    private pacing: Pacing,
    private dial: Dial,
  ) {}

  /** tend dials, keeps links alive, and gives up dead ones. */
  tend(): void {
    for (const l of this.dial.carriers)
      if (l.up) this.tendUp(l);
      else this.dial.tend(l);
  }
  /** tend keeps what is up alive, or gives it up as dead. */
  private tendUp(l: Carrier): void {
    const { now } = this.step,
      { dial } = this,
      { heard, sent } = l.talk!,
      isSocket = l === dial.socket;
    if (isSocket && now >= this.answerDue(heard)) {
      this.limit = Math.min(2 * this.limit, mostLimit);
      dial.redial(l);
    } else if (now - heard >= silence) {
      dial.drop(l);
      dial.lost(l);
    } else if (!isSocket) return;
    else if (!this.outbox.underWay() && l.at.is === "open" && now - heard >= this.pacing.quiet()) this.pushOver([]);
    else if (now - sent >= heartbeat) dial.send({ t: "hb" });
  }
  /** wake is when tend, pull or push has something to do. */
  wake(): number {
    const { outbox, disk, dial } = this,
      { hold } = outbox;
    return Math.min(
      ...dial.carriers.map((l) => (l.up ? this.upDue(l) : dial.wake(l))),
      this.calls.wake(),
      this.pullDue(),
      hold > this.step.now && disk.state.unsent && dial.free() ? hold : Infinity,
    );
  }
  /** upDue is when tendUp has something to do. */
  private upDue(l: Carrier): number {
    const { heard, sent } = l.talk!;
    if (l !== this.dial.socket) return heard + silence;
    const asks = l.at.is === "open" && !this.outbox.underWay();
    return Math.min(
      heard + silence,
      sent + heartbeat,
      this.answerDue(heard),
      asks ? heard + this.pacing.quiet() : Infinity,
    );
  }
  /** answerDue is when a socket that was asked must have said something. */
  private answerDue(heard: number): number {
    return this.outbox.underWay() ? Math.max(this.asked, heard) + this.limit : Infinity;
  }

  /** pullDue is when a poll is made: as the way, or beside a stream that is so quiet that it may be dead. */
  private pullDue(): number {
    const { calls, dial } = this,
      { up, talk } = dial.stream;
    const beside =
      up && dial.free() && this.disk.state.meta.at.cursor
        ? Math.max(talk!.heard + this.pacing.quiet(), calls.pullAt)
        : Infinity;
    return calls.pulling ? Infinity : Math.min(beside, dial.due("poll") ? calls.pullAt : Infinity);
  }
  /** pull keeps one poll under way. */
  pull(): void {
    if (this.step.now >= this.pullDue()) this.calls.pull(this.inbox.resume(), this.pacing.hidden, this.dial.stream.up);
  }

  /** push sends what waits, over the socket or else by calls. */
  push(): void {
    const { outbox, dial, calls } = this,
      { up, at } = dial.socket;
    const way = up ? at.is === "open" : (dial.stream.up || calls.works) && this.inbox.pile.is !== "folding";
    if (!way || !dial.free() || !outbox.mayPush()) return;
    const most = up && this.disk.recovery() === "none" ? maxFlights : 1;
    while (outbox.underWay() < most) {
      const batch = outbox.batch();
      if (!batch.length) return;
      if (up) this.pushOver(batch);
      else outbox.launch(calls.push(batch), batch);
    }
  }
  /** pushOver pushes over the socket. A push of no mutations asks whether anybody is there. */
  private pushOver(mutations: Mutation[]): void {
    if (!this.outbox.underWay()) this.asked = this.step.now + upload(mutations);
    this.dial.send({ t: "push", ref: this.outbox.launch(0, mutations), mutations });
  }
  /** pushAnswered: a push was answered, so the server isn't slow. */
  pushAnswered(): void {
    this.limit = answerLimit;
  }
}
