import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { connected, eventually, launch, openPos, row, shows, tablet, tapped, tile } from "./browser.ts";
import { adminToken, Link, Peer, Server } from "./server.ts";

// Browsers whose storage is forbidden, full, broken or silent.

let browser: Browser, server: Server;
before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
after(async () => {
  await browser.close();
  await server.close();
});

async function inBrowser(work: (context: BrowserContext) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: tablet });
  try {
    await work(context);
  } finally {
    await context.close();
  }
}
const sold = async () =>
  (await (await Peer.open(server)).orders("")).flatMap((o) => o.lines.map((l) => l.fields.description));
const count = async (what: string) => (await sold()).filter((name) => name === what).length;

/** What stands in for localStorage and sessionStorage; it runs in the page. */
const storages = {
  forbidden: () => {
    for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(globalThis, name, {
        get() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        },
      });
  },
  full: () => {
    Storage.prototype.setItem = () => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
  },
};
for (const [name, broken] of Object.entries(storages)) {
  test(`storage that is ${name}: a till pairs, sells and says so; the admin page signs in`, () =>
    inBrowser(async (context) => {
      await context.addInitScript(broken);
      const before = await count("Mint tea"),
        page = await openPos(context, server, "bar");
      await tile(page, "Mint tea").click();
      await row(page, "Mint tea").waitFor();
      await shows(page, ".banner", "This browser doesn't keep all that this page needs");
      await eventually(async () => assert.equal(await count("Mint tea"), before + 1));
      await tapped(page, "Dark colours");
      await page.goto(`${server.url}/pos`);
      await connected(page); // by the copy in the database
      const admin = await context.newPage();
      await admin.goto(`${server.url}/admin`);
      await admin.getByLabel("Admin token").fill(adminToken);
      await admin.getByRole("button", { name: "Sign in" }).click();
      await shows(admin, "h1", "Multi-session settings");
      await admin.goto(`${server.url}/admin?again#token=${adminToken}`);
      await shows(admin, "h1", "Multi-session settings");
    }));
}

test("broken entries, of this POS and of others, keep no till from starting", () =>
  inBrowser(async (context) => {
    const page = await openPos(context, server, "bar");
    const put = (entries: Record<string, string>) =>
      page.evaluate((all) => {
        for (const [k, v] of Object.entries(all)) localStorage.setItem(k, v);
      }, entries);
    await put({
      "manytill.pos.old": "{",
      "manytill.pos.list": "[1]",
      "manytill.pos.half": '{"pos":"half"}',
      "manytill.pos.null": "null",
      "manytill.read.bar": "{",
      "manytill.owing.bar": '[{"payment":3},null]',
      "manytill.theme": "\u0000",
    });
    await page.evaluate(() => sessionStorage.setItem("manytill.order.bar", "{{"));
    await page.goto(`${server.url}/pos`); // the one that is whole
    await connected(page);
    await tile(page, "Espresso").click();
    await row(page, "Espresso").waitFor();
    await put({ "manytill.pos.bar": '{"pos":"bar","token":17}' });
    await page.goto(`${server.url}/pos?pos=bar`);
    await connected(page); // by the copy in the database
    await row(page, "Espresso").waitFor();
  }));

/** What stands in for IndexedDB, by the database that is asked for. */
const databases = {
  "never answers for the page's own": () => {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name, version) {
      return name === "manytill-page" ? ({} as IDBOpenDBRequest) : open.call(this, name, version);
    };
  },
  "never answers": () => {
    IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
  },
  "is full": () => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...args) {
      const request = put.apply(this, args);
      this.transaction.abort();
      return request;
    };
  },
  "is forbidden": () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
  },
  "isn't there": () => {
    Object.defineProperty(globalThis, "indexedDB", { value: undefined });
  },
};
for (const [name, broken] of Object.entries(databases)) {
  test(`IndexedDB ${name}: a till starts, sells and says so`, () =>
    inBrowser(async (context) => {
      await context.addInitScript(broken);
      const before = await count("Cheese toast"),
        page = await context.newPage();
      await page.goto(`${server.url}/pos#token=${server.tokens.bar}`);
      await tile(page, "Cheese toast").click();
      await row(page, "Cheese toast").waitFor();
      await eventually(async () => assert.equal(await count("Cheese toast"), before + 1));
      await shows(
        page,
        ".banner",
        name.includes("page's own")
          ? "This browser doesn't keep all"
          : /This browser(.*storage doesn't work| keeps nothing| has no space left)/,
      );
      await connected(page);
    }));
}

test("IndexedDB that loses its connection while a till sells: it goes on, and all is there after a reload", () =>
  inBrowser(async (context) => {
    await context.addInitScript(() => {
      const transaction = IDBDatabase.prototype.transaction,
        lost = new WeakSet<IDBDatabase>();
      Object.assign(globalThis, { lose: false });
      IDBDatabase.prototype.transaction = function (...args) {
        const state = globalThis as unknown as { lose: boolean };
        if (state.lose) lost.add(this);
        state.lose = false;
        // as after a sleep
        if (lost.has(this)) throw new DOMException("The database connection is closing.", "InvalidStateError");
        return transaction.apply(this, args);
      };
    });
    const page = await openPos(context, server, "bar");
    await tapped(page, "New order");
    for (const name of ["Flat white", "Cappuccino"]) {
      await page.evaluate(() => Object.assign(globalThis, { lose: true }));
      await tile(page, name).click();
      await row(page, name).waitFor();
    }
    await page.reload();
    await connected(page);
    for (const name of ["Flat white", "Cappuccino"]) await row(page, name).waitFor();
    assert.equal(await page.locator(".banner").count(), 0);
  }));

test("IndexedDB without space for a while: the till sells on and says so; with space again, all is kept", () =>
  inBrowser(async (context) => {
    await context.addInitScript(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...args) {
        if ((globalThis as unknown as { full?: boolean }).full)
          throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
        return put.apply(this, args);
      };
    });
    const link = await Link.to(server),
      page = await openPos(context, server, "bar", link),
      full = (on: boolean) => page.evaluate((full) => Object.assign(globalThis, { full }), on);
    await tapped(page, "New order");
    await link.cut();
    await shows(page, ".link", "Offline");
    await full(true);
    await tile(page, "Orange juice").click();
    await row(page, "Orange juice").waitFor();
    await shows(page, ".banner", "This browser has no space left.");
    await full(false);
    await tile(page, "Sparkling water").click();
    await page.locator(".banner").waitFor({ state: "detached" });
    await page.reload();
    for (const name of ["Orange juice", "Sparkling water"]) await row(page, name).waitFor();
    await link.mend();
    await connected(page);
    await eventually(async () =>
      assert.deepEqual([await count("Orange juice"), await count("Sparkling water")], [1, 1]),
    );
    await link.cut();
  }));
