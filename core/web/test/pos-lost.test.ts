import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import {
  canStartAlone,
  connected,
  desktop,
  eventually,
  executable,
  flags,
  launch,
  openPos,
  row,
  settled,
  shows,
  tapped,
  tile,
} from "./browser.ts";
import { Front } from "./front.ts";
import { Peer, Server } from "./server.ts";

// What a browser keeps, and how it is lost: the process killed, the storage cleared below the page, pages and
// service workers of another build. The faults are the browser's own, not stand-ins (storage.test.ts has
// those).

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

interface Place {
  server: Server;
  front: Front;
  context: BrowserContext;
}
async function at(work: (p: Place) => Promise<void>): Promise<void> {
  const server = await Server.start(),
    front = await Front.of(server),
    context = await browser.newContext({ viewport: desktop });
  try {
    await work({ server, front, context });
  } finally {
    await context.close();
    await front.close();
    await server.close();
  }
}
const open = async ({ server, front, context }: Place, pos = "bar"): Promise<Page> => {
  const page = await openPos(context, server, pos, front);
  await canStartAlone(page);
  return page;
};
/** lines are those of the open orders as the server has them. */
const lines = async (server: Server) =>
  (await (await Peer.open(server)).orders("open"))
    .flatMap((o) => o.lines.map((l) => `${l.fields.qty} ${l.fields.description}`))
    .sort();
const on = (page: Page) => page.locator(".line-name").allTextContents();

/** atProfile is a browser with a profile on disk. */
async function atProfile(work: (server: Server, start: () => Promise<BrowserContext>) => Promise<void>): Promise<void> {
  const server = await Server.start(),
    dir = mkdtempSync(join(tmpdir(), "manytill-profile-"));
  let context: BrowserContext | undefined;
  try {
    await work(server, async () => {
      context = await chromium.launchPersistentContext(dir, {
        executablePath: executable,
        args: flags,
        viewport: desktop,
      });
      return context;
    });
  } finally {
    await context?.close().catch(() => {}); // it may be killed
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
/** killed ends a browser's main process, which gets no chance to write anything. */
async function killed(context: BrowserContext): Promise<void> {
  const gone = new Promise((resolve) => context.on("close", resolve)),
    cdp = await context.browser()!.newBrowserCDPSession(),
    { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  process.kill(processInfo.find((p) => p.type === "browser")!.id, "SIGKILL");
  await gone;
}

test("the browser is killed while taps wait: all that the page showed is there when it starts again", () =>
  atProfile(async (server, start) => {
    const paired = await start();
    await canStartAlone(await openPos(paired, server, "bar"));
    await paired.close();
    for (let round = 1; round <= 2; round++) {
      const context = await start(),
        page = await context.newPage();
      await page.goto(`${server.url}/pos`);
      await connected(page);
      await server.kill();
      await shows(page, ".link", "Offline");
      await tapped(page, "New order");
      for (const name of ["Coffee", "Tea", "Croissant"]) await tile(page, name).click();
      await shows(page, ".link", "Offline · 3 waiting");
      await killed(context);
      const again = await start(),
        reopened = await again.newPage();
      await reopened.goto(`${server.url}/pos`);
      await reopened.locator(".tab", { hasText: /New.*6\.90/ }).click();
      await row(reopened, "Croissant").waitFor();
      assert.deepEqual(await on(reopened), ["Coffee", "Tea", "Croissant"]);
      await shows(reopened, ".link", "Offline · 3 waiting");
      await server.run();
      await settled(reopened);
      await eventually(async () =>
        assert.deepEqual(
          await lines(server),
          ["1 Coffee", "1 Croissant", "1 Tea"].flatMap((line) => Array<string>(round).fill(line)),
        ),
      );
      await again.close();
    }
  }));

test("the browser is killed as soon as a till is paired: it is paired when it starts again", () =>
  atProfile(async (server, start) => {
    const context = await start();
    await openPos(context, server, "bar");
    await killed(context);
    const page = await (await start()).newPage();
    await page.goto(`${server.url}/pos`);
    await connected(page);
  }));

const clear = async (page: Page, storageTypes: string) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Storage.clearDataForOrigin", { origin: new URL(page.url()).origin, storageTypes });
};

/** rows is how many entries the queue's database has, and how many values the page's. */
const rows = (page: Page): Promise<{ queue: number; page: number }> =>
  page.evaluate(async () => {
    const counts = { queue: 0, page: 0 };
    for (const { name } of await indexedDB.databases()) {
      const [what, store] = name === "manytill-page" ? (["page", "kept"] as const) : (["queue", "entries"] as const);
      counts[what] = await new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name!);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction(store).objectStore(store).count();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result);
          };
        };
      });
    }
    return counts;
  });

test("the browser clears the databases below a till that is offline: it sells on, and the next taps are kept with what waits", () =>
  at(async (p) => {
    const page = await open(p);
    await tile(page, "Coffee").click();
    await settled(page);
    await p.server.kill();
    await shows(page, ".link", "Offline");
    await tile(page, "Tea").click();
    await tile(page, "Croissant").click();
    await shows(page, ".link", "Offline · 2 waiting");
    const before = await rows(page);
    await clear(page, "indexeddb");
    await tile(page, "Espresso").click();
    before.queue++;
    await shows(page, ".link", "Offline · 3 waiting");
    await eventually(async () => assert.deepEqual(await rows(page), before));
    await page.reload();
    await row(page, "Espresso").waitFor();
    assert.deepEqual(await on(page), ["Coffee", "Tea", "Croissant", "Espresso"]);
    await tile(page, "Espresso").waitFor();
    await shows(page, ".link", "Offline · 3 waiting");
    await p.server.run();
    await settled(page);
    await eventually(async () =>
      assert.deepEqual(await lines(p.server), ["1 Coffee", "1 Croissant", "1 Espresso", "1 Tea"]),
    );
  }));

test("the browser clears everything below a till: it stays paired, and what was tapped arrives", () =>
  at(async (p) => {
    const page = await open(p);
    await tile(page, "Coffee").click();
    await settled(page);
    await clear(page, "all");
    await tile(page, "Tea").click();
    await row(page, "Tea").waitFor();
    await settled(page);
    await eventually(async () => assert.deepEqual(await lines(p.server), ["1 Coffee", "1 Tea"]));
    await page.goto(`${p.front.url}/pos`);
    await connected(page);
    await page.locator(".tab", { hasText: "4.80" }).waitFor();
    await canStartAlone(page);
  }));

test("the browser drops the kept page alone: the next start with a server keeps it again", () =>
  at(async (p) => {
    const page = await open(p);
    await clear(page, "cache_storage");
    await page.reload();
    await connected(page);
    await canStartAlone(page);
    await p.server.kill();
    await page.reload();
    await shows(page, ".link", "Offline");
    await tile(page, "Coffee").click();
    await row(page, "Coffee").waitFor();
  }));

test("two builds of the page in one browser, at once: both sell, and no tap is lost", () =>
  at(async (p) => {
    p.front.build = "of-yesterday";
    const old = await open(p);
    p.front.build = "";
    const fresh = await openPos(p.context, p.server, "till-1", p.front),
      same = await openPos(p.context, p.server, "bar", p.front);
    await tapped(fresh, "New order");
    await tile(fresh, "Espresso").click();
    for (const [page, name] of [
      [old, "Coffee"],
      [same, "Tea"],
      [old, "Croissant"],
      [same, "Mint tea"],
    ] as const) {
      await tile(page, name).click();
      await row(page, name).waitFor();
    }
    for (const page of [old, same, fresh]) await settled(page);
    await eventually(async () =>
      assert.deepEqual(await lines(p.server), ["1 Coffee", "1 Croissant", "1 Espresso", "1 Mint tea", "1 Tea"]),
    );
  }));

test("a service worker of yesterday: its page starts without a server and sells; the next is of the new build", () =>
  at(async (p) => {
    p.front.build = "of-yesterday";
    const first = await open(p);
    await tile(first, "Coffee").click();
    await settled(first);
    await first.close();
    await p.server.kill();
    let page = await p.context.newPage();
    await page.goto(`${p.front.url}/pos`);
    await shows(page, ".link", "Offline");
    await tile(page, "Tea").click();
    await row(page, "Tea").waitFor();
    p.front.build = ""; // the server comes back as today's
    await p.server.run();
    await settled(page);
    await eventually(async () => assert.deepEqual(await lines(p.server), ["1 Coffee", "1 Tea"]));
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.ready).update();
    });
    // A browser lets a newer worker take over when the one before has nothing under way: below a page that polls, that
    // is when the page is closed.
    await eventually(async () => {
      await page.close();
      page = await p.context.newPage();
      await page.goto(`${p.front.url}/pos`);
      await connected(page);
      const kept = await page.evaluate(() => caches.keys());
      assert.ok(kept.length === 1 && kept[0] !== "manytill-of-yesterday", `${kept}`);
    }, 30_000);
  }));
