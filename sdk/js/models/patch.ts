import { withSuper } from "./class";
import { type Any, type Dict, hasOwn } from "./types";

// What stood before a patch, for those who look through a chain of them.
const befores = new WeakMap<object, object[]>();

/** patched lists the earlier versions of an object, the newest first. */
export const patched = (object: object): object[] => befores.get(object) || [];

const names = new WeakMap<object, Set<string>>();

/**
 * patch takes both generations: (object, extension), where `super.x` works,
 * and (object, name, extension), where `this._super` works and a name may be
 * used once.
 */
export function patch(object: Any, second: Any, third?: Any): () => void {
  const named = typeof second === "string";
  if (named) {
    claim(object, second);
  }
  const extension: Dict = named ? third : second;
  const own = Object.getOwnPropertyDescriptors(object);
  const before = Object.create(Object.getPrototypeOf(object), own);
  befores.set(object, [before, ...patched(object)]);
  // super.x looks at the prototype of the object that x was written in.
  Object.setPrototypeOf(extension, before);
  for (const key of Reflect.ownKeys(extension)) {
    const next = Object.getOwnPropertyDescriptor(extension, key)!;
    const previous = own[key as string];
    if (named && "value" in next) {
      next.value = withSuper(next.value, () => before[key]);
    }
    if ("get" in next && previous && "get" in previous) {
      next.get = next.get || previous.get;
      next.set = next.set || previous.set;
    }
    Object.defineProperty(object, key, {
      ...next,
      configurable: true,
      enumerable: previous ? !!previous.enumerable : false,
    });
  }
  return () => unpatch(object, before, extension);
}

function claim(object: Any, name: string): void {
  const taken = names.get(object) || new Set<string>();
  if (taken.has(name)) {
    throw new Error(
      `patch: the name ${JSON.stringify(name)} was used before on this object; give each patch a name of its own`,
    );
  }
  names.set(object, taken.add(name));
}

function unpatch(object: Any, before: Any, extension: Dict): void {
  for (const key of Reflect.ownKeys(extension)) {
    if (hasOwn(before, key)) {
      Object.defineProperty(object, key, Object.getOwnPropertyDescriptor(before, key)!);
    } else {
      delete object[key];
    }
  }
}
