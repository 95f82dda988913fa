export { openTill } from "./open";
export * from "./ops";
export { add, round } from "./decimal";
export { memoryStore } from "./store/keeper";
export type * from "./till";
export type { Status, Till } from "./till";
export type * from "./protocol";
export type { Row, Store } from "./machine/contract";
