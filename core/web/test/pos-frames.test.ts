import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, openPos, shows, tablet, tile } from "./browser.ts";
import { products, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("tills hear of another catalogue and of switched extensions without asking", async () => {
  const server = await Server.start({ extensions: ["plugins/example/order-note/order-note.js"] }),
    context = await browser.newContext({ viewport: tablet });
  try {
    const page = await openPos(context, server, "bar");
    await tile(page, "Coffee").waitFor();
    await page.evaluate(() => {
      // a page that would ask by itself is deaf now
      const ask = globalThis.fetch;
      globalThis.fetch = (what, init) =>
        String(what).endsWith("/v1/info") ? Promise.reject(new TypeError("not here")) : ask(what, init);
    });
    writeFileSync(join(server.dir, "products.csv"), products.replace("11,Coffee,2.50", "11,Long coffee,2.75"));
    await shows(page, ".tile", "Long coffee");
    await shows(page, ".tile", "2.75");
    const {
      extensions: [one],
    } = await server.admin<{ extensions: { name: string }[] }>("GET", "/v1/admin/extensions");
    for (const enabled of [false, true]) {
      const fetched = page.waitForResponse("**/v1/extensions.js");
      await server.admin("PATCH", `/v1/admin/extensions/${encodeURIComponent(one!.name)}`, { enabled });
      assert.equal((await (await fetched).text()).includes("manytillExtensions"), enabled);
    }
  } finally {
    await context.close();
    await server.close();
  }
});
