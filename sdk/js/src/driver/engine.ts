import type { Effect, Input, MachineConfig, Notice, Row, Standing, Store } from "../machine/contract";
import { isSchema } from "../machine/readable";
import { newId } from "../ops";
import { TABLES, Taken } from "../store/indexeddb";
import type { Keeping } from "../store/keeper";
import type { Rejected, ShownOrder, Status, StrandedQueue, TillOptions, Unconfirmed } from "../till";
import type { Op, Presence, Schema } from "../protocol";
import type { Host } from "./host";
import { network } from "./network";
import { advised, explained, worded } from "./texts";

/** Ask is what a tab asks of the engine, its own or another tab's. Only `do` would harm if it were done twice. */
export type Ask =
  | { is: "do"; ops: Op[] }
  | { is: "put"; input: Input }
  | { is: "rejections" }
  | { is: "strandedQueues" };

/** AnswerTo is what a question of that kind is answered with; what is put has no answer. */
export type AnswerTo<A extends Ask> = A extends { is: "do" }
  ? number
  : A extends { is: "rejections" }
    ? Rejected[]
    : A extends { is: "strandedQueues" }
      ? StrandedQueue[]
      : undefined;

/** Shown is all that a tab shows. */
export interface Shown {
  orders: ShownOrder[];
  /** By order. */
  unconfirmed: Map<string, Unconfirmed>;
  status: Status;
  present: Presence[];
}

/** Engine is machine, store and network of one queue. */
export interface Engine {
  /** Rejects with undefined if it was closed before it could answer. */
  ask(what: Ask, whose?: Whose): Promise<unknown>;
  shown(): Shown;
  strandedQueues(): StrandedQueue[];
  /** Ends when all that was asked of the store is done. */
  close(): Promise<void>;
}

type Call = { resolve(id: number): void; reject(e?: unknown): void };

/**
 * startEngine drives a machine over a store. `tell` hears what there is to show, in order; `taken` is called when
 * another tab has taken the queue over, after which nothing more is stored or said; `keeping` says what isn't kept.
 */
export async function startEngine(
  host: Host,
  options: TillOptions & Partial<MachineConfig>,
  store: Store,
  tell: (what: Notice) => void,
  taken = () => {},
  keeping: Keeping = { changed() {} },
): Promise<Engine> {
  // The clock of the machine never goes back.
  let skew = 0,
    last = 0;
  function now() {
    const t = Date.now() + skew;
    if (t < last) skew += last - t;
    return (last = Math.max(t, last));
  }
  const taps = once(await store.load(), now);
  const { token, user, schema, transports } = options;
  const machine = host.machine({
    rows: taps.rows,
    token,
    user,
    schema,
    random: Math.random,
    newId,
    transports:
      transports ?? ([host.WebSocket && "websocket", host.EventSource && "sse", "poll"] as const).filter((t) => !!t),
  });
  const net = network(host, options.url, token, put);
  const calls = new Map<number, Call>();
  const asked = new Map<string, Promise<number>>();
  let leaving = false,
    closed = false;
  let lastTap = 0;

  const waiting: { input: Input; whose?: Whose }[] = [];
  let stepping = false;
  /** When the machine wants to be stepped. */
  let wake = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function put(input: Input, whose?: Whose) {
    waiting.push({ input, whose });
    if (stepping || closed) return;
    stepping = true;
    try {
      for (let next: (typeof waiting)[number] | undefined; !closed && (next = waiting.shift()); ) {
        const effects = machine.step(now(), [next.input]);
        if (next.whose && next.input.is === "tap") taps.mark(effects, next.input.n, next.whose);
        effects.forEach(carryOut);
      }
    } finally {
      stepping = false;
      clearTimeout(timer);
      if (!leaving) timer = setTimeout(put, Math.min(Math.max(wake - now(), 1), 3600_000), { is: "tick" });
    }
  }

  function carryOut(e: Effect) {
    if (leaving && !/store|done|notify/.test(e.is)) return;
    switch (e.is) {
      case "store":
        return disk.save(e);
      case "dial":
        return net.dial(e.conn, e.kind, e.client_id, e.cursor);
      case "hangup":
        return net.hangUp(e.conn);
      case "send":
        return net.send(e.conn, e.frame);
      case "request":
        return void net.request(e.id, e.call);
      case "giveUp":
        return net.giveUp(e.id);
      case "timer":
        return void (wake = e.at);
      case "done": {
        const call = calls.get(e.tap);
        calls.delete(e.tap);
        if (call && !e.error && host.drawn) net.hold(host.drawn());
        return e.error ? call?.reject(explained(e.error)) : call?.resolve(e.id);
      }
      case "notify":
        if (e.event.is === "rejected") return tell({ is: "rejected", what: worded(e.event.what) });
        if (e.event.is !== "status") return tell(e.event);
        statusIs(e.event.what);
        status();
    }
  }

  const status = () => tell({ is: "status", what: advised(machine.status, keeping.why) });
  keeping.changed = status;

  let schemaOf = "";
  function statusIs({ transport, extensionsEtag }: Standing) {
    const now = transport && `of ${extensionsEtag}`;
    if (now && now !== schemaOf && !leaving)
      net.call<Schema>("GET", "/v1/schema").then(
        (schema) => isSchema(schema) && put({ is: "schema", schema }),
        () => {},
      );
    schemaOf = now;
  }

  const disk = writer(
    store,
    taps.all,
    (batch) => put({ is: "stored", batch }),
    (batch, error) => put({ is: "storeFailed", batch, error }),
    () => {
      stop();
      taken();
    },
  );

  function stop() {
    leaving = closed = true;
    clearTimeout(timer);
    net.close();
    for (const call of calls.values()) call.reject();
    calls.clear();
  }

  /** tap gives the id of a mutation when it is durable. */
  function tap(ops: Op[], whose?: Whose): Promise<number> {
    const key = whose && whose.tab + whose.n;
    const before = key && asked.get(key);
    if (before) return before;
    const id = whose && taps.idOf(whose);
    if (id !== undefined) return Promise.resolve(id);
    const n = ++lastTap;
    const call = new Promise<number>((resolve, reject) => calls.set(n, { resolve, reject }));
    if (key) {
      asked.set(key, call);
      const forget = () => asked.delete(key);
      call.then(forget, (e) => {
        forget();
        if (e) taps.unmark(whose); // without an error it was closed, and may be stored
      });
    }
    put({ is: "tap", n, ops }, whose);
    return call;
  }

  const old = taps.forget();
  if (old.length) store.write(old, false).catch(() => {});
  put({ is: "tick" });
  return {
    async ask(what, whose) {
      if (leaving) throw undefined;
      switch (what.is) {
        case "do":
          return tap(what.ops, whose);
        case "rejections":
          return machine.rejections().map(worded);
        case "strandedQueues":
          return machine.strandedQueues();
        case "put":
          if (what.input.is === "token") net.token = what.input.token;
          put(what.input);
      }
    },
    shown: () => ({
      orders: [...machine.orders()],
      unconfirmed: machine.unconfirmed(),
      status: advised(machine.status, keeping.why),
      present: machine.present,
    }),
    strandedQueues: () => machine.strandedQueues(),
    async close() {
      leaving = true;
      clearTimeout(timer);
      net.close();
      await disk.idle();
      stop();
      store.close();
    },
  };
}

/** Whose says which tab asks, its number of this, and the lowest that it has no answer to. */
export interface Whose {
  tab: string;
  n: number;
  from: number;
}
/** Taps of a tab that are stored: its numbers and the ids of their mutations. */
type Taps = { at: number; ids: Record<number, number> };

const TAB = "tab:";
const KEEP = 48 * 3600_000;

/** once knows which taps of other tabs are stored, in rows among the machine's, so that none is applied twice. */
export function once(all: Row[], now: () => number) {
  const tabs = new Map<string, Taps>();
  /** The machine's rows. */
  const rows: Row[] = [];
  const rowOf = (tab: string, value?: Taps): Row => ({ table: "meta", key: TAB + tab, value });
  for (const row of all) {
    const tab = row.table === "meta" && `${row.key}`.split(TAB)[1];
    if (tab) tabs.set(tab, row.value as Taps);
    else rows.push(row);
  }
  return {
    rows,
    /** The mutation of a tap that was stored. */
    idOf: ({ tab, n }: Whose) => tabs.get(tab)?.ids[n],
    /** What belongs to everything that is stored. */
    all: () => [...tabs].map(([tab, taps]) => rowOf(tab, taps)),
    /** mark has whose a tap is stored with it, in the same transaction. */
    mark(effects: Effect[], tap: number, { tab, n, from }: Whose) {
      const at = effects.findIndex(
        (e) => e.is === "store" && !e.all && e.rows.some(({ table }) => /entries|drafts/.test(table)),
      );
      if (at < 0 || effects.some((e) => e.is === "done" && e.tap === tap)) return;
      const effect = effects[at] as StoreEffect;
      const ids = {
        ...tabs.get(tab)?.ids,
        [n]: Math.max(0, ...effect.rows.map(({ table, key, value }) => (table === "entries" && value ? +key! : 0))),
      };
      for (const old in ids) if (+old < from) delete ids[old];
      const taps = { at: now(), ids };
      tabs.set(tab, taps);
      effects[at] = { ...effect, rows: [...effect.rows, rowOf(tab, taps)] };
    },
    /** unmark: the tap couldn't be stored after all. */
    unmark({ tab, n }: Whose) {
      const { [n]: _, ...ids } = tabs.get(tab)?.ids ?? {};
      if (tabs.has(tab)) tabs.set(tab, { at: now(), ids });
    },
    /** forget gives what to delete of tabs that are long gone. */
    forget: () => [...tabs].filter(([tab, { at }]) => at < now() - KEEP && tabs.delete(tab)).map(([tab]) => rowOf(tab)),
  };
}

export type StoreEffect = Effect & { is: "store" };

export interface Writer {
  save(e: StoreEffect): void;
  /** Ends when everything that was saved is stored, or failed. */
  idle(): Promise<void>;
}

/**
 * writer stores batches, and says up to which. What gathers while a transaction runs is the next one. Behind a write
 * that failed nothing is written: the machine answers with everything. `more` are rows that belong to everything.
 */
export function writer(
  store: Store,
  more: () => Row[],
  stored: (batch: number) => void,
  failed: (batch: number, error: Error) => void,
  taken: () => void,
): Writer {
  let gathered: StoreEffect[] = [];
  let writing: Promise<void> | undefined;
  const rowsOf = ({ rows, all }: StoreEffect): Row[] =>
    all ? [...TABLES.map((table) => ({ table })), ...rows, ...more()] : rows;

  async function write() {
    try {
      while (gathered.length) {
        const batch = gathered;
        gathered = [];
        const error = await store
          .write(
            batch.flatMap(rowsOf),
            batch.some((e) => e.sync || e.all),
          )
          .then(
            () => undefined,
            (e: Error) => e,
          );
        if (!error) stored(batch[batch.length - 1].batch);
        else {
          gathered = [];
          if (error instanceof Taken) taken();
          else failed(batch[0].batch, error);
        }
      }
    } finally {
      writing = undefined;
    }
  }
  return {
    save(e) {
      gathered.push(e);
      writing ??= Promise.resolve().then(write);
    },
    idle: async () => writing,
  };
}
