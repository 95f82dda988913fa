// The package's entry "manytill/models": extensions' hooks in a page.
export { openModels, Refused } from "./live";
export type { ByExtension, Live, LiveEvents, Options } from "./live";
export type { Failure } from "./extension";
export { loadExtensions } from "./load";
export type { Loaded, Ways } from "./load";
export type { Definition } from "../browser";
export { open } from "../browser";
export { localise } from "../locale";
