import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import {
  canStartAlone,
  connected,
  desktop,
  eventually,
  key,
  launch,
  openPos,
  row,
  shows,
  tapped,
  tile,
  total,
} from "./browser.ts";
import { Link, Peer, Server, type WireOrder } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

interface Place {
  server: Server;
  link: Link;
  context: BrowserContext;
}
async function at(work: (p: Place) => Promise<void>): Promise<void> {
  const server = await Server.start(),
    link = await Link.to(server),
    context = await browser.newContext({ viewport: desktop });
  try {
    await work({ server, link, context });
  } finally {
    await context.close();
    await link.cut();
    await server.close();
  }
}
const inside = (orders: WireOrder[]) =>
  orders
    .sort((a, b) => a.run - b.run || a.number - b.number)
    .map((o) => [o.number, o.lines.map((l) => `${l.fields.qty} ${l.fields.description}`).join(", ")]);

test("server killed, device offline, page reloaded: nothing lost, nothing doubled", () =>
  at(async ({ server, link, context }) => {
    const page = await openPos(context, server, "bar", link);
    await canStartAlone(page);
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await server.kill();
    await context.setOffline(true);
    await shows(page, ".link", "Offline");
    await tile(page, "Coffee").click();
    await tile(page, "Tea").click();
    await tile(page, "Croissant").click();
    await shows(page, ".link", "Offline · 3 waiting");
    await page.reload();
    await shows(page, ".order-head", "Order 1");
    await row(page, "Coffee").locator(".line-qty", { hasText: "2" }).waitFor();
    assert.deepEqual(await page.locator(".line-name").allTextContents(), ["Coffee", "Tea", "Croissant"]);
    assert.equal(await total(page).textContent(), "9.40");
    await shows(page, ".link", "Offline · 3 waiting");
    await tapped(page, "New order");
    await tile(page, "Espresso").click();
    await row(page, "Espresso").waitFor();
    await shows(page, ".order-head", "New order");
    // A dead server behind a network that is there must not hang the page either.
    await context.setOffline(false);
    await page.reload();
    await row(page, "Espresso").waitFor();
    await server.run();
    await connected(page);
    await shows(page, ".order-head", "Order 2");
    const peer = await Peer.open(server);
    await eventually(async () =>
      assert.deepEqual(inside(await peer.orders("open")), [
        [1, "2 Coffee, 1 Tea, 1 Croissant"],
        [2, "1 Espresso"],
      ]),
    );
  }));

test("both tills offline on one order, both reloaded, the server restarted in between", () =>
  at(async ({ server, link, context }) => {
    const first = await openPos(context, server, "bar", link),
      second = await openPos(context, server, "till-1", link);
    for (const page of [first, second]) await canStartAlone(page);
    await tile(first, "Coffee").click();
    await second.locator(".tab", { hasText: "2.50" }).click();
    await row(second, "Coffee").waitFor();
    await shows(first, ".order-head", "Order 1");
    await link.cut();
    for (const page of [first, second]) await shows(page, ".link", "Offline");
    await tile(first, "Coffee").click();
    await tile(first, "Tea").click();
    await tile(second, "Coffee").click();
    await tile(second, "Coffee").click();
    await tile(second, "Croissant").click();
    await key(second, "Price").click();
    await key(second, "3").click();
    for (const [page, name] of [
      [first, "Espresso"],
      [second, "Mint tea"],
    ] as const) {
      await tapped(page, "New order");
      await tile(page, name).click();
      await row(page, name).waitFor();
      await page.reload();
      await row(page, name).waitFor();
    }
    await server.kill();
    await server.run();
    await link.mend();
    for (const page of [first, second]) await connected(page);
    for (const page of [first, second]) {
      await page
        .locator(".tab", { has: page.getByText("1", { exact: true }) })
        .first()
        .click();
      await total(page).getByText("15.30").waitFor();
    }
    const peer = await Peer.open(server),
      orders = await eventually(async () => {
        const all = inside(await peer.orders("open"));
        assert.equal(all.length, 3);
        return all;
      });
    assert.deepEqual(
      orders.map(([n]) => n),
      [1, 2, 3],
    );
    assert.deepEqual(String(orders[0]![1]).split(", ").sort(), ["1 Croissant", "1 Tea", "4 Coffee"]);
    assert.deepEqual(
      orders
        .slice(1)
        .map(([, lines]) => lines)
        .sort(),
      ["1 Espresso", "1 Mint tea"],
    );
  }));

test("a till pays while another adds lines", () =>
  at(async ({ server, link, context }) => {
    const page = await openPos(context, server, "bar", link),
      peer = await Peer.open(server);
    await tile(page, "Coffee").click();
    const id = await eventually(async () => (await peer.orders("open"))[0]!.id);
    const line = (n: number, description: string, price_unit: number) => [
      { op: "line.add", order: id, line: `peer${n}`, set: { product_id: 90 + n, qty: 1, price_unit, description } },
    ];
    await tapped(page, "Pay");
    await tapped(page, "Cash");
    await peer.push(line(1, "Scone", 3));
    await shows(page, ".pay-moved", "it was 2.50");
    assert.equal(await page.locator(".validate").isDisabled(), true);
    await shows(page, ".pay-said", "3.00 is still to pay");
    await tapped(page, "Card");
    // Now without the server: the money is taken, so it closes; what came meanwhile goes on as a new order.
    await link.cut();
    await shows(page, ".link", "Offline");
    await tapped(page, "Validate");
    await shows(page, ".done", "Order 1 is paid");
    await peer.push(line(2, "Jam", 1));
    await link.mend();
    await connected(page);
    await eventually(async () => {
      const [paid] = await peer.orders("paid"),
        [open] = await peer.orders("open");
      assert.deepEqual(
        paid?.payments.map((p) => [p.method, p.amount]),
        [
          ["cash", 2.5],
          ["card", 3],
        ],
      );
      assert.deepEqual(
        [open?.number, open?.fields.follows, open?.lines.map((l) => l.fields.description)],
        [2, id, ["Jam"]],
      );
    });
    await page.locator(".tab", { hasText: "1.00" }).click();
    await row(page, "Jam").waitFor();
  }));

test("a close that another till's line was faster than: it is told, the money is kept, the rest is paid", () =>
  at(async ({ server, link, context }) => {
    const page = await openPos(context, server, "bar", link),
      peer = await Peer.open(server);
    await tile(page, "Coffee").click();
    const id = await eventually(async () => (await peer.orders("open"))[0]!.id);
    await tapped(page, "Pay");
    await tapped(page, "Cash");
    link.hold(); // the page doesn't hear of the line before it closes
    await peer.push([
      { op: "line.add", order: id, line: "late", set: { product_id: 1, qty: 1, price_unit: 3, description: "Scone" } },
    ]);
    await tapped(page, "Validate");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("open"))[0]?.payments.map((p) => p.amount),
        [2.5],
      ),
    );
    link.release();
    await shows(page, ".banner", "Another till changed order 1 while you closed it. The money is kept on it.");
    await tapped(page, "Show the order");
    await shows(page, ".total-count", "paid 2.50, left 3.00");
    await tapped(page, "Pay");
    await tapped(page, "Card");
    await tapped(page, "Validate");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("paid"))[0]?.payments.map((p) => p.amount),
        [2.5, 3],
      ),
    );
  }));

test("another database at the same address: the queue is kept aside, and the till goes on", () =>
  at(async ({ server, context, link }) => {
    const page = await openPos(context, server, "bar", link);
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await link.cut();
    await shows(page, ".link", "Offline");
    for (const name of ["Espresso", "Tea", "Croissant"]) await tile(page, name).click();
    await shows(page, ".link", "3 waiting");
    await server.replace();
    await link.mend();
    await shows(page, ".cover", "signed out"); // the tokens of that database are others
    await page.goto(`${link.url}/pos#token=${server.tokens.bar}`);
    await shows(page, ".banner", "This address belongs to another database now; 3 taps were kept.");
    await tapped(page, "See them");
    assert.deepEqual(await page.locator(".aside-list li > span").allTextContents(), [
      "1 × Espresso",
      "1 × Tea",
      "1 × Croissant",
    ]);
    const [file] = await Promise.all([page.waitForEvent("download"), tapped(page, "Download as JSON")]);
    const chunks: Buffer[] = [];
    for await (const c of await file.createReadStream()) chunks.push(c as Buffer);
    assert.equal((JSON.parse(Buffer.concat(chunks).toString()) as { mutations: unknown[] }).mutations.length, 3);
    await tapped(page, "Drop");
    await tapped(page, "Yes, drop them for good");
    await page.locator(".banner").waitFor({ state: "detached" });
    await tile(page, "Mint tea").click();
    const peer = await Peer.open(server);
    await eventually(async () => assert.deepEqual(inside(await peer.orders("open")), [[1, "1 Mint tea"]]));
  }));
