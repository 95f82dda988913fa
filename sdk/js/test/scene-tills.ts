// Tills of scenarios, for tests in other languages: many in one process. It reads and writes JSON, a line each.
// {"n","till","do",…} is answered by {"n","answer"} or {"n","error"}; {"till"} alone says that something changed there.
//
//   start     url, token, file, ways: "websocket", "sse" or "poll", the best that it has
//   tap       ops
//   see       what it shows, and what it was told since its first start
//   quit, retry, token, user, open, close, put back, end
import { createInterface } from "node:readline";
import WebSocket from "ws";
import { browser } from "../src/driver/host";
import { openOn } from "../src/driver/open";
import { Machine } from "../src/machine/machine";
import type { Op, Result } from "../src/protocol";
import type { Events as News, Rejected, StrandedQueue, Till } from "../src/till";
import { Events } from "./hosts/events";
import { fileStore } from "./hosts/file";

interface Asked {
  n: number;
  till: string;
  do: string;
  url: string;
  token: string;
  file: string;
  ways: string;
  ops: Op[];
  about: string;
}
const say = (what: unknown) => process.stdout.write(`${JSON.stringify(what)}\n`);

class Scene {
  till?: Till;
  rejected: Rejected[] = [];
  aside: StrandedQueue[] = [];
  renamed = 0;
  constructor(readonly name: string) {}

  async start({ url, token, file, ways }: Asked) {
    const host = {
      ...browser((config) => new Machine(config)),
      WebSocket: (ways === "websocket" ? WebSocket : undefined) as unknown as typeof globalThis.WebSocket,
      EventSource: (ways === "poll" ? undefined : Events) as unknown as typeof EventSource,
    };
    const till = await openOn(host, {
      url,
      token,
      name: this.name,
      user: { id: "7", name: "Ana" },
      store: fileStore(file),
    });
    this.till = till;
    till.on("rejected", (r) => this.rejected.push(r));
    till.on("stranded", (q) => this.aside.push(q));
    till.on("renumbered", () => this.renamed++);
    for (const event of ["orders", "status", "rejected", "stranded", "renumbered"] satisfies (keyof News)[])
      till.on(event, () => say({ till: this.name }));
  }
  async quit() {
    await this.till?.close();
    this.till = undefined;
  }
  see() {
    const { status } = this.till!;
    return {
      Orders: this.till!.orders(),
      Online: status.transport !== "",
      Unsent: status.unsent,
      Waiting: status.waiting,
      Problem: status.problem,
      Refused: this.rejected.map((r): Result => r.result),
      Aside: this.aside.map((q) => ({ Reason: q.reason, Taps: q.mutations.length })),
      Renamed: this.renamed,
    };
  }
  async answer(asked: Asked): Promise<unknown> {
    const till = this.till!;
    switch (asked.do) {
      case "start":
        return this.start(asked);
      case "quit":
      case "end":
        return this.quit();
      case "see":
        return this.see();
      case "tap":
        await till.do(...asked.ops);
        return;
      case "retry":
        return till.retry();
      case "token":
        return till.setToken(asked.about);
      case "user":
        return till.setUser({ id: asked.about, name: asked.about });
      case "open":
        return till.openTill();
      case "close":
        return (await till.closeTill()).open_orders.map((o) => o.order).join(" ");
      case "put back": {
        const lost = this.rejected.find((r) => r.again?.length);
        if (!lost) throw new Error("nothing was lost that could be put back");
        await till.putBack(lost);
        return lost.newOrder;
      }
    }
    throw new Error(`the TypeScript client can't: ${asked.do}`);
  }
}

const scenes = new Map<string, Scene>();
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked,
    scene = scenes.get(asked.till) ?? new Scene(asked.till);
  scenes.set(asked.till, scene);
  if (asked.do === "end") scenes.delete(asked.till);
  scene.answer(asked).then(
    (answer) => say({ n: asked.n, answer }),
    (e: Error) => say({ n: asked.n, error: e.message }),
  );
}
process.exit(0);
