// The real server, and what stands between it and a till.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type AddressInfo, type Server as Listener, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./port.ts";
import type { Order } from "../../src/protocol";

const ADMIN = "js-admin-token";
const binary = process.env.MANYTILL_BIN!; // scripts/test.mjs builds it

/** Place is a multi-session and the tokens of its POS, whose tills are open. */
export interface Place {
  id: string;
  pos: string[];
  tokens: string[];
}

export class Server {
  private process?: ChildProcess;
  private log = "";
  private constructor(
    readonly dir: string,
    readonly port: number,
  ) {}

  static async start(more = ""): Promise<Server> {
    const server = new Server(mkdtempSync(join(tmpdir(), "manytill-js-")), await freePort());
    writeFileSync(
      server.config,
      `listen: 127.0.0.1:${server.port}\nstore: sqlite:${server.dir}/manytill.db\nlog: {level: warn}\n${more}`,
    );
    await server.run();
    return server;
  }
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }
  private get config() {
    return join(this.dir, "manytill.yaml");
  }

  async run(): Promise<void> {
    const child = spawn(binary, ["serve", "--config", this.config], {
      env: { ...process.env, MANYTILL_ADMIN_TOKEN: ADMIN },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.process = child;
    child.stderr!.on("data", (text) => {
      this.log += text;
    });
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      if (child.exitCode !== null) break;
      if (
        await fetch(`${this.url}/readyz`).then(
          (r) => r.ok,
          () => false,
        )
      )
        return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`the server doesn't answer: ${this.log}`);
  }
  /** kill ends it without a word. */
  async kill(): Promise<void> {
    const child = this.process!;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGKILL")) await gone;
  }
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true });
  }

  async call<T = unknown>(method: string, path: string, body?: unknown, token = ADMIN): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json() as T;
  }
  async furnish(name: string, tills: number): Promise<Place> {
    const pos = Array.from({ length: tills }, (_, i) => `${name}-${i + 1}`);
    const tokens: string[] = [];
    for (const id of pos)
      tokens.push((await this.call<{ token: string }>("POST", "/v1/admin/pos", { id, name: id })).token);
    const { id } = await this.call<{ id: string }>("POST", "/v1/admin/multi-sessions", { name, pos });
    for (const token of tokens) await this.call("POST", "/v1/till/open", {}, token);
    return { id, pos, tokens };
  }
  /** orders are all of a multi-session, of every run and state. */
  async orders(place: Place): Promise<Order[]> {
    const all: Order[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page: { orders: Order[]; after: string | null } = await this.call(
        "GET",
        `/v1/admin/multi-sessions/${place.id}/orders?after=${after}`,
      );
      all.push(...page.orders);
      after = page.after;
    }
    return all;
  }
}

/** FaultyProxy is a bad network before a server. */
export class FaultyProxy {
  private pairs = new Set<Socket>();
  private listener!: Listener;
  /** Nothing connects. */
  down = false;
  /** Nothing gets through, and nobody is told. */
  frozen = false;
  /** At most so many ms for every piece. */
  delay = 0;
  /** Cuts every socket before it opens, as some proxies do. */
  noSockets = false;
  /** And cuts every stream of events. */
  noStreams = false;
  static async before(port: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy();
    proxy.listener = createServer((from) => proxy.carry(from, port)).listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.listener.once("listening", resolve));
    return proxy;
  }
  get url() {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  private carry(from: Socket, port: number) {
    if (this.down) return from.destroy();
    const to = connect(port, "127.0.0.1");
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      this.pairs.add(a);
      a.on("error", () => {});
      a.on("close", () => {
        this.pairs.delete(a);
        b.destroy();
      });
      let order = Promise.resolve();
      a.on("data", (piece: Buffer) => {
        if (this.frozen) return;
        if (a === from && this.refuses(piece)) return void a.destroy();
        order = order.then(async () => {
          if (this.delay) await new Promise((resolve) => setTimeout(resolve, Math.random() * this.delay));
          b.write(piece);
        });
      });
    }
    return undefined;
  }
  private refuses(piece: Buffer): boolean {
    const text = piece.toString("latin1", 0, 2000);
    return (this.noSockets && /^GET \/v1\/socket/m.test(text)) || (this.noStreams && /^GET \/v1\/stream/m.test(text));
  }
  /** cut breaks every connection. */
  cut() {
    for (const socket of [...this.pairs]) socket.destroy();
  }
  async close() {
    this.down = true;
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }
}
