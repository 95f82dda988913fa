// The words of the protocol as TypeScript sees them; docs/protocol.md says what they mean.

/** Json is any value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** Fields of an order or orderline, the core's and the extensions', flat. */
export type Fields = Record<string, Json>;

export interface User { id: string; name: string }
export interface Pos { id: string; name: string }
export interface MultiSession { id: string; name: string }
/** By says who made a change: a POS and its user, or the server's own doing. */
export interface By { pos?: Pos; user?: User | null; server?: string }
/** MsInfo stands under `ms_info` of every order and line. */
export interface MsInfo { created: { pos: Pos; user: User | null }; changed: { pos: Pos; user: User | null } }

export type State = "open" | "paid" | "cancelled" | "abandoned";
export type Needs = "refund" | "review";
/** Review is why an order needs a look: the words of an extension. */
export interface Review { extension: string; message: string }

/** NewPayment is what a till gives; amount is money, negative to give back. */
export interface NewPayment { id: string; method: string; amount: number; offline?: boolean; ref?: string }
export interface Payment extends NewPayment { needs?: Needs; by?: By; at?: string }
export interface Line { id: string; n: number; fields: Fields }
export interface Order {
  id: string;
  /** 0 or null: "New". Unique is (run, number). */
  number: number;
  state: State;
  run: number;
  rev: number;
  needs?: Needs;
  review?: Review[];
  fields: Fields;
  payments: Payment[];
  lines: Line[];
}

/** Op is one wish of a mutation. `base` is set by the client. */
export type Op =
  | { op: "order.create"; order: string; set?: Fields }
  | { op: "order.set"; order: string; set: Fields; base?: number }
  | { op: "order.pay"; order: string; payment: NewPayment }
  | { op: "order.close"; order: string; state: "paid" | "cancelled"; base?: number }
  | { op: "line.add"; order: string; line: string; set: Fields }
  | { op: "line.set"; order: string; line: string; set: Fields; base?: number }
  | { op: "line.inc"; order: string; line: string; field: string; by: number }
  | { op: "line.remove"; order: string; line: string }
  | { op: "line.move"; order: string; lines: string[]; to: string };

export interface Mutation { id: number; user?: User | null; at?: string; ops: Op[] }

export interface Result {
  id: number;
  status: "applied" | "duplicate" | "rejected";
  seq?: number;
  orders?: Record<string, { number: number; rev: number }>;
  ignored?: string[];
  /** Of ignored fields whose value was at fault: what it must be. */
  why?: Record<string, string>;
  kept?: string[];
  review?: Review[];
  code?: string;
  message?: string;
  order?: string;
  line?: string;
  field?: string;
  now?: Fields;
  at?: string;
  by?: By;
  state?: State;
  moved_to?: string;
  extension?: string;
  limit?: number;
}

export interface LineChange { n: number; set?: Fields; removed?: boolean; moved_to?: string }
export interface OrderChange {
  rev: number;
  number: number;
  run: number;
  state: State;
  needs?: Needs;
  review?: Review[];
  set?: Fields;
  lines?: Record<string, LineChange>;
  payments?: Payment[];
}
export interface Change {
  seq: number;
  /** Folded changes stand for from…seq. */
  from?: number;
  folded?: boolean;
  at?: string;
  client_id?: string;
  id?: number;
  tapped_at?: string;
  by?: By;
  orders: Record<string, OrderChange>;
}

/** What a pull, a stream or a socket brings. */
export interface Changes { changes: Change[]; cursor: string; seq: number; head?: number; more?: boolean; last_id?: number }
export interface Snapshot { orders: Order[]; more: boolean; page?: string; cursor?: string; seq?: number; head?: number; last_id?: number }

export type ResetReason = "other_server" | "other_multi_session" | "epoch_changed" | "cursor_ahead" | "diverged" | "cursor_expired";
/** Failure of a whole request: a problem+json body or an error frame. */
export interface Failure {
  code: string;
  message: string;
  status?: number;
  at?: string;
  reason?: string;
  expected?: number;
  got?: number;
  id?: number;
  what?: string;
  limit?: number;
  retry_after_ms?: number;
}

export interface Presence { conn: string; pos: Pos; user: User | null; order: string | null }

/** FieldInfo is one field in GET /v1/schema. */
export interface FieldInfo {
  type: string;
  merge: "last" | "guarded" | "counter" | "first" | "union";
  owner: string;
  derived?: boolean;
  label?: string;
  edit?: boolean;
  show?: string;
  /** What a number of an orderline does to the line's price: a Role, or one of a later version. */
  role?: string;
}
export interface Schema { order: Record<string, FieldInfo>; orderline: Record<string, FieldInfo> }
