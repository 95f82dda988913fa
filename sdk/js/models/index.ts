// The one source of what vendors' files find: base classes, loaders,
// stand-ins. Built into one script for the server and for browsers.
import { globals, Loaders, Reject } from "./globals";
import { Host } from "./host";
import { imported } from "./modules";
import { isStandIn, watchStandIns } from "./standin";
import type { Any, Call, Dict, Env, ModelName } from "./types";

/** Chain is one extension's class chain and the way to run it. */
export interface Chain {
  globals: Dict;
  host: Host;
  define(name: string, run: Any): void;
  imported(module: Any): Any;
  standIn(name: string): Any;
  isStandIn(value: Any): boolean;
  finish(functions: Record<string, Any>): { name: string; error: Any }[];
  /** settle is for when asynchronous modules have run: no class changes after. */
  settle(): void;
  run(call: Call): Any;
  overrides(model: ModelName, method: string): boolean;
  texts(model: ModelName, method: string): string[];
  /** watch tells of each look at a stand-in; without a function nobody is told any more. */
  watch(tell?: (path: string) => void): void;
}

/** createChain makes a new chain, with nothing of any vendor in it. */
export function createChain(env: Env): Chain {
  const host = new Host(env);
  const loaders = new Loaders(host);
  return {
    globals: globals(host, loaders),
    host,
    define: (name, run) => host.modules.define(name, run),
    imported,
    standIn: (name) => host.modules.unknown(name),
    isStandIn,
    finish: (functions) => {
      host.modules.finish();
      loaders.finish(functions);
      if (host.modules.waiting === 0) {
        host.registries.seal();
      }
      return host.modules.failed;
    },
    settle: () => host.registries.seal(),
    run: (call) => host.run(call),
    overrides: (model, method) => host.overrides(model, method),
    texts: (model, method) => host.texts(model, method),
    watch: watchStandIns,
  };
}

export { localise } from "./locale";
export { open, view } from "./browser";
export type { Definition, Opened } from "./browser";
export { Reject };
