// Which way to the server is tried, and when: the WebSocket; where that can't be opened, the stream (SSE) with pushes by
// calls; and below both long polls. It opens socket and stream, and ends them.
import type { Calls } from "./calls";
import { Carrier, type Way } from "./carrier";
import type { Disk } from "./disk";
import type { Inbox } from "./inbox";
import type { Outbox } from "./outbox";
import { leastPause, mostPause, type Pacing } from "./pacing";
import type { Report } from "./report";
import type { Step } from "./step";
import type { ClientFrame } from "../protocol";

/** For opening and for welcome. */
const patience = 10_000;
/** An opening that takes longer is helped by the next way. */
const slow = 2000;
/** Between tries of a better way. */
const probe = 60_000;
/** Of a better way, when all are tried again. */
const headStart = 300;

export class Dial {
  readonly socket = new Carrier("websocket");
  readonly stream = new Carrier("sse");
  readonly carriers = [this.socket, this.stream];
  private lastConn = 0;
  /** The place among the ways, best first, of the last that is tried. */
  private worst = 0;
  /** Nothing is tried before somebody acts, because of this code. */
  private stopped = "";

  constructor(
    private step: Step,
    private disk: Disk,
    private report: Report,
    private outbox: Outbox,
    private inbox: Inbox,
    private calls: Calls,
    private pacing: Pacing,
    private ways: Way[],
  ) {}

  carrier(conn: number): Carrier | undefined {
    return this.carriers.find((l) => l.conn === conn);
  }
  /** free: nothing is in the way of a call or a dial. */
  free(): boolean {
    return !this.stopped && this.disk.ready();
  }
  /** rank is how good a way is: 0 is the best; −1, none that may be used. */
  private rank(way: Way): number {
    return this.ways.indexOf(way);
  }
  /** wanted: a way is to be tried now, for none that is better works. */
  private wanted(way: Way): boolean {
    const i = this.rank(way);
    return i >= 0 && i <= this.worst && !this.carriers.some((l) => l.up && this.rank(l.way) < i);
  }
  due(way: Way): boolean {
    return this.free() && this.wanted(way);
  }
  /** transport is how the server is reached. */
  transport(): Way | "" {
    return this.socket.up
      ? "websocket"
      : this.stream.up
        ? "sse"
        : this.wanted("poll") && this.calls.works && !this.stopped
          ? "poll"
          : "";
  }

  /** tend opens a carrier that isn't up, or gives up an opening that takes too long. */
  tend(l: Carrier): void {
    const { now } = this.step,
      { opening } = l;
    if (opening !== undefined) {
      if (now - opening >= patience) {
        this.drop(l);
        this.gaveUp(l.way);
      } else if (now - opening >= slow) this.tryNext(l.way);
    } else if (this.due(l.way) && now >= l.dialAt) {
      const conn = ++this.lastConn,
        { client, at } = this.disk.state.meta;
      l.enter("dial", now, conn);
      this.step.emit({ is: "dial", conn, kind: l.way, client_id: client!, cursor: at.cursor || undefined });
    }
  }
  /** wake is when tend has something to do. */
  wake(l: Carrier): number {
    const { opening } = l;
    if (opening === undefined) return this.due(l.way) ? l.dialAt : Infinity;
    return opening + (this.worst > this.rank(l.way) || this.step.now >= opening + slow ? patience : slow);
  }

  /** greet says hello over a link that is open now; a stream said it when it was opened. */
  greet(l: Carrier): void {
    if (l.at.is !== "dialing") return;
    l.enter("up", this.step.now);
    if (l !== this.socket) return;
    const { client, at } = this.disk.state.meta,
      { token } = this.step.config;
    this.send({ t: "hello", protocol: 1, token, client_id: client!, cursor: at.cursor || undefined });
  }
  /** welcomed: the server takes this till. */
  welcomed(l: Carrier): void {
    l.enter("welcome", this.step.now);
    l.worked = true;
    this.worst = this.rank(l.way);
    this.calls.works = false;
    this.forgetCalls();
    this.pacing.answered();
    for (const other of this.carriers) if (this.rank(other.way) > this.worst) this.drop(other);
    this.found(l.way);
    this.outbox.hold = this.step.now;
  }
  /** doom: after a reset every push on the socket is refused. */
  doom(l: Carrier): void {
    if (l !== this.socket) return;
    l.enter("doom", this.step.now);
    this.outbox.ground();
  }
  /** closed takes the end of a connection, and returns the code that the server refused by it. */
  closed(l: Carrier, code: number): string | undefined {
    const wasUp = l.up,
      text = `${code}`;
    this.ended(l);
    const why = closeCodes[code] ?? (/^4[13]../.test(text) ? "forbidden" : undefined);
    if (why) return why;
    if (/^42/.test(text)) this.rest();
    else if (wasUp) this.lost(l);
    else this.gaveUp(l.way);
  }

  /** lost: an open link broke. It is opened again. */
  lost(l: Carrier): void {
    l.dialAt = this.step.now + this.pacing.short();
  }
  /** redial opens a link anew, at once. */
  redial(l: Carrier): void {
    this.drop(l);
    l.dialAt = this.step.now;
  }
  /** comeBack opens links at once, but not again and again. */
  comeBack(): void {
    const at = this.step.now + this.pacing.reopen();
    for (const l of this.carriers) l.dialAt = at;
  }
  private dialAt(way: Way | undefined, time: number): void {
    if (way === "poll") this.calls.pullAt = time;
    for (const l of this.carriers) if (l.way === way) l.dialAt = time;
  }
  /** tryNext tries the way below one, too. */
  private tryNext(way: Way): void {
    const i = this.rank(way) + 1;
    if (i === this.ways.length || this.worst >= i) return;
    this.worst = i;
    this.dialAt(this.ways[i], this.step.now);
  }
  /**
   * gaveUp: a way couldn't be opened. A proxy may be in it, so the next one is tried; that one again later. What was
   * waited since then was a pause too.
   */
  gaveUp(way: Way, since = this.step.now): void {
    const { now } = this.step;
    if (this.rank(way) + 1 === this.ways.length) {
      // No way works. What the server said last is over.
      this.fine();
      return this.tryAt(Math.max(since + this.pacing.short(), now));
    }
    this.dialAt(way, now + (this.calls.works || this.stream.up ? probe : mostPause));
    this.tryNext(way);
  }
  /** pollsWork: a poll was answered. */
  pollsWork(): void {
    if (this.calls.works) return;
    this.calls.works = true;
    this.found("poll");
  }
  /**
   * found: a way works, that was tried because better ones couldn't be opened. A try of those that hangs began when
   * nothing got through; another may find them open.
   */
  private found(way: Way): void {
    const { now } = this.step;
    for (const l of this.carriers)
      if (!l.up && this.rank(l.way) < this.rank(way)) {
        if (l.opening !== undefined && now - l.opening >= slow) this.redial(l);
        else l.dialAt = now + (l.worked ? leastPause : probe);
      }
  }

  /** drop hangs up. */
  drop(l: Carrier): void {
    if (l.at.is === "down") return;
    this.step.emit({ is: "hangup", conn: l.at.conn });
    this.ended(l);
  }
  /** ended: what a link carried is gone. */
  private ended(l: Carrier): void {
    const { now } = this.step;
    if (l.up) {
      this.outbox.ground();
      this.inbox.discard();
      this.report.absent();
    }
    l.enter("end", now);
    l.dialAt = Math.max(l.dialAt, now);
  }
  /** dropAll ends everything that is under way. */
  dropAll(): void {
    for (const l of this.carriers) this.drop(l);
    this.forgetCalls();
  }
  forgetCalls(): void {
    for (const id of this.calls.forget()) this.outbox.land(id);
    this.inbox.discard();
  }
  send(frame: ClientFrame): void {
    const { talk } = this.socket;
    talk!.sent = this.step.now;
    this.step.emit({ is: "send", conn: talk!.conn, frame });
  }

  /** fine: the server took something. */
  fine(): void {
    if (!this.pacing.garbled) this.report.problem("");
  }
  /** unreadable: what came can't be read; each further time it waits longer. */
  unreadable(): void {
    for (const l of this.carriers) this.drop(l);
    this.tryAt(this.step.now + this.pacing.unreadable());
  }
  /** stop gives up until retry or a token. */
  stop(code: string): void {
    this.dropAll();
    this.stopped = code;
    this.report.problem(code);
  }
  retry(): void {
    this.stopped = "";
    this.pacing.restart();
    this.tryNow();
  }
  private tryNow(): void {
    this.pacing.answered();
    this.tryAt((this.outbox.hold = this.step.now));
  }
  /** looked: somebody looks at the page, or nobody does now. */
  looked(hidden: boolean): void {
    const { pacing } = this,
      was = pacing.hidden;
    pacing.hidden = hidden;
    if (was === hidden || hidden) return;
    if (!this.report.status.transport) this.tryNow();
    if (this.calls.waiting()) this.calls.giveUp(this.calls.pulling);
  }
  /** rest waits before the next try of anything; the server's word wins. */
  rest(asked = 0): void {
    this.tryAt((this.outbox.hold = this.step.now + (asked || this.pacing.refused())));
  }
  /** tryAt says when what isn't open is tried again, each way a little after the better one. */
  tryAt(time: number): void {
    this.ways.forEach((way, i) => this.dialAt(way, time + headStart * i));
  }
}

/** What the server refused by a close code. The others of 41.. and 43.. are for good, of 42.. for a while. */
const closeCodes: Record<number, string> = {
  4209: "no_multi_session",
  4250: "overloaded",
  4301: "unauthorized",
  4309: "client_taken",
  4326: "upgrade_required",
};
