import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { accessible } from "./axe.ts";
import { launch, portrait, tablet } from "./browser.ts";
import { Server } from "./server.ts";
import type { states, World } from "./states.ts";

/** tooSmall lists what a finger could miss: buttons below 44 × 44 px. */
const tooSmall = () =>
  [...document.querySelectorAll<HTMLElement>("button, a[href], input:not([type=checkbox]), textarea, select, summary")]
    .filter((e) => {
      const { width, height } = e.getBoundingClientRect();
      return width > 0 && height > 0 && (width < 43.5 || height < 43.5);
    })
    .map(
      (e) =>
        `${e.className || e.tagName} ${e.getBoundingClientRect().width.toFixed(0)}×${e.getBoundingClientRect().height.toFixed(0)}`,
    );

/**
 * holdStates tests some states, each on a server of its own: no accessibility errors in light and dark, every target
 * big enough.
 */
export function holdStates(some: typeof states): void {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());
  describe("states", { concurrency: 2 }, () => {
    for (const state of some) {
      test(state.name, async () => {
        const server = await Server.start(state.options),
          context = await browser.newContext({ viewport: tablet });
        const world: World = { server, context, end: [] };
        try {
          const page = await state.make(world);
          for (const colorScheme of ["light", "dark"] as const) {
            await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
            await accessible(page, `${state.name}, ${colorScheme}`, colorScheme === "dark" ? "colours" : undefined);
          }
          assert.deepEqual(await page.evaluate(tooSmall), []);
          await page.setViewportSize(portrait);
          assert.deepEqual(await page.evaluate(tooSmall), []);
          assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
            true,
            "wider than the screen",
          );
        } finally {
          await context.close();
          for (const end of world.end) await end();
          await server.close();
        }
      });
    }
  });
}
