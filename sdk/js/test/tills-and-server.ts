// Tills and a server in one thread, under a seed: messages that are late, lost or doubled, crashes, disks that fail.
import assert from "node:assert/strict";
import type { Effect, Input, PullCall, PushCall } from "../src/machine/contract";
import { Machine } from "../src/machine/machine";
import type { ClientFrame, Mutation, Op, Problem, Result, ServerFrame } from "../src/protocol";
import { MemoryDisk } from "./memory-disk";
import { ModelServer } from "./model-server";
import { welcome } from "./machine-fixture";

/** random is mulberry32: uniform in [0, 1), the same for each seed. */
export const random = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

interface Conn {
  n: number;
  kind: string;
  client: string;
  /** The server's position for it; -1 before hello. */
  at: number;
  doomed: boolean;
  up: ClientFrame[];
  down: ServerFrame[];
}
interface Call {
  id: number;
  call: PushCall | PullCall;
  answer?: Input;
}

export class TillsAndServer {
  now = Date.UTC(2026, 10, 21, 10);
  server = new ModelServer();
  offline = false;
  /** A proxy lets no WebSocket, and no stream, through. */
  blocked: string[] = [];
  next: () => number;
  tills: SimTill[];
  tags = 0;
  constructor(
    public seed: number,
    n = 3,
  ) {
    this.next = random(seed);
    this.tills = Array.from({ length: n }, (_, i) => new SimTill(this, `t${i}`));
  }
  int(n: number): number {
    return Math.floor(this.next() * n);
  }
  pick<T>(from: T[]): T {
    return from[this.int(from.length)]!;
  }

  /** calm connects everybody and lets everything arrive. */
  calm(): void {
    this.offline = false;
    for (let i = 0; i < 300; i++) {
      this.now += 1000;
      for (const t of this.tills) {
        t.store.fails = false;
        t.step({ is: "tick" });
        while (t.busy) t.move(true);
      }
    }
  }
}

export class SimTill {
  machine!: Machine;
  store = new MemoryDisk();
  conns = new Map<number, Conn>();
  calls: Call[] = [];
  /** Tags of taps that were told to be durable, or were found so after a crash. */
  accepted = new Set<number>();
  refused = new Set<number>();
  /** The order that it began last. */
  own = "none";
  private taps = new Map<number, number[]>();
  private ids = 0;
  private n = 0;
  private looked = 0;
  constructor(
    private w: TillsAndServer,
    readonly name: string,
  ) {
    this.boot();
  }

  boot(): void {
    this.conns.clear();
    this.calls = [];
    const rows = this.store.read(),
      found = rows.flatMap((r) =>
        ((r.value as { mutation?: { ops: { tag: number }[] } } | undefined)?.mutation?.ops ?? []).map((op) => op.tag),
      );
    for (const tags of this.taps.values()) for (const tag of tags) if (found.includes(tag)) this.accepted.add(tag);
    this.taps.clear();
    this.machine = new Machine({
      rows,
      token: "x",
      user: { id: this.name, name: this.name },
      random: this.w.next,
      newId: () => `${this.name}-${++this.ids}-${this.w.int(1e6)}`,
    });
  }
  crash(): void {
    this.store.crash();
    this.boot();
  }
  tap(...ops: Op[]): void {
    const tags = ops.flatMap((op) => ("tag" in op ? [op.tag as number] : []));
    this.taps.set(++this.n, tags);
    this.step({ is: "tap", n: this.n, ops });
  }
  /** step carries out everything at once but what the network carries. In a crash it may end anywhere. */
  step(...inputs: Input[]): void {
    while (inputs.length) {
      const effects: Effect[] = this.machine.step(this.w.now, inputs);
      inputs = [];
      for (const e of effects) {
        const more = this.carryOut(e);
        if (more) inputs.push(more);
        if (more?.is === "storeFailed") inputs = inputs.filter((i) => i.is !== "stored" || i.batch < more.batch);
      }
      if (inputs.some((i) => i.is === "stored") && this.w.next() < 0.01) return this.crash();
    }
    this.checkShown();
  }
  /** checkShown asserts, now and then, that what was recomputed step by step is what a restart would show. */
  private checkShown(): void {
    if (++this.looked % 4 || this.taps.size || this.store.fails) return;
    const fresh = new Machine({ rows: this.machine.rows(), token: "x", random: this.w.next, newId: () => "none" });
    assert.deepEqual(
      [...this.machine.orders()].sort(byId),
      [...fresh.orders()].sort(byId),
      `${this.name} shows what a restart would`,
    );
  }
  private carryOut(e: Effect): Input | undefined {
    switch (e.is) {
      case "store":
        try {
          this.store.put(e.rows, e.sync, e.all);
          return { is: "stored", batch: e.batch };
        } catch (error) {
          return { is: "storeFailed", batch: e.batch, error: error as Error };
        }
      case "done": {
        for (const tag of this.taps.get(e.tap) ?? []) (e.error ? this.refused : this.accepted).add(tag);
        this.taps.delete(e.tap);
        return;
      }
      case "dial": {
        if (this.w.offline || this.w.blocked.includes(e.kind)) return { is: "linkDown", conn: e.conn, code: 0 };
        const conn: Conn = { n: e.conn, kind: e.kind, client: e.client_id, at: -1, doomed: false, up: [], down: [] };
        this.conns.set(e.conn, conn);
        if (e.kind === "sse") this.hello(conn, e.cursor);
        return { is: "linkUp", conn: e.conn };
      }
      case "hangup":
        return void this.conns.delete(e.conn);
      case "send":
        return void this.conns.get(e.conn)?.up.push(e.frame);
      case "request":
        return void this.calls.push({ id: e.id, call: e.call });
    }
    return;
  }
  get busy(): boolean {
    return (
      this.calls.length > 0 ||
      [...this.conns.values()].some((c) => c.up.length || c.down.length || (c.at >= 0 && c.at < this.w.server.head))
    );
  }

  /** move lets one message go one step on; kindly means that none is lost or doubled. */
  move(kindly = false): void {
    for (const c of [...this.conns.values()]) {
      if (c.up.length) this.serve(c, c.up.shift()!);
      else if (c.at >= 0 && c.at < this.w.server.head && (kindly || this.w.next() < 0.7)) this.catchUp(c);
      else if (c.down.length) {
        const frame = c.down[0]!,
          chance = kindly ? 1 : this.w.next();
        if (chance > 0.05 || frame.t !== "changes") c.down.shift();
        if (chance > 0.02 || frame.t !== "changes")
          this.step({ is: "received", conn: c.n, frame: structuredClone(frame) });
        else c.down.shift();
      }
    }
    const i = this.w.int(this.calls.length),
      call = this.calls[i];
    if (!call) return;
    const chance = kindly ? 1 : this.w.next();
    if (this.w.offline || chance < 0.1) {
      this.calls.splice(i, 1);
      return this.step({ is: "failed", request: call.id });
    }
    if (!call.answer || chance < 0.2) call.answer = this.answer(call); // perhaps twice: a proxy tried again
    if (!kindly && chance < 0.5) return; // late
    this.calls.splice(i, 1);
    this.step(call.answer);
  }
  cut(): void {
    for (const c of [...this.conns.values()]) {
      this.conns.delete(c.n);
      this.step({ is: "linkDown", conn: c.n, code: 0 });
    }
  }

  private hello(c: Conn, cursor?: string): void {
    const { server } = this.w,
      at = cursor ? server.at(cursor) : undefined;
    c.down.push({ ...welcome(), pos: { id: this.name, name: this.name } } as ServerFrame);
    if (at !== undefined) {
      c.at = at;
      return;
    }
    if (cursor) {
      c.doomed = true;
      c.down.push({ t: "reset", reason: "epoch_changed" });
    }
    c.at = server.head;
    c.down.push({ t: "snapshot", ...server.snapshot(c.client) });
  }
  private catchUp(c: Conn): void {
    const { server } = this.w;
    if (c.at < 0 || c.at >= server.head) return;
    c.down.push({ t: "changes", ...server.changes(c.client, c.at) });
    c.at = server.head;
  }
  private serve(c: Conn, f: ClientFrame): void {
    if (f.t === "hello") {
      c.client = f.client_id;
      this.hello(c, f.cursor);
    } else if (f.t === "push" && c.doomed)
      c.down.push({ t: "error", ref: f.ref, code: "reset_required", message: "", reason: "epoch_changed" });
    else if (f.t === "push") {
      const answer = this.push(c.client, f.mutations);
      this.catchUp(c);
      c.down.push("results" in answer ? { t: "pushed", ref: f.ref, ...answer } : { t: "error", ref: f.ref, ...answer });
    }
  }
  private push(client: string, mutations: Mutation[]) {
    return this.w.server.push(client, { id: this.name, name: this.name }, structuredClone(mutations));
  }
  private answer({ id: request, call }: Call): Input {
    const { server } = this.w,
      at = call.cursor ? server.at(call.cursor) : 0;
    const refuse = (failure: Problem): Input => ({ is: "failed", request, failure });
    if (at === undefined) return refuse({ code: "reset_required", message: "", reason: "epoch_changed" });
    if (call.is === "pull") {
      return {
        is: "answered",
        request,
        answer: call.cursor
          ? { mode: "changes", ...server.changes(call.client_id, at) }
          : { mode: "snapshot", ...server.snapshot(call.client_id) },
      };
    }
    const done = this.push(call.client_id, call.mutations);
    if (!("results" in done)) return refuse(done);
    return {
      is: "answered",
      request,
      answer: structuredClone({ ...server.changes(call.client_id, at), ...done, head: server.head, more: false }),
    };
  }
}

/** settled asserts that a till has nothing left and shows what the server has. */
export const settled = (w: TillsAndServer, t: SimTill): void => {
  assert.equal(t.machine.status.unsent, 0, `${t.name}: unsent`);
  // What waits for an order or line waits for one that nobody has.
  for (const { value } of t.machine.rows().filter((r) => r.table === "entries")) {
    const { waiting, result } = value as { waiting?: boolean; result?: Result };
    const held = waiting && w.server.held.get(result!.order!);
    assert.ok(!held || (result!.line && !held.used.has(result!.line)), `${t.name}: ${JSON.stringify(value)} waits`);
  }
  const shown = new Map([...t.machine.orders()].map((o) => [o.id, o]));
  for (const { order } of w.server.held.values()) {
    const o = shown.get(order.id);
    if (order.state === "open" || o) assert.deepEqual(JSON.parse(JSON.stringify(o)), order, `${t.name}: ${order.id}`);
    shown.delete(order.id);
  }
  for (const o of shown.values())
    assert.ok(o.number === 0 && !o.lines.length, `${t.name} shows ${o.id}, which the server doesn't have`);
};
