package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

// Nodes that start together make one schema, with one identity.
func TestTenNodesStartTogether(t *testing.T) {
	dsn := pgtest.Database(t)
	var starting sync.WaitGroup
	identities := make([]store.Identity, 10)
	for i := range identities {
		starting.Go(func() {
			s, err := postgres.Open(t.Context(), dsn, postgres.Options{Conns: 2})
			if err != nil {
				t.Errorf("node %d: %s", i, err)
				return
			}
			identities[i], _ = s.Identity(t.Context())
			_ = s.Close()
		})
	}
	starting.Wait()
	for _, id := range identities {
		require.NotEmpty(t, id.ServerID)
		require.Equal(t, identities[0], id)
	}
}

// Several nodes commit to one multi-session at the same time: each commit has its
// place, none is lost, none is there twice.
func TestNodesCommitTogether(t *testing.T) {
	const nodes, each = 4, 25
	dsn := pgtest.Database(t)
	first := open(t, dsn)
	floor(t, first)
	var working sync.WaitGroup
	for node := range nodes {
		s := open(t, dsn)
		working.Go(func() {
			for n := range each {
				if err := tapUntilTaken(t.Context(), s, protocol.OrderID(fmt.Sprintf("n%d-%d", node, n))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	working.Wait()
	snap, err := first.Load(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, protocol.Seq(nodes*each), snap.Head)
	require.Len(t, snap.Open, nodes*each)
	for i, o := range snap.Open {
		require.Equal(t, protocol.Number(i+1), o.Number)
	}
	changes, err := first.Changes(t.Context(), "main", 0, 1000)
	require.NoError(t, err)
	require.Len(t, changes, nodes*each)
}

// floor makes a multi-session without POS.
func floor(t *testing.T, s store.Store) {
	require.NoError(t, s.PutMultiSession(t.Context(), store.MultiSession{ID: "main", Name: "Main floor", Active: true}, nil))
	require.NoError(t, s.Commit(t.Context(), &store.Batch{
		MultiSession: "main", At: noon, Run: &store.RunRow{Run: 1, Open: true}, Clients: []store.Client{{ID: "c", POS: "bar", MultiSession: "main"}},
	}))
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// tap is the batch of a new order, on top of a snapshot.
func tap(snap *store.Snapshot, id protocol.OrderID) *store.Batch {
	seq := snap.Head + 1
	return &store.Batch{
		MultiSession: "main", Expect: snap.Head, Turn: snap.Turn, At: noon,
		Changes: []store.Change{{Seq: seq, Body: fmt.Appendf(nil, `{"seq":%d,"orders":{%q:{}}}`, seq, id)}},
		Orders: []store.OrderRows{{
			OrderRow: store.OrderRow{ID: id, Run: 1, Number: snap.LastNumber + 1, State: protocol.Open, Rev: 1, Created: seq, Seq: seq, At: noon, Body: []byte(`{}`)},
			Lines:    []store.LineRow{{ID: "l", N: 1, Seq: seq, Body: []byte(`{}`)}},
		}},
		Outcomes: []store.Outcome{{Client: "c", ID: protocol.MutationID(seq), Result: []byte(`{}`)}},
	}
}

func tapUntilTaken(ctx context.Context, s store.Store, id protocol.OrderID) error {
	return tapIn(ctx, s, "main", "c", id)
}

func tapIn(ctx context.Context, s store.Store, ms protocol.MultiSessionID, client protocol.ClientID, id protocol.OrderID) error {
	for {
		snap, err := s.Load(ctx, ms)
		if err == nil {
			b := tap(snap, id)
			b.MultiSession, b.Outcomes[0].Client = ms, client
			err = s.Commit(ctx, b)
		}
		if !errors.Is(err, store.ErrStale) {
			return err
		}
	}
}
