export { openTill } from "./open";
export * from "./ops";
export { add, round } from "./decimal";
export { memoryStore } from "./store/keeper";
export type * from "./till";
export type * from "./words";
export type { Row, Store } from "./machine/contract";
