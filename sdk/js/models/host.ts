import { newClass } from "./class";
import { defaults, filled, withDefaults } from "./defaults";
import { deferred } from "./deferred";
import { withEffects } from "./effects";
import { withStorage } from "./kept";
import { loaders } from "./descriptors";
import { Modules } from "./modules";
import { newModel } from "./model";
import { Modern, spellings } from "./modern";
import { newOrder } from "./order";
import { newOrderline } from "./orderline";
import { newPaymentline, newProduct } from "./paymentline";
import { newPos, newPosModel } from "./pos";
import { Registries } from "./registries";
import { soft, standIn } from "./standin";
import { type Lost, rebase, state } from "./state";
import { type Any, type Call, type Class, type Dict, type Env, hasOwn, hidden, type ModelName } from "./types";

/** Host is one class chain: that of one extension. */
export class Host {
  readonly models: Dict;
  /** The classes as they were before any vendor's file. */
  readonly base: Record<ModelName, Class>;
  readonly registries: Registries;
  readonly modules: Modules;
  readonly modern: Modern;
  /** The hook that is running, for errors. */
  hook = "";
  private readonly options = newOptions(this);
  private call: Call | null = null;
  private instance: Any = null;
  private parent: Any = null;
  private thePos: Any = null;
  private begun: ((order: Any) => Any) | null = null;
  private idling = false;
  /** Orders make their lines within their init_from_JSON, as Odoo's do; otherwise when somebody looks. */
  within = false;
  /** The run was made again with what was missing. */
  again = false;
  /** Settings of the point of sale that nobody knows are off, instead of anything. */
  off = false;

  constructor(readonly env: Env) {
    this.base = {
      Order: newOrder(this),
      Orderline: newOrderline(this),
      Paymentline: newPaymentline(this),
      Product: newProduct(),
      PosModel: newPosModel(this),
    };
    withStorage(this);
    withEffects(this);
    if (env.migrates) {
      for (const { prototype } of [this.base.Order, this.base.Orderline]) {
        hidden(prototype, "migrate", (fields: Any) => fields);
      }
    }
    this.models = soft("point_of_sale.models", modelsModule(this.base));
    this.registries = new Registries(this);
    this.modules = new Modules(this);
    this.modern = new Modern(this);
  }

  /** final is a class with everything that vendors did to it. */
  final(name: ModelName): Class {
    return this.registries.compiled(name);
  }

  /**
   * make constructs an instance without json. Where a vendor's constructor
   * throws, a bare object of the prototype serves.
   */
  make(name: ModelName, options: Dict): Any {
    const made = this.final(name);
    try {
      return new made({}, options);
    } catch {
      const bare = Object.create(made.prototype);
      return hasOwn(options, "order") ? Object.assign(bare, { order: options.order }) : bare;
    }
  }

  /**
   * run runs the three hooks on one record and gives what was exported. An order that is told what came of an effect is
   * as it is stored, and effect_result runs instead of apply_ms_data; without it nothing runs. Fields of an older schema
   * migrate makes those of now.
   */
  run(call: Call): Any {
    const name: ModelName = call.model === "order" ? "Order" : "Orderline";
    this.again = false;
    if (call.from) {
      // No record is there, so that there is nothing else that it could depend on.
      this.begin(call);
      this.hook = "migrate";
      return Object.create(this.final(name).prototype).migrate(call.merged(), call.from);
    }
    if (call.outcome && !this.overrides(name, "effect_result")) {
      return {};
    }
    const first = this.first(call, name);
    return withDefaults(
      this,
      (missing) => this.attempt(call, name, (json) => filled(json, missing)),
      () => defaults(this, name, Object.create(this.options), first()),
      true,
    );
  }

  /** first is what init_from_JSON is handed. */
  private first(call: Call, name: ModelName): () => Dict {
    return call.outcome || (this.applies(name) && !call.isNew) ? call.stored : call.merged;
  }

  private attempt(call: Call, name: ModelName, whole: (json: Dict) => Dict): Any {
    this.begin(call);
    this.hook = "init_from_JSON";
    const init = (options: Dict, order?: Any): Any => {
      const made = this.make(name, options);
      this.instance = made;
      const first = whole(this.first(call, name)());
      rebase(made, first);
      if (order) {
        made.order = order;
      }
      made.init_from_JSON(first);
      return made;
    };
    if (this.within && name === "Orderline" && call.parent) {
      // In Odoo an order makes its lines within its init_from_JSON: some lines read what stands on it only then.
      this.begun = (order) => init({ pos: order.pos, order }, order);
      this.parent = this.orderOf(call.parent());
      this.begun = null;
    }
    const instance = this.instance || init(Object.create(this.options));
    if (call.outcome) {
      const { name: effect, key, result } = call.outcome();
      this.hook = "effect_result";
      instance.effect_result(effect, key, result);
    } else if (this.applies(name)) {
      this.hook = "apply_ms_data";
      const data = whole(call.merged());
      // The core has merged: base properties say what is now.
      rebase(instance, data);
      instance.apply_ms_data(data);
    }
    this.hook = "export_as_JSON";
    return instance.export_as_JSON();
  }

  /** begin forgets the run before. */
  private begin(call: Call): void {
    this.env.begin?.();
    this.call = call;
    this.begun = null;
    this.instance = this.parent = this.thePos = null;
  }

  private readonly applying = new Map<string, boolean>();

  private applies(name: ModelName): boolean {
    let applies = this.applying.get(name);
    if (applies === undefined) {
      this.applying.set(name, (applies = this.overrides(name, "apply_ms_data")));
    }
    return applies;
  }

  /** overrides reports whether a vendor's file changed a method. */
  overrides(name: ModelName, method: string): boolean {
    if (this.registries.changed(name, method)) {
      return true;
    }
    const modern = method in spellings && (name === "Order" || name === "Orderline") && this.modern.is(name);
    return (
      modern &&
      (method === "export_as_JSON" ||
        this.modern.extra(name).length > 0 ||
        spellings[method].some((hook: string) => this.registries.changed(name, hook)))
    );
  }

  /** texts are the sources of a method as vendors wrote it, under all names of a hook. */
  texts(name: ModelName, method: string): string[] {
    return (spellings[method] || [method]).flatMap((spelling: string) => this.registries.texts(name, spelling));
  }

  /** core tells of a core field that code sets on a model: hooks can't write it. A model stands for its id. */
  core(field: string): Lost {
    return (json, value) =>
      this.env.lost?.(json, field, value && typeof value === "object" && !Array.isArray(value) ? value.id : value);
  }

  /**
   * idle does what a method of a model does, and tells that in a hook it means nothing to others. While a record is
   * restored its own parts are put together by such methods.
   */
  idle<T>(self: Any, method: string, work: () => T, restores = true): T {
    const outer = !this.idling;
    if (outer && !(restores && this.hook === "init_from_JSON")) {
      this.env.lost?.(state(self).json, method);
    }
    this.idling = true;
    try {
      return work();
    } finally {
      this.idling = !outer;
    }
  }

  pos(): Any {
    return this.thePos || (this.thePos = newPos(this));
  }

  /** order is the order that this run is about. */
  order(): Any {
    if (!this.call) {
      return null;
    }
    if (this.call.model === "order") {
      return this.instance;
    }
    const { parent } = this.call;
    if (!this.parent && parent) {
      this.parent = deferred(this.final("Order").prototype, () => this.orderOf(parent()));
    }
    return this.parent;
  }

  private orderOf(json: Dict): Any {
    return this.restored("Order", () => Object.create(this.options), json);
  }

  /** linesOf builds an order's lines; the running one stands for itself. */
  linesOf(order: Any, json: Dict, lines: Any[]): Any[] {
    for (const line of inner(json.lines)) {
      // Past the collection's own push, which looks for doubles.
      Array.prototype.push.call(
        lines,
        this.isRunning(line)
          ? this.running(order)
          : this.restored("Orderline", () => ({ pos: order.pos, order }), line),
      );
    }
    return lines;
  }

  private isRunning(line: Dict): boolean {
    return (
      !!this.call &&
      this.call.model === "orderline" &&
      (this.instance ? line.uid === this.instance.uid : !!this.begun && line.uid === this.call.line)
    );
  }

  /** running is the instance that the hooks run on; within its order's init it is made in its turn. */
  private running(order: Any): Any {
    return this.instance || this.begun!(order);
  }

  paymentsOf(order: Any, json: Dict): Any[] {
    return inner(json.statement_ids).map((payment) =>
      this.restored("Paymentline", () => ({ pos: order.pos, order }), payment),
    );
  }

  private restored(name: ModelName, options: () => Dict, json: Dict): Any {
    const build = (missing: Dict): Any => {
      const given = options();
      const made = this.make(name, given);
      rebase(made, filled(json, missing));
      if (name === "Orderline") {
        made.order = given.order;
      }
      const { idling } = this;
      this.idling = true;
      try {
        made.init_from_JSON(json);
      } finally {
        this.idling = idling;
      }
      return made;
    };
    return withDefaults(this, build, () => defaults(this, name, options(), json));
  }

  // What the server knows only the id of.
  product(id: Any): Any {
    return soft(
      "product",
      Object.assign(Object.create(this.final("Product").prototype), { id, display_name: "", pos: this.pos() }),
    );
  }

  partner(id: Any, given?: Any): Any {
    return given || (id === undefined || id === null || id === false ? null : soft("partner", { id, name: "" }));
  }

  named(kind: string, id: Any): Any {
    return id === undefined || id === null ? null : soft(kind, { id, name: "" });
  }

  /** pricelist: in Odoo there always is one, so without an id it is one that nobody knows. */
  pricelist(id: Any): Any {
    return soft("pricelist", { id: id === null ? undefined : id, name: "" });
  }

  /** environment is `this.env` of Odoo 16 and later. */
  environment(): Any {
    return soft("env", { pos: this.pos() });
  }

  unit(): Any {
    return soft("unit", { id: 0, name: "", rounding: 0.001, is_unit: true });
  }
}

/** newOptions are what a constructor is handed; made where it looks. */
function newOptions(host: Host): Dict {
  return {
    get pos() {
      return host.pos();
    },
    get order() {
      return host.order();
    },
    get product() {
      return host.product(undefined);
    },
  };
}

/** inner are the objects of [0, 0, object] triples. */
const inner = (triples: Any): Any[] =>
  Array.isArray(triples) ? triples.map((t) => (Array.isArray(t) ? t[2] : t)).filter((t) => t) : [];

/** modelsModule is what require("point_of_sale.models") gives. */
function modelsModule(base: Record<ModelName, Class>): Dict {
  const Model = newModel();
  return {
    ...base,
    Payment: base.Paymentline,
    PosOrder: base.Order,
    PosOrderline: base.Orderline,
    PosPayment: base.Paymentline,
    PosGlobalState: base.PosModel,
    PosStore: base.PosModel,
    NumpadState: Model.extend({}),
    Packlotline: Model.extend({}),
    PosCollection: Array,
    PosModelBase: Model,
    Class: newClass(),
    ...loaders(base.PosModel),
    register_payment_method: () => undefined,
    register_component: () => undefined,
    exports: standIn("models.exports"),
  };
}
