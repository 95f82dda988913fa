// npm run screens: pictures of every section of the admin page, and of the start page, for docs/screens.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { busyFloor, openAdmin, session } from "../admin-scene.ts";
import { desktop, launch, openPos, tablet } from "../browser.ts";
import { root, Server } from "../server.ts";
import { small } from "./small.ts";

const folder = resolve(process.env.SCREENS ?? join(root, "docs/screens"));
const broken = `odoo.define("kitchen.models", function (require) {
  var models = require("point_of_sale.models"), _super = models.Order.prototype;
  models.Order = models.Order.extend({
    export_as_JSON: function () { var json = _super.export_as_JSON.apply(this, arguments); json.kitchen_note = this.kitchen_note; return json; },
    init_from_JSON: function (json) { _super.init_from_JSON.apply(this, arguments); this.kitchen_note = json.kitchen_note; },
    apply_ms_data: function (data) { if (data.kitchen_note === "boom") { throw new Error("no printer is called boom"); } this.kitchen_note = data.kitchen_note; },
  });
});
`;

async function scene(): Promise<{ server: Server; paid: string }> {
  const server = await Server.start({ extensions: ["plugins/example/order-note/order-note.js"] });
  writeFileSync(join(server.dir, "kitchen.js"), broken);
  server.configure([
    "plugins/example/order-note/order-note.js",
    join(server.dir, "kitchen.js"),
    "plugins/example/absolute-discount",
  ]);
  await server.admin("POST", "/v1/admin/extensions/reload");
  await server.admin("PATCH", "/v1/admin/extensions/absolute-discount", { enabled: false });
  const { ben, paid } = await busyFloor(server);
  await ben.push([{ op: "order.set", order: "order-3", set: { kitchen_note: "boom" } }]);
  await server.admin("POST", "/v1/admin/pos", { id: "terrace", name: "Terrace" });
  await server.admin("POST", "/v1/admin/multi-sessions", { name: "Terrace", pos: ["terrace"] });
  for (const name of ["before the fair", "end of November"]) {
    await server.admin("POST", "/v1/admin/backups", { name });
    while ((await server.admin<{ running: unknown }>("GET", "/v1/admin/backups")).running) {
      /* it takes a few ms */
    }
  }
  for (let i = 0; i < 30; i++)
    await ben.push([{ op: "line.inc", order: "order-2", line: "a", field: "qty", by: i % 2 ? -1 : 1 }]);
  return { server, paid };
}

/** hour is the last hour of a café, made up: a real one would take an hour. */
function hour(): unknown {
  const begin = Math.floor(Date.now() / 10_000) * 10_000 - 3_600_000;
  const wave = (i: number, of: number) => Math.abs(Math.sin(i * of) * Math.cos(i * of * 0.37));
  const buckets = Array.from({ length: 361 }, (_, i) => {
    const mutations = Math.round(40 * wave(i, 0.021) + 30 * wave(i, 0.4) * wave(i, 0.013)),
      busy = mutations > 0;
    return {
      at: new Date(begin + i * 10_000).toISOString(),
      seconds: 10,
      mutations,
      rejected: i % 53 === 7 && busy ? 2 : 0,
      p50_ms: busy ? 2 + wave(i, 0.05) : null,
      p99_ms: busy ? 5 + 7 * wave(i, 0.31) : null,
    };
  });
  return { bucket_seconds: 10, buckets };
}

const looks = [
  ["desktop", desktop],
  ["tablet", tablet],
] as const;

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  writeFileSync(join(folder, `${name}.png`), small(await page.screenshot({ animations: "disabled", caret: "hide" })));
}

type Section = [name: string, hash: string, ready: string, act?: (page: Page) => Promise<unknown>];

async function admin(browser: Browser, server: Server, paid: string): Promise<void> {
  const id = await session(server);
  const sections: Section[] = [
    ["multi-sessions", "multi-sessions", ".row-panel"],
    [
      "multi-session",
      `multi-sessions/${id}`,
      ".pick",
      async (p) => {
        await p.locator(".pick", { hasText: "till-1" }).click();
        await p.getByRole("button", { name: "Save" }).click();
        await p.getByRole("alert").waitFor();
      },
    ],
    ["pos", "pos", "tbody tr"],
    [
      "pairing",
      "pos",
      "tbody tr",
      async (p) => {
        await p.getByRole("button", { name: "New token Terrace" }).click();
        await p.getByRole("button", { name: "Make a new token" }).click();
        await p.locator(".qr").waitFor();
      },
    ],
    ["live", "live", ".orders tr"],
    ["void", "live", ".orders tr", (p) => p.getByRole("button", { name: "Void Order 4" }).click()],
    ["find", "orders", "tbody tr"],
    ["history", `orders/${id}/${paid}`, ".timeline li"],
    ["rejections", "rejections", ".rejection"],
    ["extensions", "extensions", ".extension"],
    ["backup", "backup", "tbody tr"],
    ["charts", "charts", ".chart canvas"],
  ];
  for (const [look, viewport] of looks)
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(`${server.url}/admin`);
      await page.getByLabel("Admin token").waitFor();
      await shoot(page, `admin-signin-${look}-${colorScheme}`);
      await page.route("**/v1/admin/stats", (r) => r.fulfill({ json: hour() }));
      await openAdmin(page, server);
      for (const [name, hash, ready, act] of sections) {
        await page.goto(`${server.url}/admin#/${hash}`);
        await page.locator(ready).first().waitFor();
        await act?.(page);
        await shoot(page, `admin-${name}-${look}-${colorScheme}`);
        await page.reload();
      }
      await page.goto(`${server.url}/`);
      await page.locator(".door").first().waitFor();
      await shoot(page, `start-${look}-${colorScheme}`);
      await page.route("**/demo.json", (r) =>
        r.fulfill({
          json: {
            admin_token: "a",
            pos: [
              { id: "bar", name: "Bar", token: "a", user: "Ana" },
              { id: "till-1", name: "Till 1", token: "b", user: "Ben" },
            ],
          },
        }),
      );
      await page.reload();
      await page.getByText("What to try").waitFor();
      await shoot(page, `start-demo-${look}-${colorScheme}`);
      await context.close();
    }
}

mkdirSync(folder, { recursive: true });
const { server, paid } = await scene();
const browser = await launch();
try {
  const tills = await browser.newContext();
  await openPos(tills, server, "bar");
  await openPos(tills, server, "till-1");
  await admin(browser, server, paid);
} finally {
  await browser.close();
  await server.close();
}
