import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { busyFloor, openAdmin, session } from "./admin-scene.ts";
import { accessible } from "./axe.ts";
import { desktop, launch, tablet } from "./browser.ts";
import { freePort } from "../../../sdk/js/test/hosts/port.ts";
import { binary, root, Server } from "./server.ts";

const phone = { width: 390, height: 844 };

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function scene(t: { after(f: () => Promise<void>): void }): Promise<{ server: Server; page: Page }> {
  const server = await Server.start();
  const context = await browser.newContext({ viewport: desktop });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  return { server, page: await context.newPage() };
}

test("extensions: disabled and enabled from the page, with the config's comments kept; a broken one changes nothing", async (t) => {
  const { server, page } = await scene(t);
  const config = join(server.dir, "config.yaml"),
    note = join(server.dir, "order-note.js");
  copyFileSync(join(root, "plugins/example/order-note/order-note.js"), note);
  appendFileSync(
    config,
    "extensions: # of the vendor\n  # notes for the kitchen\n  - path: order-note.js # the newest\n    timeout: 80ms\n",
  );
  await openAdmin(page, server, "extensions");
  await page.getByText("No extension is configured").waitFor();
  await page.getByRole("button", { name: "Reload" }).click();
  const card = page.getByRole("region", { name: "order-note" });
  await card.getByText("Running").waitFor();
  assert.deepEqual(
    await card
      .getByRole("row")
      .allInnerTexts()
      .then((r) => r.map((x) => x.split("\t").slice(0, 2).join())),
    ["Field,Of", "order_note,Order", "line_note,Line"],
  );
  await card.getByRole("button", { name: /Disable/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await card.getByText("Disabled").waitFor();
  const written = readFileSync(config, "utf8");
  assert.ok(
    written.endsWith(
      "extensions: # of the vendor\n  # notes for the kitchen\n  - enabled: false\n    path: order-note.js # the newest\n    timeout: 80ms\n",
    ),
    written,
  );

  const good = readFileSync(note, "utf8");
  writeFileSync(note, "models.Order = models.Order.extend({\n");
  await card.getByRole("button", { name: /Enable/ }).click();
  await page.getByRole("alert").getByText("The extensions were not changed").waitFor();
  assert.equal(readFileSync(config, "utf8"), written);
  writeFileSync(note, good);
  await card.getByRole("button", { name: /Enable/ }).click();
  await card.getByText("Running").waitFor();
  assert.equal(readFileSync(config, "utf8"), written.replace("enabled: false", "enabled: true"));
});

test("extensions: what one stores is shown, and a key is dropped", async (t) => {
  const server = await Server.start({
    extensions: ["plugins/example/table", "plugins/example/order-note/order-note.js"],
  });
  const context = await browser.newContext({ viewport: phone });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  const { ana } = await busyFloor(server);
  await ana.push([{ op: "order.create", order: "on-4", set: { table: "Window 4" } }]);
  const page = await context.newPage();
  await openAdmin(page, server, "extensions");
  const card = page.getByRole("region", { name: "table", exact: true });
  await card.getByText("What it stores").click();
  await card.getByText(/: 1 key, \d+ bytes/).waitFor();
  await card.getByRole("cell", { name: "window 4", exact: true }).waitFor();
  await card.getByRole("cell", { name: "on-4", exact: true }).waitFor();
  await accessible(page, "what it stores");
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  await card.getByRole("button", { name: "Drop window 4" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Drop" }).click();
  await card.getByText(": 0 keys, 0 bytes").waitFor();
  assert.equal(await page.getByRole("region", { name: "order-note" }).getByText("What it stores").count(), 0);
});

test("extensions: servers of one database that run other ones are shown", async (t) => {
  const { server, page } = await scene(t);
  const x = (name: string, version: string, sum: string) => ({ name, version, sum });
  const bar = { name: "k1", at: "bar:8080", schema: "s", extensions: [x("table", "1.2.0", "0a1b2c3d")] };
  let answer: object = { nodes: [] };
  await page.route("**/v1/admin/nodes", (r) => r.fulfill({ json: answer }));
  await openAdmin(page, server, "extensions");
  await page.getByRole("heading", { name: "Extensions", exact: true }).waitFor();
  assert.equal(await page.getByRole("region", { name: "Servers" }).count(), 0);
  answer = {
    trouble: "NATS can't be reached: check that it runs",
    nodes: [
      bar,
      { ...bar, name: "k2", at: "hall:8080" },
      {
        ...bar,
        name: "k3",
        at: "yard:8080",
        extensions: [x("table", "1.3.0", "4e5f6071")],
        differs: "table is 1.3.0 there and 1.2.0 here",
      },
    ],
  };
  const servers = page.getByRole("region", { name: "Servers" });
  await servers.getByText("They run different extensions").waitFor();
  await servers.getByText("NATS can't be reached").waitFor();
  await servers.getByRole("row", { name: /hall:8080.*The same/ }).waitFor();
  await servers.getByRole("row", { name: /yard:8080.*table is 1.3.0 there/ }).waitFor();
  await accessible(page, "servers of one database");
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  for (const [section, words] of [
    ["charts", "What was pushed"],
    ["live", "Tills that are connected"],
  ]) {
    await openAdmin(page, server, section!);
    await page.getByText(`${words} at bar:8080 alone: this database has 3 servers.`).waitFor();
  }
});

/** restored goes back to a backup, which checks it, and looks for the orders. */
async function restored(server: Server, copy: string): Promise<void> {
  await server.kill("SIGTERM");
  execFileSync(binary(), ["restore", "--config", join(server.dir, "config.yaml"), "--from", copy, "--force"]);
  await server.run();
  const id = await session(server);
  assert.equal(
    (await server.admin<{ orders: unknown[] }>("GET", `/v1/admin/multi-sessions/${id}/orders`)).orders.length,
    6,
  );
}

test("backup: made with its progress, listed, downloaded, and it opens as SQLite with the orders in it", async (t) => {
  const { server, page } = await scene(t);
  await busyFloor(server);
  await openAdmin(page, server, "backup");
  await page.getByText("There is no backup yet").waitFor();
  await page.getByLabel("Name").fill("../../x");
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByRole("alert").getByText("begin with a letter or digit").waitFor();
  await page.getByLabel("Name").fill("before the fair");
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByText("before the fair.db is done.").waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download before the fair.db" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "before the fair.db");
  const copy = join(server.dir, "downloaded.db");
  await file.saveAs(copy);
  assert.equal(readFileSync(copy).subarray(0, 16).toString(), "SQLite format 3\0");
  await restored(server, copy);
  // While one is under way, the page shows how far it is.
  await page.route("**/v1/admin/backups", (r) =>
    r.fulfill({
      json: {
        folder: "/b",
        running: { name: "big.db", at: new Date().toISOString(), pages: 300, of: 1200 },
        failed: null,
        backups: [],
      },
    }),
  );
  await page.reload();
  await page.getByText("300 of 1200 pages, 25 %").waitFor();
  assert.equal(await page.getByRole("progressbar").getAttribute("aria-valuenow"), "25");
  assert.ok(await page.getByRole("button", { name: "Back up now" }).isDisabled());
});

test("charts show what was tapped", async (t) => {
  const { server, page } = await scene(t);
  await busyFloor(server);
  await openAdmin(page, server, "charts");
  await page.locator(".tile", { hasText: "Rejected" }).getByText("2", { exact: true }).waitFor();
  assert.ok(Number(await page.locator(".tile", { hasText: "Mutations" }).locator("b").innerText()) > 20);
  assert.match(await page.locator(".tile", { hasText: "99 of 100" }).locator("b").innerText(), /^\d+(\.\d+)? (ms|s)$/);
  await page.locator("[data-points]:not([data-points='0'])").first().waitFor();
  // A line of the theme's colour: 0e7c7f.
  await page.waitForFunction(() => {
    const c = document.querySelector<HTMLCanvasElement>(".chart canvas")!,
      pixels = c.getContext("2d")!.getImageData(0, 0, c.width, c.height).data;
    let teal = 0;
    for (let i = 0; i < pixels.length; i += 4)
      if (pixels[i + 3]! > 200 && pixels[i]! < 60 && pixels[i + 1]! > 90 && pixels[i + 2]! > 90) teal++;
    return teal > 20;
  });
});

test("a cut connection and a replaced token are told in words", async (t) => {
  const { server, page } = await scene(t);
  await openAdmin(page, server, "pos");
  await page.getByRole("row", { name: /Bar/ }).waitFor();
  await page.route("**/v1/admin/**", (r) => r.abort());
  await page.getByRole("alert").getByText("The server doesn't answer").waitFor();
  await page.unroute("**/v1/admin/**");
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page.route("**/v1/admin/**", (r) =>
    r.fulfill({ status: 401, json: { code: "unauthorized", message: "unknown", status: 401 } }),
  );
  await page.getByRole("alert").getByText("isn't known here any more").waitFor();
  await page.getByLabel("Admin token").waitFor();
});

test("axe finds nothing on any section and dialog, light and dark; nothing sticks out on a tablet or phone", async (t) => {
  const server = await Server.start({
    extensions: ["plugins/example/order-note/order-note.js", "plugins/example/absolute-discount"],
  });
  t.after(() => server.close());
  const { paid } = await busyFloor(server);
  await server.admin("POST", "/v1/admin/backups", {});
  const id = await session(server);
  const at: [string, string, ((p: Page) => Promise<unknown>)?][] = [
    ["multi-sessions", ".row-panel"],
    [
      `multi-sessions/${id}`,
      ".pick",
      async (p) => {
        await p.locator(".pick", { hasText: "Till 1" }).click();
        await p.getByRole("button", { name: "Save" }).click();
        await p.getByRole("alert").waitFor();
      },
    ],
    [
      "pos",
      "tbody tr",
      async (p) => {
        await p.getByRole("button", { name: "Create" }).click();
        await p.getByRole("dialog").waitFor();
      },
    ],
    [
      "live",
      ".orders tr",
      async (p) => {
        await p.getByRole("button", { name: "Void Order 3" }).click();
        await p.getByRole("dialog").waitFor();
      },
    ],
    ["orders", "tbody tr"],
    [`orders/${id}/${paid}`, ".timeline li"],
    ["rejections", ".rejection"],
    ["extensions", ".extension"],
    ["backup", "tbody tr"],
    ["charts", ".chart canvas"],
  ];
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ viewport: colorScheme === "light" ? tablet : phone, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    for (const path of ["/", "/admin"]) {
      await page.goto(server.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await accessible(page, `${path}, ${colorScheme}`);
    }
    await openAdmin(page, server);
    for (const [hash, ready, act] of at) {
      await page.goto(`${server.url}/admin#/${hash}`);
      await page.locator(ready).first().waitFor();
      await accessible(page, `${hash}, ${colorScheme}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${hash} is ${over} px wider than the screen`);
      const cut = await page
        .locator(".panel")
        .evaluateAll((all) => all.filter((p) => p.scrollWidth > p.clientWidth).map((p) => p.textContent));
      assert.deepEqual(cut, [], `panels of ${hash} are wider than the screen, ${colorScheme}`);
      const overlapping = await page.locator(".row-panel").evaluateAll((all) =>
        all.flatMap((panel) => {
          const parts = [...panel.querySelectorAll("*")]
            .filter((e) => !e.children.length && e.textContent!.trim())
            .map((e) => ({ e, r: e.getBoundingClientRect() }));
          return parts.flatMap(({ e, r }, i) =>
            parts
              .slice(i + 1)
              .filter(
                ({ r: o }) =>
                  r.left < o.right - 1 && o.left < r.right - 1 && r.top < o.bottom - 1 && o.top < r.bottom - 1,
              )
              .map((o) => `${e.textContent} over ${o.e.textContent}`),
          );
        }),
      );
      assert.deepEqual(overlapping, [], `words of ${hash} overlap, ${colorScheme}`);
      if (!act) continue;
      await act(page);
      await accessible(page, `${hash}, after an action, ${colorScheme}`);
      await page.reload();
    }
    await context.close();
  }
});

/** demo starts a demo, and ends it with the test. */
async function demo(t: { after(f: () => Promise<unknown>): void }): Promise<string> {
  const p = spawn(binary(), ["demo", "--listen", `127.0.0.1:${await freePort()}`]);
  t.after(async () => {
    const gone = once(p, "exit");
    p.kill("SIGTERM");
    await gone;
  });
  let said = "";
  for await (const piece of p.stdout) if ((said += piece).includes("Stop with Ctrl-C")) break;
  return /start here: +(\S+)/.exec(said)![1]!;
}

test("a demo: its start page leads to two tills and the admin page, where an extension can be switched", async (t) => {
  const url = await demo(t),
    context = await browser.newContext({ viewport: desktop });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(url);
  await page.getByText("What to try").waitFor();
  await accessible(page, "the start page of a demo");
  const opened: Page[] = [];
  context.on("page", (p) => opened.push(p));
  await page.getByRole("button", { name: "Open both tills side by side" }).click();
  while (opened.length < 2) await context.waitForEvent("page");
  for (const till of opened) await till.locator(".link", { hasText: "Connected" }).waitFor();
  const [admin] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: /Admin/ }).click()]);
  await admin.getByRole("region", { name: "Main floor" }).getByText("Active").waitFor();
  await admin.getByRole("link", { name: "Extensions" }).click();
  const note = admin.getByRole("region", { name: "order-note" });
  await note.getByRole("button", { name: /Disable/ }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await note.getByText("Disabled").waitFor();
});

test("the start page of a server says how to pair a till and where to sign in", async (t) => {
  const { server, page } = await scene(t);
  await page.goto(`${server.url}/`);
  await page.getByText("How to pair a till").waitFor();
  assert.deepEqual(await page.locator(".door").evaluateAll((all) => all.map((a) => a.getAttribute("href"))), [
    "/admin",
    "/pos",
  ]);
});
