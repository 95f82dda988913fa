package sqlite_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestMend: what a late payment for a dropped order left in a database of
// before is mended when it is opened.
func TestMend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for _, file := range []string{"0001_start.sql", "0002_known_fields.sql"} {
		text, err := os.ReadFile(filepath.Join("migrations", file))
		require.NoError(t, err)
		script(t, path, string(text))
	}
	script(t, path, `
		INSERT INTO identity VALUES ('server', 'epoch');
		INSERT INTO multi_sessions (key, id, name, active, deleted) VALUES (1, 'main', 'Main', 1, 0), (2, 'other', 'Other', 1, 0);
		INSERT INTO orders (key, ms, id, run, number, state, rev, created, seq, at, body) VALUES
			(1, 1, 'old', 1, 1, 'paid', 3, 1, 3, 0, '{"fields":{},"stamps":{},"created":,"changed":{"pos":{"id":"a","name":"A"},"user":null},"info_seq":3,"content":3,"last_n":0}'),
			(2, 1, 'new', 1, 2, 'open', 1, 2, 2, 0, '{"fields":{"note":"\"created\":,"},"stamps":{"note":2},"created":{"pos":{"id":"a","name":"A"},"user":null},"info_seq":2}');
		INSERT INTO orders (key, ms, id, run, number, state, rev, created, seq, at, body) VALUES
			(3, 1, 'cut', 1, 3, 'open', 1, 2, 2, 0, '{"fields":{},"sta'),
			(4, 2, 'bare', 1, 1, 'open', 1, 1, 1, 0, '{"fields":{},"stamps":{},"created":{"pos":{"id":"a","name":"A"},"user":null},"info_seq":1}');
		INSERT INTO lines (order_key, id, n, seq, body) VALUES (4, 'l1', 1, 1, '{"fields":');
		INSERT INTO changes (ms, seq, body) VALUES (1, 2, '{"seq":2,"orders":{"new":{}}}'),
			(1, 3, '{"seq":3,"orders":{"old":{"set":{"ms_info":{"changed":{},"created":}}}}}'), (1, 4, '{"seq":4,"orders":{}}'),
			(2, 1, '{"seq":1,"orders":{}}');
		PRAGMA user_version = 2;`)
	var mended []string
	var found []store.Damage
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{
		Mended: func(what string) { mended = append(mended, what) }, Damaged: func(d store.Damage) { found = append(found, d) },
	})
	require.NoError(t, err)
	require.Equal(t, []string{"order old of main, change 3 of main"}, mended)
	changes, err := s.Changes(t.Context(), "main", 3, 10)
	require.NoError(t, err)
	require.Equal(t, []store.Change{{Seq: 4, Body: []byte(`{"seq":4,"orders":{}}`)}}, changes)
	for after := range protocol.Seq(3) {
		_, err = s.Changes(t.Context(), "main", after, 10)
		require.ErrorIs(t, err, store.ErrExpired, "whoever stands before it takes a snapshot")
	}
	changes, err = s.Changes(t.Context(), "other", 0, 10)
	require.NoError(t, err)
	require.Len(t, changes, 1, "nobody else is touched")
	orders, _, err := s.Orders(t.Context(), "main", []protocol.OrderID{"old", "new"})
	require.NoError(t, err)
	require.JSONEq(t, `{"fields":{},"stamps":{},"pruned":true,"created":{"pos":{"id":"","name":""},"user":null},
		"changed":{"pos":{"id":"a","name":"A"},"user":null},"info_seq":3,"content":3,"last_n":0}`, string(orders[0].Body))
	require.Contains(t, string(orders[1].Body), `"note":"\"created\":,"`)
	for ms, id := range map[protocol.MultiSessionID]protocol.OrderID{"main": "cut", "other": "bare"} {
		set, _, err := s.Orders(t.Context(), ms, []protocol.OrderID{id})
		require.NoError(t, err)
		require.True(t, set[0].Damaged, "what stays unreadable is told")
	}
	require.Equal(t, []store.Damage{{Place: "line l1 of order bare of other"}, {Place: "order cut of main"}}, slices.SortedFunc(slices.Values(found), func(a, b store.Damage) int {
		return strings.Compare(a.Place, b.Place)
	}))
	require.NoError(t, s.Close())
	again, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, again.Close())
}
