// Loose types: vendors' code is untyped, and so is what it is handed.

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Any = any;
export type Dict = Record<string, Any>;
/** Anything that `new` works on, with Backbone's and Odoo's statics. */
export type Class = Any;
export type ModelName = "Order" | "Orderline" | "Paymentline" | "Product" | "PosModel";

/** What the surroundings give: the server's runtime or a browser page. */
export interface Env {
  /** The extension's settings. */
  settings: Dict;
  /** The fields that a manifest declares, by model. */
  fields?: Record<string, string[]>;
  /** Where global names are: the server's globalThis, a scope of its own in a browser. */
  scope: Dict;
  /**
   * view makes an object with these keys whose values are read when they are
   * looked at, and which takes assignments for itself.
   */
  view(keys: string[], read: (key: string) => Any): Dict;
  /** place does work and remembers where it throws: what is no Error doesn't know. */
  place?<T>(work: () => T): T;
  /** begin is told that the hooks run over a record, from the start. */
  begin?(): void;
  /**
   * lost is told what a hook gives a model and nobody takes: a core field's value, or (without one) what a method of
   * that name does. json is the record that the model stands on.
   */
  lost?(json: Dict, name: string, value?: Any): void;
  /** putLine takes a line that an order's hook puts; missing where the extension puts none. */
  putLine?(order: Any, key: string, fields: Dict): void;
  /** effect takes what an order's hook wants done after the commit; missing where no manifest describes effects. */
  effect?(name: string, key: string, data: Any): void;
  /** Orders and lines have a migrate: the manifest's schema is above 1. */
  migrates?: boolean;
  /** What the extension has stored; undefined where its manifest declares no storage. */
  storage?: Storage;
}

/** What the surroundings give of an extension's storage. */
export interface Storage {
  get(key: string): Any;
  /** set stores what JSON can hold; null deletes. untilEnd: until the order of the record ends. */
  set(key: string, value: Any, untilEnd: boolean): void;
}

/** What one run of the hooks is handed. */
export interface Call {
  model: "order" | "orderline";
  isNew: boolean;
  /** The id of an orderline. */
  line?: string;
  /** The record before and after the core's merge; each call makes a copy. */
  stored: () => Dict;
  merged: () => Dict;
  /** The schema under which the fields were written: migrate runs on merged, which are the extension's alone. */
  from?: number;
  /** An order is told what came of an effect, instead of a change. Each call makes a copy. */
  outcome?: () => { name: string; key: string; result: Any };
  /** The order of an orderline, its own copy; made when it is asked for. */
  parent?: () => Dict;
}

// biome-ignore lint/suspicious/noPrototypeBuiltins: the oldest engines have no Object.hasOwn
export const hasOwn = (object: Any, key: PropertyKey): boolean => Object.prototype.hasOwnProperty.call(object, key);

/** hidden defines a property that for…in and copies don't see. */
export function hidden(object: Any, key: PropertyKey, value: Any): void {
  Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable: false });
}
