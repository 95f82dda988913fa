package mem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/store/storetest"
	"github.com/manytill/manytill/sdk/protocol"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		s := mem.New()
		return storetest.Harness{
			Store: s,
			Reopen: func(t *testing.T) store.Store {
				require.NoError(t, s.Close())
				s = s.Clone()
				return s
			},
			OpenBackup: func(t *testing.T, path string) store.Store {
				opened, err := mem.Open(path)
				require.NoError(t, err)
				return opened
			},
			Fill: func(full bool) { s.SetReadOnly(full) },
		}
	})
}

// A store that several nodes share keeps the same contract, with turns.
func TestContractOfShared(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		s := mem.Share(mem.New())
		return storetest.Harness{Store: s, Fill: func(full bool) { s.SetReadOnly(full) }}
	})
}

func TestFaults(t *testing.T) {
	s := mem.New()
	row := store.MultiSession{ID: "main", Name: "Main"}
	require.NoError(t, s.PutMultiSession(t.Context(), row, nil))
	commit := func(expect, seq int64) error {
		return s.Commit(t.Context(), &store.Batch{
			MultiSession: "main", Expect: protocol.Seq(expect),
			Changes: []store.Change{{Seq: protocol.Seq(seq), Body: []byte(`{}`)}},
		})
	}
	head := func(s *mem.Store) protocol.Seq {
		snap, err := s.Load(t.Context(), "main")
		require.NoError(t, err)
		return snap.Head
	}
	s.FailNext(mem.Before)
	require.ErrorIs(t, commit(0, 1), store.ErrReadOnly)
	require.Zero(t, head(s), "nothing was stored")
	s.FailNext(mem.After)
	require.ErrorIs(t, commit(0, 1), mem.ErrLost)
	require.Equal(t, protocol.Seq(1), head(s), "it was stored, but the answer was lost")
	require.ErrorIs(t, commit(0, 1), store.ErrStale)

	old := s.Clone()
	require.NoError(t, old.Commit(t.Context(), &store.Batch{
		MultiSession: "main", Expect: 1, Changes: []store.Change{{Seq: 2, Body: []byte(`{}`)}},
		Orders: []store.OrderRows{{OrderRow: store.OrderRow{ID: "o1", Seq: 2}, Effects: []store.EffectRow{{ID: "e1", State: store.EffectWaiting}}}},
	}))
	require.NoError(t, commit(1, 2))
	restored := old.Restored("EPOCH2")
	require.Equal(t, protocol.Seq(2), head(restored))
	_, err := s.Effect(t.Context(), "e1")
	require.ErrorIs(t, err, store.ErrNotFound, "clones don't share")
	held, err := restored.Effect(t.Context(), "e1")
	require.NoError(t, err)
	require.Equal(t, store.EffectHeld, held.State)
	was, _ := s.Identity(t.Context())
	is, _ := restored.Identity(t.Context())
	require.Equal(t, was.ServerID, is.ServerID)
	require.Equal(t, "EPOCH2", is.Epoch)
}
