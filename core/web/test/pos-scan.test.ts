import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { eventually, key, launch, openPos, row, shows, tablet, tapped, tile, total } from "./browser.ts";
import { byHand, scan } from "./keys.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const products =
  "id,name,price,category,barcode\n11,Coffee,2.50,Drinks,4006381333931\n12,Box of water,22,Drinks,1234567890128\nN-0042,Nougat,1.20,Sweets,\n" +
  "31,American soap,3.00,Home,036000291452\n32,Soap,4.00,Home,0012345678905\n33,Pen,1.00,Paper,5901234123457\n34,Pencil,0.50,Paper,5901234123457\n42,Tea,2.30,Drinks,\n";
const qty = (page: Page, name: string) => row(page, name).locator(".line-qty").innerText();
const lines = (page: Page) => page.locator(".line-name").allInnerTexts();

test("a scan sells its product wherever the focus is, and its keys reach nothing else", async () => {
  const server = await Server.start({ products }),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await tile(page, "Coffee").waitFor();
    await scan(page, "4006381333931");
    await row(page, "Coffee").waitFor();
    assert.equal(await qty(page, "Coffee"), "1");

    await tile(page, "Tea").focus();
    await scan(page, "N-0042", "\t");
    await row(page, "Nougat").waitFor();
    await scan(page, "4006381333931", ""); // a scanner that ends its codes with nothing
    await row(page, "Coffee").locator(".line-qty", { hasText: "2" }).waitFor();

    // In the search box what was typed stays; what only contains the digits isn't sold.
    await page.locator("#search").fill("wat");
    for (const near of ["345678", "22", "0042"]) await scan(page, near);
    await shows(page, ".banner", "No product has the code 345678, nor 22, nor 0042. Nothing was added.");
    await scan(page, "4006381333931");
    await row(page, "Coffee").locator(".line-qty", { hasText: "3" }).waitFor();
    assert.equal(await page.locator("#search").inputValue(), "wat");
    await tapped(page, "All right"); // until then it stays, whatever is sold
    await page.keyboard.press("Escape");

    // A dialog keeps its draft and its line; it says what isn't known.
    await row(page, "Nougat").click();
    await tapped(page, "Line");
    await page.locator("#f-description").fill("Soft nougat");
    await scan(page, "1234567890128");
    await shows(page, ".line", "Box of water");
    await scan(page, "99887766");
    await shows(page, "dialog [role=alert]", "No product has the code 99887766");
    assert.equal(await page.locator("#f-description").inputValue(), "Soft nougat");
    await tapped(page, "Save");
    await row(page, "Soft nougat").waitFor();
    await tapped(page, "Cancel");
    await page.getByRole("button", { name: "Cancel the order" }).focus();
    await scan(page, "0012345678905");
    await shows(page, ".line-name", /^Soap$/);
    await tapped(page, "Keep it");

    // Three scans at the payment pay nothing.
    await tapped(page, "Pay");
    await tapped(page, "Card");
    const before = await page.locator(".tender b").innerText();
    for (const code of ["99887766", "4006381333931", "99887766"]) await scan(page, code);
    await page.getByText("No product has the code 99887766").waitFor();
    await row(page, "Coffee").locator(".line-qty", { hasText: "4" }).waitFor();
    assert.equal(await page.locator(".tender b").innerText(), before);
    await page.keyboard.press("Escape");
    assert.deepEqual(await lines(page), ["Coffee", "Soft nougat", "Box of water", "Soap"]);
    assert.equal(await total(page).innerText(), "37.20");
    assert.deepEqual(
      (await peer.orders()).map((o) => [o.state, o.payments.length]),
      [["open", 0]],
    );
  } finally {
    await context.close();
    await server.close();
  }
});

test("UPC-A and EAN-13 meet, one code of several products is asked about, and hands are hands", async () => {
  const server = await Server.start({ products }),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar");
    await tile(page, "Soap").waitFor();
    await scan(page, "0036000291452");
    await row(page, "American soap").waitFor();
    await scan(page, "012345678905");
    await shows(page, ".line-name", /^Soap$/);
    await scan(page, "5901234123457");
    await shows(page, "dialog h2", "Which one has the code 5901234123457?");
    await page.locator("dialog").getByRole("button", { name: "Pencil" }).click();
    await row(page, "Pencil").waitFor();
    assert.deepEqual(await lines(page), ["American soap", "Soap", "Pencil"]);

    // Digits of a hand are a quantity, also 12 of them in a row, and Enter pays.
    await byHand(page, "12");
    await row(page, "Pencil").locator(".line-qty", { hasText: "12" }).waitFor();
    await byHand(page, "\n");
    await page.locator(".pay").waitFor();
    await byHand(page, "\n9");
    await shows(page, ".tender", "9.00");
    await page.keyboard.press("Escape");
    // A key that is held down isn't a scanner, though it comes as fast.
    await key(page, "Backspace").click();
    for (let i = 0; i < 9; i++) await page.keyboard.down("3");
    await page.keyboard.up("3");
    await shows(page, ".line-qty", /^1333333333$/);
    await page.keyboard.press("Escape");
    // In the search box: a whole code is sold, digits that are only near one are not, and words find the first.
    for (const [text, name] of [
      ["4006381333931", "Coffee"],
      ["nou", "Nougat"],
    ] as const) {
      await page.locator("#search").focus();
      await byHand(page, `${text}\n`);
      await row(page, name).waitFor();
    }
    await byHand(page, "345678\n");
    await shows(page, ".banner", "No product has the code 345678.");
    await eventually(async () =>
      assert.deepEqual(await lines(page), ["American soap", "Soap", "Pencil", "Coffee", "Nougat"]),
    );
  } finally {
    await context.close();
    await server.close();
  }
});
