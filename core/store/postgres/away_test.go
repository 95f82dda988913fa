package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

func load(t *testing.T, s store.Store) *store.Snapshot {
	t.Helper()
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	return snap
}

// A database that crashed, went away, or became a replica, can't be written to. Once
// it can again, writing goes on by itself, and all that was acknowledged is there.
func TestDatabaseAway(t *testing.T) {
	server := pgtest.Start(t)
	s := open(t, server.Database(t))
	floor(t, s)
	require.NoError(t, tapUntilTaken(t.Context(), s, "o1"))
	before := load(t, s)

	require.NoError(t, server.Stop("immediate"))
	require.ErrorIs(t, s.Commit(t.Context(), tap(before, "o2")), store.ErrReadOnly)
	require.ErrorIs(t, s.PutPOS(t.Context(), store.POS{ID: "bar"}), store.ErrReadOnly)
	require.ErrorIs(t, s.Check(t.Context()), store.ErrReadOnly)
	_, err := s.Load(t.Context(), "main")
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.NotContains(t, err.Error(), pgtest.Password)
	require.NoError(t, server.Start())
	require.Equal(t, before, load(t, s))
	require.NoError(t, s.Commit(t.Context(), tap(before, "o2")))

	before = load(t, s)
	require.NoError(t, server.Stop("fast"))
	require.NoError(t, server.Replica())
	require.NoError(t, server.Start())
	require.ErrorIs(t, s.Commit(t.Context(), tap(before, "o3")), store.ErrReadOnly)
	require.Equal(t, before, load(t, s), "a replica can be read")
	_, err = postgres.Open(t.Context(), server.URL, postgres.Options{})
	require.ErrorContains(t, err, "target_session_attrs=read-write")
	require.NoError(t, server.Promote())
	require.NoError(t, s.Commit(t.Context(), tap(before, "o3")))
	require.Len(t, load(t, s).Open, 3)
}

// The answer of a commit is lost: it is looked up. If that fails too, the caller isn't
// told that it was stored, and finds out at its next batch.
func TestAnswerLost(t *testing.T) {
	database := pgtest.Database(t)
	proxy, dsn := brokennet.Through(t, database)
	s, direct := open(t, dsn), open(t, database)
	floor(t, s)
	for range 8 { // each connection knows the statements
		require.NoError(t, tapUntilTaken(t.Context(), s, protocol.OrderID("warm")+protocol.OrderID(rune('a'+load(t, s).Head))))
	}
	before := load(t, s)
	lost := proxy.LoseAnswer("lost-1")
	require.NoError(t, s.Commit(t.Context(), tap(before, "lost-1")))
	<-lost
	after := load(t, s)
	require.Equal(t, before.Head+1, after.Head, "once")

	lost = proxy.LoseAnswer("lost-2")
	go func() {
		<-lost
		proxy.Cut(true)
	}()
	require.ErrorIs(t, s.Commit(t.Context(), tap(after, "lost-2")), store.ErrReadOnly)
	require.Equal(t, after.Head+1, load(t, direct).Head, "it was stored")
	proxy.Cut(false)
	require.ErrorIs(t, s.Commit(t.Context(), tap(after, "lost-3")), store.ErrStale)
	require.NoError(t, tapUntilTaken(t.Context(), s, "lost-3"))
}

// A connection that broke before a commit was sent costs nothing.
func TestConnectionsCut(t *testing.T) {
	proxy, dsn := brokennet.Through(t, pgtest.Database(t))
	s := open(t, dsn)
	floor(t, s)
	for n := range 10 {
		before := load(t, s)
		proxy.Cut(false)
		require.NoError(t, s.Commit(t.Context(), tap(before, protocol.OrderID(rune('a'+n)))))
		require.Equal(t, before.Head+1, load(t, s).Head)
		proxy.Cut(false)
		load(t, s)
	}
}
