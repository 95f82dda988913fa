import type { Host } from "./host";
import { knownModules } from "./known";
import { hidden, hasOwn, type Any, type Dict } from "./types";
import { isStandIn, standIn } from "./standin";

interface Pending {
  name: string;
  deps: string[];
  run: (require: (name: string) => Any, module: Dict, exports: Dict) => Any;
}

// Of these, what isn't known is a part of the screen or of the browser.
const odoo = /^(web|@web|@odoo|bus|barcodes|point_of_sale|@point_of_sale|owl|@mail|mail)([./_]|$)/;

// What a sibling vendor's module has of the host's.
const shared = ["Order", "Orderline", "Paymentline", "PosModel", "load_fields", "load_models"];

/** Modules are the loaders' side: define now, run when all files are read. */
export class Modules {
  private readonly pending = new Map<string, Pending>();
  private readonly values = new Map<string, Any>();
  private readonly known: Dict;
  /** What went wrong, by module. */
  readonly failed: { name: string; error: Any }[] = [];
  /** How many modules are still waiting for a promise of their own. */
  waiting = 0;

  constructor(private readonly host: Host) {
    this.known = knownModules(host);
  }

  /** define takes (name, callback) and (name, [deps], callback). */
  define(name: Any, second: Any, third?: Any): void {
    const anonymous = typeof name !== "string";
    const [deps, run] = anonymous ? [[], name] : Array.isArray(second) ? [second, third] : [[], second];
    const id = anonymous ? `anonymous ${this.pending.size}` : name;
    if (typeof run !== "function") {
      this.values.set(id, run);
      return;
    }
    this.pending.set(this.pending.has(id) ? `${id} (${this.pending.size})` : id, { name: id, deps, run });
  }

  /** finish runs what was defined; a module waits for what it requires. */
  finish(): void {
    for (const id of [...this.pending.keys()]) {
      try {
        this.placed(() => this.start(id));
      } catch (error) {
        this.failed.push({ name: id, error });
      }
    }
  }

  private placed(work: () => void): void {
    const { env } = this.host;
    if (env.place) {
      env.place(work);
    } else {
      work();
    }
  }

  private start(id: string): void {
    const module = this.pending.get(id);
    if (!module) {
      return;
    }
    this.pending.delete(id);
    const exports: Dict = {};
    const holder: Dict = { exports };
    // Whoever asks meanwhile, in a circle, gets what there is.
    this.values.set(id, exports);
    const require = Object.assign((name: string) => this.require(name, id), { resolve: (name: string) => name });
    module.deps.forEach((dep) => this.require(dep, id));
    const result = module.run.call(undefined, require, holder, exports);
    const promised = result && typeof result === "object" && !isStandIn(result) && typeof result.then === "function";
    if (promised) {
      this.waiting++;
      this.values.set(id, this.sibling(id));
      result.then(
        (value: Any) => {
          this.waiting--;
          if (value !== undefined) {
            this.values.set(id, value);
          }
        },
        (error: Any) => {
          this.waiting--;
          this.failed.push({ name: id, error });
        },
      );
    } else if (result !== undefined) {
      this.values.set(id, result);
    } else if (holder.exports !== exports || Object.keys(exports).length > 0) {
      this.values.set(id, holder.exports);
    } else {
      this.values.set(id, this.sibling(id));
    }
  }

  /** require gives a module: a vendor's, a known one, or a stand-in. */
  require(name: string, by = ""): Any {
    const id = this.resolve(name, by);
    if (id !== undefined) {
      this.start(id);
      return this.values.get(id);
    }
    if (hasOwn(this.known, name)) {
      return this.known[name];
    }
    const made = odoo.test(name) ? standIn(name) : this.sibling(name);
    this.values.set(name, made);
    return made;
  }

  /** resolve finds a vendor's module; files are named by their paths. */
  private resolve(name: string, by: string): string | undefined {
    if (this.pending.has(name) || this.values.has(name)) {
      return name;
    }
    const asked = tail(name.startsWith(".") ? join(by, name) : name);
    if (!name.includes("/") || (odoo.test(name) && !name.startsWith("."))) {
      return undefined;
    }
    return [...this.pending.keys(), ...this.values.keys()].find(
      (id) => id !== by && id.includes("/") && asked === tail(id),
    );
  }

  /** sibling stands for a module of another vendor: the host's classes are in it. */
  private sibling(name: string): Any {
    const made = standIn(name);
    const { models } = this.host;
    for (const key of shared) {
      Object.defineProperty(made, key, {
        configurable: true,
        enumerable: true,
        get: () => models[key],
        set: (value: Any) => void (models[key] = value),
      });
    }
    return made;
  }

  /** unknown stands for a global that nobody declares; its define is that of a renamed Odoo's loader. */
  unknown(name: string): Any {
    const made = standIn(name);
    made.define = (...args: [Any, Any, Any?]) => {
      const [id, second, third] = args;
      if (
        typeof id === "string" &&
        (typeof second === "function" || (Array.isArray(second) && typeof third === "function"))
      ) {
        this.define(...args);
      }
    };
    return made;
  }
}

const tail = (path: string): string =>
  path
    .replace(/\.(js|ts|mjs)$/, "")
    .split("/")
    .slice(-2)
    .join("/");

function join(by: string, name: string): string {
  const parts = by.split("/").slice(0, -1);
  for (const step of name.split("/")) {
    if (step === "..") {
      parts.pop();
    } else if (step !== ".") {
      parts.push(step);
    }
  }
  return parts.join("/");
}

/** imported is what `import` sees of a module: its default is the module itself. */
export function imported(module: Any): Any {
  if (
    module &&
    (typeof module === "object" || typeof module === "function") &&
    !isStandIn(module) &&
    module.__esModule
  ) {
    return module;
  }
  const view: Dict = {};
  hidden(view, "default", module);
  return new Proxy(view, {
    get: (target, key) => (key === "default" ? target.default : key === "__esModule" ? true : module[key as string]),
    set: (_, key, value) => {
      module[key as string] = value;
      return true;
    },
  });
}
