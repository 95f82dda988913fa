/**
 * The part of the client that has every rule of sync, for programs that bring their own storage and transport: a
 * machine that is stepped (see the README, "Without a browser").
 */
export { Machine } from "./machine/machine";
export { add } from "./decimal";
export type * from "./machine/contract";
export type { StrandedQueue, Rejected, ShownLine, ShownOrder, ShownPayment, Status } from "./till";
export type * from "./protocol";
