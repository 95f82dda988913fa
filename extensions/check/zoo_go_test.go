package check_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions/check"
)

var (
	wanted = regexp.MustCompile(`(?://|#) want: ([a-z-]+)`)
	how    = regexp.MustCompile(`(?m)^// zoo: (run|race)$`)
)

// wants are the findings that the files of a folder ask for, as file:line code;
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
				all = append(all, fmt.Sprintf("%s:%d %s", path, i+1, found[1]))
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
			r, err := check.Run(context.Background(), check.Options{Path: dir, SourceOnly: by == "", Race: by == "race"})
			require.NoError(t, err)
			require.Equal(t, want, found(r), "%+v", r.Findings)
			for _, f := range r.Findings {
				require.NotEmpty(t, f.Message)
				require.NotEmpty(t, f.Fix)
			}
		})
	}
}

// Nothing is said of good programs: the example, and what `extension new` makes.
func TestNoFalseAlarmOnGo(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	r, err := check.Run(context.Background(), check.Options{Path: "../../plugins/example/loyalty"})
	require.NoError(t, err)
	require.Empty(t, r.Findings)
	require.Len(t, r.Fields, 3)
}
