package manytill_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// knowNoVendor are the folders whose code treats fields by the schema alone.
var knowNoVendor = []string{"core", "cmd/server/terminal", "sdk/client", "sdk/price", "sdk/js/src"}

// TestNobodyKnowsAVendorsField: what a field means is a fact in the schema, so
// no page, no till and nothing of the core knows one of the examples by its
// name. A name of one word can't be told from other words.
func TestNobodyKnowsAVendorsField(t *testing.T) {
	names := examplesFields(t)
	require.Contains(t, names, "absolute_discount")
	require.Contains(t, names, "line_note")
	known := regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
	files := 0
	for _, folder := range knowNoVendor {
		require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				switch d.Name() {
				case "node_modules", "testdata", "test", "conformance":
					return filepath.SkipDir
				}
				return nil
			}
			switch filepath.Ext(path) {
			case ".go", ".ts", ".tsx", ".html", ".css", ".js":
			default:
				return nil
			}
			if strings.HasSuffix(path, "_test.go") {
				return nil
			}
			files++
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Empty(t, string(known.Find(text)), "%s names a field of an example extension: let the extension claim a role in its manifest", path)
			return nil
		}))
	}
	require.Greater(t, files, 200)
}

// examplesFields are the fields of the example extensions, declared in a
// manifest or exported by JavaScript; the core's own that they write are no
// vendor's.
func examplesFields(t *testing.T) (names []string) {
	add := func(name string) {
		f := protocol.Field(name)
		core := protocol.IsCoreField(protocol.ModelOrder, f) || protocol.IsCoreField(protocol.ModelOrderline, f)
		if !core && strings.Contains(name, "_") {
			names = append(names, name)
		}
	}
	manifests, err := filepath.Glob("plugins/example/*/" + manifest.FileName)
	require.NoError(t, err)
	for _, path := range manifests {
		m, err := manifest.Load(path)
		require.NoError(t, err)
		for _, fields := range m.Fields {
			for name := range fields {
				add(string(name))
			}
		}
	}
	exported := regexp.MustCompile(`\bdata\.(\w+) = `)
	scripts, err := filepath.Glob("plugins/example/*/*.js")
	require.NoError(t, err)
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, found := range exported.FindAllStringSubmatch(string(text), -1) {
			add(found[1])
		}
	}
	return names
}
