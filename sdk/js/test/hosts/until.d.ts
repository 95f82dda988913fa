import type { Till } from "../../src/till";
/** until waits for events of tills until something holds; what no event tells is looked at again by the clock. */
export declare function until(what: string, tills: Till | Till[], holds: () => boolean | Promise<boolean>, patience?: number): Promise<void>;
