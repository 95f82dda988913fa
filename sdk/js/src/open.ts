import { Machine } from "./machine/machine";
import { browser } from "./driver/host";
import { openOn } from "./driver/open";
import type { Till, TillOptions } from "./till";

/**
 * openTill opens the queue `options.name` of this browser and begins to sync. It doesn't wait for the server: what was
 * last known is there at once. Close it before the same name is opened again in the same tab.
 */
export const openTill = (options: TillOptions): Promise<Till> =>
  openOn(
    browser((config) => new Machine(config)),
    options,
  );
