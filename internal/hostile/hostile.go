// Package hostile has hooks and files of extensions that a server must
// outlive: by mistake or on purpose they never end, take all memory, or lead a
// native function of the engine astray. It is for tests; what must hold of a
// server meanwhile is theirs to say.
//
// It owns no goroutine. Start reading with hooks.js.
package hostile

import (
	_ "embed"
	"slices"
	"strings"
)

// Case is a hook, or a file. The first of a kind stands for the others where
// time is short.
type Case struct {
	Kind, Name string
	First      bool
	// Says is part of what the runtime says where it stops it by itself; "" is
	// anything, or nothing.
	Says string
	// Code is a whole file. A hook's does its harm when an order's field go is
	// "now"; with any other value it gives that back in the field echo.
	Code string
}

//go:embed hooks.js
var hooks string

// Hooks are all of hooks.js: "//# " begins a kind and "//! " a hook, in
// export_as_JSON if its name doesn't end with another's. Behind "= " stands what
// is said of it.
func Hooks() (all []Case) {
	for kind := range strings.SplitSeq(hooks, "//# ") {
		name, snippets, _ := strings.Cut(kind, "\n")
		for i, snippet := range strings.Split(snippets, "//! ") {
			title, body, _ := strings.Cut(snippet, "\n")
			if i == 0 {
				continue
			}
			title, says, _ := strings.Cut(title, " = ")
			title, where, _ := strings.Cut(title, " @")
			all = append(all, Case{Kind: name, Name: title, First: i == 1, Says: says, Code: hook(where, body)})
		}
	}
	return all
}

// What the runtime itself stops, or reads: these end nothing, also where they
// run in the server, and are told by it.
const (
	stopped = "what the runtime itself stops"
	read    = "what the runtime itself reads"
)

// Stopped are the hooks that no process is needed for.
func Stopped() []Case { return of(stopped, Hooks()) }

// Read are the files that no process is needed for.
func Read() []Case { return of(read, Files()) }

func of(kind string, all []Case) []Case {
	return slices.DeleteFunc(all, func(c Case) bool { return c.Kind != kind })
}

func hook(where, body string) string {
	at := map[string]string{where: body}
	apply := ""
	if where == "apply" {
		apply = `
    apply_ms_data: function (data) {
        this.go = data.go;
        if (this.go === "now") {
` + body + `
        }
    },`
	}
	return `var kept = [];
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        this.go = json.go;
        this.echo = json.echo;
        _super.init_from_JSON.call(this, json);
        if (this.go === "now") {
` + at["init"] + `
        }
    },` + apply + `
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.go = this.go;
        data.echo = this.go ? this.go : this.echo;
        if (this.go === "now") {
` + at[""] + `
        }
        return data;
    },
});
`
}

// Files are those whose reading or running ends or holds what reads them.
func Files() (all []Case) {
	for _, kind := range files {
		for i, f := range kind.files {
			says := ""
			if len(f) > 2 {
				says = f[2]
			}
			all = append(all, Case{Kind: kind.name, Name: f[0], First: i == 0, Says: says, Code: f[1]})
		}
	}
	return all
}

// Echo is a file that does no harm: what an order's field go is set to it gives
// back in the field echo.
var Echo = hook("", "")

const most = 900_000 // bytes, of at most a MiB

func upTo(part string) string         { return strings.Repeat(part, most/len(part)) }
func times(n int, part string) string { return strings.Repeat(part, n) }
func nested(open, in, closed string) string {
	n := most / (len(open) + len(closed))
	return strings.Repeat(open, n) + in + strings.Repeat(closed, n)
}

var files = []struct {
	name  string
	files [][]string
}{
	{"expressions", [][]string{
		{"arrows", "var x = " + upTo("a=>") + "1;"},
		{"83,101 arrows", "var x = " + times(83_101, "a=>") + "1;"},
		{"members", "var x = a" + upTo(".a") + ";"},
		{"164,734 members", "var x = a" + times(164_734, ".a") + ";"},
		{"optional chains", "var x = a" + upTo("?.a") + ";"},
		{"not", "var x = " + upTo("!") + "1;"},
		{"617,906 nots", "var x = " + times(617_906, "!") + "1;"},
		{"negations", "var x = " + upTo("- ") + "1;"},
		{"typeof", "var x = " + upTo("typeof ") + "1;"},
		{"conditions", "var x = 1" + upTo("?1:1") + ";"},
		{"conditions within", "var x = " + nested("1?", "1", ":1") + ";"},
		{"new", "var x = " + upTo("new ") + "a;"},
		{"powers", "var x = 1" + upTo("**1") + ";"},
		{"sums", "var x = 1" + upTo("+1") + ";"},
		{"assignments", "var a; " + upTo("a=") + "1;"},
		{"or", "var x = a" + upTo("||a") + ";"},
		{"commas", "var x = (1" + upTo(",1") + ");"},
		{"calls", "var x = a" + upTo("()") + ";"},
		{"indexes", "var x = a" + upTo("[0]") + ";"},
		{"indexes within", "var x = " + nested("a[", "0", "]") + ";"},
		{"calls within", "var x = " + nested("a(", "0", ")") + ";"},
		{"parentheses", "var x = " + nested("(", "1", ")") + ";"},
		{"tagged templates", "var x = a" + upTo("``") + ";"},
		{"awaits of a module", "import x from 'y';\n" + upTo("await ")},
		{"yields", "function* f() { " + upTo("yield ") + "}"},
		{"spreads", "f(" + nested("...[", "1", "]") + ");"},
	}},
	{"brackets", [][]string{
		{"brackets", "var x = " + upTo("[") + ";"},
		{"lists", "var x = " + nested("[", "1", "]") + ";"},
		{"objects", "var x = " + nested("{a:", "1", "}") + ";"},
		{"patterns", "var " + nested("[", "a", "]") + " = [];"},
		{"patterns of objects", "var " + nested("{a:", "a", "}") + " = {};"},
		{"defaults", "var x = function (" + upTo("a = function (") + ";"},
		{"templates", "var x = " + upTo("`${") + ";"},
		{"templates within", "var x = " + nested("`${", "1", "}`") + ";"},
		{"functions", nested("(function(){", "", "})()") + ";"},
		{"arrow bodies", "var x = " + nested("()=>{", "", "}") + ";"},
		{"methods", "var x = " + nested("{a(){return ", "1", "}}") + ";"},
		{"getters", "var x = " + nested("{get a(){return ", "1", "}}") + ";"},
		{"computed keys", "var x = " + nested("{[", "1", "]:1}") + ";"},
		{"a long expression of groups", "var x = /" + nested("(", "a", ")") + "/;"},
		{"a long class", "var x = /[" + upTo("a-z") + "]/;"},
		{"look aheads", "var x = /" + nested("(?=", "a", ")") + "/;"},
	}},
	{"statements", [][]string{
		{"ifs", upTo("if(0)") + ";"},
		{"else ifs", upTo("if(0);else ") + ";"},
		{"labels", upTo("a:") + ";"},
		{"other labels", manyLabels() + ";"},
		{"blocks", nested("{", "", "}")},
		{"loops", upTo("for(;;)") + "break;"},
		{"whiles", upTo("while(0)") + ";"},
		{"dos", upTo("do ") + ";"},
		{"withs", upTo("with(a)") + ";"},
		{"tries", nested("try{", "", "}finally{}")},
		{"catches", nested("try{}catch(e){", "", "}")},
		{"switches", nested("switch(1){case 1:", "", "}")},
		{"classes", upTo("class A extends ")},
		{"classes within", nested("class A{a(){", "", "}}")},
		{"static blocks", nested("class A{static{", "", "}}")},
		{"declarations", "var " + upTo("a=1,") + "b;"},
		{"many statements", upTo("a;")},
		{"many functions", upTo("function a(){}")},
		{"a list of arguments", "f(" + upTo("1,") + "1);"},
		{"a list of parameters", "function f(" + upTo("a,") + "a) {}"},
		{"imports", upTo("import 'a';")},
		{"exports", upTo("export {};")},
		{"types", "var x: " + upTo("Array<") + ";"},
		{"comments", upTo("/*") + "*/"},
		{"a long line", "var x = '" + upTo("x") + "';"},
		{"an open text", "var x = '" + upTo("\\\n")},
		{"wrong bytes", upTo("\xff\xfe\x00")},
	}},
	{"at loading", [][]string{
		{"memory", "var a = []; for (;;) { a.push(new Array(1e6).fill(1)); }"},
		{"an endless loop", "for (;;) {}"},
		{"a native, kept", "var a = []; for (;;) { a.push(new ArrayBuffer(1e7)); }"},
		{"padded, lying twice", `var n = 0; "x".padStart({valueOf: function () { return n++ ? 1e12 : 1; }});`},
		{"an expression", `/^(a+)+$/.test("a".repeat(60) + "b"); for (;;) {}`},
		{"an expression on a text", `"1".repeat(600000).match(/\d+%|\d/g); for (;;) {}`},
		{"recursion", "(function f() { f(); })();"},
		{"promises", "(function again() { Promise.resolve().then(again); })();"},
		{"an async module", `odoo.define("x", async function (require) { for (;;) { await null; } });`},
		{"a module that requires itself", `odoo.define("x", function (require) { return require("x"); }); odoo.define("y", ["y"], function () { for (;;) {} });`},
		{"a console", `for (;;) { console.log("x".repeat(1e5)); }`},
		{"throws what throws", `throw {get message() { throw 1; }, get name() { for (;;) {} }};`},
		{"throws a text", `throw "a text";`},
		{"a proxy for a class", "models.Order = new Proxy(models.Order, {get: function () { for (;;) {} }});"},
		{"a class that is none", "models.Order = 5; models.Orderline = null;"},
		{"a prototype without end", "Object.setPrototypeOf(models.Order.prototype, new Proxy({}, {get: function () { for (;;) {} }}));"},
		{"a getter for a hook", `Object.defineProperty(models.Order.prototype, "export_as_JSON", {get: function () { for (;;) {} }});`},
		{"a getter on Object", `Object.defineProperty(Object.prototype, "get", {get: function () { for (;;) {} }}); throw 1;`},
		{"a hook that never ends", `models.Order = models.Order.extend({export_as_JSON: function () { for (;;) {} }});`},
		{"a hook that takes all memory", `models.Order = models.Order.extend({export_as_JSON: function () { var a = []; for (;;) { a.push(new ArrayBuffer(1e7)); } }});`},
		{"a hook that pads", `models.Order = models.Order.extend({init_from_JSON: function () { var n = 0; "x".padStart({valueOf: function () { return n++ ? 1e12 : 1; }}); }});`},
		{"a hook of 5", `models.Order = models.Order.extend({apply_ms_data: 5});`},
		{"hooks of everything", `models.Order = new Proxy(models.Order.extend({}), {get: function () { return function () { throw 1; }; }});`},
		{"many extends", `for (;;) { models.Order = models.Order.extend({export_as_JSON: function () { return {}; }}); }`},
		{"many fields", `models.Order = models.Order.extend({export_as_JSON: function () { var d = {}; for (var i = 0; i < 1e6; i++) { d["k" + i] = 1; } return d; }, init_from_JSON: function (json) { for (var k in json) { this[k] = json[k]; } }});`},
		{"its own Reject", "Reject = undefined; models = null; odoo = 1; this.models = 2;"},
		{"no globals", "for (var k of Object.getOwnPropertyNames(this)) { try { delete this[k]; } catch (e) {} try { this[k] = undefined; } catch (e) {} }"},
	}},
	{read, [][]string{
		{"nested", times(100_000, "(") + times(100_000, ")"), "nested too deeply"},
		{"loop", "while (true) {}", "ran too long"},
		{"recursion", "(function f() { f(); })()", "too deeply"},
		{"allocation", "var a = []; while (true) { a.push(new Array(1000).fill(1)); }"},
		{"unary", "var x = " + times(200000, "!") + "1;" + Echo},
		{"plus", "var x = 1" + times(30000, "+1") + ";" + Echo},
		{"else if", "if (0) {} " + times(50000, "else if (0) {} ") + Echo},
		{"arrows", "var x = " + times(3000, "a=>") + "1;" + Echo},
		{"big integer", "var x;\nx = 1n << 10000000000n;", "hostile.js:2:5: BigInt"},
		{"source map", Echo + "\n//# sourceMappingURL=/etc/passwd"},
		{"huge", times(200000, "// comment\n"), "at most"},
		{"bad syntax", "var x = 1;\nvar y = ;", "hostile.js:2"},
		{"throws", "var x = 1;\nthrow new TypeError('missing till');", "hostile.js:2:7: TypeError: missing till"},
		{"bad module", "import {a} from 'x';\nvar y = ;", "hostile.js:2"},
		{"module throws", "import {a} from 'x';\n\nclass X {}\nthrow new Error('oh');", "hostile.js:4:7: Error: oh"},
		{"unknown call", "odoo.define('x', function (require) {\n var m = require('point_of_sale.models');\n m.Order.prototype.nothing();\n});", "hostile.js:3:27: TypeError"},
	}},
}

func manyLabels() string {
	var b strings.Builder
	for i := 0; b.Len() < most; i++ {
		b.WriteString("a" + strings.Repeat("b", i%7) + strings.Repeat("c", i%11) + ":")
	}
	return b.String()
}
