import { Machine } from "../src/machine/machine";
import type { Effect, Input, Row, Told } from "../src/machine/contract";
import { advised, explained } from "../src/driver/texts";
import type { Entry, Meta } from "../src/queue/state";
import type { ShownOrder } from "../src/till";
import type { Op, ServerFrame } from "../src/protocol";
import { MemoryDisk } from "./memory-disk";

const mark = (x: { pending?: boolean }): string => (x.pending ? "*" : "");
const short = (x: unknown): string =>
  JSON.stringify(x).replaceAll('"user":{"id":"7","name":"Ana"},', "").replaceAll(".000Z", "Z");

/** A set's fields have no order; the scripts have them sorted. */
const sorted = (key: string, value: unknown): unknown =>
  key === "set" ? Object.fromEntries(Object.entries(value as object).sort()) : value;

export const welcome = (server = "s1", ms = "m1"): ServerFrame => ({
  t: "welcome",
  protocol: 1,
  server_id: server,
  heartbeat_s: 25,
  run: 3,
  till_open: true,
  pos: { id: "bar", name: "Bar" },
  multi_session: { id: ms, name: "Main floor" },
  extensions_etag: "",
  present: [],
});

/**
 * MachineFixture is a machine with a store in memory and a clock of its own; it understands the commands of the
 * scripts.
 */
export class MachineFixture {
  out: string[] = [];
  effects: Effect[] = [];
  store = new MemoryDisk();
  now = Date.UTC(2026, 10, 21, 10);
  /** When the machine wants to be stepped. */
  timer = 0;
  transports: ("websocket" | "sse" | "poll")[] = ["websocket", "poll"];
  machine!: Machine;
  private ids = 0;
  private taps = 0;
  private slow = false;
  /** Long polls without an answer, and whether the server answers what is asked idly. */
  private polls = new Map<number, { cursor: string; until: number }>();
  private alive = false;

  constructor(transports?: MachineFixture["transports"]) {
    if (transports) this.transports = transports;
    this.start();
  }
  start(): void {
    this.machine = new Machine({
      rows: this.store.read(),
      token: "secret",
      user: { id: "7", name: "Ana" },
      random: () => 0.5,
      newId: () => `c${++this.ids}`,
      transports: this.transports,
    });
  }
  step(...inputs: Input[]): void {
    const next: Input[] = [];
    const effects = this.machine.step(this.now, inputs);
    this.effects.push(...effects);
    for (const e of effects) {
      this.print(e);
      next.push(...this.idly(e));
      if (e.is !== "store" || this.slow) continue;
      try {
        this.store.put(e.rows, e.sync, e.all);
        next.push({ is: "stored", batch: e.batch });
      } catch (error) {
        next.push({ is: "storeFailed", batch: e.batch, error: error as Error });
      }
    }
    if (next.length) this.step(...next);
  }
  tap(...ops: Op[]): void {
    this.step({ is: "tap", n: ++this.taps, ops });
  }
  frame(conn: number, frame: ServerFrame): void {
    this.step({ is: "received", conn, frame });
  }
  say(line: string): void {
    this.out.push(line);
  }

  /** idly keeps which polls wait, and answers for a server that is alive: a push of nothing, by nothing. */
  private idly(e: Effect): Input[] {
    if (e.is === "giveUp") this.polls.delete(e.id);
    if (e.is === "request" && e.call.is === "pull" && e.call.wait)
      this.polls.set(e.id, { cursor: e.call.cursor!, until: this.now + e.call.wait * 1000 });
    if (!this.alive || e.is !== "send" || e.frame.t !== "push" || e.frame.mutations.length) return [];
    return [{ is: "received", conn: e.conn, frame: { t: "pushed", ref: e.frame.ref, last_id: 0, results: [] } }];
  }
  private print(e: Effect): void {
    switch (e.is) {
      case "done":
        return this.say(e.error ? `refused: ${explained(e.error).message}` : `done ${e.id}`);
      case "store":
        if (this.slow || e.all) this.say(`store sync=${e.sync} whole=${!!e.all}`);
        return;
      case "dial":
        return this.say(`dial ${e.conn}${e.kind === "sse" ? " sse" : ""}`);
      case "hangup":
        return this.say(`hang up ${e.conn}`);
      case "send":
        return this.say(`send ${e.conn} ${short(e.frame)}`);
      case "request": {
        const { is, ...c } = e.call;
        const call =
          "mutations" in c
            ? c
            : {
                ClientID: c.client_id,
                Cursor: c.cursor ?? "",
                Page: c.page ?? "",
                Wait: (c.wait ?? 0) * 1e9,
                Limit: c.limit ?? 0,
              };
        return this.say(`request ${e.id} ${short(call)}`);
      }
      case "timer":
        return void (this.timer = e.at);
      case "notify":
        return this.notice(e.event);
    }
  }
  private notice(e: Told): void {
    switch (e.is) {
      case "orders":
        for (const { id, by } of e.what) this.say(`changed ${id}${by?.pos ? ` by ${by.pos.id}` : ""}`);
        return;
      case "rejected": {
        const { mutation, result, again, newOrder } = e.what;
        this.say(`rejected ${mutation.id} ${result.code} kept=[${(result.kept ?? []).join(" ")}]`);
        if (again) this.say(`  again on ${newOrder}: ${JSON.stringify(again, sorted)}`);
        return;
      }
      case "status": {
        const s = e.what;
        return this.say(
          `status ${JSON.stringify(s.transport)} unsent=${s.unsent} waiting=${s.waiting} till=${s.tillOpen}${s.problem && ` ${s.problem}: ${advised(s).advice}`}`,
        );
      }
      case "stranded":
        return this.say(`stranded ${e.what.client_id} ${e.what.reason}: ${e.what.mutations.length} mutations`);
      case "renumbered":
        return this.say(`renumbered ${e.what.from} to ${e.what.to}`);
      case "unreadable":
        return this.say(`unreadable ${JSON.stringify(e.what.kind)}`);
      case "extensions":
      case "catalogue":
        return this.say(`${e.is} ${e.what.etag}`);
      case "ignored":
        this.say(`ignored ${e.what.id} [${e.what.fields.join(" ")}]`);
        for (const [f, why] of Object.entries(e.what.why ?? {})) this.say(`  ${f} ${why}`);
        return;
      case "presence":
        if (e.what.length) this.say(`present ${JSON.stringify(e.what)}`);
    }
  }

  run(line: string): void {
    const [, name, rest] = /^(\S+) ?(.*)$/.exec(line)!;
    const [, n, more] = /^(-?\d*) ?(.*)$/.exec(rest!)!;
    const conn = +n!,
      line1 = { order: rest!.slice(0, 2), line: rest!.slice(3) };
    switch (name) {
      case "tick":
        return this.tick(rest!);
      case "idle": {
        const from = this.out.length;
        this.alive = true;
        this.tick(rest!);
        this.alive = false;
        this.out = this.out.filter(
          (line, i) => i < from || !(line.endsWith('"mutations":[]}') || line.includes('"Wait":2000000000,')),
        );
        return;
      }
      case "begun":
        return this.step({ is: "begun", request: conn });
      case "tap":
        return this.tap(...JSON.parse(rest!));
      case "add":
        return this.tap({ op: "line.add", ...line1, set: { qty: 1 } });
      case "inc":
        return this.tap({ op: "line.inc", ...line1, field: "qty", by: 1 });
      case "new":
        return this.tap({ op: "order.create", order: rest! });
      case "up":
        return this.step({ is: "linkUp", conn });
      case "down":
        return this.step({ is: "linkDown", conn, code: +more! });
      case "frame":
        return this.step({ is: "received", conn, frame: parsed(more!) });
      case "answer":
      case "pushanswer":
        this.polls.delete(conn);
        return this.step({ is: "answered", request: conn, answer: parsed(more!) });
      case "fail":
        this.polls.delete(conn);
        return this.step({
          is: "failed",
          request: conn,
          ...(/^\d+$/.test(more!) ? { status: +more! } : more && { failure: JSON.parse(more) }),
        });
      case "token":
        return this.step({ is: "token", token: rest! });
      case "diskfull":
      case "diskfine":
        return void (this.store.fails = name === "diskfull");
      case "slow":
        return void (this.slow = true);
      case "stored":
        this.slow = false;
        return this.step({ is: "stored", batch: conn });
      case "crash":
        this.store.crash();
        return this.start();
      case "polls":
        this.transports = ["poll"];
        return this.start();
      case "show":
        return this.show();
      case "queue":
        return this.queue();
      case "wake":
        return this.say(`wake in ${(this.timer - this.now) / 1000}s`);
      case "connect":
        this.step({ is: "tick" });
        this.step({ is: "linkUp", conn: 1 });
        this.frame(1, welcome());
        this.frame(1, { t: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 });
        this.out = [];
        return;
      case "welcome":
        this.step({ is: "linkUp", conn });
        return this.frame(conn, welcome());
      case "quiet": {
        const before = [...this.out];
        this.run(rest!);
        this.out = before;
        return;
      }
    }
    throw new Error(`no command ${name}`);
  }
  /** tick lets time pass, stepping whenever the machine wants to be woken. */
  tick(rest: string): void {
    const [, n, unit] = /^(\d*)(\w*)$/.exec(rest)!;
    const end = this.now + +n! * (unit === "m" ? 60_000 : unit === "ms" ? 1 : 1000);
    while (rest) {
      const [id, poll] = (this.alive && [...this.polls].sort(([, a], [, b]) => a.until - b.until)[0]) || [
        0,
        { cursor: "", until: Infinity },
      ];
      const wake = Math.min(this.timer, poll.until);
      if (wake > end) break;
      this.now = wake > this.now ? wake : this.now + 1;
      if (this.now < poll.until) this.step({ is: "tick" });
      else {
        this.polls.delete(id);
        const { seq } = this.machine.rows().find((r) => r.key === "at")!.value as { seq: number };
        this.step({ is: "answered", request: id, answer: { mode: "changes", changes: [], cursor: poll.cursor, seq } });
      }
    }
    this.now = end;
    this.step({ is: "tick" });
  }
  private show(): void {
    const orders = [...this.machine.orders()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const o of orders) {
      this.say(
        `${o.id} #${o.number} ${o.state}${mark(o)}${o.payments.map((p) => ` paid ${p.amount}${mark(p)}`).join("")}`,
      );
      for (const l of o.lines)
        this.say(
          "  " +
            l.id +
            mark(l) +
            Object.keys(l.fields)
              .sort()
              .flatMap((f) => (f === "ms_info" ? [] : ` ${f}=${l.fields[f]}`))
              .join(""),
        );
    }
    if (!orders.length) this.say("nothing");
  }
  private queue(): void {
    const rows = this.machine.rows(),
      meta = metaOf(rows);
    const entries = rows
      .filter((r) => r.table === "entries")
      .map((r) => r.value as Entry)
      .sort((a, b) => a.mutation.id - b.mutation.id);
    const next = Math.max(meta.next ?? 1, ...entries.map((e) => e.mutation.id + 1));
    this.say(`client ${meta.client} next ${next} cursor ${JSON.stringify(meta.at.cursor)} seq ${meta.at.seq}`);
    for (const e of entries) {
      const refused = e.result && (e.result.status === "rejected" || !!e.result.code);
      this.say(
        `  ${e.mutation.id} ${e.mutation.ops[0].op} ${e.waiting ? "waiting" : refused ? `rejected ${e.result!.code}` : e.result ? "applied" : "queued"}`,
      );
    }
    for (const a of meta.asides) this.say(`  stranded ${a.client_id} ${a.reason} ${a.mutations.length}`);
    if (meta.recovery) this.say(`  recovering from ${meta.recovery.reason}`);
  }
}

/** toldOf is what a machine told of one kind. */
export const toldOf = <E extends Told["is"]>(effects: readonly Effect[], is: E) =>
  effects.flatMap((e) => (e.is === "notify" && e.event.is === is ? [e.event.what as What<E>] : []));
type What<E> = Extract<Told, { is: E }>["what"];

/** metaOf are what is kept beside orders and mutations. */
export const metaOf = (rows: readonly Row[]): Meta =>
  Object.fromEntries(rows.flatMap((r) => (r.table === "meta" ? [[r.key, r.value]] : []))) as unknown as Meta;

export const parsed = <T>(text: string): T | undefined => {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
};

export const lineOf = (o: ShownOrder | undefined, id: string) => o?.lines.find((l) => l.id === id);
