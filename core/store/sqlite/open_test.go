package sqlite_test

import (
	"bytes"
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "modernc.org/sqlite"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

func TestOneServerADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	_, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.ErrorContains(t, err, "stop that server first")
	require.ErrorContains(t, err, "process ")
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "twice is harmless")
	require.Error(t, s.Check(t.Context()))
	_, err = s.AllPOS(t.Context())
	require.Error(t, err)
	open(t, path)
}

// TestRefused: files that Open must not touch.
func TestRefused(t *testing.T) {
	tests := []struct{ name, sql, want string }{
		{"newer", "PRAGMA user_version = 99", "newer version of Manytill"},
		{"not ours", "PRAGMA user_version = 0", "a database of another program"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			require.NoError(t, open(t, path).Close())
			script(t, path, test.sql)
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
			require.ErrorContains(t, err, test.want)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(before, after), "nothing was touched")
		})
	}
	path := filepath.Join(t.TempDir(), "none", "x.db")
	_, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.ErrorContains(t, err, "check that its folder exists")
	path = filepath.Join(t.TempDir(), "text.db")
	require.NoError(t, os.WriteFile(path, []byte("this is no database, whatever its name says"), 0o600))
	_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
	require.EqualError(t, err, "open "+path+": it is not a database: it is another kind of file, or its beginning was overwritten; restore a backup that manytill verify finds good")
	require.ErrorIs(t, err, store.ErrDamaged)
}

// script runs SQL as an operator's own tool would.
func script(t testing.TB, path, sql string) {
	t.Helper()
	require.NoError(t, scriptError(path, sql))
}

func scriptError(path, sql string) error {
	c, err := (&driver.Driver{}).Open(path)
	if err != nil {
		return err
	}
	_, err = c.(sqldriver.ExecerContext).ExecContext(context.Background(), sql, nil)
	return errors.Join(err, c.Close())
}

func TestOlder(t *testing.T) {
	for version, want := range map[string]bool{
		"3.51.3": false, "3.51.2": true, "3.50.9": true, "3.54.1": false, "4.0.0": false, "2.99.99": true, "3.100.0": false,
	} {
		assert.Equal(t, want, sqlite.Older(version, [3]int{3, 51, 3}), version)
	}
}

func TestPathWithSpecialCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "café ?mode=memory#1%20.db")
	require.NoError(t, open(t, path).Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "nobody else reads it")
}

// TestCloseWaits: what was handed in before is on disk after.
func TestCloseWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	floors := make([]*busyMultiSession, 30)
	for i := range floors {
		floors[i] = newBusyMultiSession(t, s, protocol.MultiSessionID(rune('A'+i)), 1)
	}
	var commits sync.WaitGroup
	errs := make([]error, len(floors))
	for i, f := range floors {
		commits.Go(func() { errs[i] = f.commit(s, 1) })
	}
	require.NoError(t, s.Close())
	commits.Wait()
	info, err := os.Stat(path + "-wal")
	require.True(t, err != nil || info.Size() == 0, "the log was emptied")
	s = open(t, path)
	for i, f := range floors {
		snap, err := s.Load(t.Context(), f.id)
		require.NoError(t, err)
		require.Equal(t, errs[i] == nil, snap.Head == 1, errs[i])
	}
}

func TestRestore(t *testing.T) {
	dir := t.TempDir()
	live, copied := filepath.Join(dir, "live.db"), filepath.Join(dir, "copy.db")
	s := open(t, live)
	f := newBusyMultiSession(t, s, "main", 2)
	require.NoError(t, f.commit(s, 3))
	require.NoError(t, s.Backup(t.Context(), copied, nil))
	require.NoError(t, f.commit(s, 3))
	was, err := s.Identity(t.Context())
	require.NoError(t, err)

	restore := func(from, to string, force bool) error { return sqlite.Restore(context.Background(), from, to, force) }
	require.ErrorContains(t, restore(copied, live, false), "exists already")
	require.ErrorContains(t, restore(copied, live, true), "stop that server first")
	require.ErrorContains(t, restore(live, filepath.Join(dir, "new.db"), false), "live database")
	require.NoError(t, s.Close())
	require.NoError(t, os.WriteFile(live+"-wal", []byte("an old log"), 0o600))
	require.NoError(t, restore(copied, live, true))

	s = open(t, live)
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, protocol.Seq(3), snap.Head)
	is, err := s.Identity(t.Context())
	require.NoError(t, err)
	require.Equal(t, was.ServerID, is.ServerID)
	require.NotEqual(t, was.Epoch, is.Epoch)
	f.head = 3
	require.NoError(t, f.commit(s, 1))
}

func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	s := open(t, filepath.Join(dir, "live.db"))
	f := newBusyMultiSession(t, s, "main", 5)
	require.NoError(t, f.commit(s, 200))
	require.NoError(t, s.Backup(t.Context(), good, nil))
	spoil := func(name string, change func([]byte) []byte) string {
		body, err := os.ReadFile(good)
		require.NoError(t, err)
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, change(body), 0o600))
		return path
	}
	cut := spoil("cut", func(b []byte) []byte { return b[:len(b)/2] })
	newer := spoil("newer", func(b []byte) []byte { return b })
	script(t, newer, "PRAGMA user_version = 99")
	short := spoil("short", func(b []byte) []byte { return b[:len(b)-10] })
	flipped := spoil("flipped", func(b []byte) []byte {
		at := bytes.LastIndex(b, orderPad[:200])
		b[at+20] ^= 1
		return b
	})
	empty := spoil("empty", func([]byte) []byte { return nil })
	for from, want := range map[string]string{
		cut: "can't be used", short: "it was truncated", flipped: "it is damaged: ",
		newer: "newer version of Manytill", empty: "empty", filepath.Join(dir, "none"): "no such file",
	} {
		to := filepath.Join(dir, "to.db")
		require.ErrorContains(t, sqlite.Restore(t.Context(), from, to, true), want)
		_, err := os.Stat(to)
		require.ErrorIs(t, err, os.ErrNotExist, "nothing was put there")
	}
	require.NoError(t, sqlite.Restore(t.Context(), good, filepath.Join(dir, "to.db"), false))
}

// TestBackupFile copies a database that a server has open, and one that none
// has.
func TestBackupFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	s := open(t, path)
	f := newBusyMultiSession(t, s, "main", 1)
	for _, to := range []string{"live.db", "rest.db"} {
		require.NoError(t, f.commit(s, 1))
		if to == "rest.db" {
			require.NoError(t, s.Close())
		}
		to = filepath.Join(dir, to)
		require.NoError(t, sqlite.BackupFile(t.Context(), path, to, nil))
		snap, err := open(t, to).Load(t.Context(), "main")
		require.NoError(t, err)
		require.Equal(t, f.head, snap.Head)
	}
	require.Error(t, sqlite.BackupFile(t.Context(), filepath.Join(dir, "none"), filepath.Join(dir, "to"), nil))
}

// TestLogStaysSmall: commits put the log into the file every so many pages,
// also while somebody reads.
func TestLogStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{WALPages: 50})
	require.NoError(t, err)
	defer s.Close()
	f := newBusyMultiSession(t, s, "main", 3)
	for range 200 {
		require.NoError(t, f.commit(s, 5))
		_, err := s.Load(t.Context(), "main")
		require.NoError(t, err)
	}
	info, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(2*50*4096))
}

// TestBackupStaysAtItsMoment: commits between the steps of a copy are not in
// it, and don't make it begin again.
func TestBackupStaysAtItsMoment(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "x.db"))
	f := newBusyMultiSession(t, s, "main", 5)
	for range 40 {
		require.NoError(t, f.commit(s, 300))
	}
	moment, steps := f.head, 0
	copied := filepath.Join(dir, "copy.db")
	require.NoError(t, s.Backup(t.Context(), copied, func(done, of int) {
		steps++
		require.LessOrEqual(t, done, of)
		require.NoError(t, f.commit(s, 3))
	}))
	require.Greater(t, steps, 2, "it was copied in steps")
	snap, err := open(t, copied).Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, moment, snap.Head)
	snap, err = s.Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, f.head, snap.Head)
}

// TestBackupFails leaves no half a copy.
func TestBackupFails(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	dir := t.TempDir()
	require.Error(t, s.Backup(t.Context(), filepath.Join(dir, "none", "copy"), nil))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, s.Backup(ended, filepath.Join(dir, "copy"), nil))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, s.Check(t.Context()))
	require.NoError(t, s.PutPOS(t.Context(), store.POS{ID: "p"}))
}
