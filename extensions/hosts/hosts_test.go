package hosts

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

const pluginManifest = `name: points
version: "1.2"
exec: points
after: [prices]
fields:
  order:
    points: {type: number, derived: true, label: Points}
`

func folder(t *testing.T, manifestText string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "points-folder")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, manifest.FileName), []byte(manifestText), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "points"), nil, 0o700))
	return dir
}

func file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "note.js")
	require.NoError(t, os.WriteFile(path, []byte("// no hooks\n"), 0o600))
	return path
}

func TestTagOfAnExtensionThatIsNotRunning(t *testing.T) {
	require.Equal(t, protocol.ExtensionTag{Name: "note"}, Source{Paths: []string{file(t)}}.Tag())
	require.Equal(t, protocol.ExtensionTag{Name: "points", Version: "1.2"}, Source{Paths: []string{folder(t, pluginManifest)}}.Tag())
	require.Equal(t, protocol.ExtensionTag{Name: "points-folder"}, Source{Paths: []string{folder(t, "name: [\n")}}.Tag(), "a manifest that can't be read")
}

// A setting that the host doesn't have is refused, not left out.
func TestSettingsOfAnotherHost(t *testing.T) {
	for name, c := range map[string]struct {
		source Source
		says   string
	}{
		"a plugin in the server":        {Source{Paths: []string{folder(t, pluginManifest)}, InProcess: true}, "take inprocess out"},
		"a checksum of JavaScript":      {Source{Paths: []string{file(t)}, SHA256: "00"}, "sha256 is for a Go plugin's binary"},
		"memory inside the server":      {Source{Paths: []string{file(t)}, InProcess: true, Memory: 1 << 20}, "memory is for a process of its own"},
		"a manifest that can't be read": {Source{Paths: []string{folder(t, "name: [\n")}}, manifest.FileName},
		"a plugin without a checksum":   {Source{Paths: []string{folder(t, pluginManifest)}}, "sha256"},
	} {
		_, err := Start(t.Context(), c.source, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, c.says, name)
	}
}

func TestJavaScriptInTheServer(t *testing.T) {
	host, err := Start(t.Context(), Source{Paths: []string{file(t)}, InProcess: true}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, "note", host.Describe().Name)
	require.NoError(t, host.Close())
}

const fieldsManifest = "name: seats\nversion: 2\nfields: {orderline: {seat: {type: integer, min: 1}}}\n"

// A manifest without code is an extension: its fields are all there is of it.
func TestFieldsAlone(t *testing.T) {
	dir := folder(t, fieldsManifest)
	host, err := Start(t.Context(), Source{Paths: []string{dir}}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	d := host.Describe()
	require.Equal(t, protocol.FieldSpec{Type: protocol.TypeInteger, Merge: protocol.Last, Owner: "seats", Label: "seat", Min: "1"},
		d.Fields[protocol.ModelOrderline]["seat"].FieldSpec)
	require.Empty(t, d.Hooks)
	require.Empty(t, d.Notes)
	require.Nil(t, d.Browser)
	require.NoError(t, host.Close())
	require.Equal(t, protocol.ExtensionTag{Name: "seats", Version: "2"}, Source{Paths: []string{dir}}.Tag())

	_, err = Start(t.Context(), Source{Paths: []string{dir}, Config: map[string]any{"a": 1}}, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "has no code, only fields")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "seats.js"), []byte("// not named"), 0o600))
	host, err = Start(t.Context(), Source{Paths: []string{dir}}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "seats.js") + ": its manifest names no code, so that seats.js beside it isn't run: name it with js if it should be"}, notes.Words(host.Describe().Notes))
}

// A file is run with the manifest beside it that names it, and so is the rest
// of that extension, in the manifest's order.
func TestAFileBesideItsManifest(t *testing.T) {
	dir := folder(t, "name: pair\njs: [first.js, second.js]\nfields: {order: {says: {type: string}}}\n")
	for name, text := range map[string]string{
		"first.js":  "var order = models.Order.extend({ export_as_JSON: function () { return {says: 'first'}; } });\nmodels.Order = order;",
		"second.js": "var first = order.prototype;\nmodels.Order = models.Order.extend({ export_as_JSON: function () { return {says: first.export_as_JSON.call(this).says + ', second'}; } });",
		"other.js":  "throw new Error('not of it');",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	for _, paths := range [][]string{{dir}, {filepath.Join(dir, "second.js")}, {filepath.Join(dir, "second.js"), filepath.Join(dir, "first.js")}} {
		host, err := Start(t.Context(), Source{Paths: paths, InProcess: true}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.Equal(t, "pair", host.Describe().Name)
		require.Equal(t, protocol.ExtensionTag{Name: "pair"}, Source{Paths: paths}.Tag())
		results, err := host.Run(t.Context(), &extensions.Batch{Records: []hooks.Record{
			&hooks.Snapshot{RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "o1", New: true}, Merged: protocol.Fields{}},
		}})
		require.NoError(t, err)
		require.Equal(t, protocol.Value(`"first, second"`), results[0].Export["says"])
		require.NoError(t, host.Close())
	}
}

func TestDescriptionOfAManifest(t *testing.T) {
	m, err := manifest.Load(folder(t, pluginManifest))
	require.NoError(t, err)
	require.Equal(t, extensions.Description{
		Name: "points", Version: "1.2", SchemaVersion: 1, After: []string{"prices"}, Manifest: true,
		Reads: map[protocol.Model][]protocol.Field{},
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {"points": {
			FieldSpec: protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "points", Label: "Points", Derived: true},
		}}},
	}, description(m))
}

// A folder without a manifest has its own name, also where one stands in it.
func TestNameOfTheWorkingFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seats")
	require.NoError(t, os.Mkdir(dir, 0o700))
	t.Chdir(dir)
	for _, path := range []string{".", "./", "../seats", "x/.."} {
		require.Equal(t, "seats", Source{Paths: []string{path}}.Tag().Name, path)
	}
}
