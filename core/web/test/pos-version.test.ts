import { test } from "node:test";
import { desktop, launch, shows } from "./browser.ts";
import { Front } from "./front.ts";
import { Server } from "./server.ts";

test("a newer page is offered, not forced", async () => {
  const server = await Server.start(),
    browser = await launch(),
    context = await browser.newContext({ viewport: desktop }),
    front = await Front.of(server);
  try {
    const page = await context.newPage(),
      update = () =>
        page.evaluate(async () => {
          await (await navigator.serviceWorker.ready).update();
        });
    await page.goto(`${front.url}/pos#token=${server.tokens.bar}`);
    await page.waitForFunction(() => !!navigator.serviceWorker.controller);
    await shows(page, ".tile", "Coffee");
    await update();
    if (await page.locator(".banner").count()) throw new Error("the same build is no news");
    front.build = "of-another-build"; // an updated server
    await update();
    await shows(page, ".banner", "New version of this page.");
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Reload" }).click()]);
    await shows(page, ".tile", "Coffee");
    if (await page.locator(".banner").count()) throw new Error("after the reload the new page runs");
  } finally {
    await browser.close();
    await front.close();
    await server.close();
  }
});
