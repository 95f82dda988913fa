import { Events } from "./events";
import { callable } from "./inherit";
import { type Any, type Class, type Dict, hidden } from "./types";
import { onLists } from "./underscore";

/**
 * A collection is an array with Backbone's methods, so that code of every
 * generation finds what it knows: models, at, each, pluck, and map, filter,
 * length as arrays have them.
 */
const methods: Dict = {
  initialize(): void {},
  at(this: Any[], i: number): Any {
    return this[i < 0 ? this.length + i : i];
  },
  get(this: Any[], id: Any): Any {
    const wanted = id && typeof id === "object" ? id.id : id;
    return this.find(
      (model) => model === id || (wanted !== undefined && (model.id === wanted || model.cid === wanted)),
    );
  },
  getByCID(this: Any[], cid: string): Any {
    return this.find((model) => model.cid === cid);
  },
  add(this: Any, models: Any, options?: Any): Any {
    for (const given of Array.isArray(models) ? models : [models]) {
      const model = modelOf(this, given, options);
      if (!this.includes(model)) {
        const at = options && typeof options.at === "number" ? options.at : this.length;
        this.splice(at, 0, model);
        this.trigger("add", model, this, options);
      }
    }
    return this;
  },
  create(this: Any, attributes: Any, options?: Any): Any {
    const model = modelOf(this, attributes, options);
    this.add(model, options);
    return model;
  },
  push(this: Any, ...models: Any[]): number {
    this.add(models);
    return this.length;
  },
  remove(this: Any, models: Any, options?: Any): Any {
    for (const model of Array.isArray(models) ? models.slice() : [models]) {
      const i = this.indexOf(model);
      if (i >= 0) {
        this.splice(i, 1);
        this.trigger("remove", model, this, options);
      }
    }
    return this;
  },
  reset(this: Any, models?: Any[]): Any {
    this.splice(0, this.length, ...(models || []));
    this.trigger("reset", this);
    return this;
  },
  clone(this: Any): Any {
    return collection(this.slice(), this);
  },
  toJSON(this: Any[]): Any[] {
    return this.map((model) => (model?.toJSON ? model.toJSON() : model));
  },
};

/** modelOf makes a model of attributes, where the collection says of which class. */
function modelOf(list: Any, given: Any, options?: Any): Any {
  const plain = given && typeof given === "object" && Object.getPrototypeOf(given) === Object.prototype;
  return plain && typeof list.model === "function" ? new list.model(given, { ...options, collection: list }) : given;
}

const proto: Any = Object.create(Array.prototype);
for (const name of Object.keys(onLists)) {
  // Arrays' own names keep arrays' meaning; the rest are underscore's.
  if (!(name in Array.prototype)) {
    hidden(proto, name, function (this: Any, ...args: Any[]) {
      return onLists[name](this, ...args);
    });
  }
}
for (const name of ["find", "filter", "some", "every", "map"]) {
  hidden(proto, name, function (this: Any, ...args: Any[]) {
    return onLists[name](this.slice(), ...args);
  });
}
for (const name of Object.keys({ ...Events, ...methods })) {
  hidden(proto, name, name in methods ? methods[name] : Events[name]);
}
Object.defineProperty(proto, "models", {
  get(this: Any[]): Any[] {
    return this;
  },
});
Object.defineProperty(proto, "constructor", { value: Array, writable: true, configurable: true });

/** collection makes one of an array; like, if given, says of which class. */
export function collection(items: Any[], like?: Any): Any {
  return Object.setPrototypeOf(items.slice(), like ? Object.getPrototypeOf(like) : proto);
}

/** newCollection is Backbone.Collection, also to be extended. */
export function newCollection(): Class {
  class Collection extends Array {}
  const base = callable(Collection, () => undefined, {});
  const build: Class = function (this: Any, models?: Any[], options?: Any) {
    const made = collection([]);
    Object.setPrototypeOf(made, new.target ? new.target.prototype : proto);
    made.add(models || [], options);
    made.initialize(models, options);
    return made;
  };
  build.prototype = Object.create(proto);
  build.extend = base.extend;
  return build;
}
