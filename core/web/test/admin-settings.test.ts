import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as jsQR from "jsqr";
import UPNG from "upng-js";
import type { Browser, Page } from "playwright-core";
import { openAdmin } from "./admin-scene.ts";
import { desktop, launch, openPos } from "./browser.ts";
import { adminToken, Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function scene(
  t: { after(f: () => Promise<void>): void },
  multiSession: string,
): Promise<{ server: Server; page: Page }> {
  const server = await Server.start({ multiSession });
  const context = await browser.newContext({ viewport: desktop });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  return { server, page: await context.newPage() };
}

const sessions = async (server: Server) =>
  (
    await server.admin<{ multi_sessions: { name: string; pos: string[]; active: boolean }[] }>(
      "GET",
      "/v1/admin/multi-sessions",
    )
  ).multi_sessions;

test("signing in: the token is asked for once, kept in the tab, and a wrong one is told apart", async (t) => {
  const { server, page } = await scene(t, "Main floor");
  page.setDefaultTimeout(10_000);
  await page.goto(`${server.url}/admin`);
  const sign = async (token: string) => {
    await page.getByLabel("Admin token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await sign("nonsense");
  await page.getByRole("alert").filter({ hasText: "doesn't know that token" }).waitFor();
  await sign(server.tokens.bar!);
  await page.getByRole("alert").filter({ hasText: "token of a POS" }).waitFor();
  await sign(adminToken);
  await page.getByRole("heading", { name: "Multi-session settings" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Multi-session settings" }).waitFor();
  assert.equal(
    await page.evaluate(() => localStorage.getItem("manytill.admin-token")),
    null,
    "not on this device unless asked",
  );
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Remember on this device").check();
  await sign(adminToken);
  await page.getByRole("heading", { name: "Multi-session settings" }).waitFor();
  const later = await page.context().newPage(); // another tab, as after a restart of the browser
  await later.goto(`${server.url}/admin`);
  await later.getByRole("heading", { name: "Multi-session settings" }).waitFor();
  await openAdmin(later, server);
  assert.ok(!later.url().includes(adminToken), "a link's token leaves the address");
});

test("the usage story, click by click: a multi-session is created and two POS are added", async (t) => {
  const { server, page } = await scene(t, "");
  await openAdmin(page, server);
  await page.getByText("There is no multi-session yet").waitFor();
  await page.getByRole("link", { name: "Create", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill("Main floor");
  await page.locator(".pick", { hasText: "Bar" }).click();
  await page.locator(".pick", { hasText: "Till 1" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "Main floor" }).waitFor();
  assert.deepEqual(
    (await sessions(server)).map(({ name, pos, active }) => ({ name, pos, active })),
    [{ name: "Main floor", pos: ["bar", "till-1"], active: true }],
  );

  await page.getByRole("link", { name: "Edit Main floor" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Terrace");
  await page.getByRole("switch").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "Terrace" }).getByText("Not active").waitFor();
  await page.getByRole("button", { name: "Delete Terrace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("There is no multi-session yet").waitFor();
  assert.deepEqual(await sessions(server), []);
});

test("a POS whose till is open can't be added: the page says which and why, and closes it after a question", async (t) => {
  const { server, page } = await scene(t, "");
  await server.call(server.tokens.bar!, "POST", "/v1/till/open", { user: { id: "7", name: "Ana" } });
  await openAdmin(page, server, "multi-sessions/new");
  await page.getByLabel("Name", { exact: true }).fill("Main floor");
  await page.locator(".pick", { hasText: "Bar" }).click();
  await page.locator(".pick", { hasText: "Till 1" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  const refused = page.getByRole("alert");
  await refused.getByText("Not saved: Bar has an open till.").waitFor();
  await refused.getByText("till open by Ana, so it can't be added").waitFor();
  assert.deepEqual(await sessions(server), []);
  await refused.getByRole("button", { name: "Close its till" }).click();
  await page.getByRole("dialog").getByText("Ana is at it now").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close the till" }).click();
  await page.getByText("Those tills are closed now. Save again.").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "Main floor" }).waitFor();

  await Peer.open(server, "till-1");
  await page.getByRole("link", { name: "Edit Main floor" }).click();
  await page.locator(".pick", { hasText: "Till 1" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").getByText("so it can't be taken out").waitFor();
  assert.deepEqual((await sessions(server))[0]!.pos, ["bar", "till-1"]);
});

test("a POS is created, its link and QR code pair a till, and a new token stops the old one", async (t) => {
  const { server, page } = await scene(t, "Main floor");
  await openAdmin(page, server, "pos");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByLabel("Name").fill("Café Möbel");
  assert.equal(await page.getByLabel("Id").inputValue(), "cafe-mobel");
  await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  const link = await page.getByLabel("Pairing link", { exact: true }).inputValue(),
    token = await page.getByLabel("Token", { exact: true }).inputValue();
  assert.match(token, /^mtp_[a-z2-7]{32}$/);
  assert.equal(link, `${server.url}/pos#token=${token}`);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.equal(await scanned(page), link, colorScheme);
  }
  await page.getByRole("button", { name: "Done" }).click();

  server.tokens["cafe-mobel"] = new URL(link).hash.replace("#token=", "");
  const id = (await server.admin<{ multi_sessions: { id: string }[] }>("GET", "/v1/admin/multi-sessions"))
    .multi_sessions[0]!.id;
  await server.admin("PATCH", `/v1/admin/multi-sessions/${id}`, { pos: ["bar", "till-1", "cafe-mobel"] });
  await openPos(page.context(), server, "cafe-mobel");
  await page.bringToFront(); // a page behind another draws once a second
  const row = page.getByRole("row", { name: /Café Möbel/ });
  await row.getByText("Open").waitFor();

  await row.getByRole("button", { name: "Close till" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close the till" }).click();
  await row.getByText("Closed").waitFor();
  await row.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Café");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "New token Café" }).click();
  await page.getByRole("button", { name: "Make a new token" }).click();
  const replaced = await page.getByLabel("Token", { exact: true }).inputValue();
  assert.notEqual(replaced, token);
  await assert.rejects(server.call(token, "GET", "/v1/schema"), /401/);
  await server.call(replaced, "GET", "/v1/schema");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Delete Café" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("row", { name: /Café/ }).waitFor({ state: "detached" });
  await assert.rejects(server.call(replaced, "GET", "/v1/schema"), /401/);
});

/** scanned is what a camera reads of a QR code on the screen. */
async function scanned(page: Page): Promise<string | undefined> {
  const image = UPNG.decode(await page.locator(".qr").screenshot({ animations: "disabled" }));
  const pixels = new Uint8ClampedArray(UPNG.toRGBA8(image)[0]!);
  return (jsQR as unknown as { default: typeof jsQR.default }).default(pixels, image.width, image.height)?.data;
}
