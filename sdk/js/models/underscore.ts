import { isAnyList, isEmptyList, isStandIn } from "./standin";
import { sprintf } from "./sprintf";
import { copied } from "./storage";
import { type Any, type Dict, hasOwn } from "./types";

type Test = Any;

/** values are the items of an array, of a collection, or of an object. */
function values(of: Any): Any[] {
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
  return Object.keys(of).map((key) => of[key]);
}

/** keysOf go with values. */
function keysOf(of: Any): Any[] {
  const plain =
    of && typeof of === "object" && !Array.isArray(of) && !Array.isArray(of.models) && typeof of.length !== "number";
  return plain && !isStandIn(of) ? Object.keys(of) : values(of).map((_, i) => i);
}

/** test makes a function of what underscore takes for one. */
function test(by: Test, context?: Any): (item: Any, key?: Any, of?: Any) => Any {
  if (typeof by === "function") {
    return context === undefined ? by : by.bind(context);
  }
  if (by && typeof by === "object") {
    return (item) => item && Object.keys(by).every((key) => item[key] === by[key]);
  }
  return by === undefined ? (item) => item : (item) => item && item[by];
}

function eachOf(of: Any, by: Test, context?: Any): Any {
  const keys = keysOf(of);
  const call = test(by, context);
  values(of)
    .slice()
    .forEach((value, i) => call(value, keys[i], of));
  return of;
}

function pick(of: Any, by: Test, context: Any, want: boolean): Any[] {
  if (isAnyList(of) || isEmptyList(of)) {
    return of;
  }
  const keys = keysOf(of);
  const call = test(by, context);
  return values(of).filter((value, i) => !!call(value, keys[i], of) === want);
}

function findOf(of: Any, by: Test, context?: Any): Any {
  if (isAnyList(of) || isEmptyList(of)) {
    return of[0];
  }
  if (isStandIn(of)) {
    return of.find(by); // whoever it is, nobody here knows them
  }
  const call = test(by, context);
  return values(of).find((value, i) => call(value, keysOf(of)[i], of));
}

function mapOf(of: Any, by: Test, context?: Any): Any[] {
  const keys = keysOf(of);
  const call = test(by, context);
  return values(of).map((value, i) => call(value, keys[i], of));
}

function uniqOf(of: Any, sorted?: Any, by?: Test): Any[] {
  const call = test(typeof sorted === "boolean" ? by : sorted);
  const seen: Any[] = [];
  return values(of).filter((value) => {
    const mark = call(value);
    return !seen.includes(mark) && seen.push(mark) > 0;
  });
}

function extendOf(target: Any, ...sources: Any[]): Any {
  for (const source of sources) {
    for (const key in source && !isStandIn(source) ? source : {}) {
      target[key] = source[key];
    }
  }
  return target;
}

function groupOf(of: Any, by: Test, put: (groups: Dict, key: string, value: Any) => void): Dict {
  const groups: Dict = {};
  const call = test(by);
  values(of).forEach((value) => put(groups, String(call(value)), value));
  return groups;
}

function sortByOf(of: Any, by: Test): Any[] {
  const call = test(by);
  return values(of)
    .map((value) => ({ value, by: call(value) }))
    .sort((a, b) => (a.by > b.by ? 1 : a.by < b.by ? -1 : 0))
    .map((entry) => entry.value);
}

function best(of: Any, by: Test, better: (a: number, b: number) => boolean, none: number): Any {
  const call = test(by);
  return values(of).reduce(
    (found, value) => (found.none || better(call(value), call(found.value)) ? { value } : found),
    { none: true, value: none },
  ).value;
}

const isEmpty = (of: Any): boolean =>
  of === null ||
  of === undefined ||
  (typeof of === "object" || typeof of === "string" ? values(of).length === 0 : true);

/** isEqual compares what JSON could hold. */
function isEqual(a: Any, b: Any): boolean {
  if (a === b || (a !== a && b !== b)) {
    return true;
  }
  if (!a || !b || typeof a !== "object" || typeof b !== "object" || Array.isArray(a) !== Array.isArray(b)) {
    return false;
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => hasOwn(b, key) && isEqual(a[key], b[key]));
}

/** onLists work on collections too. */
export const onLists: Dict = {
  each: eachOf,
  forEach: eachOf,
  map: mapOf,
  collect: mapOf,
  find: findOf,
  detect: findOf,
  filter: (of: Any, by: Test, context?: Any) => pick(of, by, context, true),
  select: (of: Any, by: Test, context?: Any) => pick(of, by, context, true),
  reject: (of: Any, by: Test, context?: Any) => pick(of, by, context, false),
  where: (of: Any, by: Dict) => pick(of, by, undefined, true),
  findWhere: (of: Any, by: Dict) => findOf(of, by),
  every: (of: Any, by: Test, context?: Any) => pick(of, by, context, false).length === 0,
  all: (of: Any, by: Test, context?: Any) => pick(of, by, context, false).length === 0,
  some: (of: Any, by: Test, context?: Any) => pick(of, by, context, true).length > 0,
  any: (of: Any, by: Test, context?: Any) => pick(of, by, context, true).length > 0,
  pluck: (of: Any, key: string) =>
    values(of).map((item) => (item && item.attributes && !(key in item) ? item.attributes[key] : item && item[key])),
  contains: (of: Any, item: Any) => values(of).includes(item),
  include: (of: Any, item: Any) => values(of).includes(item),
  includes: (of: Any, item: Any) => values(of).includes(item),
  reduce: (of: Any, by: Any, ...first: Any[]) => (values(of).reduce as Any)(by, ...first),
  inject: (of: Any, by: Any, ...first: Any[]) => (values(of).reduce as Any)(by, ...first),
  foldl: (of: Any, by: Any, ...first: Any[]) => (values(of).reduce as Any)(by, ...first),
  invoke: (of: Any, name: string, ...args: Any[]) => values(of).map((item) => item[name](...args)),
  without: (of: Any, ...items: Any[]) => values(of).filter((item) => !items.includes(item)),
  size: (of: Any) => values(of).length,
  isEmpty,
  toArray: (of: Any) => values(of).slice(),
  first: (of: Any, n?: number) => (n === undefined ? values(of)[0] : values(of).slice(0, n)),
  last: (of: Any, n?: number) => (n === undefined ? values(of)[values(of).length - 1] : values(of).slice(-n)),
  initial: (of: Any) => values(of).slice(0, -1),
  rest: (of: Any, n = 1) => values(of).slice(n),
  indexOf: (of: Any, item: Any) => values(of).indexOf(item),
  findIndex: (of: Any, by: Test) => values(of).findIndex(test(by)),
  findLastIndex: (of: Any, by: Test) => values(of).reduce((found, value, i) => (test(by)(value) ? i : found), -1),
  lastIndexOf: (of: Any, item: Any) => values(of).lastIndexOf(item),
  reduceRight: (of: Any, by: Any, ...first: Any[]) => (values(of).reduceRight as Any)(by, ...first),
  foldr: (of: Any, by: Any, ...first: Any[]) => (values(of).reduceRight as Any)(by, ...first),
  head: (of: Any, n?: number) => onLists.first(of, n),
  take: (of: Any, n?: number) => onLists.first(of, n),
  tail: (of: Any, n = 1) => values(of).slice(n),
  drop: (of: Any, n = 1) => values(of).slice(n),
  partition: (of: Any, by: Test, context?: Any) => [pick(of, by, context, true), pick(of, by, context, false)],
  shuffle: (of: Any) => sortByOf(of, () => Math.random()),
  sample: (of: Any) => values(of)[Math.floor(Math.random() * values(of).length)],
  sortBy: sortByOf,
  groupBy: (of: Any, by: Test) => groupOf(of, by, (all, key, value) => (all[key] = all[key] || []).push(value)),
  indexBy: (of: Any, by: Test) => groupOf(of, by, (all, key, value) => (all[key] = value)),
  countBy: (of: Any, by: Test) => groupOf(of, by, (all, key) => (all[key] = (all[key] || 0) + 1)),
  max: (of: Any, by: Test) => best(of, by, (a, b) => a > b, -Infinity),
  min: (of: Any, by: Test) => best(of, by, (a, b) => a < b, Infinity),
};
let counter = 0;

const onObjects: Dict = {
  keys: (of: Any) => (isStandIn(of) ? [] : Object.keys(of || {})),
  allKeys: (of: Any) => (isStandIn(of) ? [] : Object.keys(of || {})),
  values: (of: Any) => (isStandIn(of) ? [] : Object.keys(of || {}).map((key) => of[key])),
  pairs: (of: Any) => (isStandIn(of) ? [] : Object.entries(of || {})),
  object: (keys: Any[], of?: Any[]) =>
    keys.reduce((made, key, i) => extendOf(made, of ? { [key]: of[i] } : { [key[0]]: key[1] }), {}),
  extend: extendOf,
  assign: extendOf,
  defaults: (target: Any, ...sources: Any[]) => extendOf(target, ...sources.reverse(), { ...target }),
  clone: (of: Any) => (Array.isArray(of) ? of.slice() : of && typeof of === "object" ? extendOf({}, of) : of),
  pick: (of: Any, ...keys: Any[]) =>
    extendOf({}, ...keys.flat().map((key) => (of && key in of ? { [key]: of[key] } : {}))),
  omit: (of: Any, ...keys: Any[]) =>
    extendOf({}, ...Object.keys(of || {}).map((key) => (keys.flat().includes(key) ? {} : { [key]: of[key] }))),
  has: (of: Any, key: string) => of !== null && of !== undefined && hasOwn(of, key),
  isEqual,
  mapObject: (of: Any, by: Any) => onObjects.object(Object.keys(of || {}).map((key) => [key, by(of[key], key, of)])),
  findKey: (of: Any, by: Test) => Object.keys(of || {}).find((key) => test(by)(of[key], key, of)),
  invert: (of: Any) => onObjects.object(Object.keys(of || {}).map((key) => [of[key], key])),
  functions: (of: Any) =>
    Object.keys(of || {})
      .filter((key) => typeof of[key] === "function")
      .sort(),
  isMatch: (of: Any, by: Dict) => !!of && Object.keys(by).every((key) => of[key] === by[key]),
  isRegExp: (of: Any) => of instanceof RegExp,
  isError: (of: Any) => of instanceof Error,
  isElement: () => false,
  cloneDeep: copied,
  isArray: Array.isArray,
  isObject: (of: Any) => (typeof of === "object" && of !== null) || typeof of === "function",
  isFunction: (of: Any) => typeof of === "function",
  isString: (of: Any) => typeof of === "string",
  isNumber: (of: Any) => typeof of === "number",
  isBoolean: (of: Any) => typeof of === "boolean",
  isDate: (of: Any) => of instanceof Date,
  isNaN: (of: Any) => typeof of === "number" && of !== of,
  isFinite: (of: Any) => isFinite(of) && !isNaN(parseFloat(of)),
  isNull: (of: Any) => of === null,
  isUndefined: (of: Any) => of === undefined,
};

const onFunctions: Dict = {
  bind: (call: Any, context: Any, ...args: Any[]) => (typeof call === "function" ? call.bind(context, ...args) : call),
  bindAll: (of: Any, ...names: Any[]) => names.flat().forEach((name) => (of[name] = of[name].bind(of))),
  partial: (call: Any, ...args: Any[]) => call.bind(undefined, ...args),
  once: (call: Any) => {
    let done = false;
    let result: Any;
    return function (this: Any, ...args: Any[]) {
      result = done ? result : call.apply(this, args);
      done = true;
      return result;
    };
  },
  // There are no timers: what would run later doesn't.
  defer: () => undefined,
  delay: () => undefined,
  debounce: (call: Any) => call,
  throttle: (call: Any) => call,
  memoize: (call: Any) => call,
  wrap: (call: Any, by: Any) =>
    function (this: Any, ...args: Any[]) {
      return by.call(this, call.bind ? call.bind(this) : call, ...args);
    },
  compose: (...calls: Any[]) =>
    function (this: Any, ...args: Any[]) {
      return calls.reduceRight((passed, call) => [call.apply(this, passed)], args)[0];
    },
  after:
    (n: number, call: Any) =>
    (...args: Any[]) =>
      --n < 1 ? call(...args) : undefined,
  before:
    (n: number, call: Any) =>
    (...args: Any[]) =>
      --n > 0 ? call(...args) : undefined,
  negate:
    (call: Any) =>
    (...args: Any[]) =>
      !call(...args),
  property: (key: string) => (of: Any) => of && of[key],
  matcher: (by: Dict) => (of: Any) => onObjects.isMatch(of, by),
  tap: (value: Any, call: Any) => (call(value), value),
  random: (low: number, high?: number) => {
    const [from, to] = high === undefined ? [0, low] : [low, high];
    return from + Math.floor(Math.random() * (to - from + 1));
  },
  now: () => Date.now(),
  unescape: (text: Any) => String(text).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
  template: () => () => "",
  identity: (value: Any) => value,
  constant: (value: Any) => () => value,
  noop: () => undefined,
  times: (n: number, call: Any) => Array.from({ length: n }, (_, i) => call(i)),
  uniqueId: (prefix = "") => prefix + String(++counter),
  escape: (text: Any) => String(text).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`),
  result: (of: Any, key: string) => (of && typeof of[key] === "function" ? of[key]() : of && of[key]),
};

const onArrays: Dict = {
  uniq: uniqOf,
  unique: uniqOf,
  union: (...lists: Any[]) => uniqOf([].concat(...lists)),
  intersection: (list: Any, ...others: Any[]) =>
    uniqOf(list).filter((item) => others.every((other) => values(other).includes(item))),
  difference: (list: Any, ...others: Any[]) =>
    values(list).filter((item) => !others.some((other) => values(other).includes(item))),
  compact: (list: Any) => values(list).filter((item) => item),
  flatten: (list: Any, shallow?: boolean) => values(list).flat(shallow ? 1 : 32),
  zip: (...lists: Any[]) => values(lists[0]).map((_, i) => lists.map((list) => list[i])),
  range: (from: number, to?: number, step = 1) => {
    const [start, end] = to === undefined ? [0, from] : [from, to];
    return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, i) => start + i * step);
  },
};

const strings: Dict = {
  sprintf,
  vsprintf: (format: string, args: Any[]) => sprintf(format, ...args),
  trim: (text: Any) => String(text).trim(),
  strip: (text: Any) => String(text).trim(),
  startsWith: (text: Any, start: string) => String(text).startsWith(start),
  endsWith: (text: Any, end: string) => String(text).endsWith(end),
  include: (text: Any, part: string) => String(text).includes(part),
  contains: (text: Any, part: string) => String(text).includes(part),
  capitalize: (text: Any) => String(text).charAt(0).toUpperCase() + String(text).slice(1),
  isBlank: (text: Any) => String(text).trim() === "",
  pad: (text: Any, n: number, fill = " ", side = "left") =>
    side === "right" ? String(text).padEnd(n, fill) : String(text).padStart(n, fill),
  lpad: (text: Any, n: number, fill = " ") => String(text).padStart(n, fill),
  rpad: (text: Any, n: number, fill = " ") => String(text).padEnd(n, fill),
  truncate: (text: Any, n: number, end = "...") =>
    String(text).length > n ? String(text).slice(0, n) + end : String(text),
};

/** chainOf is _.chain(x)…value(), and _(x). */
function chainOf(value: Any, unchained: boolean): Dict {
  const wrapped: Dict = { value: () => value };
  for (const name of Object.keys(underscore)) {
    wrapped[name] = (...args: Any[]) => {
      const result = underscore[name](value, ...args);
      return unchained ? result : chainOf(result, false);
    };
  }
  wrapped.chain = () => chainOf(value, false);
  return wrapped;
}

/** underscore is the library's used part, really implemented. */
export const underscore: Any = function (value: Any): Dict {
  return chainOf(value, true);
};
Object.assign(underscore, onObjects, onFunctions, onArrays, onLists, { chain: (value: Any) => chainOf(value, false) });
underscore.str = strings;
underscore.mixin = (more: Dict): void => void Object.assign(underscore, more);
