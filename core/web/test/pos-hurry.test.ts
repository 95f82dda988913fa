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
  tablet,
  tapped,
  tile,
} from "./browser.ts";
import { scan, tapTwice } from "./keys.ts";
import { Link, Peer, Server } from "./server.ts";

// A cashier in a hurry, and others who do something at the same moment.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const orderNote = "plugins/example/order-note/order-note.js";
const order = (id: string, set: object = {}) => [
  { op: "order.create", order: id, set },
  ...["l1", "l2"].map((line) => ({
    op: "line.add",
    order: id,
    line,
    set: { product_id: 11, qty: 1, price_unit: 2.5, description: line === "l1" ? "Coffee" : "Tea" },
  })),
];
const validateTwice = (page: Page) =>
  page.locator(".validate").evaluate((b: HTMLElement) => {
    b.click();
    b.click();
  });
/** firstFocus is what has the focus in the moment in which a place comes onto the page, before it is drawn. */
function firstFocus(page: Page, css: string): Promise<() => Promise<string>> {
  return page
    .evaluateHandle((where) => {
      const seen = { text: "" };
      new MutationObserver((_, watch) => {
        if (!document.querySelector(where)) return;
        watch.disconnect();
        seen.text = document.activeElement!.textContent!;
      }).observe(document.body, { childList: true, subtree: true });
      return seen;
    }, css)
    .then((seen) => () => seen.evaluate((s) => s.text));
}
/** readyToPay is everything but the last tap. */
async function readyToPay(page: Page): Promise<void> {
  await tapped(page, "Pay");
  await tapped(page, "Cash");
  await page.locator(".pay-result", { hasText: "Paid in full" }).waitFor();
}

test("nothing is paid twice: two taps, a key held down, two tills at once, a till without an answer", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet }),
    link = await Link.to(server);
  try {
    const bar = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await tile(bar, "Coffee").click();
    await readyToPay(bar);
    await validateTwice(bar);
    await shows(bar, ".done", "Order 1 is paid");
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders("paid")).map((o) => o.payments.length),
        [1],
      ),
    );
    assert.equal(await bar.locator(".banner").count(), 0);

    await tile(bar, "Coffee").click();
    for (let i = 0; i < 6; i++) await bar.keyboard.down("Enter"); // the first is a press, the others its repetition
    await bar.keyboard.up("Enter");
    await bar.locator(".pay-hint").waitFor();
    assert.equal(await bar.locator(".tender").count(), 0);
    await bar.keyboard.press("Escape");

    const till = await openPos(context, server, "till-1", link);
    await till.locator(".tab", { hasText: "2.50" }).click();
    for (const page of [bar, till]) await readyToPay(page);
    link.hold(); // it can't see what the other does
    await validateTwice(bar);
    await shows(bar, ".done", "Order 2 is paid");
    await settled(bar);
    await validateTwice(till);
    await shows(till, ".done", "Order 2 is paid");
    await shows(till, ".link", /No answer · 1|Offline · 1 waiting/); // whether it calls anew or waits
    link.release();
    await shows(till, ".banner", "Order 2 was paid on another till already: give back the 2.50 taken here (cash).");
    await till.reload();
    await tapped(till, "Done");
    assert.equal(await till.locator(".banner").count(), 0);
    assert.equal(await bar.locator(".banner").count(), 0);
  } finally {
    await context.close();
    await link.cut();
    await server.close();
  }
});

test("a tap goes where it was meant, however quick: “New order” first, another order after, two new ones", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet });
  /** at once: all taps before the page does anything about the first. */
  const quickly = (page: Page, ...names: string[]) =>
    page.evaluate((list) => {
      for (const name of list) {
        const button = [...document.querySelectorAll("button")].find(
          (b) => b.getAttribute("aria-label") === name || b.querySelector(".tile-name")?.textContent === name,
        );
        if (!button) throw new Error(`no button ${name}`);
        button.click();
      }
    }, names);
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    const held = async () =>
      (await peer.orders("open"))
        .map((o) => o.lines.map((l) => `${l.fields.qty} ${l.fields.description}`).join(", "))
        .filter(Boolean)
        .sort();
    await tile(page, "Coffee").click();
    await row(page, "Coffee").waitFor();
    await quickly(page, "New order", "Tea");
    await row(page, "Tea").waitFor();
    await eventually(async () => assert.deepEqual(await held(), ["1 Coffee", "1 Tea"]));

    await quickly(page, "Croissant", "New order", "Coffee", "Coffee");
    await shows(page, ".line", "Coffee");
    await eventually(async () => assert.deepEqual(await held(), ["1 Coffee", "1 Tea, 1 Croissant", "2 Coffee"]));
    assert.equal(await page.locator(".line").count(), 1);
  } finally {
    await context.close();
    await server.close();
  }
});

test("a double tap is one tap: nothing is sold under Validate or Cancel, the change stays, and a dialog stays open", async () => {
  const products = `id,name,price\n${Array.from({ length: 60 }, (_, i) => `${i + 1},Item ${i + 1},2\n`).join("")}`;
  const server = await Server.start({ products }),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    for (const ms of [80, 400]) {
      await tile(page, "Item 1").click();
      await readyToPay(page);
      await page.locator(".quick .key").last().click();
      const again = await tapTwice(page, page.locator(".validate"), ms, () => shows(page, ".done-change", /^Change/));
      assert.equal(await page.locator(".line").count(), 0);
      await shows(page, ".done-change", /^Change/);
      if (ms === 400) {
        // a tap that comes when the moment is over counts
        await again.later();
        await page.locator(".line").waitFor();
      }
    }
    await tapTwice(page, page.getByRole("button", { name: "Cancel", exact: true }), 200, () =>
      page.locator("dialog").waitFor(),
    );
    const sure = page.getByRole("button", { name: "Cancel the order" });
    await tapTwice(page, sure, 300, () => page.locator("dialog").waitFor({ state: "detached" }));
    await shows(page, "h1", "New order");
    assert.equal(await page.locator(".line").count(), 0);
    await eventually(async () =>
      assert.deepEqual(
        (await peer.orders()).map((o) => o.state),
        ["paid", "paid", "cancelled"],
      ),
    );
  } finally {
    await context.close();
    await server.close();
  }
});

test("Validate stays where it is, on the screen, whatever another till or a scanner says", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await peer.push(order("o1"));
    for (const viewport of [tablet, desktop, { width: 360, height: 740 }, { width: 640, height: 800 }]) {
      await page.setViewportSize(viewport);
      await page.locator("[data-order=o1]").click();
      await readyToPay(page);
      const places = () =>
        page.locator(".validate, .pay-digits button, .method").evaluateAll((all) =>
          all.map((b) => {
            const { top, left } = b.getBoundingClientRect();
            return [top, left].map(Math.round);
          }),
        );
      const before = await places();
      await peer.push([{ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 1 }]);
      await shows(page, ".pay-said", "This order changed: it was");
      await scan(page, "99887766");
      await shows(page, ".pay-said", "No product has the code 99887766");
      assert.deepEqual(await places(), before);
      const { y, height } = (await page.locator(".validate").boundingBox())!;
      assert.ok(y >= 0 && y + height <= viewport.height, `at ${y} px of ${viewport.height}`);
      await tapped(page, "All right");
      await page.keyboard.press("Escape");
    }
  } finally {
    await context.close();
    await server.close();
  }
});

test("what others do while a line is edited, a till is closed, or a list is read moves and loses nothing", async () => {
  const server = await Server.start({ extensions: [orderNote] }),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await peer.push(...Array.from({ length: 9 }, (_, i) => order(`o${i}`, { partner_id: 3 })));
    await page.locator("[data-order=o8]").click();
    const places = () =>
      page.evaluate(() =>
        ["#line-l1", "#line-l2", "[data-order=o8]"].map((css) => {
          const r = document.querySelector(css)!.getBoundingClientRect();
          return [r.left, r.top].map(Math.round);
        }),
      );
    await settled(page);
    const at = await eventually(async () => {
      const first = await places();
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      assert.deepEqual(await places(), first, "what was opened is drawn");
      return first;
    });
    await peer.push(
      [{ op: "order.set", order: "o8", set: { order_note: "On the terrace" } }],
      [{ op: "order.close", order: "o1", state: "cancelled" }],
    );
    await shows(page, ".order-fields", "On the terrace");
    await page.locator("[data-order=o1]").waitFor({ state: "detached" });
    const moved = (await places()).flat().map((n, i) => Math.abs(n - at.flat()[i]!));
    assert.ok(Math.max(...moved) <= 1, `moved by ${moved} px`); // tabs are fractions of a pixel wide

    await row(page, "Tea").click();
    const inDialog = await firstFocus(page, "dialog");
    await tapped(page, "Line");
    await page.locator("#f-line_note").fill("no milk");
    assert.equal(await inDialog(), "Tea");
    await peer.push([{ op: "line.remove", order: "o8", line: "l2" }]);
    await shows(page, "dialog [role=alert]", "taken off or moved");
    assert.equal(await page.locator("#f-line_note").inputValue(), "no milk");
    assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("4");
    await row(page, "Coffee").locator(".line-qty", { hasText: "4" }).waitFor();
    await settled(page);

    // A till closed from the office: keys don't sell behind the cover.
    const onCover = await firstFocus(page, ".cover");
    await server.admin("POST", "/v1/admin/pos/bar/close");
    await shows(page, ".cover", "This till is closed");
    assert.equal(await onCover(), "This till is closed");
    for (const k of ["7", "Enter"]) await page.keyboard.press(k);
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement!.textContent!), /^Open till/);
    assert.equal(await page.locator(".pay").count(), 0);
    assert.equal(await row(page, "Coffee").locator(".line-qty").innerText(), "4");

    // Its POS goes to another multi-session: there is an order to sell on.
    const other = await server.admin<{ id: string }>("POST", "/v1/admin/multi-sessions", { name: "Terrace" });
    await server.admin("PATCH", `/v1/admin/multi-sessions/${other.id}`, { pos: ["bar"] });
    await page.getByRole("button", { name: /^Open till/ }).click();
    await shows(page, "h1", "New order");
    await tile(page, "Coffee").click();
    await shows(page, "h1", "Order 1");
    await connected(page);
  } finally {
    await context.close();
    await server.close();
  }
});

test("the layer that runs extensions is loaded only where there are some", async () => {
  const server = await Server.start(),
    context = await browser.newContext();
  try {
    const asked: string[] = [],
      page = await context.newPage();
    page.on("request", (r) => asked.push(new URL(r.url()).pathname));
    const start = async () => {
      const answered = page.waitForResponse(/extensions\.js/);
      await page.goto(`${server.url}/pos#token=${server.tokens.bar}`);
      await (await answered).finished();
      await connected(page);
    };
    await start();
    await page.waitForFunction(async () => !!(await caches.match("/models.js"))); // by the service worker, for later
    assert.ok(
      !(await page.evaluate(() => performance.getEntriesByName(`${location.origin}/models.js`).length)),
      asked.join(" "),
    );
    server.configure([orderNote]);
    server.hangUp();
    await eventually(async () =>
      assert.match(await (await fetch(`${server.url}/v1/extensions.js`)).text(), /manytillExtensions/),
    );
    await page.goto("about:blank");
    await start();
    await page.waitForFunction(() => performance.getEntriesByName(`${location.origin}/models.js`).length);
  } finally {
    await context.close();
    await server.close();
  }
});
