import "fake-indexeddb/auto";
import type { Host } from "../../src/driver/host";
import type { Till, TillOptions } from "../../src/till";
interface Waiting {
    client: object;
    run(): void;
    abort(e: unknown): void;
}
/** locks is a lock manager for exclusive locks: first come, first served; what a client holds is freed with it. */
declare class Locks {
    queues: Map<string, Waiting[]>;
    held: Map<string, {
        client: object;
    }>;
    for(client: object): Pick<LockManager, "request">;
    next(name: string): void;
    /** drop frees what a tab held when it went. */
    drop(client: object): void;
}
declare class Storage_ {
    [key: string]: unknown;
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
}
export declare class Browser {
    readonly base: Partial<Host> & Pick<Host, "machine" | "fetch">;
    readonly insecure: boolean;
    locks: Locks;
    local: Storage_;
    tabs: Tab[];
    /** insecure: plain http on a LAN address, without locks. */
    constructor(base: Partial<Host> & Pick<Host, "machine" | "fetch">, insecure?: boolean);
    tab(from?: Tab): Tab;
    closeAll(): Promise<void[]>;
}
export declare class Tab {
    readonly browser: Browser;
    readonly session: Storage_;
    dead: boolean;
    shown: boolean;
    /** Crash after the next write, before anyone is told of it; or before it. */
    crash?: "after write" | "before write";
    /** Every write fails with it. */
    full?: Error;
    till: Till;
    /** Says and hears nothing, until it thaws. */
    frozen: boolean;
    private missed;
    private channels;
    private listeners;
    constructor(browser: Browser, session: Storage_);
    host(): Host;
    open(options: Partial<TillOptions> & {
        name: string;
        url: string;
        token: string;
    }): Promise<Till>;
    private channel;
    private store;
    fire(what: string): void;
    freeze(): void;
    thaw(): void;
    hide(): void;
    show(): void;
    /** kill is a crash: nothing more is said or stored, and what the tab held is free. */
    kill(): void;
    /** reload is the same tab with a new page. */
    reload(): Tab;
    close(): Promise<void>;
}
export {};
