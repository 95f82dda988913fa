import type { MachineLike } from "../../src/driver/host";
import type { Effect, Input, MachineConfig } from "../../src/machine/contract";
import type { ShownOrder, Status } from "../../src/till";
export declare class Scripted implements MachineLike {
    private config;
    status: Status;
    present: never[];
    private entries;
    private shown;
    /** What is shown when all that is on its way to the disk is there. */
    private ahead;
    private client;
    private next;
    private batch;
    private taps;
    private out;
    private pushing;
    private broken;
    private again;
    private now;
    constructor(config: MachineConfig);
    step(now: number, inputs: Input[]): Effect[];
    private take;
    private notifyStatus;
    private save;
    wake(): number;
    orders(): ShownOrder[];
    asides(): never[];
    rejections(): never[];
}
