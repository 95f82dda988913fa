import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  canStartAlone,
  connected,
  desktop,
  eventually,
  launch,
  openPos,
  row,
  runFirst,
  shows,
  tapped,
  tile,
} from "./browser.ts";
import { foreigners, Front } from "./front.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser, server: Server;
before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** canSellAlone waits until the page would start without its server, and have its products. */
const canSellAlone = async (page: Page) => {
  await canStartAlone(page);
  await page.waitForFunction(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const open = indexedDB.open("manytill-page", 1);
      open.onsuccess = () => resolve(open.result);
      open.onerror = () => reject(open.error);
    });
    try {
      const keys = db.transaction("kept").objectStore("kept").getAllKeys();
      await new Promise((resolve) => {
        keys.onsuccess = resolve;
      });
      return keys.result.some((k) => String(k).startsWith("catalogue "));
    } finally {
      db.close();
    }
  });
};
const sold = async () =>
  (await (await Peer.open(server)).orders("")).flatMap((o) => o.lines.map((l) => l.fields.description));

// Whatever a router says in the server's place: the kept page starts, sells, and sends later.
for (const [name, says] of Object.entries(foreigners)) {
  test(`in the server's place answers ${name}`, async () => {
    const front = await Front.of(server),
      context = await browser.newContext({ viewport: desktop });
    try {
      const page = await openPos(context, { ...server, url: front.url, tokens: server.tokens } as Server, "bar");
      await canSellAlone(page);
      front.says(says);
      await shows(page, ".link", "Offline");
      for (const product of ["Tea", "Espresso"]) {
        // twice: what was answered the first time must not have been kept
        await page.reload();
        await tile(page, product)
          .click()
          .catch(async (e) => {
            throw new Error(`the page shows:\n${await page.locator("body").innerText()}`, { cause: e });
          });
        await row(page, product).waitFor();
        await page.evaluate(async () => {
          await (await navigator.serviceWorker.ready).update().catch(() => {});
        });
      }
      await shows(page, ".news-off", "A router or a login page answers in the server's place");
      await tapped(page, "Till menu");
      assert.equal(await page.getByRole("link", { name: "See what answers" }).getAttribute("href"), "/");
      await page.keyboard.press("Escape");
      assert.equal(await page.locator(".cover").count(), 0);
      assert.equal(
        await page.evaluate(async () => {
          const all = await Promise.all(
            (await caches.keys()).map(async (n) => {
              const c = await caches.open(n);
              return Promise.all((await c.keys()).map(async (k) => (await c.match(k))!.text()));
            }),
          );
          return all.flat().some((text) => text.includes("free Wi-Fi") || text.includes("<h1>"));
        }),
        false,
      );
      const before = await sold();
      front.says(undefined);
      await connected(page);
      await eventually(async () => assert.deepEqual((await sold()).slice(before.length), ["Tea", "Espresso"]));
    } finally {
      await context.close();
      await front.close();
    }
  });
}

test("a database that answers late is waited for no longer than is good, and its products are shown then", async () => {
  const front = await Front.of(server),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, { ...server, url: front.url, tokens: server.tokens } as Server, "bar");
    await canSellAlone(page);
    front.says(foreigners["404"]);
    // It answers when it is told to.
    await runFirst(page, () => {
      const open = indexedDB.open.bind(indexedDB),
        waiting: (() => void)[] = [];
      Object.assign(window, { answer: () => waiting.splice(0).forEach((go) => go()) });
      indexedDB.open = (name, version) => {
        const request = open(name, version);
        if (name !== "manytill-page") return request;
        let then: ((e: Event) => unknown) | null = null;
        Object.defineProperty(request, "onsuccess", { set: (f) => (then = f) });
        request.addEventListener("success", (e) => waiting.push(() => then?.call(request, e)));
        return request;
      };
    });
    await page.reload();
    await page
      .getByText("Getting the products…")
      .waitFor()
      .catch(async (e) => {
        throw new Error(`the page shows:\n${await page.locator("body").innerText()}`, { cause: e });
      });
    await page.evaluate(() => (window as unknown as { answer: () => void }).answer());
    await tile(page, "Tea").click();
    await row(page, "Tea").waitFor();
  } finally {
    await context.close();
    await front.close();
  }
});

test("a page that was never loaded isn't made of what a router answers", async () => {
  const front = await Front.of(server),
    context = await browser.newContext({ viewport: desktop });
  try {
    front.says(foreigners["200, a login page"]);
    const page = await context.newPage();
    await page.goto(`${front.url}/pos`);
    await shows(page, "h1", "Log in to the free Wi-Fi");
    front.says(undefined);
    await page.goto(`${front.url}/pos?now#token=${server.tokens.bar}`);
    await connected(page);
  } finally {
    await context.close();
    await front.close();
  }
});

test("the catalogue is asked for once; an answer that is cut is asked for again", async () => {
  const front = await Front.of(server),
    catalogues = () => front.asked.filter((a) => a === "GET /v1/catalogue").length;
  try {
    for (const cuts of [0, 2]) {
      const context = await browser.newContext({ viewport: desktop });
      front.asked.length = 0;
      front.cuts.set("/v1/catalogue", cuts);
      const page = await openPos(context, { ...server, url: front.url, tokens: server.tokens } as Server, "bar");
      await tile(page, "Coffee").waitFor();
      assert.equal(catalogues(), cuts + 1);
      await context.close();
    }
  } finally {
    await front.close();
  }
});

test("what a router says isn't taken for what a token is worth", async () => {
  const front = await Front.of(server),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await context.newPage();
    await page.goto(`${front.url}/pos`);
    await shows(page, "h1", "Pair this till");
    front.says({ ...foreigners["401"]!, headers: { "content-type": "text/html" } });
    await page.getByLabel("Pairing link or token").fill(server.tokens.bar!);
    await tapped(page, "Pair");
    await shows(page, ".alert", "A router or a login page answers in the server's place");
    front.says(undefined);
    await tapped(page, "Pair");
    await connected(page);
  } finally {
    await context.close();
    await front.close();
  }
});
