package directory_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestNames: of POS and multi-sessions. Not every store has texts with a NUL.
func TestNames(t *testing.T) {
	ctx, s := t.Context(), mem.New()
	identity, err := s.Identity(ctx)
	require.NoError(t, err)
	hub := multisession.NewHub(multisession.Config{Ledger: s, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	d := directory.New(s, hub, time.Now, func(directory.Event) {})
	for _, name := range []string{strings.Repeat("x", 201), "a\xff", "a\x00b"} {
		_, _, err := d.CreatePOS(ctx, "bar", name)
		require.Equal(t, protocol.BadRequest, protocol.CodeOf(err), "%q", name)
	}
	for i, name := range []string{"x", strings.Repeat("é", 200), "a\tb"} {
		_, _, err := d.CreatePOS(ctx, protocol.POSID("bar-"+string(rune('a'+i))), name)
		require.NoError(t, err, "%q", name)
	}
}
