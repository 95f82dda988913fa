package manytill_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/manytill/manytill/"

// house says which of our packages each may import, in what isn't a test:
// sdk/protocol holds every shape of the wire and imports nothing of ours but
// decimals; core and extensions import it and never each other; only cmd/server
// sees both. One exception: the conformance suite (sdk/sdktest/conform, internal/suite)
// runs the server itself, so that internal/suite/shop sees both too. Of what isn't a test
// sdk/sdktest/conform and cmd/server alone import internal/suite; what a vendor ships, sdk
// and sdk/plugin, doesn't. A package that isn't here fails the test.
var house = map[string][]string{
	"sdk":                                   {"sdk/decimal", "sdk/protocol"},
	"sdk/decimal":                           {},
	"sdk/protocol":                          {"sdk/decimal", "sdk/protocol/jsonw"},
	"sdk/protocol/jsonw":                    {},
	"sdk/protocol/internal/shapes":          {},
	"sdk/protocol/internal/generate":        {"sdk/protocol/internal/shapes"},
	"sdk/price":                             {"sdk/protocol", "sdk/decimal"},
	"sdk/client":                            {"sdk/protocol", "sdk/decimal", "sdk/client/"},
	"sdk/client/clienttest":                 {"sdk/client/internal/"},
	"sdk/client/internal/journal":           {"sdk/client/internal/queue", "internal/files"},
	"sdk/client/internal/machine":           {"sdk/protocol", "sdk/decimal", "sdk/client/internal/queue", "sdk/client/internal/view"},
	"sdk/client/internal/queue":             {"sdk/protocol", "sdk/client/internal/view"},
	"sdk/client/internal/view":              {"sdk/protocol", "sdk/decimal"},
	"core/order":                            {"sdk/protocol", "sdk/decimal"},
	"core/store":                            {"sdk/protocol"},
	"core/store/storetest":                  {"sdk/protocol", "core/store", "core/store/mem"},
	"core/store/mem":                        {"sdk/protocol", "core/store"},
	"core/store/sqlite":                     {"sdk/protocol", "core/store", "internal/files"},
	"core/store/postgres":                   {"sdk/protocol", "core/store"},
	"core/store/migrate":                    {"core/store/sqlite"},
	"core/effects":                          {"sdk/protocol", "internal/hooks", "core/store"},
	"core/wake":                             {"sdk/protocol"},
	"core/wake/natswake":                    {"core/wake"},
	"core/wake/pgnotify":                    {"core/wake"},
	"core/wake/waketest":                    {"core/wake"},
	"core/nodes":                            {"sdk/protocol", "core/store", "core/wake", "core/multisession"},
	"core/multisession":                     {"sdk/protocol", "internal/hooks", "internal/workers", "core/order", "core/store", "core/wake"},
	"core/relay":                            {"sdk/protocol", "core/order", "core/store", "core/multisession", "core/directory"},
	"core/directory":                        {"sdk/protocol", "core/store", "core/multisession"},
	"core/api":                              {"sdk/protocol", "internal/files", "internal/workers", "core/order", "core/store", "core/effects", "core/multisession", "core/directory", "core/relay"},
	"core/oldwire":                          {"sdk/protocol", "sdk/decimal", "core/order", "core/store", "core/multisession", "core/directory"},
	"core/api/conformance":                  {},
	"core/web":                              {},
	"core/web/internal/build":               {},
	"core/web/internal/build/cmd":           {"core/web/internal/build"},
	"extensions":                            {"sdk/protocol", "internal/hooks", "internal/hooks/runs", "extensions/notes"},
	"extensions/bench":                      {"sdk/protocol", "internal/hooks", "extensions"},
	"extensions/port":                       {"sdk/protocol", "internal/hooks", "extensions", "extensions/notes", "extensions/manifest", "extensions/javascript"},
	"extensions/pack":                       {"internal/files", "sdk/protocol", "internal/plainyaml", "extensions/manifest"},
	"extensions/notes":                      {"sdk/protocol"},
	"extensions/trial":                      {"sdk/protocol", "extensions", "extensions/notes", "internal/hooks"},
	"extensions/check":                      {"internal/files", "sdk/protocol", "extensions", "extensions/notes", "extensions/trial", "extensions/manifest", "extensions/hosts", "extensions/javascript", "extensions/goplugin", "extensions/check/internal/gosource", "internal/hooks"},
	"extensions/check/internal/gosource":    {"sdk/protocol", "extensions/manifest", "extensions/notes", "internal/hooks/runner"},
	"extensions/kept":                       {"internal/files", "internal/hooks/runs"},
	"extensions/manifest/internal/comments": {},
	"extensions/manifest/internal/write":    {"extensions/manifest", "extensions/manifest/internal/comments"},
	"extensions/manifest":                   {"extensions/notes", "sdk/protocol", "internal/hooks", "internal/plainyaml"},
	"extensions/javascript":                 {"extensions/notes", "extensions/trial", "sdk/protocol", "extensions", "extensions/manifest", "extensions/javascript/internal/", "internal/hooks"},
	"extensions/javascript/internal/bundle": {},
	"extensions/javascript/internal/harden": {"sdk/protocol", "extensions/javascript/internal/syntax"},
	"extensions/javascript/internal/inpage": {"extensions/javascript", "extensions/manifest"},
	"extensions/javascript/internal/probe":  {"extensions/trial", "extensions/notes", "sdk/protocol", "extensions", "extensions/manifest", "extensions/javascript/internal/harden", "extensions/javascript/internal/syntax", "extensions/javascript/internal/vm", "internal/hooks"},
	"extensions/javascript/internal/source": {"extensions/notes", "sdk/protocol", "extensions/manifest", "extensions/javascript/internal/syntax"},
	"extensions/javascript/internal/syntax": {},
	"extensions/javascript/internal/vm":     {"extensions/notes", "sdk/protocol", "sdk/decimal", "extensions", "extensions/javascript/internal/harden", "extensions/javascript/internal/source", "internal/hooks"},
	"extensions/jsprocess":                  {"sdk/protocol", "extensions", "extensions/goplugin", "extensions/javascript", "extensions/manifest", "internal/hooks", "internal/pluginpb"},
	"extensions/hosts":                      {"internal/files", "extensions/notes", "sdk/protocol", "extensions", "extensions/goplugin", "extensions/javascript", "extensions/jsprocess", "extensions/manifest"},
	"extensions/httpeffect":                 {"sdk/protocol", "internal/hooks"},
	"extensions/goplugin":                   {"internal/files", "sdk/protocol", "extensions", "internal/hooks", "internal/pluginpb"},
	"internal/apitest":                      {"sdk/protocol"},
	"internal/brokennet":                    {},
	"internal/freeport":                     {},
	"internal/natstest":                     {},
	"internal/pgtest":                       {"internal/freeport"},
	"internal/testbin":                      {},
	"internal/plainyaml":                    {},
	"internal/hooks":                        {"sdk/protocol"},
	"internal/hooks/hookstest":              {"sdk/protocol", "internal/hooks"},
	"internal/hooks/runs":                   {"sdk/protocol", "internal/hooks"},
	"internal/hooks/runner":                 {"sdk", "sdk/protocol", "sdk/decimal", "internal/hooks"},
	"internal/pluginpb":                     {"sdk/protocol", "internal/hooks"},
	"internal/suite":                        {"internal/files", "sdk/protocol", "extensions", "extensions/goplugin", "extensions/hosts", "extensions/manifest", "internal/hooks", "internal/suite/cases", "internal/suite/shop"},
	"internal/suite/cases":                  {"sdk/protocol", "extensions", "internal/plainyaml", "internal/suite/shop"},
	"internal/suite/shop":                   {"sdk/protocol", "core/multisession", "core/order", "core/store", "core/store/mem", "core/wake", "extensions", "extensions/notes", "internal/hooks"},
	"internal/files":                        {},
	"internal/hostile":                      {},
	"internal/house":                        {"internal/freeport"},
	"internal/reference":                    {"sdk/protocol", "extensions", "extensions/manifest", "internal/hooks"},
	"internal/reference/write":              {"internal/reference"},
	"internal/seeds":                        {},
	"internal/servicetest":                  {"sdk/protocol"},
	"internal/workers":                      {},
	"internal/files/crashtest":              {"internal/files"},
	"internal/files/crashtest/crashfs":      {"internal/files/crashtest"},
	"sdk/plugin":                            {"sdk", "sdk/protocol", "internal/hooks", "internal/hooks/runner", "internal/pluginpb"},
	"sdk/sdktest":                           {"sdk", "sdk/protocol", "internal/hooks", "internal/hooks/runner"},
	"sdk/sdktest/conform":                   {"sdk/plugin", "extensions/goplugin", "internal/suite"},
	"plugins/example":                       {},
	"plugins/example/loyalty":               {"sdk", "sdk/plugin"},
	"cmd/server/faults":                     {},
	"deploy":                                {},
	"cmd/server/terminal":                   {"sdk/protocol", "sdk/decimal", "sdk/client", "sdk/price", "internal/files"},
	"cmd/server/catalogue":                  {"sdk/protocol", "sdk/decimal"},
	"cmd/server/localca":                    {"internal/files"},
	"cmd/server/scaffold":                   {"sdk/protocol", "extensions/manifest", "cmd/server/scaffold/internal/typings"},
	"cmd/server/scaffold/internal/typings":  {"sdk/protocol"},
	"cmd/server":                            {"sdk/protocol", "sdk/", "core/", "cmd/server/", "extensions", "extensions/", "plugins/example", "internal/hooks", "internal/hooks/runs", "internal/files", "internal/plainyaml", "internal/suite"},
	"cmd/server/admin":                      {"sdk/protocol"},
	"cmd/server/shadow":                     {"sdk/protocol", "core/store", "extensions", "internal/hooks", "internal/hooks/runs"},
	"cmd/server/bench":                      {"sdk/protocol", "sdk/client", "core/", "internal/freeport"},
}

func TestHouse(t *testing.T) {
	for pkg, imports := range ourImports(t) {
		allowed, known := house[pkg]
		require.True(t, known, "package %s isn't in the table of house_test.go", pkg)
		for _, path := range imports {
			ok := slices.ContainsFunc(allowed, func(a string) bool {
				return path == a || (strings.HasSuffix(a, "/") && strings.HasPrefix(path, a))
			})
			require.True(t, ok, "%s must not import %s", pkg, path)
		}
	}
}

// vendorsMayImport is all of ours that an extension needs, with its tests.
var vendorsMayImport = []string{"sdk", "sdk/plugin", "sdk/sdktest", "sdk/sdktest/conform"}

func TestVendorsImportsAreFew(t *testing.T) {
	files, err := filepath.Glob("plugins/example/*/*.go")
	require.NoError(t, err)
	reached := map[string]bool{}
	for _, file := range files {
		for _, path := range importsOfFile(t, file) {
			if ours, ok := strings.CutPrefix(path, module); ok {
				require.Contains(t, vendorsMayImport, ours, file)
				reached[ours] = true
			}
		}
	}
	require.Len(t, reached, len(vendorsMayImport), "an example uses each of them")
}

// sdkMayImport beside the standard library: design and extensions depend on
// vendors getting little with it.
const sdkMayImport = "github.com/cockroachdb/apd/v3"

func TestSDKImportsLittle(t *testing.T) {
	for pkg := range ourImports(t) {
		if pkg != "sdk" && pkg != "sdk/decimal" && pkg != "sdk/protocol" && pkg != "sdk/protocol/jsonw" {
			continue
		}
		for _, path := range importsOf(t, pkg) {
			if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") && !strings.HasPrefix(path, module+"sdk/") {
				require.Equal(t, sdkMayImport, path, pkg)
			}
		}
	}
}

func ourImports(t *testing.T) map[string][]string {
	found := map[string][]string{}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		found[filepath.ToSlash(filepath.Dir(path))] = nil
		return nil
	}))
	for dir := range found {
		for _, path := range importsOf(t, dir) {
			if ours, ok := strings.CutPrefix(path, module); ok {
				found[dir] = append(found[dir], ours)
			}
		}
	}
	return found
}

func importsOf(t *testing.T, dir string) (paths []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		paths = append(paths, importsOfFile(t, file)...)
	}
	return paths
}

func importsOfFile(t *testing.T, file string) (paths []string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, path)
	}
	return paths
}

// The documents name tests as what holds their sentences: each is there.
func TestNamedTestsAreThere(t *testing.T) {
	there, titles := namedTests(t)
	for _, doc := range []string{"docs/security.md", "docs/extension-host.md", "docs/promises.md"} {
		text, err := os.ReadFile(doc)
		require.NoError(t, err)
		for _, named := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(text), -1) {
			require.True(t, there[named[1]], "%s names %s", doc, named[1])
		}
		if doc == "docs/extension-host.md" {
			continue // quotes are of code there
		}
		for _, list := range regexp.MustCompile(`\(("[^()]*")\)`).FindAllStringSubmatch(string(text), -1) {
			for _, named := range regexp.MustCompile(`"(.*?)"`).FindAllStringSubmatch(list[1], -1) {
				require.True(t, strings.Contains(titles, named[1]), "%s names %q", doc, named[1])
			}
		}
	}
}

// namedTests are the names of Go's tests, and the titles of TypeScript's and of the
// rules of the conformance suite.
func namedTests(t *testing.T) (there map[string]bool, titles string) {
	there = map[string]bool{}
	var all strings.Builder
	names := regexp.MustCompile(`(?m)^func (Test\w+)|^ *test\("(.*?)"`)
	rules := regexp.MustCompile(`(?m)^\t\{"(.*?)", `)
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "node_modules" || entry.Name() == ".git" {
				return filepath.SkipDir
			}
			return nil
		}
		suite := filepath.Dir(path) == filepath.FromSlash("core/api/conformance")
		if !suite && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".test.ts") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, named := range names.FindAllStringSubmatch(string(text), -1) {
			there[named[1]] = true
			all.WriteString(named[2] + "\n")
		}
		if suite {
			for _, rule := range rules.FindAllStringSubmatch(string(text), -1) {
				all.WriteString(rule[1] + "\n")
			}
		}
		return nil
	}))
	return there, all.String()
}

// docs/promises.md names every script of testdata/scenarios, and no other; its
// counts are right.
func TestPromisesNameTheScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	require.NoError(t, err)
	text, err := os.ReadFile("docs/promises.md")
	require.NoError(t, err)
	named := map[string]bool{}
	for _, name := range regexp.MustCompile("`(\\d\\d-[a-z-]+)`").FindAllStringSubmatch(string(text), -1) {
		named[name[1]] = true
	}
	var scripts []string
	pages := 0
	for _, file := range files {
		scripts = append(scripts, strings.TrimSuffix(filepath.Base(file), ".txt"))
		script, err := os.ReadFile(file)
		require.NoError(t, err)
		if regexp.MustCompile(`(?m)^browsers `).Match(script) {
			pages++
		}
	}
	require.ElementsMatch(t, scripts, slices.Collect(maps.Keys(named)))
	require.Contains(t, string(text), fmt.Sprintf("%d scripts: %d with tills of the Go client and with tills of the TypeScript client, %d with pages", len(scripts), len(scripts)-pages, pages))
}
