//# natives that read an argument twice
//! padStart, lying twice
var n = 0; "x".padStart({valueOf: function () { return n++ ? 1e12 : 1; }});
//! padEnd, lying twice
var n = 0; "x".padEnd({valueOf: function () { return n++ ? 1e12 : 1; }});
//! repeat, lying twice
var n = 0; "xxxxxxxx".repeat({valueOf: function () { return n++ ? 2e9 : 1; }});
//! apply with a getter for a length
var n = 0; Reflect.apply(Math.max, null, {get length() { return n++ ? 4e9 : 1; }});
//! construct with a getter
var n = 0; Reflect.construct(Array, {get length() { return n++ ? 4e9 : 1; }});
//! apply of a function, with a lying length
var n = 0; (function () {}).apply(null, {get length() { return n++ ? 4e9 : 1; }});
//! a list from a lying length
var n = 0; Array.from({get length() { return n++ ? 4e9 : 2; }});
//! slice of a lying length
var n = 0; Array.prototype.slice.call({get length() { return n++ ? 4e9 : 2; }});
//! concat of a spreadable that lies
var a = {get length() { return 4e9; }}; a[Symbol.isConcatSpreadable] = true; [].concat(a);
//! join of a lying length
Array.prototype.join.call({length: 9007199254740991}, "x");
//! fill of a lying length
Array.prototype.fill.call({length: 9007199254740991}, 1);
//! reverse of a lying length
Array.prototype.reverse.call({length: 9007199254740991});
//! indexOf in a lying length
Array.prototype.indexOf.call({length: 9007199254740991}, 1);
//! includes in a lying length
Array.prototype.includes.call({length: 9007199254740991}, 1);
//! lastIndexOf in a lying length
Array.prototype.lastIndexOf.call({length: 9007199254740991}, 1);
//! splice of a lying length
Array.prototype.splice.call({length: 9007199254740991}, 0, 1);
//! copyWithin of a lying length
Array.prototype.copyWithin.call({length: 9007199254740991}, 1, 0);
//! map of a lying length
Array.prototype.map.call({length: 4294967295}, function (x) { return x; });
//! shift of a lying length
Array.prototype.shift.call({length: 9007199254740991});
//! unshift of a lying length
Array.prototype.unshift.call({length: 9007199254740000}, 1);
//! sort of a lying length
Array.prototype.sort.call({length: 4294967295});
//! flat of a lying length
Array.prototype.flat.call({length: 9007199254740991});
//! reduceRight of a lying length
Array.prototype.reduceRight.call({length: 9007199254740991}, function (a) { return a; }, 0);
//! String.raw with a lying length
String.raw({raw: {length: 9007199254740991}});
//! String.raw that grows
String.raw({raw: {get length() { return 1e7; }, get 0() { return "x".repeat(1e6); }}}, 1, 2);
//! fromCharCode of a long list
String.fromCharCode.apply(null, new Array(1e6).fill(65)) + String.fromCodePoint.apply(null, new Array(1e6).fill(65));

//# big texts
//! a join of long texts
new Array(1e6).join("x".repeat(4e6));
//! a replacement that doubles
"x".repeat(1e5).replace(/x+/, "$&".repeat(2e6));
//! a replacement for each
"x".repeat(1e6).replace(/x/g, "$&$&$&$&$&$&$&$&".repeat(1e4));
//! a replacement of what stands before
"x".repeat(1e5).replace(/x/g, "$`$'");
//! replaceAll of nothing
"x".repeat(4e6).replaceAll("", "y".repeat(1e5));
//! a split and join, again
var s = "x,".repeat(1e5); for (;;) { s = s.split(",").join(",,"); }
//! a text that doubles
var s = "x"; for (;;) { s += s; }
//! a text that doubles, and is looked at
var s = "x"; for (;;) { s = s.concat(s, s); s.charCodeAt(s.length - 1); }
//! texts as keys
var o = {}; for (var i = 0; ; i++) { o["x".repeat(1e5) + i] = i; }
//! upper case of what grows
var s = "ß".repeat(1e6); for (;;) { s = s.toUpperCase() + s; }
//! a normal form of a long text
for (;;) { "\u0344".repeat(2e6).normalize("NFKD"); }
//! a search from the end, again
var s = "a".repeat(3e6); for (;;) { s.lastIndexOf("a".repeat(1e6) + "b"); }
//! URIs of a long text
for (;;) { encodeURIComponent("ü".repeat(4e6)); }
//! escape of a long text
for (;;) { escape("ü".repeat(4e6)); }
//! a long text compared
var s = "a".repeat(4e6), t = s + "b"; for (;;) { s.localeCompare(t); }
//! a long text as a template
var t = function (x) { return x; }, s = "x".repeat(4e6); for (;;) { s = `${s}${s}`; }
//! an exported text without end
data.go = "x".repeat(4194304); for (var i = 0; i < 300; i++) { data["k" + i] = data.go + i; }
//! a text in pieces
Array.from("😀".repeat(2e6)).map(function (c) { return [c]; });

//# iterators and generators
//! a list by a generator
Array.from({[Symbol.iterator]: function* () { for (;;) { yield "x".repeat(1e5); } }});
//! spread of what never ends
[...(function* () { for (;;) { yield 1; } })()];
//! spread into a call that never ends
Math.max(...(function* () { for (;;) { yield 1; } })());
//! destructuring of what never ends
var [...all] = (function* () { for (;;) { yield 1; } })();
//! for of what never ends
for (var x of {[Symbol.iterator]: function () { return {next: function () { return {value: 1, done: false}; }}; }}) { kept.push(x); }
//! an iterator whose return never ends
for (var x of {[Symbol.iterator]: function () { return {next: function () { return {value: 1}; }, return: function () { for (;;) {} }}; }}) { break; }
//! an iterator whose done throws
Array.from({[Symbol.iterator]: function () { return {next: function () { return {get done() { throw {get message() { throw 1; }}; }}; }}; }});
//! a generator that yields itself
function* g() { for (;;) { yield* g(); } } Array.from(g());
//! a generator that never gives back
var g = (function* () { try { yield 1; } finally { for (;;) {} } })(); g.next(); g.return(1);
//! generators that are kept
for (;;) { var g = (function* () { yield new Array(1000).fill(1); yield 2; })(); g.next(); kept.push(g); }
//! Array.from that maps without end
Array.from({length: 1e6}, function f() { return Array.from({length: 1e6}, f); });
//! an iterator on Array.prototype
Object.defineProperty(Array.prototype, Symbol.iterator, {configurable: true, value: function* () { for (;;) { yield 1; } }}); var [a, ...b] = [1]; new Set([1]);

//# sets and maps
//! a set that never ends
new Set((function* () { for (var i = 0; ; i++) { yield i; } })());
//! a map that never ends
new Map((function* () { for (var i = 0; ; i++) { yield [i, i]; } })());
//! a set that grows while visited
var s = new Set([0]); s.forEach(function (x) { s.add(x + 1); });
//! a map that grows while visited
var m = new Map([[0, 0]]); for (var [k, v] of m) { m.set(k + 1, v); m.delete(k); }
//! a set whose add never ends
class S extends Set { add(x) { for (;;) {} } } new S([1]);
//! a map of maps
var m = new Map(); for (;;) { m = new Map([[m, m]]); kept.push(m); }
//! weak maps that are kept
for (;;) { kept.push(new WeakMap([[{}, new Array(1e4).fill(0)]])); }
//! a set in the export
data.go = new Set([1, 2, 3]); return data;
//! Object.fromEntries without end
Object.fromEntries((function* () { for (var i = 0; ; i++) { yield ["k" + i, i]; } })());
//! Object.entries of much
var o = {}; for (var i = 0; i < 1e6; i++) { o[i] = i; } for (;;) { Object.entries(o).concat(Object.entries(o)); }

//# lists
//! concat of itself
var a = [1]; for (;;) { a = a.concat(a, a); }
//! a sort that never agrees
var a = []; for (var i = 0; i < 1e6; i++) { a.push(i); } a.sort(function () { return 1; });
//! a sort whose comparison never ends
[2, 1].sort(function () { for (;;) {} });
//! a sort that changes its list
var a = [3, 2, 1]; a.sort(function () { a.length = 0; for (var i = 0; i < 1e5; i++) { a.push(i); } return 1; }); for (;;) { a = a.concat(a); }
//! a sort whose comparison sorts
var a = []; for (var i = 0; i < 1000; i++) { a.push(i); } (function again() { a.sort(again); return 1; })();
//! a comparison that gives what throws
[1, 2].sort(function () { return {valueOf: function () { throw {get message() { throw 1; }}; }}; });
//! deep recursion in a comparison
var f = function () { return [1, 2].sort(f) && 1; }; f(); for (;;) {}
//! a length that is set
var a = []; a.length = 4294967295; a.fill(1);
//! a list with holes, joined
var a = []; a[4294967294] = 1; a.join(",");
//! a list with holes, mapped
var a = []; a[4294967294] = 1; a.forEach(function () {}); for (var k of a) { kept.push(k); }
//! flat without end
var a = [1]; a.push(a); a.flat(Infinity);
//! flatMap that doubles
var a = [1]; for (;;) { a = a.flatMap(function (x) { return [x, x]; }); }
//! a species that never ends
var a = [1, 2, 3]; a.constructor = {}; a.constructor[Symbol.species] = function () { for (;;) {} }; a.map(function (x) { return x; });
//! a species that gives a proxy
var a = [1, 2, 3]; a.constructor = {}; a.constructor[Symbol.species] = function () { return new Proxy([], {defineProperty: function () { for (;;) {} }}); }; a.filter(function () { return true; });
//! a list that is its own text
var a = [1]; for (var i = 0; i < 1e5; i++) { a = [a]; } String(a);
//! reduce without end
var a = []; for (var i = 0; i < 1e6; i++) { a.push("x".repeat(1000)); } a.reduce(function (s, x) { return s + x + s; }, "");

//# numbers and typed arrays
//! a big integer
var b = BigInt(3); for (;;) { b = b * b; }
//! a big integer to text
(BigInt(7) ** BigInt(2000000)).toString();
//! a big integer of a long text
BigInt("9".repeat(4e6)).toString(3);
//! a shift of a big integer
BigInt(1) << BigInt(9007199254740991);
//! a typed array
new Float64Array(5e7).fill(1).sort();
//! a typed array, sorted by what never ends
new Float64Array([2, 1]).sort(function () { for (;;) {} });
//! a typed array of a lying length
new Uint8Array({get length() { return 9007199254740991; }});
//! a typed array from what never ends
Uint8Array.from((function* () { for (;;) { yield 1; } })());
//! buffers that are kept
for (;;) { kept.push(new ArrayBuffer(1e7)); }
//! a buffer larger than memory
new ArrayBuffer(9007199254740991);
//! a view past its buffer
new DataView(new ArrayBuffer(1), 9007199254740991);
//! numbers with many digits
for (;;) { kept.push((1 / 3).toFixed(100) + (1e300).toString(2)); }
//! a radix that lies
var n = 0; (255).toString({valueOf: function () { return n++ ? 1e9 : 16; }}); (1.5).toFixed({valueOf: function () { for (;;) {} }});
//! Symbol.toPrimitive without end
+{[Symbol.toPrimitive]: function () { for (;;) {} }};
//! Symbol.toPrimitive that gives an object
data.go = {[Symbol.toPrimitive]: function () { return {}; }}; data.go + 1;
//! valueOf that calls itself
var o = {valueOf: function () { return o + 1; }}; o + 1;
//! chance without end
while (Math.random() < 2) { kept.push(Math.random()); }

//# JSON
//! a toJSON that never ends
data.go = {toJSON: function () { for (;;) {} }};
//! a toJSON that gives another
var f = function () { return {toJSON: f}; }; JSON.stringify({toJSON: f}); data.go = {toJSON: f};
//! a toJSON that gives itself
data.go = {toJSON: function () { return this; }};
//! a toJSON that throws what throws
data.go = {toJSON: function () { throw {get name() { throw 1; }}; }};
//! a getter for toJSON
data.go = {get toJSON() { for (;;) {} }};
//! a reviver that grows
JSON.parse("[1,2]", function again(k, v) { if (Array.isArray(v)) { v.push(JSON.parse("[1]", again)); v.length = 1e6; } return v; });
//! a reviver without end
JSON.parse("[[]]", function () { for (;;) {} });
//! a replacer that nests
JSON.stringify({}, function () { return {a: 1}; });
//! an indent for much
JSON.stringify(new Array(1e6).fill([[]]), null, 10);
//! JSON of a long list
JSON.parse("[" + "0,".repeat(2e6) + "0]").map(function (x) { return [x]; });
//! JSON that is deep
JSON.parse("[".repeat(1e6) + "]".repeat(1e6));
//! a value that is deep
var v = 1; for (var i = 0; i < 1e5; i++) { v = {v: v}; } data.go = v;
//! a value 96 deep
var v = 1; for (var i = 0; i < 96; i++) { v = [v]; } data.go = v;
//! a deep value as text
var v = 1; for (var i = 0; i < 1e5; i++) { v = [v]; } JSON.stringify(v);
//! a value that is a circle
var v = {}; v.v = v; data.go = v;
//! a value that grows while it is read
var v = {get a() { v["k" + Math.random()] = v; return {toJSON: function () { return v.a; }}; }}; data.go = v;
//! a list that grows while it is read
var v = [1]; Object.defineProperty(v, 0, {get: function () { v.push(v.length); return v.length; }}); v.length = 1e6; data.go = v;
//! a sparse list in the export
var v = []; v[4294967294] = 1; data.go = v;
//! many keys in the export
for (var i = 0; i < 1e6; i++) { data["k" + i] = i; }
//! keys that can't be names
data[""] = 1; data["\u0000"] = 1; data["__proto__"] = {a: 1}; data["x".repeat(1e6)] = 1; data[Symbol.iterator] = 1; data["a.b"] = 1;
//! structuredClone of itself
var v = {}; v.v = v; for (;;) { kept.push(structuredClone(v)); }

//# regular expressions
//! a slow expression on a text
("1".repeat(60000).match(/\d+%|\d/g) || []).length;
//! an expression that backtracks
/^(\w+\s?)*$/.test("aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa!");
//! an expression with a look behind
/(?<=(a+)+)b/.test("a".repeat(50000));
//! an expression with a look ahead
/^(?=(a+)+$)b?/.test("a".repeat(40) + "!");
//! an expression that refers back
/^(a+)+\1$/.test("a".repeat(40) + "!");
//! an expression, sticky and big
"ab".repeat(200000).match(/(a|b|ab)*c/);
//! matchAll of a long text
Array.from("1a".repeat(100000).matchAll(/\d+[^%]*%?|./g));
//! a split by an expression
"1".repeat(60000).split(/\d+%|(?=\d)/);
//! a replacement by a function
"1".repeat(60000).replace(/\d+%|\d/g, function (m) { return m + m; });
//! a search that tries all
("1".repeat(60000) + "x").search(/\d+%/);
//! an expression with a large count
new RegExp("(a{1,1000}){1,1000}").test("a".repeat(1000));
//! an expression with many groups
new RegExp("(a)".repeat(3000)).test("a".repeat(3000));
//! an expression of many choices
new RegExp("(" + "a|".repeat(4000) + "b)*c").test("ab".repeat(1e5));
//! an expression that is nested
new RegExp("(".repeat(4000) + "a" + ")".repeat(4000)).test("a");
//! expressions that are kept
for (var i = 0; ; i++) { kept.push(new RegExp("a" + i + "b".repeat(5000))); }
//! exec that never gives null
var r = /a/; r.exec = function () { return {index: 0, 0: ""}; }; "a".replace(r, "b"); for (;;) { r[Symbol.replace]("a", "b"); }
//! exec that lies about its place
var r = /a/g, n = 0; r.exec = function () { return n++ < 3 ? {index: -1e9, 0: "x", length: 1e9} : null; }; "a".replace(r, "$1$2$3$4");
//! a lastIndex that never ends
var r = /(?:)/g; Object.defineProperty(r, "lastIndex", {get: function () { for (;;) {} }}); "a".match(r);
//! Symbol.split that never ends
"a".split({[Symbol.split]: function () { for (;;) {} }});
//! an expression in the export
data.go = /a/; return data;

//# what is thrown
//! a refusal whose words throw
var e = new Reject("x"); Object.defineProperty(e, "message", {get: function () { throw 1; }}); throw e;
//! a refusal whose words never end
var e = new Reject("x"); Object.defineProperty(e, "message", {get: function () { for (;;) {} }}); throw e;
//! a refusal with long words
throw new Reject("x".repeat(4e6));
//! a refusal whose words are an object
var e = new Reject("x"); e.message = {toString: function () { throw e; }}; throw e;
//! an error whose stack throws
var e = new Error("x"); Object.defineProperty(e, "stack", {get: function () { throw e; }}); throw e;
//! an error whose stack never ends
var e = new Error("x"); Object.defineProperty(e, "stack", {get: function () { for (;;) {} }}); throw e;
//! an error with a long stack
var e = new Error("x"); Object.defineProperty(e, "stack", {value: "at (".repeat(1e6)}); throw e;
//! an error with long words
throw new Error("x".repeat(4e6));
//! an error of many lines
throw new Error("x\n".repeat(1e5) + "\u0000\u001b[2J\u2028");
//! a getter on Error.prototype.message
Object.defineProperty(Error.prototype, "message", {get: function () { throw this; }, configurable: true}); throw new Error();
//! a getter on Error.prototype.stack
Object.defineProperty(Error.prototype, "stack", {get: function () { for (;;) {} }, configurable: true}); throw new Error("x");
//! a getter on Error.prototype.name
Object.defineProperty(Error.prototype, "name", {get: function () { throw this; }, configurable: true}); null.x;
//! an error without a prototype
var e = new Error("x"); Object.setPrototypeOf(e, null); throw e;
//! throws what can't be a text
throw {toString: function () { throw this; }};
//! throws a text
throw "a text";
//! throws a number
throw 42;
//! throws undefined
throw undefined;
//! throws a symbol
throw Symbol("x");
//! throws a function
throw function () { for (;;) {} };
//! throws a proxy
throw new Proxy({}, {get: function () { for (;;) {} }, getPrototypeOf: function () { throw 1; }});
//! throws the record
throw data;
//! throws itself, again
(function again() { try { throw 1; } finally { again(); } })();
//! instanceof that never ends
Object.defineProperty(Reject, Symbol.hasInstance, {value: function () { for (;;) {} }}); throw new Error("x");
//! catches everything
for (;;) { try { for (;;) {} } catch (e) { continue; } finally { continue; } }
//! a finally that never ends
try { throw 1; } finally { for (;;) {} }

//# proxies and prototypes
//! a proxy that never ends
return new Proxy({}, {ownKeys: function () { for (;;) {} }});
//! a proxy whose keys lie
return new Proxy({}, {ownKeys: function () { return ["a", "a", Symbol.iterator]; }});
//! a proxy whose keys throw
return new Proxy({}, {ownKeys: function () { throw {get message() { throw 1; }}; }});
//! a proxy with many keys
return new Proxy({}, {ownKeys: function () { var k = []; for (var i = 0; i < 3e6; i++) { k.push("k" + i); } return k; }, getOwnPropertyDescriptor: function () { return {enumerable: true, configurable: true, value: 1}; }});
//! a proxy in the export
data.go = new Proxy({}, {get: function () { for (;;) {} }});
//! a proxy of a list in the export
data.go = new Proxy([], {get: function (t, k) { return k === "length" ? 4294967295 : 1; }});
//! a proxy that was revoked
var p = Proxy.revocable({}, {}); p.revoke(); data.go = p.proxy;
//! a revoked proxy as the export
var p = Proxy.revocable({}, {}); p.revoke(); return p.proxy;
//! a proxy for a prototype
Object.setPrototypeOf(data, new Proxy({}, {get: function () { for (;;) {} }, has: function () { for (;;) {} }})); data.nothing;
//! a prototype of itself
var p = new Proxy({}, {getPrototypeOf: function () { return p; }}); p instanceof Error;
//! a getter that never ends
Object.defineProperty(data, "go", {get: function () { for (;;) {} }, enumerable: true}); return data;
//! a getter in a copy
return {get go() { throw {get message() { throw 1; }}; }, done: 1};
//! a getter on Object.prototype
Object.defineProperty(Object.prototype, "value", {get: function () { for (;;) {} }, configurable: true}); return data;
//! a toJSON on Object.prototype
Object.defineProperty(Object.prototype, "toJSON", {value: function () { for (;;) {} }, configurable: true}); data.go = {};
//! then on Object.prototype
Object.defineProperty(Object.prototype, "then", {get: function () { for (;;) {} }, configurable: true}); Promise.resolve({});
//! a setter on Array.prototype
Object.defineProperty(Array.prototype, "0", {set: function () { for (;;) {} }, configurable: true}); var a = []; a[0] = 1;
//! a setter for hook
Object.defineProperty(Object.prototype, "hook", {set: function () { for (;;) {} }, get: function () { throw 1; }, configurable: true}); throw new Error("x");
//! toString on Function.prototype
Function.prototype.toString = function () { for (;;) {} }; String(function () {});
//! apply on Function.prototype
Function.prototype.apply = Function.prototype.call = function () { for (;;) {} }; throw new Error("x");
//! the base's hooks replaced
models.Order.prototype.export_as_JSON = function () { for (;;) {} }; models.Order.prototype.init_from_JSON = null; models.Order.prototype.export_as_JSON();
//! the base's prototype replaced
Object.setPrototypeOf(models.Order.prototype, new Proxy({}, {get: function () { throw 1; }})); this.get_orderlines();
//! with over a proxy
Function("return this"); with (new Proxy({}, {has: function () { for (;;) {} }})) { nothing; }
//! a label that goes on
again: for (;;) { for (;;) { continue again; } }
//! eval
eval("for (;;) {}");
//! indirect eval
(0, eval)("for (;;) {}");
//! a function of a text
new Function("for (;;) {}")();
//! a function of a text, by its constructor
(function () {}).constructor("for (;;) {}")();
//! tagged templates
(function tag(t) { return tag`${t}${t}`; })`x`;
//! a tagged template that grows
var t = function (s) { kept.push(s.raw.concat(new Array(1e5).fill(1))); }; for (;;) { t`x${1}`; }
//! new.target that never ends
Reflect.construct(function () { for (;;) {} }, [], Date);
//! arguments that change
(function f(a) { arguments[0] = f; arguments.length = 1e9; f.apply(null, arguments); })(1);
//! frozen data
Object.freeze(data); Object.freeze(this); Object.preventExtensions(Object.prototype); data.go = 1; return data;

//# promises and time
//! promises without end
(function again() { Promise.resolve().then(again); })();
//! promises and a loop
(function again() { Promise.resolve().then(again); })(); for (;;) {}
//! promises that are kept
for (;;) { kept.push(new Promise(function () {})); }
//! a thenable without end
Promise.resolve({then: function (f) { f({then: arguments.callee}); }});
//! Promise.all of what never ends
Promise.all((function* () { for (;;) { yield 1; } })());
//! a promise as the export
return Promise.resolve(data);
//! a promise in the export
data.go = Promise.resolve(1); return data;
//! an async function that never ends
(async function () { for (;;) { await null; } })();
//! timers without end
(function again() { setTimeout(again, 0); })(); for (var i = 0; i < 1e9; i++) { setTimeout(again, 0); }
//! waits for a time
var end = Date.now() + 1000; while (Date.now() < end) {}
//! an endless loop
for (;;) {}
//! recursion without end
(function f() { f(); f(); })();
//# dates and languages
//! a localised text without end
new Array(5e6).fill(1.5).toLocaleString("de");
//! a localised number, again
for (;;) { kept.push((1234.5).toLocaleString("de", {style: "currency", currency: "EUR"})); }
//! a language that never ends
(1).toLocaleString({toString: function () { for (;;) {} }});
//! options that never end
(1).toLocaleString("de", new Proxy({}, {get: function () { for (;;) {} }}));
//! a list of languages without end
(1).toLocaleString(new Array(1e6).fill("xx"));
//! digits that lie
(1).toLocaleString("de", {minimumFractionDigits: 1e9, maximumFractionDigits: 1e9});
//! a date that is none
new Date(NaN).toLocaleString("de"); new Date(NaN).toISOString();
//! a date of a long text
for (;;) { new Date("2026-01-01T".repeat(3e5)); Date.parse("1".repeat(4e6)); }
//! a date whose valueOf never ends
new Date({valueOf: function () { for (;;) {} }});
//! Date.UTC that lies
Date.UTC({valueOf: function () { for (;;) {} }}, 1e308);
//! a date in the export
data.go = new Date(8.64e15); return data;

//# the console and what is kept
//! a console that never ends
for (;;) { console.log("x".repeat(1e5)); }
//! three megabytes on the console
console.log("x".repeat(3e6));
//! a console of what throws
console.log({toString: function () { for (;;) {} }}, new Proxy({}, {get: function () { for (;;) {} }}), Symbol("x"));
//! a console of what is deep
var v = []; for (var i = 0; i < 1e5; i++) { v = [v]; } console.log(v); console.error({get a() { throw 1; }});
//! the console in fetters
for (;;) { console.log("\n{\"level\":\"ERROR\",\"msg\":\"not mine\"}\n1|1|unix|/tmp/x|grpc\npanic: not mine\nfatal error: out of memory"); }
//! what is kept, call after call
for (;;) { kept.push("x".repeat(1e6) + kept.length); }
//! what is kept on the model
for (;;) { models.Order.prototype["k" + kept.length] = new Array(1e5).fill(kept.push(1)); }
//! what is kept of the record
for (;;) { kept.push(this, data, this.export_as_JSON); kept.push(new Array(1e5).fill(data)); }
//! closures that are kept
for (;;) { (function () { var much = new Array(1e5).fill(kept.length); kept.push(function () { return much; }); })(); }

//# the record and the models
//! orders without end @init
for (;;) { kept.push(new models.Order({}, {pos: this.pos})); }
//! lines without end @init
for (;;) { this.add_orderline(new models.Orderline({}, {pos: this.pos, order: this})); }
//! a hook that calls itself
this.export_as_JSON();
//! an init that calls itself @init
this.init_from_JSON(json);
//! an init that never ends @init
for (;;) {}
//! an init that throws what throws @init
throw {get message() { throw 1; }};
//! an apply that never ends @apply
for (;;) {}
//! an apply that pads @apply
var n = 0; "x".padStart({valueOf: function () { return n++ ? 1e12 : 1; }});
//! an apply that changes what it was handed @apply
for (var k in data) { delete data[k]; } Object.setPrototypeOf(data, new Proxy({}, {get: function () { for (;;) {} }}));
//! events without end
this.on("all", function () { this.trigger("x"); }, this); this.trigger("x");
//! a stand-in without end
var s = this.pos.gui.screens; for (;;) { s = s.next()[0].x; kept.push(s); }
//! a walk over a stand-in
for (var x of this.pos.db.all()) { for (;;) {} } for (var k in this.pos.gui) { for (;;) {} } JSON.stringify(this.pos);
//! underscore without end
_.each({length: 1e9}, function (x) { kept.push(x); }); _.range(1e9); _.times(1e9, function (i) { return i; });
//! another shape of the export
return {lines: new Array(1e6).fill([0, 0, {go: 1}]), statement_ids: this, uid: data};
//! a list as the export
return new Array(1e6).fill(data);
//! a function as the export
return function () { for (;;) {} };
//! nothing as the export
return null;

//# what the runtime itself stops
//! loop for ever = ran too long
while (true) {}
//! loop in a catch = ran too long
while (true) { try { while (true) {} } catch (e) {} finally { continue; } }
//! recursion = too deeply
(function f() { f(); })();
//! recursion in a catch = too deeply
(function f() { try { f(); } catch (e) { f(); } })();
//! recursion by a getter = too deeply
var o = {get x() { return this.x; }}; o.x;
//! recursion by toJSON
data.go = {toJSON: function () { return {toJSON: this.toJSON}; }};
//! recursion by sort
(function f() { [2, 1].sort(f); })();
//! allocation
var a = []; while (true) { a.push(new Array(1000).fill("x" + a.length)); }
//! doubling text
var s = "x"; while (true) { s += s; }
//! huge repeat = too long
"x".repeat(1e9);
//! huge repeat of long = too long
"xxxxxxxxxxxxxxxx".repeat(1e6);
//! huge pad = too long
"x".padStart(2e9);
//! huge join
new Array(4e9).join("x");
//! huge join of an object = too long
Array.prototype.join.call({length: 1e15}, "x");
//! huge indexOf = too long
Array.prototype.indexOf.call({length: 1e15}, 1);
//! huge fill
new Array(4e9).fill(1);
//! huge from
Array.from({length: 1e12});
//! huge apply
Math.max.apply(null, {length: 1e12});
//! huge typed array
new Uint8Array(1e10);
//! huge number of digits
BigInt(10) ** BigInt(1e9);
//! catastrophic regex
/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
//! catastrophic lookahead
/^(?=(a+)+$)(a+)+\1$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
//! deep regex
new RegExp("(".repeat(100000) + ")".repeat(100000));
//! deep array to text
var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } String(a);
//! deep array flattened
var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } a.flat(Infinity);
//! deep array to JSON
var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } JSON.stringify(a);
//! deep text from JSON = deeper than 100
JSON.parse("[".repeat(1e6));
//! deep array exported
var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } data.go = a; return data;
//! circle exported
var a = {}; a.a = a; data.go = a; return data;
//! deep prototype chain
var o = {}; for (var i = 0; i < 1e6; i++) { o = Object.create(o); } o.nothing;
//! deep bind
var f = function () {}; for (var i = 0; i < 1e5; i++) { f = f.bind(null); } f();
//! deep proxy
var p = {}; for (var i = 0; i < 1e5; i++) { p = new Proxy(p, {}); } p.x;
//! eval = can't be made from text
eval("1");
//! Function = can't be made from text
new Function("return 1")();
//! Function by constructor = can't be made from text
(function () {}).constructor("return 1")();
//! Function by generator = can't be made from text
(function* () {}).constructor("return 1")();
//! Function by async = can't be made from text
(async function () {}).constructor("return 1")();
//! Function by Reflect = can't be made from text
Reflect.construct(Object.getPrototypeOf(function () {}).constructor, ["return 1"]);
//! throws no error
throw null;
//! throws a getter
throw {get name() { throw 1; }, get message() { while (true) {} }}
//! exports a getter = boo
return Object.defineProperty({}, "go", {get: function () { throw new Error("boo"); }, enumerable: true});
//! exports no object = export_as_JSON gave no object
return 5;
//! exports a proxy = boo
return new Proxy({}, {ownKeys: function () { throw new Error("boo"); }});
//! exports a looping toJSON = ran too long
data.go = {toJSON: function () { while (true) {} }}; return data;
