package main_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestEffectsCommand: the operator sees, retries, drops and releases effects of an
// extension that doesn't run, of a restored backup.
func TestEffectsCommand(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar := f.hand(f.bar, "c1")
	require.Equal(t, protocol.Applied, bar.do(create("o1", nil)).Status)
	f.server.stop()
	database := filepath.Join(f.dir, "manytill.db")
	st, err := sqlite.Open(t.Context(), database, sqlite.Options{})
	require.NoError(t, err)
	ms := protocol.MultiSessionID(f.multiSession)
	rows, _, err := st.Orders(t.Context(), ms, []protocol.OrderID{"o1"})
	require.NoError(t, err)
	snap, err := st.Load(t.Context(), ms)
	require.NoError(t, err)
	change := snap.Head + 1
	next := store.OrderRows{OrderRow: rows[0].OrderRow}
	next.Seq = change
	for _, id := range []string{"e1", "e2", "e3"} {
		next.Effects = append(next.Effects, store.EffectRow{
			ID: id, Extension: "loyalty", Name: "book", Key: id, At: time.Now(), Data: []byte(`{"points":12}`), State: store.EffectWaiting,
		})
	}
	require.NoError(t, st.Commit(t.Context(), &store.Batch{
		MultiSession: ms, Expect: snap.Head, Orders: []store.OrderRows{next},
		Changes: []store.Change{{Seq: change, Body: []byte(`{"seq":2,"at":"2026-11-21T12:00:00Z","orders":{"o1":{}}}`)}},
	}))
	require.NoError(t, st.Close())
	copied := filepath.Join(f.dir, "copy.db")
	must(t, "backup", "--config", f.config, "--to", copied)
	must(t, "restore", "--config", f.config, "--from", copied, "--force")
	must(t, "verify", "--config", f.config)
	f.start()

	call := func(args ...string) string {
		return must(t, append(append([]string{"effects"}, args...), "--server", f.url, "--token", adminToken)...)
	}
	require.Regexp(t, `(?m)^e1 +held +loyalty +book +"e1" +o1 `, call("list"))
	require.Equal(t, "loyalty book of order o1 is done again\n", call("retry", "e1"))
	require.Equal(t, "loyalty book of order o1 is dropped\n", call("drop", "e2"))
	require.Regexp(t, `(?m)^e2 +answered`, call("list", "--multi-session", "Main floor"))
	require.Equal(t, "released: 1\n", call("release"))
	require.Regexp(t, `(?m)^e3 +waiting`, call("list", "--state", "waiting", "--extension", "loyalty", "--order", "o1"))
	require.Contains(t, call("list", "--state", "held"), "No such effects")
	out, err := output(t, "effects", "retry", "nothing", "--server", f.url, "--token", adminToken)
	require.Error(t, err)
	require.Contains(t, out, "there is no effect \"nothing\", or its order was pruned. See `manytill effects list --all`")
}
