import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { desktop, launch, portrait, tablet } from "../browser.ts";
import { root, Server } from "../server.ts";
import { states, type World } from "../states.ts";
import { small } from "./small.ts";

// npm run screens [state…]: pictures of every state of the POS page for docs/screens.

const out = process.env.SCREENS ?? join(root, "docs/screens");
const wanted = process.argv.slice(2),
  sizes = { desktop, tablet, ...(process.env.SCREENS && { portrait }) };
mkdirSync(out, { recursive: true });
const browser = await launch();
let failed = false;
for (const state of states.filter((s) => !wanted.length || wanted.includes(s.name))) {
  const server = await Server.start(state.options),
    context = await browser.newContext({ viewport: desktop });
  const world: World = { server, context, end: [] };
  try {
    const page = await state.make(world);
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const path = join(out, `pos-${state.name}-${size}-${colorScheme}.png`);
        writeFileSync(path, small(await page.screenshot({ animations: "disabled", caret: "hide" })));
        if (statSync(path).size > 120_000) console.log(`${path} has ${statSync(path).size} bytes`);
      }
    }
    console.log("ok", state.name);
  } catch (e) {
    failed = true;
    console.log("FAILED", state.name, e, server.log);
    await context
      .pages()
      .at(-1)
      ?.screenshot({ path: join(process.env.TMPDIR ?? "/tmp", `failed-${state.name}.png`) });
  }
  await context.close();
  for (const end of world.end) await end();
  await server.close();
}
await browser.close();
process.exitCode = failed ? 1 : 0;
