package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/manytill/manytill/sdk/client/internal/journal"
)

func watched(t *testing.T, do func()) (steps []files.Step) {
	t.Helper()
	stop := files.Watch(func(s files.Step) { steps = append(steps, s) })
	defer stop()
	do()
	return steps
}

// TestPowerLostDuringRewrite: the queue is the same before and after.
func TestPowerLostDuringRewrite(t *testing.T) {
	dir := t.TempDir()
	j, s := open(t, dir)
	for _, batch := range batches(20) {
		require.NoError(t, j.Append(batch, true))
		s.Apply(batch...)
	}
	text, err := os.ReadFile(filepath.Join(dir, "queue"))
	require.NoError(t, err)
	steps := watched(t, func() { require.NoError(t, j.Rewrite(s)) })
	crashtest.Images(crashtest.Folder{"queue": text}, steps, func(point string, image crashtest.Folder) {
		found, good, rest := journal.Replay(image["queue"])
		require.False(t, rest, point)
		require.Len(t, image["queue"], good, point)
		require.Equal(t, records(s), records(found), point)
	})
	require.Equal(t, files.SyncedFolder, steps[len(steps)-1].Do)
}

// TestPowerLostWhileDamageIsKept: the damaged file is on disk under its new name
// before the queue is cut.
func TestPowerLostWhileDamageIsKept(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir)
	for _, batch := range batches(5) {
		require.NoError(t, j.Append(batch, true))
	}
	require.NoError(t, j.Close())
	path := filepath.Join(dir, "queue")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	raw[len(raw)/2] ^= 1
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	var cutAt []bool // at each step, whether the queue was cut already
	stop := files.Watch(func(files.Step) {
		now, err := os.ReadFile(path)
		require.NoError(t, err)
		cutAt = append(cutAt, len(now) < len(raw))
	})
	defer stop()
	open(t, dir)
	kept := 4 // written, synced, named, and the folder synced
	require.Greater(t, len(cutAt), kept)
	require.NotContains(t, cutAt[:kept], true)
	require.True(t, cutAt[len(cutAt)-1])
}
