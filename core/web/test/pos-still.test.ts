import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch, openPos, row, shows, tablet, tapped, tile } from "./browser.ts";
import { scan, tapTwice } from "./keys.ts";
import { Peer, Server } from "./server.ts";

// What another till moves under a finger isn't tapped by it, and what is looked for stays in sight.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const names = [
  "Coffee",
  "Tea",
  "Croissant",
  "Mint tea",
  "Espresso",
  "Cheese toast",
  "Orange juice",
  "Cinnamon bun",
  "Flat white",
  "Cappuccino",
];
const order = (id: string, lines = 4) => [
  { op: "order.create", order: id, set: {} },
  ...names.slice(0, lines).map((description, i) => ({
    op: "line.add",
    order: id,
    line: `l${i}`,
    set: { product_id: 90 + i, qty: 2, price_unit: 2, description },
  })),
];
/**
 * under tells which button a finger finds at a place at the moment at which change takes something from the page, or
 * brings something (came): then the place is where it is with that.
 */
async function under(
  page: Page,
  place: string,
  gone: string,
  change: () => Promise<unknown>,
  came = "",
): Promise<string> {
  await page.evaluate(
    ([place, gone, came]) => {
      let at = document.querySelector(place!)?.getBoundingClientRect() ?? new DOMRect();
      const found = new Promise<string>((tell) =>
        new MutationObserver((_, watch) => {
          if (came ? !document.querySelector(came) : document.querySelector(gone!)) return;
          watch.disconnect();
          requestAnimationFrame(() =>
            setTimeout(() => {
              if (came) at = document.querySelector(place!)!.getBoundingClientRect();
              tell(
                document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2)?.closest("button, label")
                  ?.textContent ?? "",
              );
            }),
          );
        }).observe(document.body, { childList: true, subtree: true }),
      );
      Object.assign(window, { found });
    },
    [place, gone, came],
  );
  await change();
  return page.evaluate(() => (window as unknown as { found: Promise<string> }).found);
}

test("a row or tab that another till moved takes no tap meant for what was there", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await peer.push(...["o1", "o2", "o3", "o4"].map((id) => order(id)));
    await page.locator("[data-order=o1]").click();
    await row(page, "Mint tea").waitFor();
    assert.equal(
      await under(page, "#line-l1", "#line-l0", () => peer.push([{ op: "line.remove", order: "o1", line: "l0" }])),
      "",
    );
    await row(page, "Croissant").click(); // the moment is over by itself
    await page.locator("#line-l2.on").waitFor();

    assert.equal(
      await under(page, "[data-order=o2]", "[data-order=o2]", () =>
        peer.push([{ op: "order.close", order: "o2", state: "cancelled" }]),
      ),
      "",
    );
    await page.locator("[data-order=o3]").click();
    await shows(page, "h1", "Order 3");
  } finally {
    await context.close();
    await server.close();
  }
});

test("a tab that another till's order moved takes no tap where the order on the screen is closed", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server),
      own = ".tabs-scroll .tab:last-child";
    await peer.push(order("o1"));
    await page.locator("[data-order=o1]").click();
    await shows(page, "h1", "Order 1");
    await peer.push([{ op: "order.close", order: "o1", state: "cancelled" }]);
    await page.locator("[data-order=o1]").waitFor({ state: "detached" });
    await shows(page, own, "New");
    assert.equal(await page.locator(".tab.on").count(), 0);
    await page.locator(own).click({ trial: true }); // it rested when o1 went; that is over
    assert.equal(await under(page, own, "", () => peer.push(order("o2")), "[data-order=o2]"), "");
    assert.match(
      await under(page, "[data-order=o3]", "", () => peer.push(order("o3")), "[data-order=o3]"),
      /^3/,
      "the new one does",
    );
    await page.locator(own).click(); // the moment is over by itself
    await shows(page, "h1", "New order");
  } finally {
    await context.close();
    await server.close();
  }
});

test("lists in dialogs rest when another till moved what is in them; a banner answered twice sells nothing below it", async () => {
  const products = `id,name,price\n${Array.from({ length: 60 }, (_, i) => `${i + 1},Item ${i + 1},2\n`).join("")}`;
  const server = await Server.start({ products }),
    context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await peer.push(...["o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8"].map((id) => order(id, 8)));
    await page.locator("[data-order=o8]").click();
    await tapped(page, "Move");
    await page.locator("dialog .check").nth(7).waitFor();
    assert.equal(
      await under(page, ".check:nth-of-type(2) label", ".check:nth-of-type(8)", () =>
        peer.push([{ op: "line.remove", order: "o8", line: "l0" }]),
      ),
      "",
    );
    const targets = page.locator("dialog .picks li");
    assert.equal(await targets.count(), 8);
    assert.equal(
      await under(page, ".picks li:nth-child(2) button", ".picks li:nth-child(8)", () =>
        peer.push([{ op: "order.close", order: "o1", state: "cancelled" }]),
      ),
      "",
    );
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^All orders/ }).click();
    await shows(page, "dialog h2", "8 open orders");
    assert.equal(
      await under(page, ".orders-list button", ".orders-list button:nth-child(8)", () =>
        peer.push([{ op: "order.close", order: "o2", state: "cancelled" }]),
      ),
      "",
    );
    await page.keyboard.press("Escape");

    await scan(page, "99887766");
    const right = page.locator(".banner").getByRole("button", { name: "All right" });
    await right.click({ trial: true }); // it takes taps now
    await tapTwice(page, right, 200, () => page.locator(".banner").waitFor({ state: "detached" }));
    await tile(page, "Item 1").click();
    await row(page, "Item 1").waitFor();
    assert.equal(await page.locator(".line").count(), 8);
  } finally {
    await context.close();
    await server.close();
  }
});

test("Move: where to is in sight below a long order, from phones to desktops", async () => {
  const server = await Server.start(),
    context = await browser.newContext();
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await peer.push(order("o1", 10), ...["o2", "o3"].map((id) => order(id)));
    await page.locator("[data-order=o1]").click();
    for (const viewport of [{ width: 360, height: 740 }, { width: 640, height: 800 }, tablet]) {
      await page.setViewportSize(viewport);
      await tapped(page, "Move");
      await page.getByRole("checkbox", { name: "2 × Coffee" }).check();
      for (const to of [/A new order/, /^2\b/]) {
        const seen = await page
          .locator("dialog")
          .getByRole("button", { name: to })
          .evaluate((b: HTMLElement) => {
            const { left, top, width, height } = b.getBoundingClientRect();
            return b.contains(document.elementFromPoint(left + width / 2, top + height / 2));
          });
        assert.ok(seen, `${to} at ${viewport.width} px`);
      }
      await page.keyboard.press("Escape");
    }
  } finally {
    await context.close();
    await server.close();
  }
});

test("a customer's card is a customer where one is looked for, and no product", async () => {
  const server = await Server.start({
    customers: `id,name,barcode\n${Array.from({ length: 9 }, (_, i) => `${i + 1},Guest ${i + 1},20400000${i}\n`).join("")}`,
  });
  const context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar");
    await tile(page, "Coffee").click();
    await tapped(page, "Customer");
    await page.getByRole("searchbox", { name: "Search customers" }).waitFor();
    await scan(page, "204000004");
    await shows(page, ".customer", "Guest 5");
    assert.equal(await page.locator("dialog").count(), 0);
    await tapped(page, "Guest 5");
    await scan(page, "11"); // a product's id, and no customer's
    await shows(page, ".line-qty", /^2$/);
    await scan(page, "99887766");
    await shows(page, "dialog [role=alert]", "No customer and no product has the code 99887766");
    assert.equal(await page.locator(".line").count(), 1);
  } finally {
    await context.close();
    await server.close();
  }
});
