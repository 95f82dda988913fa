import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { connected, eventually, key, launch, openPos, row, settled, shows, tapped, tile, total } from "./browser.ts";
import { type Bar, canStartAlone, exampleBar, running, seen, totals } from "./example-bar.ts";

// A price that a hook writes, in two pages over a real server: plugins/example/happy-hour, from 17:00 to 19:00.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** at is a bar at a time of its tills' clocks. */
const at = (clock: string, work: (bar: Bar) => Promise<void>) =>
  exampleBar(
    browser,
    {
      name: "happy-hour",
      settings: '{from: "17:00", to: "19:00", percent: 20}',
      config: "time_zone: UTC\n",
      clock: time(clock),
    },
    work,
  );
const time = (clock: string) => `2026-11-30T${clock}:00Z`;
const sums = (page: Page) => page.locator(".line-sum").allTextContents();

test("a tap in the happy hour: its price at once, on the other till with the server's answer; a typed price stays", () =>
  at("17:30", async ({ server, link, context, page, peer }) => {
    const second = await openPos(context, server, "till-1");
    await tile(page, "Tea").click();
    await row(page, "Tea").getByText("1.84", { exact: true }).waitFor();
    await settled(page);
    await seen(page);
    link.hold(); // the server's answers wait
    await tile(page, "Coffee").click();
    await row(page, "Coffee").getByText("2.00", { exact: true }).waitFor();
    assert.deepEqual(await totals(page), ["1.84", "3.84"], "nothing else is drawn before");
    await row(page, "Coffee").getByText("Happy hour %").waitFor();
    await second.locator(".tab", { hasText: "3.84" }).click();
    assert.deepEqual(await sums(second), ["1.84", "2.00"]);

    await key(page, "Price").click();
    await key(page, "3").click();
    await row(page, "Coffee").getByText("3.00", { exact: true }).waitFor();
    assert.equal(await row(page, "Coffee").getByText("Happy hour %").count(), 0);
    link.release();
    await settled(page);
    await total(second).getByText("4.84").waitFor();
    assert.deepEqual(await sums(page), ["1.84", "3.00"]);
    const [order] = await peer.orders("open");
    assert.deepEqual(
      order!.lines.map(({ fields: f }) => [f.price_unit, f.usual_price, f.happy_percent]),
      [
        [1.84, 2.3, 20],
        [3, 3, undefined],
      ],
    );
  }));

test("another tab of the same till draws what the first has in its queue, and sells from there", () =>
  at("18:00", async ({ server, link, context, page, peer }) => {
    const tab = await openPos(context, server, "bar", link);
    await running(tab);
    await link.cut();
    await shows(page, ".link", "Offline");
    await tile(page, "Coffee").click();
    await total(page).getByText("2.00").waitFor();
    await tab.locator(".tab", { hasText: "2.00" }).click();
    await context.clock.setSystemTime(time("19:30"));
    await tile(tab, "Tea").click();
    await row(tab, "Tea").getByText("2.30", { exact: true }).waitFor();
    await total(page).getByText("4.30").waitFor();
    assert.deepEqual(
      [await sums(page), await sums(tab)],
      [
        ["2.00", "2.30"],
        ["2.00", "2.30"],
      ],
    );
    await link.mend();
    await connected(tab);
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("open")).map((o) => o.lines.map(({ fields: f }) => f.price_unit)),
        [[2, 2.3]],
      ),
    );
    await total(page).getByText("4.30").waitFor();
  }));

test("one more of a product counts up the line that a new one would be like", () =>
  at("18:59", async ({ context, page }) => {
    const quantities = async () => [await page.locator(".line-qty").allTextContents(), await sums(page)];
    await tile(page, "Coffee").dblclick();
    await tile(page, "Coffee").click();
    await total(page).getByText("6.00").waitFor();
    await settled(page);
    await tile(page, "Coffee").click();
    await total(page).getByText("8.00").waitFor();
    assert.deepEqual(await quantities(), [["4"], ["8.00"]]);
    await context.clock.setSystemTime(time("19:00"));
    await tile(page, "Coffee").dblclick();
    await total(page).getByText("13.00").waitFor();
    assert.deepEqual(await quantities(), [
      ["4", "2"],
      ["8.00", "5.00"],
    ]);
  }));

test("a part of a line that is moved keeps its price, confirmed or not", () =>
  at("18:00", async ({ link, page, peer }) => {
    await tile(page, "Coffee").click();
    await key(page, "3").click();
    await total(page).getByText("6.00").waitFor();
    await settled(page);
    const move = async (many: number, to: string) => {
      await tapped(page, "Move");
      await page.getByLabel(`${many} × Coffee`).check();
      await page.getByRole("group", { name: "How many of Coffee" }).getByRole("button", { name: "One less" }).click();
      await page.getByRole("dialog").getByRole("button", { name: to }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
    };
    await move(3, "A new order");
    await total(page).getByText("4.00").waitFor();
    await settled(page);
    await link.cut();
    await shows(page, ".link", "Offline");
    await row(page, "Coffee").click();
    await move(2, "A new order");
    await total(page).getByText("2.00").waitFor();
    await link.mend();
    await connected(page);
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("open")).map((o) => o.lines.map(({ fields: f }) => [f.qty, f.price_unit, f.usual_price])),
        [[[1, 2, 2.5]], [[1, 2, 2.5]], [[1, 2, 2.5]]],
      ),
    );
    await total(page).getByText("2.00").waitFor();
  }));

test("offline over the end of the happy hour: what was drawn is paid, and what was paid is stored", () =>
  at("18:50", async ({ link, context, page, peer }) => {
    await canStartAlone(page);
    await link.cut();
    await shows(page, ".link", "Offline");
    await tile(page, "Coffee").click();
    await row(page, "Coffee").getByText("2.00", { exact: true }).waitFor();
    await tile(page, "Croissant").click();
    await row(page, "Croissant").getByText("1.68", { exact: true }).waitFor();
    // The list price, typed: as the till itself has it.
    await key(page, "Price").click();
    for (const digit of ["2", ".", "1"]) await key(page, digit).click();
    await row(page, "Croissant").getByText("2.10", { exact: true }).waitFor();
    await context.clock.setSystemTime(time("19:30"));
    await tile(page, "Tea").click();
    await row(page, "Tea").getByText("2.30", { exact: true }).waitFor();
    await page.reload();
    await total(page).getByText("6.40").waitFor();
    assert.deepEqual(await sums(page), ["2.00", "2.10", "2.30"]);
    await shows(page, ".tab", "6.40");
    await row(page, "Coffee").click();
    await key(page, "2").click();
    await total(page).getByText("8.40").waitFor();

    await tapped(page, "Pay");
    await shows(page, ".pay-sum", "8.40");
    await page.locator(".method", { hasText: "Cash" }).click();
    await page.locator(".quick .key", { hasText: "10" }).first().click();
    await shows(page, ".pay-result", "1.60");
    await page.locator(".validate").click();
    await shows(page, ".done", "1.60");

    await link.mend();
    await connected(page);
    await eventually(async () => {
      const [order] = await peer.orders("paid");
      assert.ok(order, "the order is there");
      assert.deepEqual(
        [order.lines.map(({ fields: f }) => [f.qty, f.price_unit]), order.payments.map((p) => p.amount)],
        [
          [
            [2, 2],
            [1, 2.1],
            [1, 2.3],
          ],
          [8.4],
        ],
      );
      assert.equal((order as { needs?: string }).needs, undefined);
    });
  }));
