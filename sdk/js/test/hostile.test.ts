// Whatever comes, in whatever order: the machine never throws, loses no tap that is done, and asks to be stepped again.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Input } from "../src/machine/contract";
import type { Entry } from "../src/queue/state";
import { MachineFixture, welcome } from "./machine-fixture";

const id = fc.constantFrom("o1", "o2", "l1", "__proto__", "constructor");
const seq = fc.nat(30),
  mutation = fc.integer({ min: 1, max: 6 });
const cursor = fc.tuple(fc.constantFrom("e1", "e2"), seq).map(([e, n]) => `${e}.${n}`);
const state = fc.constantFrom("open", "paid", "cancelled");
const orderChange = fc.record({
  rev: fc.integer({ min: 1, max: 9 }),
  number: fc.nat(9),
  run: fc.constant(3),
  state,
  lines: fc.option(
    fc.dictionary(id, fc.record({ n: fc.nat(5), set: fc.constantFrom({}, { qty: 2 }), removed: fc.boolean() })),
  ),
});
const change = fc.record({
  seq: fc.integer({ min: 1, max: 30 }),
  folded: fc.constantFrom(undefined, true),
  from: fc.constant(1),
  client_id: fc.constantFrom(undefined, "c1", "other"),
  id: fc.option(mutation, { nil: undefined }),
  orders: fc.dictionary(id, orderChange, { maxKeys: 2 }),
});
const order = fc.record({
  id,
  number: fc.nat(9),
  state: fc.constant("open"),
  run: fc.constant(3),
  rev: fc.constant(1),
  fields: fc.constant({}),
  payments: fc.constant([]),
  lines: fc.constantFrom([], [{ id: "l1", n: 1, fields: { qty: 1 } }]),
});
const result = fc.record({
  id: mutation,
  status: fc.constantFrom("applied", "duplicate", "rejected"),
  seq: fc.option(seq, { nil: undefined }),
  code: fc.constantFrom(undefined, "gone", "not_found", "order_closed"),
  order: fc.constantFrom(undefined, "o1"),
});
const changes = fc.record({
  changes: fc.array(change, { maxLength: 3 }),
  cursor,
  seq,
  more: fc.boolean(),
  last_id: fc.nat(8),
});
const snapshot = fc.record({
  orders: fc.array(order, { maxLength: 2 }),
  more: fc.boolean(),
  page: fc.constantFrom(undefined, "p1"),
  cursor,
  seq,
  last_id: fc.nat(8),
});
const code = fc.constantFrom(
  "bad_request",
  "unauthorized",
  "forbidden",
  "till_closed",
  "no_multi_session",
  "client_taken",
  "id_gap",
  "reset_required",
  "too_large",
  "id_reused",
  "upgrade_required",
  "rate_limited",
  "overloaded",
  "internal",
  "of a later version",
);
const reason = fc.constantFrom(
  "other_server",
  "other_multi_session",
  "epoch_changed",
  "cursor_ahead",
  "diverged",
  "cursor_expired",
);
const failure = fc.record({
  code,
  message: fc.constant(""),
  reason,
  expected: fc.nat(8),
  retry_after_ms: fc.constantFrom(undefined, 10, 5000),
});
const ref = fc.integer({ min: -6, max: 12 });

const frame: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(welcome(), welcome("s2"), welcome("s1", "m2")),
  changes.map((c) => ({ t: "changes", ...c })),
  snapshot.map((s) => ({ t: "snapshot", ...s })),
  fc.record({ t: fc.constant("pushed"), ref, last_id: fc.nat(8), results: fc.array(result, { maxLength: 3 }) }),
  fc.record({
    t: fc.constant("till"),
    open: fc.boolean(),
    run: fc.constant(3),
    multi_session: fc.constantFrom(null, { id: "m1", name: "M" }),
  }),
  fc.record({ t: fc.constant("reset"), reason }),
  failure.chain((f) => ref.map((r) => ({ t: "error", ref: r, ...f }))),
  fc.record({ t: fc.constant("presence"), conn: fc.constantFrom("a", "b"), order: fc.constantFrom(null, "o1") }),
  fc.constantFrom({ t: "hb" }, { t: "extensions", extensions_etag: "e" }, { t: "catalogue", catalogue_etag: "c" }),
  fc.anything(),
);
const conn = fc.integer({ min: 0, max: 8 });
const op = fc.constantFrom(
  [
    { op: "order.create", order: "o1" },
    { op: "line.add", order: "o1", line: "l1", set: { qty: 1 } },
  ],
  [{ op: "order.create", order: "o2" }],
  [{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 }],
  [{ op: "order.pay", order: "o1", payment: { id: "p1", method: "cash", amount: 1 } }],
  [{ op: "order.close", order: "o1", state: "paid" }],
  [{ op: "order.set", order: "o2", set: { partner_id: 1 } }],
  [],
);
const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 4, arbitrary: op.map((ops) => ({ is: "tap", n: 1, ops }) as unknown as Input) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant("linkUp" as const), conn }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("linkDown" as const),
      conn,
      code: fc.constantFrom(0, 1006, 4100, 4208, 4209, 4250, 4301, 4309, 4326),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({ is: fc.constant("received" as const), conn, frame }) as fc.Arbitrary<Input>,
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant("answered" as const),
      request: ref,
      answer: fc.oneof(
        changes.map((c) => ({ mode: "changes", ...c })),
        snapshot.map((s) => ({ mode: "snapshot", ...s })),
        changes.map((c) => ({ head: 0, results: [], ...c })),
        fc.anything(),
      ),
    }) as fc.Arbitrary<Input>,
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant("failed" as const),
      request: ref,
      failure: fc.option(failure, { nil: undefined }),
      status: fc.constantFrom(undefined, 502, 504),
    }) as fc.Arbitrary<Input>,
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Input>(
      { is: "retry" },
      { is: "token", token: "t" },
      { is: "seen", hidden: true },
      { is: "seen", hidden: false },
      { is: "begun", request: -1 },
      { is: "look", order: "o1" },
      { is: "forget", order: "o1" },
      { is: "user", user: null },
    ),
  },
);
type Act = { is: "input"; input: Input } | { is: "wait"; ms: number } | { is: "disk"; full: boolean } | { is: "crash" };
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 12, arbitrary: input.map((i) => ({ is: "input" as const, input: i })) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 40_000 }).map((ms) => ({ is: "wait" as const, ms })) },
  { weight: 1, arbitrary: fc.boolean().map((full) => ({ is: "disk" as const, full })) },
  { weight: 1, arbitrary: fc.constant({ is: "crash" as const }) },
);

for (const transports of [["websocket", "sse", "poll"], ["websocket", "poll"], ["sse", "poll"], ["poll"]] as const) {
  test(`over ${transports.join(", ")}`, () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 70 }), (acts) => {
        const s = new MachineFixture([...transports]);
        for (const a of acts) {
          const before = s.effects.length;
          if (a.is === "input") s.step(structuredClone(a.input));
          else if (a.is === "disk") s.store.fails = a.full;
          else if (a.is === "crash") s.run("crash");
          else {
            s.now += a.ms;
            s.step({ is: "tick" });
          }
          for (const e of s.effects.slice(before))
            assert.ok(e.is !== "send" || e.conn > 0, "a frame is sent over a connection");
          if (a.is !== "disk" && a.is !== "crash")
            assert.ok(
              s.timer > s.now - 1 && s.timer <= s.now + 3_600_000,
              `the next step is due at ${s.timer - s.now} ms`,
            );
          const { unsent, waiting } = s.machine.status,
            rows = s.machine.rows().flatMap((r) => (r.table === "entries" ? [r.value as Entry] : []));
          if (a.is !== "crash")
            assert.deepEqual(
              [unsent, waiting],
              [rows.filter((e) => !e.result).length, rows.filter((e) => e.waiting).length],
            );
          const dials = s.effects.slice(before).filter((e) => e.is === "dial").length;
          assert.ok(dials <= 2, "one connection of a kind at a time");
        }
        s.store.fails = false;
        s.now += 10_000;
        s.step({ is: "tick" });
        const shown = (): string => JSON.stringify([...s.machine.orders()].sort((x, y) => (x.id < y.id ? -1 : 1)));
        const undecided = (): number[] =>
          s.machine
            .rows()
            .flatMap((r) => (r.table === "entries" && !(r.value as Entry).result ? [r.key as number] : []));
        const before = shown(),
          queue = undecided(),
          restarted = s.store.clone();
        s.run("crash"); // what the server said last may be gone: it says it again
        const left = new Set(undecided());
        assert.deepEqual(
          queue.filter((id) => !left.has(id)),
          [],
          "a crash loses no mutation without an outcome",
        );
        s.store = restarted;
        s.start();
        assert.equal(shown(), before, "a restart shows the same");
      }),
      { numRuns: 250 },
    );
  });
}
