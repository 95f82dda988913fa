// Phases: the tables say what follows in every phase on every event, and are the same in the Go client.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import * as phases from "../src/machine/phases";

const tables: Record<string, phases.Table<string, string>> = {
  link: phases.linkTable,
  disk: phases.diskTable,
  inbox: phases.inboxTable,
  recovery: phases.recoveryTable,
  entry: phases.entryTable,
};
const shared: typeof tables = JSON.parse(
  readFileSync(new URL("../../client/internal/machine/testdata/phases.json", import.meta.url), "utf8"),
);

test("the tables are those that both clients share, and there is no other", () => {
  assert.deepEqual(tables, shared);
  assert.deepEqual(
    Object.keys(phases)
      .filter((name) => /Table$/.test(name))
      .sort(),
    Object.keys(tables)
      .map((name) => `${name}Table`)
      .sort(),
  );
});

for (const [part, table] of Object.entries(tables)) {
  const at = Object.keys(table),
    events = [...new Set(Object.values(table).flatMap((row) => Object.keys(row)))];

  test(`${part}: every phase says what follows on every event`, () => {
    for (const phase of at)
      for (const event of events) {
        const to = table[phase]![event];
        assert.ok(to, `${part}: nothing is said of ${event} while ${phase}`);
        assert.ok(
          at.includes(to) || to === "ignored" || to === "impossible",
          `${part}: ${event} while ${phase} leads to ${to}, which is no phase`,
        );
      }
  });

  test(`${part}: every phase can be reached, and left`, () => {
    const reached = new Set([at[0]!]);
    for (const phase of reached) for (const to of Object.values(table[phase]!)) if (at.includes(to)) reached.add(to);
    assert.deepEqual([...reached].sort(), [...at].sort());
    for (const phase of at)
      assert.ok(
        Object.values(table[phase]!).some((to) => at.includes(to) && to !== phase),
        `${part}: nothing leads out of ${phase}`,
      );
  });

  test(`${part}: next follows the table, and refuses what is impossible`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...at), fc.array(fc.constantFrom(...events)), (start, happened) => {
        let phase = start;
        for (const event of happened) {
          const to = table[phase]![event]!;
          if (to === "impossible") {
            assert.throws(() => phases.next(table, phase, event), /can't happen/);
            return;
          }
          phase = phases.next(table, phase, event);
          assert.ok(at.includes(phase));
          if (to !== "ignored") assert.equal(phase, to);
        }
      }),
    );
  });
}
