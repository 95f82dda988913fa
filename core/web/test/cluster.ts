import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort } from "../../../sdk/js/test/hosts/port.ts";
import { root } from "./server.ts";

// What stands around several servers: their database, and nginx before them.

/** A process of a test, with a folder; both end with the test file, however it ends. */
class Program {
  readonly dir: string;
  #process?: ChildProcess;
  #log = "";
  constructor(readonly name: string) {
    this.dir = mkdtempSync(join(tmpdir(), `manytill-${name}-`));
    process.once("exit", () => this.end());
  }
  /** run starts it and waits until it listens at a port. */
  async run(command: string, args: string[], port: number, uid?: number): Promise<void> {
    const p = spawn(command, args, { cwd: this.dir, env: { ...process.env, LC_ALL: "C" }, uid, gid: uid });
    this.#process = p;
    for (const out of [p.stdout, p.stderr])
      out.on("data", (d: Buffer) => {
        this.#log += d;
      });
    for (const until = Date.now() + 20_000; !(await answers(port)); ) {
      if (p.exitCode !== null || Date.now() > until) throw new Error(`${this.name} doesn't start:\n${this.#log}`);
      await new Promise((r) => setTimeout(r, 20));
    }
  }
  async close(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const p = this.#process;
    if (p && p.exitCode === null && !p.signalCode) {
      const gone = once(p, "exit");
      p.kill(signal);
      await gone;
    }
    this.end();
  }
  end(): void {
    this.#process?.kill("SIGTERM");
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const answers = (port: number) =>
  new Promise<boolean>((done) => {
    const s = connect(port, "127.0.0.1", () => done(true)).on("error", () => done(false));
    s.on("connect", () => s.destroy());
  });

/** found is a program in the PATH, or in one of these folders. */
function found(name: string, ...folders: string[]): string {
  const path = [...process.env.PATH!.split(delimiter), ...folders].map((f) => join(f, name)).find((p) => existsSync(p));
  if (!path) throw new Error(`this test needs ${name}; make tools installs it`);
  return path;
}

/** debian are the folders of PostgreSQL's programs there, newest version first. */
function debian(): string[] {
  const all = "/usr/lib/postgresql";
  if (!existsSync(all)) return [];
  return readdirSync(all)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(all, version, "bin"));
}

const nobody = 65534;

export interface Database {
  /** Of the configuration. */
  store: string;
  close(): Promise<void>;
}

/** postgres is a database of the test's own: on a server that it starts, or on that of $MANYTILL_TEST_POSTGRES. */
export async function postgres(): Promise<Database> {
  const given = process.env.MANYTILL_TEST_POSTGRES;
  if (given) {
    const name = `manytill_pages_${process.pid}`,
      psql = (sql: string) => execFileSync(found("psql"), [given, "-qc", sql]);
    psql(`CREATE DATABASE ${name}`);
    const url = new URL(given);
    process.env.PGPASSWORD = decodeURIComponent(url.password);
    url.password = "";
    url.pathname = `/${name}`;
    return { store: url.href, close: async () => void psql(`DROP DATABASE ${name} WITH (FORCE)`) };
  }
  const server = new Program("postgres"),
    data = join(server.dir, "data"),
    port = await freePort(),
    uid = process.getuid!() === 0 ? nobody : undefined, // PostgreSQL doesn't run as root
    program = (name: string) => found(name, ...debian());
  if (uid) chownSync(server.dir, uid, uid);
  execFileSync(
    program("initdb"),
    ["-D", data, "-U", "manytill", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"],
    {
      cwd: server.dir,
      stdio: "pipe",
      uid,
      gid: uid,
    },
  );
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=32MB"];
  await server.run(program("postgres"), ["-D", data, ...settings.flatMap((s) => ["-c", s])], port, uid);
  return {
    store: `postgres://manytill@127.0.0.1:${port}/postgres?sslmode=disable`,
    close: () => server.close("SIGQUIT"), // at once
  };
}

export interface Nginx {
  url: string;
  /** log has a line for each request, which ends with the servers that it was sent to. */
  log(): string;
  close(): Promise<void>;
}

/**
 * nginx starts deploy/nginx/manytill.conf as it is written, before servers at two ports; locations are more of them.
 * The certificate is one that nobody trusts.
 */
export async function nginx(ports: [number, number], locations = ""): Promise<Nginx> {
  const n = new Program("nginx"),
    [secure, plain] = [await freePort(), await freePort()],
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", join(n.dir, "key.pem")],
    cert = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", join(n.dir, "fullchain.pem")];
  execFileSync("openssl", ["req", "-x509", ...key, ...cert], { stdio: "pipe" });
  let site = readFileSync(join(root, "deploy/nginx/manytill.conf"), "utf8");
  for (const [from, to] of [
    ["listen 443", `listen 127.0.0.1:${secure}`],
    ["listen 80", `listen 127.0.0.1:${plain}`],
    ["/etc/nginx/tls/", `${n.dir}/`],
    ["/var/log/nginx/", `${n.dir}/`],
    ["node-1:8080", `127.0.0.1:${ports[0]}`],
    ["node-2:8080", `127.0.0.1:${ports[1]}`],
    ["    location / {", `${locations}\n    location / {`],
  ] as const) {
    if (!site.includes(from)) throw new Error(`deploy/nginx/manytill.conf has no ${from}`);
    site = site.replaceAll(from, to);
  }
  writeFileSync(join(n.dir, "manytill.conf"), site);
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((t) => `${t}_temp_path ${n.dir}/${t};`);
  writeFileSync(
    join(n.dir, "nginx.conf"),
    `${process.getuid!() === 0 ? "user root;" : ""} daemon off; worker_processes 2; error_log stderr; pid ${n.dir}/pid;
events { worker_connections 512; }
http { ${temps.join(" ")} include ${n.dir}/manytill.conf; }\n`,
  );
  chmodSync(n.dir, 0o755);
  await n.run(found("nginx", "/usr/sbin"), ["-e", "stderr", "-c", join(n.dir, "nginx.conf")], secure);
  return {
    url: `https://127.0.0.1:${secure}`,
    log: () => readFileSync(join(n.dir, "manytill.log"), "utf8"),
    close: () => n.close(),
  };
}
