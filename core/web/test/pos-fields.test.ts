import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { accessible } from "./axe.ts";
import {
  desktop,
  eventually,
  key,
  launch,
  openPos,
  row,
  runFirst,
  shows,
  tablet,
  tapped,
  tile,
  total,
} from "./browser.ts";
import { Link, Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("fields of extensions: typed on one page, seen on the other, with no screen code of theirs", async () => {
  const server = await Server.start({
    extensions: [
      "plugins/example/order-note/order-note.js",
      "plugins/example/absolute-discount",
      "extensions/javascript/testdata/documented.js",
    ],
  });
  const context = await browser.newContext({ viewport: desktop });
  try {
    const first = await openPos(context, server, "bar"),
      second = await openPos(context, server, "till-1");
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
  const server = await Server.start({ extensions: ["core/web/test/testdata/kinds"] }),
    context = await browser.newContext({ viewport: tablet });
  try {
    const first = await openPos(context, server, "bar"),
      second = await openPos(context, server, "till-1");
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
    for (const text of ["Cooked 3", "Tags spicy, to go", "Weight in grams 350.5"])
      await shows(second, ".line .extra", text);
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

/** places is where the keys of a dialog are. */
const places = (page: Page) =>
  page.locator(".dlg button").evaluateAll((all) =>
    all.map((b) => {
      const { x, y, width, height } = b.getBoundingClientRect();
      return [b.textContent, x, y, width, height];
    }),
  );

test("choices, steps and times: bounded as the schema says, and what is outside is told", async () => {
  const server = await Server.start({
      extensions: ["core/web/test/testdata/bounds", "plugins/example/seat"],
      config: "time_zone: Asia/Kolkata",
    }),
    link = await Link.to(server),
    context = await browser.newContext({ viewport: tablet, timezoneId: "America/New_York" });
  await runFirst(context, () => {
    const now = Date.now;
    Date.now = () => now() + 20 * 60_000;
  });
  try {
    const first = await openPos(context, server, "bar", link),
      second = await openPos(context, server, "till-1"),
      peer = await Peer.open(server);
    await tile(first, "Cheese toast").click();
    await second.locator(".tab", { hasText: "4.60" }).click();
    await row(second, "Cheese toast").click();
    await first.setViewportSize({ width: 360, height: 740 });
    for (const page of [first, second]) await tapped(page, "Line");
    const opened = await places(first);
    // A choice is a tap, and a second one takes it off.
    await tapped(first, "rare");
    await tapped(first, "done");
    await first.locator(".choice[aria-pressed=true]", { hasText: "done" }).waitFor();
    assert.equal(await first.locator(".choice[aria-pressed=true]").count(), 1);
    await tapped(first, "nuts");
    await tapped(first, "milk");
    await tapped(second, "gluten");
    await tapped(second, "Save");
    await shows(first, ".dlg", "changed by Till 1");
    assert.deepEqual(await places(first), opened, "no key moved under the finger");
    await accessible(first, "choices and a stepper");
    // A seat is counted at once, and not beyond its bounds.
    const less = first.getByRole("button", { name: "Less Seat" });
    assert.ok(await less.isDisabled());
    await tapped(first, "More Seat");
    await first.locator(".stepper output", { hasText: "1" }).waitFor();
    assert.ok(await less.isDisabled());
    assert.deepEqual(await places(first), opened, "no key moved under the finger");
    await tapped(first, "Save");
    await first.setViewportSize(tablet);
    for (const text of ["Doneness done", "Seat 1", /Without gluten, nuts, milk|Without nuts, milk, gluten/])
      for (const page of [first, second]) await shows(page, ".line .extra", text);
    await tapped(second, "Line");
    await tapped(second, "nuts");
    await tapped(second, "done");
    await tapped(second, "Save");
    await shows(first, ".line .extra", /^Without (gluten, milk|milk, gluten)$/);
    await first.locator(".line .extra", { hasText: "Doneness" }).waitFor({ state: "detached" });

    await tapped(first, "Order");
    await tapped(first, "Now");
    const kolkata = Date.parse(`${await first.getByLabel("Ready at").inputValue()}+05:30`);
    assert.ok(
      Math.abs(kolkata - Date.now()) < 2 * 60_000,
      "now is the server's, though the device is 20 minutes ahead",
    );
    for (let i = 0; i < 3; i++) await tapped(first, "More Guests");
    assert.equal(await first.getByRole("textbox", { name: "Guests" }).inputValue(), "3");
    await first.getByRole("textbox", { name: "Guests" }).fill("21");
    await first.getByLabel("Room").fill("the blue one");
    await first.getByLabel("Ready at").fill("2030-11-22T01:30");
    await tapped(first, "Save");
    await shows(first, ".start-wrong", "Guests must be at most 20.");
    await accessible(first, "an order's fields, two of them wrong");
    await shows(first, ".start-wrong", "Room must have the form [A-Z]\\d{1,3}.");
    // What is wrong is scrolled to.
    await first.setViewportSize({ ...tablet, height: 430 });
    await first.getByLabel("Room").fill("green");
    await tapped(first, "Save");
    await first.locator(".start-wrong", { hasText: "Guests" }).waitFor();
    await eventually(async () => {
      const [fault, head] = [first.locator(".start-wrong", { hasText: "Guests" }), first.locator(".dlg-head")];
      const top = await head.boundingBox();
      assert.ok((await fault.boundingBox())!.y >= top!.y + top!.height, "what is wrong isn't behind the dialog's head");
    });
    await first.setViewportSize(tablet);
    await tapped(first, "Less Guests");
    await first.getByLabel("Room").fill("B12");
    await tapped(first, "Save");
    for (const text of ["Guests 20", "Room B12", "Ready at Nov 22, 2030, 01:30"])
      await shows(second, ".order-fields", text);
    const [order] = await peer.orders();
    assert.equal(order!.fields.ready_at, "2030-11-21T20:00:00Z", "the shop's clock, not the device's");

    // Two tills at once: the server has the last word, and says it.
    const line = order!.lines[0]!.id;
    await tapped(first, "Line");
    await peer.push([{ op: "line.set", order: order!.id, line, set: { seat: 11 } }]);
    await first.locator(".stepper output", { hasText: "11" }).waitFor();
    link.hold();
    await peer.push([{ op: "line.inc", order: order!.id, line, field: "seat", by: 1 }]);
    await tapped(first, "More Seat");
    await first.locator(".stepper output", { hasText: "12" }).waitFor();
    link.release();
    await tapped(first, "Close");
    await shows(first, ".banner", "Not stored: Seat of Cheese toast must be at most 12.");
    await shows(first, ".line .extra", "Seat 12");

    await tapped(first, "Line");
    const box = await first.locator(".dlg").boundingBox();
    await peer.push([{ op: "order.close", order: order!.id, state: "cancelled" }]);
    await shows(first, ".dlg .alert", "Nothing can be changed on it any more");
    assert.deepEqual(await first.locator(".dlg").boundingBox(), box);
  } finally {
    await context.close();
    await link.cut();
    await server.close();
  }
});

test("others see who is on an order, and an unknown product and customer still show", async () => {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await peer.push([
      { op: "order.create", order: "strange", set: { partner_id: "c-99" } },
      { op: "line.add", order: "strange", line: "a", set: { product_id: 777, qty: 1, price_unit: 1 } },
      {
        op: "line.add",
        order: "strange",
        line: "b",
        set: { product_id: 778, qty: 1, price_unit: 0.125, description: "Nail" },
      },
    ]);
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

test("a label is in the language of the browser", async () => {
  const server = await Server.start({ extensions: ["plugins/example/seat"] }),
    context = await browser.newContext({ viewport: desktop, locale: "fr-CH" });
  try {
    const page = await openPos(context, server, "bar");
    await tile(page, "Cheese toast").click();
    await tapped(page, "Line");
    await tapped(page, "More Place");
    await tapped(page, "Save");
    await row(page, "Cheese toast").getByText("Place 1").waitFor();
  } finally {
    await context.close();
    await server.close();
  }
});
