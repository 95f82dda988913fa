import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Server } from "./server.ts";

/** What something between page and server answers in the server's place; the words of many routers. */
export interface Foreign {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}
const login = "<!doctype html><title>Welcome</title><h1>Log in to the free Wi-Fi</h1>";
export const foreigners: Record<string, Foreign> = {
  "404": { status: 404, headers: { "content-type": "text/html" }, body: "<h1>Not found</h1>" },
  "401": {
    status: 401,
    headers: { "content-type": "text/html", "www-authenticate": 'Basic realm="router"' },
    body: "<h1>Authorization required</h1>",
  },
  "302": { status: 302, headers: { location: "/login.html" } },
  "200, a login page": { status: 200, headers: { "content-type": "text/html" }, body: login },
};

/** Front stands where a router or a reverse proxy stands, and answers itself when it is told to. */
export class Front {
  readonly #sockets = new Set<Socket>();
  #says: Foreign | undefined;
  /** How often the answer to a path is cut in the middle. */
  readonly cuts = new Map<string, number>();
  /** As if the server were of this build. */
  build = "";
  /** What was asked for, as method and path. */
  readonly asked: string[] = [];
  private constructor(
    private readonly server: Server,
    private readonly listener: ReturnType<typeof createServer>,
  ) {}
  get url() {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** of forwards all. */
  static async of(server: Server): Promise<Front> {
    const front = new Front(server, createServer());
    const { listener } = front;
    listener.on("connection", (s) => {
      front.#sockets.add(s);
      s.on("close", () => front.#sockets.delete(s));
    });
    listener.on("request", (from: IncomingMessage, to: ServerResponse) => front.#answer(from, to));
    listener.on("upgrade", (from: IncomingMessage, socket: Socket, head: Buffer) => front.#upgrade(from, socket, head));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return front;
  }

  /** says makes it answer everything itself; undefined lets all through again. What is open is cut. */
  says(what: Foreign | undefined): void {
    this.#says = what;
    for (const s of this.#sockets) s.destroy();
  }

  #answer(from: IncomingMessage, to: ServerResponse): void {
    this.asked.push(`${from.method} ${from.url}`);
    if (this.#says) {
      const { status, headers, body } =
        from.url === "/login.html"
          ? { status: 200, headers: { "content-type": "text/html" }, body: login }
          : this.#says;
      return void to.writeHead(status, headers).end(body);
    }
    const headers = { ...from.headers },
      cuts = this.cuts.get(from.url!) ?? 0;
    if (cuts) {
      this.cuts.set(from.url!, cuts - 1);
      return void to
        .writeHead(200, { "content-type": "application/json", "content-length": "1000" })
        .write('{"products":[', () => to.destroy());
    }
    if (this.build) Object.assign(headers, { "accept-encoding": "identity" }, { "if-none-match": "" });
    from.pipe(
      request({ port: this.server.port, path: from.url, method: from.method, headers }, (answer) => {
        const before = answer.headers["manytill-build"];
        if (!this.build || typeof before !== "string")
          return void answer.pipe(to.writeHead(answer.statusCode!, answer.headers));
        let text = "";
        answer
          .setEncoding("utf8")
          .on("data", (d) => {
            text += d;
          })
          .on("end", () => {
            const { "content-length": _, etag, ...others } = answer.headers;
            to.writeHead(answer.statusCode!, { ...others, "manytill-build": this.build }).end(
              text.replaceAll(before, this.build),
            );
          });
      }).on("error", () => to.destroy()),
    );
  }

  #upgrade(from: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", () => {});
    if (this.#says)
      return void socket.end(`HTTP/1.1 ${this.#says.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    const onward = connect(this.server.port, "127.0.0.1", () => {
      const lines = from.rawHeaders.flatMap((h, i) => (i % 2 ? [] : [`${h}: ${from.rawHeaders[i + 1]}`]));
      onward.write(`${from.method} ${from.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  }

  async close(): Promise<void> {
    this.listener.close();
    this.listener.closeAllConnections();
    for (const s of this.#sockets) s.destroy();
  }
}
