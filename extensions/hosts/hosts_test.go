package hosts

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/manifest"
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

func TestDescriptionOfAManifest(t *testing.T) {
	m, err := manifest.Load(folder(t, pluginManifest))
	require.NoError(t, err)
	require.Equal(t, extensions.Description{
		Name: "points", Version: "1.2", After: []string{"prices"}, Manifest: true,
		Reads: map[protocol.Model][]protocol.Field{},
		Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrder: {"points": {
			FieldSpec: protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Last, Owner: "points", Label: "Points", Derived: true},
		}}},
	}, description(m))
}
