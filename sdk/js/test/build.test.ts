// What users install.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

test("the package builds, within its size, and opens a till", () => {
  const here = new URL("..", import.meta.url).pathname;
  const said = execFileSync(process.execPath, ["scripts/build.mjs"], { cwd: here, encoding: "utf8" });
  assert.match(said, /core: \d+ bytes.*\nindex: \d+ bytes/);
  const code = `import { openTill, newId, memoryStore } from "manytill";
    const till = await openTill({ url: "http://127.0.0.1:9", token: "t", name: "x", store: memoryStore() });
    await till.do({ op: "order.create", order: newId() });
    console.log(till.orders().length, till.status.transport === "");
    await till.close();`;
  assert.equal(
    execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: here, encoding: "utf8" }),
    "1 true\n",
  );
});

test("the small core takes a tap", () => {
  const here = new URL("..", import.meta.url).pathname;
  const code = `import { Machine } from "./dist/core.min.js";
    const m = new Machine({ rows: [], token: "t", random: Math.random, newId: () => "c" });
    const ops = [{ op: "order.create", order: "o1" }, { op: "line.add", order: "o1", line: "l1", set: { qty: 2 } }];
    const { batch } = m.step(1, [{ is: "tap", n: 1, ops }]).find((e) => e.is === "store");
    m.step(2, [{ is: "stored", batch }]);
    console.log(m.order("o1").lines[0].fields.qty, m.status.unsent);`;
  assert.equal(
    execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: here, encoding: "utf8" }),
    "2 1\n",
  );
});
