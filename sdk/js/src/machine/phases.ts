// A part that takes the same event differently at different times has phases. What is known in a phase stands in its
// type; which phase follows on which event stands in a table below. The Go client's testdata/phases.json has the same
// tables, and a test of each client compares them with it.

/**
 * Table says for each phase and each event which phase follows. An event that is ignored may happen there and changes
 * nothing; one that is impossible doesn't happen there, for the part itself sees to it.
 */
export type Table<P extends string, E extends string> = Record<P, Record<E, P | "ignored" | "impossible">>;

/** next is the phase that follows. */
export const next = <P extends string, E extends string>(table: Table<P, E>, at: P, on: E): P => {
  const to = table[at][on];
  if (to === "impossible") throw new Error(`${on} can't happen while ${at}`);
  return to === "ignored" ? at : (to as P);
};

/**
 * A socket or stream: greeting once hello was sent, open once welcome came, doomed once every push on it is refused.
 */
export type LinkPhase = "down" | "dialing" | "greeting" | "open" | "doomed";
/** end: it was hung up here, or closed there. */
export type LinkEvent = "dial" | "up" | "welcome" | "doom" | "end";
export const linkTable: Table<LinkPhase, LinkEvent> = {
  down: { dial: "dialing", up: "ignored", welcome: "ignored", doom: "ignored", end: "ignored" },
  dialing: { dial: "impossible", up: "greeting", welcome: "ignored", doom: "ignored", end: "down" },
  greeting: { dial: "impossible", up: "ignored", welcome: "open", doom: "doomed", end: "down" },
  open: { dial: "impossible", up: "ignored", welcome: "open", doom: "doomed", end: "down" },
  doomed: { dial: "impossible", up: "ignored", welcome: "doomed", doom: "doomed", end: "down" },
};

/** The disk: broken once a batch failed, so that the next is everything. */
export type DiskPhase = "fine" | "broken";
/** repair: it is time to try again. */
export type DiskEvent = "save" | "stored" | "failed" | "repair";
export const diskTable: Table<DiskPhase, DiskEvent> = {
  fine: { save: "fine", stored: "fine", failed: "broken", repair: "ignored" },
  broken: { save: "ignored", stored: "ignored", failed: "broken", repair: "fine" },
};

/**
 * What comes of the server's orders: nothing of an awaited snapshot is here, or some pages; then the position is known
 * (following), and some parts of a folded answer may be here.
 */
export type InboxPhase = "awaiting" | "paging" | "following" | "folding";
/** part: of a folded answer that goes on; discard: what isn't complete won't be; forget: the position is no good. */
export type InboxEvent = "page" | "last_page" | "part" | "changes" | "discard" | "forget";
export const inboxTable: Table<InboxPhase, InboxEvent> = {
  awaiting: {
    page: "paging",
    last_page: "following",
    part: "ignored",
    changes: "ignored",
    discard: "ignored",
    forget: "ignored",
  },
  paging: {
    page: "paging",
    last_page: "following",
    part: "ignored",
    changes: "ignored",
    discard: "awaiting",
    forget: "awaiting",
  },
  following: {
    page: "ignored",
    last_page: "ignored",
    part: "folding",
    changes: "following",
    discard: "ignored",
    forget: "awaiting",
  },
  folding: {
    page: "ignored",
    last_page: "ignored",
    part: "folding",
    changes: "following",
    discard: "following",
    forget: "awaiting",
  },
};

/**
 * What a reset leads to: a snapshot is awaited, which tells the last id that the server has; then the outcomes up to it
 * are asked for, one by one.
 */
export type RecoveryPhase = "none" | "awaiting" | "settling";
/**
 * history_lost: the server's history is another. ids_reused: it knows an id as another mutation. ids_lost: it knows
 * other ids than this till, up to one that is known. stranded: the queue belongs elsewhere.
 */
export type RecoveryEvent = "history_lost" | "ids_reused" | "ids_lost" | "snapshot" | "settled" | "stranded";
export const recoveryTable: Table<RecoveryPhase, RecoveryEvent> = {
  none: {
    history_lost: "awaiting",
    ids_reused: "awaiting",
    ids_lost: "settling",
    snapshot: "ignored",
    settled: "impossible",
    stranded: "ignored",
  },
  awaiting: {
    history_lost: "awaiting",
    ids_reused: "ignored",
    ids_lost: "ignored",
    snapshot: "settling",
    settled: "impossible",
    stranded: "none",
  },
  settling: {
    history_lost: "awaiting",
    ids_reused: "ignored",
    ids_lost: "ignored",
    snapshot: "ignored",
    settled: "none",
    stranded: "none",
  },
};

/**
 * A mutation in the queue: foreign, if the server knows another by its id; waiting for another till's order or line.
 */
export type EntryPhase = "queued" | "foreign" | "waiting" | "applied" | "rejected";
/** missing: refused, for the order or line isn't there yet. brought: what it waits for is here. */
export type EntryEvent = "applied" | "refused" | "missing" | "reused" | "brought";
export const entryTable: Table<EntryPhase, EntryEvent> = {
  queued: { applied: "applied", refused: "rejected", missing: "waiting", reused: "foreign", brought: "ignored" },
  foreign: { applied: "applied", refused: "rejected", missing: "waiting", reused: "ignored", brought: "ignored" },
  waiting: { applied: "applied", refused: "rejected", missing: "ignored", reused: "ignored", brought: "queued" },
  applied: { applied: "applied", refused: "rejected", missing: "rejected", reused: "ignored", brought: "ignored" },
  rejected: { applied: "applied", refused: "rejected", missing: "rejected", reused: "ignored", brought: "ignored" },
};
