package journal_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/client/internal/queue"
)

// Queues as version 0.1.0 of 2026-11-29 wrote them, in every state that they
// can have: a till that is updated finds all of it, and can store it again.
func TestStoredByEarlierVersions(t *testing.T) {
	files, err := filepath.Glob("testdata/stored/*")
	require.NoError(t, err)
	require.Greater(t, len(files), 8)
	kinds := ""
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			kinds += string(raw)
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "queue"), raw, 0o600))
			j, s := open(t, dir)
			require.Empty(t, j.Damaged())
			if n := held(t, raw); n >= 0 {
				require.Equal(t, n, len(s.Entries)+len(s.Drafts)+len(s.Orders)+len(s.Stranded), "everything is found")
			}
			before := records(s)
			m := machine.New(machine.Config{State: s, NewID: func() string { return "new" }, Random: func() float64 { return 0.5 }})
			require.Equal(t, s.Unsent(), m.State().Unsent())
			require.NoError(t, j.Rewrite(m.State()))
			require.NoError(t, j.Close())
			_, again := open(t, dir)
			require.Equal(t, before, records(again), "and nothing is lost by writing it again")
		})
	}
	for _, kind := range []string{"anew", "waiting", "foreign", "recovery", "draft", "aside", "snapshot", "changes", "order"} {
		require.Contains(t, kinds, `"`+kind+`"`)
	}
}

// held counts what the last lines of a file say is there, where they are the
// records of a state; of others it is -1.
func held(t *testing.T, raw []byte) (n int) {
	for line := range bytes.Lines(raw) {
		_, text, ok := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
		require.True(t, ok)
		var batch []queue.Record
		require.NoError(t, json.Unmarshal(text, &batch))
		for _, r := range batch {
			switch {
			case r.Changes != nil, r.Snapshot != nil, len(r.Drop) > 0:
				return -1
			case r.Entry != nil, r.Draft != nil, r.Order != nil, r.Stranded != nil:
				n++
			}
		}
	}
	return n
}
