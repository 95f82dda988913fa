package javascript_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// globals are all names that a file finds: JavaScript's own, and those of the host, which
// stand in for what files for Odoo expect; _super is the test's. A new one must be entered.
const globals = `$ AggregateError Array Backbone Boolean Date Error EvalError Function GoError Infinity JSON Map Math NaN Number Object Promise Proxy QWeb RangeError
ReferenceError Reflect RegExp Reject Set String Symbol SyntaxError TypeError URIError WeakMap WeakSet _ __mt_imported _lt _super _t clearInterval
clearTimeout console decodeURI decodeURIComponent document encodeURI encodeURIComponent escape eval flectra globalThis isFinite isNaN jQuery
localStorage location luxon manytill manytillModels models moment navigator odoo openerp owl parseFloat parseInt posmodel queueMicrotask
requestAnimationFrame require sessionStorage setInterval setTimeout structuredClone undefined unescape window`

// TestGlobals compares them with what is there. Code can't be made of a text, and nothing
// leads to files, a network, the environment or the process.
func TestGlobals(t *testing.T) {
	said := func(code string) (all []string) {
		result := run(t, script(t, inHook(code)), order(nil, protocol.Fields{"go": `"now"`}))
		require.NoError(t, json.Unmarshal([]byte(result.Export["go"]), &all))
		return all
	}
	require.Equal(t, strings.Fields(globals), said(`
        var seen = {};
        [globalThis, (function () { return this; })()].forEach(function (o) {
            for (; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) Object.getOwnPropertyNames(o).forEach(function (name) { seen[name] = 1; });
        });
        data.go = Object.keys(seen).sort();`))
	require.Equal(t, strings.Fields("TypeError TypeError TypeError TypeError TypeError"), said(`
        var makers = [Function, eval, (function () {}).constructor, (function* () {}).constructor, (async function () {}).constructor];
        data.go = makers.map(function (make) { try { return String(make("return this")); } catch (e) { return e.name; } });`))
	for _, module := range strings.Fields("fs node:fs net http child_process process os vm worker_threads") {
		require.Empty(t, said(`
        var found;
        try { found = require("`+module+`"); } catch (e) { found = {}; }
        data.go = ["readFileSync", "readFile", "connect", "request", "exec", "spawn", "env", "exit", "hostname", "runInThisContext", "Worker"].filter(function (name) {
            return found && typeof found[name] === "function" && /native code/.test(String(found[name]));
        });`), module)
	}
}

// TestExtensionsShareNothing has one extension change all that it can reach, when it is
// loaded and in its hooks, beside others in the same process.
func TestExtensionsShareNothing(t *testing.T) {
	spoil := ""
	for _, one := range []string{
		`globalThis.left = "left"`, `Object.prototype.left = "left"`, `Array.prototype.map = function () { return ["left"]; }`,
		`JSON.stringify = function () { return "left"; }`, `Math.max = function () { return "left"; }`,
		`manytill.left = "left"`, `models.left = "left"`, `models.Order.prototype.left = "left"`,
	} {
		spoil += "try { " + one + "; } catch (e) {}\n" // some can't be changed
	}
	const look = `
        var found = [globalThis.left, ({}).left, [1].map(String)[0], JSON.stringify([1]), Math.max(1, 2), manytill.left, models.left, models.Order.prototype.left];
        data.go = 0;
        for (var i = 0; i < found.length; i++) if (found[i] === "left") data.go++;`
	now := order(nil, protocol.Fields{"go": `"now"`})
	before, spoiling := script(t, inHook(look)), script(t, inHook(spoil+look)+"\n"+spoil)
	after := script(t, inHook(look))
	for range 3 {
		require.NotEqual(t, protocol.Value("0"), run(t, spoiling, now).Export["go"], "its own")
		require.Equal(t, protocol.Value("0"), run(t, before, now).Export["go"])
		require.Equal(t, protocol.Value("0"), run(t, after, now).Export["go"])
	}
}
