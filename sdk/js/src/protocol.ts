// Code generated from sdk/protocol by `make generate`. DO NOT EDIT.
// The shapes of the protocol; docs/protocol.md says what they mean.

/** AdminMultiSession is a multi-session as the operator sees it. */
export interface AdminMultiSession {
  id: MultiSessionID;
  name: string;
  active: boolean;
  pos: POSID[];
  run: Run;
  /** Relay is of a copy: the shop's server that is its home. */
  relay?: RelayID;
}

/** MultiSessionsResponse lists them. */
export interface MultiSessionsResponse {
  multi_sessions: AdminMultiSession[];
}

/** MultiSessionRequest makes or changes one; what is missing stays as it is. */
export interface MultiSessionRequest {
  name?: string;
  active?: boolean;
  pos?: POSID[];
}

/** HistoryResponse is a page of the changes of one order. */
export interface HistoryResponse {
  changes: Change[];
  after: string | null;
}

/** CancelRequest voids an open order in the admin's name. */
export interface CancelRequest {
  reason?: string;
}

/** CancelResponse has the change that did it. */
export interface CancelResponse {
  change: Change;
}

/** AdminPOS is a POS as the operator sees it. */
export interface AdminPOS {
  id: POSID;
  name: string;
  multi_session: MultiSessionID | null;
  till_open: boolean;
  user: User | null;
  last_seen: string | null;
}

/** POSResponse lists them. */
export interface POSResponse {
  pos: AdminPOS[];
}

/** CreatePOSRequest makes one; without a name it has its id's. */
export interface CreatePOSRequest {
  id: POSID;
  name?: string;
}

/** RenamePOSRequest changes its name. */
export interface RenamePOSRequest {
  name?: string;
}

/** TokenResponse has a new token, which is shown this once. Name is there where the POS was just made. */
export interface TokenResponse {
  id: POSID;
  name?: string;
  token: string;
}

/** RejectedMutation is a rejected mutation in the operator's inbox. */
export interface RejectedMutation {
  id: string;
  at: string;
  multi_session: MultiSessionID;
  client_id: ClientID;
  by: Author;
  /** Mutation is as the till sent it, whatever was wrong with it. */
  mutation: Mutation;
  code: Code;
  message: string;
  kept: PaymentID[];
  resolved?: boolean;
}

/** RejectionsResponse is a page of them. After asks for the next page; null is the end. */
export interface RejectionsResponse {
  rejections: RejectedMutation[];
  after: string | null;
}

/** Connection is an open socket, stream or long poll. */
export interface Connection {
  pos: POS;
  user: User | null;
  transport: string;
  client_id: ClientID;
  seq: Seq;
  lag: Seq;
  since: string;
  multi_session: MultiSessionID;
}

/** ConnectionsResponse lists them. */
export interface ConnectionsResponse {
  connections: Connection[];
}

/** Node is one of the servers that work on one database. */
export interface Node {
  /** Name is made at each start; At is where it is, HOST:PORT. */
  name: string;
  at: string;
  /** Extensions are those that it runs, in their order, and More how many more. */
  extensions: NodeExtension[];
  more?: number;
  /** Schema is a hash of the fields that it knows. */
  schema: string;
  /** Differs says what it runs otherwise than the server that answers; "" if nothing. */
  differs?: string;
}

/** NodeExtension is an extension of a node; Sum is of its files and settings. */
export interface NodeExtension {
  name: string;
  version: string;
  sum: string;
}

/**
 * NodesResponse lists the nodes, the one that answers first; none where it is the only one that may be. Trouble says
 * why they don't hear of each other at once; "" if they do.
 */
export interface NodesResponse {
  nodes: Node[];
  trouble?: string;
}

/** ExtensionsResponse is what runs and what is switched off, and the fields that are synced. */
export interface ExtensionsResponse {
  extensions: ExtensionStatus[];
  disabled: ExtensionTag[];
  schema: Schema;
}

/** SwitchExtensionRequest enables or disables one, for good. */
export interface SwitchExtensionRequest {
  enabled: boolean;
}

/** TraceRequest notes an extension's runs for so many seconds. */
export interface TraceRequest {
  seconds: number;
}

/**
 * TraceResponse are the last runs of an extension, the eldest first. Until is when the trace ends, or has ended; null:
 * there is none.
 */
export interface TraceResponse {
  on: boolean;
  until: string | null;
  runs: ExtensionRun[];
}

/**
 * StorageResponse is what an extension has stored for a multi-session: how many keys, how many bytes, and a page of
 * them, by key. After is for the next page.
 */
export interface StorageResponse {
  keys: number;
  bytes: number;
  entries: StoredEntry[];
  after: string | null;
}

/**
 * StoredEntry is one key. Bytes are the key's and the value's. With Order the entry goes when that order ends. A
 * Damaged value can't be read, and is null.
 */
export interface StoredEntry {
  key: string;
  bytes: number;
  value: Value;
  order?: OrderID;
  damaged?: boolean;
}

/**
 * AdminEffect is what an extension wants done after a commit, and how far that is. Tries have failed, the last with
 * LastError; the next one is at Next, null where none is to come. Result is the outcome; null where there is none yet.
 */
export interface AdminEffect {
  id: string;
  multi_session: MultiSessionID;
  extension: string;
  order: OrderID;
  name: string;
  key: string;
  state: EffectState;
  tries: number;
  last_error: string;
  at: string;
  next: string | null;
  data: Value;
  result: Value;
}

/**
 * EffectsResponse is a page of them, in the order in which they were asked for. After asks for the next page; null is
 * the end.
 */
export interface EffectsResponse {
  effects: AdminEffect[];
  after: string | null;
}

/** ReleasedResponse says how many effects were held and go on. */
export interface ReleasedResponse {
  released: number;
}

/** StatsResponse is the last hour, oldest first; the newest bucket isn't over yet. */
export interface StatsResponse {
  bucket_seconds: number;
  buckets: StatsBucket[];
}

/**
 * StatsBucket is what happened in some seconds from At on. The latencies are of pushes, from their arrival to being on
 * disk; null where there were none.
 */
export interface StatsBucket {
  at: string;
  seconds: number;
  mutations: number;
  rejected: number;
  p50_ms: number | null;
  p99_ms: number | null;
}

/** BackupRequest begins a backup; without a name it gets one of its time. */
export interface BackupRequest {
  name?: string;
}

/** BackupsResponse is the folder of backups, newest first. Failed is the last one, if it failed. */
export interface BackupsResponse {
  folder: string;
  running: BackupRunning | null;
  failed: BackupFailure | null;
  backups: BackupFile[];
}

/** BackupRunning is one under way: Pages of Of are done; an Of of 0 isn't known yet. */
export interface BackupRunning {
  name: string;
  at: string;
  pages: number;
  of: number;
}

/** BackupFailure is one that failed. */
export interface BackupFailure {
  name: string;
  at: string;
  message: string;
}

/** BackupFile is one that is there. */
export interface BackupFile {
  name: string;
  bytes: number;
  at: string;
}

/**
 * EffectState is how far an effect is: held is of a restored backup, until the operator releases it; answered has an
 * outcome that its order hasn't taken yet.
 */
export type EffectState = "waiting" | "held" | "answered" | "done" | "given_up" | "dropped";

/** Info answers GET /v1/info: what anyone may know of a server. */
export interface Info {
  server: string;
  version: string;
  server_id: string;
  protocol: Versions;
  extensions: ExtensionTag[];
  extensions_etag: string;
  limits: Limits;
  currency: Currency;
  /** TimeZone is the shop's, like Europe/Vienna; "" is that of the device. */
  time_zone: string;
  catalogue_etag: string;
  time: string;
}

/** Versions are those of the protocol that a server speaks. */
export interface Versions {
  min: number;
  max: number;
}

/** Limits are what a client must keep to. */
export interface Limits {
  body_bytes: number;
  mutations: number;
  ops: number;
}

/** CatalogueResponse answers GET /v1/catalogue. What a row holds is up to the operator's files. */
export interface CatalogueResponse {
  products: Record<string, Value>[];
  customers: Record<string, Value>[];
  cashiers: Record<string, Value>[];
}

/** OpenTillRequest is the body of POST /v1/till/open. */
export interface OpenTillRequest {
  user?: User | null;
}

/** OpenTillResponse answers it. MultiSession is null outside an active one. */
export interface OpenTillResponse {
  multi_session: MultiSession | null;
  pos: POS;
  run: Run;
}

/** CloseTillResponse answers POST /v1/till/close. */
export interface CloseTillResponse {
  run_ended: boolean;
  open_orders: OpenOrder[];
}

/** OpenOrder is an order that a closing till leaves open. */
export interface OpenOrder {
  order: OrderID;
  number: Number;
  run: Run;
}

/** PushRequest is the body of POST /v1/push. */
export interface PushRequest {
  client_id: ClientID;
  cursor: Cursor;
  mutations: Mutation[];
}

/** PushResponse answers it: results, and changes since the cursor. */
export interface PushResponse {
  last_id: MutationID;
  results: Result[];
  changes: Change[];
  cursor: Cursor;
  seq: Seq;
  head: Seq;
  more: boolean;
}

/** OrdersResponse is a page of orders by run and number. After asks for the next page; null is the end. */
export interface OrdersResponse {
  orders: Order[];
  after: string | null;
}

/** TicketResponse answers POST /v1/ticket. */
export interface TicketResponse {
  ticket: string;
}

/** StatusResponse answers GET /healthz and GET /readyz. */
export interface StatusResponse {
  status: string;
  /** Damaged is how many damaged places were found in the store. */
  damaged?: number;
  /** Stuck are multi-sessions whose tills wait for a decision that takes too long. */
  stuck?: MultiSessionID[];
  /** Degraded says in words what doesn't work as it should, though tills can work. */
  degraded?: string[];
}

/** Nothing answers calls that have nothing to say. */
export interface Nothing {}

/** PullResponse answers GET /v1/pull: Changes or a page of a Snapshot. */
export type PullResponse =
  | ({ mode: "changes" } & Changes)
  | ({ mode: "snapshot" } & Snapshot);

/**
 * Change is a fact: accepted, stored, numbered. A change of the server's own has no ClientID and ID. A folded one
 * stands for all of From…Seq.
 */
export interface Change {
  seq: Seq;
  at?: string;
  client_id?: ClientID;
  id?: MutationID;
  tapped_at?: string;
  by?: By;
  folded?: boolean;
  from?: Seq;
  orders: Record<string, OrderChange>;
}

/**
 * OrderChange is what a change did to one order. Set, Lines and Payments are there only if they changed; values are
 * absolute and null clears.
 */
export interface OrderChange {
  rev: number;
  number: Number;
  run: Run;
  state: State;
  needs?: Needs;
  review?: Review[];
  set?: Fields;
  lines?: Record<string, LineChange>;
  payments?: Payment[];
}

/** LineChange is what a change did to one line: new values, or it is gone from here, removed or moved. */
export interface LineChange {
  n: number;
  set?: Fields;
  removed?: boolean;
  moved_to?: OrderID;
}

/** Currency is what the money of a server is in (protocol, `/v1/info`). */
export interface Currency {
  /** Code is that of ISO 4217, like EUR; "" where the operator named none. */
  code: string;
  /** Decimals are those of its smallest coin: 2 for EUR, 3 for KWD, 0 for JPY. */
  decimals: number;
  /** Symbol stands before amounts for people, like €; "" is none. */
  symbol: string;
}

/** Code names what went wrong, of a whole request or of one mutation (protocol, "Errors"). */
export type Code =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "till_closed"
  | "no_multi_session"
  | "till_open"
  | "client_taken"
  | "conflict"
  | "id_gap"
  | "reset_required"
  | "too_large"
  | "id_reused"
  | "upgrade_required"
  | "rate_limited"
  | "read_only"
  | "overloaded"
  | "shutting_down"
  | "internal"
  | "invalid"
  | "unknown_op"
  | "exists"
  | "gone"
  | "order_closed"
  | "stale_base"
  | "vetoed"
  | "limit"
  | "forbidden_action"
  | (string & {});

/** Reason says why a client must reset; the first that holds, in this order. */
export type Reason =
  | "other_server"
  | "other_multi_session"
  | "epoch_changed"
  | "cursor_ahead"
  | "diverged"
  | "cursor_expired"
  | (string & {});

/** Place is of BadRequest: a path into the body. */
export interface Place {
  at: string;
}

/** TokenProblem is of Unauthorized, where more is known. */
export interface TokenProblem {
  reason: string;
}

/** OpenTills is of TillOpen: these must close first. */
export interface OpenTills {
  pos: POSID[];
}

/** Gap is of IDGap. */
export interface Gap {
  expected: MutationID;
  got: MutationID;
}

/** Resetting is of ResetRequired. */
export interface Resetting {
  reason: Reason;
}

/** TooMuch is of TooLarge. */
export interface TooMuch {
  what: string;
  limit: number;
}

/** UsedID is of IDReused. */
export interface UsedID {
  id: MutationID;
}

/** Spoken is of UpgradeRequired: the versions that the server speaks. */
export interface Spoken {
  protocol: Versions;
}

/** Pause is of RateLimited, ReadOnly, Overloaded and ShuttingDown. */
export interface Pause {
  retry_after_ms: number;
}

/** LogEntry is of Internal: Ref stands in the server's log, too. */
export interface LogEntry {
  ref: string;
}

/**
 * Problem is how a failure is written (RFC 9457): the body of an answer of the type application/problem+json. The
 * details stand beside the rest.
 */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  code: Code;
  message: string;
  at?: string;
  reason?: string | Reason;
  pos?: POSID[];
  expected?: MutationID;
  got?: MutationID;
  what?: string;
  limit?: number;
  id?: MutationID;
  protocol?: Versions;
  retry_after_ms?: number;
  ref?: string;
}

/** ExtensionState is how an extension does. */
export type ExtensionState = "running" | "suspended" | "failed" | "down";

/** ExtensionStatus is an extension as the operator sees it. */
export interface ExtensionStatus {
  name: string;
  version: string;
  state: ExtensionState;
  fields: ExtensionFields;
  calls: number;
  errors: ExtensionError[];
  time_ms: number;
  notes: string[];
  /** Stores: its manifest declares storage. */
  stores?: boolean;
  /**
   * Signer is who signed the pack that it was added from, and "nobody" where nobody did; without one it came from no
   * pack.
   */
  signer?: string;
  /**
   * SuspendedUntil is when a suspended one is tried again. SkippedOrders are those that it fails on again and again:
   * they alone are left out.
   */
  suspended_until?: string;
  skipped_orders?: OrderID[];
  /** Shadow is a new version that runs beside it without effect. */
  shadow?: ExtensionShadow;
}

/** ExtensionFields are the names of what it owns. */
export interface ExtensionFields {
  order: Field[];
  orderline: Field[];
}

/**
 * ExtensionError is something that went wrong in a hook, Count times: First and At are the first and the last time,
 * Order and Line the last place.
 */
export interface ExtensionError {
  at: string;
  first_at: string;
  count: number;
  hook: string;
  order: OrderID;
  line: LineID;
  message: string;
}

/** ExtensionTag names an enabled extension. */
export interface ExtensionTag {
  name: string;
  version: string;
}

/** Difference is one key whose value differs; null is none. */
export interface Difference {
  key: string;
  before: Value;
  after: Value;
}

/**
 * ExtensionRun is one run of an extension's hooks over one record: In is what the change did before them, Out what they
 * made of it. End is taken, failed, vetoed, not_taken (of a value) or slow. Run is all that the hooks saw and gave, as
 * `extension replay` reads it.
 */
export interface ExtensionRun {
  seq: number;
  at: string;
  took_ms: number;
  limit_ms: number;
  model: Model;
  order: OrderID;
  line?: LineID;
  number: Number;
  state: State;
  end: string;
  hook?: string;
  message?: string;
  in: Difference[];
  out: Difference[];
  notes: string[];
  run: Value;
}

/**
 * ExtensionShadow is a new version of an extension that runs beside the old one, on the same records and without
 * effect: on how many records since when, how many would have become others, how many it couldn't be run on, and how
 * many found no room to wait (Dropped). Found are the last of those that differ, the newest last.
 */
export interface ExtensionShadow {
  version: string;
  since: string;
  runs: number;
  differ: number;
  not_run: number;
  dropped: number;
  time_ms: number;
  found: ShadowDifference[];
}

/**
 * ShadowDifference is a record that would have become another: Was is how the old version's run ended, Is how the new
 * one's did (taken, failed or vetoed).
 */
export interface ShadowDifference {
  at: string;
  order: OrderID;
  number: Number;
  line?: LineID;
  was: string;
  is: string;
  message?: string;
  differences: Difference[];
}

/** ClientFrame is what a till sends through a socket. */
export type ClientFrame =
  | Hello
  | Push
  | Alive
  | Look;

/**
 * ServerFrame is what the server sends through a socket, or (but for Pushed, Presence and ErrorFrame) as an event of a
 * stream.
 */
export type ServerFrame =
  | ({ t: "welcome" } & Welcome)
  | ({ t: "presence" } & Presence)
  | ({ t: "pushed" } & Pushed)
  | ({ t: "changes" } & Changes)
  | ({ t: "snapshot" } & Snapshot)
  | ({ t: "till" } & Till)
  | ({ t: "extensions" } & Extensions)
  | ({ t: "catalogue" } & Catalogue)
  | ({ t: "hb" } & Heartbeat)
  | ({ t: "reset" } & Reset)
  | ({ t: "error" } & ErrorFrame);

/** Hello is the first frame. Without a cursor a snapshot comes. */
export interface Hello {
  t: "hello";
  protocol: number;
  token: string;
  client_id: ClientID;
  cursor?: Cursor;
}

/** Push asks for mutations; Pushed with the same ref answers it. */
export interface Push {
  t: "push";
  ref: number;
  mutations: Mutation[];
}

/** Alive says that the link is alive. */
export interface Alive {
  t: "hb";
}

/** Look says which order is looked at here; null is none. */
export interface Look {
  t: "presence";
  order: OrderID | null;
}

/** Welcome answers Hello. */
export interface Welcome {
  protocol: number;
  server_id: string;
  heartbeat_s: number;
  run: Run;
  till_open: boolean;
  pos: POS;
  multi_session: MultiSession | null;
  extensions_etag: string;
  catalogue_etag?: string;
  present: Presence[];
}

/** Presence says which order somebody looks at, at another connection; null is leaving. */
export interface Presence {
  conn: string;
  user: User | null;
  pos: POS;
  order: OrderID | null;
}

/** Pushed are the results of a push. */
export interface Pushed {
  ref: number;
  last_id: MutationID;
  results: Result[];
}

/**
 * Changes are changes up to a cursor. LastID was read at that position. More of them follow at once where More says so:
 * of folded changes, and in answers, which have Head too.
 */
export interface Changes {
  changes: Change[];
  cursor: Cursor;
  seq: Seq;
  head?: Seq;
  more?: boolean;
  last_id?: MutationID;
}

/** Snapshot is one page of the open orders; the last has the cursor. Page, in answers, names the next one. */
export interface Snapshot {
  orders: Order[];
  page?: string;
  more: boolean;
  cursor?: Cursor;
  seq?: Seq;
  head?: Seq;
  last_id?: MutationID;
}

/** Till says that the till, the run or the multi-session changed. */
export interface Till {
  open: boolean;
  run: Run;
  multi_session?: MultiSession | null;
}

/** Extensions says that the server has others now than those that Welcome named. */
export interface Extensions {
  extensions_etag: string;
}

/** Catalogue is the same of products, customers and cashiers. */
export interface Catalogue {
  catalogue_etag: string;
}

/** Heartbeat says that the link is alive, and where the server is. */
export interface Heartbeat {
  head?: Seq;
}

/** Reset says that the cursor is no good here; a snapshot follows. */
export interface Reset {
  reason: Reason;
}

/**
 * ErrorFrame says that a request failed; the socket stays. Ref is the push's, 0 for none. The details stand beside the
 * rest.
 */
export interface ErrorFrame {
  ref?: number | string;
  code: Code;
  message: string;
  at?: string;
  reason?: string | Reason;
  pos?: POSID[];
  expected?: MutationID;
  got?: MutationID;
  what?: string;
  limit?: number;
  id?: MutationID;
  protocol?: Versions;
  retry_after_ms?: number;
}

/** Model names what an extension's hooks are defined on. */
export type Model = "order" | "orderline";

/** MultiSessionID names a set of POS that see the same open orders. */
export type MultiSessionID = string;

/** POSID names one till. It survives restarts. */
export type POSID = string;

/** ClientID names one durable queue of mutations. */
export type ClientID = string;

/** OrderID is made by a client and unique in its multi-session for ever. */
export type OrderID = string;

/** LineID is made by a client and unique in its order for ever. */
export type LineID = string;

/** PaymentID is made by a client and unique in its order for ever. */
export type PaymentID = string;

/** Field names a field of an order or an orderline. */
export type Field = string;

/**
 * Seq numbers the changes of one multi-session: 1, 2, 3 … without holes. 0 is the position before the first change.
 */
export type Seq = number;

/** Run counts the runs of a multi-session: 0 before the first till opens. */
export type Run = number;

/** Number is what people call an order; unique is (run, number). 0 is "New". */
export type Number = number;

/** MutationID numbers a client's mutations: 1, 2, 3 … without holes. */
export type MutationID = number;

/** Cursor is opaque to clients: "I have everything up to here". At most 512 of `A-Z a-z 0-9 - _ .`. */
export type Cursor = string;

/** Mutation is a wish: what a POS asks for. All its ops happen or none. */
export interface Mutation {
  id: MutationID;
  user?: User | null;
  /** At is when it was tapped, RFC 3339. It only informs. */
  at?: string;
  ops: Ops;
}

/** Status is what became of a mutation. */
export type Status = "applied" | "duplicate" | "rejected";

/** Result is the one outcome of a mutation. A Code means rejected, whatever the status says. */
export interface Result extends Partial<Rejection> {
  id: MutationID;
  status: Status;
  seq?: Seq;
  orders?: Record<string, Head>;
  ignored?: string[];
  /** Why says of ignored fields whose value was at fault what it must be. */
  why?: Record<string, string>;
  kept?: PaymentID[];
  /** Review is what extensions said of it that a person should look at. */
  review?: Review[];
}

/** Head is what a result says of each order that its mutation touched. */
export interface Head {
  number: Number;
  rev: number;
}

/**
 * Rejection says why a mutation was refused, for ever. Which of the members behind Message are there is up to the code
 * (protocol, "Errors").
 */
export interface Rejection {
  code: Code;
  message: string;
  at?: string;
  order?: OrderID;
  line?: LineID;
  field?: Field;
  now?: Fields;
  by?: By;
  state?: State;
  moved_to?: OrderID;
  extension?: string;
  limit?: number;
  /** Ref is of an Internal one: it stands in the server's log, too. */
  ref?: string;
}

/** Op is one step of a mutation: one of the types below, by value. */
export type Op =
  | OrderCreate
  | OrderSet
  | OrderPay
  | OrderClose
  | LineAdd
  | LineSet
  | LineInc
  | LineRemove
  | LineMove;

/** OrderCreate makes a new open order. */
export interface OrderCreate {
  op: "order.create";
  order: OrderID;
  set?: Fields;
}

/** OrderSet sets fields of an order. */
export interface OrderSet {
  op: "order.set";
  order: OrderID;
  set: Fields;
  base?: Seq;
}

/** OrderPay adds a payment, once for each payment id. */
export interface OrderPay {
  op: "order.pay";
  order: OrderID;
  payment: NewPayment;
}

/** OrderClose ends an order as paid or cancelled, for ever. */
export interface OrderClose {
  op: "order.close";
  order: OrderID;
  state: State;
  base?: Seq;
}

/** LineAdd adds a line. */
export interface LineAdd {
  op: "line.add";
  order: OrderID;
  line: LineID;
  set: Fields;
}

/** LineSet sets fields of a line. */
export interface LineSet {
  op: "line.set";
  order: OrderID;
  line: LineID;
  set: Fields;
  base?: Seq;
}

/** LineInc adds to a counter; all increments count. */
export interface LineInc {
  op: "line.inc";
  order: OrderID;
  line: LineID;
  field: Field;
  by: number;
}

/** LineRemove removes a line for good. */
export interface LineRemove {
  op: "line.remove";
  order: OrderID;
  line: LineID;
}

/** LineMove moves lines to the end of another order, which is made first if need be. */
export interface LineMove {
  op: "line.move";
  order: OrderID;
  lines: LineID[];
  to: OrderID;
}

/** Ops are the steps of a mutation. */
export type Ops = Op[];

/** State is where an order is in its life. Only an open order changes. */
export type State = "open" | "paid" | "cancelled" | "abandoned";

/** Needs is a flag for the operator on an order or a payment. It stays. */
export type Needs = "review" | "refund";

/** Review is why an order needs a look: the words of an extension. */
export interface Review {
  extension: string;
  message: string;
}

/** User is who stood at the till. */
export interface User {
  id: string;
  name: string;
}

/** POS is a till as others see it. */
export interface POS {
  id: POSID;
  name: string;
}

/** MultiSession is a multi-session as its tills see it. */
export interface MultiSession {
  id: MultiSessionID;
  name: string;
}

/** Author is a POS and who stood at it; the user is null when nobody said. */
export interface Author {
  user: User | null;
  pos: POS;
}

/**
 * MSInfo says who created and who last changed an order or a line. The server writes it; tills show it as "added by …
 * changed by …".
 */
export interface MSInfo {
  created: Author;
  changed: Author;
}

/**
 * Fields are the values of an order or a line, the core's and the extensions' side by side. A cleared field is missing;
 * in a change it is Null.
 */
export type Fields = Record<string, Value>;

/** Order is an order as a snapshot hands it over. */
export interface Order {
  id: OrderID;
  rev: number;
  number: Number;
  run: Run;
  state: State;
  needs?: Needs;
  review?: Review[];
  /** Pruned: its fields and lines were dropped; see `manytill prune`. */
  pruned?: boolean;
  fields: Fields;
  payments: Payment[];
  lines: Line[];
}

/** Line is one product row of an order. Lines are sorted by N. */
export interface Line {
  id: LineID;
  n: number;
  fields: Fields;
}

/** NewPayment is money as a till tells of it: taken, or given back where the amount is negative. */
export interface NewPayment {
  id: PaymentID;
  method: string;
  amount: number;
  offline?: boolean;
  ref?: string;
}

/** Payment is a payment of an order. It is joined by id, never changed but for its flag. */
export interface Payment extends NewPayment {
  needs?: Needs;
  by?: By;
  at?: string;
}

/** By is who made a change: a POS and its user, or a part of the server. */
export interface By {
  server?: string;
  /** Reason is what an admin said who cancelled the order. */
  reason?: string;
  pos?: POS;
  user?: User | null;
}

/** RelayID names a shop's server at the server of its chain: 1 to 32 of `A-Z a-z 0-9 . _ -`. */
export type RelayID = string;

/** AdminRelay is a shop's server as the operator of its chain sees it. */
export interface AdminRelay {
  id: RelayID;
  name: string;
  /** Connected: the link is up. Since is when it came up or was last seen; null if it never was. */
  connected: boolean;
  since: string | null;
  version?: string;
  /** Elsewhere: another server of the chain's database has the link, and knows what its copies lack. */
  elsewhere?: boolean;
  /** Problem is why the last link ended that couldn't go on. */
  problem?: string;
  multi_sessions: AdminCopy[];
}

/**
 * AdminCopy is the copy of a multi-session, at the chain or as the shop sees it. Seq is where it stands, Behind how
 * many changes it lacks, null where that isn't known. BehindMS is for how many milliseconds it may have lacked some.
 * Whole is false while orders are being copied.
 */
export interface AdminCopy {
  id: MultiSessionID;
  name: string;
  seq: Seq;
  behind: Seq | null;
  behind_ms: number;
  whole: boolean;
}

/** RelaysResponse lists them. */
export interface RelaysResponse {
  relays: AdminRelay[];
}

/** CreateRelayRequest makes one; without a name it has its id's. */
export interface CreateRelayRequest {
  id: RelayID;
  name?: string;
}

/** RelayTokenResponse has a relay's new token, which is shown this once. */
export interface RelayTokenResponse {
  id: RelayID;
  name?: string;
  token: string;
}

/** UpstreamResponse says how a shop's server stands with its chain's; URL is "" where it has none. */
export interface UpstreamResponse {
  url: string;
  connected: boolean;
  /** when that began */
  since: string | null;
  /** Problem is why there is no link, and what to do. */
  problem?: string;
  /** this shop's, at the chain */
  name?: string;
  multi_sessions: AdminCopy[];
}

/** Merge is the rule by which a field takes a new value (protocol, "Fields"). */
export type Merge = "last" | "guarded" | "counter" | "first" | "union";

/** Type is the JSON type of a field's values. One that a client doesn't know is any. */
export type Type =
  | "string"
  | "number"
  | "integer"
  | "time"
  | "boolean"
  | "id"
  | "id[]"
  | "string[]"
  | "order"
  | "any"
  | "array"
  | "object"
  | (string & {});

/**
 * Role is what a number of an orderline does to the line's price (package price has the rule). A field without a role
 * does nothing to it.
 */
export type Role =
  | "unit_surcharge"
  | "percent_discount"
  | "percent_surcharge"
  | "money_discount"
  | "money_surcharge"
  | "unit_deposit";

/** FieldSpec is what is known of one field. */
export interface FieldSpec {
  type: Type;
  merge: Merge;
  owner: string;
  derived?: boolean;
  label?: string;
  /** Labels are labels in other languages, by BCP 47 tag in lower case: fr, pt-br. */
  labels?: Record<string, string>;
  edit?: boolean;
  show?: string;
  /** Role is what the field does to a line's price; "" is nothing. */
  role?: Role;
  /** Enum are the values that it may have, and of a list the entries. */
  enum?: Value[];
  /**
   * Min and Max bound a number's value, how many characters (code points) a text has, or how many entries a list;
   * without one there is no bound.
   */
  min?: number;
  max?: number;
  /** Pattern is a regular expression for a whole text, in what RE2 and JavaScript (flags su) read alike. */
  pattern?: string;
  /**
   * Found: no manifest declares the field, running its code showed it. Its type says how to ask for a value and how to
   * show one; a value of any other type is as good (Odoo's code writes false for none, say).
   */
  found?: boolean;
}

/**
 * Schema is what fields orders and orderlines have, the core's and those of the enabled extensions. It is never changed
 * once made.
 */
export interface Schema {
  order: Record<string, FieldSpec>;
  orderline: Record<string, FieldSpec>;
}

/**
 * Value is one JSON value in canonical form (RFC 8785, numbers as Decimal), so that two equal values are equal strings.
 * The zero value is no value; use Null for a cleared field.
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
