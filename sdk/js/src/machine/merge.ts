// What becomes of something that came: over a position, one pure function advances it, rebases the queue on a snapshot,
// or rejects what came.
import { inboxTable, next, type InboxPhase } from "./phases";
import type { Change, Changes, Order, Snapshot } from "../protocol";

/** Pile is what came of the server's orders and isn't complete. next: where the rest is pulled; "" is nowhere. */
export type Pile =
  | { is: "awaiting" }
  | { is: "paging"; orders: Order[]; next: string }
  | { is: "following" }
  | { is: "folding"; changes: Change[]; next: string };

/**
 * Verdict is what becomes of it; undefined: nothing yet. reject: something was lost on the way, and must be taken
 * again.
 */
export type Verdict = { is: "advance"; changes: Changes } | { is: "rebase"; snapshot: Snapshot } | { is: "reject" };

/**
 * mergeChanges decides what becomes of changes over a position; hole is where a hole was met last. Unfolded changes
 * come without holes, so one means that something was lost on the way; a second one at the same place is the server's.
 * A folded answer counts as a whole, when its last part is here.
 */
export const mergeChanges = (pile: Pile, seq: number, hole: number, c: Changes): [Pile, Verdict?] => {
  const before = pile.is === "folding" ? pile.changes : undefined;
  const to = next(inboxTable, pile.is, c.more && (before || isFolded(c.changes)) ? "part" : "changes");
  if (to !== "following" && to !== "folding") return [pile]; // a snapshot is on its way
  if (!before && hole !== seq && hasHole(c.changes, seq)) return [pile, { is: "reject" }];
  const changes = before ? [...before, ...c.changes] : c.changes;
  return to === "folding"
    ? [{ is: to, changes, next: c.cursor }]
    : [{ is: to }, { is: "advance", changes: { ...c, changes } }];
};

/** mergeSnapshot decides what becomes of a page of a snapshot. */
export const mergeSnapshot = (pile: Pile, s: Snapshot): [Pile, Verdict?] => {
  const to = next(inboxTable, pile.is, s.more ? "page" : "last_page");
  // it was asked for before the position was found otherwise
  if (pile.is === "following" || pile.is === "folding") return [pile];
  const orders = pile.is === "paging" ? [...pile.orders, ...s.orders] : s.orders;
  return to === "paging"
    ? [{ is: to, orders, next: s.page ?? "" }]
    : [{ is: "following" }, { is: "rebase", snapshot: { ...s, orders } }];
};

/**
 * empty is a pile after what was in it is no good: discard lets go of what isn't complete, forget of the position too.
 */
export const empty = (pile: Pile, on: "discard" | "forget"): Pile => {
  const to = next(inboxTable, pile.is, on) as InboxPhase & ("awaiting" | "following");
  return to === pile.is ? pile : { is: to };
};

export const isFolded = (changes: Change[]): boolean => changes.some((c) => c.folded);

const hasHole = (changes: Change[], seq: number): boolean =>
  changes.some((c) => (!c.folded && c.seq > seq + 1) || void (seq = Math.max(seq, c.seq)));
