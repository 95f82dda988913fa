import { extend } from "./inherit";
import { type Any, type Class, type Dict, hasOwn, hidden } from "./types";

const known = new WeakSet<object>();

/** isStandIn reports whether a value is of nobody: a part of the screen, say. */
export const isStandIn = (value: Any): boolean =>
  (typeof value === "object" || typeof value === "function") && value !== null && known.has(value);

// Lists of widgets are looked through for one by its name and its widget is
// extended: they must not be empty.
const lists = /^((screen|popup|widget)_(classes|instances_list)|widgets)$/;

/** nowhere answers what any stand-in is asked by the language itself. */
function nowhere(key: PropertyKey): { value: Any } | null {
  switch (key) {
    case Symbol.toPrimitive:
      return { value: (hint: string) => (hint === "string" ? "" : NaN) };
    case Symbol.iterator:
      return { value: [][Symbol.iterator] };
    case "length":
      return { value: 0 };
    case "toString":
      return { value: () => "" };
    case "valueOf":
      return { value: () => NaN };
    case "then":
    case "toJSON":
    case "__esModule":
      return { value: undefined };
  }
  return typeof key === "symbol" ? { value: undefined } : null;
}

const maxKept = 1000;
const farthest = 400;

let watcher: ((path: string) => void) | undefined;

/** watchStandIns tells who asks of each look at what nobody knows; without a function nobody is told any more. */
export function watchStandIns(tell?: (path: string) => void): void {
  watcher = tell;
}

/** child makes and keeps what is read on a stand-in. */
function child(kept: Map<PropertyKey, Any>, name: string, key: PropertyKey): Any {
  watcher?.(`${name}.${String(key)}`);
  if (name.length > farthest) {
    return undefined; // a walk from parent to parent, say, that must end
  }
  if (!kept.has(key)) {
    if (kept.size >= maxKept) {
      kept.clear(); // asked by ever new ids, say
    }
    const path = `${name}.${String(key)}`;
    kept.set(key, lists.test(String(key)) ? list(path) : standIn(path));
  }
  return kept.get(key);
}

function list(path: string): Any[] {
  const entry = soft(`${path}[0]`, { name: "", widget: standIn(`${path}[0].widget`) });
  const entries: Any[] = [entry];
  entries.filter = () => entries;
  entries.find = () => entry;
  entries.findIndex = () => 0;
  known.add(entries);
  return entries;
}

/** isAnyList: a list whose one entry is found by any name. */
export const isAnyList = (of: Any): boolean => Array.isArray(of) && known.has(of);

/**
 * standIn is a value that can be read, called, constructed, extended from and
 * assigned to, and that means nothing.
 */
export function standIn(name: string): Any {
  const kept = new Map<PropertyKey, Any>();
  // Not an arrow function: it must be constructable.
  const target: Class = function (this: Any) {
    return new.target ? this : undefined;
  };
  const proxy: Any = new Proxy(target, {
    get(_, key) {
      if (hasOwn(target, key)) {
        return key === "prototype" ? target.prototype : target[key];
      }
      if (key === "extend") {
        return extendIt;
      }
      if (key === "include") {
        return () => proxy;
      }
      if (key === Symbol.hasInstance) {
        return isInstance;
      }
      if (key === "then") {
        return later(name, () => child(kept, name, "then()"));
      }
      const answer = nowhere(key);
      return answer ? answer.value : child(kept, name, key);
    },
    set(_, key, value) {
      target[key] = value;
      return true;
    },
    has: (_, key) => typeof key === "string",
    apply: () => child(kept, name, "()"),
    construct: (_, args, newTarget) =>
      (newTarget as Any) === proxy ? instance(name, target) : Reflect.construct(target, args, newTarget as Any),
  });
  delete target.length;
  delete target.name;
  target.prototype = openPrototype(name, proxy);
  known.add(proxy);
  function extendIt(members?: Dict, statics?: Dict): Class {
    return extend.call(proxy, members, statics);
  }
  return proxy;
}

/** isInstance is instanceof: not every engine knows it of a proxy. */
function isInstance(this: Class, of: Any): boolean {
  return Object.prototype.isPrototypeOf.call(this.prototype, of);
}

/** instance is what `new` gives of a stand-in itself. */
function instance(name: string, target: Class): Any {
  const made: Dict = Object.create(target.prototype);
  hidden(
    made,
    "then",
    later(name, () => standIn(`${name}.then()`)),
  );
  return soft(name, made);
}

const native = /\{\s*\[native code\]\s*\}\s*$/;

/**
 * later is the method then: whoever asked somebody who isn't here gets no
 * answer, so a vendor's callback isn't called; await, whose callbacks are the
 * language's own, goes on with a value that means nothing.
 */
function later(name: string, chained: () => Any): (...callbacks: Any[]) => Any {
  return (done) => {
    if (typeof done === "function" && native.test(Function.prototype.toString.call(done))) {
      // biome-ignore lint/suspicious/noThenProperty: without it, await would wait for the stand-in of then
      done(soft(`${name}.then()`, { then: undefined }));
      return undefined;
    }
    return chained();
  };
}

/** openPrototype lets any method be read, wrapped and called by super. */
function openPrototype(name: string, made: Any): Any {
  const members: Dict = { constructor: made };
  return new Proxy(members, {
    get(target, key) {
      if (key in target) {
        return target[key as string];
      }
      const answer = nowhere(key);
      return answer && typeof key === "symbol" ? answer.value : child(children(target), name, key);
    },
  });
}

const keptBy = new WeakMap<object, Map<PropertyKey, Any>>();

function children(of: object): Map<PropertyKey, Any> {
  let kept = keptBy.get(of);
  if (!kept) {
    keptBy.set(of, (kept = new Map()));
  }
  return kept;
}

/** emptyList has nothing to go over; an item that code takes for granted is a stand-in. */
export function emptyList(name: string): Any[] {
  const items: Any[] = [];
  // What is looked for in it, or picked from it, is as unknown as its items.
  for (const method of ["filter", "slice", "concat", "sort", "reverse"]) {
    hidden(items, method, (...more: Any[]) =>
      method === "concat" && more.some((m) => Array.isArray(m) && m.length > 0) ? [].concat(...more) : emptyList(name),
    );
  }
  hidden(items, "find", () => standIn(`${name}[0]`));
  const list = soft(name, items) as Any[];
  empty.add(list);
  return list;
}

const empty = new WeakSet<object>();

/** isEmptyList: nobody knows what is in it. */
export const isEmptyList = (of: Any): boolean => Array.isArray(of) && empty.has(of);

/** soft is an object with real members, and stand-ins for all others. */
export function soft<T extends object>(name: string, members: T): T & Dict {
  const proxy: Any = new Proxy(members, {
    get(target: Any, key) {
      if (key in target) {
        return target[key];
      }
      const answer = nowhere(key);
      return answer ? answer.value : child(children(target), name, key);
    },
  });
  known.add(proxy);
  return proxy;
}
