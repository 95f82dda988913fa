// The machine's state, and how it is kept: what is in tables and meta is found again by a restart.
import type { StrandedQueue, ShownOrder } from "../till";
import type { By, Change, Mutation, MultiSession, Op, Order, Pos, Presence, Result } from "../words";
import { coreSchema } from "../view/schema";
import { refresh, type View } from "../view/view";
import type { Effect, MachineConfig, Row, Standing, Told } from "./contract";
import { answerLimit, newLink, type Link, type Way } from "./link";
import { live } from "./live";
import { newPoll, type Poll } from "./poll";
import { newPush, type Push } from "./push";
import { standing } from "./report";

/** Entry is a mutation of this client and what is known of it. It is replaced, never changed. */
export interface Entry {
  mutation: Mutation;
  /** The outcome; without one it isn't known. */
  result?: Result;
  /** When it became known, in ms. */
  settled?: number;
  /** It was pushed anew to a restored server. */
  anew?: boolean;
  /** And answered not_found: another till holds its order or line, and will bring it. */
  waiting?: boolean;
  /** The server knows another mutation by this id. */
  foreign?: boolean;
  /** It is larger than the server takes, so an empty one is pushed to use up its id. */
  blank?: boolean;
  /** What puts a rejected one's loss on a new order. */
  again?: Op[];
  newOrder?: string;
}

/** Where this till is: from welcome, till frames and till/open. */
export interface Place { server_id?: string; pos?: Pos; run: number; multi_session?: MultiSession | null; extensions_etag?: string }
/**
 * Recovery is a reset that isn't over: first a snapshot under the old client_id is awaited, then (known) the outcomes up
 * to last_id are asked for, then a new client_id takes what is left.
 */
export interface Recovery { reason: string; known?: boolean; last_id: number }
export interface Meta {
  client?: string;
  /** The next id is this at least; kept where entries don't say it. */
  next?: number;
  /** How far the confirmed orders go; decided is the highest last_id read there. */
  at: { cursor: string; seq: number; decided: number };
  place: Place;
  recovery?: Recovery;
  asides: StrandedQueue[];
}
interface Tables { entries: Map<number, Entry>; orders: Map<string, ShownOrder>; drafts: Map<string, Mutation> }

/** PendingTap is on its way to the disk; undo takes it back. */
export interface PendingTap { _n: number; _batch: number; _ids: number[]; _drafts: string[]; _silent?: boolean; _undo: () => void }

export interface M {
  _config: MachineConfig;
  _now: number;
  _out: Effect[];
  _tables: Tables;
  _meta: Meta;
  _next: number;
  /** No entry below this id matters but to a recovery or a gap. */
  _low: number;
  /** How many entries have no outcome, and how many wait. */
  _unsent: number;
  _waiting: number;
  _view: View;
  _taps: PendingTap[];
  /** Waits until no tap is on its way to the disk. */
  _later: (() => void)[];
  _dirty: Map<string, [keyof Tables | "meta", any]>;
  _sync: boolean;
  _batch: number;
  _stored: number;
  /** A batch before which nothing may be sent: a new client_id. */
  _gate: number;
  /** A batch failed: everything is written again at this time. */
  _broken: number;
  _all: boolean;
  _links: [Link, Link];
  _conn: number;
  /** Transports to use, best first, and the place of the last that is tried. */
  _ways: Way[];
  _worst: number;
  _stopped: string;
  _tries: number;
  /** How often what came couldn't be read, since it could. */
  _garbage: number;
  /** When the oldest push under way on the socket was sent, and how long its answer may take. */
  _asked: number;
  _limit: number;
  /** When links were last opened anew for a reset, and how often in a row. */
  _cameBack: number;
  _returns: number;
  /** Nobody looks at the page. */
  _hidden: boolean;
  _poll: Poll;
  _push: Push;
  /** Of a snapshot or a folded answer that isn't complete. */
  _pages: Order[];
  _folded: Change[];
  /** Orders and lines that changes named while pushes were on their way. */
  _came: Map<string, By | undefined>;
  /** Where a hole was met last. */
  _hole: number;
  _looking: string | null;
  _present: Presence[];
  /** The order that goes on from a closed one. */
  _follows: Map<string, string>;
  _status: Standing;
  /** Of the status to come. */
  _problem: Pick<Standing, "problem" | "said">;
  /** The status that the program knows. */
  _told?: Standing;
  _pruned: number;
}

export const newMachine = (config: MachineConfig): M => {
  const tables: Tables = { entries: new Map(), orders: new Map(), drafts: new Map() };
  const meta: Meta = { at: { cursor: "", seq: 0, decided: 0 }, place: { run: 0 }, asides: [] };
  for (const { table, key, value } of config.rows) {
    if (table === "meta") (meta as any)[key!] = value;
    else (tables[table] as Map<any, any>).set(key, value);
  }
  const m = {
    _config: { ...config }, _now: 0, _out: [], _tables: tables, _meta: meta, _next: meta.next ?? 1, _low: 1, _unsent: 0, _waiting: 0,
    _view: { _under: tables.orders, _shown: new Map(tables.orders), _schema: config.schema ?? coreSchema, _meta: meta },
    _taps: [], _later: [], _dirty: new Map(), _sync: false, _batch: 0, _stored: 0, _gate: 0, _broken: 0, _all: false,
    _ways: config.transports ?? ["websocket", "sse", "poll"], _links: [newLink("websocket"), newLink("sse")], _conn: 0, _worst: 0, _stopped: "", _tries: 0, _garbage: 0, _asked: 0, _limit: answerLimit, _cameBack: 0, _returns: 0, _hidden: false, _poll: newPoll(), _push: newPush(),
    _pages: [], _folded: [], _came: new Map(), _hole: -1, _looking: null, _present: [], _follows: new Map(),
    _problem: { problem: "" }, _pruned: 0,
  } as Omit<M, "_status"> as M;
  for (const [id, e] of tables.entries) {
    count(m, 1, e);
    m._next = Math.max(m._next, id + 1);
    if (e.newOrder) m._follows.set(closedBy(e), e.newOrder);
  }
  lower(m);
  refresh(m._view, live(m));
  m._status = standing(m);
  return m;
};

export const emit = (m: M, effect: Effect): void => void m._out.push(effect);
export const notify = <T extends Told["is"]>(m: M, is: T, what: (Told & { is: T })["what"]): void => emit(m, { is: "notify", event: { is, what } as Told });
/** closedBy is the order that a rejection speaks of. */
export const closedBy = (e: Entry): string => e.result?.order ?? e.mutation.ops[0]!.order;

export const entry = (m: M, id: number): Entry | undefined => m._tables.entries.get(id);

const count = (m: M, by: number, e?: Entry): void => {
  if (e?.waiting) m._waiting += by;
  else if (e && !e.result) m._unsent += by;
};

/** put sets a row, or without a value deletes it; it is stored at the end of the step. */
export const put = <T extends keyof Tables>(m: M, table: T, key: Parameters<Tables[T]["set"]>[0], value?: Parameters<Tables[T]["set"]>[1], sync = false): void => {
  const rows = m._tables[table] as Map<unknown, any>;
  if (table === "entries") {
    count(m, -1, rows.get(key));
    count(m, 1, value as Entry);
  }
  if (value === undefined) rows.delete(key);
  else rows.set(key, value);
  touch(m, table, key, sync);
};
/** clear drops all rows of a table. */
export const clear = (m: M, table: keyof Tables): void => {
  for (const key of [...m._tables[table].keys()]) put(m, table, key);
};
export const putMeta = <K extends keyof Meta>(m: M, key: K, value: Meta[K], sync = false): void => {
  m._meta[key] = value;
  touch(m, "meta", key, sync);
};
const touch = (m: M, table: keyof Tables | "meta", key: unknown, sync: boolean): void => {
  m._dirty.set(table + key, [table, key]);
  m._sync ||= sync;
};
export const putEntry = (m: M, e: Entry, sync = false): void => {
  const { id } = e.mutation;
  put(m, "entries", id, e, sync);
  m._next = Math.max(m._next, id + 1);
};
/** dropEntry keeps the id used though it was the last. */
export const dropEntry = (m: M, id: number): void => {
  put(m, "entries", id);
  if (id === m._next - 1) putMeta(m, "next", m._next);
};
/** unfold lets go of a folded answer that isn't complete. */
export const unfold = (m: M): void => {
  m._folded = [];
  m._poll._cursor = "";
};
/** gated: nothing is sent before this step is on disk. */
export const gated = (m: M): void => {
  m._gate = m._batch + 1;
  m._sync = true;
};

/** walk are the entries from an id on, rising, each as it is when it is asked for. */
export function* walk(m: M, id = m._low): Iterable<Entry> {
  for (const end = m._next; id < end; id++) {
    const e = entry(m, id);
    if (e) yield e;
  }
}
export const active = (m: M): Entry[] => [...walk(m)];
/** lower looks at every entry again. */
export const lower = (m: M): void => {
  m._low = m._next;
  for (const id of m._tables.entries.keys()) m._low = Math.min(m._low, id);
};
/** unsaved is the first id that no mutation on disk has: none was pushed with it. */
export const unsaved = (m: M): number => m._taps.find((t) => t._ids.length)?._ids[0] ?? m._next;
/** durable: the entry isn't on its way to the disk. */
export const durable = (m: M, id: number): boolean => id < unsaved(m);
/** done: nothing of it is shown, pushed or awaited any more. */
export const done = (m: M, e: Entry): boolean => !!e.result && !e.waiting && (e.result.seq ?? 0) <= m._meta.at.seq;
export const refused = (e: Entry): boolean => e.result?.status === "rejected" || !!e.result?.code;

export const rows = (m: M): Row[] => [
  ...Object.entries(m._tables).flatMap(([table, rows]) => [...rows].map(([key, value]) => ({ table: table as keyof Tables, key, value }))),
  ...Object.entries(m._meta).map(([key, value]) => ({ table: "meta" as const, key, value })),
];
