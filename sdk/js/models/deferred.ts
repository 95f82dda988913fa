import type { Any } from "./types";

/**
 * deferred stands for a model that is made when more is asked of it than to
 * pass an event on: line hooks tell their order of changes at every turn, and
 * few of them look at it.
 */
export function deferred(prototype: Any, make: () => Any): Any {
  let made: Any = null;
  const real = (): Any => made || (made = make());
  const proxy: Any = new Proxy(Object.create(prototype), {
    get: (_, key) => (key === "trigger" && !made ? silent : Reflect.get(real(), key)),
    set: (_, key, value) => Reflect.set(real(), key, value),
    has: (_, key) => Reflect.has(real(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(real(), key),
    ownKeys: () => Reflect.ownKeys(real()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(real(), key),
    defineProperty: (_, key, descriptor) => Reflect.defineProperty(real(), key, descriptor),
  });
  const silent = (): Any => proxy;
  return proxy;
}
