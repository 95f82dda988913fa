package javascript_test

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/dop251/goja"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/javascript/internal/bundle"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// models.js is what sdk/js/models builds to.
func TestModelsAreBuilt(t *testing.T) {
	built, err := bundle.Build("../..")
	require.NoError(t, err)
	committed, err := os.ReadFile("internal/vm/models.js")
	require.NoError(t, err)
	require.Equal(t, string(built), string(committed), "models.js is stale: run go generate ./extensions/javascript")
}

// page is a browser's side: models.js and what /v1/extensions.js holds, in a
// plain runtime without anything of the host's.
func page(t *testing.T, hosts ...extensions.Host) *goja.Runtime {
	t.Helper()
	rt := goja.New()
	models, err := os.ReadFile("internal/vm/models.js")
	require.NoError(t, err)
	_, err = rt.RunScript("models.js", string(models))
	require.NoError(t, err)
	for _, host := range hosts {
		_, err = rt.RunScript("extensions.js", string(host.Describe().Browser))
		require.NoError(t, err)
	}
	_, err = rt.RunString(`
var opened = manytillExtensions.map(function (d) { return manytillModels.open(d); });
function failures() { return opened.reduce(function (all, o) { return all.concat(o.failed.map(function (f) { return f.name + ": " + f.error; })); }, []).join("\n"); }
function run(i, model, isNew, stored, merged) {
    return JSON.stringify(opened[i].chain.run({model: model, isNew: isNew, stored: function () { return JSON.parse(stored); }, merged: function () { return JSON.parse(merged); }}));
}`)
	require.NoError(t, err)
	return rt
}

func eval(t *testing.T, rt *goja.Runtime, expression string) string {
	t.Helper()
	value, err := rt.RunString(expression)
	require.NoError(t, err)
	return value.String()
}

// A group's files see each other's names in a page too.
func TestBrowserGroup(t *testing.T) {
	rt := page(t, load(t, "testdata/old/global_function_main.js", "testdata/old/global_function.js"))
	require.Empty(t, eval(t, rt, "failures()"))
	require.Contains(t, eval(t, rt, `run(0, "orderline", true, "{}", '{"tare": 2}')`), `"tare":2`)
	rt = page(t, load(t, "testdata/patch/unnamed.js", "testdata/patch/unnamed_again.js"))
	require.Empty(t, eval(t, rt, "failures()"))
	require.Contains(t, eval(t, rt, `run(0, "order", true, "{}", '{"badge": "abc"}')`), `"badge_length":3`)
}

// Only public settings go to pages.
func TestBrowserSettings(t *testing.T) {
	m, err := manifest.Parse("extension.yaml", []byte("name: a\njs: script.js\npublic: [shown]\n"))
	require.NoError(t, err)
	host, err := javascript.Load(context.Background(), javascript.Options{
		Paths: []string{write(t, "script.js", hooksOf("", "", "out.x = manytill.config.shown + '' + manytill.config.secret;"))}, Manifest: m,
		Config: map[string]any{"shown": 1, "secret": "s3cret"},
	})
	require.NoError(t, err)
	require.NotContains(t, string(host.Describe().Browser), "s3cret")
	rt := page(t, host)
	require.Contains(t, eval(t, rt, `run(0, "order", true, "{}", "{}")`), `"x":"1undefined"`)
}

// The vectors give the same in a page.
func TestVectorsInPage(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			rt := page(t, loadVector(t, v.paths()))
			require.Empty(t, eval(t, rt, "failures()"))
			require.NoError(t, rt.Set("vector", v.inPage(t)))
			_, err := rt.RunString(`
// What is found by name only goes as $mt.
function parse(text) {
    return JSON.parse(text, function (_, value) {
        if (value && value.$mt) {
            var mt = value.$mt;
            delete value.$mt;
            Object.keys(mt).forEach(function (key) { Object.defineProperty(value, key, { value: mt[key] }); });
        }
        return value;
    });
}
var given = JSON.parse(vector), words = "", exported = {};
try {
    exported = JSON.parse(JSON.stringify(opened[0].chain.run({
        model: given.model, isNew: given.isNew, line: "l1",
        stored: function () { return parse(given.stored); }, merged: function () { return parse(given.merged); },
        parent: function () { return parse(given.parent); },
    })));
} catch (e) {
    if (e.name !== "Reject") { throw e; }
    words = e.message;
}`)
			require.NoError(t, err)
			require.Equal(t, v.Reject, eval(t, rt, "words"))
			for key, want := range v.Export {
				if protocol.IsCoreField(v.Model, key) {
					continue // how they are read of an export is for sdk/js/models/live
				}
				require.JSONEq(t, string(want), eval(t, rt, "JSON.stringify(exported["+strconv.Quote(string(key))+"])"), key)
			}
		})
	}
}

// inPage is a vector in Odoo's shape, as JSON texts in JSON.
func (v vector) inPage(t *testing.T) string {
	t.Helper()
	text := func(value any) string {
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		return string(raw)
	}
	mt := map[protocol.Field]protocol.Value{}
	for _, key := range protocol.KeysMT() {
		value, _, err := hooks.KeyMT(v.record(), key)
		require.NoError(t, err)
		mt[key] = value
	}
	lines, payments := []any{}, []any{}
	for i, l := range v.Lines {
		inner := map[string]any{"id": i + 1, "uid": l.ID, "$mt": mt}
		for key, value := range l.Fields {
			inner[string(key)] = value
		}
		lines = append(lines, []any{0, 0, inner})
	}
	for _, p := range v.Payments {
		payments = append(payments, []any{0, 0, map[string]any{"id": p.ID, "name": p.Method, "amount": p.Amount}})
	}
	shape := func(fields protocol.Fields) string {
		record := map[string]any{"uid": "o1", "name": "Order 12", "sequence_number": 12, "lines": lines, "statement_ids": payments, "$mt": mt}
		if v.Model == protocol.ModelOrderline {
			record = map[string]any{"uid": "l1", "id": 1, "tax_ids": []any{[]any{6, false, []any{}}}, "$mt": mt}
		}
		for key, value := range fields {
			record[string(key)] = value
		}
		return text(record)
	}
	parent := map[string]any{"uid": "o1", "lines": lines, "statement_ids": payments, "$mt": mt}
	for key, value := range v.Of {
		parent[string(key)] = value
	}
	return text(map[string]any{
		"model": v.Model, "isNew": v.Stored == nil, "stored": shape(v.Stored), "merged": shape(v.Merged),
		"parent": text(parent),
	})
}
