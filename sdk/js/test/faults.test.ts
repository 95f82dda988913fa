// Tills that are tapped at random while the network, the server and their own tabs break: in the end all show what the
// server has, and every tap is accounted for. SEED=n repeats a run.
import { test } from "node:test";
import type { Rejected } from "../src/till";
import type { Op } from "../src/protocol";
import { account, chance, dice, type Journal } from "./hosts/chance";
import { type Browser, realBrowser, type Tab } from "./hosts/real";
import { type Place, FaultyProxy, Server } from "./hosts/server";
import { canonical, until } from "./hosts/until";

interface Counter {
  pos: number;
  browser: Browser;
  tabs: Tab[];
}

const seed = +(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const ROUNDS = +(process.env.ROUNDS ?? 10);

test(`everything breaks, seed ${seed}`, { timeout: 100_000 }, async (t) => {
  const roll = dice(seed);
  const server = await Server.start();
  const net = await FaultyProxy.before(server.port);
  const place: Place = await server.furnish("floor", 4);
  const journal: Journal = { did: [], perhaps: [], rejected: [] };
  // A till with three tabs, one with two tabs on plain http, and two with one.
  const counters: Counter[] = [3, 2, 1, 1].map((n, pos) => ({
    pos,
    browser: realBrowser(pos === 1),
    tabs: Array(n).fill(undefined),
  }));
  const told = new Map<string, Rejected>();
  const tell = (r: Rejected) => {
    told.set(JSON.stringify(r.mutation), r);
  };
  const open = async (c: Counter, i: number, tab: Tab) => {
    c.tabs[i] = tab;
    // Tabs with queues of their own may tap the same under one id in one millisecond: who tapped tells them apart.
    const user = { id: `${c.pos}-${i}`, name: `Cashier ${i}` };
    await tab.open({ url: net.url, token: place.tokens[c.pos], name: place.pos[c.pos], user });
    tab.till.on("rejected", tell);
  };
  t.after(async () => {
    await Promise.all(counters.map((c) => c.browser.closeAll()));
    await net.close();
    await server.stop();
  });
  for (const c of counters) for (let i = 0; i < c.tabs.length; i++) await open(c, i, c.browser.tab());

  const going = new Set<Promise<unknown>>();
  const tap = (c: Counter, tab: Tab) => {
    const ops: Op[] = chance(roll, `${place.pos[c.pos]}-${c.browser.tabs.indexOf(tab)}`, tab.till);
    journal.perhaps.push(ops);
    const acked = () => {
      journal.perhaps.splice(journal.perhaps.indexOf(ops), 1);
      journal.did.push(ops);
    };
    const asked = tab.till.do(...ops).then(acked, (e: Error) => {
      // Refused is not done; a till that crashed says nothing at all.
      if (!tab.dead && !/was closed/.test(e.message)) journal.perhaps.splice(journal.perhaps.indexOf(ops), 1);
    });
    going.add(asked);
    asked.finally(() => going.delete(asked));
  };

  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 12; i++) {
      const c = counters[roll(counters.length)];
      tap(c, c.tabs[roll(c.tabs.length)]);
      if (roll(3) === 0) await new Promise((resolve) => setTimeout(resolve, roll(20)));
    }
    const c = counters[roll(counters.length)],
      at = roll(c.tabs.length),
      tab = c.tabs[at];
    switch (roll(9)) {
      case 0:
        net.cut();
        break;
      case 1:
        net.delay = roll(30);
        break;
      case 2:
        net.frozen = !net.frozen;
        break;
      case 3:
        net.down = !net.down;
        net.cut();
        break;
      case 4:
        net.noSockets = !net.noSockets;
        net.cut();
        break;
      case 5:
        await server.kill();
        await server.run();
        break;
      case 6:
        await open(c, at, tab.reload());
        break;
      case 7: // it crashes at its next write, if it leads
        tab.crash = roll(2) ? "after write" : "before write";
        tap(c, tab);
        await new Promise((resolve) => setTimeout(resolve, 20));
        tab.kill();
        await open(c, at, c.browser.tab(tab));
        break;
      case 8:
        roll(2) ? tab.hide() : tab.show();
    }
  }
  Object.assign(net, { down: false, frozen: false, delay: 0, noSockets: false });
  net.cut();
  for (const c of counters) for (const tab of c.tabs) tab.show();

  const tills = counters.flatMap((c) => c.tabs.map((tab) => tab.till));
  for (const till of tills) till.retry();
  await until(
    "all is sent",
    tills,
    () => {
      for (const till of tills) if (!till.status.transport) till.retry();
      return tills.every((till) => till.status.transport && !till.status.unsent && !till.status.waiting);
    },
    40_000,
  );
  // Queues beside a tab's own are sent too before the server's word is final.
  let want = "";
  await until(
    "all show what the server has",
    tills,
    async () => {
      want = canonical((await server.orders(place)).filter((o) => o.state === "open"));
      return tills.every((till) => canonical(till.orders().filter((o) => o.state === "open" && o.number)) === want);
    },
    40_000,
  );
  // Those of a queue that was sent beside a tab's own were told, and are gone with it.
  for (const till of tills) for (const r of await till.rejections()) tell(r);
  journal.rejected = [...told.values()];
  const orders = await server.orders(place);
  t.diagnostic(
    `${journal.did.length} taps acknowledged, ${journal.perhaps.length} cut off, ${journal.rejected.length} rejected, ${orders.length} orders`,
  );
  account(orders, journal);
});
