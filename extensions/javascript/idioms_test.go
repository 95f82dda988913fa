package javascript_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// stacked is a file that adds a field of its own to the order, in one idiom.
func stacked(idiom, key string) string {
	return strings.ReplaceAll(map[string]string{
		"backbone": `odoo.define("KEY", function (require) {
var models = require("point_of_sale.models");
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { _super.init_from_JSON.apply(this, arguments); this.KEY = json.KEY; },
    apply_ms_data: function (data) { if (_super.apply_ms_data) { _super.apply_ms_data.apply(this, arguments); } this.KEY = data.KEY; },
    export_as_JSON: function () { var json = _super.export_as_JSON.apply(this, arguments); json.KEY = this.KEY; return json; },
});
});`,
		"registries": `odoo.define("KEY", function (require) {
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");
Registries.Model.extend(Order, (Order) => class extends Order {
    init_from_JSON(json) { super.init_from_JSON(...arguments); this.KEY = json.KEY; }
    apply_ms_data(data) { super.apply_ms_data(...arguments); this.KEY = data.KEY; }
    export_as_JSON() { const json = super.export_as_JSON(...arguments); json.KEY = this.KEY; return json; }
});
});`,
		"patch": `/** @odoo-module **/
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
patch(Order.prototype, {
    init_from_JSON(json) { super.init_from_JSON(...arguments); this.KEY = json.KEY; },
    apply_ms_data(data) { super.apply_ms_data(...arguments); this.KEY = data.KEY; },
    export_as_JSON() { const json = super.export_as_JSON(...arguments); json.KEY = this.KEY; return json; },
});`,
		"named": `/** @odoo-module **/
import { Order } from "point_of_sale.models";
import { patch } from "web.utils";
import { patch as patchIt } from "@web/core/utils/patch";
patchIt(Order.prototype, "KEY", {
    init_from_JSON(json) { this._super(...arguments); this.KEY = json.KEY; },
    apply_ms_data(data) { this._super(...arguments); this.KEY = data.KEY; },
    export_as_JSON() { const json = this._super(...arguments); json.KEY = this.KEY; return json; },
});`,
		"named with super": `/** @odoo-module **/
import { Order } from "point_of_sale.models";
import { patch } from "@web/core/utils/patch";
patch(Order.prototype, "KEY", {
    init_from_JSON(json) { super.init_from_JSON(...arguments); this.KEY = json.KEY; },
    apply_ms_data(data) { super.apply_ms_data(...arguments); this.KEY = data.KEY; },
    export_as_JSON() { const json = super.export_as_JSON(...arguments); json.KEY = this.KEY; return json; },
});`,
	}[idiom], "KEY", key)
}

// Two and three files on the same hook, in any order, in any idioms.
func TestStackedFiles(t *testing.T) {
	idioms := []string{"backbone", "registries", "patch", "named", "named with super"}
	for _, first := range idioms {
		for _, second := range idioms {
			t.Run(first+" and "+second, func(t *testing.T) {
				host := load(t, write(t, "a.js", stacked(first, "first")), write(t, "b.js", stacked(second, "second")), write(t, "c.js", stacked("backbone", "third")))
				merged := protocol.Fields{"first": "1", "second": "2", "third": "3"}
				result := run(t, host, order(protocol.Fields{"first": "0"}, merged))
				require.Equal(t, merged, result.Export)
				require.Len(t, host.Describe().Fields[protocol.ModelOrder], 3)
			})
		}
	}
}

// A folder is one extension; a module waits for what it requires, whichever
// file comes first; a helper file without hooks is one of them.
func TestFolderInAnyOrder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"static/src/js/a_uses.js": `/** @odoo-module */
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { double } from "@acme/js/z_helper";
import times, { three } from "./z_helper";
const legacy = require_it("acme.legacy");
patch(Order.prototype, {
    init_from_JSON(json) { super.init_from_JSON(...arguments); this.a = json.a; },
    export_as_JSON() { const json = super.export_as_JSON(...arguments); json.a = double(this.a) * times(three) + legacy.add; return json; },
});`,
		"static/src/js/b_global.js":  `function require_it(name) { return required[name]; } var required = {"acme.legacy": {add: 0.5}};`,
		"static/src/js/z_helper.js":  "export const double = (n) => n * 2;\nexport const three = 3;\nexport default (n) => n;",
		"static/src/js/c_uses.js":    `odoo.define("acme.c", function (require) { var base = require("acme.d"); base.Order = base.Order.extend({export_as_JSON: function () { var j = this.constructor.__super__.export_as_JSON.apply(this, arguments); j.c = base.value; return j; }}); });`,
		"static/src/js/d_defines.js": `odoo.define("acme.d", function (require) { var models = require("point_of_sale.models"); models.value = 7; return models; });`,
		"node_modules/x/index.js":    "throw new Error('not ours')",
		"static/src/js/notes.txt":    "no script",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{dir}, Name: "acme"})
	require.NoError(t, err)
	require.Empty(t, failedFiles(host))
	result := run(t, host, order(nil, protocol.Fields{"a": "10"}))
	require.Equal(t, protocol.Fields{"a": "60.5", "c": "7"}, result.Export)
}

// A file that throws while it is loaded is left out and named; the others
// work. Alone, it is an error.
func TestFileThatThrows(t *testing.T) {
	bad := write(t, "bad.js", "odoo.define('bad', function (require) {\n  var missing;\n  missing.name.toString();\n});")
	host := load(t, bad, write(t, "good.js", stacked("backbone", "good")))
	require.Len(t, failedFiles(host), 1)
	require.Contains(t, failedFiles(host)[0], "bad.js:3:11: a file was left out, as it threw while loading: TypeError")
	require.Equal(t, protocol.Fields{"good": "1"}, run(t, host, order(nil, protocol.Fields{"good": "1"})).Export)
	_, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{bad}})
	require.ErrorContains(t, err, "bad.js:3:11: TypeError")
	_, err = javascript.Load(context.Background(), javascript.Options{Paths: []string{filepath.Join(t.TempDir(), "no.js")}})
	require.ErrorContains(t, err, "there is no such file or folder")
	_, err = javascript.Load(context.Background(), javascript.Options{Paths: []string{t.TempDir()}})
	require.ErrorContains(t, err, "no .js or .ts file in it")
}

// What a hook can do, and what comes of it. Its body stands in export_as_JSON
// after `this.x = json.x` in init.
func TestHookBehaviour(t *testing.T) {
	for name, c := range map[string]struct {
		export string
		want   protocol.Fields
	}{
		"undefined vanishes":             {`out.x = undefined;`, protocol.Fields{}},
		"not a number vanishes":          {`out.x = 0 / 0;`, protocol.Fields{}},
		"infinity vanishes":              {`out.x = 1 / 0;`, protocol.Fields{}},
		"a function vanishes":            {`out.x = function () {};`, protocol.Fields{}},
		"a function inside vanishes":     {`out.x = {a: [function () {}]};`, protocol.Fields{}},
		"a stand-in vanishes":            {`out.x = this.pos.gui;`, protocol.Fields{}},
		"a stand-in inside vanishes":     {`out.x = [1, {a: this.pos.config.whatever.there.is}];`, protocol.Fields{}},
		"a product vanishes":             {`out.x = this.get_orderlines()[0].get_product();`, protocol.Fields{}},
		"a circle vanishes":              {`var o = {}; o.o = o; out.x = o;`, protocol.Fields{}},
		"a symbol vanishes":              {`out.x = Symbol("x");`, protocol.Fields{}},
		"too large a number vanishes":    {`out.x = 1e300;`, protocol.Fields{}},
		"a deleted key vanishes":         {`out.x = 1; delete out.x;`, protocol.Fields{}},
		"null is null":                   {`out.x = null;`, protocol.Fields{"x": "null"}},
		"false is false":                 {`out.x = false;`, protocol.Fields{"x": "false"}},
		"undefined inside, as in JSON":   {`out.x = {a: undefined, b: [undefined]};`, protocol.Fields{"x": `{"b":[null]}`}},
		"numbers are rounded":            {`out.x = 0.1 + 0.2;`, protocol.Fields{"x": "0.3"}},
		"a date":                         {`out.x = new Date(0);`, protocol.Fields{"x": `"1970-01-01T00:00:00.000Z"`}},
		"a model's attributes":           {`var m = new Backbone.Model(); m.set("a", 1); out.x = m;`, protocol.Fields{"x": `{"a":1}`}},
		"a collection":                   {`out.x = new Backbone.Collection([1, 2]);`, protocol.Fields{"x": "[1,2]"}},
		"a wrapped number":               {`out.x = new Number(5);`, protocol.Fields{"x": "5"}},
		"keys that depend":               {`if (this.x === 1) { out.y = 1; } else { out.z = 1; }`, protocol.Fields{"y": "1"}},
		"another object":                 {`return {x: 1, uid: "mine", amount_total: 3};`, protocol.Fields{"x": "1"}},
		"a copy":                         {`return _.extend({}, out, {x: 2});`, protocol.Fields{"x": "2"}},
		"a spread":                       {`return {...out, x: 2};`, protocol.Fields{"x": "2"}},
		"a copy by JSON":                 {`out.x = {a: 1}; return JSON.parse(JSON.stringify(out));`, protocol.Fields{"x": `{"a":1}`}},
		"the instance's own array":       {`this.list = [1]; out.x = this.list; var self = this; out.then_changed = 0; this.list.push(2);`, protocol.Fields{"x": "[1,2]", "then_changed": "0"}},
		"lines of the order":             {`out.x = this.get_orderlines().length + this.orderlines.models.length + this.orderlines.at(1).quantity;`, protocol.Fields{"x": "5"}},
		"underscore on lines":            {`out.x = this.orderlines.pluck("price").concat(this.orderlines.any(function (l) { return l.discount > 0; }));`, protocol.Fields{"x": "[4.8,10,true]"}},
		"each, reduce, find":             {`var n = 0; this.orderlines.each(function (l) { n += l.get_quantity(); }); out.x = [n, _.reduce(this.get_orderlines(), function (a, l) { return a + l.price; }, 0), this.orderlines.find(function (l) { return l.id === 2; }).uid];`, protocol.Fields{"x": `[3,14.8,"l2"]`}},
		"for of, map, filter":            {`let n = 0; for (const l of this.orderlines) { n += l.quantity; } out.x = [n, this.get_orderlines().filter(l => l.discount).map(l => l.uid)];`, protocol.Fields{"x": `[3,["l2"]]`}},
		"lines by Odoo 8's name":         {`out.x = this.get("orderLines").length;`, protocol.Fields{"x": "2"}},
		"totals":                         {`out.x = [this.get_total_with_tax(), this.get_total_paid(), this.get_due(), this.get_change()];`, protocol.Fields{"x": "[14.6,5,9.6,0]"}},
		"the base's own keys":            {`out.x = [out.uid, out.name, out.sequence_number, out.partner_id, out.lines.length, out.lines[0][2].qty, out.statement_ids[0][2].amount, out.amount_total];`, protocol.Fields{"x": `["o1","Order 12",12,7,2,2,5,14.6]`}},
		"the customer":                   {`out.x = this.get_client().id + this.get_partner().id;`, protocol.Fields{"x": "14"}},
		"own setters and events":         {`var n = 0; this.bind("change:a change", function () { n++; }); this.set("a", 1); this.trigger("new_updates_to_send"); this.off(); this.set("a", 2); out.x = n;`, protocol.Fields{"x": "2"}},
		"a line's setters":               {`var l = this.get_orderlines()[0]; l.set_quantity("3"); l.set_unit_price(2); l.set_discount(50); l.set_note("n"); out.x = [l.get_base_price(), l.get_note()];`, protocol.Fields{"x": `[3,"n"]`}},
		"soft pos":                       {`out.x = this.pos.config.iface_thing ? "yes" : "no"; this.pos.gui.show_popup("x", {}); this.pos.db.get_product_by_id(5).name; this.pos.whatever.is(1).there[0].it();`, protocol.Fields{"x": `"yes"`}},
		"absent data in loops":           {`var n = 0; _.each(this.pos.taxes_of_mine, function () { n++; }); for (const t of this.pos.more) { n++; } out.x = n + [...this.pos.other].length;`, protocol.Fields{"x": "0"}},
		"currency":                       {`out.x = this.pos.currency.rounding;`, protocol.Fields{"x": "0.01"}},
		"get_order is this":              {`out.x = this.pos.get_order() === this;`, protocol.Fields{"x": "true"}},
		"no timers":                      {`setTimeout(function () { throw new Error(); }); out.x = 1;`, protocol.Fields{"x": "1"}},
		"sprintf":                        {`out.x = _.str.sprintf("%s-%05d-%.2f-%3s-%(a)s%%", {a: 1}, 7, 1.5, "b").slice(15);`, protocol.Fields{"x": `"-00007-1.50-  b-1%"`}},
		"luxon":                          {`out.x = luxon.DateTime.fromISO("2026-11-21T10:00:00").plus({days: 1}).toFormat("yyyy-MM-dd HH:mm");`, protocol.Fields{"x": `"2026-11-22 10:00"`}},
		"moment":                         {`out.x = moment("2026-01-31 10:00:00").add(1, "hours").format("DD/MM/YYYY HH:mm");`, protocol.Fields{"x": `"31/01/2026 11:00"`}},
		"a method that a vendor defined": {`out.x = this.mine();`, protocol.Fields{"x": "42"}},
		"a clone":                        {`var c = this.orderlines.at(0).clone(); c.set_quantity(9); out.x = [c.quantity, c.price];`, protocol.Fields{"x": "[9,4.8]"}},
	} {
		t.Run(name, func(t *testing.T) {
			host := script(t, hooksOf("this.x = json.x;", "", c.export)+"models.Order = models.Order.extend({mine: function () { return 42; }});")
			require.Equal(t, c.want, run(t, host, order(protocol.Fields{"partner_id": "7"}, protocol.Fields{"x": "1", "partner_id": "7"})).Export)
		})
	}
}

// web.utils' numbers are what they are in Odoo.
func TestRounding(t *testing.T) {
	host := script(t, `var utils = odoo.__DEBUG__; odoo.define("x", function (require) {
    var u = require("web.utils"), f = require("web.field_utils");
    var _super = models.Order.prototype;
    models.Order = models.Order.extend({export_as_JSON: function () {
        var out = _super.export_as_JSON.apply(this, arguments);
        out.x = [u.round_precision(2.675, 0.01), u.round_precision(-2.5, 1), u.round_precision(0.3, 0.1), u.round_precision(7, 5), u.round_precision(1.005, 0.01),
            u.round_decimals(4.8 * 3, 2), u.round_decimals(10 / 3, 4), u.float_is_zero(0.004, 2), u.float_is_zero(0.005, 2), f.parse.float("1,234.50"), f.format.float(1234.5)];
        return out;
    }});
});`)
	require.Equal(t, protocol.Value(`[2.68,-3,0.3,5,1.01,14.4,3.3333,true,false,1234.5,"1,234.50"]`), run(t, host, order(nil, protocol.Fields{})).Export["x"])
}

// Each call gets its own copy of JSON: what one hook changes, no other sees.
func TestOwnCopies(t *testing.T) {
	host := script(t, hooksOf(
		`this.first = json.x.a; json.x.a = "changed"; json.x.b.push("changed"); json.lines.push([0, 0, {uid: "mine"}]); delete json.y; json.z = 1;`,
		`this.second = data.x.a; this.list = data.x.b.length; this.n = data.lines.length; this.y = data.y; this.z = data.z; data.x.a = "again"; this.same = data.x === data.x;`,
		`out.w = [this.first, this.second, this.list, this.n, this.y, this.z === undefined, this.same];`))
	merged := protocol.Fields{"x": `{"a":"as it was","b":[]}`, "y": "5"}
	for range 2 {
		require.Equal(t, protocol.Value(`["as it was","as it was",0,2,5,true,true]`), run(t, host, order(nil, merged)).Export["w"])
	}
}

// Where apply_ms_data is overridden, the instance is built from what is
// stored; where it isn't, from what is merged.
func TestStoredAndMerged(t *testing.T) {
	stored, merged := protocol.Fields{"x": "1"}, protocol.Fields{"x": "2"}
	both := script(t, hooksOf(`this.log = (this.log || []).concat("init", json.x);`, `this.log = this.log.concat("apply", data.x);`, `out.log = this.log;`))
	require.Equal(t, protocol.Value(`["init",1,"apply",2]`), run(t, both, order(stored, merged)).Export["log"])
	require.Equal(t, protocol.Value(`["init",2,"apply",2]`), run(t, both, order(nil, merged)).Export["log"])
	alone := script(t, hooksOf(`this.log = (this.log || []).concat("init", json.x);`, "", `out.log = this.log;`))
	require.Equal(t, protocol.Value(`["init",2]`), run(t, alone, order(stored, merged)).Export["log"])
	require.Equal(t, protocol.Value(`["init",2]`), run(t, alone, order(nil, merged)).Export["log"])
}

// Base properties say what the core merged once apply_ms_data runs.
func TestBaseIsMerged(t *testing.T) {
	host := script(t, `
var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) { _super.init_from_JSON.apply(this, arguments); this.before = this.get_quantity(); },
    apply_ms_data: function (data) { this.now = this.get_quantity(); this.set_quantity(this.now + 1); },
    export_as_JSON: function () { var out = _super.export_as_JSON.apply(this, arguments); out.x = [this.before, this.now, this.quantity, out.qty, this.order.get_orderlines()[0] === this, this.order.get_client().id]; return out; },
});`)
	require.Equal(t, protocol.Value(`[1,2,3,3,true,7]`), run(t, host, line(protocol.Fields{"qty": "1"}, protocol.Fields{"qty": "2"})).Export["x"])
}

// A constructor that throws doesn't matter: a bare object serves.
func TestConstructorThrows(t *testing.T) {
	host := script(t, `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function (a, options) { throw new Error("no " + options.json.x); },
    init_from_JSON: function (json) { _super.init_from_JSON.apply(this, arguments); this.x = json.x; },
    export_as_JSON: function () { var out = _super.export_as_JSON.apply(this, arguments); out.x = this.x + this.get_orderlines().length; return out; },
});`)
	require.Equal(t, protocol.Fields{"x": "3"}, run(t, host, order(nil, protocol.Fields{"x": "1"})).Export)
}

// What hooks look at is reported, so that they run again when it changes.
func TestReads(t *testing.T) {
	for name, c := range map[string]struct {
		export string
		want   []protocol.Field
	}{
		"nothing":          {`out.x = 1;`, nil},
		"a getter":         {`out.x = this.get_client();`, []protocol.Field{"partner_id"}},
		"lines":            {`out.x = this.get_orderlines().length;`, []protocol.Field{protocol.KeyLines}},
		"the total":        {`out.x = this.get_total_with_tax();`, []protocol.Field{protocol.KeyLines}},
		"the base's total": {`out.x = out.amount_total;`, []protocol.Field{protocol.KeyLines}},
		"payments":         {`out.x = this.get_total_paid();`, []protocol.Field{protocol.KeyPayments}},
		"the clock":        {`out.x = Date.now();`, []protocol.Field{hooks.KeyChance}},
		"the time":         {`out.x = moment().format();`, []protocol.Field{hooks.KeyChance}},
		"chance":           {`out.x = Math.random();`, []protocol.Field{hooks.KeyChance}},
		"a unique id":      {`out.x = _.uniqueId();`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			host := script(t, hooksOf("", "", c.export))
			require.ElementsMatch(t, c.want, run(t, host, order(protocol.Fields{}, protocol.Fields{"partner_id": "7"})).Read)
		})
	}
	host := script(t, hooksOf("this.x = json.x; this.y = 'y' in json; this.all = JSON.stringify(json).length > 0;", "", "out.x = this.x;"))
	read := run(t, host, order(nil, protocol.Fields{"z": "1"})).Read
	for _, key := range []protocol.Field{"x", "y", "z", hooks.KeyChance} {
		require.Contains(t, read, key)
	}
}

// A line's hook that only tells its order of a change needs nothing of it; of
// one that looks it is told what it read there, but not lines and payments.
func TestReadsOfTheOrder(t *testing.T) {
	for name, c := range map[string]struct {
		body, order string
		want, own   []protocol.Field
	}{
		"an event":           {`this.order.trigger("new_updates_to_send");`, "", nil, nil},
		"events":             {`var o = this.order; if (o) { o.trigger("change", o); } this.trigger("change");`, "", nil, nil},
		"a getter":           {`this.vip = this.order.get_client().id;`, "", []protocol.Field{"partner_id"}, nil},
		"what its init read": {`this.vip = this.order.course;`, `this.course = json.course; this.table = json.table;`, []protocol.Field{"course", "table"}, nil},
		"by the pos":         {`this.vip = this.pos.get_order().course;`, `this.course = json.course;`, []protocol.Field{"course"}, nil},
		"its name":           {`this.vip = this.order.get_name();`, "", []protocol.Field{"name", "mt_number"}, nil},
		"its id":             {`this.vip = this.order.uid;`, "", nil, nil},
		"its lines":          {`this.vip = this.order.get_orderlines().length;`, "", nil, []protocol.Field{"uid"}},
		"its payments":       {`this.vip = this.order.get_total_paid();`, "", nil, nil},
		"its total":          {`this.vip = this.order.get_total_with_tax();`, "", nil, []protocol.Field{"uid", "qty", "price_unit", "discount"}},
		"the clock, by it":   {`this.vip = this.order.at;`, `this.at = Date.now();`, nil, []protocol.Field{hooks.KeyChance}},
		"the tap, by it":     {`this.vip = this.order.at;`, `this.at = json.mt_tapped_at;`, nil, []protocol.Field{hooks.KeyChance}},
		"all keys": {
			`this.vip = this.order.course;`, `_.extend(this, _.pick(json, Object.keys(json)));`,
			[]protocol.Field{"course", "partner_id", "name", "sequence_number", "mt_number"},
			[]protocol.Field{hooks.KeyChance},
		},
	} {
		t.Run(name, func(t *testing.T) {
			host := script(t, `var _order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { `+c.order+` return _order.init_from_JSON.call(this, json); },
});
var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    export_as_JSON: function () { var out = _super.export_as_JSON.apply(this, arguments); `+c.body+` out.vip = this.vip; return out; },
});`)
			record := line(nil, protocol.Fields{"qty": "1"})
			record.Parent.Merged["course"] = `"main"`
			result := run(t, host, record)
			require.ElementsMatch(t, c.want, result.ReadOfOrder)
			require.ElementsMatch(t, c.own, result.Read)
			require.Subset(t, append(result.ReadOfOrder, "course"), host.Describe().ReadsOfOrder, "as probed")
			if name != "all keys" {
				require.ElementsMatch(t, c.want, host.Describe().ReadsOfOrder)
			}
		})
	}
}

// Clock and chance are the mutation's: twice the same gives the same.
func TestClockAndChance(t *testing.T) {
	text := hooksOf("", "", `out.x = [Date.now(), new Date().toISOString(), Math.random(), moment().format()];`)
	first := run(t, script(t, text), order(nil, protocol.Fields{})).Export["x"]
	require.Contains(t, string(first), `"2026-11-21T10:00:00.000Z"`)
	host := script(t, text)
	for range 2 {
		require.Equal(t, first, run(t, host, order(nil, protocol.Fields{})).Export["x"])
	}
	other := order(nil, protocol.Fields{})
	other.Seed = 2
	require.NotEqual(t, first, run(t, host, other).Export["x"])
}

func TestReject(t *testing.T) {
	host := script(t, hooksOf(`if (json.x > 5) { throw new Reject("at most 5"); }`, "", "out.x = 1;"))
	require.Equal(t, "at most 5", run(t, host, order(nil, protocol.Fields{"x": "6"})).Reject)
	require.Empty(t, run(t, host, order(nil, protocol.Fields{"x": "5"})).Reject)
}

func TestSettings(t *testing.T) {
	path := write(t, "script.js", hooksOf("", "", "out.x = manytill.config.points * 2;"))
	host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{path}, Config: map[string]any{"points": 21}})
	require.NoError(t, err)
	require.Equal(t, protocol.Fields{"x": "42"}, run(t, host, order(nil, protocol.Fields{})).Export)
}

// The console is the server's log; nothing is sent anywhere else.
func TestConsole(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	path := write(t, "talks.js", hooksOf("", "", `console.log("a", 1, {b: [2]}); console.warn(new Error("oh")); console.error(this.pos.gui); out.x = 1;`))
	host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{path}, Log: log})
	require.NoError(t, err)
	b.Reset()
	run(t, host, order(nil, protocol.Fields{}))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], `level=DEBUG msg="a 1 {\"b\":[2]}" extension=talks`)
	require.Contains(t, lines[1], `level=WARN msg="Error: oh"`)
	require.Contains(t, lines[2], "level=ERROR")
}

// TypeScript files are transformed; errors name their own lines.
func TestTypeScript(t *testing.T) {
	host := load(t, write(t, "note.ts", `
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
interface WithNote { note_ts?: string }

patch(Order.prototype, {
    init_from_JSON(this: WithNote, json: WithNote): void { super.init_from_JSON(json); this.note_ts = json.note_ts; },
    export_as_JSON(this: WithNote): object {
        const json: WithNote = super.export_as_JSON();
        if (this.note_ts === "throw") {
            throw new TypeError("as asked");
        }
        json.note_ts = this.note_ts;
        return json;
    },
});`))
	require.Equal(t, protocol.Fields{"note_ts": `"a"`}, run(t, host, order(nil, protocol.Fields{"note_ts": `"a"`})).Export)
	results, err := host.Run(context.Background(), &extensions.Batch{Records: []hooks.Record{order(nil, protocol.Fields{"note_ts": `"throw"`})}})
	require.NoError(t, err)
	require.ErrorContains(t, results[0].Err, "note.ts:11:19: TypeError: as asked")
}

// Many callers at once, each with a runtime of its own.
func TestConcurrentCalls(t *testing.T) {
	host := script(t, hooksOf("this.x = json.x;", "this.x = data.x;", "out.x = this.x; out.n = this.get_orderlines().length;"))
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 50 {
				value := protocol.Int(i)
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{order(protocol.Fields{}, protocol.Fields{"x": value})}})
				cancel()
				if err != nil || results[0].Err != nil || results[0].Export["x"] != value {
					t.Errorf("%v %v %v", err, results, value)
					return
				}
			}
		})
	}
	wait.Wait()
}

// A call ends with its context, whatever is under way.
func TestDeadline(t *testing.T) {
	host := script(t, inHook("while (true) {}"))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	began := time.Now()
	results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{
		order(nil, protocol.Fields{"go": `"1"`}), order(nil, protocol.Fields{"go": `"now"`}), order(nil, protocol.Fields{"go": `"2"`}),
	}})
	require.NoError(t, err)
	require.Less(t, time.Since(began), time.Second)
	require.NoError(t, results[0].Err)
	require.ErrorIs(t, results[1].Err, context.DeadlineExceeded)
	require.ErrorIs(t, results[2].Err, context.DeadlineExceeded)
	require.True(t, slices.Contains([]string{protocol.HookExport}, hookOf(t, results[1].Err)))
}

func hookOf(t *testing.T, err error) string {
	t.Helper()
	var hook *hooks.HookError
	require.ErrorAs(t, err, &hook)
	return hook.Hook
}
