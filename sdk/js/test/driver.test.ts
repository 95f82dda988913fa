// The driver's small parts: what is asked once, what is written, what a tab shows, and what is said in words.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import fc from "fast-check";
import { once, writer } from "../src/driver/engine";
import { screen } from "../src/driver/screen";
import { asks } from "../src/driver/tabs";
import { advised, explained, worded } from "../src/driver/texts";
import type { Effect, Row, Standing, Store } from "../src/machine/contract";
import { failure, plan } from "../src/machine/plan";
import { Taken } from "../src/store/indexeddb";
import type { ShownOrder, Status } from "../src/till";
import { coreSchema } from "../src/view/schema";
import type { Op } from "../src/protocol";

const store = (batch: number, rows: Row[], more: Partial<Effect & { is: "store" }> = {}): Effect & { is: "store" } => ({
  is: "store",
  batch,
  rows,
  sync: false,
  ...more,
});
const row = (key: number): Row => ({ table: "entries", key, value: { id: key } });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Writes are what a store was asked to write, each answered by hand. */
const slowStore = () => {
  const writes: { rows: Row[]; sync: boolean; done(e?: Error): void }[] = [];
  const it: Store = {
    load: async () => [],
    close() {},
    write: (rows, sync) =>
      new Promise((resolve, reject) => writes.push({ rows, sync, done: (e) => (e ? reject(e) : resolve()) })),
  };
  return { it, writes };
};

test("writer: what gathers while a write runs is the next one, in order", async () => {
  const { it, writes } = slowStore(),
    told: string[] = [];
  const w = writer(
    it,
    () => [],
    (batch) => told.push(`stored ${batch}`),
    (batch) => told.push(`failed ${batch}`),
    () => told.push("taken"),
  );
  for (const n of [1, 2, 3]) {
    w.save(store(n, [row(n)], { sync: n === 3 }));
    if (n === 1) await turn();
  }
  assert.equal(writes.length, 1);
  writes[0]!.done();
  await turn();
  assert.deepEqual(
    writes[1]!.rows.map((r) => r.key),
    [2, 3],
  );
  assert.equal(writes[1]!.sync, true, "if one must be on disk, all of it must");
  writes[1]!.done();
  await w.idle();
  assert.deepEqual(told, ["stored 1", "stored 3"]);
});

test("writer: behind a write that failed nothing is written, until everything is", async () => {
  const { it, writes } = slowStore(),
    told: string[] = [];
  const more: Row = { table: "meta", key: "tab:a", value: 1 };
  const w = writer(
    it,
    () => [more],
    (batch) => told.push(`stored ${batch}`),
    (batch, e) => told.push(`failed ${batch}: ${e.message}`),
    () => told.push("taken"),
  );
  w.save(store(1, [row(1)]));
  await turn();
  w.save(store(2, [row(2)]));
  writes[0]!.done(new Error("full"));
  await w.idle();
  assert.equal(writes.length, 1, "the second was told to be lost with it");
  w.save(store(3, [row(1), row(2)], { all: true }));
  await turn();
  assert.deepEqual(writes[1]!.rows.slice(-3), [row(1), row(2), more], "with what isn't the machine's");
  assert.deepEqual(
    writes[1]!.rows.slice(0, -3).map((r) => r.key),
    [undefined, undefined, undefined, undefined],
    "and every table is emptied first",
  );
  writes[1]!.done(new Taken("another tab"));
  await w.idle();
  assert.deepEqual(told, ["failed 1: full", "taken"]);
});

test("once: a tap of another tab that is stored is known, with its id, until the tab has its answer", () => {
  const taps = once([{ table: "meta", key: "tab:old", value: { at: 5, ids: { 4: 40 } } }, row(1)], () => 100);
  assert.deepEqual(taps.rows, [row(1)], "the machine sees its own rows only");
  assert.equal(taps.idOf({ tab: "old", n: 4, from: 1 }), 40);
  const tapped = (n: number, from: number, id: number): Effect[] => {
    const effects: Effect[] = [store(n, [row(id)], { sync: true })];
    taps.mark(effects, n, { tab: "a", n, from });
    return effects;
  };
  const [first] = tapped(1, 1, 7) as [Effect & { is: "store" }];
  assert.deepEqual(
    first.rows.map((r) => r.key),
    [7, "tab:a"],
    "in the same transaction",
  );
  tapped(2, 1, 8);
  assert.deepEqual(
    [1, 2].map((n) => taps.idOf({ tab: "a", n, from: 1 })),
    [7, 8],
  );
  tapped(3, 3, 9);
  assert.deepEqual(
    [1, 2, 3].map((n) => taps.idOf({ tab: "a", n, from: 3 })),
    [undefined, undefined, 9],
  );
  taps.unmark({ tab: "a", n: 3, from: 3 });
  assert.equal(taps.idOf({ tab: "a", n: 3, from: 3 }), undefined, "it couldn't be stored after all");
});

test("once: a tap that was refused, or that stored nothing, isn't marked", () => {
  const taps = once([], () => 100),
    whose = { tab: "a", n: 1, from: 1 };
  const refused: Effect[] = [store(1, [row(1)]), { is: "done", tap: 1, id: 0, error: new Error("no") }];
  taps.mark(refused, 1, whose);
  taps.mark([store(2, [{ table: "meta", key: "at", value: 1 }])], 1, whose);
  taps.mark([], 1, whose);
  assert.equal(taps.idOf(whose), undefined);
});

test("once: tabs that are gone for two days are forgotten", () => {
  const day = 86_400_000,
    taps = once(
      [1, 3].map((days): Row => ({ table: "meta", key: `tab:${days}`, value: { at: 5 * day - days * day, ids: {} } })),
      () => 5 * day,
    );
  assert.deepEqual(taps.forget(), [{ table: "meta", key: "tab:3", value: undefined }]);
  assert.deepEqual(
    taps.all().map((r) => r.key),
    ["tab:1"],
  );
});

test("asks: what isn't answered is asked again of whoever leads next, and answered once", async () => {
  const sent: [number, number][] = [];
  const a = asks(
    (_, n, lowest) => sent.push([n, lowest]),
    () => {},
    1000,
  );
  const [first, second] = [a.ask({ is: "rejections" }), a.ask({ is: "strandedQueues" })];
  assert.deepEqual(
    sent,
    [
      [1, 1],
      [2, 1],
    ],
    "with the lowest that has no answer",
  );
  a.answered(1, { value: "x" });
  a.answered(1, { value: "y" });
  assert.equal(await first, "x");
  sent.length = 0;
  a.resend();
  assert.deepEqual(sent, [[2, 2]]);
  a.answered(2, { error: { message: "refused" } });
  await assert.rejects(second, /refused/);
  const third = a.ask({ is: "rejections" });
  a.stop();
  a.giveUp();
  await assert.rejects(third, /was closed/);
});

test("asks: while the oldest has no answer somebody is told, again and again", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let slow = 0;
    const a = asks(
      () => {},
      () => slow++,
      1000,
    );
    a.ask({ is: "rejections" }).catch(() => {});
    mock.timers.tick(999);
    assert.equal(slow, 0);
    mock.timers.tick(1);
    mock.timers.tick(1000);
    assert.equal(slow, 2);
    a.answered(1, { value: 1 });
    mock.timers.tick(5000);
    assert.equal(slow, 2);
    a.stop();
  } finally {
    mock.timers.reset();
  }
});

const order = (id: string, more: Partial<ShownOrder> = {}): ShownOrder => ({
  id,
  number: 1,
  state: "open",
  run: 1,
  rev: 1,
  fields: {},
  payments: [],
  lines: [],
  ...more,
});
const status = (more: Partial<Status> = {}): Status => ({
  transport: "",
  since: 0,
  unsent: 0,
  waiting: 0,
  synced: false,
  tillOpen: false,
  tillKnown: false,
  run: 0,
  problem: "",
  advice: "",
  ...more,
});

test("screen: orders by run and number, new ones last", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), run: fc.nat(2), number: fc.nat(3) }), {
        selector: (o) => o.id,
      }),
      (all) => {
        const s = screen();
        s.apply({ is: "orders", what: all.map((o) => ({ id: o.id, order: order(o.id, o) })) });
        const shown = s.orders();
        assert.equal(shown.length, all.length);
        for (const [i, o] of shown.entries()) {
          const next = shown[i + 1];
          if (!next) continue;
          assert.ok(o.number || !next.number, "what has no number comes behind");
          if (o.number && next.number) assert.ok(o.run < next.run || (o.run === next.run && o.number <= next.number));
        }
        assert.equal(s.orders(), shown, "and the list stays the same while nothing changes");
      },
    ),
  );
});

test("screen: what an order is shown from, and a tap that shows nothing new", () => {
  const s = screen(),
    heard: number[] = [],
    confirmed = order("o1");
  s.on("orders", ([o]) => heard.push(s.unconfirmed(o!.id)?.mutations.length ?? 0));
  const shows = (mutations: number, shown = order("o1", { pending: true })) =>
    s.apply({
      is: "orders",
      what: [
        {
          id: "o1",
          order: shown,
          unconfirmed: {
            confirmed: structuredClone(confirmed),
            mutations: Array.from({ length: mutations }, (_, i) => ({ mutation: { id: i + 1, ops: [] } })),
          },
        },
      ],
    });
  shows(1);
  const was = s.unconfirmed("o1")!;
  shows(2);
  shows(2);
  assert.equal(s.unconfirmed("o1")!.confirmed, was.confirmed, "what was confirmed keeps its identity");
  s.apply({ is: "orders", what: [{ id: "o1", order: order("o1") }] });
  assert.deepEqual(heard, [1, 2, 0]);
});

test("screen: what is the same keeps its identity, over another engine too", () => {
  const s = screen(),
    heard: string[][] = [];
  s.on("orders", (all) => heard.push(all.map((o) => `${o.id}${o.order ? "" : " gone"}`)));
  const lines = [
    { id: "l1", n: 1, fields: { qty: 1 } },
    { id: "l2", n: 2, fields: { qty: 2 } },
  ];
  s.apply({
    is: "orders",
    what: [
      { id: "o1", order: order("o1", { lines }) },
      { id: "o2", order: order("o2") },
    ],
  });
  const before = s.order("o1")!;
  s.replace({ orders: [structuredClone(before), order("o3")], unconfirmed: new Map(), status: status(), present: [] });
  assert.equal(s.order("o1"), before);
  s.apply({
    is: "orders",
    what: [
      { id: "o1", order: structuredClone({ ...before, lines: [lines[0]!, { ...lines[1]!, fields: { qty: 5 } }] }) },
    ],
  });
  assert.equal(s.order("o1")!.lines[0], before.lines[0]);
  assert.notEqual(s.order("o1")!.lines[1], before.lines[1]);
  assert.deepEqual(heard, [["o1", "o2"], ["o3", "o2 gone"], ["o1"]]);
});

test("screen: a listener that throws harms no other, and one that left hears nothing", () => {
  const s = screen(),
    heard: number[] = [],
    thrown: (() => void)[] = [];
  const queue = mock.method(globalThis, "queueMicrotask", (f: () => void) => thrown.push(f));
  const off = s.on("status", () => heard.push(1));
  s.on("status", () => {
    throw new Error("the page's");
  });
  s.on("status", () => heard.push(3));
  s.apply({ is: "status", what: status({ run: 1 }) });
  off();
  s.apply({ is: "status", what: status({ run: 1 }) });
  s.apply({ is: "status", what: status({ run: 2 }) });
  queue.mock.restore();
  assert.deepEqual(heard, [1, 3, 3], "and what is the same isn't told");
  assert.throws(() => thrown[0]!(), /the page's/);
});

test("texts: every problem and every refusal has words that say what to do", () => {
  const { advice: _, ...standing } = status();
  for (const problem of [
    "unauthorized",
    "forbidden",
    "upgrade_required",
    "unreadable",
    "no_multi_session",
    "till_closed",
    "overloaded",
    "read_only",
    "shutting_down",
    "rate_limited",
    "internal",
    "of a later version",
  ]) {
    assert.match(advised({ ...standing, problem } as Standing).advice, /;|go on working/, problem);
  }
  assert.equal(advised(standing as Standing).advice, "");
  assert.match(
    advised({ ...standing, problem: "bad_request", said: "mutations is no list" } as Standing).advice,
    /update .*\(mutations is no list\)/,
  );
  for (const why of ["full", "broken", "forbidden"] as const) {
    const s = advised(standing as Standing, why);
    assert.deepEqual([s.notKept, s.problem], [why, "not_kept"]);
    assert.match(s.advice, /is lost when this page closes/);
    assert.equal(
      advised({ ...standing, problem: "unauthorized" } as Standing, why).problem,
      "unauthorized",
      "a problem with the server is said first",
    );
  }
  const sight = {
    drafts: new Map(),
    orders: new Map([["paid", order("paid", { state: "paid", number: 7 })]]),
    schema: coreSchema,
    seq: 1,
    at: "",
    unsure: false,
    next: 1,
  };
  const add = (o: string, more = {}) => ({ op: "line.add", order: o, line: "l", set: {}, ...more });
  for (const [ops, words] of [
    [[], /nothing to do/],
    [[add("nowhere")], /no order nowhere here; start a new order/],
    [[add("paid")], /order 7 is paid; put this on a new order/],
    [[add("o", { line: "mt:x" })], /begins with mt:/],
    [[{ op: "line.steal", order: "o" }], /is no op/],
    [[add("o", { line: "" })], /ops\[0\]\.line doesn't fit line\.add/],
    [[add("o", { set: { qty: 1e99 } })], /qty must be 0 or of a size/],
    [[{ op: "line.move", order: "o", to: "o", lines: ["l"] }], /must be another order/],
  ] as [unknown[], RegExp][]) {
    assert.throws(
      () => plan(sight, ops as Op[]),
      (e: Error) => {
        const said = explained(e as Error & { code: string; details: unknown[] });
        assert.match(said.message, words);
        return true;
      },
    );
  }
  assert.match(explained(failure("internal", [], "unsaved")).message, /free some space/);
  const others = new Error("not ours");
  assert.equal(explained(others), others);
  assert.match(
    worded({ mutation: { id: 1, ops: [] }, result: { id: 1, status: "rejected", code: "too_large" } }).result.message!,
    /split it/,
  );
});
