package sqlite_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// crash copies a database that is in use, as a process that starts after a crash
// finds it.
func crash(t *testing.T, path string) (copied string) {
	t.Helper()
	copied = filepath.Join(t.TempDir(), "crashed.db")
	for _, end := range []string{"", "-wal"} {
		text, err := os.ReadFile(path + end)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(copied+end, text, 0o600))
	}
	return copied
}

// journaled makes a database whose last changes are in the journal alone.
func journaled(t *testing.T) (s *sqlite.Store, f *busyMultiSession, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.db")
	s = open(t, path)
	f = newBusyMultiSession(t, s, "main", 3)
	require.NoError(t, f.commit(s, 4))
	require.NoError(t, sqlite.MoveLater(s))
	for range 5 {
		require.NoError(t, f.commit(s, 2))
	}
	require.Equal(t, 5, groups(t, path))
	return s, f, path
}

func groups(t *testing.T, path string) int {
	t.Helper()
	n, err := sqlite.Journaled(path)
	require.NoError(t, err)
	return n
}

// TestJournal: what only the journal holds is read like everything else, also by
// who opens the database after a crash, and of a backup.
func TestJournal(t *testing.T) {
	s, f, path := journaled(t)
	crashed := crash(t, path)
	backup := filepath.Join(t.TempDir(), "backup.db")
	require.NoError(t, sqlite.BackupFile(t.Context(), path, backup, nil))
	check := func(s *sqlite.Store) {
		t.Helper()
		snap, err := s.Load(t.Context(), "main")
		require.NoError(t, err)
		require.Equal(t, f.head, snap.Head)
		require.Len(t, snap.Open, 3)
		newest := protocol.Seq(0)
		for _, o := range snap.Open {
			require.Equal(t, int64(f.count[int(o.Number)-1]), o.Rev)
			newest = max(newest, o.Seq)
		}
		require.Equal(t, f.head, newest)
		changes, err := s.Changes(t.Context(), "main", 0, 100)
		require.NoError(t, err)
		require.Len(t, changes, int(f.head))
		client, err := s.Client(t.Context(), f.client)
		require.NoError(t, err)
		require.Equal(t, protocol.MutationID(f.head), client.LastID)
		outcomes, err := s.Outcomes(t.Context(), f.client, 1, 100)
		require.NoError(t, err)
		require.Len(t, outcomes, int(f.head))
	}
	check(s)
	require.Zero(t, groups(t, path), "a reader has it moved")
	check(open(t, crashed))
	require.Zero(t, groups(t, crashed), "a start moves it")
	restored := filepath.Join(t.TempDir(), "restored.db")
	require.Equal(t, 5, groups(t, backup))
	require.NoError(t, sqlite.Restore(t.Context(), backup, restored, false))
	check(open(t, restored))
	for _, file := range []string{path, crashed, backup, restored} {
		places, _ := verify(t, file)
		require.Empty(t, places, file)
	}
}

// TestJournalIsMovedWhenClosed: an operator's tools see all of it in the tables.
func TestJournalIsMovedWhenClosed(t *testing.T) {
	s, _, path := journaled(t)
	require.NoError(t, s.Close())
	require.Zero(t, groups(t, path))
}

// TestJournalIsMovedInTime without anybody reading or writing.
func TestJournalIsMovedInTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	f := newBusyMultiSession(t, s, "main", 3)
	require.NoError(t, f.commit(s, 4))
	require.NoError(t, f.commit(s, 2))
	sqlite.AwaitMove(s)
	require.Zero(t, groups(t, path))
}

// TestJournalOnAFullDisk: acknowledged rows that can't be moved are read all the
// same, and nothing that was acknowledged is lost.
func TestJournalOnAFullDisk(t *testing.T) {
	s, f, path := journaled(t)
	require.NoError(t, sqlite.FailCommits(s, func(func() error) error { return errDisk }))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			changes, err := s.Changes(t.Context(), "main", 0, 100)
			if err != nil || len(changes) != int(f.head) {
				t.Errorf("%d changes, %v", len(changes), err)
			}
		})
	}
	all.Wait()
	require.ErrorIs(t, f.commit(s, 1), store.ErrReadOnly)
	require.Equal(t, 5, groups(t, path))
	require.NoError(t, sqlite.FailCommits(s, nil))
	require.NoError(t, f.commit(s, 2))
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, f.head, snap.Head)
}

// TestDamagedJournal: numbers that were given can't be given again, so a database
// whose newest changes can't be read isn't used.
func TestDamagedJournal(t *testing.T) {
	for name, damage := range map[string]string{
		"its body":     "UPDATE journal SET body = zeroblob(length(body)) WHERE id = 3",
		"its checksum": "UPDATE journal SET sum = sum + 1 WHERE id = 3",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, path := journaled(t)
			crashed := crash(t, path)
			script(t, crashed, damage)
			_, err := sqlite.Open(t.Context(), crashed, sqlite.Options{})
			require.ErrorIs(t, err, store.ErrDamaged)
			require.ErrorContains(t, err, "group 3 of the journal")
			require.ErrorContains(t, err, "restore a backup")
			places, _ := verify(t, crashed)
			require.NotEmpty(t, places)
		})
	}
}

// TestJournalKeepsConstraints: an id that is in use is refused, whether its row is
// in its table or in the journal.
func TestJournalKeepsConstraints(t *testing.T) {
	s, f, _ := journaled(t)
	for _, id := range []protocol.MutationID{2, protocol.MutationID(f.head)} {
		b := f.batch(1)
		b.Outcomes[0].ID = id
		require.ErrorIs(t, s.Commit(t.Context(), b), store.ErrExists)
	}
	stale := f.batch(1)
	stale.Expect--
	require.ErrorIs(t, s.Commit(t.Context(), stale), store.ErrStale)
	require.NoError(t, f.commit(s, 1))
}

// TestPanicWhileWriting: who waits is told, what was begun is undone, and the next
// batch is written.
func TestPanicWhileWriting(t *testing.T) {
	s, f, _ := journaled(t)
	require.NoError(t, sqlite.FailCommits(s, func(func() error) error { panic("no such disk") }))
	require.ErrorContains(t, f.commit(s, 1), "no such disk")
	require.NoError(t, sqlite.FailCommits(s, nil))
	require.NoError(t, f.commit(s, 1))
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, f.head, snap.Head)
}
