// The disk: whatever fails and whenever, a tap that was told to be done is there, and one that wasn't is gone.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Effect, Input, Row } from "../src/machine/contract";
import { Machine } from "../src/machine/machine";
import type { Entry } from "../src/queue/state";
import { MachineFixture } from "./machine-fixture";

type Store = Effect & { is: "store" };

/** A till offline, whose disk answers when it is told to. */
class SlowDisk {
  machine!: Machine;
  now = Date.UTC(2026, 10, 21, 10);
  /** What is on disk, and what is on its way there. */
  rows = new Map<string, Row>();
  waiting: Store[] = [];
  done = new Map<number, { id: number; error?: Error }>();
  taps = 0;
  private ids = 0;

  constructor() {
    this.boot();
  }
  boot(): void {
    this.waiting = [];
    this.machine = new Machine({
      rows: structuredClone([...this.rows.values()]),
      token: "x",
      random: () => 0.5,
      newId: () => `c${++this.ids}`,
      transports: ["poll"],
    });
    this.step({ is: "tick" });
  }
  step(...inputs: Input[]): void {
    for (const e of this.machine.step(this.now, inputs)) {
      if (e.is === "store") this.waiting.push(e);
      if (e.is === "done") this.done.set(e.tap, e);
    }
  }
  tap(): void {
    const order = `o${++this.taps}`;
    this.step({
      is: "tap",
      n: this.taps,
      ops: [
        { op: "order.create", order },
        { op: "line.add", order, line: "l1", set: { qty: this.taps } },
      ],
    });
  }
  stored(n: number): void {
    for (const e of this.waiting.splice(0, n)) {
      if (e.all) this.rows.clear();
      for (const row of e.rows) this.rows.set(row.table + row.key, structuredClone(row));
      this.step({ is: "stored", batch: e.batch });
    }
  }
  fail(): void {
    const [first] = this.waiting.splice(0);
    if (first) this.step({ is: "storeFailed", batch: first.batch, error: new Error("disk full") });
  }
  crash(): void {
    this.boot();
  }
  entries(): Entry[] {
    return this.machine.rows().flatMap((r) => (r.table === "entries" ? [r.value as Entry] : []));
  }
}

const act = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ is: "tap" as const }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant("stored" as const), n: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ is: "fail" as const }) },
  { weight: 1, arbitrary: fc.constant({ is: "crash" as const }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
);

test("whatever the disk does: done taps are there once, with ids without holes; the others are gone", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const d = new SlowDisk(),
        crashed = new Set<number>();
      for (const a of acts) {
        if (a.is === "tap") d.tap();
        if (a.is === "stored") d.stored(a.n);
        if (a.is === "fail") d.fail();
        if (a.is === "crash") {
          for (let n = 1; n <= d.taps; n++) if (!d.done.has(n)) crashed.add(n);
          d.crash();
        }
        if (a.is === "wait") {
          d.now += a.ms;
          d.step({ is: "tick" });
        }
        const shown = new Set([...d.machine.orders()].map((o) => o.id));
        for (let n = 1; n <= d.taps; n++) {
          const said = d.done.get(n);
          if (said) assert.equal(shown.has(`o${n}`), !said.error, `tap ${n} is shown if it is done`);
        }
      }
      d.now += 5000;
      d.step({ is: "tick" });
      d.stored(99);
      const ids = d
        .entries()
        .map((e) => e.mutation.id)
        .sort((a, b) => a - b);
      assert.deepEqual(
        ids,
        ids.map((_, i) => i + 1),
        "ids are 1, 2, 3 …",
      );
      for (let n = 1; n <= d.taps; n++) {
        const there = d.entries().filter((e) => e.mutation.ops[0]!.order === `o${n}`).length;
        if (crashed.has(n)) assert.ok(there <= 1);
        else assert.equal(there, d.done.get(n)!.error ? 0 : 1, `tap ${n}`);
      }
      const found = new Machine({ rows: [...d.rows.values()], token: "x", random: () => 0.5, newId: () => "none" });
      assert.deepEqual([...found.orders()], [...d.machine.orders()], "a restart shows the same");
    }),
    { numRuns: 300 },
  );
});

test("while the disk is broken a tap is refused at once, and what isn't stored isn't sent", () => {
  const s = new MachineFixture();
  s.run("connect");
  s.run("diskfull");
  s.tap({ op: "order.create", order: "o1" }, { op: "line.add", order: "o1", line: "l1", set: { qty: 1 } });
  s.effects = [];
  s.tap({ op: "order.create", order: "o2" }, { op: "line.add", order: "o2", line: "l1", set: { qty: 1 } });
  const done = s.effects.find((e): e is Effect & { is: "done" } => e.is === "done")!;
  assert.equal(done.error!.message, "unsaved");
  assert.deepEqual([...s.machine.orders()], []);
  assert.ok(!s.effects.some((e) => e.is === "send"));
  s.run("diskfine");
  s.effects = [];
  s.run("tick 2s");
  const [store] = s.effects.filter((e): e is Store => e.is === "store");
  assert.ok(store!.all && store!.sync, "everything is written anew");
});

test("a step asks for one batch at most, before everything else", () => {
  const s = new MachineFixture();
  s.run("connect");
  const steps: Effect[][] = [],
    step = s.machine.step.bind(s.machine);
  s.machine.step = (...args) => {
    const effects = step(...args);
    steps.push(effects);
    return effects;
  };
  s.tap({ op: "order.create", order: "o1" }, { op: "line.add", order: "o1", line: "l1", set: { qty: 1 } });
  s.frame(1, { t: "reset", reason: "epoch_changed" });
  s.frame(1, { t: "snapshot", orders: [], more: false, cursor: "e2.1", seq: 1, last_id: 0 });
  s.tick("40s");
  for (const effects of steps) {
    const at = effects.flatMap((e, i) => (e.is === "store" ? [i] : []));
    assert.ok(at.length === 0 || (at.length === 1 && at[0] === 0), JSON.stringify(effects.map((e) => e.is)));
  }
  assert.ok(steps.some((effects) => effects[0]?.is === "store"));
});

test("a new client_id is on disk before it is said", () => {
  const s = new MachineFixture();
  s.run("slow");
  s.step({ is: "tick" });
  const store = s.effects.find((e): e is Store => e.is === "store");
  assert.ok(store ?? s.machine.rows().some((r) => r.key === "client"));
  assert.ok(!s.effects.some((e) => e.is === "dial"), "nothing is dialled before");
});
