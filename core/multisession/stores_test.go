package multisession_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestOneSeedOneHistory: the same seed makes the same history in every store, byte by
// byte, through restarts.
func TestOneSeedOneHistory(t *testing.T) {
	inFile, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, inFile.Close()) }()
	shared, err := postgres.Open(t.Context(), pgtest.Database(t), postgres.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, shared.Close()) }()
	want := historyOf(t, mem.New())
	require.Greater(t, len(want), 150)
	require.Equal(t, want, historyOf(t, inFile), "in SQLite")
	require.Equal(t, want, historyOf(t, shared), "in PostgreSQL")
}

// historyOf is all that a store holds after some hundred mutations: its changes, its
// orders, and the results that were given.
func historyOf(t *testing.T, s store.Store) (lines []string) {
	ctx, clock := context.Background(), time.Unix(1_790_000_000, 0)
	for _, id := range []protocol.POSID{"a", "b", "c"} {
		require.NoError(t, s.PutPOS(ctx, store.POS{ID: id, Name: string(id)}))
	}
	require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: main, Name: "Main floor", Active: true}, []protocol.POSID{"a", "b", "c"}))
	var session *multisession.Session
	restart := func() {
		hub := multisession.NewHub(multisession.Config{
			// Of one identity, so that cursors and ids are the same.
			Ledger: s, Identity: store.Identity{ServerID: "s", Epoch: "e"}, Bell: wake.NewLocal(),
			Rules: multisession.Rules{Limits: order.DefaultLimits}, Now: func() time.Time { return clock }, Log: slog.New(slog.DiscardHandler),
		})
		var err error
		session, _, err = hub.Enter(ctx, main)
		require.NoError(t, err)
	}
	restart()
	for _, id := range []protocol.POSID{"a", "b", "c"} {
		require.NoError(t, session.Ask(ctx, &multisession.OpenTill{POS: protocol.POS{ID: id, Name: string(id)}}).Err)
	}
	clients := []protocol.ClientID{"a1", "a2", "b1", "c1"}
	last := map[protocol.ClientID]protocol.MutationID{}
	for step := range 300 {
		clock = clock.Add(time.Second)
		client := clients[step%len(clients)]
		last[client]++
		head := session.Feed.Head().Seq
		ops := rapid.Custom(func(t *rapid.T) string { return randomOps(t, head) }).Example(step)
		m, err := order.Decode(fmt.Appendf(nil, `{"id":%d,"ops":%s}`, last[client], ops), order.DefaultLimits)
		require.NoError(t, err)
		reply := session.Ask(ctx, &multisession.Push{
			Client: client, POS: protocol.POS{ID: protocol.POSID(client[:1]), Name: string(client[:1])}, Mutations: []*order.Mutation{m},
		})
		require.NoError(t, reply.Err)
		lines = append(lines, string(reply.Results[0].JSON))
		if step%70 == 69 {
			restart()
		}
	}
	for after, more := protocol.Seq(0), true; more; {
		page, err := s.Changes(ctx, main, after, 100)
		require.NoError(t, err)
		for _, c := range page {
			lines = append(lines, string(c.Body))
			after = c.Seq
		}
		more = len(page) > 0
	}
	rows, err := s.List(ctx, main, store.ListFilter{Limit: 1000})
	require.NoError(t, err)
	for i := range rows {
		lines = append(lines, fmt.Sprintf("%+v", rows[i].OrderRow))
		for _, line := range rows[i].Lines {
			lines = append(lines, fmt.Sprintf("%+v", line))
		}
		for _, p := range rows[i].Payments {
			lines = append(lines, fmt.Sprintf("%+v", p))
		}
	}
	return lines
}
