import { indexedDBStore, removeDB } from "../store/indexeddb";
import type { MachineConfig, Input, Effect, Row, Standing, Store } from "../machine/contract";
import type { StrandedQueue, Rejected, ShownOrder, Unconfirmed } from "../till";
import type { Presence } from "../protocol";

/** What the driver needs of a machine. */
export interface MachineLike {
  step(now: number, inputs: Input[]): Effect[];
  orders(): Iterable<ShownOrder>;
  unconfirmed(): Map<string, Unconfirmed>;
  readonly status: Standing;
  readonly present: Presence[];
  strandedQueues(): StrandedQueue[];
  rejections(): Rejected[];
}

/** Host is what a tab has of its browser; tests have others. */
export interface Host {
  machine: (config: MachineConfig) => MachineLike;
  fetch: typeof fetch;
  WebSocket?: typeof WebSocket;
  EventSource?: typeof EventSource;
  /** Missing on plain http. */
  locks?: Pick<LockManager, "request">;
  channel?: (name: string) => BroadcastChannel;
  /** Queues by name. */
  store: (name: string, heal?: boolean) => Store;
  removeStore: (name: string) => Promise<unknown>;
  local?: Storage;
  session?: Storage;
  visible: () => boolean;
  /** Resolves when the page has drawn what it was told, or a moment later where it draws nothing. Missing where there is no page. */
  drawn?: () => Promise<void>;
  /** How long, in ms, a visible tab waits for another's answer; a third of it for any word. */
  patience: number;
  /** Calls back when the network may be back, when the tab is shown or hidden, and when the page goes away. */
  listen: (what: "online" | "visibilitychange" | "pagehide", then: () => void) => () => void;
}

// Access throws where the user forbids storage.
const allowed = <T>(get: () => T): T | undefined => {
  try {
    return get();
  } catch {
    return undefined;
  }
};

export function browser(machine: Host["machine"]): Host {
  const g = globalThis as Partial<typeof globalThis>;
  return {
    machine,
    fetch: (...call) => fetch(...call),
    WebSocket: g.WebSocket,
    EventSource: g.EventSource,
    locks: g.navigator?.locks,
    channel: g.BroadcastChannel && ((name) => new BroadcastChannel(name)),
    store: indexedDBStore,
    removeStore: removeDB,
    local: allowed(() => g.localStorage),
    session: allowed(() => g.sessionStorage),
    visible: () => g.document?.visibilityState !== "hidden",
    drawn: g.requestAnimationFrame && (() => drawn(g.requestAnimationFrame!)),
    patience: 10_000,
    listen(what, then) {
      const from = (what === "visibilitychange" ? g.document : g.addEventListener && globalThis) as
        | EventTarget
        | undefined;
      from?.addEventListener(what, then);
      return () => from?.removeEventListener(what, then);
    },
  };
}

/** ms that a frame may take; a page that nobody sees has none. */
const frameAtMost = 100;
const drawn = (atFrame: typeof requestAnimationFrame) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, frameAtMost);
    atFrame(() => setTimeout(resolve));
  });

export type { Row };
