// Merging: what becomes of changes and snapshots, in whatever pieces they come.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { empty, mergeChanges, mergeSnapshot, type Pile, type Verdict } from "../src/machine/merge";
import { inboxTable, next } from "../src/machine/phases";
import type { Change, Changes, Order, Snapshot } from "../src/protocol";

const change = (seq: number, more: Partial<Change> = {}): Change => ({ seq, orders: {}, ...more });
const changes = (from: number, to: number, more: Partial<Changes> = {}): Changes => ({
  changes: Array.from({ length: to - from + 1 }, (_, i) => change(from + i)),
  cursor: `e1.${to}`,
  seq: to,
  ...more,
});
const part = (seq: number, more: boolean, cursor = `e1.${seq}`): Changes => ({
  changes: [change(seq, { folded: true, from: 1 })],
  cursor,
  seq,
  more,
});
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
const following: Pile = { is: "following" };
const seqs = (v?: Verdict): number[] | undefined =>
  v?.is === "advance" ? v.changes.changes.map((c) => c.seq) : undefined;

/** Each case is one that the Go client reads too. */
interface Case {
  name: string;
  at: Pile;
  seq: number;
  hole: number;
  changes?: Changes;
  snapshot?: Snapshot;
  then: Pile["is"];
  verdict: string;
  seqs?: number[];
  orders?: string[];
  next?: string;
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL("../../client/internal/machine/testdata/merge.json", import.meta.url), "utf8"),
);
for (const c of cases)
  test(c.name, () => {
    const [pile, verdict] = c.changes ? mergeChanges(c.at, c.seq, c.hole, c.changes) : mergeSnapshot(c.at, c.snapshot!);
    assert.equal(pile.is, c.then);
    assert.equal(verdict?.is ?? "", c.verdict);
    assert.deepEqual(seqs(verdict) ?? [], c.seqs ?? []);
    assert.deepEqual(verdict?.is === "rebase" ? verdict.snapshot.orders.map((o) => o.id) : [], c.orders ?? []);
    assert.equal("next" in pile ? pile.next : "", c.next ?? "");
  });

test("a log that comes in any pieces, some of them twice, advances over each change once", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.tuple(fc.nat(40), fc.nat(8)), { maxLength: 20 }),
      (head, pieces) => {
        let seq = 0,
          pile: Pile = following,
          hole = -1;
        const applied: number[] = [];
        const take = (c: Changes) => {
          const [now, verdict] = mergeChanges(pile, seq, hole, c);
          pile = now;
          if (verdict?.is === "reject") return void (hole = seq);
          for (const { seq: s } of verdict?.is === "advance" ? verdict.changes.changes : [])
            if (s > seq) applied.push(s);
          seq = Math.max(seq, c.seq);
        };
        for (const [from, length] of pieces) {
          const start = Math.min(from, seq) + 1; // a server sends from a position that the till had
          take(changes(start, Math.min(head, start + length)));
        }
        if (seq < head) take(changes(seq + 1, head));
        assert.deepEqual(
          applied,
          Array.from({ length: head }, (_, i) => i + 1),
        );
      },
    ),
  );
});

test("a hole is rejected once at a position; the second time it is the server's", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.integer({ min: 2, max: 9 }), (seq, gap) => {
      const holed = changes(seq + gap, seq + gap + 2);
      const [pile, verdict] = mergeChanges(following, seq, -1, holed);
      assert.deepEqual([pile, verdict], [following, { is: "reject" }]);
      assert.equal(mergeChanges(following, seq, seq, holed)[1]!.is, "advance");
      assert.equal(
        mergeChanges(following, seq, seq - 1, holed)[1]!.is,
        "reject",
        "another place's hole says nothing of this one",
      );
    }),
  );
});

test("a folded answer counts when its last part is here, in as many parts as it likes", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 8 }), (parts) => {
      let pile: Pile = following,
        verdict: Verdict | undefined;
      parts.forEach((seq, i) => {
        const last = i === parts.length - 1;
        [pile, verdict] = mergeChanges(pile, 0, -1, part(seq, !last));
        if (!last) assert.deepEqual([pile.is, verdict], ["folding", undefined], "nothing of it is shown before");
      });
      assert.deepEqual([pile.is, seqs(verdict)], ["following", parts]);
    }),
  );
});

test("the pages of a snapshot are one snapshot, in as many pages as it likes", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.array(
          fc.nat(99).map((n) => order(`o${n}`)),
          { maxLength: 4 },
        ),
        { minLength: 1, maxLength: 6 },
      ),
      (pages) => {
        let pile: Pile = { is: "awaiting" },
          verdict: Verdict | undefined;
        pages.forEach((orders, i) => {
          const more = i < pages.length - 1;
          [pile, verdict] = mergeSnapshot(pile, {
            orders,
            more,
            ...(more ? { page: `p${i}` } : { cursor: "e1.9", seq: 9 }),
          });
          if (more) assert.deepEqual([pile.is, verdict], ["paging", undefined]);
        });
        assert.deepEqual([pile, verdict?.is === "rebase" && verdict.snapshot.orders], [following, pages.flat()]);
      },
    ),
  );
});

test("a pile that is let go of has nothing in it, and the position only if it is still good", () => {
  for (const pile of [
    { is: "awaiting" },
    { is: "paging", orders: [order("o1")], next: "p" },
    following,
    { is: "folding", changes: [change(1)], next: "c" },
  ] as Pile[]) {
    for (const on of ["discard", "forget"] as const) {
      const left = empty(pile, on);
      assert.equal(left.is, next(inboxTable, pile.is, on));
      if (left !== pile) assert.deepEqual(Object.keys(left), ["is"]);
    }
  }
});

test("what comes is never changed: it may be shown, or come again", () => {
  const frozen = <T>(x: T): T => {
    if (x && typeof x === "object") Object.values(Object.freeze(x)).forEach(frozen);
    return x;
  };
  const piles: Pile[] = frozen([
    { is: "awaiting" },
    { is: "paging", orders: [order("o1")], next: "p" },
    following,
    { is: "folding", changes: [change(1)], next: "c" },
  ]);
  for (const pile of piles) {
    for (const c of frozen([changes(1, 3), part(4, true), part(5, false), changes(7, 8)])) mergeChanges(pile, 0, -1, c);
    for (const s of frozen([
      { orders: [order("o2")], more: true },
      { orders: [order("o2")], more: false, cursor: "c", seq: 3 },
    ]))
      mergeSnapshot(pile, s);
  }
});
