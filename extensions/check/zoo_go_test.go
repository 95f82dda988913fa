package check_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/check"
)

var (
	wanted = regexp.MustCompile(`(?://|#) want( above)?: ([a-z-]+)`)
	how    = regexp.MustCompile(`(?m)^// zoo: (run|race)$`)
)

// wants are the findings that the files of a folder ask for at a line, or the one
// above it, as file:line code;
// by is how they are found: "" in the text, "run" or "race" by running the program.
func wants(t *testing.T, dir string) (all []string, by string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if said := how.FindSubmatch(text); said != nil {
			by = string(said[1])
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, found := range wanted.FindAllStringSubmatch(line, -1) {
				all = append(all, fmt.Sprintf("%s:%d %s", path, i+1-min(len(found[1]), 1), found[2]))
			}
		}
		return err
	}))
	slices.Sort(all)
	return all, by
}

// found are the findings of a report in the same form, each once.
func found(r *check.Report) (all []string) {
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Code))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Each small bad program is found out, by its code and at its line, and nothing
// else is said of it. Those that say `zoo: run` or `zoo: race` are built, started and called;
// what is wrong with the others is in their text.
func TestGoZoo(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	folders, err := filepath.Glob("testdata/zoo/go/*")
	require.NoError(t, err)
	require.Greater(t, len(folders), 60)
	for _, dir := range folders {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			want, by := wants(t, dir)
			require.NotEmpty(t, want)
			code, _, _ := strings.Cut(want[0], "\n")
			require.True(t, strings.HasPrefix(filepath.Base(dir), code[strings.LastIndex(code, " ")+1:]), "a folder is called by its code")
			r, err := check.Run(context.Background(), check.Options{Path: dir, From: zooFrom(dir), SourceOnly: by == "", Race: by == "race"})
			require.NoError(t, err)
			require.Equal(t, want, found(r), "%+v", r.Findings)
			for _, f := range r.Findings {
				require.NotEmpty(t, f.Message)
				require.NotEmpty(t, f.Fix)
			}
		})
	}
}

// Nothing is said of good programs: the example, and idioms of many kinds.
func TestNoFalseAlarmOnGo(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	folders, err := filepath.Glob("testdata/good/go/*")
	require.NoError(t, err)
	require.Len(t, folders, 5)
	for _, dir := range append(folders, "../../plugins/example/loyalty") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r, err := check.Run(context.Background(), check.Options{Path: dir})
			require.NoError(t, err)
			require.Empty(t, r.Findings)
			require.NotEmpty(t, r.Fields)
			for _, f := range r.Fields {
				require.Contains(t, []string{"synced", "derived"}, f.Verdict)
			}
		})
	}
}

// program builds a member of the zoo without its sources.
func program(t *testing.T, member string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	source := filepath.Join("testdata", "zoo", "go", member)
	text, err := os.ReadFile(filepath.Join(source, "extension.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "extension.yaml"), text, 0o600))
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "zoo"), "./"+source).CombinedOutput()
	require.NoError(t, err, string(out))
	return dir
}

// Of a program alone is known what it does; the manifest has the place.
func TestGoProgramAlone(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	dir := program(t, "not-idempotent")
	r := run(t, dir)
	require.Equal(t, []string{filepath.Join(dir, "extension.yaml") + ":5 not-idempotent"}, found(r))
	require.Equal(t, check.Go, r.Kind)
	require.True(t, r.Fields[0].Init, "a run has read it")

	both, err := check.Run(t.Context(), check.Options{Path: "../../plugins/example/kitchen-state", With: []string{dir}})
	require.NoError(t, err)
	require.Empty(t, both.Findings, "the other is a program")

	t.Run("without a go command", func(t *testing.T) {
		source, err := os.ReadFile("testdata/zoo/go/not-idempotent/main.go")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), source, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/zoo\n"), 0o600))
		t.Setenv("PATH", t.TempDir())
		r := run(t, dir)
		require.Equal(t, []string{filepath.Join(dir, "extension.yaml") + ":5 not-idempotent", dir + ":0 sources-unread"}, found(r))
		require.NoError(t, os.Remove(filepath.Join(dir, "zoo")))
		_, err = check.Run(t.Context(), check.Options{Path: dir})
		require.ErrorContains(t, err, "the sources in "+dir+" can't be read: there is no go command on the PATH")
	})
}

// What can't be read is an error with what to do.
func TestGoSourcesThatCantBeRead(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "extension.yaml"), []byte("name: a\nexec: ./a\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n"), 0o600))
	_, err := check.Run(t.Context(), check.Options{Path: dir})
	require.ErrorContains(t, err, "there is no go.mod in "+dir+": go mod init example.com/NAME makes one")

	// A package that isn't there is one of the sources' errors.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/a\n\ngo 1.26\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nimport \"example.com/nowhere\"\n\nfunc main() { nowhere.Go() }\n"), 0o600))
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOPROXY", "off")
	r := run(t, dir)
	require.Equal(t, []string{filepath.Join(dir, "main.go") + ":3 compile"}, found(r))
	require.Contains(t, r.Findings[0].Message, "try go mod tidy")
}

// Settings reach the program.
func TestGoSettings(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	_, err := check.Run(t.Context(), check.Options{Path: "testdata/good/go/rounds", Settings: map[string]any{"rate": "many"}})
	require.ErrorContains(t, err, "rate")
	require.ErrorContains(t, err, "--config")
}

// A key that another extension has is that one's.
func TestGoExportsWhatIsAnothers(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "extension.yaml"), []byte("name: other\nfields: {order: {point: {type: number}}}\n"), 0o600))
	r := run(t, "testdata/zoo/go/undeclared-field-2", other)
	require.Equal(t, []string{"testdata/zoo/go/undeclared-field-2/main.go:19 others-field"}, found(r))
	require.Contains(t, r.Findings[0].Message, "belongs to the extension other")
}
