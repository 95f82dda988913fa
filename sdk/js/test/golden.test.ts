// The golden files of the protocol (testdata/protocol) as this client's input: every frame, answer, result, change and
// failure there is fed to a machine, and what it shows and keeps is asserted.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type {
  Change,
  Fields,
  Mutation,
  Order,
  Presence,
  Problem,
  PullResponse,
  PushResponse,
  ServerFrame,
} from "../src/protocol";
import { advised } from "../src/driver/texts";
import type { PullCall, Told } from "../src/machine/contract";
import { MachineFixture, metaOf, toldOf } from "./machine-fixture";

const dir = new URL("../../../testdata/protocol/", import.meta.url);
interface Golden {
  name: string;
  as?: string;
  request?: { method: string; path: string; body?: unknown };
  response?: { status: number; body?: { mode?: string; code?: string } };
  frames?: { as: string; send?: { t: string; cursor?: string }; receive?: unknown; close?: number }[];
  events?: { event?: string; id?: string; data?: unknown }[];
}
const files = readdirSync(dir)
  .filter((f) => f.endsWith(".json"))
  .map((f) => JSON.parse(readFileSync(new URL(f, dir), "utf8")) as Golden);
const seqOf = (cursor: string): number => +/\d+$/.exec(cursor)![0];

/**
 * at is a till that polls, with a position and (for pushes) a queue whose entries up to the first pushed one are known.
 */
const at = (cursor: string, transports: MachineFixture["transports"] = ["poll"]): MachineFixture => {
  const s = new MachineFixture(transports);
  s.store.put(
    [
      { table: "meta", key: "client", value: "client-bar" },
      { table: "meta", key: "at", value: { cursor, seq: cursor && seqOf(cursor), decided: 0 } },
    ],
    true,
  );
  s.start();
  return s;
};
const queue = (s: MachineFixture, mutations: Mutation[]): void => {
  s.store.put(
    mutations.map((mutation) => ({ table: "entries", key: mutation.id, value: { mutation } })),
    true,
  );
  s.start();
};
const notices = <E extends Told["is"]>(s: MachineFixture, is: E) => toldOf(s.effects, is);
const requests = (s: MachineFixture, is: string) =>
  s.effects.flatMap((e) => (e.is === "request" && e.call.is === is ? [e] : []));

const merged = (was: Fields, set: Fields = {}): Fields =>
  Object.fromEntries(Object.entries({ ...was, ...set }).filter(([, v]) => v !== null));

/** after is an order with changes merged into it as the protocol says, written again here for the comparison. */
const after = (orders: Map<string, Order>, changes: Change[]): Map<string, Order> => {
  for (const c of changes)
    for (const [id, d] of Object.entries(c.orders)) {
      if (!orders.has(id) && d.state !== "open") continue;
      const o = structuredClone(orders.get(id) ?? ({ id, fields: {}, payments: [], lines: [] } as unknown as Order));
      Object.assign(o, { rev: d.rev, number: d.number, run: d.run, state: d.state }, d.needs && { needs: d.needs }, {
        fields: merged(o.fields, d.set),
      });
      for (const [line, l] of Object.entries(d.lines ?? {})) {
        const was = o.lines.find((x) => x.id === line);
        o.lines = o.lines.filter((x) => x.id !== line);
        if (!l.removed && !l.moved_to) o.lines.push({ id: line, n: l.n, fields: merged(was?.fields ?? {}, l.set) });
      }
      o.lines.sort((a, b) => a.n - b.n);
      for (const p of d.payments ?? []) o.payments = [...o.payments.filter((x) => x.id !== p.id), p];
      orders.set(id, o);
    }
  return orders;
};
const shows = (s: MachineFixture, orders: Map<string, Order>): void =>
  assert.deepEqual(new Map([...s.machine.orders()].map((o) => [o.id, o])), new Map(orders));

/** holding has the orders that changes from a position on speak of, so that nothing is passed over. */
const holding = (s: MachineFixture, changes: Change[]): Map<string, Order> => {
  const orders = new Map<string, Order>();
  for (const c of changes)
    for (const [id, d] of Object.entries(c.orders)) {
      if (d.rev > 1)
        orders.set(id, {
          id,
          number: d.number,
          state: "open",
          run: d.run,
          rev: d.rev - 1,
          fields: {},
          payments: [],
          lines: [],
        });
    }
  s.store.put(
    [...orders].map(([key, value]) => ({ table: "orders", key, value })),
    true,
  );
  s.start();
  return structuredClone(orders);
};

const played = new Set<string>();
const each = (name: string, which: (g: Golden) => unknown, play: (g: Golden) => void): void => {
  const found = files.filter(which);
  assert.ok(found.length, name);
  for (const g of found) {
    played.add(g.name);
    test(`${name}: ${g.name}`, () => play(g));
  }
};
const isPull = (g: Golden) => g.request?.path.startsWith("/v1/pull") && g.response?.status === 200;
const isPush = (g: Golden) => g.request?.path === "/v1/push" && g.response?.status === 200;

each(
  "changes",
  (g) => isPull(g) && g.response!.body!.mode === "changes",
  (g) => {
    const answer = g.response!.body as PullResponse & { mode: "changes" };
    const from = /cursor=([^&]*)/.exec(g.request!.path)?.[1] ?? "cursor-0",
      s = at(from);
    const orders = holding(s, answer.changes);
    s.step({ is: "tick" });
    s.step({ is: "answered", request: requests(s, "pull")[0]!.id, answer });
    shows(s, answer.more && answer.changes.some((c) => c.folded) ? orders : after(orders, answer.changes));
    const next = requests(s, "pull")[1]!.call;
    assert.equal("cursor" in next && next.cursor, answer.cursor);
  },
);

each(
  "snapshot",
  (g) => isPull(g) && g.response!.body!.mode === "snapshot",
  (g) => {
    const answer = g.response!.body as PullResponse & { mode: "snapshot" },
      s = at("");
    s.step({ is: "tick" });
    s.step({ is: "answered", request: requests(s, "pull")[0]!.id, answer });
    const next = requests(s, "pull")[1]!.call as PullCall;
    shows(s, new Map(answer.more ? [] : answer.orders.map((o) => [o.id, o])));
    assert.deepEqual([next.page, next.cursor], answer.more ? [answer.page, undefined] : [undefined, answer.cursor]);
  },
);

each("push", isPush, (g) => {
  const { mutations, cursor } = g.request!.body as { mutations: Mutation[]; cursor: string },
    answer = g.response!.body as PushResponse;
  const s = at(cursor),
    orders = holding(s, answer.changes);
  queue(s, mutations);
  s.step({ is: "tick" });
  const pull = requests(s, "pull")[0]!;
  s.step({ is: "answered", request: pull.id, answer: { mode: "changes", changes: [], cursor, seq: seqOf(cursor) } });
  const push = requests(s, "push")[0];
  assert.equal(!!push, mutations.length > 0);
  if (!push) return;
  assert.deepEqual("mutations" in push.call && push.call.mutations, mutations);
  s.step({ is: "answered", request: push.id, answer });
  assert.equal(s.machine.status.unsent, 0);
  const refused = answer.results.filter((r) => r.code);
  assert.deepEqual(
    notices(s, "rejected").map((r) => r.result),
    refused,
  );
  assert.deepEqual(
    s.machine.rejections().map((r) => r.result),
    refused,
  );
  assert.deepEqual(
    notices(s, "ignored"),
    answer.results.filter((r) => r.ignored).map((r) => ({ id: r.id, fields: r.ignored, why: r.why })),
  );
  shows(s, after(orders, answer.changes));
});

const closing: Record<string, string> = {
  unauthorized: "unauthorized",
  forbidden: "forbidden",
  upgrade_required: "upgrade_required",
  no_multi_session: "no_multi_session",
  rate_limited: "rate_limited",
  read_only: "read_only",
  overloaded: "overloaded",
  shutting_down: "shutting_down",
  internal: "internal",
  till_closed: "till_closed",
  bad_request: "bad_request",
};
each(
  "failure",
  (g) => g.name.startsWith("error-") && g.response?.body?.code,
  (g) => {
    const failure = g.response!.body as Problem,
      s = at("cursor-5");
    queue(s, [
      {
        id: 1,
        ops: [
          { op: "order.create", order: "o1" },
          { op: "line.add", order: "o1", line: "l1", set: {} },
        ],
      },
      { id: 2, ops: [{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 }] },
    ]);
    s.step({ is: "tick" });
    s.step({
      is: "answered",
      request: requests(s, "pull")[0]!.id,
      answer: { mode: "changes", changes: [], cursor: "cursor-5", seq: 5 },
    });
    const push = requests(s, "push")[0]!,
      made = s.effects.length;
    s.step({ is: "failed", request: push.id, failure });
    const meta = metaOf(s.machine.rows());
    const queued = s.machine.rows().filter((r) => r.table === "entries").length;
    const more = s.effects.slice(made);
    if (failure.code === "client_taken" || failure.reason?.startsWith("other_")) {
      assert.equal(notices(s, "stranded")[0]!.mutations.length, 2);
      assert.notEqual(meta.client, "client-bar");
      assert.equal(queued, 0);
      return;
    }
    assert.equal(queued, 2, "the queue is kept");
    if (failure.code === "reset_required") {
      assert.equal(meta.at.cursor, "");
      assert.equal(meta.recovery?.reason, failure.reason === "cursor_expired" ? undefined : failure.reason);
    } else if (failure.code === "id_reused") assert.equal(meta.recovery?.reason, "id_reused");
    else if (failure.code === "too_large" || failure.code === "id_gap") {
      const again = more.flatMap((e) => (e.is === "request" && e.call.is === "push" ? [e.call] : []))[0]!;
      assert.deepEqual(
        again.mutations.map((m) => m.id),
        failure.code === "too_large" ? [1] : [1, 2],
      );
    } else if (closing[failure.code]) {
      assert.equal(s.machine.status.problem, closing[failure.code]);
      assert.ok(advised(s.machine.status).advice);
      assert.ok(!more.some((e) => e.is === "request" && e.call.is === "push"), "it waits");
      if (failure.retry_after_ms) assert.equal(s.timer, s.now + Math.min(failure.retry_after_ms, 75_000));
    } else assert.ok(["not_found", "conflict", "till_open"].includes(failure.code), failure.code);
  },
);

/** A socket or a stream, as one of the tills sees it. */
const link = (kind: "websocket" | "sse", frames: ServerFrame[], cursor = ""): void => {
  const s = at(cursor.startsWith("cursor-") && /\d$/.test(cursor) ? cursor : "", [kind]),
    orders = new Map<string, Order>();
  s.step({ is: "tick" });
  s.step({ is: "linkUp", conn: 1 });
  const here = new Map<string, Presence>(),
    present = (): void =>
      assert.deepEqual(
        [...s.machine.present].map(({ conn, pos, user, order }) => ({ conn, pos, user, order })),
        [...here.values()],
      );
  for (const f of frames) {
    const taken = f.t === "reset" && f.reason !== "cursor_expired";
    s.frame(1, f);
    if (taken) {
      const dropped = s.effects.some((e) => e.is === "hangup");
      assert.equal(dropped, f.reason.startsWith("other_"), "what belongs elsewhere ends here");
      if (dropped) return;
    }
    if (f.t === "welcome") {
      assert.deepEqual(
        [
          s.machine.status.transport,
          s.machine.status.pos,
          s.machine.status.run,
          s.machine.status.tillOpen,
          s.machine.status.extensionsEtag,
        ],
        [kind, f.pos, f.run, f.till_open, f.extensions_etag],
      );
      assert.deepEqual(s.machine.status.multiSession, f.multi_session);
      for (const p of f.present) here.set(p.conn, p);
      present();
    }
    if (f.t === "snapshot") for (const o of f.orders) orders.set(o.id, o);
    if (f.t === "changes") after(orders, f.changes);
    if (f.t === "till") assert.deepEqual([s.machine.status.tillOpen, s.machine.status.run], [f.open, f.run]);
    if (f.t === "presence") {
      const { t, ...p } = f;
      here.delete(p.conn);
      if (p.order !== null) here.set(p.conn, p);
      present();
    }
    if (f.t === "error") {
      const client = s.machine.rows().find((r) => r.table === "meta" && r.key === "client")!.value;
      assert.ok(
        f.code === "client_taken"
          ? client !== "client-bar"
          : s.machine.status.problem === f.code || f.ref !== undefined,
        "told",
      );
    }
  }
  shows(s, orders);
};
each(
  "socket",
  (g) => g.frames,
  (g) => {
    for (const till of new Set(g.frames!.map((f) => f.as).filter(Boolean))) {
      const own = g.frames!.filter((f) => f.as === till);
      link(
        "websocket",
        own.flatMap((f) => (f.receive ? [f.receive as ServerFrame] : [])),
        own.find((f) => f.send?.t === "hello")?.send?.cursor,
      );
      for (const { close } of own)
        if (close) {
          const s = at("");
          s.transports = ["websocket"];
          s.start();
          s.step({ is: "tick" });
          s.step({ is: "linkUp", conn: 1 });
          s.step({ is: "linkDown", conn: 1, code: close });
          s.tick("1s");
          const again = s.effects.filter((e) => e.is === "dial").length > 1;
          assert.equal(again, Math.floor(close / 100) === 42 || close === 4309 || close < 4000, `close ${close}`);
        }
    }
  },
);
each(
  "stream",
  (g) => g.events,
  (g) =>
    link(
      "sse",
      g.events!.flatMap((e) => (e.data ? [e.data as ServerFrame] : [])),
    ),
);

test("every golden file that a till's machine can meet was played", () => {
  const rest = files
    .map((g) => g.name)
    .filter((n) => !played.has(n) && !/^(admin-|catalogue|info|order|orders|schema|ticket|till-)/.test(n));
  assert.deepEqual(rest, []);
});
