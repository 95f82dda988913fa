// Tills of simulations, for tests in other languages: machines with disks in memory, many in one process, and nothing
// that happens by itself. It reads and writes JSON, a line each, and does one thing at a time:
//
//   {"do":"boot","till","token","user","transports"}  a new process on what is on disk
//   {"do":"step","till","now","inputs":[Input…]}      answered by what Answer says
//   {"do":"put","till","batch"}                       the disk takes a batch of a store effect
//   {"do":"crash","till"}                             the disk loses what wasn't synced
//   {"do":"copy","till","from"}                       a till on a copy of another's disk
//   {"do":"end"}                                      all tills end
//
// A step alone is answered. Before that it may ask: {"ask":"random"} or {"ask":"id"} is answered by a line with the
// number or the id. {"error"} is the answer of what failed.
import { readSync, writeSync } from "node:fs";
import type { Effect, Input, Row } from "../src/machine/contract";
import { Machine } from "../src/machine/machine";
import { diskTable, entryTable, inboxTable, linkTable, recoveryTable, type Table } from "../src/machine/phases";
import type { User } from "../src/protocol";
import type { ShownOrder } from "../src/till";
import { same } from "../src/view/same";
import { MemoryDisk } from "./memory-disk";

interface Asked {
  do: string;
  till: number;
  from: number;
  token: string;
  user: User | null;
  transports: ("websocket" | "sse" | "poll")[];
  now: number;
  inputs: Input[];
  batch: number;
}
/** What came of a step: rows and orders as shown are those that are others now, without a value or order if they are gone. */
interface Answer {
  effects: unknown[];
  rows: Row[];
  shown: { id: string; order?: ShownOrder }[];
  status: unknown;
  /** Pairs of a phase and an event that were met: part, phase, event. */
  met: string[][];
}

/** met notes what a row of a table is asked for. */
let met: string[][] = [];
const tables: Record<string, Table<string, string>> = {
  link: linkTable,
  disk: diskTable,
  inbox: inboxTable,
  recovery: recoveryTable,
  entry: entryTable,
};
for (const [part, table] of Object.entries(tables))
  for (const phase in table)
    table[phase] = new Proxy(table[phase]!, {
      get(row, on: string) {
        met.push([part, phase, on]);
        return row[on];
      },
    });

class Simulated {
  disk = new MemoryDisk();
  private machine!: Machine;
  private batches = new Map<number, Effect & { is: "store" }>();
  /** Nothing was stored since a batch failed. */
  private broken = false;
  /** What is shown may be another than at the last check. */
  private unchecked = true;
  private rows = new Map<string, Row>();
  private shown = new Map<string, ShownOrder>();

  boot({ token, user, transports }: Pick<Asked, "token" | "user" | "transports">): void {
    this.batches.clear();
    this.rows.clear();
    this.shown.clear();
    this.broken = false;
    this.machine = new Machine({
      rows: this.disk.read(),
      token,
      user,
      transports,
      random: () => ask("random"),
      newId: () => ask("id"),
    });
  }
  step(now: number, inputs: Input[]): Answer {
    met = [];
    for (const i of inputs) {
      if (i.is === "storeFailed") this.batches.clear();
      if (i.is === "stored" || i.is === "storeFailed") this.broken = i.is === "storeFailed";
    }
    const effects = this.machine.step(now, inputs);
    const answer: Answer = {
      effects: effects.flatMap((e) => this.told(e)),
      rows: [],
      shown: [],
      status: this.machine.status,
      met,
    };
    // What isn't told as stored or shown stays as it is, but while the disk is broken.
    if (this.unchecked || this.broken || effects.some((e) => e.is === "store" || e.is === "notify")) {
      this.unchecked = true;
      this.changed(answer);
    }
    if (this.unchecked && !this.batches.size && !this.broken) this.checkShown();
    return answer;
  }
  put(batch: number): void {
    const { rows, sync, all } = this.batches.get(batch)!;
    this.batches.delete(batch);
    this.disk.put(rows, sync, all);
  }

  /** told is an effect without what the other side has no use for. */
  private told(e: Effect): unknown[] {
    switch (e.is) {
      case "store": {
        this.batches.set(e.batch, e);
        const { rows: _, ...rest } = e;
        return [rest];
      }
      case "done":
        return [{ ...e, error: e.error?.message }];
      case "timer":
      case "giveUp":
        return [];
      case "notify":
        return /^(rejected|stranded|renumbered)$/.test(e.event.is) ? [e] : [];
    }
    return [e];
  }
  /** changed tells what of rows and orders is another than it was told last. */
  private changed(answer: Answer): void {
    const rows = new Map<string, Row>();
    for (const row of this.machine.rows()) {
      const key = `${row.table} ${row.key}`,
        was = this.rows.get(key);
      this.rows.delete(key);
      rows.set(key, row);
      if (was?.value !== row.value) answer.rows.push(row);
    }
    for (const { table, key } of this.rows.values()) answer.rows.push({ table, key });
    this.rows = rows;
    const shown = new Map<string, ShownOrder>();
    for (const order of this.machine.orders()) {
      if (this.shown.get(order.id) !== order) answer.shown.push({ id: order.id, order });
      this.shown.delete(order.id);
      shown.set(order.id, order);
    }
    for (const id of this.shown.keys()) answer.shown.push({ id });
    this.shown = shown;
  }
  /** checkShown: what was recomputed step by step is what a restart would show. */
  private checkShown(): void {
    const fresh = new Machine({ rows: this.machine.rows(), token: "", random: () => 0, newId: () => "" });
    const now = [...this.shown.values()].sort(byId),
      then = [...fresh.orders()].sort(byId);
    this.unchecked = false;
    if (!same(then, now))
      throw new Error(`a restart would show\n${JSON.stringify(then)}\nand shown is\n${JSON.stringify(now)}`);
  }
}
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

const tills = new Map<number, Simulated>();
const buffer = Buffer.alloc(1 << 16);
let pieces: Buffer[] = [];
/** line waits for a line; undefined at the end. */
function line(): string | undefined {
  for (;;) {
    for (const [i, piece] of pieces.entries()) {
      const end = piece.indexOf(10);
      if (end < 0) continue;
      const text = Buffer.concat([...pieces.slice(0, i), piece.subarray(0, end)]).toString();
      pieces = [piece.subarray(end + 1), ...pieces.slice(i + 1)];
      return text;
    }
    const n = readSync(0, buffer);
    if (!n) return undefined;
    pieces.push(Buffer.from(buffer.subarray(0, n)));
  }
}
function say(what: unknown): void {
  for (let left = Buffer.from(`${JSON.stringify(what)}\n`); left.length; ) left = left.subarray(writeSync(1, left));
}
/** ask asks for chance or an id, in the middle of a step. */
function ask<T>(what: string): T {
  say({ ask: what });
  return JSON.parse(line()!);
}

function does(asked: Asked): Answer | undefined {
  if (asked.do === "end") return void tills.clear();
  const till = tills.get(asked.till) ?? new Simulated();
  tills.set(asked.till, till);
  switch (asked.do) {
    case "boot":
      return void till.boot(asked);
    case "step":
      return till.step(asked.now, asked.inputs);
    case "put":
      return void till.put(asked.batch);
    case "crash":
      return void till.disk.crash();
    case "copy":
      return void till.disk.put(tills.get(asked.from)!.disk.read(), true, true);
  }
  throw new Error(`nothing is called ${asked.do}`);
}
let failed: unknown;
for (let text = line(); text !== undefined; text = line()) {
  const asked = JSON.parse(text) as Asked;
  try {
    const answer = does(asked);
    if (answer) say(failed ?? answer);
  } catch (e) {
    failed = { error: (e as Error).stack };
    if (asked.do === "step") say(failed);
  }
  if (asked.do === "step" || asked.do === "end") failed = undefined;
}
