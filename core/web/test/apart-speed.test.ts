import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, desktop, launch, openPos, row, runFirst, shows, tile, total } from "./browser.ts";
import { Peer, Server } from "./server.ts";

// What three extensions cost a slow device: 200 open orders of 20 lines, the processor throttled to a quarter.

interface Handed {
  is: string;
  lines: string[];
  ops: number;
}

/** watch notes what the page hands to workers, and how long a click takes until the total shows it. */
function watch(): void {
  const w = window as unknown as { handed: Handed[]; taps: number[] },
    { postMessage } = MessagePort.prototype;
  Object.assign(w, { handed: [], taps: [] });
  MessagePort.prototype.postMessage = function (
    this: MessagePort,
    message: { is?: string; orders?: { id: string; lines?: { id: string }[] }[]; ops?: unknown[] },
    ...more: never[]
  ) {
    if (message?.is)
      w.handed.push({
        is: message.is,
        lines: (message.orders ?? []).flatMap((o) => (o.lines ?? []).map((l) => `${o.id} ${l.id}`)),
        ops: message.ops?.length ?? 0,
      });
    return postMessage.call(this, message, ...more);
  } as typeof postMessage;
  document.addEventListener(
    "pointerdown",
    (e) => {
      const at = e.timeStamp,
        before = document.querySelector(".total-sum")?.textContent;
      const look = () =>
        document.querySelector(".total-sum")?.textContent === before
          ? requestAnimationFrame(look)
          : w.taps.push(performance.now() - at);
      requestAnimationFrame(look);
    },
    true,
  );
}

test("three extensions: what changed crosses the border and nothing else; a tap on a slow device", async () => {
  const server = await Server.start({
    extensions: [
      "plugins/example/order-note/order-note.js",
      "plugins/example/absolute-discount",
      "extensions/javascript/testdata/documented.js",
    ],
  });
  const browser = await launch(),
    context = await browser.newContext({ viewport: desktop });
  try {
    const peer = await Peer.open(server),
      all = Array.from({ length: 200 }, (_, i) => i);
    const line = (i: number, l: number) => ({
      op: "line.add",
      order: `o${i}`,
      line: `l${l}`,
      set: { product_id: 11, qty: 1, price_unit: 2.5, description: `Item ${l}` },
    });
    const made = all.map((i) => [
      { op: "order.create", order: `o${i}`, set: {} },
      ...Array.from({ length: 20 }, (_, l) => line(i, l)),
    ]);
    for (let i = 0; i < 200; i += 50) await peer.push(...made.slice(i, i + 50));
    await runFirst(context, watch);
    const page = await openPos(context, server, "bar");
    page.setDefaultTimeout(60_000);
    await page.locator("[data-order=o100]").click();
    await shows(page, ".total-count", "20 lines");
    await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: 4 });
    const handed = () => page.evaluate(() => (window as unknown as { handed: Handed[] }).handed.splice(0));
    const sent = async (until: (all: Handed[]) => boolean) => {
      const list: Handed[] = [];
      while (!until(list)) list.push(...(await handed()));
      return list;
    };
    await page.waitForFunction(() => document.querySelector("iframe"));
    // The first tap shows that all three are there; then each has had this order.
    await tile(page, "Coffee").click();
    await row(page, "Coffee").waitFor();
    await connected(page);
    // and all three have been given all orders
    await sent((all) => all.reduce((n, m) => n + m.lines.length, 0) >= 3 * 200 * 20);
    for (let i = 0; i < 5; i++) {
      await peer.push([{ op: "line.inc", order: "o100", line: `l${i}`, field: "qty", by: 1 }]);
      await page.locator(`#line-l${i} .line-qty`, { hasText: "2" }).waitFor();
      const given = await sent((all) => all.filter((m) => m.lines.length).length >= 3);
      if (i)
        assert.deepEqual(
          given.filter((m) => m.lines.length).map((m) => m.lines),
          [1, 2, 3].map(() => [`o100 l${i}`]),
        );
    }
    await page.evaluate(() => {
      (window as unknown as { taps: number[] }).taps = [];
    });
    for (let i = 1; i <= 15; i++) {
      const before = await total(page).textContent();
      await tile(page, "Coffee").click();
      await page.waitForFunction((b) => document.querySelector(".total-sum")!.textContent !== b, before);
    }
    await page.waitForFunction(() => (window as unknown as { taps: number[] }).taps.length === 15);
    const taps = (await page.evaluate(() => (window as unknown as { taps: number[] }).taps)).sort((a, b) => a - b);
    console.log(
      `# a tap with three extensions, at a quarter of the speed, until it is drawn: median ${taps[7]!.toFixed(0)} ms, worst ${taps[14]!.toFixed(0)} ms`,
    );
    assert.deepEqual(await page.locator(".banner").allTextContents(), []);
    const asked = (await handed()).filter((m) => m.is === "ask");
    assert.equal(asked.length, 15); // of the one that may refuse
    assert.ok(asked.every((m) => m.lines.length <= 1 && m.ops === 1));
  } finally {
    await browser.close();
    await server.close();
  }
});
