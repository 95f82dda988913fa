package localca_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/cmd/server/localca"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
)

// TestPowerLostWhileTheAuthorityIsMade: the next start has that authority, or
// makes another that nobody was told of.
func TestPowerLostWhileTheAuthorityIsMade(t *testing.T) {
	dir := t.TempDir()
	var steps []files.Step
	stop := files.Watch(func(s files.Step) { steps = append(steps, s) })
	made, err := localca.Open(dir, hosts("localhost"), time.Now)
	stop()
	require.NoError(t, err)
	kept, images := 0, 0
	crashtest.Images(nil, steps, func(point string, image crashtest.Folder) {
		images++
		dir := t.TempDir()
		for name, text := range image {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
		}
		first, err := localca.Open(dir, hosts("localhost"), time.Now)
		require.NoError(t, err, point)
		again, err := localca.Open(dir, hosts("localhost"), time.Now)
		require.NoError(t, err, point)
		require.Equal(t, first.Fingerprint(), again.Fingerprint(), point)
		if _, named := image["ca.pem"]; named {
			require.Equal(t, made.Fingerprint(), first.Fingerprint(), "%s: what could be handed out stays", point)
		}
		if first.Fingerprint() == made.Fingerprint() {
			kept++
		}
	})
	require.Positive(t, kept)
	require.Less(t, kept, images)
	last := steps[len(steps)-1]
	require.Equal(t, files.SyncedFolder, last.Do, "it is on disk before anybody is told")
}

// TestTheFileForDevicesIsWrittenAgain of what lies beside the key.
func TestTheFileForDevicesIsWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	made, err := localca.Open(dir, hosts("localhost"), time.Now)
	require.NoError(t, err)
	require.NoError(t, os.Remove(made.File))
	again, err := localca.Open(dir, hosts("localhost"), time.Now)
	require.NoError(t, err)
	require.Equal(t, made.Fingerprint(), again.Fingerprint())
	require.FileExists(t, made.File)
}
