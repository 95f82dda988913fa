import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import type { AdminRelay, RelaysResponse, UpstreamResponse } from "manytill";
import { openAdmin } from "./admin-scene.ts";
import { desktop, launch } from "./browser.ts";
import { Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const copy = (id: string, name: string, behind: number | null, behind_ms: number, whole = true) => ({
  id,
  name,
  seq: 40,
  behind,
  behind_ms,
  whole,
});

test("shops are added, shown with how far they are behind, given a new token, and removed", async (t) => {
  const server = await Server.start({ multiSession: "Main floor" });
  const context = await browser.newContext({ viewport: desktop });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  const page = await openAdmin(await context.newPage(), server, "shops");
  await page.getByText("No shop's server is linked").waitFor();
  await page.getByRole("button", { name: "Add a shop" }).click();
  await page.getByLabel("Name").fill("Harbour");
  await page.getByLabel("Id").fill("shop:12");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("Id must be 1 to 32 of").waitFor();
  await page.getByLabel("Id").fill("shop-12");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const first = await page.getByRole("textbox", { name: "Token" }).inputValue();
  assert.match(first, /^mtr_/);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("row", { name: /Harbour.*Never up.*none yet/ }).waitFor();
  await page.getByRole("button", { name: "New token Harbour" }).click();
  await page.getByRole("button", { name: "Make a new token" }).click();
  assert.notEqual(await page.getByRole("textbox", { name: "Token" }).inputValue(), first);
  await page.getByRole("button", { name: "Done" }).click();

  const shop = (id: string, name: string, more: Partial<AdminRelay>): AdminRelay => ({
    id,
    name,
    connected: true,
    since: new Date(Date.now() - 7200_000).toISOString(),
    multi_sessions: [],
    ...more,
  });
  await page.route("**/v1/admin/relays", (route) =>
    route.fulfill({
      json: {
        relays: [
          shop("shop-1", "Market", {
            multi_sessions: [copy("shop-1:a", "Bar", 0, 0), copy("shop-1:b", "Hall", 31, 9000)],
          }),
          shop("shop-4", "Airport", { elsewhere: true, multi_sessions: [copy("shop-4:a", "Gate", null, 0)] }),
          shop("shop-2", "Station", { multi_sessions: [copy("shop-2:a", "Kiosk", 0, 0, false)] }),
          shop("shop-3", "Park", {
            connected: false,
            problem: "The relay's token was revoked",
            multi_sessions: [copy("shop-3:a", "Terrace", null, 7200_000)],
          }),
        ],
      } satisfies RelaysResponse,
    }),
  );
  await page.route("**/v1/admin/upstream", (route) =>
    route.fulfill({
      json: {
        url: "https://tills.example",
        connected: false,
        since: "2026-11-30T12:00:00Z",
        problem: "no server answers at https://tills.example",
        multi_sessions: [],
      } satisfies UpstreamResponse,
    }),
  );
  await page.getByText("Bar: Up to date").waitFor();
  await page.getByText("Hall: 31 changes behind for 9 s").waitFor();
  await page.getByText("Kiosk: Being copied").waitFor();
  await page.getByText("Terrace: Not known for 2 h").waitFor();
  await page.getByText("The relay's token was revoked").waitFor();
  await page
    .getByRole("row", { name: /Airport.*Up, at another server.*Gate: known at the server with the link/ })
    .waitFor();
  await page.getByText("Not linked with https://tills.example").waitFor();
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT, fullPage: true });
  await page.unroute("**/v1/admin/relays");
  await page.getByRole("button", { name: "Remove Harbour" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("No shop's server is linked").waitFor();
});
