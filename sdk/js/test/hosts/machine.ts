// A machine that knows just enough to test what drives it: taps become entries and lines, pushes empty the queue.
import type { MachineLike } from "../../src/driver/host";
import type { Effect, Input, MachineConfig, Row } from "../../src/machine/contract";
import type { ShownOrder, Status } from "../../src/till";
import type { Mutation, Op, PushResponse } from "../../src/protocol";

interface Tap {
  n: number;
  batch: number;
  mutation: Mutation;
}

export class Scripted implements MachineLike {
  status: Status = {
    transport: "",
    since: 0,
    unsent: 0,
    waiting: 0,
    synced: false,
    tillOpen: true,
    tillKnown: false,
    run: 1,
    problem: "",
    advice: "",
  };
  present = [];
  private entries = new Map<number, Mutation>();
  private shown = new Map<string, ShownOrder>();
  /** What is shown when all that is on its way to the disk is there. */
  private ahead = new Map<string, ShownOrder>();
  private client = "";
  private next = 1;
  private batch = 0;
  private taps: Tap[] = [];
  private out: Effect[] = [];
  private pushing = 0;
  private broken = false;
  private again = Infinity;
  private now = 0;

  constructor(private config: MachineConfig) {
    for (const { table, key, value } of config.rows) {
      if (table === "meta" && key === "client") this.client = value as string;
      if (table === "meta" && key === "next") this.next = value as number;
      if (table === "entries") this.entries.set(key as number, value as Mutation);
      if (table === "orders") this.shown.set(key as string, value as ShownOrder);
    }
    this.ahead = new Map(this.shown);
  }

  step(now: number, inputs: Input[]): Effect[] {
    this.out = [];
    this.now = now;
    if (!this.client) this.save([{ table: "meta", key: "client", value: (this.client = this.config.newId()) }]);
    for (const input of inputs) this.take(input);
    if (this.broken && now >= this.again) {
      this.broken = false;
      const rows: Row[] = [
        { table: "meta", key: "client", value: this.client },
        { table: "meta", key: "next", value: this.next },
      ];
      for (const [key, value] of this.entries) rows.push({ table: "entries", key, value });
      for (const [key, value] of this.shown) rows.push({ table: "orders", key, value });
      this.out.push({ is: "store", batch: ++this.batch, rows, sync: true, all: true });
    }
    const pending = this.entries.size - this.taps.length;
    if (pending && !this.pushing && !this.broken) {
      this.pushing = 1;
      this.out.push({
        is: "request",
        id: 1,
        call: {
          is: "push",
          client_id: this.client,
          cursor: "c",
          mutations: [...this.entries.values()].slice(0, pending),
        },
      });
    }
    if (this.status.unsent !== pending) this.notifyStatus({ unsent: pending });
    this.out.push({ is: "timer", at: this.wake() });
    return this.out;
  }

  private take(input: Input) {
    switch (input.is) {
      case "tap": {
        if (this.broken) {
          this.out.push({
            is: "done",
            tap: input.n,
            id: 0,
            error: new Error("this till can't save; free some space on its disk and tap again"),
          });
          return;
        }
        if ((input.ops[0] as { line?: string }).line === "bad") {
          this.out.push({ is: "done", tap: input.n, id: 0, error: new Error("no such line") });
          return;
        }
        const mutation: Mutation = { id: this.next++, user: this.config.user, ops: input.ops };
        this.entries.set(mutation.id, mutation);
        const order = applied(this.ahead.get(input.ops[0].order), input.ops);
        this.ahead.set(order.id, order);
        this.save(
          [
            { table: "entries", key: mutation.id, value: mutation },
            { table: "meta", key: "next", value: this.next },
            { table: "orders", key: order.id, value: order },
          ],
          true,
        );
        this.taps.push({ n: input.n, batch: this.batch, mutation });
        return;
      }
      case "stored":
        while (this.taps.length && this.taps[0].batch <= input.batch) {
          const { n, mutation } = this.taps.shift()!;
          const order = applied(this.shown.get(mutation.ops[0].order), mutation.ops);
          this.shown.set(order.id, order);
          this.out.push(
            { is: "notify", event: { is: "orders", what: [{ id: order.id, order }] } },
            { is: "done", tap: n, id: mutation.id },
          );
        }
        return;
      case "storeFailed":
        for (const { n, mutation } of this.taps) {
          this.entries.delete(mutation.id);
          this.out.push({
            is: "done",
            tap: n,
            id: 0,
            error: new Error("this till can't save; free some space on its disk and tap again", { cause: input.error }),
          });
        }
        if (this.taps.length) this.next = this.taps[0].mutation.id;
        this.taps = [];
        this.ahead = new Map(this.shown);
        this.broken = true;
        this.again = this.now + 20;
        return;
      case "answered": {
        this.pushing = 0;
        const { last_id } = input.answer as PushResponse;
        const done = [...this.entries.keys()].filter((id) => id <= last_id);
        done.forEach((id) => this.entries.delete(id));
        if (done.length) this.save(done.map((key) => ({ table: "entries" as const, key })));
        if (!this.status.transport) this.notifyStatus({ transport: "poll" });
        return;
      }
      case "failed":
        this.pushing = 2;
        this.again = this.now + 20;
        return;
      case "tick":
        if (this.pushing === 2) this.pushing = 0;
        return;
      case "user":
        this.config.user = input.user;
        return;
      case "look":
        this.notifyStatus({ advice: `looks at ${input.order}` });
        return;
    }
  }
  private notifyStatus(change: Partial<Status>) {
    this.status = { ...this.status, ...change };
    this.out.push({ is: "notify", event: { is: "status", what: this.status } });
  }
  private save(rows: Row[], sync = false) {
    this.batch++;
    if (!this.broken) this.out.push({ is: "store", batch: this.batch, rows, sync });
  }
  private wake() {
    return this.broken || this.pushing === 2 ? this.now + 20 : this.now + 3600_000;
  }
  orders() {
    return [...this.shown.values()];
  }
  unconfirmed = () => new Map();
  strandedQueues() {
    return [];
  }
  rejections() {
    return [];
  }
}

function applied(order: ShownOrder | undefined, ops: Op[]): ShownOrder {
  order ??= { id: ops[0].order, number: 0, state: "open", run: 1, rev: 0, fields: {}, payments: [], lines: [] };
  const lines = order.lines.slice();
  for (const op of ops) {
    if (op.op === "line.add") lines.push({ id: op.line, n: lines.length + 1, fields: op.set });
    if (op.op === "line.inc") {
      const at = lines.findIndex((l) => l.id === op.line);
      if (at >= 0)
        lines[at] = { ...lines[at], fields: { ...lines[at].fields, qty: (lines[at].fields.qty as number) + op.by } };
    }
  }
  return { ...order, rev: order.rev + 1, lines };
}
