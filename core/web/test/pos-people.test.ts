import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { connected, desktop, eventually, launch, openPos, row, shows, tapped, tile } from "./browser.ts";
import { Link, Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function at(
  work: (p: { server: Server; context: BrowserContext; link: Link }) => Promise<void>,
  options = {},
): Promise<void> {
  const server = await Server.start(options),
    context = await browser.newContext({ viewport: desktop }),
    link = await Link.to(server);
  try {
    await work({ server, context, link });
  } finally {
    await context.close();
    await link.cut();
    await server.close();
  }
}
interface Author {
  user: { id: string; name: string } | null;
}
const creators = async (peer: Peer) =>
  (await peer.orders("open")).flatMap((o) =>
    o.lines.map((l) => (l.fields.ms_info as { created: Author }).created.user),
  );
const cashier = (page: Page) => page.locator(".who-btn b");

test("cashiers in any letters have ids of their own, also by link, and Live knows who is at the till", () =>
  at(async ({ server, context }) => {
    const peer = await Peer.open(server),
      names = ["Анна", "Иван", "店長", "José", "Jose", "Ana"];
    const page = await context.newPage();
    for (const name of names) {
      await page.goto(
        `${server.url}/pos?${encodeURIComponent(name)}#token=${server.tokens.bar}&user=${encodeURIComponent(name)}`,
      );
      await connected(page);
      await shows(page, ".who-btn", name);
      const { connections } = await server.admin<{ connections: { pos: { id: string }; user: Author["user"] }[] }>(
        "GET",
        "/v1/admin/connections",
      );
      assert.equal(connections.find((c) => c.pos.id === "bar")?.user?.name, name);
      await tapped(page, "New order");
      await tile(page, "Coffee").click();
      await row(page, "Coffee").waitFor();
      await shows(page, ".line-by", `Bar (${name})`);
    }
    await eventually(async () => {
      const users = (await creators(peer)).filter((u) => names.includes(u?.name ?? ""));
      assert.equal(new Set(users.map((u) => u?.id)).size, names.length, JSON.stringify(users));
      for (const u of users) assert.match(u!.id, /^[A-Za-z0-9._:-]{1,64}$/);
      assert.deepEqual(
        users.find((u) => u?.name === "Ana"),
        { id: "7", name: "Ana" },
      ); // the catalogue's
    });
  }));

test("two tabs of one till have one cashier", () =>
  at(async ({ server, context }) => {
    const first = await openPos(context, server, "bar"),
      second = await context.newPage();
    await second.goto(`${server.url}/pos?pos=bar`);
    await connected(second);
    await first.locator(".who-btn").click();
    await tapped(first, "Ben");
    assert.equal(await cashier(first).textContent(), "Ben");
    await shows(second, ".who-btn", "Ben");
    await eventually(async () => {
      const { connections } = await server.admin<{ connections: { user: Author["user"] }[] }>(
        "GET",
        "/v1/admin/connections",
      );
      assert.deepEqual(
        connections.map((c) => c.user?.name),
        ["Ben"],
      );
    });
  }));

test("a till that was never with its server names its cashier without brackets", () =>
  at(
    async ({ server, context }) => {
      const page = await context.newPage();
      await page.goto(`${server.url}/pos#token=${server.tokens.bar}&user=Ana`);
      await tile(page, "Coffee").click();
      await shows(page, ".line-by", "added by Ana");
      assert.equal(await page.getByText("(Ana)").count(), 0);
    },
    { multiSession: "" },
  ));

test("a POS is paired before it is in a multi-session: the manager can add it, and its till opens by itself", () =>
  at(
    async ({ server, context }) => {
      const page = await context.newPage();
      await page.goto(`${server.url}/pos#token=${server.tokens.bar}`);
      await shows(page, ".banner", "then this till opens by itself");
      await tile(page, "Tea").click();
      await row(page, "Tea").waitFor();
      const { pos } = await server.admin<{ pos: { id: string; till_open: boolean }[] }>("GET", "/v1/admin/pos");
      assert.equal(pos.find((p) => p.id === "bar")!.till_open, false);
      await server.admin("POST", "/v1/admin/multi-sessions", { name: "Terrace", pos: ["bar", "till-1"] });
      await connected(page);
      const peer = await Peer.open(server);
      await eventually(async () =>
        assert.deepEqual(
          (await peer.orders("open")).map((o) => o.lines[0]?.fields.description),
          ["Tea"],
        ),
      );
    },
    { multiSession: "" },
  ));

test("“This till is closed” goes when it is open again", () =>
  at(async ({ server, context }) => {
    const page = await openPos(context, server, "bar");
    await tile(page, "Coffee").click();
    await shows(page, "h1", "Order 1");
    await tapped(page, "Till menu");
    await tapped(page, "Close this till");
    await shows(page, "dialog", "1 order is still open. The other tills keep it;");
    await tapped(page, "Close the till");
    await shows(page, ".news", "This till is closed.");
    await page.getByRole("button", { name: /^Open till/ }).click();
    await page.locator(".cover").waitFor({ state: "detached" });
    await page.locator(".news", { hasText: "closed" }).waitFor({ state: "detached" });
  }));

test("refusals name product, quantity and order", () =>
  at(async ({ server, context, link }) => {
    const page = await openPos(context, server, "bar", link),
      peer = await Peer.open(server);
    const line = (n: number, description: string) => ({
      op: "line.add",
      order: `o${n}`,
      line: "l",
      set: { product_id: 90 + n, qty: 2, price_unit: 3, description },
    });
    await peer.push(
      [{ op: "order.create", order: "o1" }, line(1, "Scone")],
      [{ op: "order.create", order: "o2" }, line(2, "עוגה")],
      [{ op: "order.create", order: "o3" }, line(3, "Jam")],
    );
    const change = async (order: number, ...keys: string[]) => {
      await page.locator(`[data-order=o${order}]`).click();
      await page.locator(".line-btn").click();
      for (const k of keys) await page.keyboard.press(k);
    };
    for (const n of [1, 2, 3]) await page.locator(`[data-order=o${n}]`).waitFor();
    await link.cut();
    await shows(page, ".link", "Offline");
    await change(1, "+", "+", "+");
    await change(2, "+");
    await page.locator("[data-order=o3]").click();
    await page.locator(".line-btn").click();
    await page.locator(".pad").getByRole("button", { name: "Price" }).click();
    await page.keyboard.press("5");
    await shows(page, ".link", "5 waiting");
    await peer.push(
      [{ op: "order.close", order: "o1", state: "paid" }],
      [{ op: "line.remove", order: "o2", line: "l" }],
      [{ op: "line.set", order: "o3", line: "l", set: { price_unit: 4 } }],
    );
    await link.mend();
    await connected(page);
    const banners = () => page.locator(".banner-text").allTextContents();
    await eventually(async () =>
      assert.ok(
        (await banners()).some((t) => t === "3 more Scone came too late for order 1: it was paid at Till 1 by Ben."),
        JSON.stringify(await banners()),
      ),
    );
    await page.locator(".banner", { hasText: "3 more Scone" }).getByRole("button", { name: "All right" }).click();
    await eventually(async () =>
      assert.deepEqual(
        (await banners()).sort(),
        [
          "1 more \u2068עוגה\u2069 in order 2 wasn't done: Ben took the line off.",
          "Another till had changed the same in order 3 before: price 5.00 for Jam wasn't done. Now it is price 4.00.",
        ].sort(),
      ),
    );
  }));

test("what changes isn't translated by the browser, and names from right to left move nothing", () =>
  at(async ({ server, context }) => {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server, "till-1", { id: "9", name: "דנה" });
    assert.equal(
      await page.locator(".total-sum").evaluate((e) => e.closest("[translate]")?.getAttribute("translate")),
      "no",
    );
    await peer.push([
      { op: "order.create", order: "o1" },
      { op: "line.add", order: "o1", line: "l", set: { product_id: 1, qty: 1, price_unit: 3, description: "Scone" } },
    ]);
    await shows(page, ".news", "\u2068דנה\u2069 added Scone to order 1");
    await page.locator("[data-order=o1]").click();
    await shows(page, ".line-by", "added by Till 1 (\u2068דנה\u2069)");
  }));
