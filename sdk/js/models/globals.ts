import type { Host } from "./host";
import { backbone, translate } from "./known";
import { luxon } from "./luxon";
import { moment } from "./moment";
import { soft, standIn } from "./standin";
import type { Any, Dict } from "./types";
import { copied, deepExtend, storage } from "./storage";
import { underscore } from "./underscore";

/** Reject is thrown to refuse a mutation; its words are what the till shows. */
export class Reject extends Error {
  constructor(words?: Any) {
    super(words === undefined || words === null || words === "" ? "this change is not allowed" : String(words));
    this.name = "Reject";
  }
}

/** instance is what loaders of Odoo 8 and before are called with. */
function oldInstance(host: Host): Dict {
  const core = host.modules.require("web.core");
  const web = soft("instance.web", {
    ...host.modules.require("web.utils"),
    _t: translate,
    _lt: translate,
    qweb: core.qweb,
    Class: core.Class,
    bus: core.bus,
  });
  return soft("instance", { point_of_sale: host.models, web, _t: translate });
}

/** calledModule is the models module as Odoo 8 has it: a loader too, which files keep, wrap and call. */
function calledModule(host: Host): Any {
  return new Proxy(function () {}, {
    get: (_, key) => host.models[key as string],
    set: (_, key, value) => {
      host.models[key as string] = value;
      return true;
    },
    has: (_, key) => key in host.models,
    apply: () => undefined,
  });
}

/** jquery is `$`: what is data is real, what is the page is not. */
function jquery(): Any {
  const $ = standIn("$");
  Object.assign($, {
    extend: (...args: Any[]) => (args[0] === true ? deepExtend(args[1], ...args.slice(2)) : underscore.extend(...args)),
    parseJSON: (text: Any) => JSON.parse(text),
    isNumeric: (value: Any) => value !== "" && !Number.isNaN(Number(value)) && !Number.isNaN(parseFloat(value)),
    isPlainObject: (of: Any) => !!of && typeof of === "object" && Object.getPrototypeOf(of) === Object.prototype,
    merge: (first: Any[], more: Any[]) => {
      first.push(...more);
      return first;
    },
    makeArray: (of: Any) => underscore.toArray(of),
    proxy: (call: Any, context: Any) => underscore.bind(call, context),
    now: () => Date.now(),
    each: (of: Any, call: Any) => underscore.each(of, (value: Any, key: Any) => call.call(value, key, value)),
    map: (of: Any, call: Any) => underscore.map(of, call),
    grep: (of: Any, call: Any) => underscore.filter(of, call),
    inArray: (item: Any, of: Any) => underscore.indexOf(of, item),
    isArray: Array.isArray,
    isFunction: underscore.isFunction,
    isEmptyObject: underscore.isEmpty,
    trim: (text: Any) => String(text).trim(),
    noop: () => undefined,
  });
  return $;
}

/** Loaders are functions of Odoo 8 that wait for the host's call. */
export class Loaders {
  readonly named: Dict = {};
  constructor(private readonly host: Host) {}

  /** finish calls each (instance, module) function that no loader calls itself. */
  finish(globals: Record<string, Any>): void {
    const instance = oldInstance(this.host);
    const named = Object.keys(this.named)
      .map((name) => this.named[name])
      .filter((call) => typeof call === "function");
    const texts = named.map((call) => Function.prototype.toString.call(call)).join("\n");
    for (const call of named) {
      call.call(undefined, instance, instance.point_of_sale);
    }
    for (const name of Object.keys(globals)) {
      if (!new RegExp(`\\b${name.replace(/\$/g, "\\$")}\\b`).test(texts)) {
        globals[name].call(undefined, instance, instance.point_of_sale);
      }
    }
  }
}

/** globals are the names that vendors' files find without asking. */
export function globals(host: Host, loaders: Loaders): Dict {
  const define = (...args: [Any, Any, Any?]): void => host.modules.define(...args);
  const require = (name: string): Any => host.modules.require(name);
  // Files that look modules up as one does in a browser's console.
  const services = new Proxy({}, { get: (_, name) => (typeof name === "string" ? require(name) : undefined) });
  const modules = soft("odoo.loader.modules", { get: require, has: () => true });
  const odoo = soft("odoo", {
    define,
    debug: false,
    __DEBUG__: soft("odoo.__DEBUG__", { services }),
    loader: soft("odoo.loader", { modules }),
  });
  // openerp.NAME = function (instance) {…} waits until all files are read.
  const openerp = new Proxy(soft("openerp", { define, point_of_sale: calledModule(host) }), {
    set: (target: Any, key, value) => {
      loaders.named[String(key)] = value;
      target[key] = value;
      return true;
    },
  });
  return {
    odoo,
    openerp,
    flectra: odoo,
    models: host.models,
    _: underscore,
    Backbone: backbone(),
    moment,
    luxon,
    _t: translate,
    _lt: translate,
    $: jquery(),
    jQuery: jquery(),
    window: soft("window", host.env.scope),
    document: standIn("document"),
    navigator: standIn("navigator"),
    location: standIn("location"),
    localStorage: storage(),
    sessionStorage: storage(),
    structuredClone: copied,
    require,
    owl: standIn("owl"),
    QWeb: standIn("QWeb"),
    posmodel: soft("posmodel", {}),
    Reject,
    manytill: { Reject, config: host.env.settings },
    // There are no timers on a server: what would run later doesn't.
    setTimeout: () => 0,
    clearTimeout: () => undefined,
    setInterval: () => 0,
    clearInterval: () => undefined,
    requestAnimationFrame: () => 0,
    queueMicrotask: () => undefined,
  };
}
