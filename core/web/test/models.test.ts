import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { connected, desktop, launch, openPos, row, shows, tile } from "./browser.ts";
import { Peer, root, Server } from "./server.ts";

// The extensions' hooks in two pages, in a real browser, over a real server.

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const documented = join(root, "extensions/javascript/testdata/documented.js");

interface Floor {
  server: Server;
  context: BrowserContext;
  first: Page;
  second: Page;
  peer: Peer;
}

/** floor is two pages on one order with a coffee; errors are what the pages threw. */
async function floor(extensions: (dir: string) => string[], use: (f: Floor) => Promise<void>): Promise<void> {
  const server = await Server.start(),
    context = await browser.newContext({ viewport: desktop });
  const errors: string[] = [];
  context.on("weberror", (e) => errors.push(String(e.error())));
  try {
    server.configure(extensions(server.dir));
    await reloaded(server);
    const peer = await Peer.open(server),
      first = await openPos(context, server, "bar"),
      second = await openPos(context, server, "till-1");
    await tile(first, "Coffee").click();
    await second.locator(".tab", { hasText: "1" }).first().click();
    await row(second, "Coffee").waitFor();
    await use({ server, context, first, second, peer });
    assert.deepEqual(errors, []);
    assert.deepEqual((await server.admin<{ rejections: unknown[] }>("GET", "/v1/admin/rejections")).rejections, []);
  } finally {
    await context.close();
    await server.close();
  }
}

const etag = async (server: Server) =>
  ((await (await fetch(`${server.url}/v1/info`)).json()) as { extensions_etag: string }).extensions_etag;

/** reloaded tells the server by SIGHUP and waits until it has other extensions. */
async function reloaded(server: Server): Promise<void> {
  const old = await etag(server);
  server.hangUp();
  for (const until = Date.now() + 10_000; (await etag(server)) === old; ) {
    assert.ok(Date.now() < until, `the server took no other extensions:\n${server.log}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function type(page: Page, fields: Record<string, string>): Promise<void> {
  await page.getByRole("button", { name: "Order", exact: true }).click();
  for (const name of Object.keys(fields))
    await page.getByRole("dialog").getByRole("textbox", { name }).fill(fields[name]!);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

test("the documented example: two fields typed on one page and seen on the other, and the file edited while they work", () =>
  floor(
    (dir) => {
      cpSync(documented, join(dir, "example.js"));
      return [join(dir, "example.js")];
    },
    async ({ server, first, second, peer }) => {
      const file = join(server.dir, "example.js");
      await type(first, { "First new variable": "alpha", "Second new variable": "beta" });
      for (const text of ["alpha", "beta"]) await shows(second, ".order-fields", text);
      const [order] = await peer.orders("open");
      assert.deepEqual([order!.fields.first_new_variable, order!.fields.second_new_variable], ["alpha", "beta"]);

      writeFileSync(
        file,
        readFileSync(file, "utf8").replaceAll(
          /^( *)(\S+)second_new_variable = (\S+)second_new_variable;/gm,
          "$&\n$1$2third_variable = $3third_variable;",
        ),
      );
      await reloaded(server);
      // Nothing broke meanwhile, on pages that run the old file.
      await type(second, { "Second new variable": "gamma" });
      await shows(first, ".order-fields", "gamma");
      await tile(first, "Tea").click();
      await row(second, "Tea").waitFor();
      for (const page of [first, second]) {
        await page.reload();
        await connected(page);
      }
      await type(first, { "Third variable": "delta" });
      for (const text of ["alpha", "gamma", "delta"]) await shows(second, ".order-fields", text);
      await Promise.all([connected(first), connected(second)]);
    },
  ));

/** tips is an extension of one field of the order; more are more hooks. */
function tips(dir: string, schema: number, field: string, spec: string, more = ""): string {
  writeFileSync(
    join(dir, "extension.yaml"),
    `name: tips\nversion: ${schema}.0.0\nschema: ${schema}\njs: tips.js\nfields: {order: {${field}: ${spec}}}\n`,
  );
  writeFileSync(
    join(dir, "tips.js"),
    `var parent = models.Order.prototype;
    models.Order = models.Order.extend({
      ${more}
      init_from_JSON: function (json) { parent.init_from_JSON.call(this, json); this.${field} = json.${field}; },
      apply_ms_data: function (data) { this.${field} = data.${field}; },
      export_as_JSON: function () { return Object.assign(parent.export_as_JSON.call(this), {${field}: this.${field}}); },
    });`,
  );
  return dir;
}

test("an order of an older schema is shown migrated on both pages, at once and after a reload, and goes on as that", () =>
  floor(
    (dir) => [tips(dir, 1, "tip", "{type: number, label: Tip, edit: true, show: order}")],
    async ({ server, first, second, peer }) => {
      await type(first, { Tip: "2.5" });
      await shows(second, ".order-fields", "2.5");
      tips(
        server.dir,
        2,
        "tip_cents",
        "{type: integer, min: 0, label: Tip in cents, edit: true, show: order}",
        `migrate: function (fields) {
          if (fields.tip === undefined) return fields;
          return {tip_cents: Math.round(fields.tip * 100)};
        },`,
      );
      await reloaded(server);
      const migrated = async () => {
        for (const page of [first, second]) {
          await shows(page, ".order-fields", /Tip in cents\D*250/);
          assert.doesNotMatch(await page.locator(".order-fields").innerText(), /2\.5/);
        }
      };
      await migrated();
      const [order] = await peer.orders("open");
      assert.deepEqual([order!.fields.tip ?? null, order!.fields.tip_cents], [null, 250]);
      for (const page of [first, second]) {
        await page.reload();
        await connected(page);
      }
      await migrated();
      await type(second, { "Tip in cents": "300" });
      await shows(first, ".order-fields", "300");
      await tile(first, "Tea").click();
      await row(second, "Tea").waitFor();
      assert.equal((await peer.orders("open"))[0]!.fields.tip_cents, 300);
    },
  ));

test("what a hook refuses is refused at the tap, with the vendor's words", () =>
  floor(
    (dir) => {
      writeFileSync(
        join(dir, "seats.js"),
        readFileSync(documented, "utf8")
          .replaceAll("first_new_variable", "seats")
          .replaceAll("second_new_variable", "waiter")
          .replace(
            "this.seats = data.seats;",
            'if (data.seats === "13") { throw new Reject("A table has at most 12 seats"); }\n' +
              'if (data.mt_state === "cancelled" && data.seats) { throw new Reject("Its guests are still there"); }\n$&',
          ),
      );
      writeFileSync(
        join(dir, "extension.yaml"),
        "name: seats\njs: seats.js\ncan_reject: true\nfields:\n  order:\n    seats: {type: string, label: Seats, edit: true}\n    waiter: {type: string, label: Waiter, edit: true}\n",
      );
      return [dir];
    },
    async ({ server, first, second, peer }) => {
      await type(first, { Seats: "12" });
      await shows(second, ".order-fields", "12");
      const refused = async () => {
        await first.getByRole("button", { name: "Order", exact: true }).click();
        await first.getByRole("dialog").getByLabel("Seats").fill("13");
        await first.getByRole("dialog").getByRole("button", { name: "Save" }).click();
        await shows(first, ".banner", "A table has at most 12 seats");
      };
      await refused();
      assert.equal((await peer.orders("open"))[0]!.fields.seats, "12");
      await first.keyboard.press("Escape");
      await first.getByRole("dialog").waitFor({ state: "detached" });
      await first.getByRole("button", { name: "Cancel", exact: true }).click();
      await first.getByRole("button", { name: "Cancel the order" }).click();
      await shows(first, ".banner", "Its guests are still there");
      await row(first, "Coffee").waitFor();
      assert.equal((await peer.orders("open")).length, 1);
      // The hooks start without the server too.
      await first.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
      await server.kill();
      await first.reload();
      await row(first, "Coffee").waitFor();
      await refused();
      await server.run();
      await connected(first);
    },
  ));

test("an extension that throws in the browser only leaves the page selling", () =>
  floor(
    (dir) => {
      // On the server Intl is a stand-in, a function.
      writeFileSync(
        join(dir, "shaky.js"),
        readFileSync(documented, "utf8")
          .replaceAll(/(first|second)_new_variable/g, "$1_shaky")
          .replace(
            "apply_ms_data: function (data) {",
            '$&\nif (data.first_shaky && typeof Intl === "object") { throw new Error("no page of mine"); }',
          ),
      );
      return [join(dir, "shaky.js"), documented];
    },
    async ({ first, second, peer }) => {
      await type(first, { "First shaky": "boom" });
      for (const page of [first, second]) {
        await shows(page, ".order-fields", "boom");
        await shows(page, ".banner", "no page of mine");
      }
      await type(second, { "First new variable": "still here" });
      await shows(first, ".order-fields", "still here");
      await tile(first, "Croissant").click();
      await row(second, "Croissant").waitFor();
      await Promise.all([connected(first), connected(second)]);
      assert.deepEqual(
        (await peer.orders("open"))[0]!.lines.map((l) => l.fields.description),
        ["Coffee", "Croissant"],
      );
    },
  ));
