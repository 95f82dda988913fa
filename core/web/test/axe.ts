import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { eventually } from "./browser.ts";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  help: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/**
 * accessible fails with what axe-core finds wrong on a page, and where. A page that is being drawn may lack its heading
 * for a moment: what is wrong must stay wrong for 3 s. The extensions' frame shows nothing, and makes axe overlook
 * which dialog is open.
 */
export async function accessible(page: Page, where: string): Promise<void> {
  await page.evaluate(source);
  await eventually(async () => {
    const found = await page.evaluate(
      async () =>
        await (
          globalThis as unknown as {
            axe: { run(where: object): Promise<{ violations: Violation[]; passes: unknown[] }> };
          }
        ).axe.run({ exclude: ["iframe"] }),
    );
    assert.ok(found.passes.length > 5, `${where}: axe looked at something`);
    const words = found.violations.map(
      (v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `    ${n.target}: ${n.failureSummary}`).join("\n")}`,
    );
    assert.equal(words.join("\n"), "", where);
  }, 3000);
}
