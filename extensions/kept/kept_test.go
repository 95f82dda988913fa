package kept_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions/kept"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/runs"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func open(t *testing.T, o kept.Options) *kept.Folder {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	f, err := kept.Open(o)
	require.NoError(t, err)
	return f
}

func run(end runs.End, message string, bytes int) *runs.Run {
	return &runs.Run{
		Extension: "notes", Version: "1", End: end, Message: message, Began: time.Now(), Limit: time.Second,
		Seen: &hooks.Snapshot{
			RecordHead: hooks.RecordHead{Model: protocol.ModelOrder, Order: "o1"},
			Merged:     protocol.Fields{"note": protocol.Text(strings.Repeat("x", bytes))},
		},
	}
}

// happens is what the chain does with a run.
func happens(f *kept.Folder, r *runs.Run) {
	if cause := r.Cause(r.Seen.Model); f.Wants(cause) {
		f.Keep(cause, r)
	}
}

func read(t *testing.T, dir string) (all []*kept.Whole) {
	t.Helper()
	list, err := kept.List(dir)
	require.NoError(t, err)
	for _, file := range list {
		w, err := kept.ReadFile(file.Path)
		require.NoError(t, err)
		all = append(all, w)
	}
	return all
}

// One file for each cause, with how often it came, over restarts too.
func TestOneForEachCause(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop.db.runs")
	f := open(t, kept.Options{Dir: dir})
	_, err := os.Stat(dir)
	require.ErrorIs(t, err, os.ErrNotExist, "no folder before there is something to keep")
	for i := range 5 {
		happens(f, run(runs.Failed, fmt.Sprintf("a.js:3:4: no card %d of \"Ana %d\"", i, i), 1))
	}
	happens(f, run(runs.Failed, `a.js:9:4: no card 1 of "Ana"`, 1))
	happens(f, run(runs.Vetoed, `a.js:3:4: no card 1 of "Ana"`, 1))
	require.NoError(t, f.Close())
	counts := func() map[string]int {
		all := map[string]int{}
		for _, w := range read(t, dir) {
			all[string(w.Run.End)+" "+w.Run.Message] = w.Known.Count
			require.False(t, w.Known.Last.Before(w.Known.First))
		}
		return all
	}
	require.Equal(t, map[string]int{
		`failed a.js:3:4: no card 0 of "Ana 0"`: 5, `failed a.js:9:4: no card 1 of "Ana"`: 1, `vetoed a.js:3:4: no card 1 of "Ana"`: 1,
	}, counts())
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	f = open(t, kept.Options{Dir: dir})
	happens(f, run(runs.Failed, `a.js:3:4: no card 7 of "Ben"`, 1))
	require.NoError(t, f.Close())
	require.Equal(t, 6, counts()[`failed a.js:3:4: no card 0 of "Ana 0"`])
	require.Len(t, counts(), 3)
}

func TestCountsAreWrittenMeanwhile(t *testing.T) {
	dir := t.TempDir()
	f := open(t, kept.Options{Dir: dir, Flush: time.Millisecond})
	defer f.Close()
	for range 3 {
		happens(f, run(runs.Failed, "a", 1))
	}
	require.Eventually(t, func() bool {
		list, err := kept.List(dir)
		if err != nil || len(list) != 1 {
			return false
		}
		w, err := kept.ReadFile(list[0].Path)
		return err == nil && w.Known.Count == 3
	}, 30*time.Second, time.Millisecond)
}

// Many vetoes don't push a failure out; files that aren't ours stay.
func TestFolderIsBounded(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.json"), []byte("{}"), 0o600))
	words := func(i int) string { return strings.Repeat("w", i+1) }
	for i := range 12 {
		f := open(t, kept.Options{Dir: dir, Files: 5})
		if i == 0 {
			happens(f, run(runs.Failed, "the failure", 1))
		}
		happens(f, run(runs.Vetoed, words(i), 1))
		require.NoError(t, f.Close())
	}
	ends := map[runs.End]int{}
	for _, w := range read(t, dir) {
		ends[w.Run.End]++
	}
	require.Equal(t, map[runs.End]int{runs.Failed: 1, runs.Vetoed: 4}, ends)
	require.FileExists(t, filepath.Join(dir, "mine.json"))

	large := t.TempDir()
	f := open(t, kept.Options{Dir: large, Bytes: 300_000})
	for i := range 5 {
		happens(f, run(runs.Failed, words(i), 100_000))
	}
	require.NoError(t, f.Close())
	require.Len(t, read(t, large), 2)

	old, err := kept.List(large)
	require.NoError(t, err)
	month := time.Now().Add(-31 * 24 * time.Hour)
	require.NoError(t, os.Chtimes(old[0].Path, month, month))
	require.NoError(t, open(t, kept.Options{Dir: large}).Close())
	require.Len(t, read(t, large), 1)
}

// A cause whose file was taken away is kept again.
func TestAgainAfterItIsGone(t *testing.T) {
	dir := t.TempDir()
	f := open(t, kept.Options{Dir: dir, Flush: time.Millisecond})
	defer f.Close()
	there := func() bool {
		list, err := kept.List(dir)
		return err == nil && len(list) == 1
	}
	happens(f, run(runs.Failed, "a", 1))
	require.Eventually(t, there, 30*time.Second, time.Millisecond)
	list, err := kept.List(dir)
	require.NoError(t, err)
	require.NoError(t, os.Remove(list[0].Path))
	require.Eventually(t, func() bool {
		happens(f, run(runs.Failed, "a", 1))
		return there()
	}, 30*time.Second, time.Millisecond)
}

// Whoever hands runs over never waits, also where nothing can be written.
func TestFolderThatCantBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a file")
	f := open(t, kept.Options{Dir: filepath.Join(dir, "runs")})
	require.NoError(t, os.WriteFile(dir, nil, 0o600))
	for i := range 100 {
		happens(f, run(runs.Failed, strings.Repeat("w", i+1), 1))
	}
	require.NoError(t, f.Close())
	happens(f, run(runs.Failed, "after its end", 1))
}

func TestReadFileSaysWhatIsWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"a":`), 0o600))
	_, err := kept.ReadFile(path)
	require.ErrorContains(t, err, "a.json: this is no kept run")
}
