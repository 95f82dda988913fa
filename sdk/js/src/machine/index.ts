/**
 * The client without its surroundings: what a till does with taps, frames, answers, broken links and the passing of
 * time, as a step function. It owns every rule of docs/protocol.md, "What a client must do", and reads no clock, chance, network or
 * disk: time comes with each step, chance and ids are injected, and whatever is to be done is an Effect.
 *
 * Start reading here, then tap.ts (into the queue), push.ts (out of it), receive.ts (what came), recover.ts (resets).
 */
import type { StrandedQueue, Rejected, ShownOrder } from "../till";
import type { Presence } from "../words";
import { same } from "../view/same";
import type { Effect, Input, MachineConfig, Row, Standing } from "./contract";
import { flush, free, repair, runLater, stored, storeFailed } from "./disk";
import { asRejected } from "./follow";
import { received } from "./frames";
import { linkDown, linkUp, linkWake, looked, retry, send, socketOpen, tend } from "./link";
import { answered, begun, failed, pull, pullWake } from "./poll";
import { pushAll } from "./push";
import { till } from "./receive";
import { begin, recover } from "./recover";
import { redraw, report } from "./report";
import { prune, rise } from "./settle";
import { newMachine, put, putMeta, refused, rows, walk, type M } from "./state";
import { tap } from "./tap";

/** Machine is a client. Nothing happens before its first step; it must be stepped at wake() at the latest. */
export class Machine {
  private _m: M;
  constructor(config: MachineConfig) {
    this._m = newMachine(config);
  }
  /** step takes what happened and returns what is to be done, in order. Times are in ms since 1970. */
  step(now: number, inputs: Input[]): Effect[] {
    const m = this._m;
    m._now = now;
    m._out = [];
    if (!m._meta.client) begin(m);
    for (const input of inputs) take(m, input);
    repair(m);
    runLater(m);
    recover(m);
    tend(m);
    pull(m);
    pushAll(m);
    prune(m);
    rise(m);
    report(m);
    flush(m);
    return m._out;
  }
  /** wake is when the next step is due at the latest, though nothing happens. */
  wake(): number {
    const m = this._m, { _hold } = m._push;
    return Math.min(
      m._now + 3_600_000, m._broken || Infinity, linkWake(m), pullWake(m),
      _hold > m._now && m._status.unsent && free(m) ? _hold : Infinity,
    );
  }
  order(id: string): ShownOrder | undefined { return this._m._view._shown.get(id); }
  orders(): Iterable<ShownOrder> { return this._m._view._shown.values(); }
  get status(): Standing { return this._m._status; }
  get present(): Presence[] { return this._m._present; }
  strandedQueues(): StrandedQueue[] { return this._m._meta.asides; }
  /** rejections are the mutations of the last days that the server refused. */
  rejections(): Rejected[] {
    return [...walk(this._m, 1)].filter((e) => refused(e) && !e.waiting).map(asRejected);
  }
  /** rows are everything that is kept. */
  rows(): Row[] { return rows(this._m); }
}

const take = (m: M, i: Input): void => {
  if ("conn" in i) {
    const l = m._links.find((l) => l._conn === i.conn);
    return l && (i.is === "linkUp" ? linkUp(m, l) : i.is === "linkDown" ? linkDown(m, l, i.code) : received(m, l, i.frame));
  }
  switch (i.is) {
    case "tap": return tap(m, i.n, i.ops);
    case "stored":
      stored(m, i.batch);
      return recover(m);
    case "storeFailed": return storeFailed(m, i.batch, i.error);
    case "begun": return begun(m, i.request);
    case "answered": return answered(m, i.request, i.answer);
    case "failed": return failed(m, i.request, i.failure, i.status);
    case "seen": return looked(m, i.hidden);
    case "user": return void (m._config.user = i.user);
    case "token":
      m._config.token = i.token;
      return retry(m);
    case "retry": return retry(m);
    case "schema":
      if (same(m._view._schema, i.schema)) return;
      m._view._schema = i.schema;
      return redraw(m);
    case "till": return till(m, i.till);
    case "look":
      if (m._looking === i.order) return;
      m._looking = i.order;
      return void (socketOpen(m) && send(m, { t: "presence", order: i.order }));
    case "forget":
      if ((m._tables.orders.get(i.order)?.state ?? "open") === "open") return;
      put(m, "orders", i.order);
      return redraw(m, [i.order]);
    case "dropStrandedQueue": return putMeta(m, "asides", m._meta.asides.filter((a) => a.client_id !== i.clientId), true);
  }
};
