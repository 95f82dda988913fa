package directory_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// away is a store whose database can't be reached while away is true.
type away struct {
	*mem.Store
	away bool
}

func (s *away) TokenOwner(ctx context.Context, hash [32]byte) (store.Owner, error) {
	if s.away {
		return store.Owner{}, fmt.Errorf("%w: the database can't be reached", store.ErrReadOnly)
	}
	return s.Store.TokenOwner(ctx, hash)
}

func (s *away) POS(ctx context.Context, id protocol.POSID) (store.POS, error) {
	if s.away {
		return store.POS{}, fmt.Errorf("%w: the database can't be reached", store.ErrReadOnly)
	}
	return s.Store.POS(ctx, id)
}

// While the database is away nobody is told that a token is wrong: a till would
// forget it. It is told to come back.
func TestTokenIsntWrongWhileTheDatabaseIsAway(t *testing.T) {
	ctx := t.Context()
	s := &away{Store: mem.New()}
	identity, err := s.Identity(ctx)
	require.NoError(t, err)
	hub := multisession.NewHub(multisession.Config{Ledger: s, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	make := func() *directory.Directory { return directory.New(s, hub, time.Now, func(directory.Event) {}) }
	_, token, err := make().CreatePOS(ctx, "bar", "Bar")
	require.NoError(t, err)
	caller, err := make().Authenticate(ctx, token)
	require.NoError(t, err)
	s.away = true
	d := make()
	_, err = d.Authenticate(ctx, token)
	require.Equal(t, protocol.ReadOnly, protocol.CodeOf(err))
	require.NotZero(t, protocol.AsError(err).RetryAfter())
	_, err = d.Reauthenticate(ctx, caller)
	require.Equal(t, protocol.ReadOnly, protocol.CodeOf(err))
	s.away = false
	_, err = d.Authenticate(ctx, token)
	require.NoError(t, err)
}
