// A test that hangs ends its file, and is named with what it waited for. The runner's own limit is on whole files, names
// no test, and must leave time for all of them. TEST_LIMIT sets another limit in seconds.
import { relative } from "node:path";
import { afterEach, beforeEach } from "node:test";

// The runner itself is started with this file too, and has no tests.
if (process.env.NODE_TEST_CONTEXT) {
  const limit = Number(process.env.TEST_LIMIT ?? 200),
    begun = new Map();
  let between = "what comes before its first test",
    watch;
  const again = () => {
    clearTimeout(watch);
    watch = setTimeout(() => {
      const tests = [...begun.values()].map((name) => JSON.stringify(name)),
        what = tests.join(", ") || between;
      console.error(
        `${relative("", process.argv[1])}: not done after ${limit} s: ${what}. Still open: ${open().join(", ") || "nothing"}.`,
      );
      process.exit(1);
    }, limit * 1000).unref();
  };
  beforeEach((t) => {
    begun.set(t, t.name);
    again();
  });
  afterEach((t) => {
    between = `what comes after ${JSON.stringify(t.name)}`;
    begun.delete(t);
    again();
  });
  again();
}

function open() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, n]) => `${n} ${kind}`);
}
