import type { Row, Store } from "../src/machine/contract";
/** Memory is a store that keeps JSON, as a disk would; crash loses what wasn't synced. */
export declare class Memory implements Store {
    fails: boolean;
    private batches;
    private synced;
    put(rows: Row[], sync: boolean, all?: boolean): void;
    crash(): void;
    read(): Row[];
    load(): Promise<Row[]>;
    write(rows: Row[], sync: boolean): Promise<void>;
    close(): void;
}
