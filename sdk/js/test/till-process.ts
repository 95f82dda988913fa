// A till in a process of its own, for tests in other languages: node --import tsx till-process.ts JSON, where JSON is
// {"url","token","name","file","seed"}. It reads commands, a line each, and writes JSON, a line each:
//
//   tap N      taps N times at random; for each {"doing":OPS} before and {"did":OPS} after it is durable
//   do OPS     taps OPS, in the same way
//   settle     waits until everything is sent: {"settled":true}
//   report     {"orders":[ORDER…],"rejections":[…],"status":{…}}
//   quit       ends; a kill is as good. So does the end of the input.
import { createInterface } from "node:readline";
import WebSocket from "ws";
import { openOn } from "../src/driver/open";
import { browser } from "../src/driver/host";
import { Machine } from "../src/machine/machine";
import type { Op } from "../src/protocol";
import { chance, dice } from "./hosts/chance";
import { Events } from "./hosts/events";
import { fileStore } from "./hosts/file";
import { until } from "./hosts/until";

const { url, token, name, file, seed } = JSON.parse(process.argv[2]) as {
  url: string;
  token: string;
  name: string;
  file: string;
  seed: number;
};
const say = (what: unknown) => {
  process.stdout.write(`${JSON.stringify(what)}\n`);
};

const host = {
  ...browser((config) => new Machine(config)),
  WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
  EventSource: Events as unknown as typeof EventSource,
};
const till = await openOn(host, { url, token, name, store: fileStore(file) });
const roll = dice(seed);
say({ open: true });

async function tap(ops: Op[]) {
  say({ doing: ops });
  await till.do(...ops).then(
    () => say({ did: ops }),
    (e) => say({ refused: ops, message: (e as Error).message }),
  );
}
for await (const line of createInterface({ input: process.stdin })) {
  const [command, rest = ""] = line.split(/ (.*)/s);
  switch (command) {
    case "tap":
      for (let i = 0; i < +rest; i++) await tap(chance(roll, `${name}-${seed}`, till));
      break;
    case "do":
      await tap(JSON.parse(rest));
      break;
    case "settle":
      till.retry();
      await until(
        "all is sent",
        till,
        () => {
          if (!till.status.transport) till.retry();
          return till.status.transport !== "" && !till.status.unsent && !till.status.waiting;
        },
        30_000,
      );
      say({ settled: true });
      break;
    case "report":
      say({ orders: till.orders(), rejections: await till.rejections(), status: till.status });
      break;
    case "quit":
      await till.close();
      process.exit(0);
  }
}
await till.close();
