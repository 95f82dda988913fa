// Generated from sdk/js/models by go generate; don't edit.
"use strict";
var manytillModels = (() => {
  var __defProp = Object.defineProperty;
  var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
  var __getOwnPropNames = Object.getOwnPropertyNames;
  var __hasOwnProp = Object.prototype.hasOwnProperty;
  var __export = (target, all) => {
    for (var name in all)
      __defProp(target, name, { get: all[name], enumerable: true });
  };
  var __copyProps = (to, from, except, desc) => {
    if (from && typeof from === "object" || typeof from === "function") {
      for (let key2 of __getOwnPropNames(from))
        if (!__hasOwnProp.call(to, key2) && key2 !== except)
          __defProp(to, key2, { get: () => from[key2], enumerable: !(desc = __getOwnPropDesc(from, key2)) || desc.enumerable });
    }
    return to;
  };
  var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

  // sdk/js/models/index.ts
  var index_exports = {};
  __export(index_exports, {
    Reject: () => Reject,
    createChain: () => createChain,
    localise: () => localise,
    open: () => open,
    view: () => view
  });

  // sdk/js/models/types.ts
  var hasOwn = (object2, key2) => Object.prototype.hasOwnProperty.call(object2, key2);
  function hidden(object2, key2, value) {
    Object.defineProperty(object2, key2, { value, writable: true, configurable: true, enumerable: false });
  }

  // sdk/js/models/events.ts
  function handlers(self) {
    if (!self._events) {
      hidden(self, "_events", /* @__PURE__ */ Object.create(null));
    }
    return self._events;
  }
  function on(names2, callback, context) {
    if (names2 && typeof names2 === "object") {
      for (const name of Object.keys(names2)) {
        on.call(this, name, names2[name], callback);
      }
      return this;
    }
    if (typeof callback === "function") {
      const all = handlers(this);
      for (const name of String(names2).split(/\s+/)) {
        (all[name] = all[name] || []).push({ callback, context });
      }
    }
    return this;
  }
  function off(names2, callback, context) {
    const all = handlers(this);
    for (const name of names2 ? String(names2).split(/\s+/) : Object.keys(all)) {
      all[name] = (all[name] || []).filter(
        (h) => callback && h.callback !== callback || context && h.context !== context
      );
    }
    return this;
  }
  function trigger(names2, ...args) {
    if (!this._events) {
      return this;
    }
    for (const name of String(names2).split(/\s+/)) {
      for (const h of (this._events[name] || []).slice()) {
        h.callback.apply(h.context || this, args);
      }
      for (const h of (this._events.all || []).slice()) {
        h.callback.apply(h.context || this, [name, ...args]);
      }
    }
    return this;
  }
  function once(names2, callback, context) {
    const self = this;
    const wrapped = function(...args) {
      off.call(self, names2, wrapped);
      callback.apply(this, args);
    };
    return on.call(this, names2, wrapped, context);
  }
  function listenTo(other, names2, callback) {
    if (other && typeof other.on === "function") {
      other.on(names2, callback, this);
    }
    return this;
  }
  function stopListening(other, names2, callback) {
    if (other && typeof other.off === "function") {
      other.off(names2, callback, this);
    }
    return this;
  }
  var Events = { on, off, trigger, once, listenTo, stopListening, bind: on, unbind: off };

  // sdk/js/models/inherit.ts
  var root = /* @__PURE__ */ Symbol("manytill.root");
  function extend(members2, statics) {
    const parent = this;
    let child2;
    if (members2 && hasOwn(members2, "constructor")) {
      child2 = members2.constructor;
    } else {
      const first = hasOwn(parent, root) ? parent[root] : parent;
      child2 = function(...args) {
        return new.target ? Reflect.construct(first, args, new.target) : first.apply(this, args);
      };
      child2[root] = first;
    }
    Object.setPrototypeOf(child2, parent);
    child2.prototype = Object.create(parent.prototype);
    mix(child2.prototype, members2);
    child2.prototype.constructor = child2;
    mix(child2, statics);
    child2.__super__ = parent.prototype;
    return child2;
  }
  function mix(target, members2) {
    if (members2) {
      for (const key2 of Object.keys(members2)) {
        Object.defineProperty(target, key2, Object.getOwnPropertyDescriptor(members2, key2));
      }
    }
    return target;
  }
  function callable(source, construct, statics) {
    const base = function(...args) {
      construct(this, args);
    };
    base.prototype = source.prototype;
    base.prototype.constructor = base;
    Object.defineProperty(base, "name", { value: source.name, configurable: true });
    mix(base, statics);
    base.extend = extend;
    return base;
  }

  // sdk/js/models/standin.ts
  var known = /* @__PURE__ */ new WeakSet();
  var isStandIn = (value) => (typeof value === "object" || typeof value === "function") && value !== null && known.has(value);
  var lists = /^((screen|popup|widget)_(classes|instances_list)|widgets)$/;
  function nowhere(key2) {
    switch (key2) {
      case Symbol.toPrimitive:
        return { value: (hint) => hint === "string" ? "" : NaN };
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
        return { value: void 0 };
    }
    return typeof key2 === "symbol" ? { value: void 0 } : null;
  }
  var maxKept = 1e3;
  var farthest = 400;
  var watcher;
  function watchStandIns(tell) {
    watcher = tell;
  }
  function child(kept2, name, key2) {
    watcher?.(`${name}.${String(key2)}`);
    if (name.length > farthest) {
      return void 0;
    }
    if (!kept2.has(key2)) {
      if (kept2.size >= maxKept) {
        kept2.clear();
      }
      const path = `${name}.${String(key2)}`;
      kept2.set(key2, lists.test(String(key2)) ? list(path) : standIn(path));
    }
    return kept2.get(key2);
  }
  function list(path) {
    const entry = soft(`${path}[0]`, { name: "", widget: standIn(`${path}[0].widget`) });
    const entries = [entry];
    entries.filter = () => entries;
    entries.find = () => entry;
    entries.findIndex = () => 0;
    known.add(entries);
    return entries;
  }
  var isAnyList = (of) => Array.isArray(of) && known.has(of);
  function standIn(name) {
    const kept2 = /* @__PURE__ */ new Map();
    const target = function() {
      return new.target ? this : void 0;
    };
    const proxy = new Proxy(target, {
      get(_, key2) {
        if (hasOwn(target, key2)) {
          return key2 === "prototype" ? target.prototype : target[key2];
        }
        if (key2 === "extend") {
          return extendIt;
        }
        if (key2 === "include") {
          return () => proxy;
        }
        if (key2 === Symbol.hasInstance) {
          return isInstance;
        }
        if (key2 === "then") {
          return later(name, () => child(kept2, name, "then()"));
        }
        const answer = nowhere(key2);
        return answer ? answer.value : child(kept2, name, key2);
      },
      set(_, key2, value) {
        target[key2] = value;
        return true;
      },
      has: (_, key2) => typeof key2 === "string",
      apply: () => child(kept2, name, "()"),
      construct: (_, args, newTarget) => newTarget === proxy ? instance(name, target) : Reflect.construct(target, args, newTarget)
    });
    delete target.length;
    delete target.name;
    target.prototype = openPrototype(name, proxy);
    known.add(proxy);
    function extendIt(members2, statics) {
      return extend.call(proxy, members2, statics);
    }
    return proxy;
  }
  function isInstance(of) {
    return Object.prototype.isPrototypeOf.call(this.prototype, of);
  }
  function instance(name, target) {
    const made2 = Object.create(target.prototype);
    hidden(
      made2,
      "then",
      later(name, () => standIn(`${name}.then()`))
    );
    return soft(name, made2);
  }
  var native = /\{\s*\[native code\]\s*\}\s*$/;
  function later(name, chained) {
    return (done) => {
      if (typeof done === "function" && native.test(Function.prototype.toString.call(done))) {
        done(soft(`${name}.then()`, { then: void 0 }));
        return void 0;
      }
      return chained();
    };
  }
  function openPrototype(name, made2) {
    const members2 = { constructor: made2 };
    return new Proxy(members2, {
      get(target, key2) {
        if (key2 in target) {
          return target[key2];
        }
        const answer = nowhere(key2);
        return answer && typeof key2 === "symbol" ? answer.value : child(children(target), name, key2);
      }
    });
  }
  var keptBy = /* @__PURE__ */ new WeakMap();
  function children(of) {
    let kept2 = keptBy.get(of);
    if (!kept2) {
      keptBy.set(of, kept2 = /* @__PURE__ */ new Map());
    }
    return kept2;
  }
  function emptyList(name) {
    const items = [];
    for (const method of ["filter", "slice", "concat", "sort", "reverse"]) {
      hidden(
        items,
        method,
        (...more) => method === "concat" && more.some((m) => Array.isArray(m) && m.length > 0) ? [].concat(...more) : emptyList(name)
      );
    }
    hidden(items, "find", () => standIn(`${name}[0]`));
    const list3 = soft(name, items);
    empty.add(list3);
    return list3;
  }
  var empty = /* @__PURE__ */ new WeakSet();
  var isEmptyList = (of) => Array.isArray(of) && empty.has(of);
  function soft(name, members2) {
    const proxy = new Proxy(members2, {
      get(target, key2) {
        if (key2 in target) {
          return target[key2];
        }
        const answer = nowhere(key2);
        return answer ? answer.value : child(children(target), name, key2);
      }
    });
    known.add(proxy);
    return proxy;
  }

  // sdk/js/models/sprintf.ts
  function sprintf(format2, ...args) {
    let next = 0;
    return String(format2).replace(
      /%(?:\((\w+)\)|(\d+)\$)?([-+0]*)(\d*)(?:\.(\d+))?([sdifuxXcoeg%])/g,
      (_, name, place, flags, width, digits, kind) => {
        if (kind === "%") {
          return "%";
        }
        const value = name ? args[0]?.[name] : place ? args[Number(place) - 1] : args[next++];
        return pad(text(value, kind, digits, flags), flags, Math.min(Number(width || 0), 1e3));
      }
    );
  }
  function text(value, kind, digits, flags) {
    const sign2 = flags.includes("+") && Number(value) >= 0 ? "+" : "";
    switch (kind) {
      case "d":
      case "i":
      case "u":
        return sign2 + String(Math.trunc(Number(value)));
      case "f":
        return sign2 + Number(value).toFixed(digits === void 0 ? 6 : Math.min(Number(digits), 20));
      case "x":
        return Number(value).toString(16);
      case "X":
        return Number(value).toString(16).toUpperCase();
      case "o":
        return Number(value).toString(8);
      case "c":
        return String.fromCharCode(Number(value));
      case "e":
      case "g":
        return String(Number(value));
    }
    return digits === void 0 ? String(value) : String(value).slice(0, Number(digits));
  }
  function pad(value, flags, width) {
    if (flags.includes("-")) {
      return value.padEnd(width);
    }
    return value.padStart(width, flags.includes("0") ? "0" : " ");
  }

  // sdk/js/models/storage.ts
  function storage() {
    let kept2 = {};
    return {
      getItem: (key2) => String(key2) in kept2 ? kept2[String(key2)] : null,
      setItem: (key2, value) => void (kept2[String(key2)] = String(value)),
      removeItem: (key2) => void delete kept2[String(key2)],
      clear: () => void (kept2 = {}),
      key: () => null,
      length: 0
    };
  }
  function copied(of) {
    if (Array.isArray(of)) {
      return of.map(copied);
    }
    if (!of || typeof of !== "object" || Object.getPrototypeOf(of) !== Object.prototype) {
      return of;
    }
    return Object.fromEntries(Object.keys(of).map((key2) => [key2, copied(of[key2])]));
  }
  function deepExtend(target, ...sources) {
    const into = target || {};
    for (const source of sources) {
      for (const key2 of Object.keys(source || {})) {
        const both = into[key2] && source[key2] && typeof into[key2] === "object" && typeof source[key2] === "object" && !Array.isArray(source[key2]);
        into[key2] = both ? deepExtend(into[key2], source[key2]) : copied(source[key2]);
      }
    }
    return into;
  }

  // sdk/js/models/underscore.ts
  function values(of) {
    if (isAnyList(of)) {
      return of;
    }
    if (!of || isStandIn(of)) {
      return [];
    }
    if (Array.isArray(of)) {
      return of;
    }
    if (Array.isArray(of.models)) {
      return of.models;
    }
    if (typeof of === "string" || typeof of.length === "number") {
      return Array.from(of);
    }
    return Object.keys(of).map((key2) => of[key2]);
  }
  function keysOf(of) {
    const plain2 = of && typeof of === "object" && !Array.isArray(of) && !Array.isArray(of.models) && typeof of.length !== "number";
    return plain2 && !isStandIn(of) ? Object.keys(of) : values(of).map((_, i) => i);
  }
  function test(by, context) {
    if (typeof by === "function") {
      return context === void 0 ? by : by.bind(context);
    }
    if (by && typeof by === "object") {
      return (item) => item && Object.keys(by).every((key2) => item[key2] === by[key2]);
    }
    return by === void 0 ? (item) => item : (item) => item && item[by];
  }
  function eachOf(of, by, context) {
    const keys3 = keysOf(of);
    const call = test(by, context);
    values(of).slice().forEach((value, i) => call(value, keys3[i], of));
    return of;
  }
  function pick(of, by, context, want) {
    if (isAnyList(of) || isEmptyList(of)) {
      return of;
    }
    const keys3 = keysOf(of);
    const call = test(by, context);
    return values(of).filter((value, i) => !!call(value, keys3[i], of) === want);
  }
  function findOf(of, by, context) {
    if (isAnyList(of) || isEmptyList(of)) {
      return of[0];
    }
    if (isStandIn(of)) {
      return of.find(by);
    }
    const call = test(by, context);
    return values(of).find((value, i) => call(value, keysOf(of)[i], of));
  }
  function mapOf(of, by, context) {
    const keys3 = keysOf(of);
    const call = test(by, context);
    return values(of).map((value, i) => call(value, keys3[i], of));
  }
  function uniqOf(of, sorted, by) {
    const call = test(typeof sorted === "boolean" ? by : sorted);
    const seen = [];
    return values(of).filter((value) => {
      const mark = call(value);
      return !seen.includes(mark) && seen.push(mark) > 0;
    });
  }
  function extendOf(target, ...sources) {
    for (const source of sources) {
      for (const key2 in source && !isStandIn(source) ? source : {}) {
        target[key2] = source[key2];
      }
    }
    return target;
  }
  function groupOf(of, by, put2) {
    const groups = {};
    const call = test(by);
    values(of).forEach((value) => put2(groups, String(call(value)), value));
    return groups;
  }
  function sortByOf(of, by) {
    const call = test(by);
    return values(of).map((value) => ({ value, by: call(value) })).sort((a, b) => a.by > b.by ? 1 : a.by < b.by ? -1 : 0).map((entry) => entry.value);
  }
  function best(of, by, better, none3) {
    const call = test(by);
    return values(of).reduce(
      (found, value) => found.none || better(call(value), call(found.value)) ? { value } : found,
      { none: true, value: none3 }
    ).value;
  }
  var isEmpty = (of) => of === null || of === void 0 || (typeof of === "object" || typeof of === "string" ? values(of).length === 0 : true);
  function isEqual(a, b) {
    if (a === b || a !== a && b !== b) {
      return true;
    }
    if (!a || !b || typeof a !== "object" || typeof b !== "object" || Array.isArray(a) !== Array.isArray(b)) {
      return false;
    }
    const keys3 = Object.keys(a);
    return keys3.length === Object.keys(b).length && keys3.every((key2) => hasOwn(b, key2) && isEqual(a[key2], b[key2]));
  }
  var onLists = {
    each: eachOf,
    forEach: eachOf,
    map: mapOf,
    collect: mapOf,
    find: findOf,
    detect: findOf,
    filter: (of, by, context) => pick(of, by, context, true),
    select: (of, by, context) => pick(of, by, context, true),
    reject: (of, by, context) => pick(of, by, context, false),
    where: (of, by) => pick(of, by, void 0, true),
    findWhere: (of, by) => findOf(of, by),
    every: (of, by, context) => pick(of, by, context, false).length === 0,
    all: (of, by, context) => pick(of, by, context, false).length === 0,
    some: (of, by, context) => pick(of, by, context, true).length > 0,
    any: (of, by, context) => pick(of, by, context, true).length > 0,
    pluck: (of, key2) => values(of).map((item) => item && item.attributes && !(key2 in item) ? item.attributes[key2] : item && item[key2]),
    contains: (of, item) => values(of).includes(item),
    include: (of, item) => values(of).includes(item),
    includes: (of, item) => values(of).includes(item),
    reduce: (of, by, ...first) => values(of).reduce(by, ...first),
    inject: (of, by, ...first) => values(of).reduce(by, ...first),
    foldl: (of, by, ...first) => values(of).reduce(by, ...first),
    invoke: (of, name, ...args) => values(of).map((item) => item[name](...args)),
    without: (of, ...items) => values(of).filter((item) => !items.includes(item)),
    size: (of) => values(of).length,
    isEmpty,
    toArray: (of) => values(of).slice(),
    first: (of, n) => n === void 0 ? values(of)[0] : values(of).slice(0, n),
    last: (of, n) => n === void 0 ? values(of)[values(of).length - 1] : values(of).slice(-n),
    initial: (of) => values(of).slice(0, -1),
    rest: (of, n = 1) => values(of).slice(n),
    indexOf: (of, item) => values(of).indexOf(item),
    findIndex: (of, by) => values(of).findIndex(test(by)),
    findLastIndex: (of, by) => values(of).reduce((found, value, i) => test(by)(value) ? i : found, -1),
    lastIndexOf: (of, item) => values(of).lastIndexOf(item),
    reduceRight: (of, by, ...first) => values(of).reduceRight(by, ...first),
    foldr: (of, by, ...first) => values(of).reduceRight(by, ...first),
    head: (of, n) => onLists.first(of, n),
    take: (of, n) => onLists.first(of, n),
    tail: (of, n = 1) => values(of).slice(n),
    drop: (of, n = 1) => values(of).slice(n),
    partition: (of, by, context) => [pick(of, by, context, true), pick(of, by, context, false)],
    shuffle: (of) => sortByOf(of, () => Math.random()),
    sample: (of) => values(of)[Math.floor(Math.random() * values(of).length)],
    sortBy: sortByOf,
    groupBy: (of, by) => groupOf(of, by, (all, key2, value) => (all[key2] = all[key2] || []).push(value)),
    indexBy: (of, by) => groupOf(of, by, (all, key2, value) => all[key2] = value),
    countBy: (of, by) => groupOf(of, by, (all, key2) => all[key2] = (all[key2] || 0) + 1),
    max: (of, by) => best(of, by, (a, b) => a > b, -Infinity),
    min: (of, by) => best(of, by, (a, b) => a < b, Infinity)
  };
  var counter = 0;
  var onObjects = {
    keys: (of) => isStandIn(of) ? [] : Object.keys(of || {}),
    allKeys: (of) => isStandIn(of) ? [] : Object.keys(of || {}),
    values: (of) => isStandIn(of) ? [] : Object.keys(of || {}).map((key2) => of[key2]),
    pairs: (of) => isStandIn(of) ? [] : Object.entries(of || {}),
    object: (keys3, of) => keys3.reduce((made2, key2, i) => extendOf(made2, of ? { [key2]: of[i] } : { [key2[0]]: key2[1] }), {}),
    extend: extendOf,
    assign: extendOf,
    defaults: (target, ...sources) => extendOf(target, ...sources.reverse(), { ...target }),
    clone: (of) => Array.isArray(of) ? of.slice() : of && typeof of === "object" ? extendOf({}, of) : of,
    pick: (of, ...keys3) => extendOf({}, ...keys3.flat().map((key2) => of && key2 in of ? { [key2]: of[key2] } : {})),
    omit: (of, ...keys3) => extendOf({}, ...Object.keys(of || {}).map((key2) => keys3.flat().includes(key2) ? {} : { [key2]: of[key2] })),
    has: (of, key2) => of !== null && of !== void 0 && hasOwn(of, key2),
    isEqual,
    mapObject: (of, by) => onObjects.object(Object.keys(of || {}).map((key2) => [key2, by(of[key2], key2, of)])),
    findKey: (of, by) => Object.keys(of || {}).find((key2) => test(by)(of[key2], key2, of)),
    invert: (of) => onObjects.object(Object.keys(of || {}).map((key2) => [of[key2], key2])),
    functions: (of) => Object.keys(of || {}).filter((key2) => typeof of[key2] === "function").sort(),
    isMatch: (of, by) => !!of && Object.keys(by).every((key2) => of[key2] === by[key2]),
    isRegExp: (of) => of instanceof RegExp,
    isError: (of) => of instanceof Error,
    isElement: () => false,
    cloneDeep: copied,
    isArray: Array.isArray,
    isObject: (of) => typeof of === "object" && of !== null || typeof of === "function",
    isFunction: (of) => typeof of === "function",
    isString: (of) => typeof of === "string",
    isNumber: (of) => typeof of === "number",
    isBoolean: (of) => typeof of === "boolean",
    isDate: (of) => of instanceof Date,
    isNaN: (of) => typeof of === "number" && of !== of,
    isFinite: (of) => isFinite(of) && !isNaN(parseFloat(of)),
    isNull: (of) => of === null,
    isUndefined: (of) => of === void 0
  };
  var onFunctions = {
    bind: (call, context, ...args) => typeof call === "function" ? call.bind(context, ...args) : call,
    bindAll: (of, ...names2) => names2.flat().forEach((name) => of[name] = of[name].bind(of)),
    partial: (call, ...args) => call.bind(void 0, ...args),
    once: (call) => {
      let done = false;
      let result;
      return function(...args) {
        result = done ? result : call.apply(this, args);
        done = true;
        return result;
      };
    },
    // There are no timers: what would run later doesn't.
    defer: () => void 0,
    delay: () => void 0,
    debounce: (call) => call,
    throttle: (call) => call,
    memoize: (call) => call,
    wrap: (call, by) => function(...args) {
      return by.call(this, call.bind ? call.bind(this) : call, ...args);
    },
    compose: (...calls) => function(...args) {
      return calls.reduceRight((passed, call) => [call.apply(this, passed)], args)[0];
    },
    after: (n, call) => (...args) => --n < 1 ? call(...args) : void 0,
    before: (n, call) => (...args) => --n > 0 ? call(...args) : void 0,
    negate: (call) => (...args) => !call(...args),
    property: (key2) => (of) => of && of[key2],
    matcher: (by) => (of) => onObjects.isMatch(of, by),
    tap: (value, call) => (call(value), value),
    random: (low, high) => {
      const [from, to] = high === void 0 ? [0, low] : [low, high];
      return from + Math.floor(Math.random() * (to - from + 1));
    },
    now: () => Date.now(),
    unescape: (text5) => String(text5).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    template: () => () => "",
    identity: (value) => value,
    constant: (value) => () => value,
    noop: () => void 0,
    times: (n, call) => Array.from({ length: n }, (_, i) => call(i)),
    uniqueId: (prefix = "") => prefix + String(++counter),
    escape: (text5) => String(text5).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`),
    result: (of, key2) => of && typeof of[key2] === "function" ? of[key2]() : of && of[key2]
  };
  var onArrays = {
    uniq: uniqOf,
    unique: uniqOf,
    union: (...lists2) => uniqOf([].concat(...lists2)),
    intersection: (list3, ...others) => uniqOf(list3).filter((item) => others.every((other) => values(other).includes(item))),
    difference: (list3, ...others) => values(list3).filter((item) => !others.some((other) => values(other).includes(item))),
    compact: (list3) => values(list3).filter((item) => item),
    flatten: (list3, shallow) => values(list3).flat(shallow ? 1 : 32),
    zip: (...lists2) => values(lists2[0]).map((_, i) => lists2.map((list3) => list3[i])),
    range: (from, to, step = 1) => {
      const [start, end] = to === void 0 ? [0, from] : [from, to];
      return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, i) => start + i * step);
    }
  };
  var strings = {
    sprintf,
    vsprintf: (format2, args) => sprintf(format2, ...args),
    trim: (text5) => String(text5).trim(),
    strip: (text5) => String(text5).trim(),
    startsWith: (text5, start) => String(text5).startsWith(start),
    endsWith: (text5, end) => String(text5).endsWith(end),
    include: (text5, part) => String(text5).includes(part),
    contains: (text5, part) => String(text5).includes(part),
    capitalize: (text5) => String(text5).charAt(0).toUpperCase() + String(text5).slice(1),
    isBlank: (text5) => String(text5).trim() === "",
    pad: (text5, n, fill = " ", side = "left") => side === "right" ? String(text5).padEnd(n, fill) : String(text5).padStart(n, fill),
    lpad: (text5, n, fill = " ") => String(text5).padStart(n, fill),
    rpad: (text5, n, fill = " ") => String(text5).padEnd(n, fill),
    truncate: (text5, n, end = "...") => String(text5).length > n ? String(text5).slice(0, n) + end : String(text5)
  };
  function chainOf(value, unchained) {
    const wrapped = { value: () => value };
    for (const name of Object.keys(underscore)) {
      wrapped[name] = (...args) => {
        const result = underscore[name](value, ...args);
        return unchained ? result : chainOf(result, false);
      };
    }
    wrapped.chain = () => chainOf(value, false);
    return wrapped;
  }
  var underscore = function(value) {
    return chainOf(value, true);
  };
  Object.assign(underscore, onObjects, onFunctions, onArrays, onLists, { chain: (value) => chainOf(value, false) });
  underscore.str = strings;
  underscore.mixin = (more) => void Object.assign(underscore, more);

  // sdk/js/models/collection.ts
  var methods = {
    initialize() {
    },
    at(i) {
      return this[i < 0 ? this.length + i : i];
    },
    get(id) {
      const wanted = id && typeof id === "object" ? id.id : id;
      return this.find(
        (model) => model === id || wanted !== void 0 && (model.id === wanted || model.cid === wanted)
      );
    },
    getByCID(cid) {
      return this.find((model) => model.cid === cid);
    },
    add(models, options) {
      for (const given2 of Array.isArray(models) ? models : [models]) {
        const model = modelOf(this, given2, options);
        if (!this.includes(model)) {
          const at = options && typeof options.at === "number" ? options.at : this.length;
          this.splice(at, 0, model);
          this.trigger("add", model, this, options);
        }
      }
      return this;
    },
    create(attributes, options) {
      const model = modelOf(this, attributes, options);
      this.add(model, options);
      return model;
    },
    push(...models) {
      this.add(models);
      return this.length;
    },
    remove(models, options) {
      for (const model of Array.isArray(models) ? models.slice() : [models]) {
        const i = this.indexOf(model);
        if (i >= 0) {
          this.splice(i, 1);
          this.trigger("remove", model, this, options);
        }
      }
      return this;
    },
    reset(models) {
      this.splice(0, this.length, ...models || []);
      this.trigger("reset", this);
      return this;
    },
    clone() {
      return collection(this.slice(), this);
    },
    toJSON() {
      return this.map((model) => model?.toJSON ? model.toJSON() : model);
    }
  };
  function modelOf(list3, given2, options) {
    const plain2 = given2 && typeof given2 === "object" && Object.getPrototypeOf(given2) === Object.prototype;
    return plain2 && typeof list3.model === "function" ? new list3.model(given2, { ...options, collection: list3 }) : given2;
  }
  var proto = Object.create(Array.prototype);
  for (const name of Object.keys(onLists)) {
    if (!(name in Array.prototype)) {
      hidden(proto, name, function(...args) {
        return onLists[name](this, ...args);
      });
    }
  }
  for (const name of ["find", "filter", "some", "every", "map"]) {
    hidden(proto, name, function(...args) {
      return onLists[name](this.slice(), ...args);
    });
  }
  for (const name of Object.keys({ ...Events, ...methods })) {
    hidden(proto, name, name in methods ? methods[name] : Events[name]);
  }
  Object.defineProperty(proto, "models", {
    get() {
      return this;
    }
  });
  Object.defineProperty(proto, "constructor", { value: Array, writable: true, configurable: true });
  function collection(items, like) {
    return Object.setPrototypeOf(items.slice(), like ? Object.getPrototypeOf(like) : proto);
  }
  function newCollection() {
    class Collection extends Array {
    }
    const base = callable(Collection, () => void 0, {});
    const build = function(models, options) {
      const made2 = collection([]);
      Object.setPrototypeOf(made2, new.target ? new.target.prototype : proto);
      made2.add(models || [], options);
      made2.initialize(models, options);
      return made2;
    };
    build.prototype = Object.create(proto);
    build.extend = base.extend;
    return build;
  }

  // sdk/js/models/class.ts
  var usesSuper = /\b_super\b/;
  function withSuper(call, inherited) {
    if (typeof call !== "function" || !usesSuper.test(Function.prototype.toString.call(call))) {
      return call;
    }
    const wrapped = function(...args) {
      const before = Object.getOwnPropertyDescriptor(this, "_super");
      const self = this;
      this._super = function(...passed) {
        const parent = inherited();
        return typeof parent === "function" ? parent.apply(self, passed) : void 0;
      };
      try {
        return call.apply(this, args);
      } finally {
        if (before) {
          Object.defineProperty(this, "_super", before);
        } else {
          delete this._super;
        }
      }
    };
    wrapped.written = call;
    return wrapped;
  }
  function newClass() {
    const OdooClass = function() {
    };
    OdooClass.prototype.init = function() {
    };
    OdooClass.extend = function(...members2) {
      const parent = this;
      const child2 = function(...args) {
        const made2 = this.init?.(...args);
        return made2 && typeof made2 === "object" ? made2 : void 0;
      };
      Object.setPrototypeOf(child2, parent);
      child2.prototype = Object.create(parent.prototype);
      child2.prototype.constructor = child2;
      for (const group of members2) {
        const from = typeof group === "function" ? group.prototype : group || {};
        for (const key2 of Object.keys(from)) {
          child2.prototype[key2] = withSuper(from[key2], () => parent.prototype[key2]);
        }
      }
      return child2;
    };
    OdooClass.include = function(members2) {
      const proto2 = this.prototype;
      for (const key2 of Object.keys(members2 || {})) {
        const previous = hasOwn(proto2, key2) ? proto2[key2] : void 0;
        const above = Object.getPrototypeOf(proto2);
        proto2[key2] = withSuper(members2[key2], () => previous || above[key2]);
      }
    };
    return OdooClass;
  }

  // sdk/js/models/moment_text.ts
  var months = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December"
  ];
  var days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  var locale = {
    LTS: "h:mm:ss A",
    LT: "h:mm A",
    LLLL: "dddd, MMMM D, YYYY h:mm A",
    LLL: "MMMM D, YYYY h:mm A",
    LL: "MMMM D, YYYY",
    L: "MM/DD/YYYY"
  };
  var token = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DDDD|DD|D|dddd|ddd|d|E|HH|H|hh|h|mm|m|ss|s|SSS|A|a|X|x|ZZ|Z/g;
  var two = (n, width = 2) => String(n).padStart(width, "0");
  var long = (pattern2) => pattern2.replace(/\[[^\]]*\]|LTS|LT|LLLL|LLL|LL|L/g, (m) => locale[m] || m);
  function format(d, pattern2 = "YYYY-MM-DDTHH:mm:ss[Z]") {
    if (Number.isNaN(d.getTime())) {
      return "Invalid date";
    }
    const [month, weekday] = [months[d.getUTCMonth()], days[d.getUTCDay()]];
    const parts3 = {
      YYYY: d.getUTCFullYear(),
      YY: two(d.getUTCFullYear() % 100),
      MMMM: month,
      MMM: month.slice(0, 3),
      MM: two(d.getUTCMonth() + 1),
      M: d.getUTCMonth() + 1,
      DDDD: two(Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0)) / 864e5) + 1, 3),
      DD: two(d.getUTCDate()),
      D: d.getUTCDate(),
      dddd: weekday,
      ddd: weekday.slice(0, 3),
      d: d.getUTCDay(),
      E: d.getUTCDay() || 7,
      HH: two(d.getUTCHours()),
      H: d.getUTCHours(),
      hh: two(d.getUTCHours() % 12 || 12),
      h: d.getUTCHours() % 12 || 12,
      mm: two(d.getUTCMinutes()),
      m: d.getUTCMinutes(),
      ss: two(d.getUTCSeconds()),
      s: d.getUTCSeconds(),
      SSS: two(d.getUTCMilliseconds(), 3),
      A: d.getUTCHours() < 12 ? "AM" : "PM",
      a: d.getUTCHours() < 12 ? "am" : "pm",
      X: Math.floor(d.getTime() / 1e3),
      x: d.getTime(),
      Z: "+00:00",
      ZZ: "+0000"
    };
    return long(pattern2).replace(token, (m, literal) => literal !== void 0 ? literal : String(parts3[m]));
  }
  function parsed(text5, pattern2) {
    const found = {};
    let rest = text5;
    for (const [name, literal] of long(pattern2).matchAll(token)) {
      const m = literal === void 0 ? reading(name).exec(rest) : null;
      if (m) {
        found[name] = m[0];
        rest = rest.slice(m.index + m[0].length);
      }
    }
    return dated(found);
  }
  function reading(name) {
    return /^(MMMM?|dddd?|A|a)$/.test(name) ? /[A-Za-z]+/ : name === "YYYY" ? /\d{1,4}/ : /^[Xx]$/.test(name) ? /\d+/ : /^ZZ?$/.test(name) ? /Z|[+-]\d\d:?\d\d/ : /^(SSS|DDDD)$/.test(name) ? /\d{1,3}/ : /\d{1,2}/;
  }
  function dated(found) {
    if ("X" in found || "x" in found) {
      return new Date("X" in found ? Number(found.X) * 1e3 : Number(found.x));
    }
    if (Object.keys(found).length === 0) {
      return /* @__PURE__ */ new Date(NaN);
    }
    const number = (...names2) => names2.filter((n) => n in found).map((n) => Number(found[n]))[0];
    const today = /* @__PURE__ */ new Date();
    const named3 = found.MMMM || found.MMM;
    const year = number("YYYY") ?? ("YY" in found ? Number(found.YY) + (Number(found.YY) > 68 ? 1900 : 2e3) : today.getUTCFullYear());
    const dayless = !("D" in found || "DD" in found);
    const timeOnly = dayless && !named3 && !("M" in found || "MM" in found || "YYYY" in found || "YY" in found);
    const month = named3 ? months.findIndex((m) => m.slice(0, 3).toLowerCase() === named3.slice(0, 3).toLowerCase()) : (number("MM", "M") ?? (timeOnly ? today.getUTCMonth() + 1 : 1)) - 1;
    const half = String(found.A || found.a || "").toLowerCase();
    const hour = number("HH", "H", "hh", "h") ?? 0;
    const hours = half === "pm" && hour < 12 ? hour + 12 : half === "am" && hour === 12 ? 0 : hour;
    const day = number("DD", "D") ?? (timeOnly ? today.getUTCDate() : 1);
    const at = new Date(
      Date.UTC(year, month, day, hours, number("mm", "m") ?? 0, number("ss", "s") ?? 0, number("SSS") ?? 0)
    );
    return month < 0 || at.getUTCMonth() !== month ? /* @__PURE__ */ new Date(NaN) : shifted(at, found.Z || found.ZZ);
  }
  function shifted(at, zone) {
    const m = /([+-])(\d\d):?(\d\d)/.exec(zone || "");
    return m ? new Date(at.getTime() - (m[1] === "-" ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) * 6e4) : at;
  }

  // sdk/js/models/moment_units.ts
  var units = {
    ms: 1,
    millisecond: 1,
    s: 1e3,
    second: 1e3,
    m: 6e4,
    minute: 6e4,
    h: 36e5,
    hour: 36e5,
    d: 864e5,
    day: 864e5,
    w: 6048e5,
    week: 6048e5
  };
  var unitOf = (name) => /^(ms|[smhdwMy])$/.test(name) ? name : String(name).replace(/s$/, "");
  var isDuration = (value) => typeof value.asMilliseconds === "function";
  var duration = (n, unit) => {
    const ms = n && typeof n === "object" ? isDuration(n) ? n.asMilliseconds() : Object.keys(n).reduce((sum2, name) => sum2 + Number(n[name]) * (units[unitOf(name)] || 0), 0) : Number(n) * (units[unitOf(unit || "ms")] || 1);
    const whole3 = (size, of) => Math.trunc(ms / size) % of;
    return {
      asMilliseconds: () => ms,
      asSeconds: () => ms / 1e3,
      asMinutes: () => ms / 6e4,
      asHours: () => ms / 36e5,
      asDays: () => ms / 864e5,
      milliseconds: () => whole3(1, 1e3),
      seconds: () => whole3(1e3, 60),
      minutes: () => whole3(6e4, 60),
      hours: () => whole3(36e5, 24),
      days: () => whole3(864e5, Infinity),
      valueOf: () => ms
    };
  };
  function moved(date, n, unit, sign2) {
    if (n && typeof n === "object") {
      return isDuration(n) ? new Date(date.getTime() + sign2 * n.asMilliseconds()) : Object.keys(n).reduce((to2, name2) => moved(to2, n[name2], name2, sign2), date);
    }
    const name = unitOf(unit);
    const by = sign2 * Number(n);
    const to = new Date(date.getTime());
    if (name === "M" || name === "month") {
      to.setUTCMonth(to.getUTCMonth() + by);
    } else if (name === "y" || name === "year") {
      to.setUTCFullYear(to.getUTCFullYear() + by);
    } else {
      to.setTime(to.getTime() + by * (units[name] || 1));
      return to;
    }
    if (to.getUTCDate() !== date.getUTCDate()) {
      to.setUTCDate(0);
    }
    return to;
  }
  function between(from, to, unit) {
    const years = unit === "y" || unit === "year";
    if (!years && unit !== "M" && unit !== "month") {
      return (to.getTime() - from.getTime()) / (units[unit] || 1);
    }
    let months2 = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
    const anchor = (n) => moved(from, n, "M", 1).getTime();
    months2 -= anchor(months2) > to.getTime() ? 1 : 0;
    const whole3 = months2 + (to.getTime() - anchor(months2)) / (anchor(months2 + 1) - anchor(months2));
    return years ? whole3 / 12 : whole3;
  }

  // sdk/js/models/moment.ts
  function toDate(from, pattern2) {
    if (from === void 0) {
      return /* @__PURE__ */ new Date();
    }
    if (from === null) {
      return /* @__PURE__ */ new Date(NaN);
    }
    if (from && from._date instanceof Date) {
      return new Date(from._date.getTime());
    }
    const patterns = typeof from === "string" && pattern2 ? [pattern2].flat().filter((p) => typeof p === "string") : [];
    if (patterns.length > 0) {
      const dates2 = patterns.map((p) => parsed(from, p));
      return dates2.find((d) => !Number.isNaN(d.getTime())) || dates2[0];
    }
    if (Array.isArray(from)) {
      return new Date(Date.UTC(from[0], from[1] || 0, from[2] || 1, from[3] || 0, from[4] || 0, from[5] || 0));
    }
    if (typeof from === "string") {
      const iso2 = from.trim().replace(" ", "T");
      return new Date(/[zZ]$|[+-]\d\d:?\d\d$/.test(iso2) || !iso2.includes("T") ? iso2 : `${iso2}Z`);
    }
    return new Date(from);
  }
  var Moment = class _Moment {
    constructor(_date) {
      this._date = _date;
    }
    format(pattern2) {
      return format(this._date, pattern2);
    }
    add(n, unit) {
      this._date = moved(this._date, n, unit, 1);
      return this;
    }
    subtract(n, unit) {
      this._date = moved(this._date, n, unit, -1);
      return this;
    }
    diff(other, unit, exact) {
      const n = between(toDate(other), this._date, unitOf(unit || "ms"));
      return exact ? n : Math.trunc(n);
    }
    endOf(unit) {
      this._date = new Date(moved(this.clone().startOf(unit)._date, 1, unit, 1).getTime() - 1);
      return this;
    }
    startOf(unit) {
      if (!this.isValid()) {
        return this;
      }
      if (/^(w|week|isoWeek)s?$/.test(unit)) {
        this.subtract(this._date.getUTCDay(), "days");
      }
      const length = { year: 4, month: 7, day: 10, hour: 13, minute: 16 }[unitOf(unit)] || 10;
      this._date = new Date(this._date.toISOString().slice(0, length) + "0000-01-01T00:00:00.000Z".slice(length));
      return this;
    }
    isBefore(other) {
      return this._date < toDate(other);
    }
    isAfter(other) {
      return this._date > toDate(other);
    }
    isSame(other, unit) {
      const [one, two3] = [this.clone(), new _Moment(toDate(other))].map((m) => (unit ? m.startOf(unit) : m).valueOf());
      return one === two3;
    }
    isSameOrBefore(other) {
      return this._date <= toDate(other);
    }
    isSameOrAfter(other) {
      return this._date >= toDate(other);
    }
    isBetween(from, to) {
      return this.isAfter(from) && this.isBefore(to);
    }
    fromNow() {
      return "";
    }
    isValid() {
      return !Number.isNaN(this._date.getTime());
    }
    toDate() {
      return new Date(this._date.getTime());
    }
    toISOString() {
      return this.isValid() ? this._date.toISOString() : null;
    }
    toJSON() {
      return this.toISOString();
    }
    toString() {
      return this.format("ddd MMM DD YYYY HH:mm:ss [GMT]ZZ");
    }
    unix() {
      return Math.floor(this._date.getTime() / 1e3);
    }
    valueOf() {
      return this._date.getTime();
    }
    clone() {
      return new _Moment(toDate(this));
    }
    utc() {
      return this;
    }
    local() {
      return this;
    }
    locale() {
      return this;
    }
  };
  var parts = {
    year: "FullYear",
    month: "Month",
    date: "Date",
    day: "Day",
    weekday: "Day",
    hour: "Hours",
    minute: "Minutes",
    second: "Seconds",
    millisecond: "Milliseconds"
  };
  var byName = Moment.prototype;
  for (const name of Object.keys(parts)) {
    byName[name] = byName[`${name}s`] = function(to) {
      if (to === void 0) {
        return this._date[`getUTC${parts[name]}`]();
      }
      if (parts[name] === "Day") {
        return this.add(Number(to) - this.day(), "days");
      }
      this._date[`setUTC${parts[name]}`](Number(to));
      return this;
    };
  }
  byName.get = function(name) {
    return this[unitOf(name)]();
  };
  byName.set = function(name, to) {
    for (const [part, value] of Object.entries(name && typeof name === "object" ? name : { [name]: to })) {
      this[unitOf(part)](value);
    }
    return this;
  };
  byName.tz = byName.utcOffset = byName.zone = byName.utc;
  var moment = (from, pattern2) => new Moment(toDate(from, pattern2));
  moment.utc = moment;
  moment.isMoment = (value) => value instanceof Moment;
  moment.unix = (seconds) => new Moment(new Date(seconds * 1e3));
  moment.locale = () => "en";
  moment.parseZone = moment;
  moment.localeData = () => ({ longDateFormat: () => "MM/DD/YYYY", firstDayOfWeek: () => 0 });
  moment.duration = duration;

  // sdk/js/models/luxon.ts
  var tokens = {
    yyyy: "YYYY",
    yy: "YY",
    MM: "MM",
    M: "M",
    dd: "DD",
    d: "D",
    HH: "HH",
    H: "H",
    mm: "mm",
    ss: "ss",
    SSS: "SSS",
    a: "A"
  };
  var DateTime = class _DateTime {
    constructor(at) {
      this.at = at;
    }
    get ts() {
      return this.at.valueOf();
    }
    get isValid() {
      return this.at.isValid();
    }
    toISO() {
      return this.at.toISOString();
    }
    toJSON() {
      return this.at.toISOString();
    }
    toSQL() {
      return this.at.format("YYYY-MM-DD HH:mm:ss");
    }
    toISODate() {
      return this.at.format("YYYY-MM-DD");
    }
    toMillis() {
      return this.at.valueOf();
    }
    toJSDate() {
      return this.at.toDate();
    }
    toFormat(pattern2) {
      return this.at.format(pattern2.replace(/yyyy|yy|MM|M|dd|d|HH|H|mm|ss|SSS|a/g, (token2) => tokens[token2]));
    }
    plus(by) {
      return this.moved(by, 1);
    }
    minus(by) {
      return this.moved(by, -1);
    }
    diff(other) {
      const milliseconds = this.toMillis() - other.toMillis();
      return { milliseconds, as: (unit) => moment(this.at).diff(other.at, unit) };
    }
    valueOf() {
      return this.at.valueOf();
    }
    toUTC() {
      return this;
    }
    toLocal() {
      return this;
    }
    setZone() {
      return this;
    }
    moved(by, sign2) {
      return new _DateTime(Object.keys(by).reduce((at, unit) => at.add(sign2 * by[unit], unit), this.at.clone()));
    }
  };
  var luxon = soft("luxon", {
    DateTime: soft("luxon.DateTime", {
      now: () => new DateTime(moment()),
      local: () => new DateTime(moment()),
      utc: () => new DateTime(moment()),
      fromISO: (text5) => new DateTime(moment(text5)),
      fromSQL: (text5) => new DateTime(moment(text5)),
      fromFormat: (text5) => new DateTime(moment(text5)),
      fromMillis: (ms) => new DateTime(moment(ms)),
      fromJSDate: (date) => new DateTime(moment(date))
    })
  });

  // sdk/js/models/dates.ts
  var { DateTime: DateTime2 } = luxon;
  var dates = soft("@web/core/l10n/dates", {
    serializeDate: (at) => at.toFormat("yyyy-MM-dd"),
    serializeDateTime: (at) => at.toFormat("yyyy-MM-dd HH:mm:ss"),
    deserializeDate: (text5) => DateTime2.fromSQL(text5),
    deserializeDateTime: (text5) => DateTime2.fromSQL(text5),
    formatDate: (at) => at ? at.toFormat("yyyy-MM-dd") : "",
    formatDateTime: (at) => at ? at.toFormat("yyyy-MM-dd HH:mm:ss") : "",
    parseDate: (text5) => DateTime2.fromSQL(text5),
    parseDateTime: (text5) => DateTime2.fromSQL(text5),
    today: () => DateTime2.now()
  });

  // sdk/js/models/numbers.ts
  function roundPrecision(value, precision) {
    const n = Number(value) || 0;
    const step = precision && precision > 0 ? precision : 1;
    const scaled = n / step;
    const lost = Math.abs(scaled) > 0 ? 2 ** (Math.log2(Math.abs(scaled)) - 52) : 0;
    const rounded2 = Math.sign(scaled) * Math.round(Math.abs(scaled) + lost);
    const inverse = Math.round(1 / step);
    return step < 1 && Math.abs(inverse * step - 1) < 1e-9 ? rounded2 / inverse : rounded2 * step;
  }
  var roundDecimals = (value, decimals = 0) => roundPrecision(value, 10 ** -decimals);
  var floatIsZero = (value, decimals = 0) => roundDecimals(value, decimals) === 0;
  var floatCompare = (a, b, decimals = 0) => Math.sign(roundDecimals(Number(a) - Number(b), decimals));
  function formatFloat(value, _field, options) {
    const digits = options?.digits ? Number(options.digits[1]) : 2;
    const [whole3, fraction] = roundDecimals(value, digits).toFixed(digits).split(".");
    const grouped2 = whole3.replace(/\B(?=(\d{3})+$)/g, ",");
    return fraction ? `${grouped2}.${fraction}` : grouped2;
  }
  function parseFloatText(text5) {
    const plain2 = String(text5).replace(/[\s,]/g, "");
    const n = Number(plain2);
    if (plain2 === "" || Number.isNaN(n)) {
      throw new Error(`'${text5}' is not a correct number`);
    }
    return n;
  }
  var numbers = {
    round_precision: roundPrecision,
    round_decimals: roundDecimals,
    float_is_zero: floatIsZero,
    float_compare: floatCompare,
    roundPrecision,
    roundDecimals,
    floatIsZero,
    floatCompare,
    clamp: (n, low, high) => Math.min(Math.max(n, low), high)
  };

  // sdk/js/models/field_utils.ts
  var text2 = (value) => value === null || value === void 0 || value === false ? "" : String(value);
  var iso = (value, length) => value && typeof value.toISOString === "function" ? value.toISOString().slice(0, length).replace("T", " ") : text2(value).slice(0, length);
  var fieldUtils = soft("web.field_utils", {
    format: soft("web.field_utils.format", {
      float: formatFloat,
      monetary: formatFloat,
      integer: (value) => formatFloat(value, null, { digits: [16, 0] }),
      char: text2,
      date: (value) => iso(value, 10),
      datetime: (value) => iso(value, 19)
    }),
    parse: soft("web.field_utils.parse", {
      float: parseFloatText,
      monetary: parseFloatText,
      integer: (value) => Math.trunc(parseFloatText(value)),
      char: text2
    })
  });

  // sdk/js/models/model.ts
  var made = 0;
  var ModelMethods = class {
    initialize(_attributes, _options) {
    }
    get(name) {
      return this.attributes[name];
    }
    set(name, value, options) {
      const values2 = typeof name === "string" ? { [name]: value } : name || {};
      const silent = (typeof name === "string" ? options : value) || {};
      let changed = false;
      for (const key2 of Object.keys(values2)) {
        if (this.attributes[key2] !== values2[key2]) {
          this.attributes[key2] = values2[key2];
          changed = true;
          if (!silent.silent) {
            this.trigger(`change:${key2}`, this, values2[key2]);
          }
        }
      }
      if (changed && !silent.silent) {
        this.trigger("change", this);
      }
      return this;
    }
    has(name) {
      return this.get(name) !== void 0 && this.get(name) !== null;
    }
    unset(name) {
      delete this.attributes[name];
      return this;
    }
    clear() {
      this.attributes = {};
      return this;
    }
    toJSON() {
      return { ...this.attributes };
    }
    clone() {
      const copy = Object.create(Object.getPrototypeOf(this));
      Object.defineProperties(copy, Object.getOwnPropertyDescriptors(this));
      copy.attributes = { ...this.attributes };
      return copy;
    }
    previous(name) {
      return this.get(name);
    }
    hasChanged() {
      return false;
    }
    isValid() {
      return true;
    }
    // There is no server of Odoo's to ask.
    fetch() {
    }
    save() {
    }
    isNew() {
      return false;
    }
    destroy() {
    }
  };
  Object.defineProperty(ModelMethods.prototype, "attributes", {
    configurable: true,
    get() {
      if (!hasOwn(this, "attributes")) {
        hidden(this, "attributes", {});
      }
      return Object.getOwnPropertyDescriptor(this, "attributes").value;
    },
    set(value) {
      hidden(this, "attributes", value);
    }
  });
  Object.defineProperty(ModelMethods.prototype, "cid", {
    configurable: true,
    get() {
      hidden(this, "cid", `c${++made}`);
      return this.cid;
    },
    set(value) {
      hidden(this, "cid", value);
    }
  });
  Object.assign(ModelMethods.prototype, Events);
  function begin(self, args) {
    const attributes = args[0];
    const { defaults: defaults2 } = self;
    if (defaults2 && !isStandIn(defaults2)) {
      Object.assign(self.attributes, typeof defaults2 === "function" ? defaults2.call(self) : defaults2);
    }
    if (attributes && typeof attributes === "object") {
      const keys3 = Object.keys(attributes);
      if (keys3.length > 0) {
        for (const key2 of keys3) {
          self.attributes[key2] = attributes[key2];
        }
      }
    }
    self.initialize(attributes, args[1]);
  }
  function newModel() {
    class Model extends ModelMethods {
    }
    return callable(Model, begin, {});
  }

  // sdk/js/models/patch.ts
  var befores = /* @__PURE__ */ new WeakMap();
  var patched = (object2) => befores.get(object2) || [];
  var names = /* @__PURE__ */ new WeakMap();
  function patch(object2, second, third) {
    const named3 = typeof second === "string";
    if (named3) {
      claim(object2, second);
    }
    const extension = named3 ? third : second;
    const own = Object.getOwnPropertyDescriptors(object2);
    const before = Object.create(Object.getPrototypeOf(object2), own);
    befores.set(object2, [before, ...patched(object2)]);
    Object.setPrototypeOf(extension, before);
    for (const key2 of Reflect.ownKeys(extension)) {
      const next = Object.getOwnPropertyDescriptor(extension, key2);
      const previous = own[key2];
      if (named3 && "value" in next) {
        next.value = withSuper(next.value, () => before[key2]);
      }
      if ("get" in next && previous && "get" in previous) {
        next.get = next.get || previous.get;
        next.set = next.set || previous.set;
      }
      Object.defineProperty(object2, key2, {
        ...next,
        configurable: true,
        enumerable: previous ? !!previous.enumerable : false
      });
    }
    return () => unpatch(object2, before, extension);
  }
  function claim(object2, name) {
    const taken = names.get(object2) || /* @__PURE__ */ new Set();
    if (taken.has(name)) {
      throw new Error(
        `patch: the name ${JSON.stringify(name)} was used before on this object; give each patch a name of its own`
      );
    }
    names.set(object2, taken.add(name));
  }
  function unpatch(object2, before, extension) {
    for (const key2 of Reflect.ownKeys(extension)) {
      if (hasOwn(before, key2)) {
        Object.defineProperty(object2, key2, Object.getOwnPropertyDescriptor(before, key2));
      } else {
        delete object2[key2];
      }
    }
  }

  // sdk/js/models/known.ts
  function translate(text5, ...args) {
    let next = 0;
    return String(text5).replace(/%s/g, (s) => next < args.length ? String(args[next++]) : s);
  }
  var uuidv4 = () => "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
  function coreModule(OdooClass) {
    const bus = soft("web.core.bus", Object.assign({}, Events));
    return soft("web.core", {
      _t: translate,
      _lt: translate,
      qweb: soft("web.core.qweb", { render: () => "", add_template: () => void 0 }),
      bus,
      Class: OdooClass,
      mixins: soft("web.core.mixins", { EventDispatcherMixin: Events, PropertiesMixin: Events, ParentedMixin: {} })
    });
  }
  function webUtils() {
    return soft("web.utils", {
      ...numbers,
      patch,
      into: () => void 0,
      assert: () => void 0,
      set_cookie: () => void 0,
      get_cookie: () => null,
      intersperse: (text5) => String(text5),
      human_number: (n) => String(n)
    });
  }
  function knownModules(host) {
    const OdooClass = newClass();
    const core = coreModule(OdooClass);
    const { models } = host;
    const registries = host.registries.module();
    const translation = { _t: translate, _lt: translate };
    const patcher = soft("@web/core/utils/patch", { patch, unpatch: () => void 0 });
    const known3 = {
      "point_of_sale.models": models,
      "@point_of_sale/app/store/models": models,
      "@point_of_sale/app/store/pos_store": models,
      "@point_of_sale/app/models/pos_order": models,
      "@point_of_sale/app/models/pos_order_line": models,
      "@point_of_sale/app/models/pos_payment": models,
      "@point_of_sale/js/models": models,
      "@point_of_sale/../src/js/models": models,
      "point_of_sale.Registries": registries,
      "@point_of_sale/js/Registries": registries,
      "point_of_sale.PosModelRegistry": registries.Model,
      "point_of_sale.utils": soft("point_of_sale.utils", { ...numbers }),
      "web.core": core,
      "web.Class": OdooClass,
      "web.utils": webUtils(),
      "web.field_utils": fieldUtils,
      "web.mixins": core.mixins,
      "web.translation": translation,
      "web.time": soft("web.time", {
        str_to_datetime: (text5) => /* @__PURE__ */ new Date(`${String(text5).replace(" ", "T")}Z`),
        str_to_date: (text5) => /* @__PURE__ */ new Date(`${String(text5)}T00:00:00Z`),
        datetime_to_str: (date) => date.toISOString().slice(0, 19).replace("T", " "),
        date_to_str: (date) => date.toISOString().slice(0, 10)
      }),
      "web.session": soft("web.session", { uid: 0, user_context: {}, rpc: () => standIn("web.session.rpc()") }),
      "@web/core/utils/patch": patcher,
      "@web/legacy/js/core/class": { default: OdooClass, __esModule: true },
      "@web/core/utils/numbers": numbers,
      "@web/core/l10n/translation": translation,
      "@web/core/l10n/dates": dates,
      "@point_of_sale/utils": soft("@point_of_sale/utils", {
        ...numbers,
        uuidv4,
        random5Chars: () => uuidv4().slice(0, 5)
      })
    };
    known3["web.patch"] = known3["@web/core/utils/patch"];
    return known3;
  }
  var backbone = () => soft("Backbone", { Model: newModel(), Collection: newCollection(), Events });

  // sdk/js/models/globals.ts
  var Reject = class extends Error {
    constructor(words2) {
      super(words2 === void 0 || words2 === null || words2 === "" ? "this change is not allowed" : String(words2));
      this.name = "Reject";
    }
  };
  function oldInstance(host) {
    const core = host.modules.require("web.core");
    const web = soft("instance.web", {
      ...host.modules.require("web.utils"),
      _t: translate,
      _lt: translate,
      qweb: core.qweb,
      Class: core.Class,
      bus: core.bus
    });
    return soft("instance", { point_of_sale: host.models, web, _t: translate });
  }
  function calledModule(host) {
    return new Proxy(function() {
    }, {
      get: (_, key2) => host.models[key2],
      set: (_, key2, value) => {
        host.models[key2] = value;
        return true;
      },
      has: (_, key2) => key2 in host.models,
      apply: () => void 0
    });
  }
  function jquery() {
    const $ = standIn("$");
    Object.assign($, {
      extend: (...args) => args[0] === true ? deepExtend(args[1], ...args.slice(2)) : underscore.extend(...args),
      parseJSON: (text5) => JSON.parse(text5),
      isNumeric: (value) => value !== "" && !Number.isNaN(Number(value)) && !Number.isNaN(parseFloat(value)),
      isPlainObject: (of) => !!of && typeof of === "object" && Object.getPrototypeOf(of) === Object.prototype,
      merge: (first, more) => {
        first.push(...more);
        return first;
      },
      makeArray: (of) => underscore.toArray(of),
      proxy: (call, context) => underscore.bind(call, context),
      now: () => Date.now(),
      each: (of, call) => underscore.each(of, (value, key2) => call.call(value, key2, value)),
      map: (of, call) => underscore.map(of, call),
      grep: (of, call) => underscore.filter(of, call),
      inArray: (item, of) => underscore.indexOf(of, item),
      isArray: Array.isArray,
      isFunction: underscore.isFunction,
      isEmptyObject: underscore.isEmpty,
      trim: (text5) => String(text5).trim(),
      noop: () => void 0
    });
    return $;
  }
  var Loaders = class {
    constructor(host) {
      this.host = host;
      this.named = {};
    }
    /** finish calls each (instance, module) function that no loader calls itself. */
    finish(globals2) {
      const instance2 = oldInstance(this.host);
      const named3 = Object.keys(this.named).map((name) => this.named[name]).filter((call) => typeof call === "function");
      const texts = named3.map((call) => Function.prototype.toString.call(call)).join("\n");
      for (const call of named3) {
        call.call(void 0, instance2, instance2.point_of_sale);
      }
      for (const name of Object.keys(globals2)) {
        if (!new RegExp(`\\b${name.replace(/\$/g, "\\$")}\\b`).test(texts)) {
          globals2[name].call(void 0, instance2, instance2.point_of_sale);
        }
      }
    }
  };
  function globals(host, loaders2) {
    const define = (...args) => host.modules.define(...args);
    const require2 = (name) => host.modules.require(name);
    const services = new Proxy({}, { get: (_, name) => typeof name === "string" ? require2(name) : void 0 });
    const modules = soft("odoo.loader.modules", { get: require2, has: () => true });
    const odoo2 = soft("odoo", {
      define,
      debug: false,
      __DEBUG__: soft("odoo.__DEBUG__", { services }),
      loader: soft("odoo.loader", { modules })
    });
    const openerp = new Proxy(soft("openerp", { define, point_of_sale: calledModule(host) }), {
      set: (target, key2, value) => {
        loaders2.named[String(key2)] = value;
        target[key2] = value;
        return true;
      }
    });
    return {
      odoo: odoo2,
      openerp,
      flectra: odoo2,
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
      require: require2,
      owl: standIn("owl"),
      QWeb: standIn("QWeb"),
      posmodel: soft("posmodel", {}),
      Reject,
      manytill: { Reject, config: host.env.settings },
      // There are no timers on a server: what would run later doesn't.
      setTimeout: () => 0,
      clearTimeout: () => void 0,
      setInterval: () => 0,
      clearInterval: () => void 0,
      requestAnimationFrame: () => 0,
      queueMicrotask: () => void 0
    };
  }

  // sdk/js/models/state.ts
  var key = /* @__PURE__ */ Symbol("manytill.state");
  var nothing = Object.freeze({});
  function state(self) {
    return self[key] || (self[key] = { json: nothing, own: nothing, made: nothing });
  }
  var owned = (s) => s.own === nothing ? s.own = {} : s.own;
  function making(self) {
    const s = state(self);
    return s.made === nothing ? s.made = {} : s.made;
  }
  function rebase(self, json) {
    self[key] = { json: json || nothing, own: nothing, made: nothing };
  }
  function property(proto2, name, read2, lost) {
    Object.defineProperty(proto2, name, {
      configurable: true,
      enumerable: true,
      get() {
        const s = state(this);
        return hasOwn(s.own, name) ? s.own[name] : read2(s.json, this);
      },
      set(value) {
        const s = state(this);
        lost?.(s.json, value);
        owned(s)[name] = value;
      }
    });
  }
  function lasting(proto2, name, make, lost) {
    const read2 = (json, self) => {
      const made2 = making(self);
      return hasOwn(made2, name) ? made2[name] : made2[name] = make(json, self);
    };
    property(proto2, name, read2, lost);
  }
  var or = (value, fallback) => value === void 0 || value === null ? fallback : value;

  // sdk/js/models/value.ts
  var depths = 100;
  var finite = (n) => Number.isFinite(n) ? n : void 0;
  var nothingInIt = /^\[object (RegExp|Map|Set|Promise)\]$/;
  function plain(value, numbers2, depth = 0) {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return numbers2(value);
    if (typeof value !== "object" || isStandIn(value) || depth > depths) return void 0;
    if (value instanceof Number || value instanceof String || value instanceof Boolean)
      return plain(value.valueOf(), numbers2, depth + 1);
    if (typeof value.toJSON === "function") return plain(value.toJSON(), numbers2, depth + 1);
    if (nothingInIt.test(Object.prototype.toString.call(value))) return void 0;
    return Array.isArray(value) ? list2(value, numbers2, depth) : object(value, numbers2, depth);
  }
  function list2(value, numbers2, depth) {
    const copy = [];
    for (let i = 0; i < value.length; i++) {
      const item = value[i] === void 0 ? null : plain(value[i], numbers2, depth + 1);
      if (item === void 0) return void 0;
      copy.push(item);
    }
    return copy;
  }
  function object(value, numbers2, depth) {
    const copy = {};
    for (const key2 of Object.keys(value)) {
      if (value[key2] === void 0) continue;
      const item = plain(value[key2], numbers2, depth + 1);
      if (item === void 0) return void 0;
      copy[key2] = item;
    }
    return copy;
  }

  // sdk/js/models/defaults.ts
  function defaults(host, name, options, json) {
    const { hook } = host;
    const missing = {};
    try {
      const fresh = host.make(name, options);
      rebase(fresh, json);
      const exported3 = fresh.export_as_JSON();
      const base = Object.keys(host.registries.original(name, "export_as_JSON").call(fresh));
      for (const key2 of Object.keys(exported3)) {
        const value = base.includes(key2) || !lacks(json, key2) ? null : plain(exported3[key2], finite);
        if (value !== void 0 && value !== null) {
          missing[key2] = value;
        }
      }
    } catch {
      return void 0;
    } finally {
      host.hook = hook;
    }
    return Object.keys(missing).length > 0 ? missing : void 0;
  }
  var none = Object.freeze({});
  function filled(json, from) {
    if (from === none) {
      return json;
    }
    for (const key2 of Object.keys(from)) {
      if (lacks(json, key2)) {
        json[key2] = plain(from[key2], finite);
      }
    }
    return json;
  }
  function withDefaults(host, work, missing, whole3 = false) {
    try {
      return work(none);
    } catch (thrown) {
      if (thrown instanceof Reject) {
        throw thrown;
      }
      const { hook } = host;
      host.again = true;
      const found = missing();
      const ways = [
        ...found ? [{}] : [],
        ...whole3 ? [{ off: true }, { within: true }, { off: true, within: true }] : []
      ];
      for (const way of ways) {
        try {
          return under(host, way, () => work(found || {}));
        } catch (again) {
          if (again instanceof Reject) {
            throw again;
          }
        }
      }
      host.hook = hook;
      if (!(thrown instanceof Error) && host.env.place) {
        return host.env.place(() => work({}));
      }
      throw thrown;
    }
  }
  function under(host, { off: off2 = false, within = false }, work) {
    const before = { off: host.off, within: host.within };
    Object.assign(host, { off: off2, within });
    try {
      return work();
    } finally {
      Object.assign(host, before);
    }
  }
  var lacks = (json, key2) => json[key2] === void 0 || json[key2] === null;

  // sdk/js/models/deferred.ts
  function deferred(prototype, make) {
    let made2 = null;
    const real = () => made2 || (made2 = make());
    const proxy = new Proxy(Object.create(prototype), {
      get: (_, key2) => key2 === "trigger" && !made2 ? silent : Reflect.get(real(), key2),
      set: (_, key2, value) => Reflect.set(real(), key2, value),
      has: (_, key2) => Reflect.has(real(), key2),
      deleteProperty: (_, key2) => Reflect.deleteProperty(real(), key2),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_, key2) => Reflect.getOwnPropertyDescriptor(real(), key2),
      defineProperty: (_, key2, descriptor) => Reflect.defineProperty(real(), key2, descriptor)
    });
    const silent = () => proxy;
    return proxy;
  }

  // sdk/js/models/effects.ts
  function withEffects(host) {
    const { effect } = host.env;
    if (!effect) {
      return;
    }
    const { prototype } = host.base.Order;
    hidden(prototype, "effect", (name, key2, data) => effect(name, key2, data));
    hidden(prototype, "effect_result", () => void 0);
  }

  // sdk/js/models/kept.ts
  var nothingStored = { get: () => void 0, set: () => void 0 };
  function withStorage(host) {
    const { storage: storage2 } = host.env;
    if (!storage2) {
      return;
    }
    const given2 = Object.freeze({
      get: (key2) => storage2.get(text3("get", key2)),
      set: (key2, value, options) => storage2.set(text3("set", key2), value, untilEnd(options))
    });
    hidden(host.base.Order.prototype, "storage", given2);
    hidden(host.base.Orderline.prototype, "storage", given2);
  }
  function text3(method, key2) {
    if (typeof key2 !== "string" && typeof key2 !== "number") {
      throw new TypeError(
        `storage.${method}: a key is a text, was ${key2 === null ? "null" : `a value of type ${typeof key2}`}`
      );
    }
    return String(key2);
  }
  function untilEnd(options) {
    if (options === void 0 || options === null) {
      return false;
    }
    const keys3 = Object.keys(options);
    if (keys3.some((key2) => key2 !== "until") || keys3.length > 0 && options.until !== "end") {
      throw new TypeError('storage.set: the third argument is {until: "end"}, or none');
    }
    return keys3.length > 0;
  }

  // sdk/js/models/descriptors.ts
  var loaded = [
    "res.users",
    "res.company",
    "decimal.precision",
    "product.uom",
    "uom.uom",
    "res.partner",
    "res.country.state",
    "res.country",
    "res.lang",
    "account.tax",
    "pos.session",
    "pos.config",
    "stock.picking.type",
    "res.users",
    "product.pricelist",
    "product.pricelist.item",
    "product.category",
    "res.currency",
    "pos.category",
    "product.product",
    "product.packaging",
    "product.attribute",
    "pos.bill",
    "account.bank.statement",
    "account.journal",
    "pos.payment.method",
    "account.fiscal.position",
    "account.fiscal.position.tax"
  ];
  var descriptors = () => loaded.map((model) => ({
    model,
    label: model,
    fields: [],
    domain: [],
    order: [],
    context: {},
    ids: [],
    loaded: () => void 0
  }));
  function loaders(PosModel) {
    const all = () => PosModel.prototype.models;
    const find = (name) => all().findIndex((d) => d && (d.model === name || d.label === name));
    return {
      load_fields(model, fields2) {
        const more = Array.isArray(fields2) ? fields2 : [fields2];
        for (const d of all()) {
          if (d.model === model && Array.isArray(d.fields)) {
            d.fields.push(...more);
          }
        }
      },
      load_models(models, options) {
        const more = Array.isArray(models) ? models : [models];
        const before = options?.before ? find(options.before) : -1;
        const after = options?.after ? find(options.after) + 1 : 0;
        all().splice(before >= 0 ? before : after || all().length, 0, ...more);
      }
    };
  }

  // sdk/js/models/modules.ts
  var odoo = /^(web|@web|@odoo|bus|barcodes|point_of_sale|@point_of_sale|owl|@mail|mail)([./_]|$)/;
  var shared = ["Order", "Orderline", "Paymentline", "PosModel", "load_fields", "load_models"];
  var Modules = class {
    constructor(host) {
      this.host = host;
      this.pending = /* @__PURE__ */ new Map();
      this.values = /* @__PURE__ */ new Map();
      /** What went wrong, by module. */
      this.failed = [];
      /** How many modules are still waiting for a promise of their own. */
      this.waiting = 0;
      this.known = knownModules(host);
    }
    /** define takes (name, callback) and (name, [deps], callback). */
    define(name, second, third) {
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
    finish() {
      for (const id of [...this.pending.keys()]) {
        try {
          this.placed(() => this.start(id));
        } catch (error) {
          this.failed.push({ name: id, error });
        }
      }
    }
    placed(work) {
      const { env } = this.host;
      if (env.place) {
        env.place(work);
      } else {
        work();
      }
    }
    start(id) {
      const module = this.pending.get(id);
      if (!module) {
        return;
      }
      this.pending.delete(id);
      const exports = {};
      const holder = { exports };
      this.values.set(id, exports);
      const require2 = Object.assign((name) => this.require(name, id), { resolve: (name) => name });
      module.deps.forEach((dep) => this.require(dep, id));
      const result = module.run.call(void 0, require2, holder, exports);
      const promised = result && typeof result === "object" && !isStandIn(result) && typeof result.then === "function";
      if (promised) {
        this.waiting++;
        this.values.set(id, this.sibling(id));
        result.then(
          (value) => {
            this.waiting--;
            if (value !== void 0) {
              this.values.set(id, value);
            }
          },
          (error) => {
            this.waiting--;
            this.failed.push({ name: id, error });
          }
        );
      } else if (result !== void 0) {
        this.values.set(id, result);
      } else if (holder.exports !== exports || Object.keys(exports).length > 0) {
        this.values.set(id, holder.exports);
      } else {
        this.values.set(id, this.sibling(id));
      }
    }
    /** require gives a module: a vendor's, a known one, or a stand-in. */
    require(name, by = "") {
      const id = this.resolve(name, by);
      if (id !== void 0) {
        this.start(id);
        return this.values.get(id);
      }
      if (hasOwn(this.known, name)) {
        return this.known[name];
      }
      const made2 = odoo.test(name) ? standIn(name) : this.sibling(name);
      this.values.set(name, made2);
      return made2;
    }
    /** resolve finds a vendor's module; files are named by their paths. */
    resolve(name, by) {
      if (this.pending.has(name) || this.values.has(name)) {
        return name;
      }
      const asked = tail(name.startsWith(".") ? join(by, name) : name);
      if (!name.includes("/") || odoo.test(name) && !name.startsWith(".")) {
        return void 0;
      }
      return [...this.pending.keys(), ...this.values.keys()].find(
        (id) => id !== by && id.includes("/") && asked === tail(id)
      );
    }
    /** sibling stands for a module of another vendor: the host's classes are in it. */
    sibling(name) {
      const made2 = standIn(name);
      const { models } = this.host;
      for (const key2 of shared) {
        Object.defineProperty(made2, key2, {
          configurable: true,
          enumerable: true,
          get: () => models[key2],
          set: (value) => void (models[key2] = value)
        });
      }
      return made2;
    }
    /** unknown stands for a global that nobody declares; its define is that of a renamed Odoo's loader. */
    unknown(name) {
      const made2 = standIn(name);
      made2.define = (...args) => {
        const [id, second, third] = args;
        if (typeof id === "string" && (typeof second === "function" || Array.isArray(second) && typeof third === "function")) {
          this.define(...args);
        }
      };
      return made2;
    }
  };
  var tail = (path) => path.replace(/\.(js|ts|mjs)$/, "").split("/").slice(-2).join("/");
  function join(by, name) {
    const parts3 = by.split("/").slice(0, -1);
    for (const step of name.split("/")) {
      if (step === "..") {
        parts3.pop();
      } else if (step !== ".") {
        parts3.push(step);
      }
    }
    return parts3.join("/");
  }
  function imported(module) {
    if (module && (typeof module === "object" || typeof module === "function") && !isStandIn(module) && module.__esModule) {
      return module;
    }
    const view2 = {};
    hidden(view2, "default", module);
    return new Proxy(view2, {
      get: (target, key2) => key2 === "default" ? target.default : key2 === "__esModule" ? true : module[key2],
      set: (_, key2, value) => {
        module[key2] = value;
        return true;
      }
    });
  }

  // sdk/js/models/modern.ts
  var written = ["serializeForORM", "serialize", "serializeState"];
  var read = ["setup", "initState", "setupState"];
  var spellings = {
    init_from_JSON: ["init_from_JSON", ...read],
    export_as_JSON: ["export_as_JSON", ...written]
  };
  var hookNames = [
    "init_from_JSON",
    "apply_ms_data",
    "export_as_JSON",
    "effect_result",
    "migrate",
    ...read,
    ...written
  ];
  var Modern = class {
    constructor(host) {
      this.host = host;
      this.known = /* @__PURE__ */ new Map();
    }
    /** is reports whether a file has one of their hooks on a model: setup alone is older. */
    is(name) {
      let is = this.known.get(name);
      if (is === void 0) {
        const { registries } = this.host;
        is = [...written, "initState"].some((hook) => registries.changed(name, hook)) || this.extra(name).length > 0;
        if (registries.sealed) {
          this.known.set(name, is);
        }
      }
      return is;
    }
    /** extra are the fields that a class names in extraFields, and those of a manifest. */
    extra(name) {
      const { extraFields } = this.host.final(name);
      return extraFields && typeof extraFields === "object" ? Object.keys(extraFields) : [];
    }
    fields(name) {
      const declared = this.host.env.fields ? this.host.env.fields[name === "Order" ? "order" : "orderline"] || [] : [];
      return [.../* @__PURE__ */ new Set([...this.extra(name), ...declared])];
    }
    /** restore is the base's part of setup(vals): the record's own fields stand on it, then the vendor's setup runs. */
    restore(name, self, json) {
      if (!this.is(name)) {
        return;
      }
      for (const field of this.fields(name)) {
        self[field] = json[field];
      }
      self.initState();
      self.setup(json);
      if (json.uiState && typeof json.uiState === "object") {
        self.setupState(json.uiState);
      }
    }
    /** add puts on an export what the base of Odoo 18 and 19 serializes of itself. */
    add(name, self, data) {
      for (const field of this.fields(name)) {
        data[field] = self[field];
      }
      const { registries } = this.host;
      if (registries.changed(name, "initState") || registries.changed(name, "serializeState")) {
        data.uiState = self.serializeState();
      }
      return data;
    }
  };
  function modernNames(host) {
    const pos = {};
    for (const name of ["company", "config", "currency", "user", "pickingType"]) {
      pos[name] = () => host.pos()[name];
    }
    pos.session = () => host.pos().pos_session;
    pos.models = () => host.pos().models;
    const of = {
      Order: {
        ...pos,
        lines: (o) => o.orderlines,
        payment_ids: (o) => o.paymentlines,
        uuid: (o) => o.uid,
        pricelist_id: (o) => o.pricelist,
        fiscal_position_id: (o) => o.fiscal_position,
        date_order: (o) => o.creation_date,
        amount_total: (o) => o.get_total_with_tax(),
        amount_tax: (o) => o.get_total_tax(),
        amount_paid: (o) => o.get_total_paid(),
        priceIncl: (o) => o.get_total_with_tax(),
        priceExcl: (o) => o.get_total_without_tax(),
        displayPrice: (o) => o.get_total_with_tax(),
        totalDue: (o) => o.get_total_with_tax(),
        remainingDue: (o) => o.get_due(),
        amountTaxes: (o) => o.get_total_tax()
      },
      Orderline: {
        ...pos,
        order_id: (l) => l.order,
        uuid: (l) => l.uid,
        qty: (l) => l.quantity,
        price_unit: (l) => l.price,
        product_id: (l) => l.product,
        priceIncl: (l) => l.get_price_with_tax(),
        priceExcl: (l) => l.get_price_without_tax(),
        displayPrice: (l) => l.get_display_price(),
        displayPriceUnit: (l) => l.get_unit_display_price(),
        unitDisplayPrice: (l) => l.get_unit_display_price(),
        orderDisplayProductName: (l) => ({ name: l.get_full_product_name(), attributeString: "" })
      }
    };
    for (const model of Object.keys(of)) {
      if (!host.modern.is(model)) {
        continue;
      }
      const proto2 = host.base[model].prototype;
      for (const name of Object.keys(of[model])) {
        if (!hasOwn(proto2, name)) {
          given(proto2, name, of[model][name], host.core(name));
        }
      }
    }
  }
  function given(proto2, name, value, lost) {
    Object.defineProperty(proto2, name, {
      configurable: true,
      get() {
        return value(this);
      },
      set(now) {
        lost(state(this).json, now);
        Object.defineProperty(this, name, { value: now, writable: true, configurable: true, enumerable: true });
      }
    });
  }

  // sdk/js/models/quiet.ts
  var nothing2 = () => void 0;
  var no = () => false;
  var yes = () => true;
  var zero = () => 0;
  var none2 = () => emptyList("list");
  var text4 = () => "";
  var ofOrders = [
    [
      nothing2,
      "set_orderline_options select_paymentline clean_empty_paymentlines display_tip_popup_ui init_locked set_tip updatePricelist destroy"
    ],
    [
      nothing2,
      "printChanges saveChanges submitOrder updatePrintedResume set_to_ship set_shipping_date setShippingDate stop_electronic_payment"
    ],
    [
      nothing2,
      "display_lot_popup wait_for_push_order selectLastOrderline set_fiscal_position updateLastOrderChange changesToOrder getOrderedLine pay"
    ],
    [
      nothing2,
      "updateSavedQuantity _unlinkOrderline compute_child_lines addComboLines updatePricelistAndFiscalPosition get_current_screen_data"
    ],
    [
      nothing2,
      "setPricelist setPartner setPricelist removeOrderline setCashier setScreenData resetPrintedLines updateServerDate setToShip setTip"
    ],
    [
      nothing2,
      "recomputeOrderData recomputeChanges updateRewards computeAllPrices triggerRecomputeAllPrices setNote setGeneralCustomerNote setInternalNote setOrderPrices"
    ],
    [
      no,
      "_isRefundAndSaleOrder _isRefundOrder _isValidEmptyOrder isFirstDraft doNotAllowRefundAndSales isRefund isRefundOrder hasInvoice canBeValidated"
    ],
    [yes, "check_paymentlines_rounding canPay isBooked"],
    [
      zero,
      "get_total_for_category_with_tax get_total_for_taxes calculate_base_amount _reduce_total_discount_callback getTipAmount getRoundedRemaining"
    ],
    [
      none2,
      "_get_ignored_product_ids_total_discount _getPrintingCategoriesChanges getEmailItems getTaxTotals getDefaultOrderlines"
    ],
    [text4, "_get_tax_group_key get_partner_name _get_qr_code_data _generateTicketCode getCashierName"],
    [() => ({}), "getOrderReceiptEnv getOrderChanges _getOrderOptions"],
    [() => void 0, "get_paymentline getPaymentLine"],
    [
      nothing2,
      "set_cashier set_customer_count setCustomerCount setTable add_paymentline_by_ref update_fiscal_position recompute_unit_prices setToInvoice"
    ],
    [
      no,
      "is_to_ship isToShip electronic_payment_in_progress is_paid_with_cash is_paid_with_card has_not_valid_rounding hasChangesToPrint"
    ],
    [no, "hasSkippedChanges getHasRefundLines"],
    [
      zero,
      "get_tip get_rounding_applied get_total_cost get_customer_count getCustomerCount get_total_tip get_subtotal_without_discount"
    ],
    [none2, "get_orderlines_grouped_by_tax_ids getPaymentLines get_tax_details_by_line"],
    [text4, "get_cardholder_name generate_unique_id getEmail get_mobile"],
    [() => null, "getTable get_table getShippingDate get_selected_paymentline"]
  ];
  var ofOrderlines = [
    [
      nothing2,
      "set_product set_lst_price set_full_product_name compute_lot_lines set_quantity_by_lot setPackLotLines setQuantityFromSOL"
    ],
    [
      nothing2,
      "set_description set_price_extra editPackLotLines setNote setHasChange updateSavedQuantity setCustomerNote setOptions setUnitPriceManually setLinkedLine"
    ],
    [no, "isTipLine isGiftCardOrEWalletReward display_discount_policy isSelected isTracked"],
    [zero, "get_price_extra get_total_cost getPriceExtra"],
    [
      none2,
      "get_taxes_after_fp _getProductTaxesAfterFiscalPosition get_tax_percentages getAllLinesInCombo getTaxIds getComboChildren"
    ],
    [text4, "get_product_type get_old_unit_display_price getInternalNote"],
    [() => ({}), "getDisplayClasses"],
    [() => void 0, "findAttribute getComboParent"],
    [zero, "get_required_number_of_lots get_margin get_total_discount get_line_tax_amount"],
    [yes, "has_valid_product_lot is_pos_groupable isValid"],
    [no, "isLotTracked is_last_line is_program_reward isPartOfCombo has_tracking"],
    [
      none2,
      "get_applicable_taxes get_lot_lines get_valid_lots getPackLotLinesToEdit generate_wrapped_product_name get_tax_ids"
    ],
    [text4, "getNote get_line_diff_hash get_lot_name"],
    [() => ({ taxes: [], total_excluded: 0, total_included: 0, total_void: 0, base: 0 }), "compute_all"]
  ];
  var keeps = /^set(?!.*(creen|ptions|hange|select))/;
  function add(proto2, answers, host) {
    for (const [answer, names2] of answers) {
      for (const name of names2.split(" ")) {
        if (!(name in proto2)) {
          proto2[name] = host && answer === nothing2 && keeps.test(name) ? function() {
            host.idle(this, name, nothing2);
          } : () => answer();
        }
      }
    }
  }
  var ofPaymentlines = [
    [
      nothing2,
      "set_payment_status set_cashier_receipt set_receipt_info handle_payment_response setPaymentStatus setReceiptInfo set_terminal_service_id"
    ],
    [no, "is_electronic isElectronic can_be_reversed isProcessing"],
    [yes, "is_done pay isDone"],
    [text4, "get_payment_status getPaymentStatus"]
  ];
  var renamed = {
    getSelectedLine: "get_selected_orderline",
    getPaidTotal: "get_total_paid",
    getDueLeft: "get_due",
    getTotalWithTax: "get_total_with_tax",
    getTotalTaxIncluded: "get_total_with_tax",
    getTotalTaxExcluded: "get_total_without_tax",
    getPartner: "get_client",
    setPartner: "set_client",
    getSelectedOrderline: "get_selected_orderline",
    getAllPrices: "get_all_prices",
    allPrices: "get_all_prices",
    getFullProductName: "get_full_product_name",
    getUnitDisplayPriceBeforeDiscount: "get_unit_display_price",
    get_price_with_tax_before_discount: "get_price_with_tax",
    getPriceWithTaxBeforeDiscount: "get_price_with_tax",
    compute_fixed_price: "get_unit_price",
    get_total_taxes_included_in_price: "get_tax",
    get_full_product_name_with_variant: "get_full_product_name",
    getPaymentlines: "get_paymentlines",
    addPaymentline: "add_paymentline",
    removePaymentline: "remove_paymentline",
    get_change_value: "get_change",
    getChange: "get_change",
    getDue: "get_due",
    getQuantityStr: "get_quantity_str"
  };
  function camel(proto2) {
    var _a;
    const names2 = { ...renamed };
    for (const name of Object.getOwnPropertyNames(proto2)) {
      names2[_a = name.replace(/(?!^)_+([a-z])/g, (_, letter) => letter.toUpperCase())] ?? (names2[_a] = name);
    }
    for (const name of Object.keys(names2)) {
      const own = Object.getOwnPropertyDescriptor(proto2, names2[name]);
      if (!(name in proto2) && own && typeof own.value === "function") {
        proto2[name] = function(...args) {
          return this[names2[name]](...args);
        };
      }
    }
  }
  function quietOrder(proto2, host) {
    add(proto2, ofOrders, host);
    camel(proto2);
  }
  function quietOrderline(proto2, host) {
    add(proto2, ofOrderlines, host);
    camel(proto2);
  }
  function quietPaymentline(proto2) {
    add(proto2, ofPaymentlines);
    camel(proto2);
  }

  // sdk/js/models/order.ts
  var keys = [
    "name",
    "amount_paid",
    "amount_total",
    "amount_tax",
    "amount_return",
    "lines",
    "statement_ids",
    "pos_session_id",
    "pricelist_id",
    "partner_id",
    "user_id",
    "uid",
    "sequence_number",
    "creation_date",
    "fiscal_position_id",
    "ms_info"
  ];
  var sum = (items, by) => items.reduce((total, item) => total + (Number(by(item)) || 0), 0);
  function newOrder(host) {
    const view2 = (self) => host.env.view(keys, (key2) => exported(self, key2));
    class Order extends ModelMethods {
      initialize(attributes, options) {
        this.setup(attributes, options);
        if (options?.json) {
          this.init_from_JSON(options.json);
        }
      }
      setup(..._args) {
      }
      initState() {
        this.uiState = {};
      }
      setupState(state2) {
        Object.assign(this.uiState, state2);
      }
      serializeState() {
        return { ...this.uiState };
      }
      init_from_JSON(json) {
        rebase(this, json);
        host.modern.restore("Order", this, json);
        if (host.within) {
          this.get_orderlines();
        }
      }
      apply_ms_data(_data) {
      }
      export_as_JSON() {
        return host.modern.is("Order") ? this.serializeForORM({}) : view2(this);
      }
      serializeForORM(options) {
        return this.serialize(options);
      }
      serialize(_options) {
        return host.modern.add("Order", this, view2(this));
      }
      export_for_printing() {
        return soft("receipt", {
          orderlines: this.orderlines.map((line) => line.export_for_printing()),
          paymentlines: this.paymentlines.map((line) => line.export_for_printing()),
          subtotal: this.get_subtotal(),
          total_with_tax: this.get_total_with_tax(),
          total_without_tax: this.get_total_without_tax(),
          total_tax: this.get_total_tax(),
          total_paid: this.get_total_paid(),
          total_discount: this.get_total_discount(),
          tax_details: this.get_tax_details(),
          change: this.get_change(),
          name: this.get_name(),
          client: this.get_client_name() || null,
          cashier: null
        });
      }
      get(name) {
        switch (name) {
          case "orderLines":
            return this.orderlines;
          case "paymentLines":
            return this.paymentlines;
          case "client":
            return this.get_client();
          case "name":
            return or(super.get(name), this.name);
          case "creationDate":
            return or(super.get(name), this.creation_date);
        }
        return super.get(name);
      }
      // Lines.
      get_orderlines() {
        return this.orderlines.slice();
      }
      get_orderline(id) {
        return this.orderlines.find((line) => line.id === id);
      }
      get_last_orderline() {
        return this.orderlines.at(this.orderlines.length - 1);
      }
      get_selected_orderline() {
        return this.selected_orderline;
      }
      select_orderline(line) {
        this.selected_orderline = line;
      }
      deselect_orderline() {
        this.selected_orderline = void 0;
      }
      add_orderline(line) {
        host.idle(this, "add_orderline", () => {
          line.order = this;
          this.orderlines.add(line);
        });
      }
      remove_orderline(line) {
        host.idle(this, "remove_orderline", () => this.orderlines.remove(line));
      }
      add_product(product, options) {
        const add2 = () => {
          const line = host.make("Orderline", { pos: this.pos, order: this, product });
          line.set_quantity(or(options?.quantity, 1));
          this.add_orderline(line);
        };
        host.idle(this, "add_product", add2, false);
      }
      is_empty() {
        return this.orderlines.length === 0;
      }
      // Money.
      get_paymentlines() {
        return this.paymentlines.slice();
      }
      add_paymentline(method) {
        return host.idle(this, "add_paymentline", () => {
          const line = host.make("Paymentline", { pos: this.pos, order: this, payment_method: method });
          this.paymentlines.add(line);
          return line;
        });
      }
      remove_paymentline(line) {
        host.idle(this, "remove_paymentline", () => this.paymentlines.remove(line));
      }
      get_subtotal() {
        return roundPrecision(
          sum(this.orderlines, (line) => line.get_display_price()),
          0.01
        );
      }
      get_total_without_tax() {
        return roundPrecision(
          sum(this.orderlines, (line) => line.get_price_without_tax()),
          0.01
        );
      }
      get_total_tax() {
        return roundPrecision(
          sum(this.orderlines, (line) => line.get_tax()),
          0.01
        );
      }
      get_total_with_tax() {
        return this.get_total_without_tax() + this.get_total_tax();
      }
      get_total_discount() {
        return roundPrecision(
          sum(this.orderlines, (line) => line.get_unit_price() * line.get_quantity() * line.get_discount() / 100),
          0.01
        );
      }
      get_total_paid() {
        return roundPrecision(
          sum(this.paymentlines, (line) => line.get_amount()),
          0.01
        );
      }
      get_due() {
        return roundPrecision(this.get_total_with_tax() - this.get_total_paid(), 0.01);
      }
      get_change() {
        return Math.max(0, -this.get_due());
      }
      get_tax_details() {
        return emptyList("tax_details");
      }
      is_paid() {
        return this.get_due() <= 0;
      }
      // Who, and what else.
      get_client() {
        return host.partner(
          this.client && typeof this.client === "object" ? this.client.id : state(this).json.partner_id,
          this.client
        );
      }
      get_partner() {
        return this.get_client();
      }
      set_client(client) {
        host.core("partner_id")(state(this).json, client);
        this.client = client;
      }
      set_partner(client) {
        this.set_client(client);
      }
      get_client_name() {
        const client = this.get_client();
        return client ? client.name : "";
      }
      get_name() {
        return this.name;
      }
      get_uid() {
        return this.uid;
      }
      set_to_invoice(on2) {
        this.to_invoice = on2;
      }
      is_to_invoice() {
        return !!this.to_invoice;
      }
      set_pricelist(pricelist) {
        this.pricelist = pricelist;
      }
      assert_editable() {
      }
      save_to_db() {
      }
      fix_tax_included_price() {
      }
      can_be_merged_with() {
        return false;
      }
      get_screen_data() {
        return void 0;
      }
      set_screen_data() {
      }
      finalize() {
      }
      initialize_validation_date() {
      }
      getDisplayData() {
        return {};
      }
    }
    const proto2 = Order.prototype;
    quietOrder(proto2, host);
    properties(proto2, host);
    if (host.env.putLine) {
      hidden(proto2, "put_line", function(key2, fields2) {
        host.env.putLine(this, key2, fields2);
      });
    }
    return callable(Order, begin, { model_name: "Order" });
  }
  function properties(proto2, host) {
    property(proto2, "pos", () => host.pos());
    property(proto2, "env", () => host.environment());
    property(proto2, "uid", (json) => json.uid);
    property(proto2, "name", (json) => json.name);
    property(proto2, "sequence_number", (json) => json.sequence_number);
    property(proto2, "ms_info", (json) => json.ms_info);
    property(proto2, "partner_id", (json) => json.partner_id, host.core("partner_id"));
    property(proto2, "pricelist", (json) => host.pricelist(json.pricelist_id), host.core("pricelist_id"));
    property(
      proto2,
      "fiscal_position",
      (json) => host.named("fiscal_position", json.fiscal_position_id),
      host.core("fiscal_position_id")
    );
    property(proto2, "creation_date", () => /* @__PURE__ */ new Date());
    property(proto2, "validation_date", () => /* @__PURE__ */ new Date());
    property(proto2, "locked", () => false);
    property(proto2, "finalized", () => false);
    property(proto2, "temporary", () => false);
    property(proto2, "orderlines", (json, order) => {
      const made2 = making(order);
      if (!hasOwn(made2, "orderlines")) {
        const lines = made2.orderlines = collection([]);
        const found = host.linesOf(order, json, lines);
        if (found !== lines) {
          made2.orderlines = collection(found);
        }
      }
      return made2.orderlines;
    });
    lasting(proto2, "paymentlines", (json, order) => collection(host.paymentsOf(order, json)));
    property(proto2, "partner", (_, order) => order.get_client(), host.core("partner_id"));
  }
  function set(order, ...names2) {
    const { own } = state(order);
    const name = names2.find((name2) => hasOwn(own, name2));
    if (name === void 0) {
      return void 0;
    }
    const value = own[name];
    return or(value && typeof value === "object" ? value.id : value, false);
  }
  function exported(order, key2) {
    const { json } = state(order);
    switch (key2) {
      case "lines":
        return order.orderlines.map((line) => [0, 0, line.export_as_JSON()]);
      case "statement_ids":
        return order.paymentlines.map((line) => [0, 0, line.export_as_JSON()]);
      case "amount_paid":
        return order.get_total_paid() - order.get_change();
      case "amount_total":
        return order.get_total_with_tax();
      case "amount_tax":
        return order.get_total_tax();
      case "amount_return":
        return order.get_change();
      case "partner_id":
        return or(set(order, "partner_id", "partner"), order.get_client() ? order.get_client().id : false);
      case "pricelist_id":
        return or(set(order, "pricelist"), or(json[key2], false));
      case "fiscal_position_id":
        return or(set(order, "fiscal_position"), or(json[key2], false));
      case "pos_session_id":
      case "user_id":
        return 0;
    }
    return order[key2];
  }

  // sdk/js/models/orderline.ts
  var keys2 = [
    "qty",
    "price_unit",
    "discount",
    "product_id",
    "tax_ids",
    "description",
    "id",
    "uid",
    "ms_info",
    "pack_lot_ids",
    "price_subtotal",
    "price_subtotal_incl"
  ];
  function newOrderline(host) {
    const view2 = (self) => host.env.view(keys2, (key2) => exported2(self, key2));
    class Orderline extends ModelMethods {
      initialize(attributes, options) {
        if (options && hasOwn(options, "order")) {
          this.order = options.order;
        }
        if (options && hasOwn(options, "product")) {
          this.product = options.product;
        }
        this.setup(attributes, options);
        if (options?.json) {
          this.init_from_JSON(options.json);
        }
      }
      setup(..._args) {
      }
      initState() {
        this.uiState = {};
      }
      setupState(state2) {
        Object.assign(this.uiState, state2);
      }
      serializeState() {
        return { ...this.uiState };
      }
      init_from_JSON(json) {
        const { order } = state(this).own;
        rebase(this, json);
        if (order) {
          this.order = order;
        }
        host.modern.restore("Orderline", this, json);
      }
      apply_ms_data(_data) {
      }
      export_as_JSON() {
        return host.modern.is("Orderline") ? this.serializeForORM({}) : view2(this);
      }
      serializeForORM(options) {
        return this.serialize(options);
      }
      serialize(_options) {
        return host.modern.add("Orderline", this, view2(this));
      }
      export_for_printing() {
        return soft("receipt.orderline", {
          id: this.id,
          quantity: this.get_quantity(),
          unit_name: this.get_unit().name,
          price: this.get_unit_display_price(),
          discount: this.get_discount(),
          product_name: this.get_product().display_name,
          price_display: this.get_display_price(),
          price_with_tax: this.get_price_with_tax(),
          price_without_tax: this.get_price_without_tax(),
          tax: this.get_tax()
        });
      }
      set_quantity(quantity, _keepPrice) {
        if (quantity === "remove") {
          this.order.remove_orderline(this);
          return true;
        }
        this.quantity = roundDecimals(parseFloat(quantity) || 0, 3);
        this.trigger("change", this);
        return true;
      }
      get_quantity() {
        return this.quantity;
      }
      get_quantity_str() {
        return String(this.quantity);
      }
      get_quantity_str_with_unit() {
        return this.get_quantity_str();
      }
      set_unit_price(price) {
        this.price = parseFloat(price) || 0;
        this.trigger("change", this);
      }
      get_unit_price() {
        return this.price;
      }
      get_unit_display_price() {
        return this.get_unit_price();
      }
      get_lst_price() {
        return this.price;
      }
      get_fixed_lst_price() {
        return this.price;
      }
      set_discount(discount) {
        this.discount = Math.min(Math.max(parseFloat(discount) || 0, 0), 100);
        this.trigger("change", this);
      }
      get_discount() {
        return this.discount;
      }
      get_discount_str() {
        return String(this.discount);
      }
      get_display_price_one() {
        return this.get_unit_display_price();
      }
      get_taxed_lst_unit_price() {
        return this.get_lst_price();
      }
      _map_tax_fiscal_position(tax) {
        return tax;
      }
      _mapTaxFiscalPosition(tax) {
        return tax;
      }
      _compute_all(_tax, amount) {
        return Number(amount) || 0;
      }
      get_base_price() {
        return roundPrecision(this.get_unit_price() * this.get_quantity() * (1 - this.get_discount() / 100), 0.01);
      }
      get_display_price() {
        return this.get_base_price();
      }
      get_price_without_tax() {
        return this.get_all_prices().priceWithoutTax;
      }
      get_price_with_tax() {
        return this.get_all_prices().priceWithTax;
      }
      get_tax() {
        return this.get_all_prices().tax;
      }
      // Taxes are names to the server: it knows no rates.
      get_all_prices() {
        const price = this.get_base_price();
        return { priceWithTax: price, priceWithoutTax: price, priceSumTaxVoid: price, tax: 0, taxDetails: {} };
      }
      get_taxes() {
        return emptyList("taxes");
      }
      get_tax_details() {
        return {};
      }
      get_product() {
        return this.product;
      }
      get_unit() {
        return host.unit();
      }
      get_full_product_name() {
        return this.product.display_name;
      }
      // A note on a line is an extension's: the base only keeps it.
      set_note(note) {
        this.note = note;
        this.trigger("change", this);
      }
      get_note() {
        return this.note;
      }
      set_customer_note(note) {
        this.customerNote = note;
      }
      get_customer_note() {
        return this.customerNote;
      }
      set_selected(selected) {
        this.selected = selected;
      }
      is_selected() {
        return !!this.selected;
      }
      set_product_lot() {
      }
      set_dirty() {
      }
      set_skip() {
      }
      can_be_merged_with(line) {
        return this.get_product().id === line.get_product().id && this.get_discount() === line.get_discount();
      }
      merge(line) {
        this.set_quantity(this.get_quantity() + line.get_quantity());
      }
      assert_editable() {
      }
      fix_tax_included_price() {
      }
      getDisplayData() {
        return {};
      }
    }
    quietOrderline(Orderline.prototype, host);
    properties2(Orderline.prototype, host);
    return callable(Orderline, begin, { model_name: "Orderline" });
  }
  function properties2(proto2, host) {
    property(proto2, "pos", () => host.pos());
    property(proto2, "order", () => host.order());
    property(proto2, "env", () => host.environment());
    property(proto2, "id", (json) => json.id);
    property(proto2, "uid", (json) => json.uid);
    property(proto2, "quantity", (json) => or(json.qty, 0), host.core("qty"));
    property(proto2, "quantityStr", (_, line) => String(line.quantity));
    property(proto2, "price", (json) => or(json.price_unit, 0), host.core("price_unit"));
    property(proto2, "discount", (json) => or(json.discount, 0), host.core("discount"));
    property(proto2, "discountStr", (_, line) => String(line.discount));
    property(proto2, "description", (json) => json.description, host.core("description"));
    property(proto2, "tax_ids", (json) => json.tax_ids, host.core("tax_ids"));
    property(proto2, "ms_info", (json) => json.ms_info);
    property(proto2, "type", () => "unit");
    property(proto2, "selected", () => false);
    lasting(proto2, "product", (json) => host.product(json.product_id), host.core("product_id"));
  }
  function exported2(line, key2) {
    switch (key2) {
      case "qty":
        return line.get_quantity();
      case "price_unit":
        return line.get_unit_price();
      case "discount":
        return line.get_discount();
      case "product_id":
        return line.get_product().id;
      case "tax_ids":
        return or(line.tax_ids, [[6, false, []]]);
      case "pack_lot_ids":
        return [];
      case "price_subtotal":
        return line.get_price_without_tax();
      case "price_subtotal_incl":
        return line.get_price_with_tax();
    }
    return line[key2];
  }

  // sdk/js/models/paymentline.ts
  function newPaymentline(host) {
    class Paymentline extends ModelMethods {
      initialize(attributes, options) {
        this.payment_method = options?.payment_method;
        this.setup(attributes, options);
        if (options?.json) {
          this.init_from_JSON(options.json);
        }
      }
      setup(..._args) {
      }
      init_from_JSON(json) {
        rebase(this, json);
      }
      apply_ms_data(_data) {
      }
      export_as_JSON() {
        const self = this;
        return { name: self.name, statement_id: self.id, account_id: 0, journal_id: 0, amount: this.get_amount() };
      }
      export_for_printing() {
        return { amount: this.get_amount(), journal: this.name };
      }
      set_amount(amount) {
        const now = parseFloat(amount) || 0;
        if (now !== this.amount) {
          host.idle(this.order || this, "set_amount", () => this.amount = now);
        }
        this.trigger("change", this);
      }
      get_amount() {
        return this.amount;
      }
      get_amount_str() {
        return this.amount.toFixed(2);
      }
      set_selected() {
      }
      get_type() {
        return void 0;
      }
    }
    const proto2 = Paymentline.prototype;
    quietPaymentline(proto2);
    property(proto2, "pos", () => host.pos());
    property(proto2, "order", () => host.order());
    property(proto2, "id", (json) => json.id);
    property(proto2, "name", (json) => or(json.method, ""));
    property(proto2, "amount", (json) => or(json.amount, 0));
    property(proto2, "cashregister", (json) => soft("cashregister", { id: json.method, journal_id: [0, json.method] }));
    return callable(Paymentline, begin, { model_name: "Paymentline" });
  }
  function newProduct() {
    class Product extends ModelMethods {
      // Products of Odoo 7 have their data in attributes.
      get(name) {
        const kept2 = super.get(name);
        return kept2 === void 0 ? this[name] : kept2;
      }
      get_price() {
        return 0;
      }
      get_display_price() {
        return 0;
      }
      isAllowOnlyOneLot() {
        return false;
      }
    }
    return callable(Product, begin, { model_name: "Product" });
  }

  // sdk/js/models/pos.ts
  var named = ["user", "company", "currency", "pos_session", "config", "shop", "cashregisters", "taxes", "units"];
  function newPosModel(host) {
    class PosModel extends ModelMethods {
      setup(..._args) {
      }
      get_order() {
        return host.order();
      }
      get_client() {
        const order = host.order();
        return order ? order.get_client() : null;
      }
      get_order_list() {
        return host.order() ? [host.order()] : [];
      }
      get(name) {
        switch (name) {
          case "selectedOrder":
            return host.order();
          case "orders":
            return collection(this.get_order_list());
          case "selectedClient":
            return this.get_client();
          case "cashier":
            return this.get_cashier();
        }
        const kept2 = super.get(name);
        return kept2 === void 0 && named.includes(name) ? this[name] : kept2;
      }
      get_cashier() {
        return soft("pos.get_cashier()", {});
      }
      get_taxes_after_fp() {
        return emptyList("taxes");
      }
      round_decimals_currency(value) {
        return roundPrecision(value, 0.01);
      }
      format_currency(value) {
        return roundPrecision(value, 0.01).toFixed(2);
      }
      format_currency_no_symbol(value) {
        return roundPrecision(value, 0.01).toFixed(2);
      }
    }
    const base = callable(PosModel, begin, { serviceDependencies: [] });
    Object.assign(base.prototype, Events);
    base.prototype.models = descriptors();
    return base;
  }
  function members(host) {
    const currency = soft("pos.currency", {
      id: 0,
      name: "",
      symbol: "",
      position: "after",
      rounding: 0.01,
      decimals: 2,
      decimal_places: 2
    });
    return {
      config: config(host),
      company: soft("pos.company", { id: 0, name: "", currency_id: [0, ""], country: null }),
      currency,
      user: soft("pos.user", { id: 0, name: "" }),
      pos_session: soft("pos.pos_session", { id: 0, name: "", login_number: 0, sequence_number: 1 }),
      dp: { "Product Price": 2, "Product Unit of Measure": 3, Discount: 2 },
      db: soft("pos.db", {
        get_product_by_id: (id) => host.product(id),
        get_partner_by_id: (id) => host.partner(id)
      }),
      gui: soft("pos.gui", {}),
      pricelists: emptyList("pos.pricelists"),
      taxes: emptyList("pos.taxes"),
      printers: emptyList("pos.printers"),
      cashregisters: emptyList("pos.cashregisters"),
      payment_methods: emptyList("pos.payment_methods"),
      partners: emptyList("pos.partners"),
      orders: [],
      taxes_by_id: soft("pos.taxes_by_id", {}),
      units_by_id: soft("pos.units_by_id", {}),
      cashregisters_by_id: soft("pos.cashregisters_by_id", {}),
      tables_by_id: soft("pos.tables_by_id", {}),
      debug: false
    };
  }
  function config(host) {
    const known3 = { id: 0, name: "", ...host.env.settings };
    return host.off ? new Proxy(known3, { get: (target, key2) => key2 in target ? target[key2] : false }) : soft("pos.config", known3);
  }
  function newPos(host) {
    const made2 = Object.create(host.final("PosModel").prototype);
    return soft("pos", Object.assign(made2, members(host)));
  }

  // sdk/js/models/registries.ts
  var aliases = {
    Payment: "Paymentline",
    PosPayment: "Paymentline",
    PosOrder: "Order",
    PosOrderline: "Orderline",
    PosGlobalState: "PosModel",
    PosStore: "PosModel"
  };
  var Registries = class {
    constructor(host) {
      this.host = host;
      this.mixins = /* @__PURE__ */ new Map();
      this.done = /* @__PURE__ */ new Map();
      this.originals = /* @__PURE__ */ new Map();
      // When all files are loaded: the classes as they stay.
      this.sealed = null;
      for (const name of Object.keys(host.base)) {
        host.base[name].create = (...args) => new (this.compiled(name))(...args);
        for (const method of hookNames) {
          this.originals.set(`${name}.${method}`, host.base[name].prototype[method]);
        }
      }
    }
    original(name, method) {
      return this.originals.get(`${name}.${method}`);
    }
    /** changed reports whether a file has its own version of a method. */
    changed(name, method) {
      return this.compiled(name).prototype[method] !== this.original(name, method);
    }
    /** compiled is a class with its mixins, the last registered outermost. */
    compiled(name) {
      if (this.sealed) {
        return this.sealed[name];
      }
      const from = this.current(name);
      const done = this.done.get(name);
      if (done && done.from === from) {
        return done.made;
      }
      const made2 = (this.mixins.get(name) || []).reduce((base, mixin) => mixin(base) || base, from);
      this.done.set(name, { from, made: made2 });
      return made2;
    }
    /** seal is called when all files are loaded: nothing is added after. */
    seal() {
      const classes = {};
      for (const name of Object.keys(this.host.base)) {
        classes[name] = this.compiled(name);
      }
      this.sealed = classes;
      modernNames(this.host);
    }
    /** current is the class that files put under any of its names. */
    current(name) {
      const names2 = [name, ...Object.keys(aliases).filter((alias) => aliases[alias] === name)];
      const changed = names2.filter((n) => this.host.models[n] !== this.host.base[name]);
      return changed.length > 0 ? this.host.models[changed[0]] : this.host.base[name];
    }
    nameOf(base) {
      if (typeof base === "string") {
        return aliases[base] || base;
      }
      const names2 = Object.keys(this.host.base);
      return names2.find((n) => base === this.host.base[n] || base && base.prototype instanceof this.host.base[n]) || "";
    }
    /** model is Registries.Model. */
    model() {
      return {
        extend: (base, mixin) => {
          const name = this.nameOf(base);
          this.mixins.set(name, [...this.mixins.get(name) || [], mixin]);
          this.done.delete(name);
        },
        get: (base) => {
          const name = this.nameOf(base);
          return name in this.host.base ? this.compiled(name) : base;
        },
        add: () => void 0,
        addByExtending: () => void 0,
        freeze: () => void 0
      };
    }
    /** module is require("point_of_sale.Registries"). */
    module() {
      const component = standIn("Registries.Component");
      const model = this.model();
      return { Model: model, PosModelRegistry: model, Component: component };
    }
    /** texts are the sources of all versions of a method that vendors wrote. */
    texts(name, method) {
      const found = /* @__PURE__ */ new Set();
      for (let proto2 = this.compiled(name).prototype; proto2 && proto2 !== Object.prototype; proto2 = Object.getPrototypeOf(proto2)) {
        for (const version of [proto2, ...patched(proto2)]) {
          const own = Object.getOwnPropertyDescriptor(version, method);
          if (own && typeof own.value === "function" && own.value !== this.original(name, method)) {
            found.add(own.value.written || own.value);
          }
        }
      }
      return [...found].map((f) => Function.prototype.toString.call(f));
    }
  };

  // sdk/js/models/host.ts
  var Host = class {
    constructor(env) {
      this.env = env;
      /** The hook that is running, for errors. */
      this.hook = "";
      this.options = newOptions(this);
      this.call = null;
      this.instance = null;
      this.parent = null;
      this.thePos = null;
      this.begun = null;
      this.idling = false;
      /** Orders make their lines within their init_from_JSON, as Odoo's do; otherwise when somebody looks. */
      this.within = false;
      /** The run was made again with what was missing. */
      this.again = false;
      /** Settings of the point of sale that nobody knows are off, instead of anything. */
      this.off = false;
      this.applying = /* @__PURE__ */ new Map();
      this.base = {
        Order: newOrder(this),
        Orderline: newOrderline(this),
        Paymentline: newPaymentline(this),
        Product: newProduct(),
        PosModel: newPosModel(this)
      };
      withStorage(this);
      withEffects(this);
      if (env.migrates) {
        for (const { prototype } of [this.base.Order, this.base.Orderline]) {
          hidden(prototype, "migrate", (fields2) => fields2);
        }
      }
      this.models = soft("point_of_sale.models", modelsModule(this.base));
      this.registries = new Registries(this);
      this.modules = new Modules(this);
      this.modern = new Modern(this);
    }
    /** final is a class with everything that vendors did to it. */
    final(name) {
      return this.registries.compiled(name);
    }
    /**
     * make constructs an instance without json. Where a vendor's constructor
     * throws, a bare object of the prototype serves.
     */
    make(name, options) {
      const made2 = this.final(name);
      try {
        return new made2({}, options);
      } catch {
        const bare2 = Object.create(made2.prototype);
        return hasOwn(options, "order") ? Object.assign(bare2, { order: options.order }) : bare2;
      }
    }
    /**
     * run runs the three hooks on one record and gives what was exported. An order that is told what came of an effect is
     * as it is stored, and effect_result runs instead of apply_ms_data; without it nothing runs. Fields of an older schema
     * migrate makes those of now.
     */
    run(call) {
      const name = call.model === "order" ? "Order" : "Orderline";
      this.again = false;
      if (call.from) {
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
        true
      );
    }
    /** first is what init_from_JSON is handed. */
    first(call, name) {
      return call.outcome || this.applies(name) && !call.isNew ? call.stored : call.merged;
    }
    attempt(call, name, whole3) {
      this.begin(call);
      this.hook = "init_from_JSON";
      const init = (options, order) => {
        const made2 = this.make(name, options);
        this.instance = made2;
        const first = whole3(this.first(call, name)());
        rebase(made2, first);
        if (order) {
          made2.order = order;
        }
        made2.init_from_JSON(first);
        return made2;
      };
      if (this.within && name === "Orderline" && call.parent) {
        this.begun = (order) => init({ pos: order.pos, order }, order);
        this.parent = this.orderOf(call.parent());
        this.begun = null;
      }
      const instance2 = this.instance || init(Object.create(this.options));
      if (call.outcome) {
        const { name: effect, key: key2, result } = call.outcome();
        this.hook = "effect_result";
        instance2.effect_result(effect, key2, result);
      } else if (this.applies(name)) {
        this.hook = "apply_ms_data";
        const data = whole3(call.merged());
        rebase(instance2, data);
        instance2.apply_ms_data(data);
      }
      this.hook = "export_as_JSON";
      return instance2.export_as_JSON();
    }
    /** begin forgets the run before. */
    begin(call) {
      this.env.begin?.();
      this.call = call;
      this.begun = null;
      this.instance = this.parent = this.thePos = null;
    }
    applies(name) {
      let applies = this.applying.get(name);
      if (applies === void 0) {
        this.applying.set(name, applies = this.overrides(name, "apply_ms_data"));
      }
      return applies;
    }
    /** overrides reports whether a vendor's file changed a method. */
    overrides(name, method) {
      if (this.registries.changed(name, method)) {
        return true;
      }
      const modern = method in spellings && (name === "Order" || name === "Orderline") && this.modern.is(name);
      return modern && (method === "export_as_JSON" || this.modern.extra(name).length > 0 || spellings[method].some((hook) => this.registries.changed(name, hook)));
    }
    /** texts are the sources of a method as vendors wrote it, under all names of a hook. */
    texts(name, method) {
      return (spellings[method] || [method]).flatMap((spelling) => this.registries.texts(name, spelling));
    }
    /** core tells of a core field that code sets on a model: hooks can't write it. A model stands for its id. */
    core(field) {
      return (json, value) => this.env.lost?.(json, field, value && typeof value === "object" && !Array.isArray(value) ? value.id : value);
    }
    /**
     * idle does what a method of a model does, and tells that in a hook it means nothing to others. While a record is
     * restored its own parts are put together by such methods.
     */
    idle(self, method, work, restores = true) {
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
    pos() {
      return this.thePos || (this.thePos = newPos(this));
    }
    /** order is the order that this run is about. */
    order() {
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
    orderOf(json) {
      return this.restored("Order", () => Object.create(this.options), json);
    }
    /** linesOf builds an order's lines; the running one stands for itself. */
    linesOf(order, json, lines) {
      for (const line of inner(json.lines)) {
        Array.prototype.push.call(
          lines,
          this.isRunning(line) ? this.running(order) : this.restored("Orderline", () => ({ pos: order.pos, order }), line)
        );
      }
      return lines;
    }
    isRunning(line) {
      return !!this.call && this.call.model === "orderline" && (this.instance ? line.uid === this.instance.uid : !!this.begun && line.uid === this.call.line);
    }
    /** running is the instance that the hooks run on; within its order's init it is made in its turn. */
    running(order) {
      return this.instance || this.begun(order);
    }
    paymentsOf(order, json) {
      return inner(json.statement_ids).map(
        (payment) => this.restored("Paymentline", () => ({ pos: order.pos, order }), payment)
      );
    }
    restored(name, options, json) {
      const build = (missing) => {
        const given2 = options();
        const made2 = this.make(name, given2);
        rebase(made2, filled(json, missing));
        if (name === "Orderline") {
          made2.order = given2.order;
        }
        const { idling } = this;
        this.idling = true;
        try {
          made2.init_from_JSON(json);
        } finally {
          this.idling = idling;
        }
        return made2;
      };
      return withDefaults(this, build, () => defaults(this, name, options(), json));
    }
    // What the server knows only the id of.
    product(id) {
      return soft(
        "product",
        Object.assign(Object.create(this.final("Product").prototype), { id, display_name: "", pos: this.pos() })
      );
    }
    partner(id, given2) {
      return given2 || (id === void 0 || id === null || id === false ? null : soft("partner", { id, name: "" }));
    }
    named(kind, id) {
      return id === void 0 || id === null ? null : soft(kind, { id, name: "" });
    }
    /** pricelist: in Odoo there always is one, so without an id it is one that nobody knows. */
    pricelist(id) {
      return soft("pricelist", { id: id === null ? void 0 : id, name: "" });
    }
    /** environment is `this.env` of Odoo 16 and later. */
    environment() {
      return soft("env", { pos: this.pos() });
    }
    unit() {
      return soft("unit", { id: 0, name: "", rounding: 1e-3, is_unit: true });
    }
  };
  function newOptions(host) {
    return {
      get pos() {
        return host.pos();
      },
      get order() {
        return host.order();
      },
      get product() {
        return host.product(void 0);
      }
    };
  }
  var inner = (triples) => Array.isArray(triples) ? triples.map((t) => Array.isArray(t) ? t[2] : t).filter((t) => t) : [];
  function modelsModule(base) {
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
      register_payment_method: () => void 0,
      register_component: () => void 0,
      exports: standIn("models.exports")
    };
  }

  // sdk/js/models/locale_data.ts
  var near = [["en", "US AS BI GU MH MP PH PR UM VI", "en"], ["en", "*", "en-GB"], ["es", "419 BO BR BZ CL CO CR CU DO EC GT HN NI PA PE PR PY SV US UY VE", "es-MX"], ["pt", "AO CH CV GQ GW LU MO MZ ST TL", "pt-PT"], ["zh", "TW HK MO", ""], ["no", "", "nb"]];
  var rows = {
    "root": { point: ",", group: ".", minus: "-", nan: "NaN", least: 1, size: 3, money: "# ¤", percent: "#%", a: "AM|PM", twelve: false, y: "y", d: "d", M: "M", MMM: "MMM", E: "EEE", E_: "EEE, #", "E@": "EEE @", Hms: "HH:mm:ss", hms: "h:mm:ss a", ms: "mm:ss", m: "m", s: "s", byfull: "#, @", bylong: "#, @", bymedium: "#, @", byshort: "#, @", symbols: "AUDA$ BRLR$ CADCA$ CNYCN¥ EUR€ GBP£ HKDHK$ ILS₪ INR₹ JPYJP¥ KRW₩ MXNMX$ NZDNZ$ TWDNT$ USDUS$ VND₫ XAFFCFA XCDEC$ XCGCg. XOFF CFA XPFCFPF", narrow: "AFN؋ AMD֏ AOAKz ARS$ AUD$ AZN₼ BAMKM BBD$ BDT৳ BMD$ BND$ BOBBs BSD$ BWPP BYNр. BZD$ CAD$ CLP$ CNY¥ COP$ CRC₡ CUC$ CUP$ CZKKč DKKkr DOP$ EGPE£ FJD$ FKP£ GEL₾ GHSGH₵ GIP£ GNFFG GTQQ GYD$ HKD$ HNLL HRKkn HUFFt IDRRp ISKkr JMD$ JPY¥ KGS⃀ KHR៛ KMFCF KPW₩ KYD$ KZT₸ LAK₭ LBPL£ LKRRs LRD$ MGAAr MMKK MNT₮ MURRs MXN$ MYRRM NAD$ NGN₦ NIOC$ NOKkr NPRRs NZD$ PHP₱ PKRRs PLNzł PYG₲ RONL RUB₽ RWFRF SBD$ SEKkr SGD$ SHP£ SRD$ SSP£ STNDb SYP£ THB฿ TOPT$ TRY₺ TTD$ UAH₴ USD$ UYU$ XCD$ ZARR ZMWZK" },
    "en": { point: ".", group: ",", money: "¤#", twelve: true, M4: "January|February|March|April|May|June|July|August|September|October|November|December", E4: "Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday", M3: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec", E3: "Sun|Mon|Tue|Wed|Thu|Fri|Sat", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "S|M|T|W|T|F|S", Md: "M/d", yM: "M/y", yMd: "M/d/y", MMMd: "MMM d", yMMM: "MMM y", yMMMd: "MMM d, y", Ed: "d EEE", byfull: "# at @", bylong: "# at @", symbols: "JPY¥ PHP₱ USD$", narrow: "BYNBYN RONlei TWD$" },
    "en-GB": { of: "en", a: "am|pm", twelve: false, M3: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec", Md: "dd/MM", yM: "MM/y", yMd: "dd/MM/y", MMMd: "d MMM", yMMMd: "d MMM y", Ed: "EEE d", MEd: "EEE dd/MM", MMMEd: "EEE d MMM", short: "dd/MM/y", symbols: "JPYJP¥ USDUS$" },
    "en-AU": { of: "en-GB", twelve: true, M3: "Jan|Feb|Mar|Apr|May|June|July|Aug|Sept|Oct|Nov|Dec", L3: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec", E5: "Su.|M.|Tu.|W.|Th.|F.|Sa.", c5: "S|M|T|W|T|F|S", MMM: "LLL", MMMM: "MMMM", Md: "d/M", yMMd: "dd/MM/y", yMdd: "dd/MM/y", MMMMM: "MMMMM", MEd: "EEE, d/M", MMMEd: "EEE, d MMM", MMMMEd: "EEE d MMMM", yMMMMEd: "EEE d MMMM y", MMMEEEEd: "EEEE d MMM", yMMMEEEEd: "EEEE d MMM y", EEEEE: "ccccc", full: "EEEE, d MMMM y", short: "d/M/yy", symbols: "AUD$ BRLBRL CADCAD CNYCNY EUREUR GBPGBP HKDHKD ILSILS INRINR JPYJPY KRWKRW MXNMXN NZDNZD PHPPHP SCRRs TWDTWD USDUSD VNDVND XAFXAF XCDXCD XOFXOF XPFCFP", narrow: "BDTTk BRLR$ CUP₱ EGP£ EUR€ GBP£ ILS₪ INR₹ ISKKr KRW₩ PYGGs SEKKr UYU$U VND₫" },
    "en-NZ": { of: "en-GB", twelve: true, Md: "d/M", yMd: "d/MM/y", MEd: "EEE, dd/MM", yMEd: "EEE, dd/MM/y", MMMEd: "EEE, d MMM", symbols: "NZD$" },
    "en-IE": { of: "en-GB", E_: "EEE #", Md: "d/M", yMd: "d/M/y", MEd: "EEE, d/M", yMEd: "EEE, d/M/y", MMMEd: "EEE, d MMM" },
    "en-ZA": { of: "en-GB", point: ",", group: " ", Md: "MM/dd", yMd: "y/MM/dd", MMd: "MM/dd", Mdd: "MM/dd", MMMd: "dd MMM", MMdd: "dd/MM", MMMMd: "d MMMM", yMMMd: "dd MMM y", yMMMMd: "d MMMM y", MEd: "EEE, MM/dd", MMMEd: "EEE, dd MMM", yMMMMEEEEd: "EEEE, d MMMM y", full: "EEEE, dd MMMM y", long: "dd MMMM y", short: "y/MM/dd", symbols: "ZARR" },
    "en-IN": { of: "en-GB", size: 2, twelve: true, E_: "E, #", yMd: "d/M/y", MEd: "EEE, dd/MM", yMEd: "EEE, d/M/y", MMMEd: "EEE, d MMM", yMMMEd: "EEE, d MMM, y", yMMMMEd: "EEE, d MMMM y", yMMMEEEEd: "EEEE, d MMM y", short: "dd/MM/yy", "E@": "EEE, @", symbols: "USD$" },
    "en-CA": { of: "en", a: "a.m.|p.m.", Md: "MM-dd", yM: "y-MM", yMd: "y-MM-dd", Ed: "EEE d", short: "y-MM-dd", symbols: "CAD$ JPYJP¥ USDUS$ XCGCg" },
    "de": { percent: "# %", M4: "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember", E4: "Sonntag|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag", M3: "Jan.|Feb.|März|Apr.|Mai|Juni|Juli|Aug.|Sept.|Okt.|Nov.|Dez.", L3: "Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez", E3: "So.|Mo.|Di.|Mi.|Do.|Fr.|Sa.", c3: "So|Mo|Di|Mi|Do|Fr|Sa", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "S|M|D|M|D|F|S", MMM: "LLL", MMMM: "MMMM", E: "ccc", EEEE: "EEEE", Md: "d.M.", yM: "M/y", yMd: "d.M.y", MMd: "dd.MM.", MMMd: "d. MMM", yMMM: "MMM y", yMMMd: "d. MMM y", MMMMM: "MMMMM", Ed: "EEE, d.", EEEEE: "EEEEE", medium: "dd.MM.y", short: "dd.MM.yy", H: "HH 'Uhr'", "E@": "EEE, @", byfull: "# um @", bylong: "# um @", symbols: "AUDAU$ JPY¥ THB฿ USD$", narrow: "CUCCub$ FKPFl£ GHS₵ GNFF.G. KMFFC RWFF.Rw SYPSYP ZMWK" },
    "de-AT": { of: "de", group: " ", money: "¤ #", moneyGroup: ".", M4: "Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember", M3: "Jän.|Feb.|März|Apr.|Mai|Juni|Juli|Aug.|Sep.|Okt.|Nov.|Dez.", L3: "Jän|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez" },
    "de-CH": { of: "de", point: ".", group: "'", money: "¤ #", debt: "¤-#", percent: "#%", symbols: "EUREUR" },
    "fr": { group: " ", percent: "# %", M4: "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre", E4: "dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi", M3: "janv.|févr.|mars|avr.|mai|juin|juil.|août|sept.|oct.|nov.|déc.", E3: "dim.|lun.|mar.|mer.|jeu.|ven.|sam.", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "D|L|M|M|J|V|S", E_: "EEE #", Md: "dd/MM", yM: "MM/y", yMd: "dd/MM/y", MMd: "dd/MM", Mdd: "dd/MM", MMMd: "d MMM", yMMM: "MMM y", yMMMd: "d MMM y", short: "dd/MM/y", H: "HH 'h'", byfull: "# à @", bylong: "# à @", byshort: "# @", symbols: "ARS$AR AUD$AU BMD$BM BND$BN BZD$BZ CAD$CA CLP$CL CNYCNY COP$CO FJD$FJ FKP£FK GBP£GB GIP£GI HKDHKD JPYJPY LBP£LB MXN$MX NAD$NA NZD$NZ SBD$SB SGD$SG SRD$SR TTD$TT TWDTWD USD$US UYU$UY WST$WS XCDXCD XPFFCFP", narrow: "EGP£E GBP£ KMFFC LBP£L NIO$C RWFFR TOP$T TWDNT$ ZMWKw" },
    "fr-BE": { of: "fr", yMdd: "dd/MM/y", short: "d/MM/yy" },
    "fr-CA": { of: "fr", group: " ", a: "a.m.|p.m.", M3: "janv.|févr.|mars|avr.|mai|juin|juill.|août|sept.|oct.|nov.|déc.", Md: "MM-dd", yM: "y-MM", yMd: "y-MM-dd", MMd: "MM-dd", Mdd: "M-dd", short: "y-MM-dd", ms: "mm 'min 'ss 's'", Hms: "HH 'h 'mm 'min 'ss 's'", Hm: "HH 'h 'mm", hms: "h 'h 'mm 'min 'ss 's 'a", hm: "h 'h 'mm a", h: "h 'h 'a", symbols: "ARSARS AUD$_AU BMDBMD BNDBND BZDBZD CAD$ CLPCLP CNYCN¥ COPCOP FJDFJD FKPFKP GBP£ GIPGIP HKD$_HK ILSILS INRINR JPY¥ KRWKRW LBPLBP MXNMXN NADNAD NZD$_NZ SBDSBD SGD$_SG SRDSRD TTDTTD USD$_US UYUUYU VNDVND WSTWST XAFXAF XOFXOF XPFXPF", narrow: "BYNBr GELGEL ILS₪ INR₹ KMFCF KRW₩ NIOC$ VND₫ ZMWZK" },
    "fr-CH": { of: "fr", moneyPoint: ".", percent: "#%", Md: "dd.MM.", yM: "MM.y", yMd: "dd.MM.y", MMd: "d.MM", Mdd: "dd.M", MMdd: "dd.MM", yMMd: "dd.MM.y", yMdd: "dd.MM.y", MEd: "EEE, dd.MM.", yMEd: "EEE, dd.MM.y", yMMMMEd: "EEE, d MMMM y", yMMMEEEEd: "EEEE, d MMM y", short: "dd.MM.yy" },
    "es": { least: 2, percent: "# %", a: "a. m.|p. m.", M4: "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre", E4: "domingo|lunes|martes|miércoles|jueves|viernes|sábado", M3: "ene|feb|mar|abr|may|jun|jul|ago|sept|oct|nov|dic", E3: "dom|lun|mar|mié|jue|vie|sáb", M5: "E|F|M|A|M|J|J|A|S|O|N|D", E5: "D|L|M|X|J|V|S", Md: "d/M", yM: "M/y", yMd: "d/M/y", yMM: "M/y", MMd: "d/M", Mdd: "d/M", MMMd: "d MMM", yMMM: "MMM y", MMdd: "d/M", MMMMd: "d 'de 'MMMM", yMMMd: "d MMM y", yMMMM: "MMMM 'de 'y", yMMMMd: "d 'de 'MMMM 'de 'y", Ed: "EEE d", MMMMEd: "EEE, d 'de 'MMMM", yMMMMEd: "EEE, d 'de 'MMMM 'de 'y", MMMMEEEEd: "EEEE, d 'de 'MMMM", yMMMEEEEd: "EEEE, d 'de 'MMM 'de 'y", Hms: "H:mm:ss", "E@": "EEE, @", bylong: "# a las @", symbols: "AUDAUD BRLBRL CADCAD CNYCNY GBPGBP HKDHKD ILSILS INRINR JPYJPY KRWKRW MXNMXN NZDNZD THB฿ TWDTWD XAFXAF XCDXCD XOFXOF", narrow: "BRLR$ EGPEGP GBP£ ILS₪ INR₹ KRW₩ TWDNT$" },
    "es-MX": { of: "es", point: ".", group: ",", least: 1, money: "¤#", percent: "#%", a: "a.m.|p.m.", twelve: true, M3: "ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic", E5: "D|L|M|M|J|V|S", E_: "E, #", yMM: "MM/y", MMd: "d/MM", Mdd: "dd/M", MMdd: "dd/MM", MEd: "EEE, d/M", yMEd: "EEE, d/M/y", MMMEd: "EEE d 'de 'MMM", yMMMEd: "EEE, d 'de 'MMM 'de 'y", short: "dd/MM/yy", Hms: "HH:mm:ss", "E@": "EEE @", symbols: "EUREUR MRUUM MXN$ THBTHB USDUSD VNDVND", narrow: "BYNp. EGPE£ EUR€ RONlei VND₫" },
    "es-AR": { of: "es", least: 1, money: "¤ #", percent: "#%", twelve: true, E5: "D|L|M|M|J|V|S", E_: "E, #", yM: "M-y", yMMMd: "d 'de 'MMM 'de 'y", MEd: "EEE d-M", yMEd: "EEE, d/M/y", MMMEd: "EEE, d MMM", yMMMEd: "EEE, d MMM y", medium: "d MMM y", Hms: "HH:mm:ss", hms: "hh:mm:ss", hm: "h:mm a", time: "h:mm:ss a", symbols: "ARS$ EUREUR THBTHB VNDVND", narrow: "EGPE£ EUR€ FKPFK£ SSPSD£ SYPS£ VND₫" },
    "it": { least: 2, M4: "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre", E4: "domenica|lunedì|martedì|mercoledì|giovedì|venerdì|sabato", M3: "gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic", E3: "dom|lun|mar|mer|gio|ven|sab", M5: "G|F|M|A|M|G|L|A|S|O|N|D", E5: "D|L|M|M|G|V|S", E_: "EEE #", Md: "dd/MM", yM: "MM/y", yMd: "dd/MM/y", MMd: "dd/MM", Mdd: "dd/MM", MMMd: "d MMM", yMMM: "MMM y", yMMd: "dd/MM/y", yMdd: "dd/MM/y", yMMMd: "d MMM y", H: "H", byfull: "# alle ore @", bylong: "# alle ore @", symbols: "BRLBRL HKDHKD INRINR JPYJPY KRWKRW MXNMXN PHP₱ THB฿ TWDTWD USDUSD VNDVND XCGCf", narrow: "BRLR$ BYNBr EGP£E INR₹ KRW₩ NOKNKr RONlei TWDNT$ VND₫" },
    "it-CH": { of: "it", point: ".", group: "'", money: "¤ #", debt: "¤-#", yMMdd: "dd.MM.y", yMMMMEd: "EEE, d MMMM y", yMMMEEEEd: "EEEE, d MMM y", short: "dd.MM.yy" },
    "nl": { money: "¤ #", debt: "¤ -#", a: "a.m.|p.m.", M4: "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december", E4: "zondag|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag", M3: "jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec", E3: "zo|ma|di|wo|do|vr|za", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "Z|M|D|W|D|V|Z", E_: "EEE #", Md: "d-M", yM: "M-y", yMd: "d-M-y", MMMd: "d MMM", yMMM: "MMM y", yMMMd: "d MMM y", short: "dd-MM-y", byfull: "# om @", bylong: "# om @", symbols: "AUDAU$ CADC$ FJDFJ$ SBDSI$ THB฿ XPFXPF ZWGZiG", narrow: "RONlei XCGCg" },
    "nl-BE": { of: "nl", Md: "d/M", yM: "M/y", yMd: "d/M/y", short: "d/MM/y" },
    "pt": { money: "¤ #", M4: "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro", E4: "domingo|segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado", M3: "jan.|fev.|mar.|abr.|mai.|jun.|jul.|ago.|set.|out.|nov.|dez.", E3: "dom.|seg.|ter.|qua.|qui.|sex.|sáb.", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "D|S|T|Q|Q|S|S", Md: "dd/MM", yM: "MM/y", yMd: "dd/MM/y", MMMd: "d 'de 'MMM", yMMM: "MMM 'de 'y", yMMMd: "d 'de 'MMM 'de 'y", short: "dd/MM/y", "E@": "EEE, @", byfull: "# às @", bylong: "# às @", symbols: "AUDAU$ THB฿", narrow: "SYPS£" },
    "pt-PT": { of: "pt", group: " ", least: 2, money: "# ¤", a: "a.m.|p.m.", E3: "domingo|segunda|terça|quarta|quinta|sexta|sábado", M5: "01|02|03|04|05|06|07|08|09|10|11|12", L5: "J|F|M|A|M|J|J|A|S|O|N|D", MMM: "LLL", MMMM: "MMMM", MMMd: "d/MM", yMMM: "MM/y", MMMMd: "d 'de 'MMMM", yMMMd: "d/MM/y", yMMMM: "MMMM 'de 'y", yMMMMd: "d 'de 'MMMM 'de 'y", MMMMEd: "EEE, d 'de 'MMMM", yMMMMEd: "EEE, d 'de 'MMMM 'de 'y", MMMMEEEEd: "EEEE, d 'de 'MMMM", yMMMMEEEEd: "EEEE, d 'de 'MMMM 'de 'y", medium: "dd/MM/y", short: "dd/MM/yy", narrow: "SYP£" },
    "pl": { group: " ", least: 2, M4: "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia", L4: "styczeń|luty|marzec|kwiecień|maj|czerwiec|lipiec|sierpień|wrzesień|październik|listopad|grudzień", E4: "niedziela|poniedziałek|wtorek|środa|czwartek|piątek|sobota", M3: "sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paź|lis|gru", E3: "niedz.|pon.|wt.|śr.|czw.|pt.|sob.", M5: "s|l|m|k|m|c|l|s|w|p|l|g", L5: "S|L|M|K|M|C|L|S|W|P|L|G", E5: "n|p|w|ś|c|p|s", c5: "N|P|W|Ś|C|P|S", MMMM: "LLLL", Md: "d.MM", yM: "MM.y", yMd: "d.MM.y", Mdd: "dd.MM", MMMd: "d MMM", yMMM: "MMM y", yMdd: "dd.MM.y", yMMMd: "d MMM y", yMMMM: "LLLL y", MMMMM: "LLLLL", EEEEE: "ccccc", short: "d.MM.y", "E@": "EEE, @", byfull: "# @", bylong: "# @", symbols: "AUDAUD CADCAD CNYCNY GBPGBP HKDHKD ILSILS INRINR JPYJPY KRWKRW MXNMXN NZDNZD PLNzł TWDTWD USDUSD VNDVND XCGXCG", narrow: "BYNBYN GBP£ ILS₪ INR₹ KRW₩ RONlej TWDNT$ VND₫" },
    "cs": { group: " ", percent: "# %", a: "dop.|odp.", M4: "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince", L4: "leden|únor|březen|duben|květen|červen|červenec|srpen|září|říjen|listopad|prosinec", E4: "neděle|pondělí|úterý|středa|čtvrtek|pátek|sobota", L3: "led|úno|bře|dub|kvě|čvn|čvc|srp|zář|říj|lis|pro", E3: "ne|po|út|st|čt|pá|so", M5: "1|2|3|4|5|6|7|8|9|10|11|12", E5: "N|P|Ú|S|Č|P|S", E_: "EEE #", d: "d.", MMM: "LLL", Md: "d. M.", yM: "M/y", yMd: "d. M. y", MMMd: "d. M.", yMMM: "LLLL y", MMMMd: "d. MMMM", yMMMd: "d. M. y", MMMMM: "M", yMMMMd: "d. MMMM y", MMMMEd: "EEE d. MMMM", yMMMMEd: "EEE d. MMMM y", MMMMEEEEd: "EEEE d. MMMM", yMMMEEEEd: "EEEE d. LLL y", yMMMMEEEEd: "EEEE d. MMMM y", short: "dd.MM.yy", Hms: "H:mm:ss", byfull: "# v @", bylong: "# v @", bymedium: "# @", byshort: "# @", symbols: "AUDAU$ CZKKč ILSILS INRINR VNDVND", narrow: "ILS₪ INR₹ VND₫" },
    "sv": { group: " ", minus: "−", percent: "# %", a: "fm|em", M4: "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december", E4: "söndag|måndag|tisdag|onsdag|torsdag|fredag|lördag", M3: "jan.|feb.|mars|apr.|maj|juni|juli|aug.|sep.|okt.|nov.|dec.", E3: "sön|mån|tis|ons|tors|fre|lör", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "S|M|T|O|T|F|L", E_: "EEE #", Md: "d/M", yM: "y-MM", yMd: "y-MM-dd", MMd: "d/M", MMMd: "d MMM", yMMM: "MMM y", yMMMd: "d MMM y", yMEd: "EEE, y-MM-dd", short: "y-MM-dd", byfull: "# kl. @", bylong: "# kl. @", bymedium: "# @", byshort: "# @", symbols: "AUDAUD BBDBds$ BMDBM$ BRLBR$ BSDBS$ BZDBZ$ CNYCNY DKKDkr DOPRD$ EGPEG£ GBPGBP HKDHKD INRINR ISKIkr JMDJM$ JPYJPY KRWKRW NOKNkr NZDNZD SEKkr TWDTWD VNDVND XCGXCG", narrow: "BRLR$ GBP£ INR₹ KRW₩ TWDNT$ VND₫" },
    "da": { percent: "# %", M4: "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december", E4: "søndag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag", M3: "jan.|feb.|mar.|apr.|maj|jun.|jul.|aug.|sep.|okt.|nov.|dec.", E3: "søn.|man.|tirs.|ons.|tors.|fre.|lør.", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "S|M|T|O|T|F|L", E_: "EEE #", d: "d.", Md: "d.M", yM: "M.y", yMd: "d.M.y", MMMd: "d. MMM", yMMM: "MMM y", yMMMd: "d. MMM y", Ed: "EEE 'den 'd.", yMMMMEd: "EEE 'den 'd. MMMM y", yMMMEEEEd: "EEEE 'den 'd. MMM y", short: "dd.MM.y", ms: "mm.ss", Hms: "HH.mm.ss", hms: "h.mm.ss a", byfull: "# kl. @", bylong: "# kl. @", symbols: "AUDAU$ DKKkr. THB฿", narrow: "BYNBr. DKKkr. ISKkr. NOKkr. SEKkr." },
    "nb": { group: " ", minus: "−", percent: "# %", a: "a.m.|p.m.", M4: "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember", E4: "søndag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag", M3: "jan.|feb.|mars|apr.|mai|juni|juli|aug.|sep.|okt.|nov.|des.", L3: "jan|feb|mar|apr|mai|jun|jul|aug|sep|okt|nov|des", E3: "søn.|man.|tir.|ons.|tor.|fre.|lør.", M5: "J|F|M|A|M|J|J|A|S|O|N|D", E5: "S|M|T|O|T|F|L", E_: "EEE #", d: "d.", M: "M.", MMM: "LLL", MMMM: "MMMM", Md: "d.M.", yM: "M.y", yMd: "d.M.y", MMd: "d.M.", Mdd: "d.M.", MMMd: "d. MMM", yMMM: "MMM y", MMdd: "d.M.", yMMMd: "d. MMM y", MMMMM: "MMMMM", short: "dd.MM.y", "E@": "EEE 'kl. '@", byfull: "# kl. @", bylong: "# kl. @", symbols: "AUDAUD BRLBRL CADCAD CNYCNY HKDHKD ILSILS INRINR JPYJPY KRWKRW MXNMXN NOKkr NZDNZD TWDTWD USDUSD VNDVND XAFXAF XCDXCD XPFXPF", narrow: "BRLR$ ILS₪ INR₹ KRW₩ TWDNT$ VND₫" },
    "fi": { group: " ", minus: "−", nan: "epäluku", percent: "# %", a: "ap.|ip.", M4: "tammikuuta|helmikuuta|maaliskuuta|huhtikuuta|toukokuuta|kesäkuuta|heinäkuuta|elokuuta|syyskuuta|lokakuuta|marraskuuta|joulukuuta", L4: "tammikuu|helmikuu|maaliskuu|huhtikuu|toukokuu|kesäkuu|heinäkuu|elokuu|syyskuu|lokakuu|marraskuu|joulukuu", E4: "sunnuntaina|maanantaina|tiistaina|keskiviikkona|torstaina|perjantaina|lauantaina", c4: "sunnuntai|maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai", L3: "tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu", E3: "su|ma|ti|ke|to|pe|la", M5: "1|2|3|4|5|6|7|8|9|10|11|12", L5: "T|H|M|H|T|K|H|E|S|L|M|J", E5: "S|M|T|K|T|P|L", E_: "EEE #", MMM: "LLL", EEEE: "cccc", Md: "d.M.", yM: "M.y", yMd: "d.M.y", yMM: "M.y", MMMd: "d.M.", yMMM: "LLL y", MMMMd: "d. MMMM", yMMMd: "d.M.y", yMMMMd: "d. MMMM y", Ed: "EEE d.", MMMMEd: "EEE d. MMMM", yMMMMEd: "EEE d. MMMM y", MMMEEEEd: "cccc d.M.", MMMMEEEEd: "cccc d. MMMM", yMMMMEEEEd: "EEEE d. MMMM y", full: "cccc d. MMMM y", short: "d.M.y", ms: "m.ss", Hms: "H.mm.ss", hms: "h.mm.ss a", byfull: "# klo @", bylong: "# klo @", bymedium: "# klo @", byshort: "# klo @", symbols: "AUDAUD BRLBRL CADCAD CNYCNY HKDHKD ILSILS INRINR JPY¥ KRWKRW MXNMXN NZDNZD TWDTWD USD$ VNDVND XCDXCD XPFXPF", narrow: "AOAAOA ARSARS AUDAUD BAMBAM BBDBBD BDTBDT BMDBMD BNDBND BOBBOB BSDBSD BWPBWP BYNBYN BZDBZD CADCAD CLPCLP CNYCNY COPCOP CRCCRC CUCCUC CUPCUP CZKCZK DKKDKK DOPDOP EGPEGP FJDFJD FKPFKP GELGEL GIPGIP GNFGNF GTQGTQ GYDGYD HKDHKD HNLHNL HRKHRK HUFHUF IDRIDR ISKISK JMDJMD KHRKHR KMFKMF KPWKPW KYDKYD KZTKZT LAKLAK LBPLBP LKRLKR LRDLRD MGAMGA MMKMMK MNTMNT MURMUR MXNMXN MYRMYR NADNAD NGNNGN NIONIO NOKNOK NPRNPR NZDNZD PHPPHP PKRPKR PLNPLN PYGPYG RONRON RWFRWF SBDSBD SEKSEK SGDSGD SHPSHP SRDSRD SSPSSP STNSTD SYPSYP THBTHB TOPTOP TRYTRY TTDTTD UAHUAH UYUUYU XCDXCD ZARZAR ZMWZMW" },
    "ru": { group: " ", nan: "не число", percent: "# %", M4: "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря", L4: "январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь", E4: "воскресенье|понедельник|вторник|среда|четверг|пятница|суббота", M3: "янв.|февр.|мар.|апр.|мая|июн.|июл.|авг.|сент.|окт.|нояб.|дек.", L3: "янв.|февр.|март|апр.|май|июнь|июль|авг.|сент.|окт.|нояб.|дек.", E3: "вс|пн|вт|ср|чт|пт|сб", M5: "Я|Ф|М|А|М|И|И|А|С|О|Н|Д", E5: "В|П|В|С|Ч|П|С", MMM: "LLL", Md: "dd.MM", yM: "MM.y", yMd: "dd.MM.y", MMMd: "d MMM", yMMM: "LLL y г.", yMMMd: "d MMM y г.", MMMMM: "MMMMM", short: "dd.MM.y", H: "H", byfull: "# в @", bylong: "# в @", symbols: "JPY¥ RUB₽ THB฿ TMTТМТ UAH₴ USD$ XCGCg", narrow: "GELლ" },
    "uk": { group: " ", a: "дп|пп", M4: "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня", L4: "січень|лютий|березень|квітень|травень|червень|липень|серпень|вересень|жовтень|листопад|грудень", E4: "неділя|понеділок|вівторок|середа|четвер|пʼятниця|субота", M3: "січ.|лют.|бер.|квіт.|трав.|черв.|лип.|серп.|вер.|жовт.|лист.|груд.", E3: "нд|пн|вт|ср|чт|пт|сб", M5: "с|л|б|к|т|ч|л|с|в|ж|л|г", L5: "С|Л|Б|К|Т|Ч|Л|С|В|Ж|Л|Г", E5: "Н|П|В|С|Ч|П|С", M: "MM", MMMM: "LLLL", Md: "dd.MM", yM: "MM.y", yMd: "dd.MM.y", MMd: "dd.MM", Mdd: "dd.MM", MMMd: "d MMM", yMMM: "MMM y р.", yMMd: "dd.MM.y", yMdd: "dd.MM.y", yMMMd: "d MMM y р.", yMMMM: "LLLL y р.", MMMMM: "LLLLL", H: "H", byfull: "# о @", bylong: "# о @", symbols: "AUDAUD BRLBRL CADCAD CNYCNY EUREUR GBPGBP HKDHKD ILSILS INRINR JPY¥ KRWKRW MXNMXN NZDNZD TWDTWD UAH₴ USDUSD VNDVND XCDXCD", narrow: "BRLR$ EUR€ GBP£ ILS₪ INR₹ KRW₩ RONlei TWD$ VND₫" },
    "tr": { money: "¤#", percent: "%#", a: "ÖÖ|ÖS", M4: "Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık", E4: "Pazar|Pazartesi|Salı|Çarşamba|Perşembe|Cuma|Cumartesi", M3: "Oca|Şub|Mar|Nis|May|Haz|Tem|Ağu|Eyl|Eki|Kas|Ara", E3: "Paz|Pzt|Sal|Çar|Per|Cum|Cmt", M5: "O|Ş|M|N|M|H|T|A|E|E|K|A", E5: "P|P|S|Ç|P|C|C", E_: "# EEE", Md: "d/M", yM: "MM/y", yMd: "dd.MM.y", yMM: "MM.y", MMMd: "d MMM", yMMM: "MMM y", yMdd: "dd.MM.y", yMMMd: "d MMM y", yMEd: "d.M.y EEE", short: "d.MM.y", hms: "a h:mm:ss", byfull: "# @", bylong: "# @", bymedium: "# @", byshort: "# @", symbols: "AUDAU$ JPY¥ THB฿ TRY₺ USD$" },
    "ja": { point: ".", group: ",", money: "¤#", a: "午前|午後", E4: "日曜日|月曜日|火曜日|水曜日|木曜日|金曜日|土曜日", E3: "日|月|火|水|木|金|土", E5: "日|月|火|水|木|金|土", E_: "#(EEE)", y: "y年", d: "d日", M: "M月", MMM: "M月", Md: "M/d", yM: "y/M", yMd: "y/M/d", MMMd: "M月d日", yMMM: "y年M月", yMMMd: "y年M月d日", EEEEd: "d日EEEE", MEEEEd: "M/dEEEE", yMEEEEd: "y/M/dEEEE", MMMEEEEd: "M月d日EEEE", yMMMEEEEd: "y年M月d日EEEE", EEEEE: "EEE", medium: "y/MM/dd", short: "y/MM/dd", Hms: "H:mm:ss", H: "H時", hms: "aK:mm:ss", h: "aK時", "E@": "@ (EEE)", byfull: "# @", bylong: "# @", bymedium: "# @", byshort: "# @", symbols: "CNY元 JPY￥ USD$ XCGCg", narrow: "CNY￥ JPY￥ RONレイ TWD$" },
    "zh": { point: ".", group: ",", money: "¤#", a: "上午|下午", L4: "一月|二月|三月|四月|五月|六月|七月|八月|九月|十月|十一月|十二月", E4: "星期日|星期一|星期二|星期三|星期四|星期五|星期六", L3: "1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月", E3: "周日|周一|周二|周三|周四|周五|周六", L5: "1|2|3|4|5|6|7|8|9|10|11|12", E5: "日|一|二|三|四|五|六", E_: "#EEE", y: "y年", d: "d日", M: "M月", MMM: "LLL", Md: "M/d", yM: "y/M", yMd: "y/M/d", yMM: "y年M月", MMMd: "M月d日", yMMM: "y年M月", yMMMd: "y年M月d日", MMMMM: "M", yMEEEEd: "y年M月d日EEEE", short: "y/M/d", H: "H时", hms: "ah:mm:ss", h: "ah时", "E@": "EEE@", byfull: "# @", bylong: "# @", bymedium: "# @", byshort: "# @", symbols: "AUDAU$ CNY¥", narrow: "RONlei" }
  };

  // sdk/js/models/locale_options.ts
  var kept = /* @__PURE__ */ new Map();
  function rowOf(name) {
    let found = kept.get(name);
    if (!found) {
      const own = bare(rows[name]);
      const above = name === "root" ? bare() : rowOf(own.of || "root");
      found = bare(above, own);
      for (const list3 of ["narrow", "symbols"]) {
        found[list3] = [own[list3], above[list3]].filter((text5) => text5).join(" ");
      }
      kept.set(name, found);
    }
    return found;
  }
  var bare = (...of) => Object.assign(/* @__PURE__ */ Object.create(null), ...of);
  var tag = /^([a-z]{2,3}|[a-z]{5,8})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?((?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)((?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*)(?:-x(?:-[a-z\d]{1,8})+)?$/i;
  function known2(asked) {
    const parts3 = asked.length > 100 ? null : tag.exec(asked);
    if (!parts3) {
      throw new RangeError(`toLocaleString: "${asked.slice(0, 100)}" is no locale like en-US`);
    }
    if (parts3[5]) {
      throw new RangeError(
        `toLocaleString: locale "${asked}": what stands after "${parts3[5].slice(1, 2)}" isn't there; use the options`
      );
    }
    const language2 = parts3[1].toLowerCase();
    const region = (parts3[3] || (/^hant$/i.test(parts3[2] || "") ? "TW" : "")).toUpperCase();
    if (hasOwn(rows, `${language2}-${region}`)) {
      return `${language2}-${region}`;
    }
    const found = near.find(
      ([of, regions]) => of === language2 && (regions === "" || region !== "" && (regions === "*" || regions.includes(region)))
    );
    const name = found ? found[2] : language2;
    return hasOwn(rows, name) ? name : void 0;
  }
  function listed(locales) {
    if (locales === void 0) {
      return [];
    }
    if (locales === null) {
      throw new TypeError("toLocaleString: a locale is a text like en-US, or a list of such");
    }
    const list3 = typeof locales === "object" ? locales : [locales];
    const tags = [];
    for (let i = 0; i < list3.length; i++) {
      if (typeof list3[i] !== "string" && (typeof list3[i] !== "object" || list3[i] === null)) {
        throw new TypeError("toLocaleString: a locale is a text like en-US, or a list of such");
      }
      tags.push(String(list3[i]));
    }
    return tags;
  }
  function row(locales, options) {
    const name = listed(locales).map(known2).find((found) => found !== void 0) || "en";
    if (options === null) {
      throw new TypeError("toLocaleString: options are an object");
    }
    return [rowOf(name), options === void 0 ? /* @__PURE__ */ Object.create(null) : Object(options)];
  }
  function choice(options, name, words2) {
    return maybe(options, name, words2) || words2[0];
  }
  function maybe(options, name, words2) {
    const value = options[name];
    if (value === void 0) {
      return void 0;
    }
    const text5 = `${value}`;
    if (!words2.includes(text5)) {
      throw new RangeError(`toLocaleString: ${name} "${text5}" isn't there; there are ${words2.join(", ")}`);
    }
    return text5;
  }
  function whole(options, name, low, high) {
    const value = options[name];
    if (value === void 0) {
      return void 0;
    }
    const n = Number(value);
    if (!(n >= low && n <= high)) {
      throw new RangeError(`toLocaleString: ${name} is a number from ${low} to ${high}, not ${String(value)}`);
    }
    return Math.floor(n);
  }
  function refused(options, only) {
    for (const name of Object.keys(only)) {
      const value = options[name];
      if (value !== void 0 && String(value) !== String(only[name])) {
        throw new RangeError(
          `toLocaleString: ${name} "${String(value)}" isn't there${only[name] === void 0 ? "" : `; there is ${only[name]}`}`
        );
      }
    }
  }

  // sdk/js/models/locale_dates.ts
  function pattern(of, key2) {
    if (of[key2] !== void 0) {
      return of[key2];
    }
    for (const long2 of [/E{5}/, /M{4,5}/, /E{4}/]) {
      const [found] = long2.exec(key2) || [""];
      if (found) {
        const same = found[0] === "E" ? /E+|c+/ : /M{3,}|L{3,}/;
        return pattern(of, key2.replace(found, found[0] === "E" ? "E" : "MMM")).replace(
          same,
          (letters) => letters[0].repeat(found.length)
        );
      }
    }
    const [, year, month, day] = /^(y?)(MM?)(d{0,2})$/.exec(key2) || [];
    if (month === "MM" || day === "dd") {
      return pattern(of, `${year}M${day.slice(0, 1)}`).replace(/M+|L+/, month).replace(/d+/, day);
    }
    if (key2.includes("E") && key2 !== "E") {
      const rest = pattern(of, key2.replace("E", ""));
      return rest && of.E_.replace("#", () => rest);
    }
    if (/^t(m?s?)$/.test(key2)) {
      return pattern(of, key2.replace("t", of.twelve ? "h" : "H"));
    }
    if (/^with/.test(key2)) {
      return pattern(of, key2.replace("with", "by"));
    }
    switch (key2) {
      case "full":
        return pattern(of, "yMMMMEEEEd");
      case "long":
        return pattern(of, "yMMMMd");
      case "medium":
        return pattern(of, "yMMMd");
      case "short":
        return pattern(of, "yMd").replace(/y+/, "yy");
      case "time":
        return pattern(of, "tms");
      case "clock":
        return pattern(of, "tm");
      case "hm":
      case "Hm":
        return pattern(of, `${key2}s`).replace(/.ss/, "");
      case "h":
      case "H":
        return pattern(of, `${key2}m`).replace(/.mm/, "");
    }
    return "";
  }
  var fields = /'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+/g;
  var two2 = (n) => String(n).padStart(2, "0");
  function filled2(of, text5, at, wide) {
    const number = (n, letters, name) => (wide[name] || letters.length) === 2 ? two2(n) : String(n);
    const other = { L: "M", M: "L", c: "E", E: "c", a: "a" };
    const named3 = (list3, i) => (of[list3] || of[other[list3[0]] + list3.slice(1)]).split("|")[i];
    const year = at.year > 0 ? at.year : 1 - at.year;
    return text5.replace(fields, (letters, quoted, letter) => {
      switch (letter) {
        case void 0:
          return quoted === void 0 ? letters : quoted;
        case "y":
          return letters === "yy" || wide.year === 2 ? two2(year % 100) : String(year);
        case "M":
        case "L":
          return letters.length < 3 ? number(at.month + 1, letters, "month") : named3(letter + letters.length, at.month);
        case "d":
          return number(at.day, letters, "day");
        case "E":
        case "c":
          return named3(letter + Math.max(3, letters.length), at.weekday);
        case "a":
          return named3("a", at.hour < 12 ? 0 : 1);
        case "H":
          return number(at.hour, letters, "hour");
        case "h":
          return number(at.hour % 12 || 12, letters, "hour");
        case "K":
          return number(at.hour % 12, letters, "hour");
        case "m":
          return number(at.minute, letters, "");
        default:
          return number(at.second, letters, "");
      }
    });
  }
  function cycle(options) {
    const by = maybe(options, "hourCycle", ["h12", "h23"]);
    if (options.hour12 !== void 0) {
      return options.hour12 ? "h" : "H";
    }
    return by === void 0 ? "t" : by === "h12" ? "h" : "H";
  }
  var numeric = ["numeric", "2-digit"];
  var words = ["long", "short", "narrow"];
  var parts2 = [
    ["weekday", words],
    ["year", numeric],
    ["month", [...numeric, ...words]],
    ["day", numeric],
    ["hour", numeric],
    ["minute", numeric],
    ["second", numeric]
  ];
  var ofDate = ["weekday", "year", "month", "day"];
  var ofTime = ["hour", "minute", "second"];
  function styled(of, options, needs, asked, letter) {
    const date = maybe(options, "dateStyle", ["full", "long", "medium", "short"]);
    const time = maybe(options, "timeStyle", ["medium", "short"]);
    if (date === void 0 && time === void 0) {
      return void 0;
    }
    const [part] = Object.keys(asked);
    if (part) {
      throw new TypeError(`toLocaleString: ${part} can't stand beside dateStyle or timeStyle`);
    }
    if (needs === "date" && time || needs === "time" && date) {
      throw new TypeError(
        needs === "date" ? "toLocaleDateString: timeStyle is for times" : "toLocaleTimeString: dateStyle is for dates"
      );
    }
    const own = time === "medium" ? "time" : "clock";
    const clock = time === void 0 ? "" : letter === "t" ? own : letter + (time === "medium" ? "ms" : "m");
    const wide = Object.assign(/* @__PURE__ */ Object.create(null), { hour: /HH|hh/.test(pattern(of, own)) ? 2 : 1 });
    return { date: date || "", time: clock, glue: `by${date || ""}`, wide };
  }
  function named2(options) {
    const found = /* @__PURE__ */ Object.create(null);
    for (const [name, values2] of parts2) {
      const value = maybe(options, name, values2);
      if (value !== void 0) {
        found[name] = value;
      }
    }
    return found;
  }
  function whole2(found, needs) {
    const wanted = [...needs === "time" ? [] : ofDate, ...needs === "date" ? [] : ofTime];
    if (!wanted.some((name) => found[name] !== void 0)) {
      wanted.filter((name) => name !== "weekday").forEach((name) => found[name] = "numeric");
    }
    return found;
  }
  function composed(of, found, letter) {
    const bare2 = !found.weekday && (found.month === "numeric" || found.month === "2-digit");
    const wide = /* @__PURE__ */ Object.create(null);
    for (const name of bare2 ? ["year", "hour"] : ["year", "month", "day", "hour"]) {
      wide[name] = found[name] === "2-digit" ? 2 : void 0;
    }
    if (found.hour === "numeric" && !(of.twelve && letter === "H") && /^(2-digit)+$/.test((found.minute || "") + (found.second || ""))) {
      wide.hour = 1;
    }
    const month = { numeric: "M", "2-digit": bare2 ? "MM" : "M", short: "MMM", long: "MMMM", narrow: "MMMMM" };
    const week = { short: "E", long: "EEEE", narrow: "EEEEE" };
    const letters = found.month ? month[found.month] : "";
    if (found.day ? found.year && !letters : found.weekday && (found.year || letters)) {
      throw new RangeError(
        `toLocaleString: ${Object.keys(found).join(" and ")} can't be written without ${found.day ? "month" : "day"}`
      );
    }
    const date = (found.year ? "y" : "") + letters + (found.weekday ? week[found.weekday] : "") + (found.day ? bare2 && found.day === "2-digit" ? "dd" : "d" : "");
    const time = (found.hour ? letter : "") + (found.minute ? "m" : "") + (found.second ? "s" : "");
    const glue = letters === "MMMM" ? found.weekday ? "full" : "long" : letters === "MMM" ? "medium" : "short";
    return { date, time, glue: `with${glue}`, wide };
  }
  function dateText(read2, never, zone, needs, locales, given2) {
    const [locale2, options] = row(locales, given2);
    refused(options, {
      calendar: "gregory",
      numberingSystem: "latn",
      era: void 0,
      dayPeriod: void 0,
      fractionalSecondDigits: void 0,
      timeZoneName: void 0
    });
    choice(options, "formatMatcher", ["best fit", "basic"]);
    const letter = cycle(options);
    const exact = options.hour12 === void 0 && options.hourCycle === "h12";
    const utc = isUTC(options.timeZone, zone);
    const found = named2(options);
    const ask = styled(locale2, options, needs, found, letter) || composed(locale2, whole2(found, needs), letter);
    if (never) {
      return "Invalid Date";
    }
    const at = read2(utc);
    const write = (key2) => {
      const text5 = pattern(locale2, key2).replace("K", exact ? "h" : "K");
      if (text5 === "") {
        throw new RangeError(
          `toLocaleString: ${Object.keys(found).join(" and ")} can't be written without what stands between`
        );
      }
      return filled2(locale2, text5, at, ask.wide);
    };
    if (ask.date === "" || ask.time === "") {
      return write(ask.date || ask.time);
    }
    if (/^E+$/.test(ask.date)) {
      return write(`${ask.date}@`).replace("@", () => write(ask.time));
    }
    const [date, time] = [write(ask.date), write(ask.time)];
    return pattern(locale2, ask.glue).replace(/[#@]/g, (mark) => mark === "#" ? date : time);
  }
  function isUTC(asked, zone) {
    if (asked === void 0) {
      return false;
    }
    const name = String(asked);
    if (zone !== void 0 && name.toLowerCase() === zone.toLowerCase()) {
      return false;
    }
    if (name.toUpperCase() !== "UTC") {
      throw new RangeError(
        `toLocaleString: timeZone "${name}" isn't there; there ${zone ? `are the shop's, ${zone}, and UTC` : "is UTC"}`
      );
    }
    return true;
  }

  // sdk/js/models/locale_numbers.ts
  function digitsOf(n, places) {
    const [, head, tail2 = "", power = "0"] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(n));
    const all = head + tail2;
    const text5 = all.replace(/^0+/, "");
    return {
      text: text5.replace(/0+$/, ""),
      point: text5 === "" ? 0 : head.length + Number(power) + places - (all.length - text5.length)
    };
  }
  function rounded({ text: text5, point }, keep) {
    if (keep >= text5.length) {
      return { text: text5, point };
    }
    let kept2 = keep > 0 ? text5.slice(0, keep) : "";
    if (keep >= 0 && text5[keep] >= "5") {
      const nines = /9*$/.exec(kept2)[0].length;
      const stays = kept2.slice(0, kept2.length - nines);
      if (stays === "") {
        return { text: "1", point: point + 1 };
      }
      kept2 = stays.slice(0, -1) + String(Number(stays[stays.length - 1]) + 1);
    }
    kept2 = kept2.replace(/0+$/, "");
    return { text: kept2, point: kept2 === "" ? 0 : point };
  }
  var minor = [
    [0, /^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|X[AO]F|XPF)$/],
    [3, /^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$/],
    [4, /^(CLF|UYW)$/]
  ];
  function limits(options, least, most) {
    const found = {
      whole: whole(options, "minimumIntegerDigits", 1, 21) || 1,
      least,
      most,
      significant: void 0
    };
    const [low, high] = [
      whole(options, "minimumFractionDigits", 0, 100),
      whole(options, "maximumFractionDigits", 0, 100)
    ];
    const [few, many] = [
      whole(options, "minimumSignificantDigits", 1, 21),
      whole(options, "maximumSignificantDigits", 1, 21)
    ];
    if (few !== void 0 || many !== void 0) {
      found.significant = [few || 1, many || 21];
      ordered("SignificantDigits", found.significant[0], found.significant[1]);
    } else if (low !== void 0 || high !== void 0) {
      found.least = low === void 0 ? Math.min(least, high) : low;
      found.most = high === void 0 ? Math.max(most, low) : high;
      ordered("FractionDigits", found.least, found.most);
    }
    return found;
  }
  function ordered(of, low, high) {
    if (low > high) {
      throw new RangeError(`toLocaleString: minimum${of} ${low} is more than maximum${of} ${high}`);
    }
  }
  function written2(of, { whole: wide, least, most, significant }) {
    const { text: text5, point } = rounded(of, significant ? significant[1] : of.point + most);
    const head = point > 0 ? text5.slice(0, point).padEnd(point, "0") : "0";
    const tail2 = text5 === "" ? "" : point > 0 ? text5.slice(point) : "0".repeat(-point) + text5;
    const shown = text5 === "" ? 1 : point;
    const places = significant ? Math.max(0, significant[0] - shown) : least;
    return [head.padStart(wide, "0"), tail2.padEnd(places, "0")];
  }
  function grouped(text5, separator, least, size) {
    if (text5.length < 3 + least) {
      return text5;
    }
    const groups = [text5.slice(-3)];
    for (let end = text5.length - 3; end > 0; end -= size) {
      groups.unshift(text5.slice(Math.max(0, end - size), end));
    }
    return groups.join(separator);
  }
  function symbol(of, code, display) {
    if (display === "code") {
      return code;
    }
    for (const list3 of display === "narrowSymbol" ? [of.narrow, of.symbols] : [of.symbols]) {
      const at = ` ${list3}`.indexOf(` ${code}`);
      if (at >= 0) {
        return list3.slice(at + 3).split(" ")[0].replace(/_/g, " ");
      }
    }
    return code;
  }
  var sign = /[$£¥¢¤\u20a0-\u20cf\u0e3f\u17db\u09f3\u058f\u060b\ufdfc\uffe0-\uffe6\s]/;
  function withCurrency(pattern2, text5, digits) {
    const apart = (edge) => digits && !sign.test(edge) ? " " : "";
    return pattern2.replace("¤#", () => `${text5}${apart(text5[text5.length - 1])}#`).replace("#¤", () => `#${apart(text5[0])}${text5}`).replace("¤", () => text5);
  }
  function signOf(display, negative, zero2, nan) {
    if (display === "never" || display === "exceptZero" && (zero2 || nan) || display === "negative" && zero2) {
      return "";
    }
    return negative ? "-" : display === "always" || display === "exceptZero" ? "+" : "";
  }
  function separation(options, least) {
    const asked = options.useGrouping;
    switch (asked) {
      case void 0:
      case "auto":
      case "true":
      case "false":
        return least;
      case "always":
      case true:
        return 1;
      case "min2":
        return 2;
    }
    if (asked) {
      throw new RangeError(
        `toLocaleString: useGrouping ${String(asked)} isn't known; there are true, false, always, auto, min2`
      );
    }
    return 0;
  }
  function currencyOf(options, style) {
    if (options.currency === void 0) {
      if (style === "currency") {
        throw new TypeError("toLocaleString: style currency needs the option currency, like EUR");
      }
      return "";
    }
    const code = String(options.currency).toUpperCase();
    if (!/^[A-Z]{3}$/.test(code)) {
      throw new RangeError(`toLocaleString: currency "${code}" is no code of three letters like EUR`);
    }
    return code;
  }
  function numberText(n, locales, asked) {
    const [locale2, options] = row(locales, asked);
    refused(options, {
      notation: "standard",
      currencySign: "standard",
      roundingMode: "halfExpand",
      roundingIncrement: 1,
      roundingPriority: "auto",
      numberingSystem: "latn"
    });
    const style = choice(options, "style", ["decimal", "percent", "currency"]);
    const code = currencyOf(options, style);
    const display = choice(options, "currencyDisplay", ["symbol", "narrowSymbol", "code"]);
    const signs = choice(options, "signDisplay", ["auto", "always", "never", "exceptZero", "negative"]);
    const strip = choice(options, "trailingZeroDisplay", ["auto", "stripIfInteger"]) === "stripIfInteger";
    const money = style === "currency";
    const places = money ? (minor.find(([, codes]) => codes.test(code)) || [2])[0] : 0;
    const limit = limits(options, places, money ? places : style === "percent" ? 0 : 3);
    const least = separation(options, locale2.least);
    const finite2 = Number.isFinite(n);
    let text5 = Number.isNaN(n) ? locale2.nan : "∞";
    let zero2 = false;
    if (finite2) {
      const [head, tail2] = written2(digitsOf(Math.abs(n), style === "percent" ? 2 : 0), limit);
      zero2 = /^0*$/.test(head + tail2);
      text5 = least === 0 ? head : grouped(head, money && locale2.moneyGroup || locale2.group, least, locale2.size);
      if (tail2 !== "" && !(strip && /^0*$/.test(tail2))) {
        text5 += (money && locale2.moneyPoint || locale2.point) + tail2;
      }
    }
    const shown = signOf(signs, n < 0 || Object.is(n, -0), zero2, Number.isNaN(n));
    let pattern2 = money ? locale2.money : style === "percent" ? locale2.percent : "#";
    if (shown !== "") {
      const negative = money ? locale2.debt : style === "percent" ? locale2.less : void 0;
      pattern2 = (negative === void 0 ? `-${pattern2}` : negative).replace(
        "-",
        () => shown === "-" ? locale2.minus : "+"
      );
    }
    if (money) {
      pattern2 = withCurrency(pattern2, symbol(locale2, code, display), finite2);
    }
    return pattern2.replace("#", () => text5);
  }

  // sdk/js/models/locale.ts
  function localise(scope, zone) {
    const { Number: numbers2, Date: dates2, Array: arrays } = scope;
    put(numbers2.prototype, numberFunctions(numbers2.prototype.valueOf));
    put(dates2.prototype, dateFunctions(dates2.prototype, zone));
    put(arrays.prototype, arrayFunctions());
  }
  function put(on2, functions) {
    for (const [name, value] of Object.entries(functions)) {
      Object.defineProperty(on2, name, { value, configurable: true, writable: true });
    }
  }
  var numberFunctions = (numberOf) => ({
    toLocaleString(locales, options) {
      return numberText(numberOf.call(this), locales, options);
    }
  });
  function dateFunctions(proto2, zone) {
    const { getTime } = proto2;
    const local = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds"].map((part) => [
      proto2[`get${part}`],
      proto2[`getUTC${part}`]
    ]);
    const text5 = (at, needs, locales, options) => {
      const read2 = (utc) => {
        const [year, month, day, weekday, hour, minute, second] = local.map((get) => get[utc ? 1 : 0].call(at));
        return { year, month, day, weekday, hour, minute, second };
      };
      return dateText(read2, Number.isNaN(getTime.call(at)), zone, needs, locales, options);
    };
    return {
      toLocaleString(locales, options) {
        return text5(this, "any", locales, options);
      },
      toLocaleDateString(locales, options) {
        return text5(this, "date", locales, options);
      },
      toLocaleTimeString(locales, options) {
        return text5(this, "time", locales, options);
      }
    };
  }
  function arrayFunctions() {
    const under2 = [];
    return {
      toLocaleString(locales, options) {
        const list3 = Object(this);
        if (under2.includes(list3)) {
          return "";
        }
        under2.push(list3);
        try {
          let all = "";
          for (let i = 0, length = Number(list3.length) || 0; i < length; i++) {
            const item = list3[i];
            all += (i > 0 ? "," : "") + (item === void 0 || item === null ? "" : String(item.toLocaleString(locales, options)));
          }
          return all;
        } finally {
          under2.pop();
        }
      }
    };
  }

  // sdk/js/models/browser.ts
  var language = /^(Object|Array|String|Number|Boolean|Symbol|Math|JSON|Date|RegExp|Map|Set|WeakMap|WeakSet|Promise|Proxy|Reflect|(\w*Error)|parseInt|parseFloat|isNaN|isFinite|NaN|Infinity|undefined|(en|de)codeURI(Component)?|console|arguments|Intl)$/;
  function open(definition, prepare, putLine = () => void 0) {
    const names2 = {};
    const chain = createChain({
      settings: definition.config,
      scope: names2,
      view,
      ...definition.lines && { putLine },
      ...definition.storage && { storage: nothingStored },
      ...definition.effects && { effect() {
      } }
    });
    if (prepare) {
      prepare(chain);
    }
    Object.assign(names2, chain.globals);
    const scope = new Proxy(names2, {
      has: (_, key2) => typeof key2 === "string" && !language.test(key2) && !key2.startsWith("__mt_"),
      get: (target, key2) => {
        if (typeof key2 !== "string") {
          return void 0;
        }
        return hasOwn(target, key2) ? target[key2] : target[key2] = chain.standIn(key2);
      }
    });
    const failed = [];
    for (const file of definition.files) {
      try {
        if (file.module) {
          chain.define(`./${file.path}`, (...args) => file.run(...args, chain.imported, scope));
        } else {
          file.run.call(scope, scope);
        }
      } catch (error) {
        failed.push({ name: file.path, error });
      }
    }
    const loaders2 = {};
    for (const name of definition.files.flatMap((file) => file.loaders)) {
      loaders2[name] = names2[name];
    }
    return { chain, failed: failed.concat(chain.finish(loaders2)) };
  }
  function view(keys3, read2) {
    const made2 = {};
    for (const key2 of keys3) lazy(made2, key2, read2);
    return made2;
  }
  function lazy(made2, key2, read2, enumerable = true) {
    const set2 = (value) => {
      Object.defineProperty(made2, key2, { value, writable: true, enumerable, configurable: true });
    };
    Object.defineProperty(made2, key2, {
      enumerable,
      configurable: true,
      get: () => {
        set2(read2(key2));
        return made2[key2];
      },
      set: set2
    });
  }

  // sdk/js/models/index.ts
  function createChain(env) {
    const host = new Host(env);
    const loaders2 = new Loaders(host);
    return {
      globals: globals(host, loaders2),
      host,
      define: (name, run) => host.modules.define(name, run),
      imported,
      standIn: (name) => host.modules.unknown(name),
      isStandIn,
      finish: (functions) => {
        host.modules.finish();
        loaders2.finish(functions);
        if (host.modules.waiting === 0) {
          host.registries.seal();
        }
        return host.modules.failed;
      },
      settle: () => host.registries.seal(),
      run: (call) => host.run(call),
      overrides: (model, method) => host.overrides(model, method),
      texts: (model, method) => host.texts(model, method),
      watch: watchStandIns
    };
  }
  return __toCommonJS(index_exports);
})();
