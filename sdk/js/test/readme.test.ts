// Every example of the README is type-checked and run, in order, against the real server.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import WebSocket from "ws";
import type { Till } from "../src/till";
import { Server } from "./hosts/server";
import { until } from "./hosts/until";

const here = new URL("..", import.meta.url).pathname;

test("the examples of the README", async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const place = await server.furnish("floor", 1);
  const blocks = [...readFileSync(join(here, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map(
    ([, code]) => code,
  );
  assert.ok(blocks.length >= 8, "there are examples");
  const dir = mkdtempSync(join(here, "test", "readme-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "example.ts");
  writeFileSync(
    file,
    blocks
      .join("\n")
      .replaceAll('"manytill"', '"../../src/index"')
      .replaceAll('"manytill/core"', '"../../src/core"')
      .replaceAll('"manytill/price"', '"../../src/price"')
      .replaceAll('"manytill/fields"', '"../../src/fields"') +
      "\nexport { machine, order, screen, shown, sum, tags, till, total, wrong };\n",
  );
  execFileSync("npx", ["tsc", "--noEmit", "-p", "."], { cwd: here, stdio: "pipe" });
  // As it is run: with a server and a token that are there.
  writeFileSync(
    file,
    readFileSync(file, "utf8")
      .replace("https://pos.example", server.url)
      .replace('"TOKEN"', JSON.stringify(place.tokens[0]))
      .replace("await till.close()", "await sent(till); await till.close()"),
  );
  const sent = (till: Till) =>
    until("all is sent", till, () => till.status.transport === "websocket" && !till.status.unsent);
  Object.assign(globalThis, { WebSocket: globalThis.WebSocket ?? WebSocket, sent });
  const { machine, order, screen, shown, sum, tags, total, till, wrong } = await import(file);
  assert.equal(total, 0.3);
  assert.equal(sum, 7.98);
  assert.equal(wrong, "must be at most 12");
  assert.deepEqual(tags, { add: ["nuts"], remove: ["vegan"] });
  assert.match(screen.get(order), /^(New|Order 1)\n2 × 50/);
  assert.equal(shown, "connected");
  assert.equal(machine.status.unsent, 1);
  assert.equal(machine.order("o1").lines.length, 1);
  await assert.rejects(till.do(), /closed/);
  const [paid] = await server.orders(place);
  assert.equal(paid.id, order);
  assert.equal(paid.state, "paid");
});
