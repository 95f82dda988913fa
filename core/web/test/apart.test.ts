import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { connected, desktop, eventually, launch, openPos, row, shows, tile } from "./browser.ts";
import { freePort } from "../../../sdk/js/test/hosts/port.ts";
import { Peer, root, Server } from "./server.ts";

// Vendors' code in the POS page: it reads nothing of the page, and can't stop it.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const documented = join(root, "extensions/javascript/testdata/documented.js");

interface Shop {
  server: Server;
  context: BrowserContext;
  page: Page;
  peer: Peer;
}
type Route = (context: BrowserContext, server: Server) => Promise<void>;

/** shop is a page with one order that has a coffee. */
async function shop(extensions: string[], use: (s: Shop) => Promise<void>, route?: Route): Promise<void> {
  const server = await Server.start({ extensions }),
    context = await browser.newContext({ viewport: desktop, serviceWorkers: route ? "block" : "allow" });
  try {
    await route?.(context, server);
    const peer = await Peer.open(server),
      page = await openPos(context, server, "bar");
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await use({ server, context, page, peer });
  } finally {
    await context.close();
    await server.close();
  }
}
const mine = async (peer: Peer) => (await peer.orders("open"))[0]!;
const set = async (peer: Peer, fields: object, order?: string) => {
  const [result] = await peer.push([{ op: "order.set", order: order ?? (await mine(peer)).id, set: fields }]);
  assert.equal(result!.status, "applied");
};
/** sell taps a product and waits until the server has it. */
async function sell(page: Page, name: string): Promise<void> {
  await tile(page, name).click();
  await row(page, name).waitFor();
  await connected(page);
}

/** sink is a server that notes whatever reaches it. */
async function sink(use: (url: string, heard: string[]) => Promise<void>): Promise<void> {
  const heard: string[] = [],
    server = createServer((from, to) => {
      heard.push(from.url!);
      to.writeHead(200, { "access-control-allow-origin": "*" }).end("1");
    });
  server.on("upgrade", (from, socket) => {
    heard.push(`socket ${from.url}`);
    socket.destroy();
  });
  server.listen(await freePort(), "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${(server.address() as { port: number }).port}`, heard);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const spied = (route?: Route) =>
  sink((url, heard) =>
    shop(
      [join(root, "core/web/test/testdata/hostile/hostile.js"), documented],
      async ({ page, peer }) => {
        await page.evaluate(() => {
          // biome-ignore lint/suspicious/noDocumentCookie: every browser that we support knows it
          document.cookie = "secret=1";
          sessionStorage.setItem("manytill.admin", "secret");
        });
        assert.match(await page.evaluate(() => localStorage.getItem("manytill.pos.bar")!), /"token"/);
        await set(peer, { sink: url });
        // it tries 32 ways, one after another
        await eventually(async () => assert.notEqual((await mine(peer)).fields.report, undefined), 40_000);
        const order = await mine(peer);
        assert.equal(order.fields.report, "32 tried, found: nothing");
        assert.deepEqual([order.state, order.fields.first_new_variable, order.payments], ["open", undefined, []]);
        assert.deepEqual(heard, []);
        await sell(page, "Tea");
        assert.match(await page.title(), /^Bar/);
      },
      route,
    ),
  );

test("a hostile file finds no token, no storage and no network, and says nothing but what models say", () => spied());

test("the policies alone hold it: with all that a browser gives to workers", () =>
  spied(async (context, server) => {
    const text = await (await fetch(`${server.url}/worker.js`)).text(),
      list = /\["fetch",[^\]]*\]/;
    assert.match(text, list);
    await context.route("**/worker.js", (route) =>
      route.fulfill({ contentType: "text/javascript", body: text.replace(list, "[]") }),
    );
  }));

const hooks = (when: string, then: string) => `
var Base = models.Order.prototype, inPage = typeof Intl === "object", kept = [];
models.Order = models.Order.extend({
    init_from_JSON: function (json) { Base.init_from_JSON.apply(this, arguments); this.mood = json.mood; this.seats = json.seats; },
    apply_ms_data: function (json) {
        if (json.seats > 12) { throw new Reject("A table has at most 12 seats"); }
        if (inPage && json.mood === "${when}") { ${then} }
        this.mood = json.mood; this.seats = json.seats;
    },
    export_as_JSON: function () { var out = Base.export_as_JSON.apply(this, arguments); out.mood = this.mood; out.seats = this.seats; return out; },
});
`;
const yaml =
  "name: moods\njs: moods.js\ncan_reject: true\nfields:\n  order:\n    mood: {type: string, label: Mood, edit: true}\n    seats: {type: number, label: Seats, edit: true}\n";

/** moods is an extension of a server's own folder. */
function moods(server: Server, when: string, then: string): string {
  writeFileSync(join(server.dir, "moods.js"), hooks(when, then));
  writeFileSync(join(server.dir, "extension.yaml"), yaml);
  return server.dir;
}
async function reloaded(server: Server, extensions: string[]): Promise<void> {
  const etag = async () =>
      ((await (await fetch(`${server.url}/v1/info`)).json()) as { extensions_etag: string }).extensions_etag,
    old = await etag();
  server.configure(extensions);
  server.hangUp();
  await eventually(async () => assert.notEqual(await etag(), old));
}
async function type(page: Page, fields: Record<string, string>): Promise<void> {
  await page.getByRole("button", { name: "Order", exact: true }).click();
  for (const name of Object.keys(fields)) await page.getByRole("dialog").getByLabel(name).fill(fields[name]!);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
}

/** stops is a value on which a hook of one extension ends its worker; all else goes on. */
async function stops(then: string): Promise<void> {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: desktop });
  try {
    await reloaded(server, [moods(server, "bad", then), documented]);
    const peer = await Peer.open(server),
      page = await openPos(context, server, "bar");
    page.setDefaultTimeout(60_000);
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await set(peer, { mood: "bad" });
    await shows(page, ".banner", /Stopped on this screen: extension moods \(.*: order 1 goes on without it\)/);
    // The page sells, on this order too, and the other extension goes on.
    await sell(page, "Tea");
    await type(page, { Mood: "bad still", "First new variable": "alpha" });
    await shows(page, ".order-fields", "alpha");
    await eventually(async () =>
      assert.deepEqual(
        (await mine(peer)).lines.map((l) => l.fields.description),
        ["Coffee", "Tea"],
      ),
    );
    // The extension has its say on other orders.
    await page.getByRole("button", { name: "New order", exact: true }).click();
    await tile(page, "Espresso").click();
    await type(page, { Seats: "13" });
    await shows(page, ".alert, .banner", "A table has at most 12 seats");
    assert.equal(
      (await peer.orders("open")).some((o) => o.fields.seats === 13),
      false,
    );
  } finally {
    await context.close();
    await server.close();
  }
}

test("a hook that loops for one value of another till", () => stops("while (true) {}"));
test("a hook that loops when it has returned", () =>
  stops("Promise.resolve().then(function again() { return Promise.resolve().then(again); });"));
test("a hook that takes all memory", () => stops("while (true) { kept.push(new Array(100000).fill(kept.length)); }"));

test("a file that never ends loading, and a frame that never starts", async () => {
  const server = await Server.start();
  try {
    writeFileSync(
      join(server.dir, "loops.js"),
      `if (typeof Intl === "object") { while (true) {} }\n${hooks("", "").replaceAll(/mood|seats/g, "x_$&")}`,
    );
    await reloaded(server, [join(server.dir, "loops.js"), documented]);
    const loads = await browser.newContext({ viewport: desktop }),
      frame = await browser.newContext({ viewport: desktop, serviceWorkers: "block" });
    // A browser that takes no script in a document.
    await frame.route("**/pos", async (route) => {
      const answer = await route.fetch(),
        headers = answer.headers();
      await route.fulfill({
        response: answer,
        headers: {
          ...headers,
          "content-security-policy": headers["content-security-policy"]!.replace(/'sha256-[^']*'/, ""),
        },
      });
    });
    const first = await openPos(loads, server, "bar"),
      second = await openPos(frame, server, "till-1");
    // ten seconds are the limit, counted in turns of workers
    for (const page of [first, second]) page.setDefaultTimeout(60_000);
    for (const page of [first, second]) await sell(page, "Coffee");
    await shows(first, ".banner", /Stopped on this screen: extension .*loops.* \(it didn't load within 10 s\)/);
    await shows(second, ".banner", "Stopped on this screen: extensions (their frame doesn't start)");
    await type(first, { "First new variable": "alpha" });
    await shows(first, ".order-fields", "alpha");
    for (const page of [first, second]) await sell(page, "Tea");
    await Promise.all([loads.close(), frame.close()]);
  } finally {
    await server.close();
  }
});

test("the frame is of an origin of its own, and the page takes no other script in a document", () =>
  shop([documented], async ({ page }) => {
    await page.waitForFunction(() => !!document.querySelector("iframe"));
    const frame = page.locator("iframe");
    assert.equal(await frame.getAttribute("sandbox"), "allow-scripts");
    assert.equal(await page.evaluate(() => document.querySelector("iframe")!.contentDocument), null);
    const ran = await page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (e) => resolve(e.effectiveDirective));
          document.head.append(
            Object.assign(document.createElement("script"), { textContent: "document.title = 'mine'" }),
          );
        }),
    );
    assert.equal(ran, "script-src-elem");
  }));

test("other extensions take their place while the page sells, over plain http on another machine's address too", async () => {
  const server = await Server.start({ extensions: [documented] }),
    context = await browser.newContext({ viewport: desktop });
  const errors: string[] = [];
  context.on("weberror", (e) => errors.push(String(e.error())));
  try {
    const page = await context.newPage(),
      peer = await Peer.open(server);
    page.setDefaultTimeout(60_000);
    await page.goto(`http://till.test:${server.port}/pos#token=${server.tokens.bar}`);
    await connected(page);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await page.locator("iframe").waitFor({ state: "attached" });
    const ask = () =>
      page.evaluate(() => {
        document.dispatchEvent(new Event("visibilitychange"));
      });

    await page.evaluate(() => {
      (window as unknown as { stays: boolean }).stays = true;
    });
    await reloaded(server, [moods(server, "bad", "while (true) {}")]);
    await ask();
    // When they are there the page's own hooks are, which alone loop; a change before isn't theirs.
    await eventually(async () => {
      for (const mood of ["fine", "bad"]) await set(peer, { mood });
      await page.locator(".banner", { hasText: "order 1 goes on without it" }).waitFor({ timeout: 3000 });
    }, 60_000);
    await type(page, { Seats: "4" });
    await shows(page, ".order-fields", "Seats 4");

    // The operator takes it away.
    await reloaded(server, []);
    await ask();
    await page.locator("iframe").waitFor({ state: "detached" });
    await page.locator(".banner", { hasText: "Stopped" }).waitFor({ state: "detached" });
    await sell(page, "Tea");
    await type(page, { Seats: "13" }); // the field stays
    await shows(page, ".order-fields", "Seats 13");
    assert.equal(await page.evaluate(() => (window as unknown as { stays: boolean }).stays), true);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
    await server.close();
  }
});
