package javascript_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
)

// What nearly is a hook is told at load, with file, line and column; the file
// loads all the same.
func TestNearMisses(t *testing.T) {
	whole := func(more string) string {
		return strings.Replace(documented, "init_from_JSON: function", more+",\n init_from_JSON: function", 1)
	}
	for name, c := range map[string]struct{ text, note string }{
		"a letter off":        {whole("apply_ms_date: function (data) {}"), "script.js:4:5: apply_ms_date is no hook: did you mean apply_ms_data?"},
		"a letter too many":   {whole("export_as_JSONs: function () {}"), "did you mean export_as_JSON?"},
		"another case":        {whole("ApplyMsData: function (data) {}"), "ApplyMsData is no hook: did you mean apply_ms_data?"},
		"another case, short": {whole("serializeForOrm: function (data) {}"), "did you mean serializeForORM?"},
		"in a class":          {"class X { init_from_json(json) {} }\n" + documented, "script.js:1:11: init_from_json is no hook: did you mean init_from_JSON?"},
		"in an assignment":    {documented + "\nmodels.Order.prototype.export_as_json = function () {};", "did you mean export_as_JSON?"},
		"async":               {whole("apply_ms_data: async function (data) {}"), "apply_ms_data is async"},
		"a returned Reject":   {inHook(`return new Reject("no");`), "script.js:8:34: return new Reject(…) refuses nothing: throw it"},
		"a hook of 5":         {`models.Order = models.Order.extend({apply_ms_data: 5, export_as_JSON: function () { return {}; }});`, "script.js:1:37: apply_ms_data is no function, so that it can't be called: make it one"},
		"a typo in a global":  {inHook(`data.go = Mathh.max(1, 2);`), "script.js:8:44: Mathh is declared nowhere: in a hook it is a stand-in that means nothing: is it a typo?"},
		"init without export": {hooksOf("this.x = json.x;", "", ""), "order.x is restored and never exported"},
		"export of nothing":   {"var s = models.Order.prototype;\nmodels.Order = models.Order.extend({export_as_JSON: function () { s.export_as_JSON.call(this).x = 1; }});", "script.js:2:53: export_as_JSON returns nothing, so that nothing is exported: return the object that super gives"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, strings.Join(notes.Words(script(t, c.text).Describe().Notes), "\n"), c.note)
		})
	}
}

// What nearly is a migrate is told where the manifest raises the schema, and nowhere
// else: elsewhere migrateData is a name like another.
func TestNearMissesOfMigrate(t *testing.T) {
	const declares = "name: n\njs: n.js\nfields: {order: {x: {type: number}}}\n"
	for name, c := range map[string]struct{ method, note string }{
		"another case":       {"Migrate: function (fields) { return fields; }", "n.js:4:5: Migrate is no hook: did you mean migrate?"},
		"a word behind":      {"migrate_data: function (fields) { return fields; }", "migrate_data is no hook: did you mean migrate?"},
		"a word in its name": {"migrateData(fields) { return fields; }", "migrateData is no hook: did you mean migrate?"},
		"a letter too many":  {"migrated: (fields) => fields", "migrated is no hook: did you mean migrate?"},
		"no parameter":       {"migrate: function () { return {}; }", "n.js:4:5: migrate doesn't take the fields that it is handed, so that all orders get the same: write migrate(fields, from)"},
		"three parameters":   {"migrate: function (order, fields, from) { return fields; }", "migrate has 3 parameters, and is handed two"},
		"async":              {"migrate: async function (fields) { return fields; }", "migrate is async"},
		"no function":        {"migrate: {x: 1}", "n.js:4:5: migrate is no function, so that it can't be called: make it one"},
		"no return":          {"migrate: function (fields) { fields.x = 1; }", "it gave no object of fields: return what they become"},
		"a helper":           {"migrateData: function (fields) { return fields; }, migrate: function (fields) { return this.migrateData(fields); }", ""},
		"its arguments":      {"migrate: function () { return arguments[0]; }", ""},
		"no hook":            {"integrate: function () {}, emigrate_to: function () {}, migrate: function (fields) { return fields; }", ""},
	} {
		t.Run(name, func(t *testing.T) {
			code := strings.Replace(hooksOf("this.x = json.x;", "this.x = data.x;", "out.x = this.x;"), "init_from_JSON: function", "\n    "+c.method+",\n init_from_JSON: function", 1)
			said := func(schema string) string {
				dir := t.TempDir()
				writeIn(t, dir, "n.js", code)
				writeIn(t, dir, "extension.yaml", declares+schema)
				m, err := manifest.Load(dir)
				require.NoError(t, err)
				host, err := javascript.Load(t.Context(), javascript.Options{Manifest: m, Timeout: time.Minute, Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					return err.Error()
				}
				defer func() { require.NoError(t, host.Close()) }()
				return strings.Join(notes.Words(host.Describe().Notes), "\n")
			}
			if with := said("schema: 2\n"); c.note == "" {
				require.Empty(t, with)
			} else {
				require.Contains(t, with, c.note)
			}
			for _, word := range []string{"did you mean", "is handed", "is async", "is no function"} {
				require.NotContains(t, said(""), word)
			}
		})
	}
}

// A manifest beside a file that it doesn't name is not used, and that is said.
func TestIgnoredManifest(t *testing.T) {
	dir := t.TempDir()
	file := writeIn(t, dir, "other.js", documented)
	writeIn(t, dir, "extension.yaml", declared)
	require.Contains(t, strings.Join(notes.Words(load(t, file).Describe().Notes), "\n"), "extension.yaml:1: it is ignored, as it doesn't name other.js beside it: add it to js there, or name the folder "+dir)
}

// A manifest under another name, or a folder too deep, is told.
func TestMisnamedManifest(t *testing.T) {
	for _, name := range []string{"extension.yml", "Extension.yaml", "extensions.yaml", "manifest.yaml", "inner/extension.yaml"} {
		dir := t.TempDir()
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte("name: n\n"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.js"), []byte("models.Order = models.Order.extend({ init_from_JSON: function () {} });"), 0o600))
		require.Contains(t, notes.Words(load(t, dir).Describe().Notes), file+":1: it is ignored: a manifest is extension.yaml, straight in the folder that the config names")
	}
}
