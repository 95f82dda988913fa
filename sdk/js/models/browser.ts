import { type Chain, createChain } from "./index";
import { nothingStored } from "./kept";
import { type Any, type Dict, type Env, hasOwn } from "./types";

/** Definition is an extension as /v1/extensions.js brings it. */
export interface Definition {
  name: string;
  version: string;
  /** The settings that the manifest calls public. */
  config: Dict;
  /** The fields that the server found or was told of. */
  fields: Record<"order" | "orderline", Record<string, Dict>>;
  /** It may refuse a change: without this, Reject is an error. */
  can_reject?: boolean;
  /** Keys of an order that its lines' hooks read: they run again when one changes. */
  reads_of_order?: string[];
  /** Hooks of orders put lines of their own. */
  lines?: boolean;
  /** The core's fields that its hooks give a value. */
  writes?: Partial<Record<"order" | "orderline", string[]>>;
  /** It declares storage, of which a page has none. */
  storage?: boolean;
  /** It describes effects: a page does none. */
  effects?: boolean;
  files: File[];
}

interface File {
  path: string;
  /** A module is a function of (require, module, exports, imported), a script one of its scope. */
  module: boolean;
  run: (...args: Any[]) => Any;
  /** A script's functions of (instance, module): loaders of Odoo 8. */
  loaders: string[];
}

/** Opened is an extension that is loaded, and what of it threw. */
export interface Opened {
  chain: Chain;
  failed: { name: string; error: Any }[];
}

// What code finds as it is; every other name is the scope's.
const language =
  /^(Object|Array|String|Number|Boolean|Symbol|Math|JSON|Date|RegExp|Map|Set|WeakMap|WeakSet|Promise|Proxy|Reflect|(\w*Error)|parseInt|parseFloat|isNaN|isFinite|NaN|Infinity|undefined|(en|de)codeURI(Component)?|console|arguments|Intl)$/;

/**
 * open loads an extension into a class chain of its own. prepare may change
 * what its files will find, before they run. putLine takes the lines that its
 * hooks put, where it puts any.
 */
export function open(
  definition: Definition,
  prepare?: (chain: Chain) => void,
  putLine: Env["putLine"] = () => undefined,
): Opened {
  const names: Dict = {};
  const chain = createChain({
    settings: definition.config,
    scope: names,
    view,
    ...(definition.lines && { putLine }),
    ...(definition.storage && { storage: nothingStored }),
    ...(definition.effects && { effect() {} }),
  });
  if (prepare) {
    prepare(chain);
  }
  Object.assign(names, chain.globals);
  const scope = new Proxy(names, {
    has: (_, key) => typeof key === "string" && !language.test(key) && !key.startsWith("__mt_"),
    get: (target, key) => {
      if (typeof key !== "string") {
        return undefined;
      }
      return hasOwn(target, key) ? target[key] : (target[key] = chain.standIn(key));
    },
  });
  const failed: Opened["failed"] = [];
  for (const file of definition.files) {
    try {
      if (file.module) {
        chain.define(`./${file.path}`, (...args: Any[]) => file.run(...args, chain.imported, scope));
      } else {
        file.run.call(scope, scope);
      }
    } catch (error) {
      failed.push({ name: file.path, error });
    }
  }
  const loaders: Dict = {};
  for (const name of definition.files.flatMap((file) => file.loaders)) {
    loaders[name] = names[name];
  }
  return { chain, failed: failed.concat(chain.finish(loaders)) };
}

/** view is Env's, with accessors: each key is worked out when it is looked at. */
export function view(keys: string[], read: (key: string) => Any): Dict {
  const made: Dict = {};
  for (const key of keys) lazy(made, key, read);
  return made;
}

/** lazy defines a property that is worked out when it is looked at, and that takes assignments for itself. */
export function lazy(made: Dict, key: string, read: (key: string) => Any, enumerable = true): void {
  const set = (value: Any): void => {
    Object.defineProperty(made, key, { value, writable: true, enumerable, configurable: true });
  };
  Object.defineProperty(made, key, {
    enumerable,
    configurable: true,
    get: () => {
      set(read(key));
      return made[key];
    },
    set,
  });
}
