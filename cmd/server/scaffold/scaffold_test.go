package scaffold_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/manytill/manytill/cmd/server/scaffold"
	"github.com/manytill/manytill/cmd/server/scaffold/internal/typings"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// manytill.d.ts is what sdk/js/models and the schema say.
func TestTypesAreCurrent(t *testing.T) {
	built, err := typings.Build("../../..")
	require.NoError(t, err)
	committed, err := os.ReadFile("manytill.d.ts")
	require.NoError(t, err)
	require.Equal(t, string(built), string(committed), "manytill.d.ts is stale: run go generate ./cmd/server/scaffold")
	for _, line := range []string{
		"  get_total_with_tax(): number;", "  orderlines: any;", "  partner_id?: number | string | null;", "  set_quantity(quantity: any, _keepPrice?: any): boolean;",
		"  apply_ms_data(data: OrderlineJSON): void;",
	} {
		require.Contains(t, string(built), line+"\n")
	}
}

// Scripts are loaded as they are made, and the server finds both fields.
func TestScriptsLoad(t *testing.T) {
	for _, kind := range []scaffold.Kind{scaffold.JavaScript, scaffold.TypeScript, scaffold.Odoo} {
		t.Run(string(kind), func(t *testing.T) {
			dir, _, err := scaffold.Make(scaffold.Options{Name: "greeting", Kind: kind, Dir: t.TempDir()})
			require.NoError(t, err)
			host, err := hosts.Start(t.Context(), hosts.Source{Paths: []string{dir}, InProcess: true}, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			defer func() { require.NoError(t, host.Close()) }()
			d := host.Describe()
			require.Equal(t, "greeting", d.Name)
			require.Empty(t, d.Notes)
			require.Equal(t, []protocol.Field{"greeting_note"}, protocol.SortedKeys(d.Fields[protocol.ModelOrder]))
			require.Equal(t, []protocol.Field{"greeting_remark"}, protocol.SortedKeys(d.Fields[protocol.ModelOrderline]))
			require.False(t, d.Fields[protocol.ModelOrder]["greeting_note"].OneWay)
		})
	}
}

// Whatever a name is, the fields can have theirs, and the manifest can be read.
func TestNames(t *testing.T) {
	for name, field := range map[string]protocol.Field{
		"greeting": "greeting_note", "table-7.b": "table_7_b_note", "7up": "x_7up_note", "mt": "x_mt_note", "mt_x": "x_mt_x_note",
		"a-": "a_note", strings.Repeat("n", 64): protocol.Field(strings.Repeat("n", 57) + "_note"), "a.test": "a_test_note",
	} {
		for _, kind := range []scaffold.Kind{scaffold.JavaScript, scaffold.TypeScript, scaffold.Go} {
			dir, made, err := scaffold.Make(scaffold.Options{Name: name, Kind: kind, Dir: t.TempDir()})
			require.NoError(t, err, name)
			m, err := manifest.Load(dir)
			require.NoError(t, err, name)
			require.Contains(t, m.Fields[protocol.ModelOrder], field)
			for _, file := range m.JS {
				require.Contains(t, made, file)
			}
		}
	}
}

// A name that can't be one, and a place that is taken, change nothing.
func TestNothingIsOverwritten(t *testing.T) {
	base := t.TempDir()
	taken := filepath.Join(base, "taken")
	require.NoError(t, os.Mkdir(taken, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(base, "file"), []byte("mine"), 0o644))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(base, "link")))
	for name, c := range map[string]struct {
		of   scaffold.Options
		says string
	}{
		"a folder":         {scaffold.Options{Name: "taken", Kind: scaffold.Go}, "is there already, and nothing in it was changed"},
		"a file":           {scaffold.Options{Name: "file", Kind: scaffold.JavaScript}, "is there already"},
		"a link":           {scaffold.Options{Name: "link", Kind: scaffold.Odoo}, "is there already"},
		"a bad name":       {scaffold.Options{Name: "../up", Kind: scaffold.Go}, `name must be 1 to 64 of a-z 0-9 . _ -`},
		"no name":          {scaffold.Options{Kind: scaffold.Go}, "name must be"},
		"below a file":     {scaffold.Options{Name: "new", Dir: "file", Kind: scaffold.Go}, "not a directory"},
		"no checkout":      {scaffold.Options{Name: "new", Kind: scaffold.Go, SDK: base}, "is no checkout of Manytill"},
		"a script's sdk":   {scaffold.Options{Name: "new", Kind: scaffold.JavaScript, SDK: "."}, "--sdk is for Go extensions"},
		"an unknown kind":  {scaffold.Options{Name: "new", Kind: "rust"}, `no extensions of the kind "rust"`},
		"a kind of no use": {scaffold.Options{Name: "new"}, "no extensions of the kind"},
	} {
		t.Run(name, func(t *testing.T) {
			c.of.Dir = filepath.Join(base, c.of.Dir)
			_, made, err := scaffold.Make(c.of)
			require.ErrorContains(t, err, c.says)
			require.Empty(t, made)
		})
	}
	entries, err := os.ReadDir(base)
	require.NoError(t, err)
	require.Len(t, entries, 3, "nothing is left")
	inside, err := os.ReadDir(taken)
	require.NoError(t, err)
	require.Empty(t, inside)
}

// What can't be written to its end leaves nothing: here the names of some files
// become too long.
func TestNothingIsLeftHalfMade(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("where a path is too long is Linux's")
	}
	const tooLong = 4096
	base := t.TempDir()
	for len(base) < tooLong-250 {
		base = filepath.Join(base, strings.Repeat("d", 150))
	}
	base = filepath.Join(base, strings.Repeat("d", tooLong-len(base)-45)) // room for the folder, and for few of its files
	require.NoError(t, os.MkdirAll(base, 0o700))
	_, _, err := scaffold.Make(scaffold.Options{Name: "new", Kind: scaffold.JavaScript, Dir: base})
	require.ErrorContains(t, err, "new can't be made")
	require.ErrorContains(t, err, "file name too long")
	entries, err := os.ReadDir(base)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// A released server names its version; a development build says what to do.
func TestModuleOfAGoExtension(t *testing.T) {
	for name, c := range map[string]struct {
		version, sdk string
		module       []string
		readme       string
	}{
		"released":      {"v1.2.3", "", []string{"require github.com/manytill/manytill v1.2.3\n"}, "go mod tidy  "},
		"in a checkout": {"0.1.0-dev", "../../..", []string{"manytill v0.0.0\n", "\nreplace github.com/manytill/manytill => /"}, "builds against the checkout"},
		"development":   {"v1.2.3-4-gabc", "", []string{"manytill v0.0.0\n", "\n// replace github.com/manytill/manytill => "}, "go mod edit -replace"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _, err := scaffold.Make(scaffold.Options{Name: "a", Kind: scaffold.Go, Dir: t.TempDir(), Version: c.version, SDK: c.sdk})
			require.NoError(t, err)
			module, err := os.ReadFile(filepath.Join(dir, "go.mod"))
			require.NoError(t, err)
			for _, part := range c.module {
				require.Contains(t, string(module), part)
			}
			require.Equal(t, len(c.module) > 1, strings.Contains(string(module), "replace"))
			readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
			require.NoError(t, err)
			require.Contains(t, string(readme), c.readme)
		})
	}
}
