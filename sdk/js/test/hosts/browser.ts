// A browser with tabs, in one process: locks, channels, storage and IndexedDB as browsers have them, and tabs that
// crash, are hidden, duplicated or frozen.
import "fake-indexeddb/auto";
import { openOn } from "../../src/driver/open";
import type { Host } from "../../src/driver/host";
import type { Store } from "../../src/machine/contract";
import { indexedDBStore, removeDB } from "../../src/store/indexeddb";
import type { Till, TillOptions } from "../../src/till";

interface Waiting {
  client: object;
  run(): void;
}

/** locks is a lock manager for exclusive locks: first come, first served; what a client holds is freed with it. */
class Locks {
  queues = new Map<string, Waiting[]>();
  held = new Map<string, { client: object; reject(e: unknown): void }>();

  for(client: object): Pick<LockManager, "request"> {
    const request = (name: string, options: LockOptions, callback: (lock: Lock) => unknown) =>
      new Promise((resolve, reject) => {
        if (options.ifAvailable && (this.held.has(name) || this.queues.get(name)?.length)) {
          return void Promise.resolve()
            .then(() => callback(null as unknown as Lock))
            .then(resolve, reject);
        }
        if (options.signal?.aborted) return reject(options.signal.reason);
        const queue = this.queues.get(name) ?? [];
        this.queues.set(name, queue);
        const entry: Waiting = {
          client,
          run: () => {
            const hold = { client, reject };
            this.held.set(name, hold);
            const free = () => {
              if (this.held.get(name) === hold) {
                this.held.delete(name);
                this.next(name);
              }
            };
            new Promise((done) => done(callback({ name, mode: "exclusive" }))).then(resolve, reject).finally(free);
          },
        };
        options.signal?.addEventListener("abort", () => {
          const at = queue.indexOf(entry);
          if (at >= 0) {
            queue.splice(at, 1);
            reject(options.signal!.reason);
          }
        });
        if (options.steal) {
          this.held.get(name)?.reject(new DOMException("stolen", "AbortError"));
          return entry.run();
        }
        queue.push(entry);
        queueMicrotask(() => this.next(name));
      });
    return { request: request as LockManager["request"] };
  }

  next(name: string) {
    if (!this.held.has(name)) this.queues.get(name)?.shift()?.run();
  }

  /** drop frees what a tab held when it went. */
  drop(client: object) {
    for (const queue of this.queues.values()) {
      for (let i = queue.length - 1; i >= 0; i--) if (queue[i]!.client === client) queue.splice(i, 1);
    }
    for (const [name, hold] of [...this.held]) {
      if (hold.client === client) {
        this.held.delete(name);
        setTimeout(() => this.next(name));
      }
    }
  }
}

class Storage_ {
  [key: string]: unknown;
  getItem(key: string) {
    return Object.hasOwn(this, key) ? (this[key] as string) : null;
  }
  setItem(key: string, value: string) {
    this[key] = value;
  }
  removeItem(key: string) {
    delete this[key];
  }
}

const never = () => new Promise<never>(() => {});
const hang = (signal?: AbortSignal | null) =>
  new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });

export class Browser {
  locks = new Locks();
  local = new Storage_();
  tabs: Tab[] = [];
  /** insecure: plain http on a LAN address, without locks. */
  constructor(
    readonly base: Partial<Host> & Pick<Host, "machine" | "fetch">,
    readonly insecure = false,
  ) {}

  tab(from?: Tab): Tab {
    const tab = new Tab(this, Object.assign(new Storage_(), from?.session));
    this.tabs.push(tab);
    return tab;
  }
  closeAll() {
    return Promise.all(this.tabs.map((tab) => tab.close()));
  }
}

export class Tab {
  dead = false;
  shown = true;
  /** Crash after the next write, before anyone is told of it; or before it. */
  crash?: "after write" | "before write";
  /** Every write fails with it. */
  full?: Error;
  /** Stores are read when it resolves. */
  loading?: Promise<void>;
  /** The next write fails with it, after a while. */
  failOnce?: Error;
  till!: Till;
  /** Says and hears nothing, until it thaws. */
  frozen = false;
  private missed: (() => void)[] = [];
  private channels: BroadcastChannel[] = [];
  private listeners: { what: string; then: () => void }[] = [];

  constructor(
    readonly browser: Browser,
    readonly session: Storage_,
  ) {}

  host(): Host {
    const { base, locks, local, insecure } = this.browser;
    return {
      ...base,
      fetch: (url, init) => (this.dead ? hang(init?.signal) : base.fetch(url, init)),
      locks: insecure ? undefined : this.whenThawed(locks.for(this)),
      patience: 300,
      channel: (name) => this.channel(name),
      store: (name, heal) => this.store(indexedDBStore(name, heal)),
      removeStore: removeDB,
      local: local as unknown as Storage,
      session: this.session as unknown as Storage,
      visible: () => this.shown,
      listen: (what, then) => {
        const entry = { what, then };
        this.listeners.push(entry);
        return () => {
          this.listeners = this.listeners.filter((l) => l !== entry);
        };
      },
    };
  }

  async open(options: Partial<TillOptions> & { name: string; url: string; token: string }): Promise<Till> {
    return (this.till = await openOn(this.host(), options));
  }

  private channel(name: string): BroadcastChannel {
    const real = new BroadcastChannel(name);
    this.channels.push(real);
    const post = real.postMessage.bind(real);
    real.postMessage = (m: unknown) => {
      if (!this.dead) post(m);
    };
    let listener: BroadcastChannel["onmessage"] = null;
    real.onmessage = (e: MessageEvent) => {
      const hear = () => listener?.call(real, e);
      if (this.frozen) this.missed.push(hear);
      else hear();
    };
    Object.defineProperty(real, "onmessage", {
      set: (l) => {
        listener = l;
      },
    });
    return real;
  }

  private store(real: Store): Store {
    return {
      ...real,
      load: () => Promise.resolve(this.loading).then(() => real.load()),
      write: async (rows, sync) => {
        if (this.crash === "before write") this.kill();
        if (this.dead) return never();
        if (this.full) throw this.full;
        if (this.failOnce) {
          const failed = this.failOnce;
          delete this.failOnce;
          await new Promise((resolve) => setTimeout(resolve, 10));
          throw failed;
        }
        await real.write(rows, sync);
        if (this.crash === "after write") this.kill();
        if (this.dead) return never();
      },
    };
  }

  /** What locks tell a tab that is frozen, it hears when it thaws. */
  private whenThawed({ request }: Pick<LockManager, "request">): Pick<LockManager, "request"> {
    const thawed = () =>
      new Promise<void>((resolve) => {
        if (this.frozen) this.missed.push(resolve);
        else resolve();
      });
    return {
      request: (async (...args: Parameters<typeof request>) => {
        try {
          return await request(...args);
        } finally {
          await thawed();
        }
      }) as LockManager["request"],
    };
  }

  fire(what: string) {
    for (const l of [...this.listeners]) if (l.what === what) l.then();
  }
  freeze() {
    this.frozen = true;
  }
  thaw() {
    this.frozen = false;
    this.missed.splice(0).forEach((hear) => hear());
  }
  hide() {
    this.shown = false;
    this.fire("visibilitychange");
  }
  show() {
    this.shown = true;
    this.fire("visibilitychange");
  }

  /** kill is a crash: nothing more is said or stored, and what the tab held is free. */
  kill() {
    if (this.dead) return;
    this.dead = true;
    this.channels.forEach((c) => c.close());
    this.listeners = [];
    this.browser.locks.drop(this);
    this.till?.close().catch(() => {}); // ends its timers
  }

  /** reload is the same tab with a new page. */
  reload(): Tab {
    this.fire("pagehide");
    this.kill();
    return this.browser.tab(this);
  }

  async close() {
    if (!this.dead) await this.till?.close();
  }
}
