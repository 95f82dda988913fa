import { Machine } from "../src/machine/index";
import type { Effect, FrameIn, Input } from "../src/machine/contract";
import type { ShownOrder } from "../src/till";
import type { Op } from "../src/words";
import { Memory } from "./memory";
export declare const welcome: (server?: string, ms?: string) => FrameIn;
/** Stage is a machine with a store in memory and a clock of its own; it understands the commands of the scripts. */
export declare class Stage {
    out: string[];
    effects: Effect[];
    store: Memory;
    now: number;
    transports: ("websocket" | "sse" | "poll")[];
    machine: Machine;
    private ids;
    private taps;
    private slow;
    constructor(transports?: Stage["transports"]);
    start(): void;
    step(...inputs: Input[]): void;
    tap(...ops: Op[]): void;
    frame(conn: number, frame: FrameIn): void;
    say(line: string): void;
    private print;
    private notice;
    run(line: string): void;
    /** tick lets time pass, stepping whenever the machine wants to be woken. */
    tick(rest: string): void;
    private show;
    private queue;
}
export declare const lineOf: (o: ShownOrder | undefined, id: string) => import("../src").ShownLine | undefined;
