import { type Any, type Dict, hasOwn } from "./types";

// What the host keeps on an instance, where vendors don't meet it.
const key = Symbol("manytill.state");

/** State is what an instance stands on. */
export interface State {
  /** The record that the instance was last given. */
  json: Dict;
  /** Base properties that code has set since; to write on them: owned. */
  own: Dict;
  /** Made when they are asked for; to write on them: making. */
  made: Dict;
}

const nothing: Dict = Object.freeze({});

export function state(self: Any): State {
  return self[key] || (self[key] = { json: nothing, own: nothing, made: nothing });
}

// Most instances have none of either: a record is put on another up to three times in a run.

const owned = (s: State): Dict => (s.own === nothing ? (s.own = {}) : s.own);

/** making is what an instance has made, to add to. */
export function making(self: Any): Dict {
  const s = state(self);
  return s.made === nothing ? (s.made = {}) : s.made;
}

/** rebase puts an instance on another record; what code had set is gone. */
export function rebase(self: Any, json: Any): void {
  self[key] = { json: json || nothing, own: nothing, made: nothing };
}

/** Lost is told that code sets a property of a model that stands on json. */
export type Lost = (json: Dict, value: Any) => void;

/**
 * property defines a base property that is read from the record when it is
 * looked at, and that code may set.
 */
export function property(proto: Any, name: string, read: (json: Dict, self: Any) => Any, lost?: Lost): void {
  Object.defineProperty(proto, name, {
    configurable: true,
    enumerable: true,
    get(this: Any): Any {
      const s = state(this);
      return hasOwn(s.own, name) ? s.own[name] : read(s.json, this);
    },
    set(this: Any, value: Any) {
      const s = state(this);
      lost?.(s.json, value);
      owned(s)[name] = value;
    },
  });
}

/** lasting is a property that is made once, when it is first looked at. */
export function lasting(proto: Any, name: string, make: (json: Dict, self: Any) => Any, lost?: Lost): void {
  const read = (json: Dict, self: Any): Any => {
    const made = making(self);
    return hasOwn(made, name) ? made[name] : (made[name] = make(json, self));
  };
  property(proto, name, read, lost);
}

/** or is value, or fallback where there is none. */
export const or = (value: Any, fallback: Any): Any => (value === undefined || value === null ? fallback : value);
