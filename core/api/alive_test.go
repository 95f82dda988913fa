package api_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
)

// hanging is a store whose commits wait until it is told to go on, and that can't be
// written while it is away.
type hanging struct {
	*mem.Store
	reached, goOn chan struct{}
	away          atomic.Bool
}

func (h *hanging) Commit(ctx context.Context, b *store.Batch) error {
	close(h.reached)
	<-h.goOn
	return h.Store.Commit(ctx, b)
}

func (h *hanging) Check(ctx context.Context) error {
	if h.away.Load() {
		return errors.New("away")
	}
	return h.Store.Check(ctx)
}

// A server isn't alive while a decision hangs though its store works; a store that is
// away is no reason to start it again.
func TestAliveWhileADecisionHangs(t *testing.T) {
	h := &hanging{Store: mem.New(), reached: make(chan struct{}), goOn: make(chan struct{})}
	identity, err := h.Identity(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.PutPOS(t.Context(), store.POS{ID: "bar", Name: "Bar"}))
	require.NoError(t, h.PutMultiSession(t.Context(), store.MultiSession{ID: "floor", Name: "Floor", Active: true}, []protocol.POSID{"bar"}))
	hub := multisession.NewHub(multisession.Config{
		Ledger: h, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Rules: multisession.Rules{Limits: order.DefaultLimits},
	})
	a := newAPI(t, func(c *api.Config) { c.Store, c.Hub = h, hub })
	require.NoError(t, a.Alive(t.Context(), time.Minute))
	session, leave, err := hub.Enter(t.Context(), "floor")
	require.NoError(t, err)
	defer leave()
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		session.Ask(t.Context(), &multisession.OpenTill{POS: protocol.POS{ID: "bar", Name: "Bar"}})
	}()
	<-h.reached
	require.NoError(t, a.Alive(t.Context(), time.Minute), "it doesn't hang for long yet")
	const limit = 3 * time.Second // heartbeats are a second apart
	require.Eventually(t, func() bool { return a.Alive(t.Context(), limit) != nil }, 20*time.Second, 10*time.Millisecond)
	require.ErrorContains(t, a.Alive(t.Context(), limit), "no decision in [floor], though the store can be written")
	h.away.Store(true)
	require.NoError(t, a.Alive(t.Context(), limit))
	close(h.goOn)
	<-opened
	h.away.Store(false)
	require.NoError(t, a.Alive(t.Context(), limit))
}

// Nor is one whose heartbeats stopped.
func TestAliveWithoutHeartbeats(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := newAPIUntil(ctx, t)
	require.NoError(t, a.Alive(t.Context(), time.Minute))
	cancel()
	require.Eventually(t, func() bool { return a.Alive(t.Context(), 2*time.Second) != nil }, 20*time.Second, 10*time.Millisecond)
	require.ErrorContains(t, a.Alive(t.Context(), 2*time.Second), "the heartbeats stopped")
}
