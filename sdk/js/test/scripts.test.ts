// The stories of the Go client's machine, played by this one: each is one rule of docs/protocol.md, "What a client must
// do".
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { MachineFixture } from "./machine-fixture";

const dir = new URL("../../client/internal/machine/testdata/", import.meta.url);

/**
 * What the two machines say differently of the same: batches of the store are numbered by step here, new ids aren't
 * listed, a result is confirmed silently if nothing shown is different.
 */
const plain = (line: string): string[] =>
  /^changed/.test(line)
    ? []
    : [
        line
          .replace(/^store \d+/, "store")
          .replace(/^(renumbered \S+ to \S+):.*/, "$1")
          .replace(/^refused: (internal|order_closed): (.*?)(: disk full)?$/, "refused: $2")
          .replace(/^(wake in )(\d+)ms/, (_, w, ms) => `${w}${ms / 1000}s`),
      ];

const files = readdirSync(dir).filter((f) => f.endsWith(".txt"));
assert.ok(files.length > 20);
for (const file of files) {
  test(file.replace(".txt", ""), () => {
    const fixture = new MachineFixture();
    for (const part of readFileSync(new URL(file, dir), "utf8").trim().split("\n\n")) {
      const [commands = "", wanted] = part.split("\n----");
      fixture.out = [];
      for (const line of commands.split("\n")) if (!line.startsWith("#") && line !== "----") fixture.run(line);
      if (wanted === undefined) assert.deepEqual(fixture.out.flatMap(plain), [], commands);
      else assert.deepEqual(fixture.out.flatMap(plain), wanted.split("\n").filter(Boolean).flatMap(plain), commands);
    }
  });
}
