package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
)

// TestRestoreHoldsEffects: a copy of the shop's database does nothing by itself.
func TestRestoreHoldsEffects(t *testing.T) {
	dir := t.TempDir()
	live, backup, copied := filepath.Join(dir, "x.db"), filepath.Join(dir, "b.db"), filepath.Join(dir, "c.db")
	shop(t, live, 40)
	s := open(t, live)
	before, _, err := s.Effects(t.Context(), store.EffectFilter{Limit: 100})
	require.NoError(t, err)
	require.Len(t, before, 6)
	before[0].State, before[0].Result, before[0].Ends = store.EffectAnswered, []byte(`{"status":200}`), store.EffectDone
	before[1].State = store.EffectDropped
	for _, e := range before[:2] {
		set, err := s.SetEffect(t.Context(), e, store.EffectWaiting)
		require.NoError(t, err)
		require.True(t, set)
	}
	taken, err := s.Lease(t.Context(), "shop", time.Unix(1e9, 0), time.Unix(1e9+30, 0))
	require.NoError(t, err)
	require.True(t, taken)
	require.NoError(t, s.Backup(t.Context(), backup, nil))

	require.NoError(t, sqlite.Restore(t.Context(), backup, copied, false))
	places, _ := verify(t, copied)
	require.Empty(t, places)
	restored := open(t, copied)
	after, _, err := restored.Effects(t.Context(), store.EffectFilter{Limit: 100})
	require.NoError(t, err)
	for i := range before {
		if before[i].State.Pending() {
			before[i].State = store.EffectHeld
		}
	}
	require.Equal(t, before, after)
	taken, err = restored.Lease(t.Context(), "another", time.Unix(1e9, 0), time.Unix(1e9+30, 0))
	require.NoError(t, err)
	require.True(t, taken, "the lease was of the other database")
}

// TestRestoreFromBeforeEffects: a backup of a version without them.
func TestRestoreFromBeforeEffects(t *testing.T) {
	dir := t.TempDir()
	old, copied := filepath.Join(dir, "old.db"), filepath.Join(dir, "c.db")
	for _, file := range []string{"0001_start.sql", "0002_known_fields.sql", "0003_mend.sql"} {
		text, err := os.ReadFile(filepath.Join("migrations", file))
		require.NoError(t, err)
		script(t, old, string(text))
	}
	script(t, old, "INSERT INTO identity VALUES ('server', 'epoch'); PRAGMA user_version = 3;")
	require.NoError(t, sqlite.Restore(t.Context(), old, copied, false))
	page, _, err := open(t, copied).Effects(t.Context(), store.EffectFilter{Limit: 1})
	require.NoError(t, err)
	require.Empty(t, page)
}

// TestDamagedEffect is left out and reported; an order with a damaged name of one
// is damaged, since it may ask for it again.
func TestDamagedEffect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	shop(t, path, 40)
	script(t, path, `
		UPDATE outbox SET data = '{"points":99}' WHERE key = 1;
		UPDATE effects SET effect_key = 'p9' WHERE id = 'main effect 1';`)
	s := open(t, path)
	page, _, err := s.Effects(t.Context(), store.EffectFilter{MultiSession: "main", Limit: 10})
	require.NoError(t, err)
	require.Len(t, page, 1)
	_, err = s.Effect(t.Context(), "main effect 0")
	require.ErrorIs(t, err, store.ErrDamaged)
	snap, err := s.Load(t.Context(), "main")
	require.NoError(t, err)
	damaged := 0
	for _, o := range snap.Open {
		if o.Damaged {
			damaged++
		}
	}
	require.Equal(t, 1, damaged)
	places, _ := verify(t, path)
	require.Len(t, places, 2)
}
