package sqlite_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
)

// More by hand: go test -run 'TestFlippedLog|OfTheLog' ./core/store/sqlite -every-byte -log-flips 4000 -flips-seed 7
var (
	seedFlag  = flag.Uint64("flips-seed", 1, "which bytes the tests of flipped bytes flip")
	logFlips  = flag.Int("log-flips", 20, "how many bytes TestFlippedLog flips")
	everyByte = flag.Bool("every-byte", false, "try every byte instead of some")
)

const logFrame = 24 + 4096 // bytes of a frame

// logged makes a crashed database with a log of some commits, and says where the frames of
// each commit end.
func logged(t *testing.T) (path string, mutations int, log []byte, commits []int) {
	t.Helper()
	live := filepath.Join(t.TempDir(), "x.db")
	s := open(t, live)
	f := newBusyMultiSession(t, s, "main", 3)
	require.NoError(t, f.commit(s, 4))
	require.NoError(t, s.Close()) // the log is begun anew
	s = open(t, live)
	for i := range 5 {
		require.NoError(t, f.commit(s, 2))
		if i == 2 {
			_, err := s.Load(t.Context(), "main") // moves the journal
			require.NoError(t, err)
		}
		if i == 0 {
			require.NoError(t, sqlite.MoveLater(s))
		}
	}
	path = crash(t, live)
	log, err := os.ReadFile(path + "-wal")
	require.NoError(t, err)
	salt := log[16:24]
	for at := 32; at+logFrame <= len(log) && bytes.Equal(log[at+8:at+16], salt); at += logFrame {
		if binary.BigEndian.Uint32(log[at+4:]) > 0 {
			commits = append(commits, at+logFrame)
		}
	}
	require.Greater(t, len(commits), 4)
	return path, int(f.head), log, commits
}

// TestEveryByteOfTheLog: whatever single byte is wrong, it is known which, and what it was;
// or it is known that this can't be known.
func TestEveryByteOfTheLog(t *testing.T) {
	_, _, log, commits := logged(t)
	flaws, err := sqlite.ReadLog(log)
	require.NoError(t, err)
	require.Empty(t, flaws)
	end := commits[len(commits)-1]
	dice := rand.New(rand.NewPCG(*seedFlag, 0))
	mended, refused := 0, 0
	// Each is read with the commits up to its own.
	step, tried := 17, 0 // which meets each place in a word
	if *everyByte {
		step = 1
	}
	for at := 0; at < end; at += step {
		tried++
		i, _ := slices.BinarySearch(commits, at+1)
		part := log[:commits[i]]
		is := log[at]
		log[at] ^= byte(1 + dice.IntN(255))
		flaws, err := sqlite.ReadLog(part)
		switch {
		case errors.Is(err, store.ErrDamaged) && len(flaws) == 0:
			refused++
			require.ErrorContains(t, err, strconv.Itoa(at), "%#x instead of %#x", log[at], is)
		case err == nil && len(flaws) == 1 && flaws[0] == (sqlite.Flaw{At: int64(at), Is: log[at], Should: is}):
			mended++
		default:
			t.Fatalf("byte %d, %#x instead of %#x: %v, %v", at, log[at], is, flaws, err)
		}
		log[at] = is
	}
	t.Logf("of %d bytes in %d commits %d were mended and %d refused", tried, len(commits), mended, refused)
	require.Greater(t, mended, tried*7/10)
}

// TestFlippedLog: a database is opened as if no byte of its log was wrong, and it is told.
func TestFlippedLog(t *testing.T) {
	good, mutations, log, commits := logged(t)
	path := filepath.Join(t.TempDir(), "flipped.db")
	body, err := os.ReadFile(good)
	require.NoError(t, err)
	end := commits[len(commits)-1]
	put := func(log []byte) {
		require.NoError(t, os.RemoveAll(path+"-shm"))
		require.NoError(t, os.WriteFile(path, body, 0o600))
		require.NoError(t, os.WriteFile(path+"-wal", log, 0o600))
	}
	read := func() (items map[string]string, damage []store.Damage) {
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		items, told := everything(t, s, mutations)
		_ = told // what is noted is told
		return items, s.Damage()
	}
	put(log)
	want, damage := read()
	require.Empty(t, damage)
	require.Greater(t, len(want), 30)
	dice := rand.New(rand.NewPCG(*seedFlag, 0))
	mended, refused := 0, 0
	for range *logFlips {
		at := dice.IntN(len(log))
		flipped := bytes.Clone(log)
		flipped[at] ^= byte(1 + dice.IntN(255))
		put(flipped)
		if at < end {
			places, _ := verify(t, path)
			require.Len(t, places, 1)
			require.Contains(t, places[0], strconv.Itoa(at))
			require.Contains(t, places[0], "write-ahead log")
			require.ErrorContains(t, sqlite.BackupFile(t.Context(), path, path+".copy", nil), places[0])
			left, err := os.ReadFile(path + "-wal")
			require.NoError(t, err)
			require.True(t, bytes.Equal(flipped, left), "nothing was changed")
			if strings.Contains(places[0], "one of the bytes") {
				_, err := sqlite.Open(t.Context(), path, sqlite.Options{})
				require.ErrorIs(t, err, store.ErrDamaged)
				refused++
				continue
			}
			mended++
		}
		got, damage := read()
		require.Equal(t, want, got, at)
		require.Equal(t, at < end, len(damage) == 1, damage)
	}
	t.Logf("of %d flips %d were mended, %d refused, %d harmless, behind the end", *logFlips, mended, refused, *logFlips-mended-refused)
	require.Positive(t, mended)
}

// TestTheEndOfALog: what a power cut leaves of the last commit is no damage, and what it
// can't leave is.
func TestTheEndOfALog(t *testing.T) {
	good, _, log, commits := logged(t)
	body, err := os.ReadFile(good)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "cut.db")
	n := len(commits)
	from := func(commit int) int { return commits[commit-1] } // where it begins
	opened := func(log []byte) error {
		require.NoError(t, os.RemoveAll(path+"-shm"))
		require.NoError(t, os.WriteFile(path, body, 0o600))
		require.NoError(t, os.WriteFile(path+"-wal", log, 0o600))
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err != nil {
			return err
		}
		require.Empty(t, s.Damage())
		return s.Close()
	}
	zeroed := func(at, bytes int) []byte {
		torn := append([]byte(nil), log...)
		clear(torn[at : at+bytes])
		return torn
	}
	require.NoError(t, opened(log[:from(n-1)+100]), "it was cut")
	for at := from(n - 1); at+512 <= commits[n-1]; at += 512 {
		require.NoError(t, opened(zeroed(at, 512)), "a sector is lost")
	}
	require.NoError(t, opened(zeroed(from(n-2)+1000, 512)), "of two commits that weren't flushed the first is torn")
	require.NoError(t, opened(zeroed(0, 512)), "the log was being begun anew")
	for _, broken := range [][]byte{zeroed(from(n-4)+1000, 512), zeroed(from(n-4)+1000, 2*logFrame)} {
		err := opened(broken)
		require.ErrorIs(t, err, store.ErrDamaged)
		require.ErrorContains(t, err, fmt.Sprintf("the frame at byte %d of its write-ahead log is wrong", from(n-4)))
		left, err := os.ReadFile(path + "-wal")
		require.NoError(t, err)
		require.True(t, bytes.Equal(broken, left), "nothing was changed")
	}
}
