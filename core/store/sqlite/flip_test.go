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
// go test -run TestFlippedBytes ./core/store/sqlite -flips 4000 -flips-seed 7
var (
	flipsFlag = flag.Int("flips", 30, "how many bytes TestFlippedBytes flips")
	seedFlag  = flag.Uint64("flips-seed", 1, "which")
)

// TestFlippedBytes: whatever byte of a database is wrong, nothing wrong is
// served as good, and nothing is missing without a word.
func TestFlippedBytes(t *testing.T) {
	const mutations = 200
	flips := *flipsFlag
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	shop(t, good, mutations)
	body, err := os.ReadFile(good)
	require.NoError(t, err)
	s := open(t, good)
	want, told := everything(t, s, mutations)
	require.False(t, told)
	require.Empty(t, s.Damage())
	require.NoError(t, s.Close())
	require.Greater(t, len(want), 500)

	t.Logf("seed %d, %d bytes", *seedFlag, len(body))
	dice := rand.New(rand.NewPCG(*seedFlag, 0))
	refused, apart, mended := 0, 0, 0
	for n := range flips {
		// Every fifth flip hits a page's head, where little stands.
		at := dice.IntN(len(body))
		if n%5 == 0 {
			at = at/4096*4096 + dice.IntN(64)
		}
		flipped := append([]byte(nil), body...)
		flipped[at] ^= byte(1 + dice.IntN(255))
		path := filepath.Join(dir, "flipped.db")
		require.NoError(t, os.WriteFile(path, flipped, 0o600))
		place := fmt.Sprintf("byte %d: %#x instead of %#x", at, flipped[at], body[at])
		s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
		if err != nil {
			refused++
			continue
		}
		got, told := everything(t, s, mutations)
		noted := s.Damage()
		for key, is := range got {
			require.Equal(t, want[key], is, "%s: %s", place, key)
		}
		switch {
		case told:
			apart++
			require.NotEmpty(t, noted, "%s: it is told to the operator, too", place)
		case len(noted) > 0:
			mended++
			fallthrough
		default:
			require.Len(t, got, len(want), "%s: nothing is missing", place)
		}
		require.NoError(t, s.Close())
	}
	t.Logf("of %d flips %d were refused at the start, %d set apart, %d mended, %d harmless", flips, refused, apart, mended, flips-refused-apart-mended)
	require.Greater(t, apart, flips/3)
}
