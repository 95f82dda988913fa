import { type Any, type Class, type Dict, hasOwn } from "./types";

// Where a chain of classes that only pass their arguments on begins: so a
// long chain costs one construction.
const root = Symbol("manytill.root");

/** extend is Backbone's: a new class below `this`, with its static members. */
export function extend(this: Class, members?: Dict, statics?: Dict): Class {
  const parent: Class = this;
  let child: Class;
  if (members && hasOwn(members, "constructor")) {
    child = members.constructor;
  } else {
    const first: Class = hasOwn(parent, root) ? parent[root] : parent;
    child = function (this: Any, ...args: Any[]) {
      return new.target ? Reflect.construct(first, args, new.target) : first.apply(this, args);
    };
    child[root] = first;
  }
  Object.setPrototypeOf(child, parent);
  child.prototype = Object.create(parent.prototype);
  mix(child.prototype, members);
  child.prototype.constructor = child;
  mix(child, statics);
  child.__super__ = parent.prototype;
  return child;
}

/** mix copies members, accessors as accessors. */
export function mix(target: Any, members?: Dict): Any {
  if (members) {
    for (const key of Object.keys(members)) {
      Object.defineProperty(target, key, Object.getOwnPropertyDescriptor(members, key)!);
    }
  }
  return target;
}

/**
 * callable makes of an ES class a constructor that old code may also call
 * without `new` (Parent.apply(this, arguments)); the prototype is the class's.
 */
export function callable(source: Class, construct: (self: Any, args: Any[]) => void, statics: Dict): Class {
  const base: Class = function (this: Any, ...args: Any[]) {
    construct(this, args);
  };
  base.prototype = source.prototype;
  base.prototype.constructor = base;
  Object.defineProperty(base, "name", { value: source.name, configurable: true });
  mix(base, statics);
  base.extend = extend;
  return base;
}
