// Many tills in one browser, which opens six connections to a server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { budget } from "../src/driver/network";
import type { Host } from "../src/driver/host";
import { Machine } from "../src/machine/machine";
import { addLine, inc, newOrder } from "../src/ops";
import { Browser, type Tab } from "./hosts/browser";
import { Events } from "./hosts/events";
import { Server } from "./hosts/server";
import { until } from "./hosts/until";

for (const insecure of [false, true]) {
  test(`places are for all tabs, and free again with theirs, ${insecure ? "by leases" : "by locks"}`, async () => {
    const browser = new Browser({ machine: undefined as never, fetch }, insecure);
    const [a, b] = [browser.tab().host(), browser.tab().host()].map((host) => budget(host, "x", 2));
    const one = await a!.acquire(),
      two = await b!.acquire();
    assert.ok(one && two);
    assert.equal(await a!.acquire(), undefined);
    one();
    await new Promise((resolve) => setTimeout(resolve));
    const again = await b!.acquire();
    assert.ok(again);
    again();
    two();
  });
}

test("a tab that died leaves its place after a while; storage that throws doesn't matter", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setInterval"] });
  const browser = new Browser({ machine: undefined as never, fetch }, true);
  browser.local.setItem("x:0", `0.5 ${Date.now()}`);
  const places = budget(browser.tab().host(), "x", 1);
  t.mock.timers.tick(89_000);
  assert.equal(await places.acquire(), undefined);
  t.mock.timers.tick(2_000);
  (await places.acquire())!();
  const throwing = {
    getItem() {
      throw new Error("no");
    },
  } as unknown as Storage;
  assert.ok(await budget({ local: throwing } as Host, "x", 1).acquire());
});

/** six lets through so many connections at once, the others wait for one to end, as in a browser. */
function six() {
  let open = 0;
  const queue: (() => void)[] = [];
  const enter = async (signal?: AbortSignal | null) => {
    if (open >= 6)
      await new Promise<void>((resolve, reject) => {
        queue.push(resolve);
        signal?.addEventListener("abort", () => {
          const at = queue.indexOf(resolve);
          if (at >= 0) {
            queue.splice(at, 1);
            reject(signal.reason);
          }
        });
      });
    open++;
  };
  const leave = () => {
    open--;
    queue.shift()?.();
  };
  const limited: typeof fetch = async (url, init) => {
    await enter(init?.signal);
    try {
      const response = await fetch(url, init);
      return new Response(await response.text(), response);
    } finally {
      leave();
    }
  };
  class LimitedEvents extends Events {
    private entered: Promise<boolean>;
    private ended = false;
    constructor(url: string) {
      const entered = enter();
      super(url, entered);
      this.entered = entered.then(() => true);
    }
    override close() {
      super.close();
      if (!this.ended) this.entered.then(leave);
      this.ended = true;
    }
  }
  return { fetch: limited, EventSource: LimitedEvents as unknown as typeof EventSource };
}

let server: Server;
before(async () => {
  server = await Server.start();
});
after(() => server.stop());

for (const insecure of [false, true]) {
  test(`nine POS tabs of one browser, without WebSocket, ${insecure ? "over plain http" : "with locks"}`, {
    timeout: 60_000,
  }, async () => {
    const place = await server.furnish(`many${insecure}`, 9);
    const browser = new Browser({ machine: (config) => new Machine(config), ...six() }, insecure);
    const tabs: Tab[] = [];
    try {
      for (let i = 0; i < 9; i++) {
        const tab = browser.tab();
        await tab.open({ url: server.url, token: place.tokens[i]!, name: place.pos[i]! });
        tabs.push(tab);
      }
      const tills = tabs.map((tab) => tab.till);
      await until("all are online", tills, () => tills.every((t) => t.status.transport && t.status.synced), 30_000);
      await tills[0]!.do(newOrder("o1"), addLine("o1", "l1", { product_id: 5, qty: 0 }));
      await until("all show it", tills, () => tills.every((t) => t.order("o1")), 30_000);
      await Promise.all(tills.map((t) => t.do(inc("o1", "l1", "qty", 1))));
      await until(
        "all taps are everywhere",
        tills,
        () => tills.every((t) => t.order("o1")!.lines[0]!.fields.qty === 9 && !t.status.unsent),
        30_000,
      );
      assert.equal(tills.filter((t) => t.status.transport === "sse").length, 2);
    } finally {
      await browser.closeAll();
    }
  });
}
