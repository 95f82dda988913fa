import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../../../sdk/js/test/hosts/port.ts";

// A real server of a test's own, on a free port, with a folder of its own.

export const root = resolve(import.meta.dirname, "../../..");
export const adminToken = "admin-token-of-a-test";

let built = process.env.MANYTILL_BIN ?? "";
/** binary is $MANYTILL_BIN, or built once for each test file. */
export function binary(): string {
  if (!built) {
    built = join(mkdtempSync(join(tmpdir(), "manytill-bin-")), "manytill");
    execFileSync("go", ["build", "-o", built, "./cmd/server"], { cwd: root, stdio: "inherit" });
    process.once("exit", () => rmSync(join(built, ".."), { recursive: true, force: true }));
  }
  return built;
}

export interface Options {
  /** Paths of extensions from the repository's root, or absolute. */
  extensions?: string[];
  /** Lines of products.csv, with its heading. */
  products?: string;
  /** The same of customers.csv. */
  customers?: string;
  /** More lines of the config. */
  config?: string;
  port?: number;
  /** Of the config; a file of its own if it isn't said. */
  store?: string;
  /** Of the multi-session; "" makes none. */
  multiSession?: string;
  /** Another version's program. */
  binary?: string;
  /** An archive of a server's folder to go on with, as tar and gzip make it. */
  folder?: string;
}

export const products =
  "id,name,price,category\n10,Espresso,2.20,Coffee\n11,Coffee,2.50,Coffee\n12,Flat white,3.40,Coffee\n13,Cappuccino,3.20,Coffee\n" +
  "20,Tea,2.30,Tea\n21,Mint tea,2.60,Tea\n30,Croissant,2.10,Bakery\n31,Cinnamon bun,2.80,Bakery\n32,Cheese toast,4.60,Bakery\n" +
  "40,Orange juice,3.90,Cold drinks\n41,Sparkling water,2.00,Cold drinks\n50,House blend 250 g,8.50,To take home\n";

/** Servers that a test file leaves when it ends in the middle, as it does when Chromium ended, end with it. */
const running = new Set<Server>();
process.once("exit", () => {
  for (const s of running) s.end();
});

export class Server {
  readonly dir = mkdtempSync(join(tmpdir(), "manytill-test-"));
  readonly tokens: Record<string, string> = {};
  #process?: ChildProcess;
  #log = "";
  private constructor(
    readonly port: number,
    private readonly options: Options,
  ) {}

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }
  get log() {
    return this.#log;
  }

  /** start runs a server with two POS, bar and till-1, in one multi-session. */
  static async start(options: Options = {}): Promise<Server> {
    const s = await Server.#started(options);
    if (options.folder) return s;
    const name = options.multiSession ?? "Main floor";
    for (const [id, called] of [
      ["bar", "Bar"],
      ["till-1", "Till 1"],
    ] as const) {
      s.tokens[id] = (await s.admin<{ token: string }>("POST", "/v1/admin/pos", { id, name: called })).token;
    }
    if (name) await s.admin("POST", "/v1/admin/multi-sessions", { name, pos: ["bar", "till-1"] });
    return s;
  }

  /** beside starts another server on the same database, which is in PostgreSQL. */
  static async beside(first: Server): Promise<Server> {
    const s = await Server.#started({ ...first.options, port: undefined });
    Object.assign(s.tokens, first.tokens);
    return s;
  }
  static async #started(options: Options): Promise<Server> {
    const s = new Server(options.port ?? (await freePort()), options);
    running.add(s);
    writeFileSync(join(s.dir, "products.csv"), options.products ?? products);
    writeFileSync(
      join(s.dir, "customers.csv"),
      options.customers ?? "id,name\n1,Ms Okafor\n2,Mr Lind\n3,The book club\n4,Hotel by the park\n",
    );
    writeFileSync(join(s.dir, "cashiers.csv"), "id,name\n7,Ana\n8,Ben\n");
    if (options.folder) execFileSync("tar", ["-xzf", options.folder, "-C", s.dir]);
    s.configure(options.extensions ?? []);
    await s.run();
    return s;
  }

  configure(extensions: string[]): void {
    const list = extensions.map((e) => `  - path: ${JSON.stringify(resolve(root, e))}\n`).join("");
    writeFileSync(
      join(this.dir, "config.yaml"),
      `listen: 127.0.0.1:${this.port}\nstore: ${this.options.store ?? "sqlite:data.db"}\nlog: {level: warn}\n${this.options.config ?? ""}\n` +
        "catalogue: {products: products.csv, customers: customers.csv, cashiers: cashiers.csv}\n" +
        (list && `extensions:\n${list}`),
    );
  }

  /** run starts the process and waits until it is ready. */
  async run(): Promise<void> {
    const p = spawn(this.options.binary ?? binary(), ["serve", "--config", join(this.dir, "config.yaml")], {
      env: { ...process.env, MANYTILL_ADMIN_TOKEN: adminToken },
    });
    this.#process = p;
    for (const out of [p.stdout, p.stderr])
      out.on("data", (d: Buffer) => {
        this.#log += d;
      });
    for (const until = Date.now() + 20_000; ; ) {
      if (p.exitCode !== null || Date.now() > until) throw new Error(`the server doesn't start:\n${this.#log}`);
      const ready = await fetch(`${this.url}/readyz`).then(
        (r) => r.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((r) => setTimeout(r, 20));
    }
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const p = this.#process;
    if (!p || p.exitCode !== null || p.signalCode) return;
    const gone = once(p, "exit");
    p.kill(signal);
    await gone;
  }

  /** hangUp makes it read its config and extensions again. */
  hangUp(): void {
    this.#process!.kill("SIGHUP");
  }

  /** replace puts another database behind the address; its POS keep their ids, with new tokens. */
  async replace(): Promise<void> {
    await this.kill("SIGTERM");
    for (const file of ["data.db", "data.db-wal", "data.db-shm", "data.db.known", "config.yaml.database"])
      rmSync(join(this.dir, file), { force: true });
    await this.run();
    for (const id of Object.keys(this.tokens)) {
      this.tokens[id] = (
        await this.admin<{ token: string }>("POST", "/v1/admin/pos", { id, name: id === "bar" ? "Bar" : "Till 1" })
      ).token;
    }
    await this.admin("POST", "/v1/admin/multi-sessions", {
      name: this.options.multiSession ?? "Main floor",
      pos: ["bar", "till-1"],
    });
  }

  async close(): Promise<void> {
    await this.kill();
    this.end();
  }
  /** end is close without waiting. */
  end(): void {
    running.delete(this);
    this.#process?.kill("SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  }

  async call<T>(token: string, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  admin<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.call(adminToken, method, path, body);
  }
}

/** Link stands between a page and its server, and can be cut like a cable. */
export class Link {
  readonly #open = new Set<Socket>();
  readonly #pairs = new Map<Socket, Socket>();
  #held = false;
  #listener = createServer();
  private constructor(
    readonly port: number,
    private readonly to: number,
  ) {}
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }
  static async to(server: Server): Promise<Link> {
    const link = new Link(await freePort(), server.port);
    await link.mend();
    return link;
  }
  async mend(): Promise<void> {
    this.#listener = createServer((from) => {
      const onward = connect(this.to, "127.0.0.1");
      this.#pairs.set(from, onward);
      from.on("close", () => this.#pairs.delete(from));
      for (const [a, b] of [
        [from, onward],
        [onward, from],
      ] as const) {
        this.#open.add(a);
        if (a === from || !this.#held) a.pipe(b);
        a.on("error", () => b.destroy()).on("close", () => {
          this.#open.delete(a);
          b.destroy();
        });
      }
    }).listen(this.port, "127.0.0.1");
    await once(this.#listener, "listening");
  }
  /** hold keeps what the server says from the page, on new connections too, until release. */
  hold(): void {
    this.#held = true;
    for (const [from, onward] of this.#pairs) onward.unpipe(from).pause();
  }
  release(): void {
    this.#held = false;
    for (const [from, onward] of this.#pairs) onward.pipe(from);
  }
  async cut(): Promise<void> {
    const closed = once(this.#listener, "close");
    this.#listener.close();
    for (const s of this.#open) s.destroy();
    await closed;
  }
}

export interface WireOrder {
  id: string;
  number: number;
  run: number;
  state: string;
  fields: Record<string, unknown>;
  lines: { id: string; fields: Record<string, unknown> }[];
  payments: { method: string; amount: number }[];
}

/** Peer is a till without a page: it pushes what a test asks for, at once. */
export class Peer {
  #id = 0;
  readonly client = `peer-${Math.random().toString(36).slice(2)}`;
  #cursor = "";
  private constructor(
    private readonly server: Server,
    private readonly pos: string,
    private readonly user: { id: string; name: string },
  ) {}
  static async open(server: Server, pos = "till-1", user = { id: "8", name: "Ben" }): Promise<Peer> {
    const p = new Peer(server, pos, user);
    await server.call(server.tokens[pos]!, "POST", "/v1/till/open", { user });
    return p;
  }
  async push(...mutations: Record<string, unknown>[][]): Promise<{ status: string; code?: string }[]> {
    const token = this.server.tokens[this.pos]!;
    while (!this.#cursor) {
      let page: { more?: boolean; page?: string; cursor?: string } = await this.server.call(
        token,
        "GET",
        `/v1/pull?client_id=${this.client}`,
      );
      while (page.more)
        page = await this.server.call(token, "GET", `/v1/pull?client_id=${this.client}&page=${page.page}`);
      this.#cursor = page.cursor!;
    }
    const answer = await this.server.call<{ results: { status: string; code?: string }[]; cursor: string }>(
      token,
      "POST",
      "/v1/push",
      {
        client_id: this.client,
        cursor: this.#cursor,
        mutations: mutations.map((ops) => ({ id: ++this.#id, user: this.user, at: new Date().toISOString(), ops })),
      },
    );
    this.#cursor = answer.cursor;
    return answer.results;
  }
  async orders(state = ""): Promise<WireOrder[]> {
    const all: WireOrder[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page: { orders: WireOrder[]; after: string | null } = await this.server.call(
        this.server.tokens[this.pos]!,
        "GET",
        `/v1/orders?state=${state}${after ? `&after=${encodeURIComponent(after)}` : ""}`,
      );
      all.push(...page.orders);
      after = page.after;
    }
    return all;
  }
}
