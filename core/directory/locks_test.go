package directory_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// stuck is a chain whose hooks don't return before proceed is closed.
type stuck struct{ begun, proceed chan struct{} }

func (s *stuck) Schema() *protocol.Schema             { return protocol.CoreSchema() }
func (s *stuck) Ready([]string) bool                  { return true }
func (s *stuck) Active() bool                         { return true }
func (s *stuck) Serial() bool                         { return false }
func (s *stuck) Putters() []string                    { return nil }
func (s *stuck) Schemas() *hooks.Schemas              { return nil }
func (s *stuck) Migrate(context.Context, *hooks.Wave) {}
func (s *stuck) Run(context.Context, *hooks.Wave) {
	close(s.begun)
	<-s.proceed
}

// While one multi-session is stuck in a hook, other tills open and close,
// tokens are made and used for the first time, and POS and multi-sessions are
// made and changed.
func TestStuckMultiSessionBlocksNoOther(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ledger, chain := mem.New(), &stuck{make(chan struct{}), make(chan struct{})}
	identity, err := ledger.Identity(ctx)
	require.NoError(t, err)
	hub := multisession.NewHub(multisession.Config{
		Ledger: ledger, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Rules: multisession.Rules{Limits: order.DefaultLimits, Chain: func() multisession.Chain { return chain }},
	})
	d := directory.New(ledger, hub, time.Now, func(directory.Event) {})
	shop, tokens := map[string]protocol.MultiSessionID{}, map[string]string{}
	for _, name := range []string{"stuck", "other"} {
		var bad error
		_, tokens[name], bad = d.CreatePOS(ctx, protocol.POSID(name), "")
		require.Nil(t, bad)
		ms, bad := d.CreateMultiSession(ctx, name, []protocol.POSID{protocol.POSID(name)})
		require.Nil(t, bad)
		shop[name] = ms.ID
	}
	_, bad := d.OpenTill(ctx, "stuck", nil)
	require.Nil(t, bad)
	session, leave, bad := hub.Enter(ctx, shop["stuck"])
	require.Nil(t, bad)
	defer leave()
	m, err := order.Decode([]byte(`{"id":1,"ops":[{"op":"order.create","order":"o","set":{}}]}`), order.DefaultLimits)
	require.NoError(t, err)
	session.Submit(&multisession.Push{Client: "c", POS: protocol.POS{ID: "stuck"}, Mutations: []*order.Mutation{m}}, func(*multisession.Reply) {})
	<-chain.begun
	require.Equal(t, []protocol.MultiSessionID{shop["stuck"]}, hub.Stuck(0))
	require.Empty(t, hub.Stuck(time.Minute))

	waits := make(chan error, 1)
	go func() {
		_, bad := d.CloseTill(ctx, "stuck")
		waits <- bad
	}()
	short, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	_, bad = d.OpenTill(short, "stuck", nil)
	require.NotNil(t, bad)
	require.Equal(t, protocol.Overloaded, protocol.CodeOf(bad), "its own till waits no longer than it asked to")

	_, bad = d.Authenticate(ctx, tokens["other"])
	require.Nil(t, bad)
	_, bad = d.OpenTill(ctx, "other", nil)
	require.Nil(t, bad)
	_, bad = d.CloseTill(ctx, "other")
	require.Nil(t, bad)
	token, bad := d.NewToken(ctx, "other")
	require.Nil(t, bad)
	_, bad = d.Authenticate(ctx, token)
	require.Nil(t, bad)
	_, _, bad = d.CreatePOS(ctx, "new", "")
	require.Nil(t, bad)
	pos := []protocol.POSID{"other", "new"}
	_, bad = d.PatchMultiSession(ctx, shop["other"], protocol.MultiSessionRequest{POS: &pos})
	require.Nil(t, bad)

	close(chain.proceed)
	require.Nil(t, <-waits)
	require.Empty(t, hub.Stuck(time.Minute))
	rows, err := ledger.AllPOS(ctx)
	require.NoError(t, err)
	for _, row := range rows {
		require.False(t, row.Till.Open, row.ID)
	}
}

// Concurrent writes to one POS are all applied.
func TestConcurrentWritesToOnePOS(t *testing.T) {
	ctx := t.Context()
	ledger := mem.New()
	identity, err := ledger.Identity(ctx)
	require.NoError(t, err)
	hub := multisession.NewHub(multisession.Config{
		Ledger: ledger, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Rules: multisession.Rules{Limits: order.DefaultLimits},
	})
	d := directory.New(ledger, hub, time.Now, func(directory.Event) {})
	for _, id := range []protocol.POSID{"a", "b"} {
		_, _, bad := d.CreatePOS(ctx, id, "")
		require.Nil(t, bad)
	}
	one, bad := d.CreateMultiSession(ctx, "one", []protocol.POSID{"a"})
	require.Nil(t, bad)
	two, bad := d.CreateMultiSession(ctx, "two", []protocol.POSID{"b"})
	require.Nil(t, bad)
	all, name := []protocol.POSID{"a", "b"}, "renamed"
	work := []func() error{
		func() error { _, bad := d.OpenTill(ctx, "a", &protocol.User{ID: "u"}); return bad },
		func() error { _, bad := d.CloseTill(ctx, "a"); return bad },
		func() error { _, bad := d.RenamePOS(ctx, "a", &name); return bad },
		func() error {
			_, bad := d.PatchMultiSession(ctx, one.ID, protocol.MultiSessionRequest{POS: &all})
			return bad
		},
		func() error {
			_, bad := d.PatchMultiSession(ctx, two.ID, protocol.MultiSessionRequest{POS: &all})
			return bad
		},
	}
	done := make(chan error)
	for range 20 {
		for _, f := range work {
			go func() { done <- f() }()
		}
		for range work {
			if bad := <-done; bad != nil {
				require.Equal(t, protocol.TillOpen, protocol.CodeOf(bad))
			}
		}
		list, bad := d.ListMultiSessions(ctx)
		require.Nil(t, bad)
		members := map[protocol.POSID]int{}
		for _, ms := range list {
			for _, id := range ms.POS {
				members[id]++
			}
		}
		require.Equal(t, map[protocol.POSID]int{"a": 1, "b": 1}, members)
		row, err := ledger.POS(ctx, "a")
		require.NoError(t, err)
		require.Equal(t, store.POS{ID: "a", Name: "renamed", MultiSession: row.MultiSession, Till: row.Till}, row)
	}
}
