import { createServer } from "node:net";

const given = new Set<number>();

/**
 * freePort is one of 127.0.0.1 that nobody listens on now. One that the system chose may be taken
 * meanwhile by any connection that goes out; these are below all that systems give to connections.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_768);
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const listener = createServer();
    listener.once("error", () => resolve(false));
    listener.listen(port, "127.0.0.1", () => listener.close(() => resolve(true)));
  });
}
