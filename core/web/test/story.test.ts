import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openAdmin } from "./admin-scene.ts";
import { connected, desktop, key, launch, row, shows, tile } from "./browser.ts";
import { Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** paired follows the link that the admin page gives for a POS. */
async function paired(admin: Page, name: string): Promise<Page> {
  await admin.getByRole("button", { name: `New token ${name}` }).click();
  await admin.getByRole("button", { name: "Make a new token" }).click();
  const link = await admin.getByLabel("Pairing link", { exact: true }).inputValue();
  await admin.getByRole("button", { name: "Done" }).click();
  const till = await admin.context().newPage();
  till.setDefaultTimeout(10_000);
  await till.goto(link);
  await connected(till);
  await admin.bringToFront();
  return till;
}

// From an empty server to two tills that see each other, in one browser, with
// nothing but what people click.
test("the whole story: multi-session settings, pairing, a product, a number, a quantity, who did it", async () => {
  const server = await Server.start({ multiSession: "", extensions: ["plugins/example/order-note/order-note.js"] });
  const context = await browser.newContext({ viewport: desktop });
  try {
    const admin = await openAdmin(await context.newPage(), server);
    await admin.getByRole("link", { name: "Create", exact: true }).click();
    await admin.getByLabel("Name", { exact: true }).fill("Main floor");
    for (const pos of ["Bar", "Till 1"]) await admin.locator(".pick", { hasText: pos }).click();
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.getByRole("region", { name: "Main floor" }).waitFor();
    await admin.getByRole("link", { name: "POS", exact: true }).click();
    const first = await paired(admin, "Bar"),
      second = await paired(admin, "Till 1");

    await first.bringToFront();
    await shows(first, ".order-head", "New order");
    await tile(first, "Coffee").click();
    await shows(first, ".order-head", "Order 1");
    await row(first, "Coffee").click();
    await first.getByRole("button", { name: "Line", exact: true }).click();
    await first.getByRole("dialog").getByLabel("Line note").fill("oat milk");
    await first.getByRole("dialog").getByRole("button", { name: "Save" }).click();

    await second.bringToFront();
    await second.locator(".tab", { hasText: "1" }).first().click();
    await row(second, "Coffee").getByText("added by Bar", { exact: true }).waitFor();
    await row(second, "Coffee").getByText("oat milk").waitFor();
    await row(second, "Coffee").click();
    await key(second, "2").click();

    for (const page of [first, second]) {
      await page.bringToFront();
      await row(page, "Coffee").getByText("added by Bar, changed by Till 1").waitFor();
      await row(page, "Coffee").locator(".line-qty", { hasText: "2" }).waitFor();
    }

    // The POS are in use now: the settings say so.
    await admin.bringToFront();
    await admin.getByRole("link", { name: "Live" }).click();
    await admin.getByText("1 open order").waitFor();
    await admin.getByText("2 × Coffee").waitFor();
    assert.equal(await admin.getByText("Up to date").count(), 2);
  } finally {
    await context.close();
    await server.close();
  }
});
