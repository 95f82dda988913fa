// What a client keeps: who it is, the mutations that it was asked for, and what it last knew of the server.
import type { Row } from "../machine/contract";
import type { ShownOrder, StrandedQueue } from "../till";
import type { MultiSession, Mutation, Op, POS, Result } from "../protocol";

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

/** refused: its result means rejected. A code does, whatever the status says. */
export const refused = (e: Entry): boolean => e.result?.status === "rejected" || !!e.result?.code;
/**
 * divided takes apart what the server refused: the payments that it kept, which stand whatever becomes of the rest, and
 * the rest. Each is one mutation, or none.
 */
export const divided = ({ mutation, result }: Entry): { kept: Mutation[]; rest: Mutation[] } => {
  const isKept = (op: Op) => op.op === "order.pay" && !!result?.kept?.includes(op.payment.id),
    some = (ops: Op[]) => (ops.length ? [{ ...mutation, ops }] : []);
  return { kept: some(mutation.ops.filter(isKept)), rest: some(mutation.ops.filter((op) => !isKept(op))) };
};
/** closedBy is the order that a rejection speaks of. */
export const closedBy = (e: Entry): string => e.result?.order ?? e.mutation.ops[0]!.order;

/** Where this till is: from welcome, till frames and till/open. */
export interface Place {
  server_id?: string;
  pos?: POS;
  run: number;
  multi_session?: MultiSession | null;
  extensions_etag?: string;
}
/** Recovery is a reset that isn't over (see recovery.ts): known once the snapshot has told last_id. */
export interface Recovery {
  reason: string;
  known?: boolean;
  last_id: number;
}
/** Position is how far the confirmed orders go; decided is the highest last_id read there. */
export interface Position {
  cursor: string;
  seq: number;
  decided: number;
}
export interface Meta {
  client?: string;
  /** The next id is this at least; kept where entries don't say it. */
  next?: number;
  at: Position;
  place: Place;
  recovery?: Recovery;
  /** Queues that were put aside. */
  asides: StrandedQueue[];
}
interface Tables {
  entries: Map<number, Entry>;
  orders: Map<string, ShownOrder>;
  drafts: Map<string, Mutation>;
}

/** State is the sum of all rows, and which of them aren't stored yet. */
export class State {
  readonly tables: Tables = { entries: new Map(), orders: new Map(), drafts: new Map() };
  readonly meta: Meta = { at: { cursor: "", seq: 0, decided: 0 }, place: { run: 0 }, asides: [] };
  /** The id of the next mutation. */
  next: number;
  /** No entry below this id matters but to a recovery or a gap. */
  low = 1;
  /** How many entries have no outcome, and how many wait. */
  unsent = 0;
  waiting = 0;
  /** Rows that changed since they were asked for, and whether they must be on disk before anybody is told. */
  dirty = new Map<string, Row>();
  sync = false;

  constructor(rows: Row[]) {
    for (const { table, key, value } of rows) {
      if (table === "meta") (this.meta as unknown as Record<string, unknown>)[key!] = value;
      else (this.tables[table] as Map<unknown, unknown>).set(key, value);
    }
    this.next = this.meta.next ?? 1;
    for (const [id, e] of this.tables.entries) {
      this.count(1, e);
      this.next = Math.max(this.next, id + 1);
    }
    this.lower();
  }

  entry(id: number): Entry | undefined {
    return this.tables.entries.get(id);
  }

  /** set keeps a value of meta. */
  set<K extends keyof Meta>(key: K, value: Meta[K], sync = false): void {
    this.put({ table: "meta", key, value }, sync);
  }
  /** put sets a row, or without a value deletes it. */
  put(row: Row, sync = false): void {
    const { table, key, value } = row;
    if (table === "meta") (this.meta as unknown as Record<string, unknown>)[key!] = value;
    else {
      const rows = this.tables[table] as Map<unknown, unknown>;
      if (table === "entries") {
        this.count(-1, rows.get(key) as Entry | undefined);
        this.count(1, value as Entry);
      }
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
    }
    this.dirty.set(table + key, row);
    this.sync ||= sync;
  }
  putEntry(e: Entry, sync = false): void {
    const { id } = e.mutation;
    this.put({ table: "entries", key: id, value: e }, sync);
    this.next = Math.max(this.next, id + 1);
  }
  /** dropEntry keeps the id used though it was the last. */
  dropEntry(id: number): void {
    this.put({ table: "entries", key: id });
    if (id === this.next - 1) this.set("next", this.next);
  }
  /** clear drops all rows of a table. */
  clear(table: keyof Tables): void {
    for (const key of [...this.tables[table].keys()]) this.put({ table, key });
  }
  /** begin starts a queue: a client_id, no entries, ids from 1. */
  begin(client: string, at: Position): void {
    this.clear("entries");
    this.next = this.low = 1;
    this.set("client", client);
    this.set("next", 1);
    this.set("at", at);
    if (this.meta.recovery) this.set("recovery", undefined);
  }

  /** walk are the entries from an id on, rising, each as it is when it is asked for. */
  *walk(id = this.low): Iterable<Entry> {
    for (const end = this.next; id < end; id++) {
      const e = this.entry(id);
      if (e) yield e;
    }
  }
  active(): Entry[] {
    return [...this.walk()];
  }
  /** over: nothing of it is shown, pushed or awaited any more. */
  over(e: Entry): boolean {
    return !!e.result && !e.waiting && (e.result.seq ?? 0) <= this.meta.at.seq;
  }
  /** rise leaves behind the entries that are over. */
  rise(): void {
    while (this.low < this.next) {
      const e = this.entry(this.low);
      if (e && !this.over(e)) return;
      this.low++;
    }
  }
  /** lower looks at every entry again. */
  lower(): void {
    this.low = this.next;
    for (const id of this.tables.entries.keys()) this.low = Math.min(this.low, id);
  }

  /** rows are everything that is kept. */
  rows(): Row[] {
    return [
      ...Object.entries(this.tables).flatMap(([table, rows]) =>
        [...rows].map(([key, value]) => ({ table: table as keyof Tables, key, value })),
      ),
      ...Object.entries(this.meta).map(([key, value]) => ({ table: "meta" as const, key, value })),
    ];
  }

  private count(by: number, e?: Entry): void {
    if (e?.waiting) this.waiting += by;
    else if (e && !e.result) this.unsent += by;
  }
}
