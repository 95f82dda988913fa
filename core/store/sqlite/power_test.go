//go:build !race

package sqlite_test

import (
	"context"
	sqldriver "database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	driver "modernc.org/sqlite"

	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/files"
	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestPowerLostDuringRestore: whatever a power cut leaves, the next start has
// the old database whole, with what was only in its log, or the new one.
func TestPowerLostDuringRestore(t *testing.T) {
	dir := t.TempDir()
	backup, live := filepath.Join(dir, "backup.db"), filepath.Join(dir, "live.db")
	s := open(t, live)
	f := newBusyMultiSession(t, s, "main", 2)
	require.NoError(t, f.commit(s, 3))
	require.NoError(t, s.Backup(t.Context(), backup, nil))
	require.NoError(t, f.commit(s, 300))
	require.NoError(t, s.Close())
	s = open(t, live)
	require.NoError(t, f.commit(s, 4)) // in the log alone; over the backup it would be nonsense
	before := crashtest.Folder{}
	for _, end := range []string{"", "-wal", "-shm"} {
		text, err := os.ReadFile(live + end)
		require.NoError(t, err)
		before["x.db"+end] = text
	}
	at := filepath.Join(dir, "restored")
	lay(t, at, before)
	steps := watched(t, func() { require.NoError(t, sqlite.Restore(t.Context(), backup, filepath.Join(at, "x.db"), true)) })

	seen, images := map[protocol.Seq]bool{}, 0
	at = filepath.Join(dir, "image")
	check := func(point string, image crashtest.Folder) (finish []files.Step) {
		images++
		lay(t, at, image)
		path := filepath.Join(at, "x.db")
		finish = watched(t, func() {
			s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
			require.NoError(t, err, point)
			snap, err := s.Load(t.Context(), "main")
			require.NoError(t, err, point)
			require.Contains(t, []protocol.Seq{3, 307}, snap.Head, point)
			seen[snap.Head] = true
			require.Len(t, snap.Open, 2, point)
			require.NoError(t, s.Close())
		})
		places, _ := verify(t, path)
		require.Empty(t, places, point)
		left, err := filepath.Glob(path + ".*")
		require.NoError(t, err)
		require.Equal(t, []string{path + ".lock"}, left, "%s: nothing is left over", point)
		return finish
	}
	crashtest.Images(before, steps, func(point string, image crashtest.Folder) {
		finish := check(point, image)
		if image["x.db.restored"] != nil { // and a cut while a start finishes it
			crashtest.Images(image, finish, func(later string, image crashtest.Folder) { check(point+"; then "+later, image) })
		}
	})
	require.Len(t, seen, 2)
	t.Logf("%d images", images)
}

// TestPowerLostDuringBackup: the backup is there whole, or not at all.
func TestPowerLostDuringBackup(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "x.db"))
	require.NoError(t, newBusyMultiSession(t, s, "main", 2).commit(s, 3))
	to := filepath.Join(dir, "backups")
	require.NoError(t, os.Mkdir(to, 0o700))
	steps := watched(t, func() { require.NoError(t, s.Backup(t.Context(), filepath.Join(to, "b.db"), nil)) })
	found := 0
	crashtest.Images(nil, steps, func(point string, image crashtest.Folder) {
		text, there := image["b.db"]
		if !there {
			return
		}
		found++
		path := filepath.Join(dir, fmt.Sprint("image-", found))
		require.NoError(t, os.WriteFile(path, text, 0o600))
		places, _ := verify(t, path)
		require.Empty(t, places, point)
	})
	require.Positive(t, found)
}

// TestPowerLostWhileADatabaseIsMade: what has its name is complete.
func TestPowerLostWhileADatabaseIsMade(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	steps := watched(t, func() { require.NoError(t, open(t, path).Close()) })
	found, missing := 0, 0
	crashtest.Images(nil, steps, func(point string, image crashtest.Folder) {
		text, there := image["x.db"]
		if !there {
			missing++
			return
		}
		found++
		path := filepath.Join(dir, fmt.Sprint("image-", found))
		require.NoError(t, os.WriteFile(path, text, 0o600))
		places, _ := verify(t, path)
		require.Empty(t, places, point)
	})
	require.Positive(t, found)
	require.Positive(t, missing)
}

// TestTornHeadBesideItsJournal: a cut in a transaction that changes the first page, as at the
// first start after a restore, may leave it torn. SQLite takes it from the journal.
func TestTornHeadBesideItsJournal(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "live.db"))
	f := newBusyMultiSession(t, s, "main", 2)
	require.NoError(t, f.commit(s, 300))
	path := filepath.Join(dir, "x.db")
	require.NoError(t, s.Backup(t.Context(), path, nil))
	c, err := (&driver.Driver{}).Open(path)
	require.NoError(t, err)
	defer c.Close()
	_, err = c.(sqldriver.ExecerContext).ExecContext(t.Context(), "PRAGMA cache_size = 1; BEGIN; PRAGMA application_id = 7; UPDATE changes SET seq = seq + 1000", nil)
	require.NoError(t, err)

	cut := filepath.Join(dir, "cut.db")
	for _, end := range []string{"", "-journal"} {
		text, err := os.ReadFile(path + end)
		require.NoError(t, err)
		if end == "" {
			clear(text[:crashtest.Sector])
		}
		require.NoError(t, os.WriteFile(cut+end, text, 0o600))
	}
	missing, err := sqlite.Missing(cut)
	require.NoError(t, err)
	require.False(t, missing)
	snap, err := open(t, cut).Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, f.head, snap.Head)
}

func watched(t *testing.T, do func()) (steps []files.Step) {
	t.Helper()
	stop := files.Watch(func(s files.Step) { steps = append(steps, s) })
	defer stop()
	do()
	return steps
}

// lay puts a folder's files on disk, and nothing else.
func lay(t *testing.T, dir string, f crashtest.Folder) {
	t.Helper()
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.Mkdir(dir, 0o700))
	for name, text := range f {
		require.False(t, strings.Contains(name, "/"))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
}

// TestUnfinishedRestore is told to who can't finish it.
func TestUnfinishedRestore(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "x.db"), filepath.Join(dir, "b.db")
	s := open(t, path)
	require.NoError(t, newBusyMultiSession(t, s, "main", 2).commit(s, 3))
	require.NoError(t, s.Close())
	require.NoError(t, sqlite.BackupFile(t.Context(), path, backup, nil))
	require.NoError(t, os.Rename(backup, path+".restored"))
	require.ErrorContains(t, sqlite.BackupFile(t.Context(), path, backup, nil), "was interrupted")
	_, err := sqlite.Verify(t.Context(), path, nil)
	require.ErrorContains(t, err, "was interrupted")
	open(t, path)
	require.NoFileExists(t, path+".restored")
}

// TestOldLeftoversOfABackup: what an earlier one left is no part of the next.
func TestOldLeftoversOfABackup(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "x.db"))
	require.NoError(t, newBusyMultiSession(t, s, "main", 2).commit(s, 3))
	to := filepath.Join(dir, "b.db")
	for _, end := range []string{"", "-journal", "-wal"} {
		require.NoError(t, os.WriteFile(to+".part"+end, []byte("left over"), 0o600))
	}
	require.NoError(t, s.Backup(t.Context(), to, nil))
	left, err := filepath.Glob(to + "*")
	require.NoError(t, err)
	require.Equal(t, []string{to}, left)
	places, _ := verify(t, to)
	require.Empty(t, places)
}
