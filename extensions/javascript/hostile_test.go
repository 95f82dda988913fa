package javascript_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// inHook is an extension that does something whenever the field `go` is set.
func inHook(body string) string {
	return `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.go = json.go; _super.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.go = this.go;
        if (this.go === "now") { ` + body + ` }
        return data;
    },
});`
}

var documented = inHook("")

// No call sees what another did to the built-ins.
func TestBuiltinsBetweenCalls(t *testing.T) {
	for name, c := range map[string]string{
		"adding":     `Object.prototype.evil = 1;`,
		"changing":   `Array.prototype.slice = function () { return ["evil"]; };`,
		"deleting":   `delete String.prototype.trim;`,
		"a function": `Object.prototype.hasOwnProperty = function () { return true; };`,
	} {
		t.Run(name, func(t *testing.T) {
			host := script(t, `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.go = json.go; _super.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.go = this.go;
        if (this.go === "now") { `+c+` }
        else { data.go = ({}).evil + "," + [1].slice().length + [1].slice()[0] + "," + typeof "".trim + "," + ({}).hasOwnProperty("x"); }
        return data;
    },
});`)
			results, err := host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{order(nil, protocol.Fields{"go": `"now"`})}})
			require.NoError(t, err)
			require.Len(t, results, 1)
			for range 3 {
				again := run(t, host, order(nil, protocol.Fields{"go": `"later"`}))
				require.Equal(t, protocol.Fields{"go": `"undefined,11,function,false"`}, again.Export)
			}
		})
	}
}

// A record that fails doesn't take the others along, and what time didn't
// reach has the context's error.
func TestOneBadRecord(t *testing.T) {
	host := script(t, inHook("throw new Error('bad')"))
	batch := &extensions.Batch{}
	for i := range 5 {
		word := fmt.Sprintf(`"%d"`, i)
		if i == 2 {
			word = `"now"`
		}
		batch.Records = append(batch.Records, order(nil, protocol.Fields{"go": protocol.Value(word)}))
	}
	results, err := host.Run(context.Background(), batch)
	require.NoError(t, err)
	for i, r := range results {
		if i == 2 {
			var hook *hooks.HookError
			require.ErrorAs(t, r.Err, &hook)
			require.Equal(t, protocol.HookExport, hook.Hook)
			require.ErrorContains(t, r.Err, "script.js:8:40: Error: bad")
			continue
		}
		require.NoError(t, r.Err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	results, err = host.Run(ctx, batch)
	require.NoError(t, err)
	require.ErrorIs(t, results[4].Err, context.Canceled)
}

// A file may put traps where the host looks while it loads: nothing of it
// panics.
func TestTraps(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"getter on Object.prototype":     {`Object.defineProperty(Object.prototype, "x", {get: function () { throw new Error("trap"); }});` + documented, "trap"},
		"getter without end":             {`Object.defineProperty(Object.prototype, "x", {get: function () { while (true) {} }});` + documented, "ran too long"},
		"setter for what the host sets":  {`Object.defineProperty(Object.prototype, "model", {set: function () { throw new Error("trap"); }});` + documented, ""},
		"setter for loaders":             {`Object.defineProperty(Object.prototype, "f", {set: function () { throw new Error("trap"); }}); function f(instance, module) {}` + documented, "trap"},
		"getter on Array.prototype":      {`Object.defineProperty(Array.prototype, "0", {get: function () { throw new Error("trap"); }});` + documented, ""},
		"length of String.prototype":     {`Object.defineProperty(String.prototype, "trim", {get: function () { throw new Error("trap"); }});` + documented, "trap"},
		"Reject's instances":             {`Object.defineProperty(Reject, Symbol.hasInstance, {value: function () { throw new Error("trap"); }});` + inHook(`throw new Error("x")`), ""},
		"Reject's words":                 {inHook(`var r = new Reject("x"); Object.defineProperty(r, "message", {get: function () { throw new Error("trap"); }}); throw r;`), ""},
		"Reject's words, always":         {`Reject = class extends Reject { get message() { throw new Error("trap"); } };` + strings.Replace(documented, "init_from_JSON: function (json) {", "init_from_JSON: function (json) { throw new Reject('no');", 1), ""},
		"Error's stack":                  {`odoo.define("x", function () { var e = new Error("x"); Object.defineProperty(e, "stack", {get: function () { throw 1; }}); throw e; });`, ""},
		"Error's name":                   {`odoo.define("x", function () { throw {get name() { throw 1; }}; });`, ""},
		"models are a trap":              {`Object.defineProperty(models, "Order", {get: function () { throw new Error("trap"); }});`, "trap"},
		"a prototype is a trap":          {`models.Order = {get prototype() { throw new Error("trap"); }};`, "trap"},
		"a hook is a trap":               {`Object.defineProperty(models.Order.prototype, "export_as_JSON", {get: function () { throw new Error("trap"); }});`, "trap"},
		"a hook's text is a trap":        {`Function.prototype.toString = function () { throw new Error("trap"); };` + documented, ""},
		"a hook's text is deep":          {`Function.prototype.toString = function () { return "function () {" + "!".repeat(1e6) + "1}"; };` + documented, ""},
		"a written text is a trap":       {strings.Replace(documented, "export_as_JSON: function", "other: 1, export_as_JSON: function", 1) + `models.Order.prototype.export_as_JSON.written = {toString: function () { throw 1; }};`, ""},
		"globalThis is a trap":           {`Object.defineProperty(globalThis, "f", {get: function () { throw new Error("trap"); }, set: function () {}}); odoo.define("x", [], function () {});` + documented, ""},
		"Object.keys of the result":      {`Object.keys = function () { throw new Error("trap"); };` + documented, ""},
		"regular expression of depth":    {inHook(`new RegExp("(".repeat(2e6) + ")".repeat(2e6))`), ""},
		"regular expression without end": {inHook(`"x".match("(?=" + "(".repeat(2e6))`), ""},
		"regular expressions by look":    {inHook(`"x".split(new RegExp("(?:".repeat(1e6) + "(?=a)" + ")".repeat(1e6)))`), ""},
		"a symbol for a key":             {inHook(`data[Symbol("x")] = 1; data.go = Symbol("y"); return data;`), ""},
		"a proxy for a prototype":        {`models.Order.prototype = new Proxy(models.Order.prototype, {get: function () { throw new Error("trap"); }});`, ""},
		"a proxy for models.Order":       {`models.Order = new Proxy(models.Order, {get: function () { throw new Error("trap"); }});`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotPanics(t, func() {
				host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{write(t, "script.js", c.text)}, Timeout: 2 * time.Second})
				if c.says != "" {
					require.ErrorContains(t, err, c.says)
				}
				if err != nil {
					require.NotContains(t, err.Error(), "engine failed")
					return
				}
				for _, value := range []protocol.Value{`"now"`, `"later"`} {
					ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
					results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{order(nil, protocol.Fields{"go": value})}})
					cancel()
					require.True(t, err != nil || len(results) == 1)
				}
			})
		})
	}
}

// RegExp is guarded, and is RegExp.
func TestRegexps(t *testing.T) {
	result := run(t, script(t, inHook(`
var A = class extends RegExp { get mine() { return 1; } };
data.go = [RegExp("a+", "g") instanceof RegExp, /x/ instanceof RegExp, /x/.constructor === RegExp, new RegExp(/y/i).flags, "aXbX".match("X").index,
    "abc".replace(new RegExp("b"), "-"), "a-b".split(new RegExp("-")).length, new A("q").mine, new A("q") instanceof A, RegExp.name,
    Array.from("xyx".matchAll(RegExp("x", "g"))).length, "x".search("y"), Object.prototype.toString.call(new RegExp("x"))];`)),
		order(nil, protocol.Fields{"go": `"now"`}))
	require.Equal(t, protocol.Value(`[true,true,true,"i",1,"a-c",2,1,true,"RegExp",2,-1,"[object RegExp]"]`), result.Export["go"])
}
