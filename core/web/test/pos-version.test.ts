import { once } from "node:events";
import { createServer, request } from "node:http";
import { test } from "node:test";
import { desktop, launch, shows } from "./browser.ts";
import { freePort, Server } from "./server.ts";

test("a newer page is offered, not forced", async () => {
  const server = await Server.start(), browser = await launch(), context = await browser.newContext({ viewport: desktop });
  let newer = false;
  // What an updated server would do: the service worker of another build.
  const front = createServer((from, to) => {
    const onward = request({ port: server.port, path: from.url, method: from.method, headers: { ...from.headers, "accept-encoding": "identity" } }, (answer) => {
      if (from.url !== "/sw.js") return void answer.pipe(to.writeHead(answer.statusCode!, answer.headers));
      let text = "";
      answer.setEncoding("utf8").on("data", (d) => { text += d; }).on("end", () => {
        to.writeHead(200, { "content-type": "text/javascript" }).end(newer ? text.replaceAll(/"[0-9a-f]{64}"/g, '"of another build"') : text);
      });
    }).on("error", () => to.destroy());
    from.pipe(onward);
  }).listen(await freePort(), "127.0.0.1");
  await once(front, "listening");
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(front.address() as { port: number }).port}/pos#token=${server.tokens.bar}`);
    await page.waitForFunction(() => !!navigator.serviceWorker.controller);
    await shows(page, ".tile", "Coffee");
    await page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
    if (await page.locator(".banner").count()) throw new Error("the same build is no news");
    newer = true;
    await page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
    await shows(page, ".banner", "New version of this page.");
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Reload" }).click()]);
    await shows(page, ".tile", "Coffee");
  } finally {
    await browser.close();
    front.closeAllConnections();
    front.close();
    await server.close();
  }
});
