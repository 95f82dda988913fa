import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
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
  tapped,
  tile,
  total,
} from "./browser.ts";
import { type Bar, canStartAlone, exampleBar, seen, totals } from "./example-bar.ts";
import type { Peer } from "./server.ts";

// Lines that a hook puts, in pages over a real server: plugins/example/bottle-deposit, for coffees and teas.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const bar = (work: (bar: Bar) => Promise<void>, settings = '{product: 99, deposits: {"11": 0.25, "20": 0.5}}') =>
  exampleBar(browser, { name: "bottle-deposit", settings }, work);

/** rows are name, quantity and sum of each line. */
const rows = (page: Page) =>
  page
    .locator(".line")
    .evaluateAll((lines) =>
      lines.map((line) =>
        [".line-qty", ".line-name", ".line-sum"].map((css) => line.querySelector(css)!.textContent).join(" "),
      ),
    );
const stored = async (peer: Peer, state = "open") =>
  (await peer.orders(state)).map((o) =>
    o.lines.map(({ id, fields: f }) => [
      id.startsWith("mt:") ? "put" : "tapped",
      Number(f.product_id),
      f.qty,
      f.price_unit,
    ]),
  );

test("a tap draws what the hook puts at once, and the other till with the server's answer", () =>
  bar(async ({ server, link, context, page, peer }) => {
    const second = await openPos(context, server, "till-1");
    await tile(page, "Espresso").click();
    await total(page).getByText("2.20").waitFor();
    await settled(page);
    await seen(page);
    link.hold(); // the server's answers wait
    await tile(page, "Coffee").click();
    await total(page).getByText("4.95").waitFor();
    await tile(page, "Tea").click();
    await total(page).getByText("7.75").waitFor();
    await tile(page, "Coffee").click();
    await total(page).getByText("10.50").waitFor();
    const drawn = ["2.20", "4.95", "7.75", "10.50"];
    await page.waitForFunction(() => (globalThis as { totals?: string[] }).totals!.at(-1) === "10.50");
    assert.deepEqual(await totals(page), drawn, "nothing else is drawn before");
    const all = ["1 Espresso 2.20", "2 Coffee 5.00", "2 Deposit 0.50", "1 Tea 2.30", "1 Deposit 0.50"];
    assert.deepEqual(await rows(page), all);
    link.release();
    await settled(page);
    await second.locator(".tab", { hasText: "10.50" }).click();
    assert.deepEqual(await rows(second), all);
    assert.deepEqual([await rows(page), await totals(page)], [all, drawn]);
    assert.deepEqual(await stored(peer), [
      [
        ["tapped", 10, 1, 2.2],
        ["tapped", 11, 2, 2.5],
        ["put", 99, 2, 0.25],
        ["tapped", 20, 1, 2.3],
        ["put", 99, 1, 0.5],
      ],
    ]);
  }));

test("offline: what was drawn is paid, also after a reload, and what was paid is stored", () =>
  bar(async ({ link, page, peer }) => {
    await canStartAlone(page);
    await link.cut();
    await shows(page, ".link", "Offline");
    await tile(page, "Coffee").click();
    await key(page, "3").click();
    await total(page).getByText("8.25").waitFor();
    await page.reload();
    await total(page).getByText("8.25").waitFor();
    assert.deepEqual(await rows(page), ["3 Coffee 7.50", "3 Deposit 0.75"]);
    await tapped(page, "Pay");
    await shows(page, ".pay-sum", "8.25");
    await page.locator(".method", { hasText: "Cash" }).click();
    await page.locator(".quick .key", { hasText: "10" }).first().click();
    await shows(page, ".pay-result", "1.75");
    await page.locator(".validate").click();
    await shows(page, ".done", "1.75");
    await link.mend();
    await connected(page);
    await eventually(async () => {
      const [order] = await peer.orders("paid");
      assert.ok(order, "the order is there");
      assert.deepEqual(
        [order.payments.map((p) => p.amount), (order as { needs?: string }).needs, await stored(peer, "paid")],
        [
          [8.25],
          undefined,
          [
            [
              ["tapped", 11, 3, 2.5],
              ["put", 99, 3, 0.25],
            ],
          ],
        ],
      );
    });
  }));

test("a cashier takes one off for good before it is confirmed; what the hook says of one stays", () =>
  bar(async ({ link, page, peer }) => {
    await link.cut();
    await shows(page, ".link", "Offline");
    await tile(page, "Coffee").click();
    await total(page).getByText("2.75").waitFor();
    await row(page, "Deposit").click();
    await key(page, "5").click();
    await page.getByText("is what the extension bottle-deposit says").waitFor();
    assert.deepEqual(await rows(page), ["1 Coffee 2.50", "1 Deposit 0.25"]);
    await tapped(page, "Line");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await total(page).getByText("2.50").waitFor();
    await tile(page, "Coffee").click();
    await tile(page, "Tea").click();
    await total(page).getByText("7.80").waitFor();
    assert.deepEqual(await rows(page), ["2 Coffee 5.00", "1 Tea 2.30", "1 Deposit 0.50"]);
    await link.mend();
    await settled(page);
    assert.deepEqual(await rows(page), ["2 Coffee 5.00", "1 Tea 2.30", "1 Deposit 0.50"]);
    await eventually(async () =>
      assert.deepEqual(await stored(peer), [
        [
          ["tapped", 11, 2, 2.5],
          ["tapped", 20, 1, 2.3],
          ["put", 99, 1, 0.5],
        ],
      ]),
    );
    // Confirmed ones go too, and their quantity isn't the cashier's either.
    await row(page, "Deposit").click();
    await key(page, "5").click();
    await page.getByText("is what the extension bottle-deposit says").waitFor();
    await tapped(page, "Line");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await total(page).getByText("7.30").waitFor();
    await settled(page);
    assert.equal((await stored(peer))[0]!.length, 2);
  }));

test("moved: it isn't offered, and follows what it is for", () =>
  bar(async ({ link, page, peer }) => {
    await tile(page, "Coffee").click();
    await key(page, "3").click();
    await tile(page, "Espresso").click();
    await total(page).getByText("10.45").waitFor();
    await settled(page);
    link.hold();
    await tapped(page, "Move");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("What an extension put on the order stays on it.").waitFor();
    assert.equal(await dialog.locator(".check").count(), 2);
    await page.getByLabel("3 × Coffee").check();
    await page.getByRole("group", { name: "How many of Coffee" }).getByRole("button", { name: "One less" }).click();
    await dialog.getByRole("button", { name: "A new order" }).click();
    await dialog.waitFor({ state: "detached" });
    await total(page).getByText("5.50").waitFor();
    assert.deepEqual(await rows(page), ["2 Coffee 5.00", "2 Deposit 0.50"]);
    await page.locator(".tab", { hasText: "4.95" }).click();
    assert.deepEqual(await rows(page), ["1 Coffee 2.50", "1 Deposit 0.25", "1 Espresso 2.20"]);
    await row(page, "Coffee").click();
    await tapped(page, "Move");
    await page.getByLabel("1 × Coffee").check();
    await dialog.getByRole("button", { name: "5.50" }).click();
    await dialog.waitFor({ state: "detached" });
    await total(page).getByText("8.25").waitFor();
    const all = ["2 Coffee 5.00", "2 Deposit 0.50", "1 Coffee 2.50", "1 Deposit 0.25"];
    assert.deepEqual(await rows(page), all);
    link.release();
    await settled(page);
    assert.deepEqual(await rows(page), all);
    assert.deepEqual((await stored(peer)).map((lines) => lines.length).sort(), [1, 4]);
  }));

test("a till without the extension's code shows what the server put, and hears whose it is", () =>
  bar(async ({ server, page, peer, context }) => {
    const plain = await context.browser()!.newContext({ viewport: desktop, serviceWorkers: "block" });
    try {
      await plain.route("**/v1/extensions.js", (route) => route.abort());
      const other = await openPos(plain, server, "till-1");
      await tile(other, "Coffee").click();
      await total(other).getByText("2.75").waitFor();
      await settled(other);
      assert.deepEqual(await rows(other), ["1 Coffee 2.50", "1 Deposit 0.25"]);
      await row(other, "Deposit").click();
      await key(other, "5").click();
      await other.getByText("is what the extension bottle-deposit says").waitFor();
      await settled(other);
      await page.locator(".tab", { hasText: "2.75" }).click();
      assert.deepEqual([await rows(other), await rows(page)], [await rows(page), ["1 Coffee 2.50", "1 Deposit 0.25"]]);
      assert.equal((await stored(peer)).length, 1);
    } finally {
      await plain.close();
    }
  }));

test("a tap on a product that an extension puts too is a line of the cashier's", () =>
  bar(async ({ link, page, peer }) => {
    link.hold();
    await tile(page, "Coffee").click();
    await row(page, "Sparkling water").waitFor();
    link.release();
    await settled(page);
    await tile(page, "Sparkling water").click();
    await tile(page, "Sparkling water").click();
    await total(page).getByText("8.50").waitFor();
    await settled(page);
    assert.deepEqual(await rows(page), ["1 Coffee 2.50", "1 Sparkling water 2.00", "2 Sparkling water 4.00"]);
    assert.equal((await stored(peer))[0]!.length, 3);
  }, '{product: "41", deposits: {"11": 2}, description: Sparkling water}'));
