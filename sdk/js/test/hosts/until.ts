import assert from "node:assert/strict";
import type { Events, Till } from "../../src/till";

/** until waits for events of tills until something holds; what no event tells is looked at again by the clock. */
export async function until(
  what: string,
  tills: Till | Till[],
  holds: () => boolean | Promise<boolean>,
  patience = 15_000,
): Promise<void> {
  const all = [tills].flat();
  const events: (keyof Events)[] = ["orders", "status", "presence", "rejected", "stranded", "renumbered"];
  let wake = () => {};
  const off = all.flatMap((till) => events.map((event) => till.on(event, () => wake())));
  const end = Date.now() + patience;
  try {
    while (!(await holds())) {
      if (Date.now() > end) assert.fail(`didn't happen: ${what}\n${JSON.stringify(all.map((t) => t.status))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    off.forEach((f) => f());
  }
}

/** canonical is what two lists of orders must have in common: all but what is pending. */
export const canonical = (orders: unknown) =>
  JSON.stringify(orders, (_, v) =>
    v && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(
          Object.entries(v)
            .filter(([k]) => k !== "pending")
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : v,
  );
