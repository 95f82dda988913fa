import type {
  By,
  Fields,
  Line,
  MultiSession,
  Mutation,
  NewPayment,
  Op,
  Order,
  POS,
  Payment,
  Presence,
  Result,
  Schema,
  User,
} from "./protocol";

/** A line, order or payment as shown: pending is what the server has not confirmed. */
export interface ShownLine extends Line {
  pending?: boolean;
}
export interface ShownPayment extends Payment {
  pending?: boolean;
}
/**
 * ShownOrder is confirmed state with the queue replayed. It is never changed
 * once handed out: what changes is replaced, and lines that did not change
 * keep their identity (===), so that a page redraws only what was touched.
 */
export interface ShownOrder extends Omit<Order, "lines" | "payments"> {
  lines: ShownLine[];
  payments: ShownPayment[];
  pending?: boolean;
}

/**
 * PendingMutation is a mutation that is replayed. With payments only those count: the rest was rejected, and these were
 * kept.
 */
export interface PendingMutation {
  mutation: Mutation;
  payments?: string[];
}

/**
 * Unconfirmed is what a pending order is shown from: as the server has it, missing where it doesn't yet, and the
 * mutations that are replayed over that, in order.
 */
export interface Unconfirmed {
  confirmed?: ShownOrder;
  mutations: PendingMutation[];
}

/**
 * NotKept is why a browser doesn't keep what is new: its storage is full, is broken (it doesn't answer, or lost the
 * connection), or is forbidden (a private window). What isn't sent is lost when the page closes.
 */
export type NotKept = "full" | "broken" | "forbidden";

/** Status is how a till stands with its server. */
export interface Status {
  /** "" while the server can't be reached. */
  transport: "" | "websocket" | "sse" | "poll";
  /** When the transport last came or went, in ms since 1970. */
  since: number;
  /** Mutations whose outcome isn't known. */
  unsent: number;
  /** Mutations that wait for another till to bring their order or line. */
  waiting: number;
  /** What the server has was known at least once. */
  synced: boolean;
  tillOpen: boolean;
  tillKnown: boolean;
  run: number;
  pos?: POS;
  multiSession?: MultiSession | null;
  extensionsEtag?: string;
  /** There while what is new isn't kept in this browser. The till sells on. */
  notKept?: NotKept;
  /** Why it doesn't sync as it should: a code of the protocol, `unreadable` or `not_kept`; "" if all is well. */
  problem: string;
  /** And what the user can do about it. */
  advice: string;
}

/** Rejected: the server refused a mutation for ever. */
export interface Rejected {
  mutation: Mutation;
  result: Result;
  /** Puts what was lost on the order `newOrder` that follows the closed one; for Till.putBack. */
  again?: Op[];
  newOrder?: string;
}
/** A queue that belongs to another server or multi-session, kept for a person to see. */
export interface StrandedQueue {
  client_id: string;
  server_id?: string;
  multi_session?: string;
  reason: string;
  at: string;
  mutations: Mutation[];
}

export interface Events {
  /**
   * These orders show something else now, or are shown from something else; order is undefined if it is gone; by is who
   * changed it on the server.
   */
  orders: { id: string; order?: ShownOrder; by?: By; unconfirmed?: Unconfirmed }[];
  status: Status;
  presence: Presence[];
  rejected: Rejected;
  /**
   * Applied, without these fields ("o1.foo"): why says of those whose value was at fault what it must be; the others no
   * one registered.
   */
  ignored: { id: number; fields: string[]; why?: Record<string, string> };
  stranded: StrandedQueue;
  /**
   * The server sent something that isn't what the protocol says: a frame or answer of this kind, "" if it was no JSON.
   * What is shown stays and is taken anew.
   */
  unreadable: { kind: string };
  /** The server has other extensions, or another catalogue, than before; their new ETag. */
  extensions: { etag: string };
  catalogue: { etag: string };
  renumbered: { from: string; to: string };
}

export interface TillOptions {
  /** Of the server, like "https://pos.example"; a page of the server's own says "". */
  url: string;
  token: string;
  /** Names the durable queue: one for each POS that is used in this browser. */
  name: string;
  user?: User | null;
  schema?: Schema;
  /** Where the queue is kept; default: IndexedDB. */
  store?: unknown;
}

/** Till is one POS: its durable queue and its connection. openTill(options) makes one. */
export interface Till {
  /** Orders as shown, by run and number, new ones last. */
  orders(): ShownOrder[];
  order(id: string): ShownOrder | undefined;
  /** unconfirmed is what a pending order is shown from; undefined where nothing of it is pending. */
  unconfirmed(id: string): Unconfirmed | undefined;
  /**
   * do asks for ops that stand or fall together. When it resolves they are
   * durable in this browser and shown. The id is 0 for a new order without a
   * line: it stays here until its first line. `base` is filled in. A payment
   * of an order created by the same call goes behind it as a mutation of its own.
   * Rejects with an Error whose message tells the user what to do.
   */
  do(...ops: Op[]): Promise<number>;
  putBack(rejected: Rejected): Promise<number>;
  on<E extends keyof Events>(event: E, listener: (what: Events[E]) => void): () => void;
  readonly status: Status;
  readonly present: Presence[];
  setUser(user: User | null): void;
  setToken(token: string): void;
  setSchema(schema: Schema): void;
  /** look tells the others which order is on the screen. */
  look(order: string | null): void;
  /** forget drops a closed order that was shown until now. */
  forget(order: string): void;
  /** openTill and closeTill call the server; they reject with a Failure-like Error when it can't be reached. */
  openTill(user?: User | null): Promise<void>;
  closeTill(): Promise<{ run_ended: boolean; open_orders: { order: string; number: number; run: number }[] }>;
  rejections(): Promise<Rejected[]>;
  strandedQueues(): Promise<StrandedQueue[]>;
  dropStrandedQueue(clientId: string): Promise<void>;
  /** retry connects now. */
  retry(): void;
  close(): Promise<void>;
}

export type { By, Fields, NewPayment, Op };
