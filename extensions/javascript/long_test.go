//go:build !race

// Long tests in which nothing happens at the same time.

package javascript_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/sdk"
)

var nearMisses = []string{"is no hook", "is async", "refuses nothing", "declared nowhere"}

// Every sample file opens in a page, alone and with others, each with a class
// chain of its own; and nothing in one is taken for a near miss.
func TestBrowser(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.js")
	require.NoError(t, err)
	var hosts []extensions.Host
	for _, file := range files {
		host := load(t, file)
		for _, n := range host.Describe().Notes {
			for _, words := range nearMisses {
				require.NotContains(t, n, words, file)
			}
		}
		hosts = append(hosts, host)
	}
	rt := page(t, append(hosts, load(t, "documented.js"))...)
	require.Empty(t, eval(t, rt, "failures()"))
	last := eval(t, rt, `run(opened.length - 1, "order", false, '{"first_new_variable": 1}', '{"first_new_variable": 2, "uid": "o1"}')`)
	require.Contains(t, last, `"uid":"o1"`)
	require.Contains(t, last, `"first_new_variable":2`)
	require.NotContains(t, last, "waiter")
	require.Equal(t, "undefined", eval(t, rt, "typeof acme_weight_models"))
}

// Files as real vendors have them, of Odoo 7 to 18: each is loaded, and then
// works between two tills of one real engine. At least 97 in 100 must load and
// run; of the fields that they export, 95 in 100 must travel.
func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob("testdata/corpus/*")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(paths), 70)
	ran, fields, travelled := 0, 0, 0
	for _, path := range paths {
		all := exportings(t, path)
		faults := map[sdk.Field][]string{}
		host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{path}, Log: slog.New(slog.DiscardHandler)})
		fields += len(all)
		if err != nil {
			t.Errorf("%s doesn't load: %s", filepath.Base(path), err)
			continue
		}
		s := openShop(t, host)
		for _, e := range all {
			if fault := s.claimed(e); fault != "" {
				faults[e.field] = append(faults[e.field], fault)
			}
		}
		s.play(all, faults)
		errors := s.errors()
		for _, e := range errors {
			t.Errorf("%s: %s", filepath.Base(path), e)
		}
		if len(errors) == 0 {
			ran++
		}
		for _, e := range all {
			if len(faults[e.field]) == 0 {
				travelled++
			}
			for _, fault := range faults[e.field] {
				t.Errorf("%s: %s.%s: %s", filepath.Base(path), e.model, e.field, fault)
			}
		}
		for _, extra := range s.unexpected(all) {
			t.Errorf("%s: claims %s, which the file's head doesn't name", filepath.Base(path), extra)
		}
		require.NoError(t, host.Close())
	}
	t.Logf("%d of %d files load and run; %d of %d fields travel", ran, len(paths), travelled, fields)
	require.GreaterOrEqual(t, ran*100, 97*len(paths))
	require.GreaterOrEqual(t, travelled*100, 95*fields)
}

var hostile = map[string]struct{ body, says string }{
	"loop for ever":            {`while (true) {}`, "ran too long"},
	"loop in a catch":          {`while (true) { try { while (true) {} } catch (e) {} finally { continue; } }`, "ran too long"},
	"recursion":                {`(function f() { f(); })()`, "too deeply"},
	"recursion in a catch":     {`(function f() { try { f(); } catch (e) { f(); } })()`, "too deeply"},
	"recursion by a getter":    {`var o = {get x() { return this.x; }}; o.x;`, "too deeply"},
	"recursion by toJSON":      {`data.go = {toJSON: function () { return {toJSON: this.toJSON}; }};`, ""},
	"recursion by sort":        {`(function f() { [2, 1].sort(f); })()`, ""},
	"allocation":               {`var a = []; while (true) { a.push(new Array(1000).fill("x" + a.length)); }`, ""},
	"doubling text":            {`var s = "x"; while (true) { s += s; }`, ""},
	"huge repeat":              {`"x".repeat(1e9)`, "too long"},
	"huge repeat of long":      {`"xxxxxxxxxxxxxxxx".repeat(1e6)`, "too long"},
	"huge pad":                 {`"x".padStart(2e9)`, "too long"},
	"huge join":                {`new Array(4e9).join("x")`, ""},
	"huge join of an object":   {`Array.prototype.join.call({length: 1e15}, "x")`, "too long"},
	"huge indexOf":             {`Array.prototype.indexOf.call({length: 1e15}, 1)`, "too long"},
	"huge fill":                {`new Array(4e9).fill(1)`, ""},
	"huge from":                {`Array.from({length: 1e12})`, ""},
	"huge apply":               {`Math.max.apply(null, {length: 1e12})`, ""},
	"huge typed array":         {`new Uint8Array(1e10)`, ""},
	"huge number of digits":    {`BigInt(10) ** BigInt(1e9)`, ""},
	"catastrophic regex":       {`/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")`, ""},
	"catastrophic lookahead":   {`/^(?=(a+)+$)(a+)+\1$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")`, ""},
	"deep regex":               {`new RegExp("(".repeat(100000) + ")".repeat(100000))`, ""},
	"deep array to text":       {`var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } String(a)`, ""},
	"deep array flattened":     {`var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } a.flat(Infinity)`, ""},
	"deep array to JSON":       {`var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } JSON.stringify(a)`, ""},
	"deep text from JSON":      {`JSON.parse("[".repeat(1e6))`, "deeper than 100"},
	"deep array exported":      {`var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } data.go = a; return data;`, ""},
	"circle exported":          {`var a = {}; a.a = a; data.go = a; return data;`, ""},
	"deep prototype chain":     {`var o = {}; for (var i = 0; i < 1e6; i++) { o = Object.create(o); } o.nothing`, ""},
	"deep bind":                {`var f = function () {}; for (var i = 0; i < 1e5; i++) { f = f.bind(null); } f();`, ""},
	"deep proxy":               {`var p = {}; for (var i = 0; i < 1e5; i++) { p = new Proxy(p, {}); } p.x;`, ""},
	"eval":                     {`eval("1")`, "can't be made from text"},
	"Function":                 {`new Function("return 1")()`, "can't be made from text"},
	"Function by constructor":  {`(function () {}).constructor("return 1")()`, "can't be made from text"},
	"Function by generator":    {`(function* () {}).constructor("return 1")()`, "can't be made from text"},
	"Function by async":        {`(async function () {}).constructor("return 1")()`, "can't be made from text"},
	"Function by Reflect":      {`Reflect.construct(Object.getPrototypeOf(function () {}).constructor, ["return 1"])`, "can't be made from text"},
	"throws no error":          {`throw null`, ""},
	"throws a getter":          {`throw {get name() { throw 1; }, get message() { while (true) {} }}`, ""},
	"exports a getter":         {`return Object.defineProperty({}, "go", {get: function () { throw new Error("boo"); }, enumerable: true});`, "boo"},
	"exports no object":        {`return 5`, "export_as_JSON gave no object"},
	"exports a proxy":          {`return new Proxy({}, {ownKeys: function () { throw new Error("boo"); }})`, "boo"},
	"exports a looping toJSON": {`data.go = {toJSON: function () { while (true) {} }}; return data;`, "ran too long"},
}

// Whatever code does, a call ends, says why, and the next call is good.
func TestHostileHooks(t *testing.T) {
	for name, c := range hostile {
		t.Run(name, func(t *testing.T) {
			host := script(t, inHook(c.body))
			ctx, cancel := context.WithTimeout(context.Background(), 600*time.Millisecond)
			defer cancel()
			began := time.Now()
			results, err := host.Run(ctx, &extensions.Batch{Records: []*extensions.Record{order(sdk.Fields{}, sdk.Fields{"go": `"now"`})}})
			require.NoError(t, err)
			require.Less(t, time.Since(began), 3*time.Second)
			if c.says != "" {
				require.ErrorContains(t, results[0].Err, c.says)
			}
			again := run(t, host, order(sdk.Fields{}, sdk.Fields{"go": `"later"`}))
			require.Equal(t, sdk.Fields{"go": `"later"`}, again.Export)
		})
	}
}

// What loops while it is loaded doesn't hold up the server.
func TestHostileFiles(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"loop":          {"while (true) {}", "ran too long"},
		"recursion":     {"(function f() { f(); })()", "too deeply"},
		"allocation":    {"var a = []; while (true) { a.push(new Array(1000).fill(1)); }", ""},
		"nested":        {strings.Repeat("(", 100000) + strings.Repeat(")", 100000), "nested too deeply"},
		"unary":         {"var x = " + strings.Repeat("!", 200000) + "1;" + documented, ""},
		"plus":          {"var x = 1" + strings.Repeat("+1", 30000) + ";" + documented, ""},
		"else if":       {"if (0) {} " + strings.Repeat("else if (0) {} ", 50000) + documented, ""},
		"arrows":        {"var x = " + strings.Repeat("a=>", 3000) + "1;" + documented, ""},
		"big integer":   {"var x;\nx = 1n << 10000000000n;", "script.js:2:5: BigInt"},
		"source map":    {documented + "\n//# sourceMappingURL=/etc/passwd", ""},
		"huge":          {strings.Repeat("// comment\n", 200000), "at most"},
		"bad syntax":    {"var x = 1;\nvar y = ;", "script.js:2"},
		"throws":        {"var x = 1;\nthrow new TypeError('missing till');", "script.js:2:7: TypeError: missing till"},
		"bad module":    {"import {a} from 'x';\nvar y = ;", "script.js:2"},
		"module throws": {"import {a} from 'x';\n\nclass X {}\nthrow new Error('oh');", "script.js:4:7: Error: oh"},
		"unknown call":  {"odoo.define('x', function (require) {\n var m = require('point_of_sale.models');\n m.Order.prototype.nothing();\n});", "script.js:3:27: TypeError"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{write(t, "script.js", c.text)}, Timeout: time.Second})
			require.Less(t, time.Since(began), 10*time.Second)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
			}
		})
	}
}
