package check_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/check"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/notes"
)

var asked = regexp.MustCompile(`(?://|#) want(-file)?: ([a-z -]+)`)

// asks are the findings that the files of a folder ask for, as file:line code. One
// of a whole file has line 0.
func asks(t *testing.T, dir string) (all []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for i, line := range strings.Split(string(text), "\n") {
			for _, m := range asked.FindAllStringSubmatch(line, -1) {
				at := i + 1
				if m[1] != "" {
					at = 0
				}
				for _, code := range strings.Fields(m[2]) {
					all = append(all, fmt.Sprintf("%s:%d %s", path, at, code))
				}
			}
		}
		return err
	}))
	slices.Sort(all)
	return all
}

// zooAt is how a folder of the zoo is checked: main in it, with what is in with; or
// itself.
func zooAt(t *testing.T, dir string) (path string, with []string) {
	path = dir
	if _, err := os.Stat(filepath.Join(dir, "main")); err == nil {
		path = filepath.Join(dir, "main")
	}
	with, err := filepath.Glob(filepath.Join(dir, "with", "*"))
	require.NoError(t, err)
	return path, with
}

// zooFrom is the version before, where a folder of the zoo has it.
func zooFrom(dir string) string {
	from := filepath.Join(dir, "from")
	if _, err := os.Stat(from); err != nil {
		return ""
	}
	return from
}

func zooOfJavaScript(t *testing.T) []string {
	folders, err := filepath.Glob("testdata/zoo/js/*")
	require.NoError(t, err)
	require.Greater(t, len(folders), 50)
	return folders
}

// Each small bad extension is found out, by its code and at its line, and nothing
// else is said of it that is more than a note; a server that loads it says the same.
func TestJavaScriptZoo(t *testing.T) {
	for _, dir := range zooOfJavaScript(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			path, with := zooAt(t, dir)
			want := asks(t, dir)
			code := regexp.MustCompile(`-\d+$`).ReplaceAllString(filepath.Base(dir), "")
			require.True(t, slices.ContainsFunc(want, func(w string) bool { return strings.HasSuffix(w, " "+code) }), "a folder is called by its code")
			r, err := check.Run(context.Background(), check.Options{Path: path, With: with, From: zooFrom(dir)})
			require.NoError(t, err)
			got := []string{}
			for _, f := range r.Findings {
				require.NotEmpty(t, f.Message)
				require.NotEmpty(t, f.Fix)
				found := fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Code)
				if f.Severity == notes.Info && !slices.Contains(want, found) {
					continue
				}
				got = append(got, found)
			}
			slices.Sort(got)
			require.Equal(t, want, slices.Compact(got), "%+v", r.Findings)
			if zooFrom(dir) == "" { // a server knows no version before
				serverSaysTheSame(t, path, with, r)
			}
		})
	}
}

// Each code that JavaScript may have is in the zoo.
func TestZooIsWhole(t *testing.T) {
	have := map[notes.Code]bool{}
	for _, dir := range zooOfJavaScript(t) {
		for _, want := range asks(t, dir) {
			have[notes.Code(want[strings.LastIndex(want, " ")+1:])] = true
		}
	}
	for _, e := range notes.Table {
		if why, known := notInTheZoo[e.Code]; known {
			require.False(t, have[e.Code], "%s is in the zoo: %s", e.Code, why)
			continue
		}
		require.True(t, have[e.Code] || e.Of == "Go", "%s isn't in the zoo", e.Code)
	}
}

var notInTheZoo = map[notes.Code]string{
	notes.NotLoaded: "what refuses a whole folder has codes of its own",
	notes.Stopped:   "it takes hundreds of megabytes",
	notes.NotTaken:  "what isn't taken has codes of its own",
	notes.FieldLost: "it is of a reload",
	notes.NewerData: "it is of a shop's orders",
}

// serverSaysTheSame: what is known when an extension is loaded the server says in
// the same words. What can't be loaded has the same error, or none of this.
func serverSaysTheSame(t *testing.T, path string, with []string, r *check.Report) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	var entries []extensions.Entry
	for _, p := range append(with, path) {
		host, err := hosts.Start(context.Background(), hosts.Source{Paths: []string{p}, InProcess: true}, log)
		if err != nil {
			for _, n := range notes.Failures(err) {
				require.True(t, says(r, n), "the server alone says %s", n)
			}
			return
		}
		defer func() { require.NoError(t, host.Close()) }()
		entries = append(entries, extensions.Entry{Host: host, Source: p})
	}
	chain, err := extensions.Build(entries, extensions.Options{Now: time.Now, Log: log})
	if err != nil {
		for _, n := range notes.Failures(err) {
			require.True(t, says(r, n), "the server alone says %s", n)
		}
		return
	}
	own := chain.Notes(r.Name)
	for _, n := range own {
		require.True(t, says(r, n), "the server alone says %s", n)
	}
	for _, f := range r.Findings {
		same := func(n notes.Note) bool { return n.Code == f.Code && n.Message == f.Message }
		require.True(t, slices.Contains(ofCheckAlone, f.Code) || slices.ContainsFunc(own, same), "the check alone says %s", f.Note)
	}
}

func says(r *check.Report, n notes.Note) bool {
	return slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Code == n.Code && f.Message == n.Message })
}

// ofCheckAlone are the codes of what takes too long to be looked at when a server
// loads an extension, or is of files that it doesn't load.
var ofCheckAlone = []notes.Code{notes.Slow, notes.Allocates, notes.LoadOrder, notes.Unused, notes.ScreenUsed}
