// Recovery: a reset in each phase, and a crash after each step of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry, Recovery } from "../src/queue/state";
import type { Mutation, Result } from "../src/protocol";
import { MachineFixture, welcome } from "./machine-fixture";

const tapped = (s: MachineFixture, n: number): void => {
  s.tap({ op: "order.create", order: "o1" }, { op: "line.add", order: "o1", line: "l1", set: { qty: 1 } });
  for (let i = 1; i < n; i++) s.run("inc o1 l1");
};
const row = <T>(s: MachineFixture, key: string): T | undefined =>
  s.machine.rows().find((r) => r.table === "meta" && r.key === key)?.value as T;
const phase = (s: MachineFixture): string => {
  const r = row<Recovery>(s, "recovery");
  return !r ? "none" : r.known ? "settling" : "awaiting";
};
const client = (s: MachineFixture): string => row<string>(s, "client")!;
const ids = (s: MachineFixture): number[] =>
  s.machine
    .rows()
    .flatMap((r) => (r.table === "entries" ? [(r.value as Entry).mutation.id] : []))
    .sort((a, b) => a - b);
const pushes = (s: MachineFixture): Mutation[] =>
  s.effects.flatMap((e) => (e.is === "send" && e.frame.t === "push" ? e.frame.mutations : []));
const lastRef = (s: MachineFixture): number =>
  s.effects.flatMap((e) => (e.is === "send" && e.frame.t === "push" ? [e.frame.ref] : [])).at(-1)!;
const snapshot = (s: MachineFixture, conn: number, last_id: number): void =>
  s.frame(conn, { t: "snapshot", orders: [], more: false, cursor: "e2.5", seq: 5, last_id });
const conn = (s: MachineFixture): number => s.effects.flatMap((e) => (e.is === "dial" ? [e.conn] : [])).at(-1)!;
const back = (s: MachineFixture): void => {
  s.tick("40s");
  s.step({ is: "linkUp", conn: conn(s) });
  s.frame(conn(s), welcome());
};

/**
 * brought has three taps: of the first the server said applied; the rest is on its way. It is in a phase of a recovery.
 */
const brought = (to: string): MachineFixture => {
  const s = new MachineFixture();
  s.run("connect");
  tapped(s, 3);
  s.frame(1, { t: "pushed", ref: lastRef(s), last_id: 1, results: [{ id: 1, status: "applied", seq: 11 }] });
  if (to === "none") return s;
  s.frame(1, { t: "reset", reason: "epoch_changed" });
  if (to === "settling") snapshot(s, 1, 2); // it has ids up to 2, so the second may be decided
  assert.equal(phase(s), to);
  return s;
};

for (const at of ["none", "awaiting", "settling"]) {
  test(`${at}: a backup is restored`, () => {
    for (const reason of ["epoch_changed", "cursor_ahead", "diverged"]) {
      const s = brought(at);
      if (at === "settling") back(s);
      s.frame(conn(s) ?? 1, { t: "reset", reason });
      assert.equal(phase(s), "awaiting");
      assert.equal(row<{ cursor: string }>(s, "at")!.cursor, "", "the position is no good");
      assert.equal(
        s.machine.strandedQueues().length,
        at === "settling" ? 1 : 0,
        "what can't be asked for any more is for a person",
      );
      if (at === "settling")
        assert.deepEqual(
          s.machine.strandedQueues()[0]!.mutations.map((m) => m.id),
          [2],
        );
    }
  });

  test(`${at}: the cursor expired`, () => {
    const s = brought(at);
    if (at === "settling") back(s);
    s.frame(conn(s) ?? 1, { t: "reset", reason: "cursor_expired" });
    assert.equal(phase(s), at, "nothing but a snapshot is needed");
    assert.deepEqual(s.machine.strandedQueues(), []);
    assert.equal(row<{ cursor: string }>(s, "at")!.cursor, "");
  });

  for (const reason of ["other_server", "other_multi_session", "client_taken"])
    test(`${at}: ${reason}`, () => {
      const s = brought(at),
        was = client(s),
        undecided = s.machine.rows().filter((r) => r.table === "entries" && !(r.value as Entry).result).length;
      if (at === "settling") back(s);
      if (reason === "client_taken") s.step({ is: "linkDown", conn: conn(s) ?? 1, code: 4309 });
      else s.frame(conn(s) ?? 1, { t: "reset", reason });
      assert.equal(phase(s), "none");
      assert.notEqual(client(s), was);
      const [queue] = s.machine.strandedQueues();
      assert.deepEqual([queue!.client_id, queue!.reason, queue!.mutations.length], [was, reason, undecided]);
      assert.deepEqual(
        [ids(s), s.machine.status.unsent, [...s.machine.orders()].length],
        [[], 0, 0],
        "nothing of it is mixed in",
      );
      s.effects = [];
      back(s);
      s.frame(conn(s), { t: "snapshot", orders: [], more: false, cursor: "x.1", seq: 1, last_id: 0 });
      tapped(s, 1);
      assert.deepEqual(
        pushes(s).map((m) => m.id),
        [1],
        "ids begin anew",
      );
    });

  test(`${at}: a crash finds it as it was, and goes on`, () => {
    const s = brought(at),
      was = { phase: phase(s), client: client(s), ids: ids(s), shown: [...s.machine.orders()] };
    s.run("crash");
    assert.deepEqual({ phase: phase(s), client: client(s), ids: ids(s), shown: [...s.machine.orders()] }, was);
    s.effects = [];
    back(s);
    if (at === "awaiting") snapshot(s, conn(s), 2);
    if (at !== "none") {
      assert.equal(phase(s), "settling");
      // the server refuses pushes on a doomed link; this one is new
      if (!pushes(s).length) back(s);
      assert.deepEqual(
        pushes(s).map((m) => m.id),
        [2],
        "one by one, up to what the server has",
      );
      s.frame(conn(s), { t: "pushed", ref: lastRef(s), last_id: 2, results: [{ id: 2, status: "duplicate", seq: 4 }] });
      assert.equal(phase(s), "none");
      assert.notEqual(client(s), was.client);
      assert.deepEqual(ids(s), [1], "what the server lacks has a new id");
    }
  });

  test(`${at}: taps go on`, () => {
    const s = brought(at),
      before = ids(s).length;
    s.run("inc o1 l1");
    assert.equal(ids(s).length, before + 1);
    s.tap({ op: "order.create", order: "o2" }, { op: "line.add", order: "o2", line: "l1", set: { qty: 7 } });
    assert.equal(s.machine.order("o2")!.lines[0]!.fields.qty, 7);
    if (at !== "none") {
      s.effects = [];
      s.tick("1s");
      assert.deepEqual(
        pushes(s)
          .map((m) => m.id)
          .filter((id) => id > before),
        [],
        "and wait for the new client_id",
      );
    }
  });

  test(`${at}: the disk fails`, () => {
    const s = brought(at);
    s.run("diskfull");
    s.run("inc o1 l1");
    const before = ids(s);
    s.effects = [];
    s.run("tick 10s");
    assert.equal(phase(s), at, "nothing is ended that isn't on disk");
    s.run("diskfine");
    s.run("tick 3s");
    assert.deepEqual(ids(s).slice(0, before.length), before);
  });
}

/** reused: the server has other mutations 1 and 2. The answer to the third, which was on its way, is the last. */
const reused = (third: Result): MachineFixture => {
  const s = new MachineFixture();
  s.run("connect");
  tapped(s, 3);
  const refuse = (id: number) =>
    s.frame(conn(s) ?? 1, { t: "error", ref: lastRef(s), code: "id_reused", message: "", id });
  refuse(1);
  assert.equal(phase(s), "awaiting");
  s.effects = [];
  back(s);
  s.frame(conn(s), { t: "snapshot", orders: [], more: false, cursor: "e1.12", seq: 12, last_id: 2 });
  assert.equal(phase(s), "settling");
  assert.deepEqual(
    pushes(s).map((m) => m.id),
    [1],
  );
  refuse(1);
  assert.ok((s.machine.rows().find((r) => r.table === "entries" && r.key === 1)!.value as Entry).foreign);
  assert.deepEqual(
    pushes(s).map((m) => m.id),
    [1, 2],
  );
  const applied: Result = { id: 2, status: "duplicate", seq: 11 };
  s.frame(conn(s), { t: "pushed", ref: lastRef(s), last_id: 2, results: [applied] });
  assert.equal(phase(s), "settling", "the third was on its way: it may be decided behind the snapshot");
  assert.deepEqual(
    pushes(s).map((m) => m.id),
    [1, 2, 3],
  );
  s.frame(conn(s), { t: "pushed", ref: lastRef(s), last_id: 3, results: [third] });
  assert.equal(phase(s), "none");
  assert.equal(client(s), "c2");
  return s;
};

test("an id that is another mutation's: a snapshot, the outcomes one by one, and a new client_id for the rest", () => {
  const s = reused({ id: 3, status: "rejected", code: "not_found", order: "o1", message: "" });
  assert.deepEqual(ids(s), [1, 2], "the first, and the third, which lacked it");
  assert.equal(s.machine.order("o1")!.lines[0]!.fields.qty, 2, "the second is in what the server will send");
  const late = reused({ id: 3, status: "duplicate", seq: 13 });
  assert.deepEqual(ids(late), [1], "the third counts once");
});

test("a second refusal of the same kind leads nowhere else", () => {
  const s = brought("settling"),
    before = JSON.stringify(s.machine.rows());
  s.frame(1, { t: "error", ref: 99, code: "id_gap", message: "", expected: 1, got: 3 });
  s.frame(1, { t: "error", code: "internal", message: "" });
  assert.equal(JSON.stringify(s.machine.rows()), before);
});
