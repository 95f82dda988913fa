import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Row, Store } from "../../src/machine/contract";
import { memoryStore } from "../../src/store/keeper";

/** fileStore keeps rows in a file, a write a line, so that a till in Node survives a kill. */
export function fileStore(path: string): Store {
  const rows = memoryStore();
  const old = existsSync(path) ? readFileSync(path, "utf8") : "";
  const whole = old.slice(0, old.lastIndexOf("\n") + 1); // a line that was cut off was never acknowledged
  const file = openSync(path, "a");
  if (whole.length < old.length) writeSync(file, "\n");
  const loaded = (async () => {
    for (const line of whole.split("\n")) {
      let batch: Row[];
      try {
        batch = JSON.parse(line);
      } catch {
        continue;
      }
      await rows.write(batch, true);
    }
  })();
  return {
    async load() {
      await loaded;
      return rows.load();
    },
    async write(batch, sync) {
      writeSync(file, `${JSON.stringify(batch)}\n`);
      if (sync) fdatasyncSync(file);
      await rows.write(batch, sync);
    },
    close: () => closeSync(file),
  };
}
