import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import type { AdminEffect, EffectsResponse, ReleasedResponse } from "manytill";
import { openAdmin } from "./admin-scene.ts";
import { desktop, launch } from "./browser.ts";
import { Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const effect = (id: string, state: AdminEffect["state"], more: Partial<AdminEffect> = {}): AdminEffect => ({
  id,
  multi_session: "main",
  extension: "loyalty",
  order: "o1",
  name: "book",
  key: id,
  state,
  tries: 0,
  last_error: "",
  at: "2026-11-21T12:00:00Z",
  next: null,
  data: { points: 12 },
  result: null,
  ...more,
});

test("effects that aren't done stand under the extensions; the operator retries, drops and releases them", async (t) => {
  const server = await Server.start({ multiSession: "Main floor" });
  const context = await browser.newContext({ viewport: desktop });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  const page = await context.newPage();
  let list: AdminEffect[] = [],
    refuse = false;
  const asked: string[] = [];
  await page.route("**/v1/admin/effects**", (route) => {
    const url = new URL(route.request().url()),
      [, id, what] = /effects\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    if (!id) {
      const states = url.searchParams.getAll("state");
      const effects = list.filter((e) => states.includes(e.state));
      return route.fulfill({ json: { effects, after: null } satisfies EffectsResponse });
    }
    asked.push(`${id} ${what ?? ""}`.trim());
    if (refuse)
      return route.fulfill({ status: 404, json: { code: "not_found", message: `there is no effect "${id}"` } });
    if (id === "release") {
      const released = list.filter((e) => e.state === "held").length;
      list = list.map((e) => (e.state === "held" ? { ...e, state: "waiting" } : e));
      return route.fulfill({ json: { released } satisfies ReleasedResponse });
    }
    list = list.map((e) => (e.id === id ? { ...e, state: what === "drop" ? "dropped" : "waiting", tries: 0 } : e));
    return route.fulfill({ json: list.find((e) => e.id === id)! });
  });
  await openAdmin(page, server, "extensions");
  await page.getByText("No extension is configured").waitFor();
  const panel = page.getByRole("region", { name: "Effects" });
  assert.equal(await panel.count(), 0, "nothing, where there is none");

  list = [
    effect("p1", "waiting", { tries: 3, last_error: "status 500: out of order" }),
    effect("p2", "held"),
    effect("p3", "given_up", { tries: 440, last_error: "status 503: " }),
    effect("p4", "done"),
  ];
  await panel.waitFor();
  await page.bringToFront();
  const row = (key: string) => panel.getByRole("row", { name: new RegExp(`\\b${key}\\b`) });
  await row("p1").getByText("status 500: out of order").waitFor();
  await row("p2").getByText("Held").waitFor();
  assert.equal(await row("p4").count(), 0, "what is done isn't shown");
  assert.equal(await row("p3").getByRole("button", { name: "Drop" }).count(), 0, "what is over can't be dropped");
  await row("p3").getByRole("button", { name: "Retry" }).click();
  await row("p3").getByText("Waiting").waitFor();

  await row("p1").getByRole("button", { name: "Drop" }).click();
  await page.getByRole("dialog").getByText("its order is told so").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Drop" }).click();
  await row("p1").waitFor({ state: "detached" });

  await panel.getByRole("button", { name: "Release all that are held" }).click();
  await page.getByRole("dialog").getByText("not on a copy").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Release" }).click();
  await row("p2").getByText("Waiting").waitFor();
  assert.equal(await panel.getByRole("button", { name: "Release all" }).count(), 0);

  refuse = true;
  await row("p2").getByRole("button", { name: "Retry" }).click();
  await panel.getByRole("alert").filter({ hasText: 'There is no effect "p2".' }).waitFor();
  assert.deepEqual(asked, ["p3 retry", "p1 drop", "release", "p2 retry"]);
});
