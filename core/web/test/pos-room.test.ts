import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { lookOf, palette } from "../src/pos/look.ts";
import { desktop, launch, openPos, portrait, shows, tablet, tapped } from "./browser.ts";
import { Peer, Server } from "./server.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const phone = { width: 360, height: 740 },
  half = { width: 640, height: 800 };
const products =
  "id,name,price,category\n" +
  Array.from({ length: 90 }, (_, i) => `${i + 1},Cheese and tomato sandwich ${i + 1},2.50,Shelf ${i % 8}\n`).join("");
/** whole counts what can be seen of it from edge to edge. */
const whole = ([css, within]: string[]) => {
  const box = document.querySelector(within!)!.getBoundingClientRect();
  return [...document.querySelectorAll(css!)].filter((e) => {
    const r = e.getBoundingClientRect();
    return r.top >= box.top - 1 && r.bottom <= box.bottom + 1 && r.right <= innerWidth;
  }).length;
};
/** cut counts products whose name is in sight at the grid's end, and whose price isn't. */
const cut = () => {
  const end = document.querySelector(".grid")!.getBoundingClientRect().bottom;
  return [...document.querySelectorAll(".tile")].filter(
    (t) =>
      t.querySelector(".tile-name")!.getBoundingClientRect().top < end - 3 &&
      t.querySelector(".tile-price")!.getBoundingClientRect().bottom > end,
  ).length;
};

test("products with their prices and lines have room on every screen, and a folded numpad gives its own", async () => {
  const server = await Server.start({ products }),
    context = await browser.newContext({ viewport: desktop });
  try {
    const page = await openPos(context, server, "bar"),
      peer = await Peer.open(server);
    await peer.push([
      { op: "order.create", order: "o1", set: {} },
      ...Array.from({ length: 10 }, (_, l) => ({
        op: "line.add",
        order: "o1",
        line: `l${l}`,
        set: { product_id: l, qty: 1, price_unit: 2.5, description: "Coffee" },
      })),
    ]);
    await page.locator("[data-order=o1]").click();
    await shows(page, ".total-count", "10 lines");
    // At least so many whole tiles, prices and lines; the numpad as it is there from the start.
    for (const [viewport, tiles, lines, unfolded] of [
      [phone, 6, 4, false],
      [half, 12, 9, false],
      [portrait, 18, 9, true],
      [tablet, 12, 6, true],
      [desktop, 24, 7, true],
    ] as const) {
      await page.setViewportSize(viewport);
      const where = `${viewport.width} × ${viewport.height}`;
      await page.locator(`.act[aria-expanded=${unfolded}]`).waitFor();
      await page.waitForFunction(
        ([css, within, least]) =>
          [...document.querySelectorAll(css as string)].filter(
            (e) =>
              e.getBoundingClientRect().bottom <=
              document.querySelector(within as string)!.getBoundingClientRect().bottom,
          ).length >= (least as number),
        [".tile-price", ".grid", tiles],
      );
      const seen = {
        tiles: await page.evaluate(whole, [".tile", ".grid"]),
        prices: await page.evaluate(whole, [".tile-price", ".grid"]),
        lines: await page.evaluate(whole, [".line", ".lines"]),
      };
      assert.equal(await page.evaluate(cut), 0, where);
      assert.ok(
        seen.tiles >= tiles && seen.prices >= tiles && seen.lines >= lines,
        `${where}: ${JSON.stringify(seen)}`,
      );
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, where);
      assert.deepEqual(
        await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>("button")]
            .filter((b) => {
              const { width, height } = b.getBoundingClientRect();
              return width > 0 && (width < 43.5 || height < 43.5);
            })
            .map((b) => b.className),
        ),
        [],
        where,
      );
    }
    // Folded it stays folded, over a reload too.
    await page.setViewportSize(tablet);
    await tapped(page, "Numpad 123");
    assert.ok((await page.evaluate(whole, [".line", ".lines"])) >= 9);
    await page.reload();
    await page.locator(".act[aria-expanded=false]").waitFor();
    // All of a long list can be scrolled to, though little of it is drawn.
    await page.locator(".grid").evaluate((g) => {
      g.scrollTop = g.scrollHeight;
    });
    await page.getByText("Cheese and tomato sandwich 90").waitFor();
    assert.ok((await page.locator(".tile").count()) < 60);
  } finally {
    await context.close();
    await server.close();
  }
});

test("colours of categories can be told apart", () => {
  const lab = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const c = parseInt(hex.slice(i, i + 2), 16) / 255;
      return c > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92;
    }) as [number, number, number];
    const [x, y, z] = [
      (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
      0.2126 * r + 0.7152 * g + 0.0722 * b,
      (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    ].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)) as [number, number, number];
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };
  const far = (a: string, b: string) => Math.hypot(...lab(a).map((v, i) => v - lab(b)[i]!));
  for (const a of palette) {
    for (const b of palette) if (a !== b) assert.ok(far(a, b) > 25, `${a} and ${b}: ${far(a, b)}`);
    for (const ground of ["#ffffff", "#1a2224"]) assert.ok(far(a, ground) > 30, `${a} on ${ground}: ${far(a, ground)}`);
  }
  const looks = Array.from({ length: 48 }, (_, i) => JSON.stringify(lookOf(i)));
  assert.equal(new Set(looks).size, 48);
});
