export declare class Counter {
    applied: number;
    down: boolean;
    clients: Map<string, Map<number, string>>;
    /** Ids that came with two bodies. */
    twice: string[];
    users: (string | undefined)[];
    tokens: string[];
    fetch: typeof fetch;
}
