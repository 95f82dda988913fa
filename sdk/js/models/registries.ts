import type { Host } from "./host";
import { hookNames, modernNames } from "./modern";
import { patched } from "./patch";
import { standIn } from "./standin";
import type { Any, Class, Dict, ModelName } from "./types";

type Mixin = (base: Class) => Class;

// Names of one class in different generations.
const aliases: Record<string, ModelName> = {
  Payment: "Paymentline",
  PosPayment: "Paymentline",
  PosOrder: "Order",
  PosOrderline: "Orderline",
  PosGlobalState: "PosModel",
  PosStore: "PosModel",
};

/** Registries collect mixins by class and apply them when all are there. */
export class Registries {
  private readonly mixins = new Map<string, Mixin[]>();
  private readonly done = new Map<string, { from: Class; made: Class }>();
  private readonly originals = new Map<string, Any>();
  // When all files are loaded: the classes as they stay.
  sealed: Record<string, Class> | null = null;

  constructor(private readonly host: Host) {
    for (const name of Object.keys(host.base) as ModelName[]) {
      host.base[name].create = (...args: Any[]) => new (this.compiled(name))(...args);
      for (const method of hookNames) {
        this.originals.set(`${name}.${method}`, host.base[name].prototype[method]);
      }
    }
  }

  original(name: ModelName, method: string): Any {
    return this.originals.get(`${name}.${method}`);
  }

  /** changed reports whether a file has its own version of a method. */
  changed(name: ModelName, method: string): boolean {
    return this.compiled(name).prototype[method] !== this.original(name, method);
  }

  /** compiled is a class with its mixins, the last registered outermost. */
  compiled(name: ModelName): Class {
    if (this.sealed) {
      return this.sealed[name];
    }
    const from = this.current(name);
    const done = this.done.get(name);
    if (done && done.from === from) {
      return done.made;
    }
    const made = (this.mixins.get(name) || []).reduce((base, mixin) => mixin(base) || base, from);
    this.done.set(name, { from, made });
    return made;
  }

  /** seal is called when all files are loaded: nothing is added after. */
  seal(): void {
    const classes: Record<string, Class> = {};
    for (const name of Object.keys(this.host.base) as ModelName[]) {
      classes[name] = this.compiled(name);
    }
    this.sealed = classes;
    modernNames(this.host);
  }

  /** current is the class that files put under any of its names. */
  private current(name: ModelName): Class {
    const names = [name, ...Object.keys(aliases).filter((alias) => aliases[alias] === name)];
    const changed = names.filter((n) => this.host.models[n] !== this.host.base[name]);
    return changed.length > 0 ? this.host.models[changed[0]] : this.host.base[name];
  }

  private nameOf(base: Any): string {
    if (typeof base === "string") {
      return aliases[base] || base;
    }
    const names = Object.keys(this.host.base) as ModelName[];
    return names.find((n) => base === this.host.base[n] || (base && base.prototype instanceof this.host.base[n])) || "";
  }

  /** model is Registries.Model. */
  model(): Dict {
    return {
      extend: (base: Any, mixin: Mixin) => {
        const name = this.nameOf(base);
        this.mixins.set(name, [...(this.mixins.get(name) || []), mixin]);
        this.done.delete(name);
      },
      get: (base: Any) => {
        const name = this.nameOf(base);
        return name in this.host.base ? this.compiled(name as ModelName) : base;
      },
      add: () => undefined,
      addByExtending: () => undefined,
      freeze: () => undefined,
    };
  }

  /** module is require("point_of_sale.Registries"). */
  module(): Dict {
    const component = standIn("Registries.Component");
    const model = this.model();
    return { Model: model, PosModelRegistry: model, Component: component };
  }

  /** texts are the sources of all versions of a method that vendors wrote. */
  texts(name: ModelName, method: string): string[] {
    const found = new Set<Any>();
    for (
      let proto = this.compiled(name).prototype;
      proto && proto !== Object.prototype;
      proto = Object.getPrototypeOf(proto)
    ) {
      for (const version of [proto, ...patched(proto)]) {
        const own = Object.getOwnPropertyDescriptor(version, method);
        if (own && typeof own.value === "function" && own.value !== this.original(name, method)) {
          found.add(own.value.written || own.value);
        }
      }
    }
    return [...found].map((f) => Function.prototype.toString.call(f));
  }
}
