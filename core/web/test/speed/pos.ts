import type { CDPSession, Page } from "playwright-core";
import { launch, openPos, runFirst, shows, tablet } from "../browser.ts";
import { Peer, Server } from "../server.ts";

// npm run speed: from a tap to the frame that shows what it did, on a device SLOWER times (4) slower than this one,
// with a catalogue, orders and extensions of a large shop. It measures and prints; what is fast enough depends on the
// machine.

const slower = Number(process.env.SLOWER ?? 4),
  times = Number(process.env.TIMES ?? 7),
  most = 100;
const shelves = 20,
  kinds = ["Coffee", "Té verde", "Cinnamon bun", "Orange juice", "Olive oil"];
const products =
  "id,name,price,category,barcode\n" +
  Array.from(
    { length: 2000 },
    (_, i) =>
      `${i + 1},${kinds[i % 5]} ${i + 1},${(1 + (i % 90) / 10).toFixed(2)},Shelf ${i % shelves},${4006381000000 + i}\n`,
  ).join("");

/**
 * watch gives each measurement in the page: from the event's own time to the end of the frame in which the condition
 * holds.
 */
function watch(): void {
  const w = window as unknown as { timed: (event: string, css: string, text: string) => Promise<number> };
  w.timed = (event, css, text) =>
    new Promise((done, failed) => {
      setTimeout(() => failed(new Error(`nothing shows “${text}” at ${css} 20 s after the ${event}`)), 20_000);
      addEventListener(
        event,
        (e) => {
          const shown = () =>
            [...document.querySelectorAll<HTMLElement>(css)].some((el) => el.textContent!.includes(text));
          const frame = () =>
            requestAnimationFrame(() => {
              if (!shown()) return frame();
              const painted = new MessageChannel();
              painted.port1.onmessage = () => done(performance.now() - e.timeStamp);
              painted.port2.postMessage(0);
            });
          frame();
        },
        { once: true, capture: true },
      );
    });
}
type Watched = { timed: (event: string, css: string, text: string) => Promise<number> };

async function timed(
  page: Page,
  event: string,
  css: string,
  text: string,
  act: () => Promise<unknown>,
): Promise<number> {
  const waits = page.evaluate(
    ([e, c, t]) => {
      (window as unknown as { waits: Promise<number> }).waits = (window as unknown as Watched).timed(e!, c!, t!);
    },
    [event, css, text],
  );
  await waits;
  await act();
  return page.evaluate(() => (window as unknown as { waits: Promise<number> }).waits);
}
async function tap(page: Page, css: string): Promise<() => Promise<void>> {
  await page.locator(css).first().scrollIntoViewIfNeeded();
  const box = (await page.locator(css).first().boundingBox())!;
  return () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

const server = await Server.start({
  products,
  extensions: [
    "plugins/example/order-note/order-note.js",
    "plugins/example/absolute-discount",
    "core/web/test/testdata/kinds",
  ],
});
const browser = await launch(),
  context = await browser.newContext({ viewport: tablet });
const found = new Map<string, number[]>();
const note = (what: string, ms: number) => {
  if (process.env.LOUD) console.log(what, Math.round(ms));
  found.set(what, [...(found.get(what) ?? []), ms]);
};
const throttle = (cdp: CDPSession, rate: number) => cdp.send("Emulation.setCPUThrottlingRate", { rate });
try {
  const peer = await Peer.open(server);
  const lines = (order: string) =>
    Array.from({ length: 20 }, (_, l) => ({
      op: "line.add",
      order,
      line: `l${l}`,
      set: {
        product_id: l + 1,
        qty: 1 + (l % 3),
        price_unit: 2.5,
        description: `${kinds[l % 5]} ${l + 1}`,
        line_note: "no milk",
      },
    }));
  for (let i = 0; i < 60; i += 20)
    await peer.push(
      ...Array.from({ length: 20 }, (_, k) => [
        { op: "order.create", order: `o${i + k}`, set: { partner_id: 1 + (k % 4) } },
        ...lines(`o${i + k}`),
      ]),
    );
  await runFirst(context, watch);
  const page = await openPos(context, server, "bar"),
    cdp = await context.newCDPSession(page);
  await page.locator("[data-order=o59]").waitFor();
  await page.locator(".tile").first().waitFor();
  await throttle(cdp, slower);
  for (let i = 0; i < times; i++) {
    const shelf = `.cat:nth-child(${2 + (i % 4)})`;
    note("category", await timed(page, "click", ".cat.on", `Shelf ${i % 4}`, await tap(page, shelf)));
    await page.locator("#search").focus();
    for (const [at, c] of [..."oil"].entries())
      note(
        "search, a letter",
        await timed(page, "input", ".tile", at ? "Olive oil" : "", () => page.keyboard.insertText(c)),
      );
    await page.locator("#search").fill("");
    await page.keyboard.press("Escape");
    note("list of orders", await timed(page, "click", "dialog .pick", "", await tap(page, ".bar-list")));
    await page.waitForTimeout(600); // a double tap's moment
    note(
      "go to an order",
      await timed(page, "click", "h1", "Order ", await tap(page, `dialog .pick:nth-child(${i + 1})`)),
    );
    await page.waitForTimeout(600);
    note("a product", await timed(page, "click", ".line.on", "", await tap(page, ".tile")));
    note("pay", await timed(page, "click", ".pay", "", await tap(page, ".pay-btn")));
    await page.waitForTimeout(600);
    await page.locator(".method").first().click();
    await shows(page, ".pay-result", "Paid in full");
    note("Validate to done", await timed(page, "click", ".done", "is paid", await tap(page, ".validate")));
    await page.waitForTimeout(600);
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(
  `2,000 products, 60 orders of 20 lines, three extensions; processor ${slower} times slower; ${times} times each, ms`,
);
for (const [what, all] of found) {
  const sorted = [...all].sort((a, b) => a - b),
    median = sorted[Math.floor(sorted.length / 2)]!;
  console.log(
    `${what.padEnd(18)} median ${median.toFixed(0).padStart(4)}   least ${sorted[0]!.toFixed(0).padStart(4)}   worst ${sorted.at(-1)!.toFixed(0).padStart(4)}${median > most ? `   over ${most}` : ""}`,
  );
}
