import { type Any, type Class, type Dict, hasOwn } from "./types";

const usesSuper = /\b_super\b/;

/** withSuper gives a function `this._super` for the time of its call. */
export function withSuper(call: Any, inherited: Any): Any {
  if (typeof call !== "function" || !usesSuper.test(Function.prototype.toString.call(call))) {
    return call;
  }
  const wrapped: Any = function (this: Any, ...args: Any[]) {
    const before = Object.getOwnPropertyDescriptor(this, "_super");
    const self = this;
    this._super = function (...passed: Any[]) {
      const parent = inherited();
      return typeof parent === "function" ? parent.apply(self, passed) : undefined;
    };
    try {
      return call.apply(this, args);
    } finally {
      if (before) {
        Object.defineProperty(this, "_super", before);
      } else {
        delete this._super;
      }
    }
  };
  // What the vendor wrote, for those who read it.
  wrapped.written = call;
  return wrapped;
}

/** newClass is web.Class: extend with init and _super, include in place. */
export function newClass(): Class {
  const OdooClass: Class = function (this: Any): void {};
  OdooClass.prototype.init = function (): void {};
  OdooClass.extend = function (this: Class, ...members: Dict[]): Class {
    const parent = this;
    const child: Class = function (this: Any, ...args: Any[]) {
      const made = this.init?.(...args);
      return made && typeof made === "object" ? made : undefined;
    };
    Object.setPrototypeOf(child, parent);
    child.prototype = Object.create(parent.prototype);
    child.prototype.constructor = child;
    for (const group of members) {
      // A mixin may be a class.
      const from: Dict = typeof group === "function" ? (group as Any).prototype : group || {};
      for (const key of Object.keys(from)) {
        child.prototype[key] = withSuper(from[key], () => parent.prototype[key]);
      }
    }
    return child;
  };
  OdooClass.include = function (this: Class, members: Dict): void {
    const proto = this.prototype;
    for (const key of Object.keys(members || {})) {
      const previous = hasOwn(proto, key) ? proto[key] : undefined;
      const above = Object.getPrototypeOf(proto);
      proto[key] = withSuper(members[key], () => previous || above[key]);
    }
  };
  return OdooClass;
}
