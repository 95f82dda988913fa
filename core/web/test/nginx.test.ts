import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openAdmin } from "./admin-scene.ts";
import { connected, desktop, eventually, launch, openPos, row, settled, shows, tile } from "./browser.ts";
import { nginx, postgres, type Database, type Nginx } from "./cluster.ts";
import { Peer, Server } from "./server.ts";

// Two servers on one database, behind nginx as deploy/nginx/manytill.conf has it.

let browser: Browser, database: Database, nodes: [Server, Server], proxy: Nginx;
/** What pages call: the first server, at nginx's address. */
let front: Server;
before(async () => {
  [browser, database] = await Promise.all([launch(), postgres()]);
  const first = await Server.start({ store: database.store });
  nodes = [first, await Server.beside(first)];
  const prefix = "location /shop/ { proxy_pass http://manytill/; }";
  proxy = await nginx([nodes[0].port, nodes[1].port], prefix);
  front = { ...first, url: proxy.url, tokens: first.tokens } as unknown as Server;
});
after(async () => {
  await browser?.close();
  for (const one of [proxy, ...(nodes ?? []), database]) await one?.close();
});

/** watched notes all that a page says of its connection, and whatever it warns of. */
const watched = (page: Page) =>
  page.evaluate(() => {
    const said: { text: string; ms: number }[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => {
      for (const place of document.querySelectorAll(".link-text, .banner, .alert, dialog[open]"))
        if (said.at(-1)?.text !== place.textContent)
          said.push({ text: place.textContent!, ms: Math.round(performance.now()) });
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
const said = (page: Page) => page.evaluate(() => (window as unknown as { said: { text: string; ms: number }[] }).said);

/** of is the server that has the socket of a POS. */
async function of(pos: string): Promise<Server> {
  return eventually(async () => {
    for (const node of nodes) {
      const { connections } = await node
        .admin<{ connections: { pos: { id: string } }[] }>("GET", "/v1/admin/connections")
        .catch(() => ({ connections: [] }));
      if (connections.some((c) => c.pos.id === pos)) return node;
    }
    throw new Error(`${pos} isn't connected`);
  });
}

/** serves starts a killed server again, and waits until nginx has it serve. */
async function serves(page: Page, killed: Server): Promise<void> {
  await killed.run();
  const was = proxy.log().length;
  await eventually(async () => {
    await page.evaluate(() => fetch("/healthz"));
    assert.ok(proxy.log().slice(was).includes(` 127.0.0.1:${killed.port}\n`), "nginx has it serve again");
  });
}

test("both servers are killed, one after the other, while two tills sell: no tap is lost", async () => {
  const context = await browser.newContext({ viewport: desktop, ignoreHTTPSErrors: true });
  try {
    const first = await openPos(context, front, "bar"),
      second = await openPos(context, front, "till-1");
    await tile(first, "Coffee").click();
    await tile(second, "Tea").click();
    await settled(first);
    await settled(second);
    for (const page of [first, second]) await watched(page);
    let taps = 1;
    const sell = async (times: number) => {
      for (let i = 0; i < times; i++, taps++)
        await Promise.all([tile(first, "Coffee").click(), tile(second, "Tea").click()]);
    };
    let killed: Server | undefined;
    for (const pos of ["bar", "till-1"]) {
      if (killed) await serves(first, killed);
      killed = await of(pos);
      const selling = sell(8);
      await killed.kill("SIGKILL");
      await selling;
      await sell(2);
      for (const page of [first, second]) await settled(page);
    }
    for (const [page, product] of [
      [first, "Coffee"],
      [second, "Tea"],
    ] as const)
      await row(page, product)
        .locator(".line-qty", { hasText: String(taps) })
        .waitFor();
    const peer = await Peer.open(nodes.find((n) => n !== killed)!, "till-1");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("open")).map((o) => o.lines.map((l) => [l.fields.description, l.fields.qty])).sort(),
        [[["Coffee", taps]], [["Tea", taps]]],
      ),
    );
    for (const page of [first, second]) {
      const all = await said(page);
      assert.ok(all.some(({ text }) => text.startsWith("Sending")));
      assert.ok(
        all.every(({ text }) => /^(Connected|Sending \d+|Connecting)$/.test(text)),
        all.map(({ text, ms }) => `${ms} ms: ${text}`).join("\n"),
      );
    }
  } finally {
    await context.close();
  }
});

test("a pairing link of the admin page leads through nginx", async () => {
  const context = await browser.newContext({ viewport: desktop, ignoreHTTPSErrors: true });
  try {
    const admin = await openAdmin(await context.newPage(), front, "pos");
    await admin.getByRole("button", { name: "New token Bar" }).click();
    await admin.getByRole("button", { name: "Make a new token" }).click();
    const link = await admin.getByLabel("Pairing link", { exact: true }).inputValue();
    assert.ok(link.startsWith(`${proxy.url}/pos#token=`), link);
    const till = await context.newPage();
    await till.goto(link);
    await connected(till);
  } finally {
    await context.close();
  }
});

test("below a path the pages say that it isn't possible", async () => {
  const context = await browser.newContext({ viewport: desktop, ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    for (const path of ["/shop/", "/shop/pos", "/shop/admin"]) {
      await page.goto(proxy.url + path);
      await shows(page, "h1", "Manytill can't be below a path");
      await shows(page, "p", `${new URL(proxy.url).host}${path}`);
      assert.equal(await page.locator("main").count(), 1);
    }
  } finally {
    await context.close();
  }
});
