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
 * which dialog is open. With colours only those are looked at: of a page that was whole in other colours.
 */
export async function accessible(page: Page, where: string, only?: "colours"): Promise<void> {
  await page.evaluate(source);
  await eventually(async () => {
    const found = await page.evaluate(
      async (rules) =>
        await (
          globalThis as unknown as {
            axe: { run(where: object, rules: object): Promise<{ violations: Violation[]; passes: unknown[] }> };
          }
        ).axe.run({ exclude: ["iframe"] }, rules),
      only ? { runOnly: ["color-contrast", "link-in-text-block"] } : {},
    );
    assert.ok(found.passes.length + found.violations.length > (only ? 0 : 5), `${where}: axe looked at something`);
    const words = found.violations.map(
      (v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `    ${n.target}: ${n.failureSummary}`).join("\n")}`,
    );
    assert.equal(words.join("\n"), "", where);
  }, 3000);
}
