package jsprocess_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions/jsprocess"
	"github.com/manytill/manytill/sdk"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile are hooks that would end or hang the process they run in, or take
// its memory: natives that read an argument twice, can't be interrupted, or
// believe a length.
var hostile = map[string]string{
	"a slow expression on a text":      `("1".repeat(60000).match(/\d+%|\d/g) || []).length;`,
	"a padded text, lying twice":       `var n = 0; "x".padStart({valueOf: function () { return n++ ? 1e12 : 1; }});`,
	"padEnd, lying twice":              `var n = 0; "x".padEnd({valueOf: function () { return n++ ? 1e12 : 1; }});`,
	"repeat, lying twice":              `var n = 0; "xxxxxxxx".repeat({valueOf: function () { return n++ ? 2e9 : 1; }});`,
	"apply with a getter for a length": `var n = 0; Reflect.apply(Math.max, null, {get length() { return n++ ? 4e9 : 1; }});`,
	"construct with a getter":          `var n = 0; Reflect.construct(Array, {get length() { return n++ ? 4e9 : 1; }});`,
	"a join of long texts":             `new Array(1e6).join("x".repeat(4e6));`,
	"a replacement that doubles":       `"x".repeat(1e5).replace(/x+/, "$&".repeat(2e6));`,
	"a replacement for each":           `"x".repeat(1e6).replace(/x/g, "$&$&$&$&$&$&$&$&".repeat(1e4));`,
	"a split and join, again":          `var s = "x,".repeat(1e5); for (;;) { s = s.split(",").join(",,"); }`,
	"concat of itself":                 `var a = [1]; for (;;) { a = a.concat(a, a); }`,
	"a list by a generator":            `Array.from({[Symbol.iterator]: function* () { for (;;) { yield "x".repeat(1e5); } }});`,
	"spread of what never ends":        `[...(function* () { for (;;) { yield 1; } })()];`,
	"a set that never ends":            `new Set((function* () { for (var i = 0; ; i++) { yield i; } })());`,
	"a map that never ends":            `new Map((function* () { for (var i = 0; ; i++) { yield [i, i]; } })());`,
	"a set that grows while visited":   `var s = new Set([0]); s.forEach(function (x) { s.add(x + 1); });`,
	"Object.fromEntries without end":   `Object.fromEntries((function* () { for (var i = 0; ; i++) { yield ["k" + i, i]; } })());`,
	"a sort that never agrees":         `var a = []; for (var i = 0; i < 1e6; i++) { a.push(i); } a.sort(function () { return 1; });`,
	"a big integer":                    `var b = BigInt(3); for (;;) { b = b * b; }`,
	"a big integer to text":            `(BigInt(7) ** BigInt(2000000)).toString();`,
	"a typed array":                    `new Float64Array(5e7).fill(1).sort();`,
	"buffers that are kept":            `for (;;) { kept.push(new ArrayBuffer(1e7)); }`,
	"what is kept, call after call":    `for (;;) { kept.push("x".repeat(1e6) + kept.length); }`,
	"a toJSON that never ends":         `data.go = {toJSON: function () { for (;;) {} }};`,
	"a toJSON that gives another":      `var f = function () { return {toJSON: f}; }; JSON.stringify({toJSON: f}); for (;;) {}`,
	"a getter that never ends":         `Object.defineProperty(data, "go", {get: function () { for (;;) {} }, enumerable: true});`,
	"a proxy that never ends":          `return new Proxy({}, {ownKeys: function () { for (;;) {} }});`,
	"a refusal whose words throw":      `var e = new Reject("x"); Object.defineProperty(e, "message", {get: function () { throw 1; }}); throw e;`,
	"a refusal whose words never end":  `var e = new Reject("x"); Object.defineProperty(e, "message", {get: function () { for (;;) {} }}); throw e;`,
	"an error whose stack throws":      `var e = new Error("x"); Object.defineProperty(e, "stack", {get: function () { throw e; }}); throw e;`,
	"throws what can't be a text":      `throw {toString: function () { throw this; }};`,
	"throws a proxy":                   `throw new Proxy({}, {get: function () { for (;;) {} }, getPrototypeOf: function () { throw 1; }});`,
	"an expression that backtracks":    `/^(\w+\s?)*$/.test("aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa!");`,
	"an expression with a look behind": `/(?<=(a+)+)b/.test("a".repeat(50000));`,
	"an expression, sticky and big":    `"ab".repeat(200000).match(/(a|b|ab)*c/);`,
	"matchAll of a long text":          `Array.from("1a".repeat(100000).matchAll(/\d+[^%]*%?|./g));`,
	"promises without end":             `(function again() { Promise.resolve().then(again); })(); for (;;) {}`,
	"deep recursion in a comparison":   `var f = function () { return [1, 2].sort(f) && 1; }; f(); for (;;) {}`,
	"a getter on Object.prototype":     `Object.defineProperty(Object.prototype, "value", {get: function () { for (;;) {} }, configurable: true}); return data;`,
	"a setter on Array.prototype":      `Object.defineProperty(Array.prototype, "0", {set: function () { for (;;) {} }, configurable: true}); var a = []; a[0] = 1;`,
	"a localised text without end":     `new Array(5e6).fill(1.5).toLocaleString("de");`,
	"a console that never ends":        `for (;;) { console.log("x".repeat(1e5)); }`,
}

// Whatever a hook does, its call ends when its time is up, the process is the
// only one that ends, and the next call of another order is answered.
func TestHostileHooks(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		t.Run(name, func(t *testing.T) {
			host := start(t, jsprocess.Options{Paths: []string{write(t, "script.js", inHook(hostile[name]))}})
			const limit = 300 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			results, err := host.Run(ctx, batch(order(sdk.Fields{}, sdk.Fields{"go": `"now"`})))
			if err == nil {
				require.Len(t, results, 1)
			}
			require.EventuallyWithT(t, func(c *assert.CollectT) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				results, err := host.Run(ctx, batch(order(sdk.Fields{}, sdk.Fields{"go": `"later"`})))
				require.NoError(c, err)
				require.NoError(c, results[0].Err)
				require.Equal(c, sdk.Value(`"later"`), results[0].Export["go"])
			}, 2*time.Minute, 10*time.Millisecond)
		})
	}
}

// A file that would end the process that reads it, or keep it busy for ever,
// is an error of that extension, in words.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	most := func(part string) string { return strings.Repeat(part, 900_000/len(part)) }
	for name, text := range map[string]string{
		"arrows":             "var x = " + most("a=>") + "1;",
		"members":            "var x = a" + most(".a") + ";",
		"optional chains":    "var x = a" + most("?.a") + ";",
		"not":                "var x = " + most("!") + "1;",
		"conditions":         "var x = 1" + most("?1:1") + ";",
		"ifs":                most("if(0)") + ";",
		"new":                "var x = " + most("new ") + "a;",
		"powers":             "var x = 1" + most("**1") + ";",
		"brackets":           "var x = " + most("[") + ";",
		"templates":          "var x = " + most("`${") + ";",
		"awaits of a module": "import x from 'y';\n" + most("await "),
		"yields":             "function* f() { " + most("yield ") + "}",
		"classes":            most("class A extends "),
		"labels":             most("a:") + ";",
		"an endless loop":    "for (;;) {}",
		"memory":             "var a = []; for (;;) { a.push(new Array(1e6).fill(1)); }",
		"a native, kept":     "var a = []; for (;;) { a.push(new ArrayBuffer(1e7)); }",
		"an expression":      `/^(a+)+$/.test("a".repeat(60) + "b"); for (;;) {}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := jsprocess.Start(t.Context(), jsprocess.Options{Paths: []string{write(t, "script.js", text)}})
			require.ErrorContains(t, err, "extension script: ")
			require.NotContains(t, err.Error(), "plugin")
			require.Less(t, len(err.Error()), 1000)
		})
	}
}

// What code keeps from call to call doesn't grow without end: 10,000 calls
// that leak are answered, but for the moments in which its process starts
// anew.
func TestLeaks(t *testing.T) {
	t.Parallel()
	host := start(t, jsprocess.Options{
		Paths:  []string{write(t, "leaks.js", inHook(`kept.push(new Array(2000).fill(kept.length));`))},
		Memory: 128 << 20,
	})
	answered := 0
	for i := range 10_000 {
		r := order(sdk.Fields{}, sdk.Fields{"go": `"now"`})
		r.Order = sdk.OrderID(fmt.Sprint("o", i))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		results, err := host.Run(ctx, batch(r))
		if err == nil {
			err = results[0].Err
		}
		if err == nil {
			answered++
		} else if i-answered < 5 {
			t.Log(i, err)
		}
		cancel()
	}
	require.Greater(t, answered, 9_900)
}
