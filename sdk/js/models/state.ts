import { type Any, type Dict, hasOwn } from "./types";

// What the host keeps on an instance, where vendors don't meet it.
const key = Symbol("manytill.state");

/** State is what an instance stands on. */
export interface State {
  /** The record that the instance was last given. */
  json: Dict;
  /** Base properties that code has set since. */
  own: Dict;
  /** Made when they are asked for. */
  made: Dict;
}

const nothing: Dict = Object.freeze({});

export function state(self: Any): State {
  return self[key] || (self[key] = { json: nothing, own: {}, made: {} });
}

/** rebase puts an instance on another record; what code had set is gone. */
export function rebase(self: Any, json: Any): void {
  self[key] = { json: json || nothing, own: {}, made: {} };
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
      s.own[name] = value;
    },
  });
}

/** lasting is a property that is made once, when it is first looked at. */
export function lasting(proto: Any, name: string, make: (json: Dict, self: Any) => Any, lost?: Lost): void {
  const read = (json: Dict, self: Any): Any => {
    const { made } = state(self);
    return hasOwn(made, name) ? made[name] : (made[name] = make(json, self));
  };
  property(proto, name, read, lost);
}

/** or is value, or fallback where there is none. */
export const or = (value: Any, fallback: Any): Any => (value === undefined || value === null ? fallback : value);
