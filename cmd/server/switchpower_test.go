package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/stretchr/testify/require"
)

// TestPowerLostWhileTheConfigIsRewritten: the config is the old one or the new
// one, and the new one is on disk before anybody is told.
func TestPowerLostWhileTheConfigIsRewritten(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "third.js"), `class Order {}`)
	before := goodConfig + "extensions:\n  - path: third.js # ours\n    inprocess: true\n"
	file := filepath.Join(dir, "manytill.yaml")
	writeFile(t, file, before)
	c, err := readConfig(file)
	require.NoError(t, err)
	chain, err := startExtensions(context.Background(), c, mem.New(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	require.NoError(t, err)
	defer chain.Close()
	var steps []files.Step
	stop := files.Watch(func(s files.Step) { steps = append(steps, s) })
	err = chain.Switch(context.Background(), "third", false)
	stop()
	require.NoError(t, err)
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotEqual(t, before, string(after))
	seen := map[string]bool{}
	crashtest.Images(crashtest.Folder{"manytill.yaml": []byte(before)}, steps, func(point string, image crashtest.Folder) {
		text := string(image["manytill.yaml"])
		require.Contains(t, []string{before, string(after)}, text, point)
		seen[text] = true
	})
	require.Len(t, seen, 2)
	require.Equal(t, files.SyncedFolder, steps[len(steps)-1].Do)
}
