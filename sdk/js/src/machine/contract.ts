// What goes into the machine and what comes out of it. The driver (../driver) owns clock, sockets, disk and tabs; the
// machine owns every rule of docs/protocol.md, "What a client must do". It is the Go client's machine, in TypeScript.
import type { StrandedQueue, Events, Rejected, Status } from "../till";
import type {
  ClientFrame,
  Op,
  Presence,
  Problem,
  PullResponse,
  PushRequest,
  PushResponse,
  Schema,
  ServerFrame,
  Till,
  User,
} from "../protocol";

/**
 * Row is one step of what is kept: without a key the whole table is emptied, without a value the key is deleted. Rows
 * of one Store effect are written in one transaction, in order. Values are never changed after they were handed out.
 */
export interface Row {
  table: "entries" | "orders" | "drafts" | "meta";
  key?: number | string;
  value?: unknown;
}

/** Store keeps rows: IndexedDB in a browser, memory in tests. One user at a time. */
export interface Store {
  /** All rows that are there. */
  load(): Promise<Row[]>;
  /** All of it is found by a later load, or nothing. With sync it is on disk when the promise resolves. */
  write(rows: Row[], sync: boolean): Promise<void>;
  close(): void;
}

/** Failure is the failure of a whole request: an error frame, or the body of an answer. */
export type Failure = Omit<Problem, "ref">;
/** PushCall and PullCall are what the machine asks for over HTTP. */
export type PushCall = { is: "push" } & PushRequest;
export interface PullCall {
  is: "pull";
  client_id: string;
  cursor?: string;
  page?: string;
  wait?: number;
  limit?: number;
}

export type Input =
  /** Ops that stand or fall together; n is the driver's and comes back in done. */
  | { is: "tap"; n: number; ops: Op[] }
  | { is: "user"; user: User | null }
  | { is: "token"; token: string }
  | { is: "schema"; schema: Schema }
  /** What till/open and till/close answered. */
  | { is: "till"; till: Till }
  | { is: "look"; order: string | null }
  /** Whether anybody looks at the page: if not, links are probed and opened less often. */
  | { is: "seen"; hidden: boolean }
  | { is: "forget"; order: string }
  | { is: "dropStrandedQueue"; clientId: string }
  | { is: "retry" }
  | { is: "tick" }
  /** Everything up to this batch is stored. */
  | { is: "stored"; batch: number }
  /** This batch and those behind it are not, and won't be. */
  | { is: "storeFailed"; batch: number; error: Error }
  | { is: "linkUp"; conn: number }
  /** code: the close code of the WebSocket, 0 if there was none. */
  | { is: "linkDown"; conn: number; code: number }
  /** frame: what came, of whatever shape; undefined if it was no JSON. */
  | { is: "received"; conn: number; frame?: ServerFrame }
  /** The answer begins to arrive. */
  | { is: "begun"; request: number }
  /** answer: of whatever shape, as a frame is. */
  | { is: "answered"; request: number; answer?: PushResponse | PullResponse }
  /**
   * failure: the server refused it; without one it couldn't be reached: something between answered with this status, or
   * nothing did.
   */
  | { is: "failed"; request: number; failure?: Failure; status?: number };

export type Effect =
  | {
      is: "store";
      batch: number;
      rows: Row[];
      sync: boolean;
      /** all: the rows are everything, replacing what is there. */
      all?: boolean;
    }
  | { is: "done"; tap: number; id: number; error?: Refusal | Error }
  /** kind: the machine falls from socket to stream (SSE down, pushes by request) to polls. */
  | { is: "dial"; conn: number; kind: "websocket" | "sse"; cursor?: string; client_id: string }
  | { is: "hangup"; conn: number }
  | { is: "send"; conn: number; frame: ClientFrame }
  | { is: "request"; id: number; call: PushCall | PullCall }
  /** The answer isn't awaited any more. */
  | { is: "giveUp"; id: number }
  /** A step is due at this time at the latest, though nothing happens. It takes the place of the one before. */
  | { is: "timer"; at: number }
  | { is: "notify"; event: Told };

/** Standing is a status without words: `said` are the server's own about the problem, if there are any. */
export type Standing = Omit<Status, "advice"> & { said?: string };
/** Told is a notice of the machine. */
export type Told = Exclude<Notice, { is: "status" }> | { is: "status"; what: Standing };
/** Refusal is why a tap was refused: its message is a word, details say of what. */
export interface Refusal extends Error {
  code: string;
  details: unknown[];
}

export type Notice =
  | { is: "orders"; what: Events["orders"] }
  | { is: "status"; what: Status }
  | { is: "presence"; what: Presence[] }
  | { is: "rejected"; what: Rejected }
  | { is: "ignored"; what: Events["ignored"] }
  | { is: "unreadable"; what: { kind: string } }
  | { is: "extensions"; what: { etag: string } }
  | { is: "catalogue"; what: { etag: string } }
  | { is: "stranded"; what: StrandedQueue }
  | { is: "renumbered"; what: { from: string; to: string } };

export interface MachineConfig {
  /** What Store.load gave; [] is a new queue. */
  rows: Row[];
  schema?: Schema;
  token: string;
  user?: User | null;
  /** Uniform in [0, 1). */
  random: () => number;
  newId: () => string;
  /** Transports to use, best first. Default: websocket, sse, poll. */
  transports?: ("websocket" | "sse" | "poll")[];
}
