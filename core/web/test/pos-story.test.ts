import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { connected, desktop, eventually, key, launch, openPos, row, shows, tablet, tile, total } from "./browser.ts";
import { Link, Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const tapped = (page: { getByRole: (r: "button", o: object) => { click: () => Promise<void> } }, name: string) => page.getByRole("button", { name, exact: true }).click();

test("the usage story: two POS side by side in one browser", async () => {
  const server = await Server.start(), context = await browser.newContext({ viewport: desktop });
  try {
    const first = await openPos(context, server, "bar"), second = await openPos(context, server, "till-1");
    assert.match(first.url(), /\?pos=bar$/);
    await shows(first, ".order-head", "New order");
    await tile(first, "Coffee").click();
    // In opened POSes: the product, the note, and a number instead of New.
    for (const page of [first, second]) await page.locator(".tab-no", { hasText: "1" }).waitFor();
    await second.locator(".tab", { hasText: "1" }).first().click();
    for (const page of [first, second]) {
      await shows(page, ".order-head", "Order 1");
      await row(page, "Coffee").getByText("added by Bar", { exact: true }).waitFor();
    }
    // In the second: click the line, click a number under the order list.
    await row(second, "Coffee").click();
    await key(second, "3").click();
    for (const page of [first, second]) {
      await row(page, "Coffee").getByText("added by Bar, changed by Till 1").waitFor();
      await row(page, "Coffee").locator(".line-qty", { hasText: "3" }).waitFor();
      assert.equal(await total(page).textContent(), "7.50");
    }
    await shows(first, ".news", "Till 1 changed Coffee in order 1");
    // Each keeps its own POS over a reload, and both are offered without ?pos.
    await second.reload();
    await shows(second, ".who-btn", "Till 1");
    await connected(second);
    await second.goto(server.url + "/pos");
    assert.deepEqual(await second.locator(".start-pos b").allTextContents(), ["Bar", "Till 1"]);
  } finally {
    await context.close();
    await server.close();
  }
});

test("one tap adds, three taps pay cash; who is at the till is who did it", async () => {
  const server = await Server.start(), context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"), peer = await Peer.open(server);
    await tapped(page, "Cashier Bar");
    await tapped(page, "Ana");
    await tile(page, "Coffee").click();
    await tile(page, "Coffee").click();
    await row(page, "Coffee").getByText("added by Bar (Ana)", { exact: true }).waitFor();
    await row(page, "Coffee").locator(".line-qty", { hasText: "2" }).waitFor();
    await tapped(page, "Pay");
    await tapped(page, "Cash");
    await tapped(page, "Validate");
    await shows(page, ".done", "Order 1 is paid");
    await eventually(async () => assert.deepEqual((await peer.orders("paid"))[0]?.payments.map((p) => [p.method, p.amount]), [["cash", 5]]));
    assert.equal(await page.locator(".tab").filter({ hasText: "5.00" }).count(), 0);

    // Cash with change: what is recorded is what stays in the drawer.
    await tile(page, "Espresso").click();
    await page.keyboard.press("3");
    await page.keyboard.press("Enter");
    await page.locator(".pay").waitFor();
    await page.keyboard.press("Enter");
    for (const k of "10") await page.keyboard.press(k);
    await shows(page, ".pay-result", "3.40");
    await page.keyboard.press("Enter");
    await shows(page, ".done-change", "3.40");
    await eventually(async () => assert.deepEqual((await peer.orders("paid")).find((o) => o.number === 2)?.payments.map((p) => p.amount), [6.6]));
  } finally {
    await context.close();
    await server.close();
  }
});

test("numpad, discount, price, backspace, move, cancel, and a search by keyboard", async () => {
  const server = await Server.start(), context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar"), peer = await Peer.open(server);
    await page.keyboard.press("/");
    await page.keyboard.type("chee");
    await page.keyboard.press("Enter");
    await row(page, "Cheese toast").waitFor();
    await page.keyboard.press("Escape");
    for (const name of ["1", "2"]) await key(page, name).click();
    await total(page).getByText("55.20").waitFor();
    await key(page, "Backspace").click();
    await total(page).getByText("4.60").waitFor();
    await key(page, "Disc").click();
    for (const name of ["3", "3", ".", "5"]) await key(page, name).click();
    await total(page).getByText("3.06", { exact: true }).waitFor();
    await key(page, "Price").click();
    for (const name of ["9", ".", "9", "9"]) await key(page, name).click();
    await total(page).getByText("6.64").waitFor();
    await key(page, "Qty").click();
    await key(page, "Plus or minus").click();
    await total(page).getByText("−6.64").waitFor();
    await tile(page, "Tea").click();
    await tapped(page, "Move");
    await tapped(page, "A new order");
    await row(page, "Tea").waitFor();
    await eventually(async () => {
      const open = (await peer.orders("open")).sort((a, b) => a.number - b.number);
      assert.deepEqual(open.map((o) => o.lines.map((l) => l.fields.description)), [["Cheese toast"], ["Tea"]]);
    });
    await tapped(page, "Cancel");
    await tapped(page, "Cancel the order");
    await eventually(async () => assert.equal((await peer.orders("cancelled")).length, 1));
    // An item that no catalogue has.
    await tapped(page, "Other item");
    await page.locator("#free-name").fill("Gift wrap");
    await page.locator("#free-price").fill("1,50");
    await tapped(page, "Add");
    await row(page, "Gift wrap").getByText("1.50 each").waitFor();
  } finally {
    await context.close();
    await server.close();
  }
});

test("what came too late is given back in one tap", async () => {
  const server = await Server.start(), link = await Link.to(server), context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar", link), peer = await Peer.open(server);
    await tile(page, "Coffee").click();
    const id = await eventually(async () => (await peer.orders("open"))[0]!.id);
    await link.cut();
    await shows(page, ".link", "Offline");
    await tile(page, "Croissant").click();
    await tile(page, "Tea").click();
    await peer.push([{ op: "order.pay", order: id, payment: { id: "p", method: "card", amount: 2.5 } }, { op: "order.close", order: id, state: "paid" }]);
    await link.mend();
    await shows(page, ".banner", "1 × Croissant, 1 × Tea came too late for order 1: it was paid at Till 1 by Ben.");
    await shows(page, ".closed", "Order 1 was paid at Till 1 by Ben");
    await tapped(page, "Put it on a new order");
    await shows(page, ".order-head", "Order 2");
    await eventually(async () => assert.deepEqual((await peer.orders("open")).map((o) => [o.fields.follows, o.lines.map((l) => l.fields.description)]), [[id, ["Croissant", "Tea"]]]));
    await page.reload();
    await connected(page);
    assert.equal(await page.locator(".banner").count(), 0);
  } finally {
    await context.close();
    await link.cut();
    await server.close();
  }
});

test("fields of extensions: typed on one page, seen on the other, with no screen code of theirs", async () => {
  const server = await Server.start({ extensions: ["plugins/example/order-note/order-note.js", "plugins/example/absolute-discount", "core/web/test/testdata/documented.js"] });
  const context = await browser.newContext({ viewport: desktop });
  try {
    const first = await openPos(context, server, "bar"), second = await openPos(context, server, "till-1");
    await tile(first, "Cheese toast").click();
    await second.locator(".tab", { hasText: "4.60" }).click();
    await tapped(first, "Line");
    await first.getByLabel("Line note").fill("well done");
    await first.getByLabel("Discount in money").fill("1.5");
    await tapped(first, "Save");
    await row(second, "Cheese toast").getByText("well done").waitFor();
    await total(second).getByText("3.10").waitFor();
    await tapped(second, "Order");
    await second.getByLabel("Order note").fill("For table 7");
    await second.getByLabel("First new variable").fill("alpha");
    await second.getByLabel("Second new variable").fill("beta");
    await tapped(second, "Save");
    for (const text of ["For table 7", "alpha", "beta"]) await shows(first, ".order-fields", text);
    // A percentage takes the place of the discount in money.
    await row(second, "Cheese toast").click();
    await key(second, "Disc").click();
    await key(second, "5").click();
    await key(second, "0").click();
    for (const page of [first, second]) await total(page).getByText("2.30").waitFor();
    assert.equal(await first.locator(".banner").count(), 0);
  } finally {
    await context.close();
    await server.close();
  }
});

test("a field of every kind has its editor and its look", async () => {
  const server = await Server.start({ extensions: ["core/web/test/testdata/kinds"] }), context = await browser.newContext({ viewport: tablet });
  try {
    const first = await openPos(context, server, "bar"), second = await openPos(context, server, "till-1");
    await tile(first, "Cheese toast").click();
    await tile(first, "Cheese toast").click();
    await shows(first, ".order-fields", "Points 20");
    await second.locator(".tab", { hasText: "9.20" }).click();
    await row(second, "Cheese toast").click();
    // A counter is counted on both tills at once, and all counts.
    for (const page of [first, second]) {
      await tapped(page, "Line");
      await tapped(page, "More Cooked");
      await tapped(page, "More Cooked");
    }
    await tapped(second, "Less Cooked");
    for (const page of [first, second]) await page.locator(".stepper output", { hasText: "3" }).waitFor();
    await first.getByLabel("Tags").fill("spicy, to go, spicy");
    await first.getByLabel("Weight in grams").fill("much");
    await tapped(first, "Save");
    await shows(first, ".start-wrong", "Weight in grams must be a number.");
    await first.getByLabel("Weight in grams").fill("350,5");
    await tapped(first, "Save");
    await tapped(second, "Close");
    for (const text of ["Cooked 3", "Tags spicy, to go", "Weight in grams 350.5"]) await shows(second, ".line .extra", text);
    await tapped(second, "Order");
    assert.equal(await second.locator(".field-fixed").textContent(), "20");
    assert.equal(await second.getByText("Secret").count(), 0);
    await second.getByLabel("Urgent").check();
    await tapped(second, "Save");
    await shows(first, ".order-fields", "Urgent yes");
  } finally {
    await context.close();
    await server.close();
  }
});

test("others see who is on an order, and an unknown product and customer still show", async () => {
  const server = await Server.start(), context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"), peer = await Peer.open(server);
    await peer.push([{ op: "order.create", order: "strange", set: { partner_id: "c-99" } }, { op: "line.add", order: "strange", line: "a", set: { product_id: 777, qty: 1, price_unit: 1 } }, { op: "line.add", order: "strange", line: "b", set: { product_id: 778, qty: 1, price_unit: 0.125, description: "Nail" } }]);
    await page.locator(".tab", { hasText: "Customer c-99" }).click();
    await row(page, "Product 777").waitFor();
    await row(page, "Nail").getByText("0.125 each").waitFor();
    assert.equal(await total(page).textContent(), "1.13");
    const other = await openPos(context, server, "till-1");
    await tile(other, "Tea").click(); // a new order gets its number, and then others see who is on it
    await shows(page, ".tab .tab-here", "1");
    await other.locator("[data-order=strange]").click();
    await shows(page, ".order-here", "Till 1");
  } finally {
    await context.close();
    await server.close();
  }
});

test("plain http on the local network: sells, and keeps its queue over a reload", async () => {
  const server = await Server.start(), context = await browser.newContext({ viewport: tablet });
  try {
    const page = await context.newPage(), peer = await Peer.open(server);
    // No secure context: no service worker, no Web Locks. The link says who stands there, as the start page's does.
    await page.goto(`http://till.test:${server.port}/pos#token=${server.tokens.bar}&user=Ana`);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    await connected(page);
    await tile(page, "Coffee").click();
    await row(page, "Coffee").getByText("added by Bar (Ana)").waitFor();
    await server.kill();
    await shows(page, ".link", "Offline");
    await tile(page, "Tea").click();
    await row(page, "Tea").waitFor();
    await server.run();
    await page.reload();
    await connected(page);
    await eventually(async () => assert.deepEqual((await peer.orders("open")).map((o) => o.lines.map((l) => l.fields.description)), [["Coffee", "Tea"]]));
  } finally {
    await context.close();
    await server.close();
  }
});
