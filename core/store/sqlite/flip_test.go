//go:build !race

package sqlite_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/sqlite"
)

// The same bytes in each run of the suite; others, and more, by hand:
// go test -run TestFlippedBytes ./core/store/sqlite -timeout 9h -flips 40000 -flips-seed 7 -flips-of 4000
// TestEveryByte goes through far more.
var (
	flipsFlag = flag.Int("flips", 30, "how many bytes TestFlippedBytes flips")
	flipsOf   = flag.Int("flips-of", 200, "of a database of how many mutations")
)

// TestFlippedBytes: whatever byte of a database is wrong, nothing wrong is
// served as good, and nothing is missing without a word.
func TestFlippedBytes(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.db")
	shop(t, good, *flipsOf)
	f := flipBytes(t, good, *flipsFlag)
	require.Greater(t, f.apart, f.tried/3)
}

// TestFlippedBytesOfTheJournal: the same where the newest changes are in the journal alone.
func TestFlippedBytesOfTheJournal(t *testing.T) {
	live := filepath.Join(t.TempDir(), "live.db")
	shop(t, live, *flipsOf)
	s := open(t, live)
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	require.NoError(t, sqlite.MoveLater(s))
	f := &busyMultiSession{id: "main", client: "018f3c1e-77aa-main", orders: 20, count: make([]int, 20), head: snap.Head}
	for range 10 {
		require.NoError(t, f.commit(s, 5))
	}
	good := crash(t, live)
	require.NoError(t, sqlite.Script(good, "PRAGMA wal_checkpoint(TRUNCATE)"))
	require.Equal(t, 10, groups(t, good))
	flips := flipBytes(t, good, *flipsFlag)
	require.Positive(t, flips.refused)
}

// flips counts what became of flipped bytes.
type flips struct{ tried, refused, apart, mended, unread int }

// flipBytes opens a database with one wrong byte, again and again.
func flipBytes(t *testing.T, good string, n int) (f flips) {
	t.Helper()
	mutations := *flipsOf
	body, err := os.ReadFile(good)
	require.NoError(t, err)
	read := filepath.Join(t.TempDir(), "read.db")
	require.NoError(t, os.WriteFile(read, body, 0o600))
	s := open(t, read)
	want, told := everything(t, s, mutations)
	require.False(t, told)
	require.Empty(t, s.Damage())
	require.NoError(t, s.Close())
	require.Greater(t, len(want), 2*mutations)

	t.Logf("seed %d, %d bytes", *seedFlag, len(body))
	dice := rand.New(rand.NewPCG(*seedFlag, 0))
	path := filepath.Join(t.TempDir(), "flipped.db")
	for f.tried = range n {
		// Every fifth flip hits a page's head, where little stands.
		at := dice.IntN(len(body))
		if f.tried%5 == 0 {
			at = at/4096*4096 + dice.IntN(64)
		}
		flipped := append([]byte(nil), body...)
		flipped[at] ^= byte(1 + dice.IntN(255))
		require.NoError(t, os.WriteFile(path, flipped, 0o600))
		place := fmt.Sprintf("byte %d: %#x instead of %#x", at, flipped[at], body[at])
		s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
		if err != nil {
			f.refused++
			continue
		}
		got, told := everything(t, s, mutations)
		noted := s.Damage()
		for key, is := range got {
			if want[key] != is { // Equal takes longer than all the rest
				require.Equal(t, want[key], is, "%s: %s", place, key)
			}
		}
		switch {
		case told:
			f.apart++
			require.NotEmpty(t, noted, "%s: it is told to the operator, too", place)
		case len(noted) > 0:
			f.mended++
			fallthrough
		default:
			require.Len(t, got, len(want), "%s: nothing is missing", place)
		}
		require.NoError(t, s.Close())
	}
	f.tried = n
	t.Logf("of %d flips %d were refused at the start, %d set apart, %d mended, %d harmless", n, f.refused, f.apart, f.mended, n-f.refused-f.apart-f.mended)
	return f
}
