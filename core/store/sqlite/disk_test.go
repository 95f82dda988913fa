package sqlite_test

import (
	"errors"
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

var errDisk = fmt.Errorf("%w: the disk is on fire", store.ErrReadOnly)

// TestCommitFails: a COMMIT that says it failed, and did or didn't.
func TestCommitFails(t *testing.T) {
	tests := []struct {
		name string
		fail func(commit func() error) error
		done bool
	}{
		{"and did", func(func() error) error { return errDisk }, false},
		{"but was stored", func(commit func() error) error { return errors.Join(commit(), errDisk) }, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			s := open(t, path)
			f := newBusyMultiSession(t, s, "main", 1)
			require.NoError(t, f.commit(s, 1))
			require.NoError(t, sqlite.FailCommits(s, test.fail))
			err := f.commit(s, 1)
			if test.done {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, store.ErrReadOnly)
				require.ErrorIs(t, s.Check(t.Context()), store.ErrReadOnly)
			}
			snap, err := s.Load(t.Context(), "main")
			require.NoError(t, err)
			require.Equal(t, f.head, snap.Head)
			require.NoError(t, sqlite.FailCommits(s, nil))
			require.NoError(t, s.Check(t.Context()))
			require.NoError(t, f.commit(s, 2), "it goes on by itself")
			require.NoError(t, s.Close())
			snap, err = open(t, path).Load(t.Context(), "main")
			require.NoError(t, err)
			require.Equal(t, f.head, snap.Head)
		})
	}
}

// TestCommitFailsOnceInAGroup: after one failure each of the group is tried
// alone, and none is lost or doubled.
func TestCommitFailsOnceInAGroup(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	floors := make([]*busyMultiSession, 8)
	for i := range floors {
		floors[i] = newBusyMultiSession(t, s, protocol.MultiSessionID(rune('A'+i)), 1)
	}
	count := 0
	require.NoError(t, sqlite.FailCommits(s, func(commit func() error) error {
		if count++; count%3 == 1 {
			return errDisk
		}
		return commit()
	}))
	var all sync.WaitGroup
	for _, f := range floors {
		all.Go(func() {
			for done := 0; done < 10; {
				if f.commit(s, 1) == nil {
					done++
				}
			}
		})
	}
	all.Wait()
	for _, f := range floors {
		snap, err := s.Load(t.Context(), f.id)
		require.NoError(t, err)
		require.Equal(t, protocol.Seq(10), snap.Head)
	}
	require.NoError(t, sqlite.FailCommits(s, nil))
}

// TestFullDisk fills a small file system of its own.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, 8<<20)
	path, filler := filepath.Join(dir, "x.db"), filepath.Join(dir, "filler")
	s := open(t, path)
	f := newBusyMultiSession(t, s, "main", 3)
	for round := range 3 {
		require.NoError(t, f.commit(s, 20))
		fill(t, filler)
		var err error
		for range 200 { // what the log has left from before is room, too
			if err = f.commit(s, 20); err != nil {
				break
			}
		}
		require.ErrorIs(t, err, store.ErrReadOnly)
		snap, err := s.Load(t.Context(), "main")
		require.NoError(t, err, "reading goes on")
		require.Equal(t, f.head, snap.Head)
		_, err = s.Changes(t.Context(), "main", f.head-10, 10)
		require.NoError(t, err)
		require.ErrorIs(t, f.commit(s, 200), store.ErrReadOnly)
		require.NoError(t, os.Remove(filler))
		require.NoError(t, s.Check(t.Context()), "round %d: it recovers without a restart", round)
		require.NoError(t, f.commit(s, 20))
	}
	fill(t, filler)
	_ = f.commit(s, 200)
	require.NoError(t, s.Close(), "closing on a full disk")
	require.NoError(t, os.Remove(filler))
	snap, err := open(t, path).Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, f.head, snap.Head)
}

// fill writes a file until there is no room for another byte.
func fill(t *testing.T, path string) {
	file, err := os.Create(path)
	require.NoError(t, err)
	for block := 1 << 16; block > 0; block /= 16 {
		for err = nil; err == nil; {
			_, err = file.Write(make([]byte, block))
		}
	}
	require.NoError(t, file.Close())
}

// TestBackupToAFullDisk says what is wrong, and leaves nothing behind.
func TestBackupToAFullDisk(t *testing.T) {
	small := smallDisk(t, 256<<10)
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	require.NoError(t, newBusyMultiSession(t, s, "main", 5).commit(s, 500))
	err := s.Backup(t.Context(), filepath.Join(small, "copy.db"), nil)
	require.ErrorContains(t, err, "the disk is full")
	require.NotContains(t, err.Error(), "not an error")
	left, err := os.ReadDir(small)
	require.NoError(t, err)
	require.Empty(t, left)
}
