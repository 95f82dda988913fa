package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/stretchr/testify/require"
)

// Large batches are written one by one, each after the small ones that wait: a
// tap waits for no more than the one that is being written.
func TestLargeBatchesGoAlone(t *testing.T) {
	const large, small = 1 << 20, 4 << 10
	require.Equal(t, [][]int{{1, 3}, {0}, {2}, {4}}, sqlite.Groups(large, small, large, small, large))
	require.Equal(t, [][]int{{0, 1, 2}}, sqlite.Groups(small, small, small))
	require.Equal(t, [][]int{{0}, {1}}, sqlite.Groups(large, large))
}

// What waits to be written is bounded by its bytes: who has more waits outside,
// until there is room or nobody asks any more.
func TestWritersWaitForRoom(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "m.db"), sqlite.Options{})
	require.NoError(t, err)
	q := sqlite.HaltWriter(s)
	done := make(chan error, 65)
	for range 64 {
		go func() { done <- q.Submit(t.Context(), 1<<20) }()
	}
	q.Await(64)
	ctx, cancel := context.WithCancel(t.Context())
	outside := make(chan error, 1)
	go func() { outside <- q.Submit(ctx, 1) }()
	cancel()
	require.ErrorIs(t, <-outside, context.Canceled)
	require.False(t, q.Room(1))
	go func() { done <- q.Submit(t.Context(), 1<<30) }() // alone, any may come in
	q.Resume()
	for range 65 {
		require.NoError(t, <-done)
	}
	require.True(t, q.Room(64<<20))
	require.NoError(t, s.Close())
}
