import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import type { ExtensionRun, ExtensionsResponse, TraceResponse } from "manytill";
import { openAdmin } from "./admin-scene.ts";
import { accessible } from "./axe.ts";
import { desktop, launch } from "./browser.ts";
import { Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const run = (seq: number, more: Partial<ExtensionRun>): ExtensionRun => ({
  seq,
  at: "2026-11-21T12:00:00Z",
  took_ms: 0.4,
  limit_ms: 50,
  model: "order",
  order: "o1",
  number: 7,
  state: "open",
  end: "taken",
  in: [],
  out: [],
  notes: [],
  run: null,
  ...more,
});

test("the runs of an extension's hooks are traced and shown under it", async (t) => {
  const server = await Server.start({ multiSession: "Main floor" });
  const context = await browser.newContext({ viewport: desktop });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  const page = await context.newPage();
  let trace: TraceResponse = { on: false, until: null, runs: [] };
  const asked: string[] = [];
  await page.route("**/v1/admin/extensions", (route) =>
    route.fulfill({
      json: {
        extensions: [
          {
            name: "loyalty",
            version: "1.0.0",
            state: "running",
            fields: { order: ["points"], orderline: [] },
            calls: 3,
            errors: [],
            time_ms: 1,
            notes: [],
            shadow: {
              version: "2.0.0",
              since: "2026-11-21T11:00:00Z",
              runs: 8,
              differ: 2,
              not_run: 1,
              dropped: 3,
              time_ms: 4,
              found: [
                {
                  at: "2026-11-21T11:30:00Z",
                  order: "o1",
                  number: 7,
                  was: "taken",
                  is: "vetoed",
                  message: "no such card",
                  differences: [],
                },
                {
                  at: "2026-11-21T11:40:00Z",
                  order: "o2",
                  number: 8,
                  was: "taken",
                  is: "taken",
                  differences: [{ key: "points", before: 20, after: 21 }],
                },
              ],
            },
          },
        ],
        disabled: [],
        schema: { order: {}, orderline: {} },
      } satisfies ExtensionsResponse,
    }),
  );
  await page.route("**/v1/admin/extensions/loyalty/trace", (route) => {
    const request = route.request();
    if (request.method() !== "GET") asked.push(`${request.method()} ${request.postData() ?? ""}`.trim());
    if (request.method() === "DELETE") trace = { on: false, until: null, runs: [] };
    if (request.method() === "POST") trace = { ...trace, on: true, until: "2026-11-21T12:10:00Z" };
    return route.fulfill({ json: request.method() === "DELETE" ? {} : trace });
  });
  await openAdmin(page, server, "extensions");
  const card = page.getByRole("region", { name: "loyalty" });
  await card.getByText("Trace of its hooks").click();
  await card.getByText("It isn't traced now.").waitFor();
  await card.getByRole("button", { name: "Trace for 10 minutes" }).click();
  await card.getByText("Its hooks haven't run since.").waitFor();

  trace = {
    ...trace,
    runs: [
      run(1, {
        in: [{ key: "qty", before: 1, after: 2 }],
        out: [{ key: "points", before: null, after: 21 }],
        notes: ["alien is exported"],
      }),
      run(2, { line: "l1", model: "orderline", end: "failed", message: "apply_ms_data: loyalty.js:3:4: no such card" }),
    ],
  };
  const traced = card.locator("details.more").nth(1).locator("details.traced");
  const newest = traced.first();
  await newest.getByText("Failed").waitFor();
  await newest.locator("summary").click();
  await newest.getByText("loyalty.js:3:4: no such card").waitFor();
  const eldest = traced.nth(1);
  await eldest.locator("summary").click();
  await eldest
    .getByRole("table", { name: "What it made of it" })
    .getByRole("row", { name: "points null 21" })
    .waitFor();
  await eldest.getByText("Not taken: alien is exported").waitFor();
  await card.getByText("New version 2.0.0 beside it: 2 of 8 records would differ").click();
  await card.getByText("3 records more weren't compared").waitFor();
  const found = card.locator("details.more").first().locator("details.traced");
  await found.first().locator("summary").click();
  await found.first().getByRole("row", { name: "points 20 21" }).waitFor();
  await found.nth(1).getByText("Taken → Vetoed").click();
  await found.nth(1).getByText("no such card").waitFor();
  await accessible(page, "a trace");
  if (process.env.SCREEN) await page.screenshot({ path: process.env.SCREEN, fullPage: true });
  await card.getByRole("button", { name: "End the trace of loyalty" }).click();
  await card.getByText("It isn't traced now.").waitFor();
  assert.deepEqual(asked, ['POST {"seconds":600}', "DELETE"]);
});
