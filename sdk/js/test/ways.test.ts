// Ways: which transport a till tries when, whatever of the network works.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Effect, Input } from "../src/machine/contract";
import type { Way } from "../src/machine/carrier";
import { MachineFixture, welcome } from "./machine-fixture";

/** Network answers a till at once, as far as something lets it through. */
class Network {
  s: MachineFixture;
  conns = new Map<number, "websocket" | "sse">();
  dials: { at: number; kind: string; up: boolean }[] = [];
  calls = 0;
  /** Polls that wait, and until when. */
  private polls = new Map<number, number>();
  private heard = 0;

  constructor(
    ways: Way[],
    public works: Set<Way>,
  ) {
    this.s = new MachineFixture(ways);
    this.step({ is: "tick" });
  }
  step(...inputs: Input[]): void {
    this.s.step(...inputs);
    while (this.heard < this.s.effects.length) this.carryOut(this.s.effects[this.heard++]!);
  }
  /** wait lets so many ms pass. The server says that it is there whenever a link would doubt it. */
  wait(ms: number): void {
    const end = this.s.now + ms;
    while (true) {
      const next = Math.min(Math.max(Math.min(this.s.timer, ...this.polls.values()), this.s.now + 1), end);
      this.s.now = next;
      for (const [id, until] of [...this.polls])
        if (until <= next) {
          this.polls.delete(id);
          this.step(
            this.works.has("poll")
              ? { is: "answered", request: id, answer: { mode: "changes", changes: [], cursor: "e1.10", seq: 10 } }
              : { is: "failed", request: id },
          );
        }
      for (const [conn, kind] of this.conns) {
        if (!this.works.has(kind)) continue;
        this.step({ is: "received", conn, frame: { t: "hb" } });
      }
      this.step({ is: "tick" });
      if (next === end) return;
    }
  }
  /** change is another weather: what doesn't work any more breaks. */
  change(works: Way[]): void {
    this.works = new Set(works);
    for (const [conn, kind] of [...this.conns])
      if (!this.works.has(kind)) {
        this.conns.delete(conn);
        this.step({ is: "linkDown", conn, code: 0 });
      }
  }
  private carryOut(e: Effect): void {
    if (e.is === "dial") {
      const up = this.works.has(e.kind);
      this.dials.push({ at: this.s.now, kind: e.kind, up });
      assert.ok(![...this.conns.values()].includes(e.kind), "one connection of a kind at a time");
      if (!up) return this.step({ is: "linkDown", conn: e.conn, code: 0 });
      this.conns.set(e.conn, e.kind);
      this.step({ is: "linkUp", conn: e.conn }, { is: "received", conn: e.conn, frame: welcome() });
      this.step({
        is: "received",
        conn: e.conn,
        frame: { t: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 },
      });
    } else if (e.is === "hangup") this.conns.delete(e.conn);
    else if (e.is === "giveUp") this.polls.delete(e.id);
    else if (e.is === "send" && e.frame.t === "push" && this.conns.has(e.conn)) {
      const results = e.frame.mutations.map((m) => ({ id: m.id, status: "applied" as const, seq: 10 }));
      this.step({ is: "received", conn: e.conn, frame: { t: "pushed", ref: e.frame.ref, last_id: 0, results } });
    } else if (e.is === "request") {
      this.calls++;
      const { id, call } = e,
        reached = this.works.has("poll") || this.conns.size > 0;
      if (!reached) return this.step({ is: "failed", request: id });
      if (call.is === "push") {
        const results = call.mutations.map((m) => ({ id: m.id, status: "applied" as const, seq: 10 }));
        return this.step({
          is: "answered",
          request: id,
          answer: { last_id: 0, results, changes: [], cursor: "e1.10", seq: 10, head: 10, more: false },
        });
      }
      if (call.wait) return void this.polls.set(id, this.s.now + call.wait * 1000);
      this.step({
        is: "answered",
        request: id,
        answer: call.cursor
          ? { mode: "changes", changes: [], cursor: call.cursor, seq: 10 }
          : { mode: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 },
      });
    }
  }
  get transport(): string {
    return this.s.machine.status.transport;
  }
}

const all: Way[] = ["websocket", "sse", "poll"];
const some = fc.subarray(all, { minLength: 0 });

test("after two minutes the best way that works is taken", () => {
  fc.assert(
    fc.property(fc.subarray(all, { minLength: 1 }), some, some, (ways, before, works) => {
      const n = new Network(ways, new Set(before));
      n.wait(20_000);
      n.change(works);
      n.wait(130_000);
      const best = ways.find((way) => works.includes(way)) ?? "";
      assert.equal(n.transport, best);
    }),
    { numRuns: 120 },
  );
});

test("whatever works, what is tapped gets there", () => {
  fc.assert(
    fc.property(fc.subarray(all, { minLength: 1 }), fc.array(some, { maxLength: 4 }), (ways, weathers) => {
      const n = new Network(ways, new Set());
      for (const works of weathers) {
        n.change(works);
        n.s.tap(
          { op: "order.create", order: `o${n.s.now}` },
          { op: "line.add", order: `o${n.s.now}`, line: "l1", set: { qty: 1 } },
        );
        n.wait(7000);
      }
      n.change([ways[0]!]);
      n.wait(150_000);
      assert.equal(n.s.machine.status.unsent, 0);
    }),
    { numRuns: 80 },
  );
});

test("while nobody answers it is tried for ever, with pauses of 0.5 to 2 s, and of 30 s while nobody looks", () => {
  for (const [hidden, most] of [
    [false, 2300],
    [true, 30_600],
  ] as const) {
    const n = new Network(["websocket", "poll"], new Set());
    if (hidden) n.step({ is: "seen", hidden: true });
    n.wait(600_000);
    const at = n.dials.map((d) => d.at),
      gaps = at.slice(1).map((t, i) => t - at[i]!);
    assert.ok(at.length > 600_000 / most / 2, `${at.length} tries`);
    for (const gap of gaps) assert.ok(gap >= 500 && gap <= most + 4000, `${gap} ms`);
  }
});

test("where a proxy lets no socket through, the socket is tried each minute, and taken when it opens", () => {
  const n = new Network(["websocket", "poll"], new Set(["poll"]));
  n.wait(10_000);
  const before = n.dials.length;
  n.wait(300_000);
  const tries = n.dials.length - before;
  assert.ok(tries >= 4 && tries <= 6, `${tries} tries in five minutes`);
  n.change(["websocket", "poll"]);
  n.wait(61_000);
  assert.equal(n.transport, "websocket");
  const calls = n.calls;
  n.wait(60_000);
  assert.equal(n.calls, calls, "and no poll is made beside it");
});

test("a socket that worked once is tried again soon after polls had to help", () => {
  const n = new Network(["websocket", "poll"], new Set(["websocket", "poll"]));
  n.wait(5000);
  assert.equal(n.transport, "websocket");
  const before = n.dials.length;
  n.change(["poll"]);
  n.wait(10_000);
  assert.equal(n.transport, "poll");
  assert.equal(n.dials.length - before, 2, "when it broke, and when polls got through, not only after a minute");
});

test("a better link that opens ends the ones below", () => {
  const n = new Network(all, new Set(["sse", "poll"]));
  n.wait(10_000);
  assert.equal(n.transport, "sse");
  n.change(all);
  n.wait(61_000);
  assert.deepEqual([n.transport, [...n.conns.values()]], ["websocket", ["websocket"]]);
});

test("two answers of a server that refuses: its own pause counts, and grows where it names none", () => {
  const refused = (more: object) => {
    const s = new MachineFixture(["poll"]),
      gaps: number[] = [];
    s.step({ is: "tick" });
    for (let n = 0; n < 8; n++) {
      const call = s.effects.filter((e): e is Effect & { is: "request" } => e.is === "request").at(-1)!;
      s.effects = [];
      s.step({ is: "failed", request: call.id, failure: { code: "overloaded", message: "", ...more } });
      const from = s.now;
      while (!s.effects.some((e) => e.is === "request")) {
        s.now = Math.max(s.now + 1, s.timer);
        s.step({ is: "tick" });
      }
      gaps.push(s.now - from);
    }
    return gaps;
  };
  assert.deepEqual(refused({ retry_after_ms: 7000 }), Array(8).fill(7000));
  const grown = refused({});
  for (const [i, gap] of grown.entries()) assert.ok(gap >= (grown[i - 1] ?? 500), `${grown}`);
  assert.ok(grown.at(-1)! > 10_000 && grown.at(-1)! <= 30_000, `${grown}`);
});
