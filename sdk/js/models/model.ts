import { Events } from "./events";
import { callable } from "./inherit";
import { isStandIn } from "./standin";
import { type Any, type Class, type Dict, hasOwn, hidden } from "./types";

let made = 0;

/** Backbone's Model as far as models of a point of sale use it. */
export class ModelMethods {
  declare attributes: Dict;
  declare trigger: (names: string, ...args: Any[]) => this;

  initialize(_attributes?: Any, _options?: Any): void {}

  get(name: string): Any {
    return this.attributes[name];
  }

  set(name: Any, value?: Any, options?: Any): this {
    const values: Dict = typeof name === "string" ? { [name]: value } : name || {};
    const silent = (typeof name === "string" ? options : value) || {};
    let changed = false;
    for (const key of Object.keys(values)) {
      if (this.attributes[key] !== values[key]) {
        this.attributes[key] = values[key];
        changed = true;
        if (!silent.silent) {
          this.trigger(`change:${key}`, this, values[key]);
        }
      }
    }
    if (changed && !silent.silent) {
      this.trigger("change", this);
    }
    return this;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined && this.get(name) !== null;
  }

  unset(name: string): this {
    delete this.attributes[name];
    return this;
  }

  clear(): this {
    this.attributes = {};
    return this;
  }

  toJSON(): Dict {
    return { ...this.attributes };
  }

  clone(): Any {
    const copy = Object.create(Object.getPrototypeOf(this));
    Object.defineProperties(copy, Object.getOwnPropertyDescriptors(this));
    copy.attributes = { ...this.attributes };
    return copy;
  }

  previous(name: string): Any {
    return this.get(name);
  }

  hasChanged(): boolean {
    return false;
  }

  isValid(): boolean {
    return true;
  }

  // There is no server of Odoo's to ask.
  fetch(): void {}
  save(): void {}

  isNew(): boolean {
    return false;
  }

  destroy(): void {}
}

// What an instance has without being asked costs nothing until it is asked.
Object.defineProperty(ModelMethods.prototype, "attributes", {
  configurable: true,
  get(this: Any): Dict {
    if (!hasOwn(this, "attributes")) {
      hidden(this, "attributes", {});
    }
    return Object.getOwnPropertyDescriptor(this, "attributes")!.value;
  },
  set(this: Any, value: Dict) {
    hidden(this, "attributes", value);
  },
});
Object.defineProperty(ModelMethods.prototype, "cid", {
  configurable: true,
  get(this: Any): string {
    hidden(this, "cid", `c${++made}`);
    return this.cid;
  },
  set(this: Any, value: string) {
    hidden(this, "cid", value);
  },
});
Object.assign(ModelMethods.prototype, Events);

/** begin is a model's construction: attributes, then initialize. */
export function begin(self: Any, args: Any[]): void {
  const attributes = args[0];
  const { defaults } = self;
  if (defaults && !isStandIn(defaults)) {
    Object.assign(self.attributes, typeof defaults === "function" ? defaults.call(self) : defaults);
  }
  if (attributes && typeof attributes === "object") {
    const keys = Object.keys(attributes);
    if (keys.length > 0) {
      for (const key of keys) {
        self.attributes[key] = attributes[key];
      }
    }
  }
  self.initialize(attributes, args[1]);
}

/** newModel is Backbone.Model of one class chain. */
export function newModel(): Class {
  class Model extends ModelMethods {}
  return callable(Model, begin, {});
}
