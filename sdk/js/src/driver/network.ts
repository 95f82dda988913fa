import type { Input, PullCall, PushCall } from "../machine/contract";
import type { ClientFrame, Problem, PullResponse, PushResponse, ServerFrame, TicketResponse } from "../protocol";
import type { Host } from "./host";

/** Refused: the server answered, with a problem of docs/protocol.md, "Errors". */
export class Refused extends Error implements Problem {
  declare code: string;
  constructor(problem: Problem) {
    super(problem.message);
    Object.assign(this, problem);
  }
}

export interface Network {
  /** The token to use from now on. */
  token: string;
  /** Calls and gives the JSON of the answer; throws Refused, or another Error if the server couldn't be reached. */
  call<T>(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
    abort?: AbortController,
    begun?: () => void,
  ): Promise<T>;
  request(id: number, call: PushCall | PullCall): Promise<void>;
  giveUp(id: number): void;
  dial(conn: number, kind: "websocket" | "sse", client: string, cursor?: string): void;
  send(conn: number, frame: ClientFrame): void;
  hangUp(conn: number): void;
  /** hold keeps back what comes until a tap is drawn: for who tapped, that comes first. */
  hold(drawn: Promise<void>): void;
  close(): void;
}

// A poll is answered after 55 s at most, and a push may be large and the link slow; a cashier waits for the others.
const patience = (path: string) => (/till|ticket/.test(path) ? 20_000 : 70_000);
// Close codes for what a stream is refused by; a stream has none.
const CODES: Record<string, number> = { unauthorized: 4301, client_taken: 4309, no_multi_session: 4209 };
const EVENTS = ["welcome", "snapshot", "changes", "till", "extensions", "catalogue", "hb", "reset"];

/** parsed is undefined if a text is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** network makes calls and holds connections, and posts what becomes of them. */
export function network(host: Host, url: string, token: string, put: (what: Input) => void): Network {
  const base = url.replace(/\/$/, "");
  // Of the six connections that a browser opens, two may be streams and two polls that wait.
  const streams = budget(host, `manytill-stream:${base}`, 2),
    waits = budget(host, `manytill-poll:${base}`, 2);
  const calls = new Set<AbortController>();
  const requests = new Map<number, AbortController>();
  const conns = new Map<number, { send?(text: string): void; close(): void }>();

  let held: Input[] | undefined;
  const post = (what: Input) => (held ? void held.push(what) : put(what));

  /** link posts what a connection reports until it is hung up. */
  const link = (conn: number) => {
    const down = (code = 0) => {
      if (!conns.has(conn)) return;
      it.hangUp(conn);
      post({ is: "linkDown", conn, code });
    };
    const received = (text: string, t?: string) => {
      const frame = parsed(text) as ServerFrame | undefined;
      if (conns.has(conn)) post({ is: "received", conn, frame: t && frame ? ({ ...frame, t } as ServerFrame) : frame });
    };
    return {
      down,
      received,
      up() {
        if (conns.has(conn)) post({ is: "linkUp", conn });
      },
    };
  };

  const socket = (conn: number) => {
    const { up, down, received } = link(conn);
    const ws = new host.WebSocket!(new URL(`${base}/v1/socket`, globalThis.location?.href).href.replace(/^http/, "ws"));
    conns.set(conn, ws);
    ws.onopen = up;
    ws.onclose = (e) => down(e.code);
    ws.onerror = () => down();
    ws.onmessage = (e) => received(e.data);
  };

  const stream = async (conn: number, client: string, cursor?: string) => {
    const { up, down, received } = link(conn);
    let free: Free | undefined, source: EventSource | undefined;
    conns.set(conn, {
      close() {
        source?.close();
        free?.();
      },
    });
    try {
      free = await streams.acquire();
      if (!free) return down(); // polls will do
      if (!conns.has(conn)) return free();
      const { ticket } = await it.call<TicketResponse>("POST", "/v1/ticket", {});
      if (!conns.has(conn)) return;
      source = new host.EventSource!(`${base}/v1/stream${query({ ticket, cursor, client_id: client })}`);
      source.onopen = up;
      source.onerror = () => down(); // a ticket is good once: the stream must not come back by itself
      for (const t of EVENTS) source.addEventListener(t, (e) => received((e as MessageEvent).data, t));
    } catch (e) {
      down(CODES[(e as Problem).code]);
    }
  };

  const it: Network = {
    token,
    async call<T>(
      method: "GET" | "POST",
      path: string,
      body?: unknown,
      abort = new AbortController(),
      begun?: () => void,
    ): Promise<T> {
      calls.add(abort);
      const timer = setTimeout(() => abort.abort(), patience(path));
      try {
        const response = await host.fetch(base + path, {
          method,
          signal: abort.signal,
          cache: "no-store",
          headers: { Authorization: `Bearer ${it.token}`, ...(body ? { "Content-Type": "application/json" } : {}) },
          body: body ? JSON.stringify(body) : undefined,
        });
        begun?.();
        const { headers, status } = response,
          text = await response.text(),
          answer = parsed(text),
          problem = answer as Problem | undefined;
        // What isn't in the server's form comes from something in between. What is, by its header or (a proxy may have
        // taken that off) by its keys, may still be unreadable.
        if (response.ok && (begun ? headers.get("Server") === "manytill" || /"(mode|results)":/.test(text) : answer))
          return answer as T;
        if (/problem\+json/.test(headers.get("Content-Type")!) && problem?.code && problem.status === status)
          throw new Refused(problem);
        throw Object.assign(new Error(`HTTP ${status}`), { status });
      } catch (e) {
        throw e instanceof Refused
          ? e
          : Object.assign(new Error("the server can't be reached; try again", { cause: e }), {
              status: (e as { status?: number }).status,
            });
      } finally {
        clearTimeout(timer);
        calls.delete(abort);
      }
    },
    async request(id, { is, ...args }) {
      const abort = new AbortController(),
        begun = () => post({ is: "begun", request: id });
      let free: Free | undefined;
      requests.set(id, abort);
      try {
        // A poll that finds no place asks without waiting.
        if ("wait" in args && !(free = await waits.acquire())) delete args.wait;
        const answer = await (is === "push"
          ? it.call<PushResponse>("POST", "/v1/push", args, abort, begun)
          : it.call<PullResponse>("GET", `/v1/pull${query(args)}`, undefined, abort, begun));
        post({ is: "answered", request: id, answer });
      } catch (e) {
        const { status } = e as { status?: number };
        post({
          is: "failed",
          request: id,
          status,
          failure: e instanceof Refused ? { ...e, message: e.message } : undefined,
        });
      } finally {
        free?.();
        requests.delete(id);
      }
    },
    giveUp: (id) => requests.get(id)?.abort(),
    dial(conn, kind, client, cursor) {
      if (kind === "sse") return void stream(conn, client, cursor);
      try {
        // an address that the page may not open throws
        socket(conn);
      } catch {
        post({ is: "linkDown", conn, code: 0 });
      }
    },
    send(conn, frame) {
      try {
        conns.get(conn)?.send?.(JSON.stringify(frame));
      } catch {
        /* it is closing, and says so */
      }
    },
    hangUp(conn) {
      const link = conns.get(conn);
      conns.delete(conn);
      link?.close();
    },
    hold(drawn) {
      if (held) return;
      const all: Input[] = (held = []);
      void drawn.then(() => {
        held = undefined;
        all.forEach(put);
      });
    },
    close() {
      for (const conn of [...conns.keys()]) it.hangUp(conn);
      for (const call of calls) call.abort();
    },
  };
  return it;
}

const query = (args: object) =>
  `?${new URLSearchParams(Object.entries(args).filter(([, v]) => v !== undefined && v !== "") as [string, string][])}`;

/** A place taken in local storage is free again so long after the last word of its tab. */
const LEASE = 90_000;
const BEAT = 5_000;

/** Gives a place back. */
export type Free = () => void;

/**
 * budget has so many places for all tabs of a browser. Browsers open six connections to a server over HTTP/1.1, and
 * tills of several POS may be open in one: streams and polls that wait must leave some for pushes, and for pages that
 * start. acquire gives a place, or undefined if there is none. Where there are no locks (plain http) places are leases
 * in local storage; two tabs may then take one at once, which costs a connection.
 */
export const budget = ({ locks, local }: Host, name: string, most: number) => ({
  async acquire(): Promise<Free | undefined> {
    for (let i = 0; i < most; i++) {
      const place = `${name}:${i}`,
        free = locks ? await lock(locks, place) : lease(local, place);
      if (free) return free;
    }
    return undefined;
  },
});

const lock = (locks: Pick<LockManager, "request">, place: string) =>
  new Promise<Free | undefined>((resolve) => {
    locks
      .request(place, { ifAvailable: true }, (lock) =>
        lock ? new Promise<void>((free) => resolve(free)) : resolve(undefined),
      )
      .catch(() => resolve(() => {})); // a page that may have no locks has no other tabs
  });

function lease(local: Storage | undefined, place: string): Free | undefined {
  const me = Math.random();
  const say = () => local?.setItem(place, `${me} ${Date.now()}`);
  const said = () => (local?.getItem(place) ?? "").split(" ");
  try {
    if (+(said()[1] ?? 0) > Date.now() - LEASE) return undefined;
    say();
    const beating = setInterval(() => {
      try {
        say();
      } catch {
        /* it is full: another may take the place */
      }
    }, BEAT);
    return () => {
      clearInterval(beating);
      try {
        if (said()[0] === `${me}`) local?.removeItem(place);
      } catch {
        /* it ends by itself */
      }
    };
  } catch {
    return () => {}; // storage is forbidden, or full
  }
}
