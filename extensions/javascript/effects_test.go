package javascript_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

const describesEffects = "effects: {book: {url: https://a.example}, print: {url: https://a.example}}\n"

// wanting loads an extension of this script, with more in its manifest.
func wanting(t *testing.T, more, script string) extensions.Host {
	m, err := manifest.Parse("extension.yaml", []byte("name: cards\njs: script.js\nfields: {order: {x: {type: any, derived: true}}}\n"+more))
	require.NoError(t, err)
	host, err := javascript.Load(t.Context(), javascript.Options{Paths: []string{writeIn(t, t.TempDir(), "script.js", script)}, Manifest: m, Timeout: 30 * time.Second, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, host.Close()) })
	return host
}

func runOne(t *testing.T, host extensions.Host, r *hooks.Snapshot) hooks.Result {
	results, err := host.Run(t.Context(), &extensions.Batch{Records: []hooks.Record{r}})
	require.NoError(t, err)
	return results[0]
}

// What an order's hook wants is checked where it says so.
func TestEffect(t *testing.T) {
	for does, want := range map[string][]hooks.Effect{
		`this.effect("book", "p1", {amount: 2.50, of: undefined});`:                            {{Name: "book", Key: "p1", Data: `{"amount":2.5}`}},
		`this.effect("book", "p1"); this.effect("print", 7, null);`:                            {{Name: "book", Key: "p1", Data: "null"}, {Name: "print", Key: "7", Data: "null"}},
		`this.effect("print", "a", "b"); try { this.effect("print", "") } catch (e) {}`:        {{Name: "print", Key: "a", Data: `"b"`}},
		`out.x = [Object.keys(this).indexOf("effect"), "effect" in out].join();`:               nil,
		`var o = this; o.pos.get_order().effect("book", "p1", 1);`:                             {{Name: "book", Key: "p1", Data: "1"}},
		`var o = this; o.effect("book", "a", {get a() { o.effect("book", "b"); return 1; }});`: {{Name: "book", Key: "b", Data: "null"}, {Name: "book", Key: "a", Data: `{"a":1}`}},
		`this.effect("book", "\ud800");`:                                                       {{Name: "book", Key: "\ufffd", Data: "null"}},
		`for (var i = 0; i < 2; i++) this.effect("book", "p" + i, i);`:                         {{Name: "book", Key: "p0", Data: "0"}, {Name: "book", Key: "p1", Data: "1"}},
	} {
		host := wanting(t, describesEffects, hooksOf("", "", does))
		require.Empty(t, host.Describe().Notes, does)
		require.Equal(t, "https://a.example", host.Describe().Effects["book"].URL)
		for range 2 {
			result := runOne(t, host, order(nil, protocol.Fields{}))
			require.NoError(t, result.Err, does)
			require.Equal(t, want, result.Effects, does)
		}
	}
	for does, says := range map[string]string{
		`this.effect("bok", "p1", 1);`:                                             `extension.yaml describes no effect "bok": there are book, print`,
		`this.effect();`:                                                           `extension.yaml describes no effect "undefined"`,
		`this.effect("book", "", 1);`:                                              `effect "book": a key is a text of 1 to 200 characters`,
		`this.effect("book", {}, 1);`:                                              `effect "book": a key is a text of 1 to 200 characters`,
		`this.effect("book", "k".repeat(201), 1);`:                                 "has 201",
		`this.effect("book", "p1", {a: [function () {}]});`:                        `effect "book": its data for the key "p1" can't be stored: a function at .a[0]`,
		`this.effect("book", "p1", [undefined]);`:                                  "can't be stored: undefined in a list",
		`this.effect("book", "p1", "x".repeat(70000));`:                            `the data for the key "p1" has 70002 bytes as JSON, and may have 65536`,
		`for (var i = 0; i < 1001; i++) this.effect("book", "p" + i);`:             "a run may want at most 1000 effects",
		`this.effect("book", "p1", 1); throw new Error("oh");`:                     "oh",
		`this.effect("book", "p1", {get a() { throw new Error("mine"); }});`:       "Error: mine",
		`this.effect({toString: function () { throw new Error("mine"); }}, "p1");`: "Error: mine",
		`this.effect("book", Symbol("p1"));`:                                       "a key is a text of 1 to 200 characters",
	} {
		result := runOne(t, wanting(t, describesEffects, hooksOf("", "", does)), order(nil, protocol.Fields{}))
		require.ErrorContains(t, result.Err, says, does)
		require.ErrorContains(t, result.Err, "script.js:", does)
		require.Empty(t, result.Effects, does)
	}
}

// Where nothing is to be done nothing is wanted: by a line's hook, by a refusal, and
// where no effects are described: there is no such method.
func TestNoEffects(t *testing.T) {
	row := line(nil, protocol.Fields{"qty": "1"})
	row.Parent = order(nil, protocol.Fields{})
	result := runOne(t, wanting(t, describesEffects, lineHooks("", "", `this.order.effect("nobody's", "", 1);`)), row)
	require.NoError(t, result.Err)
	require.Empty(t, result.Effects)

	result = runOne(t, wanting(t, describesEffects+"can_reject: true\n", hooksOf("", "", `this.effect("book", "p1", 1); throw new Reject("no");`)), order(nil, protocol.Fields{}))
	require.Equal(t, "no", result.Reject)
	require.Empty(t, result.Effects)

	result = runOne(t, wanting(t, "", hooksOf("", "", `out.x = [typeof this.effect, typeof this.effect_result];`)), order(nil, protocol.Fields{}))
	require.Equal(t, protocol.Value(`["undefined","undefined"]`), result.Export["x"])
}

// A probe wants nothing; a name that isn't described is told at load.
func TestProbesWantNothing(t *testing.T) {
	host := wanting(t, describesEffects, hooksOf("this.x = json.x;", "", `this.effect("book", this.x.id, 1); out.x = this.x;`))
	require.NotContains(t, strings.Join(notes.Words(host.Describe().Notes), "\n"), "effect")
	host = wanting(t, describesEffects, hooksOf("", "", `this.effect("bok", "p1", 1);`))
	require.Contains(t, strings.Join(notes.Words(host.Describe().Notes), "\n"), `extension.yaml describes no effect "bok"`)
}

// told is of orders in each idiom that note, in x, which hooks ran on what.
var told = map[string]string{
	"Odoo 8 to 14": `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { _super.init_from_JSON.apply(this, arguments); this.x = ["init " + json.x]; },
    apply_ms_data: function (data) { this.x.push("apply"); },
    effect_result: function (name, key, result) { _super.effect_result.apply(this, arguments); this.x.push(name, key, result.status); result.status = 0; this.effect("print", key, this.uid); },
    export_as_JSON: function () { var out = _super.export_as_JSON.apply(this, arguments); out.x = this.x; return out; },
});`,
	"Odoo 14 to 16": `
odoo.define("cards.models", function (require) {
    const { Order } = require("point_of_sale.models");
    const Registries = require("point_of_sale.Registries");
    Registries.Model.extend(Order, (Order) => class extends Order {
        init_from_JSON(json) { super.init_from_JSON(json); this.x = ["init " + json.x]; }
        apply_ms_data(data) { this.x.push("apply"); }
        effect_result(name, key, result) { super.effect_result(...arguments); this.x.push(name, key, result.status); this.effect("print", key, this.uid); }
        export_as_JSON() { const out = super.export_as_JSON(); out.x = this.x; return out; }
    });
});`,
	"Odoo 17": `
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
patch(Order.prototype, {
    init_from_JSON(json) { super.init_from_JSON(...arguments); this.x = ["init " + json.x]; },
    apply_ms_data(data) { this.x.push("apply"); },
    effect_result(name, key, result) { super.effect_result(...arguments); this.x.push(name, key, result.status); this.effect("print", key, this.uid); },
    export_as_JSON() { const out = super.export_as_JSON(...arguments); out.x = this.x; return out; },
});`,
	"Odoo 18": `
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";
patch(PosOrder.prototype, {
    setup(vals) { super.setup(...arguments); this.x = ["init " + vals.x]; },
    effect_result(name, key, result) { super.effect_result(...arguments); this.x.push(name, key, result.status); this.effect("print", key, this.uid); },
    serializeForORM(opts) { const data = super.serializeForORM(...arguments); data.x = this.x; return data; },
});`,
}

func outcomeOf(stored protocol.Fields) *hooks.Snapshot {
	r := order(stored, protocol.Fields{"x": `"merged"`})
	r.Outcome = &hooks.Outcome{Name: "book", Key: "p1", Result: `{"status":200}`}
	return r
}

// An order is told what came of an effect as it is stored: init, effect_result,
// export, and no apply_ms_data.
func TestEffectResult(t *testing.T) {
	for idiom, script := range told {
		t.Run(idiom, func(t *testing.T) {
			host := wanting(t, describesEffects, script)
			for _, n := range host.Describe().Notes {
				require.Equal(t, notes.ChangesTwice, n.Code, "that it puts more on x at every run is what is looked at here: %s", n)
			}
			for range 2 {
				result := runOne(t, host, outcomeOf(protocol.Fields{"x": `"stored"`}))
				require.NoError(t, result.Err)
				require.Equal(t, protocol.Value(`["init stored","book","p1",200]`), result.Export["x"])
				require.Equal(t, []hooks.Effect{{Name: "print", Key: "p1", Data: `"o1"`}}, result.Effects)
			}
			result := runOne(t, host, order(protocol.Fields{"x": `"stored"`}, protocol.Fields{"x": `"merged"`}))
			require.NoError(t, result.Err)
			require.NotContains(t, result.Export["x"], "book", "a change tells of no effect")
		})
	}
}

func TestEffectResultThatFails(t *testing.T) {
	with := func(does string) string {
		return strings.Replace(hooksOf("", "", "out.x = 1;"), "export_as_JSON:", "effect_result: function (name, key, result) { "+does+" },\nexport_as_JSON:", 1)
	}
	result := runOne(t, wanting(t, describesEffects, with(`throw new Error("no such booking");`)), outcomeOf(protocol.Fields{}))
	require.ErrorContains(t, result.Err, "effect_result: ")
	require.ErrorContains(t, result.Err, "no such booking")
	result = runOne(t, wanting(t, describesEffects+"can_reject: true\n", with(`throw new Reject("no");`)), outcomeOf(protocol.Fields{}))
	require.Equal(t, protocol.HookResult, result.RejectHook)

	result = runOne(t, wanting(t, describesEffects, hooksOf("", `throw new Error("oh");`, "out.x = 1;")), outcomeOf(protocol.Fields{}))
	require.Equal(t, hooks.Result{Export: protocol.Fields{}, Took: result.Took}, result, "without effect_result nothing runs")

	notes := func(more, script string) string {
		return strings.Join(notes.Words(wanting(t, more, script).Describe().Notes), "\n")
	}
	require.Empty(t, notes(describesEffects, with("")))
	require.Contains(t, notes("", with("")), "effect_result is never called: no effects are described in a manifest")
	require.Contains(t, notes(describesEffects, strings.ReplaceAll(with(""), "models.Order", "models.Orderline")), "effect_result on Orderline is never called: effects are orders'")
	require.Contains(t, notes(describesEffects, strings.Replace(with(""), "effect_result", "effect_results", 1)), "script.js:3:1: effect_results is no hook: did you mean effect_result?")
	require.Contains(t, notes(describesEffects, strings.Replace(with(""), "effect_result", "EffectResult", 1)), "did you mean effect_result?")
}
