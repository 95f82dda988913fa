import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  connected,
  desktop,
  eventually,
  launch,
  openPos,
  row,
  settled,
  shows,
  tapped,
  tile,
  total,
} from "./browser.ts";
import { canStartAlone, exampleBar, running } from "./example-bar.ts";
import { Link, type WireOrder } from "./server.ts";

// Two tills without network over the end of a happy hour, with deposits and goods that are weighed: what their pages
// showed and was paid is what is stored, or the order is flagged.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

type Paid = WireOrder & { needs?: string };

const evening = "2026-11-30T18:30:00Z";
const example = {
  name: "happy-hour",
  settings: '{from: "17:00", to: "19:00", percent: 20}',
  config: "time_zone: UTC\n",
  clock: evening,
  also: [{ name: "tare" }, { name: "bottle-deposit", settings: '{product: 99, deposits: {"41": 0.25}}' }],
};

/** weighed puts 1.25 on the scales, in a container of 0.05. */
async function weighed(page: Page): Promise<void> {
  await row(page, "House blend 250 g").click();
  await tapped(page, "Line");
  await page.getByLabel("On the scales").fill("1.25");
  await page.getByLabel("Tare").fill("0.05");
  await tapped(page, "Save");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}
async function pays(page: Page): Promise<void> {
  await tapped(page, "Pay");
  await page.locator(".method", { hasText: "Cash" }).click();
  await page.locator(".validate").click();
  await shows(page, ".done", "is paid");
}
const sum = (o: Paid) =>
  o.lines.reduce((all, { fields: f }) => all + Math.round(Number(f.qty) * Number(f.price_unit) * 100), 0) / 100;
const taken = (o: Paid) => o.payments.reduce((all, p) => all + Math.round(p.amount * 100), 0) / 100;

test("two tills offline for an hour: what was shown and paid is stored, or flagged", { timeout: 120_000 }, () =>
  exampleBar(browser, example, async ({ server, link, page, peer }) => {
    const other = await browser.newContext({ viewport: desktop }),
      wire = await Link.to(server);
    try {
      await other.clock.setSystemTime(evening);
      const second = await openPos(other, server, "till-1", wire);
      await running(second);
      await Promise.all([page, second].map(canStartAlone));
      await tile(page, "Sparkling water").click(); // both have this one
      await total(page).getByText("1.85").waitFor();
      await settled(page);
      await second.locator(".tab", { hasText: "1.85" }).click();
      await total(second).getByText("1.85").waitFor();
      await Promise.all([link.cut(), wire.cut()]);
      for (const p of [page, second]) await shows(p, ".link", "Offline");

      // Bar adds to it and is paid for it; Till 1, an hour later, too.
      await tile(page, "Coffee").click();
      await total(page).getByText("3.85").waitFor();
      await pays(page);
      await tapped(page, "New order");
      await tile(page, "House blend 250 g").click();
      await weighed(page);
      await total(page).getByText("8.16").waitFor(); // 1.2 at 6.80
      for (const p of [page, second]) await p.context().clock.setSystemTime("2026-11-30T19:30:00Z");
      await tile(page, "Sparkling water").click(); // 2.00 and 0.25: the hour is over
      await total(page).getByText("10.41").waitFor();
      await pays(page);
      await tile(second, "Coffee").click();
      await total(second).getByText("4.35").waitFor();
      await pays(second);
      await tapped(second, "New order");
      await tile(second, "Tea").click();
      await tile(second, "Sparkling water").click();
      await total(second).getByText("4.55").waitFor();
      await pays(second);

      await wire.mend();
      await connected(second);
      await link.mend();
      await connected(page);
      await eventually(async () => assert.equal((await peer.orders("paid")).length, 3));
      await eventually(async () => {
        const all = (await peer.orders()) as Paid[];
        assert.equal(
          all
            .map(taken)
            .reduce((a, b) => a + b)
            .toFixed(2),
          "23.16",
          "all money is there",
        );
        for (const o of all.filter((o) => o.state === "paid"))
          assert.ok(
            sum(o) === taken(o) || o.needs || o.payments.some((p) => (p as { needs?: string }).needs),
            JSON.stringify(o),
          );
        const calm = all.filter((o) => !o.needs && o.payments.length === 1 && sum(o) === taken(o)).map(taken);
        assert.deepEqual(calm.sort((a, b) => a - b).slice(-2), [4.55, 10.41], "those of one till alone are as shown");
      });
      // What Bar added to the order that Till 1 had closed by then is told to the cashier and the operator.
      const { rejections } = await server.admin<{ rejections: { id: string; code: string }[] }>(
        "GET",
        "/v1/admin/rejections",
      );
      assert.deepEqual([...new Set(rejections.map((r) => r.code))], ["order_closed"]);
      for (const { id } of rejections) await server.admin("POST", `/v1/admin/rejections/${id}/resolve`);
    } finally {
      await other.close();
      await wire.cut();
    }
  }),
);
