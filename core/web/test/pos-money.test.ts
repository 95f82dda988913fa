import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { eventually, launch, openPos, row, shows, tablet, tapped, tile, total } from "./browser.ts";
import { openAdmin } from "./admin-scene.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("money of three decimals: tiles, totals, quick sums, change and the admin page, also without the server", async () => {
  const server = await Server.start({
    config: "currency: {code: KWD, symbol: KD}\ntime_zone: Pacific/Kiritimati",
    products: "id,name,price\n1,Pin,0.125\n2,Box,12.250\n",
  });
  const context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    assert.equal(await tile(page, "Pin").locator(".tile-price").textContent(), "0.125");
    await tile(page, "Pin").click();
    await tile(page, "Pin").click();
    await row(page, "Pin").getByText("0.125 each").waitFor();
    await total(page).getByText("KD\u00a00.250", { exact: true }).waitFor();
    await tapped(page, "Pay");
    await shows(page, ".pay-sum", "KD\u00a00.250");
    await page.getByRole("button", { name: "1", exact: true }).first().waitFor();
    await tapped(page, "Cash");
    for (const k of "0.375") await page.keyboard.press(k);
    await shows(page, ".pay-result", "0.125");
    await tapped(page, "Validate");
    await shows(page, ".done-change", "KD\u00a00.125");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("paid"))[0]?.payments.map((p) => p.amount),
        [0.25],
      ),
    );

    const admin = await openAdmin(await context.newPage(), server, "orders");
    await admin.getByText("0.250").first().waitFor();
    await admin.close();

    // The shop's clock, not this device's: the zone is 14 hours ahead of UTC.
    const there = new Date().toLocaleTimeString("en-GB", { timeZone: "Pacific/Kiritimati", hour: "2-digit" });
    await tile(page, "Box").click();
    await total(page).getByText("KD\u00a012.250", { exact: true }).waitFor();
    const id = await eventually(async () => (await peer.orders("open"))[0]!.id);
    await peer.push([{ op: "order.pay", order: id, payment: { id: "p1", method: "card", amount: 2 } }]);
    await page.getByText("left 10.250").waitFor();
    await page.getByRole("button", { name: "Order", exact: true }).click();
    const paidAt = page
      .getByRole("dialog")
      .locator("li small", { hasText: /\d\d:\d\d/ })
      .first();
    const hour = /(\d\d):\d\d/.exec((await paidAt.textContent())!)![1]!;
    assert.ok(
      Math.abs(Number(hour) - Number(there)) <= 1 || Math.abs(Number(hour) - Number(there)) === 23,
      `${hour} is about ${there}`,
    );
    await page.keyboard.press("Escape");

    // What the server said is kept for a start without it.
    await server.kill();
    await page.reload();
    await tile(page, "Pin").locator(".tile-price", { hasText: "0.125" }).waitFor();
    await total(page).getByText("KD\u00a012.250", { exact: true }).waitFor();
  } finally {
    await context.close();
    await server.close();
  }
});

test("money without decimals is counted in hundreds", async () => {
  const server = await Server.start({
    config: "currency: {code: JPY}",
    products: 'id,name,price\n1,Tea,"1,100"\n2,Bun,330\n',
  });
  const context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await tile(page, "Tea").click();
    await total(page).getByText("¥1\u2009100", { exact: true }).waitFor();
    await tapped(page, "Pay");
    assert.deepEqual(await page.getByRole("group", { name: "Given in cash" }).getByRole("button").allTextContents(), [
      "1\u2009500",
      "2\u2009000",
      "5\u2009000",
      "10\u2009000",
    ]);
    await page.getByRole("button", { name: "2\u2009000" }).click();
    await tapped(page, "Validate");
    await shows(page, ".done-change", "¥900");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("paid"))[0]?.payments.map((p) => p.amount),
        [1100],
      ),
    );
  } finally {
    await context.close();
    await server.close();
  }
});

test("a hook in the page has the shop's clock and the server's texts, wherever the device is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "clock-"));
  writeFileSync(
    join(folder, "extension.yaml"),
    "name: clock\njs: clock.js\ncan_reject: true\nfields: {orderline: {late: {type: boolean}}}\n",
  );
  writeFileSync(
    join(folder, "clock.js"),
    `var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
  init_from_JSON: function (json) {
    _super.init_from_JSON.apply(this, arguments);
    this.late = json.late;
    if (json.description === "Box") { console.warn("its hooks run"); }
  },
  apply_ms_data: function (data) {
    if (_super.apply_ms_data) { _super.apply_ms_data.apply(this, arguments); }
    this.late = data.late;
    if (data.description === "Pin") {
      var at = new Date(Date.UTC(2026, 0, 1, 21, 30));
      throw new Reject(["Closed: it is " + at.getHours() + " o'clock", at.toLocaleString(), at.toLocaleDateString("de-AT", { dateStyle: "full", timeZone: "Asia/Kuwait" }),
        at.toLocaleTimeString("en-GB", { timeZone: "UTC" }), [1234.5].toLocaleString("de-AT", { style: "currency", currency: "EUR" })].join("; "));
    }
  },
  export_as_JSON: function () { var data = _super.export_as_JSON.apply(this, arguments); data.late = this.late; return data; },
});
`,
  );
  const server = await Server.start({
    config: "time_zone: Asia/Kuwait",
    products: "id,name,price\n1,Pin,1.00\n2,Box,2.00\n",
    extensions: [folder],
  });
  const context = await browser.newContext({ viewport: tablet, timezoneId: "America/New_York" });
  try {
    const page = await openPos(context, server, "bar");
    // Its hooks run, as they say themselves of a tap. That there is a worker says nothing: it may not have its code
    // yet. The browser doesn't pass on what a worker says in its first moments, so it is asked until it is heard.
    let live = false;
    page.on("console", (message) => {
      live ||= message.text() === "its hooks run";
    });
    await eventually(async () => {
      await tile(page, "Box").click();
      await row(page, "Box").waitFor();
      assert.ok(live, "no hook runs in the page");
    }, 30_000);
    const words = "Closed: it is 0 o'clock; 1/2/2026, 12:30:00 AM; Freitag, 2. Jänner 2026; 21:30:00; €\u00a01.234,50";
    const peer = await Peer.open(server),
      order = await eventually(async () => (await peer.orders("open"))[0]!.id);
    const [refused] = await peer.push([
      { op: "line.add", order, line: "pin", set: { description: "Pin", qty: 1, price_unit: 1 } },
    ]);
    assert.ok(JSON.stringify(refused).includes(words), JSON.stringify(refused));
    await context.setOffline(true); // what is said now, the page says
    await eventually(async () => {
      await tile(page, "Pin").click();
      const shown = await page.locator("body").innerText();
      assert.ok(shown.includes(words), shown);
    });
  } finally {
    await context.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
});
