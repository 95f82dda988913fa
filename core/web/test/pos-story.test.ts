import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import {
  connected,
  desktop,
  eventually,
  key,
  launch,
  openPos,
  row,
  settled,
  shows,
  tablet,
  tapped,
  tile,
  total,
} from "./browser.ts";
import { Link, Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("the usage story: two POS side by side in one browser", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: desktop });
  try {
    const first = await openPos(context, server, "bar"),
      second = await openPos(context, server, "till-1");
    assert.match(first.url(), /\?pos=bar$/);
    await shows(first, ".order-head", "New order");
    await tile(first, "Coffee").click();
    // In opened POSes: the product, the note, and a number instead of New.
    for (const page of [first, second]) await page.locator(".tab-no", { hasText: "1" }).waitFor();
    await second.locator(".tab", { hasText: "1" }).first().click();
    for (const page of [first, second]) {
      await shows(page, ".order-head", "Order 1");
      await row(page, "Coffee").getByText("added by Bar", { exact: true }).waitFor();
    }
    // In the second: click the line, click a number under the order list.
    await row(second, "Coffee").click();
    await key(second, "3").click();
    for (const page of [first, second]) {
      await row(page, "Coffee").getByText("added by Bar, changed by Till 1").waitFor();
      await row(page, "Coffee").locator(".line-qty", { hasText: "3" }).waitFor();
      assert.equal(await total(page).textContent(), "7.50");
    }
    await shows(first, ".news", "Till 1 changed Coffee in order 1");
    // Each keeps its own POS over a reload, and both are offered without ?pos.
    await second.reload();
    await shows(second, ".who-btn", "Till 1");
    await connected(second);
    await second.goto(`${server.url}/pos`);
    assert.deepEqual(await second.locator(".start-pos b").allTextContents(), ["Bar", "Till 1"]);
  } finally {
    await context.close();
    await server.close();
  }
});

test("what came too late is given back in one tap", async () => {
  const server = await Server.start(),
    link = await Link.to(server),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar", link),
      peer = await Peer.open(server);
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await settled(page);
    const id = await eventually(async () => (await peer.orders("open"))[0]!.id);
    await link.cut();
    await shows(page, ".link", "Offline");
    await tile(page, "Croissant").click();
    await tile(page, "Tea").click();
    await peer.push([
      { op: "order.pay", order: id, payment: { id: "p", method: "card", amount: 2.5 } },
      { op: "order.close", order: id, state: "paid" },
    ]);
    await link.mend();
    await shows(page, ".banner", "1 × Croissant, 1 × Tea came too late for order 1: it was paid at Till 1 by Ben.");
    await shows(page, ".closed", "Order 1 was paid at Till 1 by Ben");
    await tapped(page, "Put it on a new order");
    await shows(page, ".order-head", "Order 2");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("open")).map((o) => [o.fields.follows, o.lines.map((l) => l.fields.description)]),
        [[id, ["Croissant", "Tea"]]],
      ),
    );
    await page.reload();
    await connected(page);
    assert.equal(await page.locator(".banner").count(), 0);
  } finally {
    await context.close();
    await link.cut();
    await server.close();
  }
});

test("plain http on the local network: sells, and keeps its queue over a reload", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await context.newPage(),
      peer = await Peer.open(server);
    // No secure context: no service worker, no Web Locks. The link says who stands there, as the start page's does.
    await page.goto(`http://till.test:${server.port}/pos#token=${server.tokens.bar}&user=Ana`);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    await connected(page);
    await tile(page, "Coffee").click();
    await row(page, "Coffee").getByText("added by Bar (Ana)").waitFor();
    await server.kill();
    await shows(page, ".link", "Offline");
    await tile(page, "Tea").click();
    await row(page, "Tea").waitFor();
    await server.run();
    await page.reload();
    await connected(page);
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("open")).map((o) => o.lines.map((l) => l.fields.description)),
        [["Coffee", "Tea"]],
      ),
    );
  } finally {
    await context.close();
    await server.close();
  }
});
