import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, desktop, launch, openPos, runFirst, settled, shows } from "./browser.ts";
import { Peer, Server } from "./server.ts";

interface Seen {
  ms: number;
  frames: number;
  lines: string[];
  elsewhere: string[];
  scroll: number;
}

/** watch notes when frames with changes arrive, when the page changes for them, and what it changes. */
function watch(): void {
  const w = window as unknown as { arrived: { at: number; frame: number } | null; frame: number; seen: Seen[] };
  Object.assign(w, { arrived: null, frame: 0, seen: [] });
  const count = () => {
    w.frame++;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  const Native = WebSocket;
  class Watched extends Native {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener("message", (e: MessageEvent) => {
        if (typeof e.data === "string" && e.data.includes('"t":"changes"')) {
          w.arrived = { at: performance.now(), frame: w.frame };
          performance.mark("arrived");
        }
      });
    }
  }
  window.WebSocket = Watched;
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver((records) => {
      if (!w.arrived) return;
      const { at, frame } = w.arrived;
      const places = records.map((r) => (r.target instanceof Element ? r.target : r.target.parentElement)!);
      const lines = places
        .map((p) => p.closest(".line")?.id ?? (p.closest(".lines") ? "the list" : ""))
        .filter(Boolean);
      if (!lines.length) return;
      w.arrived = null;
      performance.measure("peer's change to DOM", { start: at, end: performance.now() });
      const elsewhere = places.filter((p) => !p.closest(".lines, .total-sum, .news, .tab")).map((p) => p.className);
      // The next frame has it on screen.
      requestAnimationFrame(() =>
        w.seen.push({
          ms: performance.now() - at,
          frames: w.frame - frame,
          lines: [...new Set(lines)],
          elsewhere,
          scroll: document.querySelector(".lines")!.scrollTop,
        }),
      );
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true }),
  );
}

/** tap notes what a tap changes in the page before the next frame, and how often it asks where tabs are meanwhile. */
function tap(): void {
  const w = window as unknown as { changes: string[][]; reads: number };
  Object.assign(w, { changes: [], reads: 0 });
  const { get } = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "offsetLeft")!;
  Object.defineProperty(HTMLElement.prototype, "offsetLeft", {
    configurable: true,
    get() {
      w.reads++;
      return get!.call(this) as number;
    },
  });
  const names = (n: Node) =>
    [...(n instanceof Element ? (n.closest(".link, .line, .lines, .pay, .tile, h1")?.classList ?? []) : [])][0] ?? "";
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver((records) => {
      w.changes.push([
        ...new Set(
          records
            .flatMap((r) => [r.target instanceof Element ? r.target : r.target.parentElement!, ...r.addedNodes])
            .map(names)
            .filter(Boolean),
        ),
      ]);
    }).observe(document.body, { subtree: true, childList: true, characterData: true }),
  );
}

test("an order that comes on the screen: what can be seen first, at its top, then the rest; no layout is asked for before", async () => {
  const server = await Server.start(),
    browser = await launch(),
    context = await browser.newContext({ viewport: desktop });
  try {
    const peer = await Peer.open(server);
    const lines = (order: string) =>
      Array.from({ length: 60 }, (_, l) => ({
        op: "line.add",
        order,
        line: `${order}-${l}`,
        set: { product_id: 11, qty: 1, price_unit: 2.5, description: `Item ${l}` },
      }));
    for (const id of ["o1", "o2"]) await peer.push([{ op: "order.create", order: id, set: {} }, ...lines(id)]);
    await runFirst(context, tap);
    const page = await openPos(context, server, "bar"),
      whole = (id: string) =>
        page.waitForFunction((id) => document.querySelectorAll(`.lines [id^=line-${id}]`).length === 60, id);
    await page.locator("[data-order=o1]").click();
    await whole("o1");
    await page.locator(".lines").evaluate((e) => {
      e.scrollTop = 900;
    });
    const first = await page.evaluate(
      () =>
        new Promise<{ rows: number; reads: number; below: boolean; top: number }>((done) => {
          const w = window as unknown as { reads: number };
          w.reads = 0;
          document.querySelector<HTMLElement>("[data-order=o2]")!.click();
          queueMicrotask(() =>
            requestAnimationFrame(() => {
              const { reads } = w,
                box = document.querySelector(".lines")!,
                rows = box.querySelectorAll("[id^=line-o2]");
              done({
                rows: rows.length,
                reads,
                top: box.scrollTop,
                below: rows[rows.length - 1]!.getBoundingClientRect().bottom >= box.getBoundingClientRect().bottom,
              });
            }),
          );
        }),
    );
    assert.ok(first.rows < 60 && first.below, `${first.rows} rows, down to the end of the list: ${first.below}`);
    assert.deepEqual([first.reads, first.top], [0, 0]);
    await whole("o2");
  } finally {
    await browser.close();
    await server.close();
  }
});

test("a tap is shown at once with what is to be sent: no other frame before it", async () => {
  const server = await Server.start(),
    browser = await launch(),
    context = await browser.newContext({ viewport: desktop });
  try {
    await runFirst(context, tap);
    const page = await openPos(context, server, "bar");
    for (let i = 0; i < 5; i++) {
      const changes = await page.evaluate(
        (i) =>
          new Promise<string[][]>((done) => {
            const w = window as unknown as { changes: string[][] };
            w.changes = [];
            document.querySelectorAll<HTMLElement>(".tile")[i]!.click();
            const look = () =>
              document.querySelectorAll(".line").length > i ? done(w.changes) : requestAnimationFrame(look);
            look();
          }),
        i,
      );
      const [line, link] = [["line", "lines"], ["link"]].map((names) =>
        changes.findIndex((c) => names.some((name) => c.includes(name))),
      );
      assert.ok(link! < 0 || line! <= link!, JSON.stringify(changes));
      await settled(page); // else the link says what is sent of this tap while the next one is made
    }
  } finally {
    await browser.close();
    await server.close();
  }
});

test("200 open orders of 20 lines: a peer's change is on screen within a frame, and touches its line alone", async () => {
  const server = await Server.start(),
    browser = await launch(),
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
    await page.locator("[data-order=o100]").click();
    await shows(page, ".total-count", "20 lines");
    await page.waitForFunction(() => document.querySelectorAll(".line").length === 20);
    assert.equal(await page.locator(".tab[data-order]").count(), 201);
    await page.locator(".lines").evaluate((e) => {
      e.scrollTop = 300;
    });
    const seen = () => page.evaluate(() => (window as unknown as { seen: Seen[] }).seen);
    for (let i = 0; i < 30; i++) {
      await peer.push(
        [{ op: "line.inc", order: "o100", line: `l${i % 20}`, field: "qty", by: 1 }],
        [{ op: "line.inc", order: "o7", line: "l3", field: "qty", by: 1 }],
      );
      await page.waitForFunction((n) => (window as unknown as { seen: Seen[] }).seen.length > n, i);
    }
    const found = await seen(),
      ms = found.map((s) => s.ms).sort((a, b) => a - b);
    console.log(
      `# a peer's change, from its arrival to its frame: median ${ms[15]!.toFixed(1)} ms, worst ${ms[29]!.toFixed(1)} ms; frames waited: ${found.map((s) => s.frames).join(" ")}`,
    );
    found.forEach((s, i) => {
      assert.deepEqual(s.lines, [`line-l${i % 20}`]);
      assert.deepEqual(s.elsewhere, []);
      assert.equal(s.scroll, 300);
    });
    assert.ok(
      found.filter((s) => s.frames <= 1).length >= 27,
      `nine in ten are in the next frame: ${found.map((s) => s.frames).join(" ")}`,
    );
    await connected(page);
  } finally {
    await browser.close();
    await server.close();
  }
});
