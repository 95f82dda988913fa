// A socket or stream, and where it stands.
import { linkTable, next, type LinkEvent } from "./phases";

export type Way = "websocket" | "sse" | "poll";

/** Session is what an answered dial has. */
interface Session {
  conn: number;
  since: number;
  sent: number;
  heard: number;
}
/** Connection is where a carrier stands, and what is known there. */
export type Connection =
  | { is: "down" }
  | { is: "dialing"; conn: number; since: number }
  | ({ is: "greeting" | "open" | "doomed" } & Session);

/** Carrier is a link that brings frames, of which there is one of each kind at a time. */
export class Carrier {
  at: Connection = { is: "down" };
  /** When it is opened next. */
  dialAt = 0;
  /** It was open once, so no proxy is in its way for good. */
  worked = false;

  constructor(readonly way: "websocket" | "sse") {}

  /** talk is the session, once it was answered. */
  get talk(): Session | undefined {
    return "heard" in this.at ? this.at : undefined;
  }
  get conn(): number {
    return this.at.is === "down" ? 0 : this.at.conn;
  }
  /** up: frames go both ways. */
  get up(): boolean {
    return this.at.is === "open" || this.at.is === "doomed";
  }
  /** opening is since when it has been opened, while it isn't yet. */
  get opening(): number | undefined {
    return this.at.is === "dialing" || this.at.is === "greeting" ? this.at.since : undefined;
  }

  enter(on: LinkEvent, now: number, conn = this.conn): void {
    const to = next(linkTable, this.at.is, on);
    if (to === this.at.is) return;
    this.at =
      to === "down"
        ? { is: to }
        : to === "dialing"
          ? { is: to, conn, since: now }
          : { conn, sent: 0, heard: now, ...this.talk, is: to, since: now };
  }
}
