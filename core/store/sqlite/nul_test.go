package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestTextsWithNUL: what a text holds behind a NUL is stored, summed and read.
func TestTextsWithNUL(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	ctx := t.Context()
	const text = "a\x00b"
	require.NoError(t, s.PutPOS(ctx, store.POS{ID: "bar", Name: text, Till: store.Till{Open: true, User: &protocol.User{ID: text, Name: text}}}))
	require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: "main", Name: text, Active: true}, []protocol.POSID{"bar"}))
	all, err := s.MultiSessions(ctx)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, text, all[0].Name)
	pos, err := s.POS(ctx, "bar")
	require.NoError(t, err)
	require.Equal(t, text, pos.Name)
	f := newBusyMultiSession(t, s, "main", 1)
	require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: "main", Name: text, Active: true}, []protocol.POSID{"bar"}))
	b := f.batch(1)
	b.Values = []store.KeyValue{{Space: text, Key: text, Value: []byte(`1`)}}
	require.NoError(t, s.Commit(ctx, b))
	snap, err := s.Load(ctx, "main")
	require.NoError(t, err)
	require.Equal(t, b.Values, snap.Values)
	require.Empty(t, s.Damage())
}
