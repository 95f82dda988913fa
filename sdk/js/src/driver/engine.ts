import type { Effect, Input, MachineConfig, Notice, Row, Store } from "../machine/contract";
import type { Aside, ShownOrder, Status, TillOptions } from "../till";
import type { Op, Presence } from "../words";
import { newId } from "../ops";
import { Taken } from "../store/indexeddb";
import type { Host } from "./host";
import { network } from "./network";

/** Ask is what a tab asks of the engine, its own or another tab's. Only `do` would harm if it were done twice. */
export type Ask =
  | { is: "do"; ops: Op[] }
  | { is: "put"; input: Input }
  | { is: "rejections" }
  | { is: "asides" };

/** Whose says which tab asks, its number of this, and the lowest that it has no answer to. */
export interface Whose { tab: string; n: number; from: number }

/** Shown is all that a tab shows. */
export interface Shown { orders: ShownOrder[]; status: Status; present: Presence[] }

/** Engine is machine, store and network of one queue. */
export interface Engine {
  /** Rejects with undefined if it was closed before it could answer. */
  ask(what: Ask, whose?: Whose): Promise<unknown>;
  shown(): Shown;
  asides(): Aside[];
  /** Ends when all that was asked of the store is done. */
  close(): Promise<void>;
}

type Call = { resolve(id: number): void; reject(e?: unknown): void };
type StoreEffect = Effect & { is: "store" };
/** Taps of a tab that are stored: its numbers and the ids of their mutations. */
type Taps = { at: number; ids: Record<number, number> };

const TAB = "tab:";
const KEEP_TABS = 48 * 3600_000;

/**
 * startEngine drives a machine over a store. `tell` hears what there is to show, in order; `taken` is called when another
 * tab has taken the queue over, after which nothing more is stored or said.
 */
export async function startEngine(
  host: Host, options: TillOptions & Partial<MachineConfig>, store: Store, tell: (what: Notice) => void, taken = () => {},
): Promise<Engine> {
  const tabs = new Map<string, Taps>();
  const rows: Row[] = [];
  for (const row of await store.load()) {
    const tab = row.table === "meta" && ("" + row.key).split(TAB)[1];
    if (!tab) rows.push(row);
    else tabs.set(tab, row.value as Taps);
  }
  const { token, user, schema, transports } = options;
  const machine = host.machine({
    rows, token, user, schema, random: Math.random, newId,
    transports: transports ?? ([host.WebSocket && "websocket", host.EventSource && "sse", "poll"] as const).filter((t) => !!t),
  });
  const net = network(host, options.url, token, put);
  const calls = new Map<number, Call>();
  const asked = new Map<string, Promise<number>>();
  let leaving = false, closed = false;
  let lastTap = 0;

  // The clock of the machine never goes back.
  let skew = 0, last = 0;
  const now = () => {
    const t = Date.now() + skew;
    if (t < last) skew += last - t;
    return last = Math.max(t, last);
  };

  let waiting: { input: Input; whose?: Whose }[] = [];
  let stepping = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function put(input: Input, whose?: Whose) {
    waiting.push({ input, whose });
    if (stepping || closed) return;
    stepping = true;
    for (let next; !closed && (next = waiting.shift());) {
      const effects = machine.step(now(), [next.input]);
      if (next.whose && next.input.is === "tap") mark(effects, next.input.n, next.whose);
      effects.forEach(carryOut);
    }
    stepping = false;
    clearTimeout(timer);
    if (!leaving) timer = setTimeout(put, Math.min(Math.max(machine.wake() - now(), 1), 3600_000), { is: "tick" });
  }

  /** mark stores with a tap whose it is, so that it is known when it is asked for again, of another leader. */
  function mark(effects: Effect[], tap: number, { tab, n, from }: Whose) {
    const at = effects.findIndex((e) => e.is === "store" && !e.all && e.rows.some(({ table }) => /entries|drafts/.test(table)));
    if (at < 0 || effects.some((e) => e.is === "done" && e.tap === tap)) return;
    const effect = effects[at] as StoreEffect;
    const id = Math.max(0, ...effect.rows.map(({ table, key, value }) => table === "entries" && value ? +key! : 0));
    const ids = { ...tabs.get(tab)?.ids, [n]: id };
    for (const old in ids) if (+old < from) delete ids[old];
    const value = { at: now(), ids };
    tabs.set(tab, value);
    effects[at] = { ...effect, rows: [...effect.rows, { table: "meta", key: TAB + tab, value }] };
  }

  function carryOut(e: Effect) {
    if (leaving && !/store|done|notify/.test(e.is)) return;
    switch (e.is) {
      case "store": return save(e);
      case "dial": return net.dial(e.conn, e.kind, e.client_id, e.cursor);
      case "hangup": return net.hangUp(e.conn);
      case "send": return net.send(e.conn, e.frame);
      case "request": return net.request(e.id, e.call);
      case "done": {
        const call = calls.get(e.tap);
        calls.delete(e.tap);
        return e.error ? call?.reject(e.error) : call?.resolve(e.id);
      }
      case "notify":
        if (e.event.is === "status") statusIs(e.event.what);
        tell(e.event);
    }
  }

  let schemaOf = "";
  function statusIs({ transport, extensionsEtag }: Status) {
    const now = transport && "of " + extensionsEtag;
    if (now && now !== schemaOf && !leaving) net.call("GET", "/v1/schema").then((schema) => put({ is: "schema", schema }), () => {});
    schemaOf = now;
  }

  // What gathers while a transaction runs is the next one.
  let gathered: StoreEffect[] = [];
  let writing: Promise<void> | undefined;
  function save(e: StoreEffect) {
    gathered.push(e);
    writing ??= Promise.resolve().then(write);
  }
  async function write() {
    while (gathered.length) {
      const batch = gathered;
      gathered = [];
      try {
        await store.write(batch.flatMap(rowsOf), batch.some((e) => e.sync || e.all));
        put({ is: "stored", batch: batch[batch.length - 1].batch });
      } catch (error) {
        gathered = [];
        if (error instanceof Taken) {
          stop();
          taken();
        } else put({ is: "storeFailed", batch: batch[0].batch, error: error as Error });
      }
    }
    writing = undefined;
  }
  function rowsOf({ rows, all }: StoreEffect): Row[] {
    if (!all) return rows;
    const tables: Row["table"][] = ["entries", "orders", "drafts", "meta"];
    return [...tables.map((table) => ({ table })), ...rows, ...[...tabs].map(([tab, value]) => ({ table: "meta" as const, key: TAB + tab, value }))];
  }

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
    const id = whose && tabs.get(whose.tab)?.ids[whose.n];
    if (id !== undefined) return Promise.resolve(id);
    const n = ++lastTap;
    const call = new Promise<number>((resolve, reject) => calls.set(n, { resolve, reject }));
    if (key) {
      asked.set(key, call);
      const forget = () => asked.delete(key);
      call.then(forget, (e) => {
        forget();
        const was = tabs.get(whose.tab);
        if (!e || !was) return; // it was closed, and may be stored
        const { [whose.n]: _, ...ids } = was.ids;
        tabs.set(whose.tab, { ...was, ids });
      });
    }
    put({ is: "tap", n, ops }, whose);
    return call;
  }

  const forgotten = [...tabs].filter(([tab, { at }]) => at < Date.now() - KEEP_TABS && tabs.delete(tab));
  if (forgotten.length) store.write(forgotten.map(([tab]) => ({ table: "meta", key: TAB + tab })), false).catch(() => {});

  put({ is: "tick" });
  return {
    async ask(what, whose) {
      if (leaving) throw undefined;
      switch (what.is) {
        case "do": return tap(what.ops, whose);
        case "rejections": return machine.rejections();
        case "asides": return machine.asides();
        case "put":
          if (what.input.is === "token") net.token = what.input.token;
          put(what.input);
      }
    },
    shown: () => ({ orders: [...machine.orders()], status: machine.status, present: machine.present }),
    asides: () => machine.asides(),
    async close() {
      leaving = true;
      clearTimeout(timer);
      net.close();
      await writing;
      stop();
      store.close();
    },
  };
}
