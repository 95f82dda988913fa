// Links: what becomes of a socket or stream in each phase, whatever happens to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Effect, Input } from "../src/machine/contract";
import { Carrier, type Connection } from "../src/machine/carrier";
import { linkTable, type LinkEvent, type LinkPhase } from "../src/machine/phases";
import type { Order, ServerFrame } from "../src/protocol";
import { MachineFixture, welcome } from "./machine-fixture";

const session = { conn: 7, since: 1, sent: 2, heard: 3 };
const at: Record<LinkPhase, Connection> = {
  down: { is: "down" },
  dialing: { is: "dialing", conn: 7, since: 1 },
  greeting: { is: "greeting", ...session },
  open: { is: "open", ...session },
  doomed: { is: "doomed", ...session },
};
const phases = Object.keys(linkTable) as LinkPhase[];

for (const phase of phases)
  for (const event of Object.keys(linkTable[phase]) as LinkEvent[]) {
    test(`a carrier that is ${phase}: ${event}`, () => {
      const c = new Carrier("websocket"),
        to = linkTable[phase][event];
      c.at = structuredClone(at[phase]);
      if (to === "impossible") return assert.throws(() => c.enter(event, 10));
      c.enter(event, 10, 7);
      const phaseNow = to === "ignored" ? phase : to;
      assert.equal(c.at.is, phaseNow);
      assert.equal(c.conn, phaseNow === "down" ? 0 : 7);
      assert.equal(c.up, phaseNow === "open" || phaseNow === "doomed");
      assert.equal(!!c.talk, phaseNow !== "down" && phaseNow !== "dialing");
      if (phaseNow === phase) assert.deepEqual(c.at, at[phase], "nothing else changed");
      else if (phaseNow !== "down") assert.equal("since" in c.at && c.at.since, 10, "since when it is so");
      if (c.talk && "heard" in at[phase]) assert.equal(c.talk.heard, 3, "what was heard stays");
    });
  }

type Kind = "websocket" | "sse";
/** brought is a till whose first way (connection 1) is in a phase. */
const brought = (kind: Kind, phase: LinkPhase): MachineFixture => {
  const s = new MachineFixture([kind, "poll"]);
  s.step({ is: "tick" });
  if (phase === "down") s.step({ is: "linkDown", conn: 1, code: 0 });
  if (phase === "greeting" || phase === "open" || phase === "doomed") s.step({ is: "linkUp", conn: 1 });
  if (phase === "open" || phase === "doomed") s.frame(1, welcome());
  if (phase === "doomed") s.frame(1, { t: "reset", reason: "epoch_changed" });
  s.effects = [];
  return s;
};
const is = (s: MachineFixture, what: Effect["is"]) => s.effects.filter((e) => e.is === what).length;
const requests = (s: MachineFixture) => s.effects.filter((e): e is Effect & { is: "request" } => e.is === "request");
/** dialled is when the way is dialled next, in ms from now; undefined: not within two minutes. */
const dialled = (s: MachineFixture): number | undefined => {
  const from = s.now;
  s.effects = [];
  while (s.now < from + 120_000) {
    const pull = s.effects.find((e) => e.is === "request");
    if (pull) s.step({ is: "failed", request: (pull as Effect & { is: "request" }).id });
    if (is(s, "dial")) return s.now - from;
    s.effects = [];
    s.now = Math.max(s.now + 1, s.timer);
    s.step({ is: "tick" });
    if (is(s, "dial")) return s.now - from;
  }
  return undefined;
};

for (const kind of ["websocket", "sse"] as Kind[])
  for (const phase of phases) {
    if (kind === "sse" && phase === "doomed") continue; // a stream carries no pushes
    const up = phase === "open" || phase === "doomed",
      answered = up || phase === "greeting";

    test(`${kind}, ${phase}: the connection ends without a word`, () => {
      const s = brought(kind, phase);
      s.step({ is: "linkDown", conn: 1, code: 0 });
      assert.equal(s.machine.status.transport, "");
      assert.ok(dialled(s)! < 8000, "it is dialled again soon");
    });

    test(`${kind}, ${phase}: close codes say whether to come back`, () => {
      for (const [code, problem] of [
        [4100, "forbidden"],
        [4301, "unauthorized"],
        [4326, "upgrade_required"],
        [4399, "forbidden"],
      ] as const) {
        const s = brought(kind, phase);
        s.step({ is: "linkDown", conn: 1, code });
        if (phase === "down") continue; // of a connection that is gone
        assert.equal(s.machine.status.problem, problem);
        assert.equal(dialled(s), undefined, `${code}: it doesn't come back`);
        s.step({ is: "token", token: "another" });
        assert.equal(is(s, "dial"), 1, "but when somebody acts");
      }
      for (const [code, problem] of [
        [4200, ""],
        [4208, ""],
        [4209, "no_multi_session"],
        [4250, "overloaded"],
      ] as const) {
        const s = brought(kind, phase);
        s.step({ is: "linkDown", conn: 1, code });
        if (phase === "down") continue;
        assert.equal(s.machine.status.problem, problem);
        assert.ok(dialled(s)! >= 500, `${code}: it comes back after a pause`);
      }
    });

    test(`${kind}, ${phase}: another connection's events are passed over`, () => {
      const s = brought(kind, phase),
        before = JSON.stringify(s.machine.status);
      for (const input of [
        { is: "linkUp", conn: 99 },
        { is: "linkDown", conn: 99, code: 4301 },
        { is: "received", conn: 99, frame: { t: "reset", reason: "epoch_changed" } },
        { is: "received", conn: 99 },
      ] as Input[])
        s.step(input);
      assert.equal(JSON.stringify(s.machine.status), before);
      assert.equal(is(s, "hangup") + is(s, "send"), 0);
    });

    test(`${kind}, ${phase}: it says nothing any more`, () => {
      const s = brought(kind, phase);
      if (phase === "down") return;
      const from = s.now;
      while (!is(s, "hangup") && s.now < from + 60_000) {
        s.now = Math.max(s.now + 1, s.timer);
        s.step({ is: "tick" });
      }
      assert.ok(is(s, "hangup"), "it is given up");
      const took = s.now - from,
        most = !answered || !up ? 10_000 : kind === "sse" ? 35_000 : phase === "doomed" ? 35_000 : 8000;
      assert.ok(took <= most, `after ${took} ms`);
      assert.equal(s.machine.status.transport === kind, false);
    });

    test(`${kind}, ${phase}: what comes is no JSON, or no frame`, () => {
      for (const frame of [
        undefined,
        { t: "changes", changes: 3 },
        { t: "welcome" },
        { t: "snapshot", orders: [{}] },
      ] as (ServerFrame | undefined)[]) {
        const s = brought(kind, phase);
        s.step({ is: "received", conn: 1, frame });
        const told = s.effects.some((e) => e.is === "notify" && e.event.is === "unreadable");
        assert.equal(told, answered);
        assert.equal(is(s, "hangup"), answered ? 1 : 0);
        assert.equal(s.machine.status.problem, answered ? "unreadable" : "");
      }
      const s = brought(kind, phase);
      s.step({ is: "received", conn: 1, frame: { t: "of a later version" } as never });
      assert.equal(is(s, "hangup"), 0, "a frame that this version doesn't know is passed over");
    });

    test(`${kind}, ${phase}: the driver says twice that it is open`, () => {
      const s = brought(kind, phase);
      s.step({ is: "linkUp", conn: 1 });
      s.step({ is: "linkUp", conn: 1 });
      const hellos = s.effects.filter((e) => e.is === "send" && e.frame.t === "hello").length;
      assert.equal(hellos, kind === "websocket" && phase === "dialing" ? 1 : 0);
    });

    test(`${kind}, ${phase}: the platform says that the network is back`, () => {
      const s = brought(kind, phase);
      s.step({ is: "retry" });
      assert.equal(is(s, "dial"), phase === "down" ? 1 : 0, "what is under way stays");
      assert.equal(is(s, "hangup"), 0);
    });

    test(`${kind}, ${phase}: the till is moved to another server`, () => {
      const s = brought(kind, phase);
      s.tap({ op: "order.create", order: "o1" }, { op: "line.add", order: "o1", line: "l1", set: { qty: 1 } });
      if (!answered) return;
      if (!up) s.frame(1, welcome());
      s.frame(1, welcome("another"));
      assert.deepEqual(
        s.machine.strandedQueues().map((q) => [q.reason, q.mutations.length]),
        [["other_server", 1]],
      );
      assert.ok(is(s, "hangup"));
      assert.equal(s.machine.status.unsent, 0);
    });
  }

test("a stopped till makes no call, whatever waits", () => {
  const s = new MachineFixture(["poll"]);
  s.step({ is: "tick" });
  s.run('answer -1 {"mode":"snapshot","orders":[],"more":false,"cursor":"e1.10","seq":10}');
  s.tap({ op: "order.create", order: "o1" }, { op: "line.add", order: "o1", line: "l1", set: { qty: 1 } });
  const push = requests(s)
    .filter((e) => e.call.is === "push")
    .at(-1)!;
  s.step({ is: "failed", request: push.id, failure: { code: "unauthorized", message: "" } });
  s.effects = [];
  s.tick("10m");
  assert.equal(is(s, "request"), 0);
  assert.equal(s.machine.status.problem, "unauthorized");
  s.step({ is: "token", token: "another" });
  assert.ok(is(s, "request"));
});

test("a page of a snapshot that was given up is no page of the next", () => {
  const s = new MachineFixture(["websocket", "poll"]);
  s.step({ is: "tick" });
  s.step({ is: "linkDown", conn: 1, code: 0 });
  const order = (id: string): Order => ({
    id,
    number: 1,
    state: "open",
    run: 1,
    rev: 1,
    fields: {},
    payments: [],
    lines: [],
  });
  s.run(`answer -1 ${JSON.stringify({ mode: "snapshot", orders: [order("o1")], more: true, page: "p1" })}`);
  assert.ok(s.effects.some((e) => e.is === "request" && e.call.is === "pull" && e.call.page === "p1"));
  s.step({ is: "failed", request: -2, failure: { code: "overloaded", message: "" } });
  const before = requests(s).length;
  while (requests(s).length === before) {
    s.now = Math.max(s.now + 1, s.timer);
    s.step({ is: "tick" });
  }
  const again = requests(s).at(-1)!;
  assert.equal((again.call as { page?: string }).page, undefined, "it is taken from its first page");
  s.step({
    is: "answered",
    request: again.id,
    answer: { mode: "snapshot", orders: [order("o2")], more: false, cursor: "e1.9", seq: 9 },
  });
  assert.deepEqual(
    [...s.machine.orders()].map((o) => o.id),
    ["o2"],
  );
});

test("the rest of a folded answer that was given up is passed over", () => {
  const s = new MachineFixture(["sse", "poll"]);
  s.step({ is: "tick" });
  s.step({ is: "linkUp", conn: 1 });
  s.frame(1, welcome());
  s.frame(1, { t: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 });
  const folded = (seq: number, id: string, more: boolean) => ({
    mode: "changes" as const,
    cursor: `e1.${seq}`,
    seq,
    more,
    changes: [{ seq, from: 11, folded: true, orders: { [id]: { rev: 1, number: 1, run: 3, state: "open" as const } } }],
  });
  s.tick("5s"); // the stream is quiet: a pull beside it
  s.step({ is: "answered", request: -1, answer: folded(20, "o1", true) });
  s.tick("5s");
  assert.deepEqual(
    s.effects.flatMap((e) => (e.is === "request" && e.call.is === "pull" ? [e.call.cursor] : [])),
    ["e1.10", "e1.20"],
  );
  s.step({ is: "linkDown", conn: 1, code: 0 }); // and with it goes what isn't complete
  s.step({ is: "answered", request: -2, answer: folded(20, "o2", false) });
  assert.deepEqual([...s.machine.orders()], [], "half of a folded answer is never shown");
  assert.equal((s.machine.rows().find((r) => r.key === "at")!.value as { seq: number }).seq, 10);
});

test("a stream that was silent while a push got no answer is opened anew; one that spoke isn't", () => {
  for (const spoke of [false, true]) {
    const s = new MachineFixture(["sse", "poll"]);
    s.step({ is: "tick" });
    s.step({ is: "linkUp", conn: 1 });
    s.frame(1, welcome());
    s.frame(1, { t: "snapshot", orders: [], more: false, cursor: "e1.10", seq: 10 });
    s.tap({ op: "order.create", order: "o1", set: {} }, { op: "line.add", order: "o1", line: "l1", set: { qty: 1 } });
    assert.equal(requests(s).at(-1)!.call.is, "push");
    s.tick("1s");
    if (spoke) s.frame(1, { t: "hb" });
    s.effects = [];
    s.tick("2s");
    assert.equal(is(s, "giveUp"), 1, "no answer for 3 s");
    assert.deepEqual([is(s, "hangup"), is(s, "dial")], spoke ? [0, 0] : [1, 1]);
  }
});
