import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { desktop, eventually, launch, openPos, row, shows, tapped, tile, total } from "./browser.ts";
import { type Bar, exampleBar, running } from "./example-bar.ts";
import { root, type WireOrder } from "./server.ts";

// What shops ask for, plugins/example, all at once on one server: what Ana taps on the bar's page, Ben's shows.

let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), "manytill-examples-")),
  loyalty = join(folder, "loyalty"),
  bookings = join(folder, "points");
before(async () => {
  cpSync(join(root, "plugins/example/loyalty"), loyalty, { recursive: true });
  mkdirSync(bookings);
  execFileSync("go", ["build", "-o", join(loyalty, "loyalty"), "./plugins/example/loyalty"], {
    cwd: root,
    env: { ...process.env, CGO_ENABLED: "0" },
  });
  browser = await launch();
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Somebody else's service: it books gift cards and signs places, and notes what it was asked for. */
async function service() {
  const asked: { path: string; data: Record<string, unknown> }[] = [];
  const answer = async (request: IncomingMessage) => {
    let text = "";
    for await (const part of request) text += part;
    const data = JSON.parse(text) as Record<string, unknown>;
    asked.push({ path: request.url!, data });
    return JSON.stringify(request.url === "/signatures" ? { signature: `S${data.number}` } : {});
  };
  const server = createServer(
    (request, response) =>
      void answer(request).then((body) => response.writeHead(201, { "Content-Type": "application/json" }).end(body)),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

const noon = "2026-11-30T12:00:00Z";

/** Two are the pages, and what tests do with both. */
interface Two extends Bar {
  second: Page;
  asked: { path: string; data: Record<string, unknown> }[];
}

/** signedIn is a page of the bar with its cashier. */
async function signedIn(page: Page, name: string): Promise<Page> {
  await page.locator(".who-btn").click();
  await tapped(page, name);
  await shows(page, ".who-btn", name);
  return page;
}

/** begin is a new order of these products, on both pages. */
async function begin({ page, second }: Two, ...names: string[]): Promise<string> {
  await tapped(page, "New order");
  await shows(page, ".order-head", "New order");
  for (const name of names) await tile(page, name).click();
  const head = page.locator(".order-head", { hasText: /Order \d+/ });
  const number = /Order (\d+)/.exec((await head.textContent())!)![1]!;
  const tab = second.locator(".tab").filter({ has: second.getByText(number, { exact: true }) });
  await eventually(async () => {
    await tab.click(); // one that has just moved takes no taps
    assert.equal(await tab.getAttribute("aria-current", { timeout: 500 }), "true");
  });
  for (const name of names) await row(second, name).waitFor();
  return number;
}
async function onLine(page: Page, name: string, work: () => Promise<void>): Promise<void> {
  await row(page, name).click();
  await tapped(page, "Line");
  await work();
  await saved(page);
}
async function onOrder(page: Page, work: () => Promise<void>): Promise<void> {
  await tapped(page, "Order");
  await work();
  await saved(page);
}
async function saved(page: Page): Promise<void> {
  await tapped(page, "Save");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}
async function pay(page: Page): Promise<void> {
  await tapped(page, "Pay");
  await page.locator(".method", { hasText: "Cash" }).click();
  await page.locator(".validate").click();
  await shows(page, ".done", "is paid");
}
/** both waits until both pages show it. */
const both = ({ page, second }: Two, css: string, text: string | RegExp) =>
  Promise.all([shows(page, css, text), shows(second, css, text)]);
/** resolved takes what was refused, and is to be, from the operator's list. */
async function resolved({ server }: Two, code: string): Promise<void> {
  const { rejections } = await server.admin<{ rejections: { id: string; code: string }[] }>(
    "GET",
    "/v1/admin/rejections",
  );
  assert.deepEqual(
    rejections.map((r) => r.code),
    [code],
  );
  await server.admin("POST", `/v1/admin/rejections/${rejections[0]!.id}/resolve`);
}
const stored = async ({ peer }: Two, number: string): Promise<WireOrder> =>
  (await peer.orders()).find((o) => String(o.number) === number)!;

const shop: Record<string, (two: Two) => Promise<void>> = {
  seat: async (two) => {
    await begin(two, "Cheese toast");
    await onLine(two.page, "Cheese toast", () => tapped(two.page, "More Seat"));
    await both(two, ".line .extra", "Seat 1");
  },

  "kitchen state with an order summary": async (two) => {
    await begin(two, "Cheese toast", "Coffee", "Croissant");
    await onLine(two.page, "Cheese toast", () => tapped(two.page, "cooking"));
    await onLine(two.second, "Croissant", () => tapped(two.second, "ready"));
    await both(two, ".order-fields", "Kitchen 1 of 2 ready");
  },

  "course and fire": async (two) => {
    await begin(two, "Cheese toast", "Croissant");
    await onLine(two.page, "Cheese toast", () => tapped(two.page, "More Course"));
    await both(two, ".line .extra", "Fired no");
    await onOrder(two.second, () => tapped(two.second, "More Fired up to course"));
    for (const page of [two.page, two.second]) {
      await row(page, "Cheese toast").getByText("Fired yes").waitFor();
      assert.equal(await row(page, "Croissant").getByText("Fired yes").count(), 0);
    }
  },

  "one order on a table": async (two) => {
    const first = await begin(two, "Coffee");
    await onOrder(two.page, () => two.page.getByLabel("Table").fill("T 4"));
    await both(two, ".order-fields", "Table T 4");
    await begin(two, "Tea");
    await onOrder(two.second, () => two.second.getByLabel("Table").fill("t 4"));
    await two.second.getByText(`Table t 4 has an open order: ${first}`).waitFor();
    await two.page.locator(".order-fields", { hasText: "t 4" }).waitFor({ state: "detached" });
    await resolved(two, "vetoed");
  },

  "a tip is split": async (two) => {
    const number = await begin(two, "Coffee"); // 2.50, Ana's
    await tile(two.second, "Cheese toast").click(); // 4.60, Ben's
    await total(two.page).getByText("7.10").waitFor();
    await onOrder(two.page, () => two.page.getByLabel("Tip").fill("2"));
    await both(two, ".order-fields", 'Tip shares {"Ana":0.7,"Ben":1.3}');
    assert.deepEqual((await stored(two, number)).fields.tip_shares, { Ana: 0.7, Ben: 1.3 });
  },

  "a look at the guest's age": async (two) => {
    await begin(two, "House blend 250 g");
    await pay(two.page);
    await shows(two.second, ".order-fields", /needs review.*Is the guest 18\?/s);

    // It was paid before: the tap takes no money, and is refused.
    const number = await begin(two, "House blend 250 g"),
      { id } = await stored(two, number);
    await two.peer.push([{ op: "order.pay", order: id, payment: { id: "p1", method: "card", amount: 8.5 } }]);
    await two.page.getByText("paid").waitFor();
    await tapped(two.page, "Pay");
    await two.page.locator(".validate").click();
    await two.page.getByText("Is the guest 18? Look").waitFor();
    await onOrder(two.second, () => two.second.getByLabel("Age was checked").check());
    await shows(two.page, ".order-fields", "Age was checked yes");
    await two.page.locator(".validate").click();
    await shows(two.page, ".done", "is paid");
    await eventually(async () => assert.equal((await stored(two, number)).state, "paid"));
  },

  tare: async (two) => {
    await begin(two, "House blend 250 g");
    await onLine(two.page, "House blend 250 g", async () => {
      await two.page.getByLabel("On the scales").fill("1.25");
      await two.page.getByLabel("Tare").fill("0.05");
    });
    await both(two, ".line-qty", "1.2");
    await both(two, ".total-sum", "10.20");
  },

  "bottle deposit": async (two) => {
    await begin(two, "Sparkling water");
    await both(two, ".total-sum", "2.25");
    await tile(two.second, "Sparkling water").click();
    await both(two, ".total-sum", "4.50");
    for (const page of [two.page, two.second])
      assert.deepEqual(await page.locator(".line-sum").allTextContents(), ["4.00", "0.50"]);
  },

  commission: async (two) => {
    const number = await begin(two, "Coffee"); // Ana's
    await tile(two.second, "Cheese toast").click(); // Ben's
    await total(two.page).getByText("7.10").waitFor();
    await pay(two.page);
    await shows(two.second, ".order-fields", 'Commission {"7":0.13,"8":0.23}');
    assert.deepEqual((await stored(two, number)).fields.commission, { 7: 0.13, 8: 0.23 });
  },

  loyalty: async (two) => {
    const number = await begin(two, "Cheese toast");
    await both(two, ".order-fields", "Points 4");
    await two.page.locator(".customer").click();
    await two.page.getByText("Ms Okafor").click();
    await shows(two.second, ".customer", "Ms Okafor");
    await onOrder(two.second, () => two.second.getByLabel("Points redeemed").fill("1"));
    await shows(two.page, ".order-fields", "Points redeemed 1");
    await pay(two.page);
    await shows(two.second, ".order-fields", "Points booked 3");
    assert.equal((await stored(two, number)).fields.points_booked, 3);
  },

  "gift card": async (two) => {
    const number = await begin(two, "Cheese toast");
    await onOrder(two.page, async () => {
      await two.page.getByLabel("Gift card", { exact: true }).fill("C1");
      await two.page.getByLabel("The gift card pays").fill("4");
    });
    await shows(two.second, ".order-fields", "Gift card C1");
    await pay(two.page);
    await shows(two.second, ".order-fields", "Gift card's booking booked");
    const { id } = await stored(two, number);
    assert.deepEqual(
      two.asked.filter((a) => a.path === "/bookings").map((a) => a.data),
      [{ card: "C1", amount: 4, order: id }],
    );
  },

  "fiscal chain": async (two) => {
    await begin(two, "Tea");
    await pay(two.page);
    await shows(two.second, ".order-fields", /Signature/i);
    const places = (await two.peer.orders("paid"))
      .map(({ fields: f }) => [f.fiscal_number, f.fiscal_previous, f.fiscal_hash, f.fiscal_signature] as const)
      .sort(([a], [b]) => Number(a) - Number(b));
    assert.equal(places.length, 6);
    places.forEach(([number, previous, , signature], i) => {
      assert.equal(number, i + 1);
      assert.equal(previous, places[i - 1]?.[2] ?? "0".repeat(64));
      assert.equal(signature, `S${i + 1}`);
    });
  },

  // The last: clocks of tills don't go back.
  "happy hour": async (two) => {
    const clocks = (time: string) =>
      Promise.all([two.page, two.second].map((page) => page.context().clock.setSystemTime(`2026-11-30T${time}Z`)));
    await clocks("17:30:00");
    await begin(two, "Coffee", "Sparkling water");
    await both(two, ".total-sum", "3.85"); // 2.00, 1.60 and a whole deposit
    await clocks("19:00:00");
    await tile(two.second, "Tea").click();
    await both(two, ".total-sum", "6.15");
    for (const page of [two.page, two.second]) await row(page, "Coffee").getByText("Happy hour % 20").waitFor();
  },
};

test("thirteen extensions that shops ask for, on two pages", { timeout: 200_000 }, async (t: TestContext) => {
  const outside = await service(),
    api = `{api: ${JSON.stringify(outside.url)}, key: k}`,
    allow = `timeout: 5s, allow: [${JSON.stringify(outside.url)}]`,
    sha256 = createHash("sha256")
      .update(readFileSync(join(loyalty, "loyalty")))
      .digest("hex");
  const example = {
    name: "seat",
    config: "time_zone: UTC\n",
    clock: noon,
    also: [
      { name: "kitchen-state" },
      { name: "course-and-fire" },
      { name: "table" },
      { name: "tip-split" },
      { name: "age-check", settings: "{products: [50], age: 18}" },
      { name: "happy-hour", settings: '{from: "17:00", to: "19:00", percent: 20}' },
      { name: "tare" },
      { name: "bottle-deposit", settings: '{product: 99, deposits: {"41": 0.25}}' },
      { name: "commission" },
      {
        name: "loyalty",
        settings: `{bookings: ${JSON.stringify(bookings)}}`,
        folder: loyalty,
        more: `sha256: "${sha256}"`,
      },
      { name: "gift-card", settings: api, more: allow },
      { name: "fiscal-chain", settings: api, more: allow },
    ],
  };
  try {
    await exampleBar(browser, example, async (bar) => {
      // In a window of its own: of two pages in one, the hidden one is drawn once a second.
      const context = await browser.newContext({ viewport: desktop });
      await context.clock.setSystemTime(noon);
      const second = await openPos(context, bar.server, "till-1");
      await running(second);
      const two = {
        ...bar,
        page: await signedIn(bar.page, "Ana"),
        second: await signedIn(second, "Ben"),
        asked: outside.asked,
      };
      for (const [name, work] of Object.entries(shop)) await t.test(name, () => work(two));
      await context.close();
    });
  } finally {
    outside.close();
  }
});
