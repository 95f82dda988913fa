package sqlite_test

import (
	"crypto/rand"
	"fmt"
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

// large is a mutation whose group takes several pages.
func (f *busyMultiSession) large() *store.Batch {
	b := f.batch(1)
	text := make([]byte, 3000)
	_, _ = rand.Read(text)
	b.Changes[0].Body = fmt.Appendf(nil, `{"seq":%d,"text":"%x"}`, b.Changes[0].Seq, text)
	f.head++
	return b
}

// TestJournalPages: pages are used again, whatever they held, and large groups take
// several.
func TestJournalPages(t *testing.T) {
	s, f, path := journaled(t)
	for round := range 6 {
		for i := range 1 + round*3%7 {
			if (i+round)%3 == 0 {
				require.NoError(t, s.Commit(t.Context(), f.large()))
			} else {
				require.NoError(t, f.commit(s, 1))
			}
			crashed := crash(t, path)
			places, _ := verify(t, crashed)
			require.Empty(t, places)
			again := open(t, crashed)
			changes, err := again.Changes(t.Context(), "main", 0, 1000)
			require.NoError(t, err)
			require.Len(t, changes, int(f.head))
			require.NoError(t, again.Close())
		}
		_, err := s.Load(t.Context(), "main")
		require.NoError(t, err)
		require.Zero(t, groups(t, path))
	}
	pages, err := sqlite.Rows(path, "journal_pages")
	require.NoError(t, err)
	require.Less(t, pages, 20, "they don't become more")
}

// TestDamagedJournal: numbers that were given can't be given again, so a database
// whose newest changes can't be read isn't used. Here pages 1 and 2 are a group, page 3
// may be the next one, and what lies behind it is old.
func TestDamagedJournal(t *testing.T) {
	const good = ""
	for name, damage := range map[string]struct{ sql, says string }{
		"a body":                     {"UPDATE journal_pages SET body = zeroblob(length(body)) WHERE id = 2", "page 2 of the journal"},
		"a checksum":                 {"UPDATE journal_pages SET sum = sum + 1 WHERE id = 1", "page 1 of the journal"},
		"a length":                   {"UPDATE journal_pages SET body = zeroblob(10), sum = row_sum('journal_pages', id, zeroblob(10)) WHERE id = 2", "page 2 of the journal"},
		"the next page, maybe a new": {"UPDATE journal_pages SET sum = sum + 1 WHERE id = 3", "page 3 of the journal"},
		"the first page is missing":  {"DELETE FROM journal_pages WHERE id = 1", "page 1 of the journal"},
		"a part is missing":          {"DELETE FROM journal_pages WHERE id = 2", "page 2 of the journal"},
		"the last pages are missing": {"DELETE FROM journal_pages WHERE id > 1", "page 2 of the journal"},
		"a part is an old page":      {"UPDATE journal_pages SET (body, sum) = (SELECT body, row_sum('journal_pages', 2, body) FROM journal_pages WHERE id = 4) WHERE id = 2", "page 2 of the journal"},
		"a number":                   {"UPDATE journal_pages SET id = id + 64 WHERE id = 3; DELETE FROM journal_pages WHERE id BETWEEN 4 AND 66", "page 3 of the journal"},
		"an old page":                {"UPDATE journal_pages SET sum = sum + 1 WHERE id = 4", good},
		"the old pages are missing":  {"DELETE FROM journal_pages WHERE id > 2", good},
	} {
		t.Run(name, func(t *testing.T) {
			s, f, path := journaled(t)
			require.NoError(t, f.commit(s, 1))
			_, err := s.Load(t.Context(), "main")
			require.NoError(t, err)
			require.NoError(t, s.Commit(t.Context(), f.large()))
			crashed := crash(t, path)
			require.NoError(t, sqlite.Script(crashed, damage.sql))
			_, err = sqlite.Open(t.Context(), crashed, sqlite.Options{})
			if damage.says == good {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, store.ErrDamaged)
			require.ErrorContains(t, err, damage.says)
			require.ErrorContains(t, err, "restore a backup")
		})
	}
}

// TestOldJournal: what a version before pages left in its journal is there.
func TestOldJournal(t *testing.T) {
	s, f, path := journaled(t)
	require.NoError(t, s.Commit(t.Context(), f.large()))
	crashed := crash(t, path)
	require.NoError(t, sqlite.WithOldJournal(crashed))
	again := open(t, crashed)
	changes, err := again.Changes(t.Context(), "main", 0, 100)
	require.NoError(t, err)
	require.Len(t, changes, int(f.head))
	snap, err := again.Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, f.head, snap.Head)
	require.NoError(t, f.commit(again, 1))
	places, _ := verify(t, crashed)
	require.Empty(t, places)
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

// TestALargeDatabasesJournal is checked before it is used, though the rest isn't: here its
// only page says that it has no row.
func TestALargeDatabasesJournal(t *testing.T) {
	live := filepath.Join(t.TempDir(), "x.db")
	s := open(t, live)
	f := newBusyMultiSession(t, s, "main", 3)
	require.NoError(t, f.commit(s, 4))
	require.NoError(t, sqlite.MoveLater(s))
	require.NoError(t, f.commit(s, 1))
	path := crash(t, live)
	require.NoError(t, sqlite.Script(path, "PRAGMA wal_checkpoint(TRUNCATE)"))
	require.Equal(t, 1, groups(t, path))
	root, err := sqlite.RootPage(path, "journal_pages")
	require.NoError(t, err)
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	cells := body[(root-1)*4096+4:]
	require.Equal(t, byte(1), cells[0])
	cells[0] = 0
	require.NoError(t, os.WriteFile(path, body, 0o600))
	defer sqlite.CheckAtOnce(0)()
	_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, "the database is damaged")
}
