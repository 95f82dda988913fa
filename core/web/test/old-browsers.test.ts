import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { connected, launch, openPos, row, shows, tablet, tapped, tile, total } from "./browser.ts";
import { asOld, newer, tooNew } from "./browsers.ts";
import { adminToken, root, Server } from "./server.ts";

let browser: Browser, server: Server;
before(async () => {
  [browser, server] = await Promise.all([
    launch(),
    Server.start({ extensions: ["plugins/example/order-note/order-note.js"] }),
  ]);
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
const faultsOf = (page: Page) => {
  const all: string[] = [];
  page.on("pageerror", (e) => all.push(String(e)));
  return all;
};

test("the built pages use nothing that came after the oldest browsers", () => {
  assert.deepEqual(tooNew(join(root, "core/web/dist")), []);
});

test("without what came later a till sells and is paid", () =>
  inBrowser(async (context) => {
    await context.addInitScript(asOld, newer);
    const page = await openPos(context, server, "bar"),
      faults = faultsOf(page);
    assert.deepEqual(
      await page.evaluate(() => [
        "findLast" in Array.prototype,
        "toReversed" in Array.prototype,
        "timeout" in AbortSignal,
      ]),
      [false, false, false],
    );
    await tile(page, "Coffee").click();
    await tile(page, "Coffee").click();
    await tile(page, "Tea").click();
    await row(page, "Coffee").locator(".line-qty", { hasText: "2" }).waitFor();
    await row(page, "Tea").waitFor();
    await tapped(page, "Pay");
    await tapped(page, "Cash");
    await page.locator(".quick .key").first().click();
    await tapped(page, "Validate");
    await shows(page, ".done", "is paid");
    for (const name of ["Till menu", "Customer", "Order"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator("dialog[open]").waitFor();
      await page.keyboard.press("Escape");
    }
    assert.deepEqual(faults, []);
  }));

test("without what came later the admin page and the start page show all", () =>
  inBrowser(async (context) => {
    await context.addInitScript(asOld, newer);
    const page = await context.newPage(),
      faults = faultsOf(page);
    await page.goto(`${server.url}/`);
    await shows(page, "h1", "Manytill");
    await page.goto(`${server.url}/admin#token=${adminToken}`);
    for (const name of [
      "Multi-sessions",
      "POS",
      "Live",
      "Find an order",
      "Rejections",
      "Extensions",
      "Backup",
      "Charts",
    ]) {
      await page.getByRole("navigation").getByRole("link", { name }).click();
      await shows(page, "h1", name.replace("sions", "sion")); // Multi-session settings
      await page.locator(".loading").waitFor({ state: "detached" });
    }
    assert.equal(await page.getByText("can't be shown").count(), 0);
    assert.deepEqual(faults, []);
  }));

test("a browser that is too old is told so, and one that gets no program too", () =>
  inBrowser(async (context) => {
    const page = await context.newPage();
    await page.addInitScript(() => {
      delete (globalThis as Partial<typeof globalThis>).structuredClone;
    });
    await page.route(/\/(pos|admin|start)\.js$/, (route) =>
      route.fulfill({ contentType: "text/javascript", body: "let a = #b" }),
    ); // as an old one sees it
    for (const path of ["/pos", "/admin", "/"]) {
      await page.goto(server.url + path);
      await shows(page, "#page main", "Manytill needs Chrome or Edge 109, Safari or iOS 15.4, Firefox 102, or newer.");
    }
    const other = await context.newPage();
    await other.route("**/admin.js", (route) =>
      route.fulfill({ status: 404, contentType: "text/html", body: "<h1>No</h1>" }),
    );
    await other.goto(`${server.url}/admin`);
    await shows(other, "#page main", "The page didn't load");
  }));

test("a tap that fails in the page has words, and the button back", () =>
  inBrowser(async (context) => {
    const page = await openPos(context, server, "bar");
    await tile(page, "Espresso").click();
    await row(page, "Espresso").waitFor();
    await tapped(page, "Pay");
    await tapped(page, "Cash");
    await page.evaluate(
      () =>
        Object.assign(globalThis, { right: Number.prototype.toPrecision }) &&
        Object.assign(Number.prototype, {
          toPrecision() {
            throw new TypeError("not in this browser");
          },
        }),
    );
    await tapped(page, "Validate");
    await shows(page, ".right", "Something in this page failed (not in this browser)");
    assert.equal(await page.getByRole("button", { name: "Validate" }).isEnabled(), true);
    await page.evaluate(() =>
      Object.assign(Number.prototype, { toPrecision: (globalThis as unknown as { right: unknown }).right }),
    );
    await tapped(page, "Validate");
    await shows(page, ".done", "is paid");
  }));

test("what can't be drawn takes nothing else with it", () =>
  inBrowser(async (context) => {
    const page = await openPos(context, server, "bar");
    await page.evaluate(() => {
      Element.prototype.scrollIntoView = function () {
        if (this instanceof HTMLLIElement) throw new TypeError("not in this browser");
      };
    });
    await tile(page, "Tea").click();
    await shows(page, "[role=alert]", "This order can't be shown");
    assert.equal(await tile(page, "Coffee").isVisible(), true);
    await page.reload();
    await connected(page);
    await row(page, "Tea").waitFor();
    assert.equal(await total(page).textContent(), "2.30");
  }));
