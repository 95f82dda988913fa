package migrate_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/migrate"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123e6, time.UTC)

const odd = "naïve ' 🍷"

// shop fills a store with rows of every kind: open, closed and pruned orders, effects
// in several states, values, rejections.
func shop(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, id := range []protocol.POSID{"bar", "till", "gone"} {
		require.NoError(t, s.PutPOS(ctx, store.POS{ID: id, Name: odd, Till: store.Till{Open: id == "bar", User: &protocol.User{ID: "7", Name: odd}, Since: noon}}))
		require.NoError(t, s.PutToken(ctx, store.Owner{POS: id}, [32]byte{id[0]}))
		require.NoError(t, s.PutPOSValues(ctx, id, map[string][]byte{"k": []byte(`{"a":1}`)}))
	}
	require.NoError(t, s.PutPOS(ctx, store.POS{ID: "gone", Deleted: true}))
	require.NoError(t, s.PutToken(ctx, store.Owner{Admin: true}, [32]byte{99}))
	require.NoError(t, s.PutRelay(ctx, store.Relay{ID: "shop", Name: odd, ServerID: "x", Seen: noon}))
	require.NoError(t, s.PutToken(ctx, store.Owner{Relay: "shop"}, [32]byte{200}))
	require.NoError(t, s.PutKnownFields(ctx, []byte(`{"order":{}}`)))
	require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: "main", Name: odd, Active: true}, []protocol.POSID{"bar", "till"}))
	require.NoError(t, s.PutMultiSession(ctx, store.MultiSession{ID: "empty", Name: "Empty"}, nil))
	require.NoError(t, s.Commit(ctx, &store.Batch{
		MultiSession: "main", At: noon, Run: &store.RunRow{Run: 2, Open: true},
		Clients: []store.Client{{ID: "c", POS: "bar", MultiSession: "main"}, {ID: "idle", POS: "till", MultiSession: "main"}},
	}))
	for seq := protocol.Seq(1); seq <= 300; seq++ {
		require.NoError(t, s.Commit(ctx, tap(seq, seq-1)))
	}
	count, err := s.Prune(ctx, noon.Add(20*time.Minute), false)
	require.NoError(t, err)
	require.NotZero(t, count.Changes)
}

// tap is a new order; each third is closed, each fifth has an effect.
func tap(seq, expect protocol.Seq) *store.Batch {
	id, at := protocol.OrderID(fmt.Sprintf("o%d", seq)), noon.Add(time.Duration(seq)*time.Minute)
	state := protocol.Open
	if seq%3 == 0 {
		state = protocol.Paid
	}
	o := store.OrderRows{
		OrderRow: store.OrderRow{ID: id, Run: 2, Number: protocol.Number(seq), State: state, Rev: 3, Created: seq, Seq: seq, At: at, Body: []byte(`{"text":"` + odd + `"}`)},
		Lines:    []store.LineRow{{ID: "l1", N: 1, Seq: seq, Body: []byte(`{}`)}, {ID: "l2", N: 2, Seq: seq, Body: []byte(strings.Repeat(" ", 500) + `{}`)}},
		Payments: []store.PaymentRow{{ID: "p", N: 1, Seq: seq, Body: []byte(`{}`)}},
	}
	if seq%5 == 0 {
		o.Effects = []store.EffectRow{{
			ID: string(id) + "/e", Extension: "loyalty", Name: "book", Key: odd, Hash: [8]byte{1, 0xff}, At: at, Data: []byte(`{}`),
			State: store.EffectWaiting, Next: at,
		}}
		if seq%2 == 0 {
			o.Effects[0].State, o.Effects[0].Result = store.EffectDone, []byte(`{"a":1}`)
		}
	}
	return &store.Batch{
		MultiSession: "main", Expect: expect, At: at, Orders: []store.OrderRows{o},
		Changes:  []store.Change{{Seq: seq, Body: fmt.Appendf(nil, `{"seq":%d,"at":%q,"orders":{%q:{"text":%q}}}`, seq, protocol.FormatTime(at), id, "wine")}},
		Outcomes: []store.Outcome{{Client: "c", ID: protocol.MutationID(seq), Hash: [16]byte{byte(seq), 0xff}, Result: []byte(`{"a":1}`)}},
		Values:   []store.KeyValue{{Space: "s", Key: fmt.Sprint(odd, seq%7), Value: []byte(`{"v":1}`)}},
		Rejections: []store.Rejection{{
			At: at, MultiSession: "main", Client: "c", By: protocol.Author{POS: protocol.POS{ID: "bar", Name: odd}}, Mutation: []byte(`{"id":1}`),
			Code: protocol.Invalid, Message: odd, Kept: []protocol.PaymentID{"p"},
		}},
	}
}

// everything is what a store holds, as its callers read it.
func everything(t *testing.T, s store.Store) (all []any) {
	ctx := t.Context()
	add := func(v any, err error) {
		t.Helper()
		require.NoError(t, err)
		all = append(all, v)
	}
	add(s.Identity(ctx))
	add(s.KnownFields(ctx))
	add(s.MultiSessions(ctx))
	add(s.AllPOS(ctx))
	add(s.POS(ctx, "gone"))
	add(s.TokenOwner(ctx, [32]byte{'b'}))
	add(s.TokenOwner(ctx, [32]byte{99}))
	add(s.TokenOwner(ctx, [32]byte{200}))
	add(s.Relays(ctx))
	add(s.POSValues(ctx, "bar", "k"))
	for _, id := range []protocol.MultiSessionID{"main", "empty"} {
		snap, err := s.Load(ctx, id)
		require.NoError(t, err)
		snap.Turn = 0
		all = append(all, snap)
		add(s.Changes(ctx, id, snap.Pruned, 1000))
		add(s.List(ctx, id, store.ListFilter{Limit: 1000}))
		add(s.Touched(ctx, id, store.TouchedAfter{Since: 100}, 1000))
	}
	ids := []protocol.OrderID{}
	for n := range 300 {
		ids = append(ids, protocol.OrderID(fmt.Sprintf("o%d", n+1)))
	}
	rows, _, err := s.Orders(ctx, "main", ids)
	add(rows, err)
	history, _, err := s.History(ctx, "main", "o299", 0)
	add(history, err)
	for _, id := range []protocol.ClientID{"c", "idle"} {
		add(s.Client(ctx, id))
	}
	add(s.Outcomes(ctx, "c", 1, 1000))
	effects, _, err := s.Effects(ctx, store.EffectFilter{Limit: 1000})
	add(effects, err)
	inbox, _, err := s.ListRejections(ctx, store.RejectionFilter{Limit: 1000})
	add(inbox, err)
	return all
}

// A shop moves whole, also if that is interrupted at any table; then it goes on.
func TestAShopMoves(t *testing.T) {
	from, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, from.Close()) }()
	shop(t, from)
	dsn := pgtest.Database(t)
	interrupted := map[string]bool{}
	for tries := 0; ; tries++ {
		require.Less(t, tries, 40)
		ctx, cancel := context.WithCancel(t.Context())
		to := prepare(t, dsn)
		err := migrate.Run(ctx, from, to, func(p migrate.Progress) {
			require.LessOrEqual(t, p.Done, p.Of)
			if what := fmt.Sprint(p.Table, p.Verifying); !interrupted[what] {
				interrupted[what] = true
				cancel()
			}
		})
		cancel()
		_ = to.Close(t.Context())
		if err == nil {
			break
		}
		_, err = postgres.Open(t.Context(), dsn, postgres.Options{})
		require.ErrorContains(t, err, "a migration into it isn't finished")
	}
	require.Greater(t, len(interrupted), 20)
	moved, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, moved.Close()) }()
	require.Equal(t, everything(t, from), everything(t, moved))
	for _, s := range []store.Store{from, moved} { // keys go on behind those that moved
		require.NoError(t, s.Commit(t.Context(), tap(301, 300)))
		b := tap(302, 301)
		b.Clients = []store.Client{{ID: "later", POS: "till", MultiSession: "main"}}
		require.NoError(t, s.Commit(t.Context(), b))
		require.NoError(t, s.PutMultiSession(t.Context(), store.MultiSession{ID: "new"}, []protocol.POSID{}))
	}
	require.Equal(t, everything(t, from), everything(t, moved))

	err = migrate.Run(t.Context(), from, prepare(t, dsn), func(migrate.Progress) {})
	require.ErrorContains(t, err, "has a shop already")
}

// A copy that isn't the same is noticed.
func TestACopyIsCompared(t *testing.T) {
	from, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, from.Close()) }()
	shop(t, from)
	dsn := pgtest.Database(t)
	changed := false
	err = migrate.Run(t.Context(), from, prepare(t, dsn), func(p migrate.Progress) {
		if p.Verifying && !changed {
			changed = true
			pgtest.Exec(t, dsn, "UPDATE manytill.lines SET n = 7 WHERE order_key = (SELECT max(order_key) FROM manytill.lines) AND id = 'l2'")
		}
	})
	require.ErrorContains(t, err, "compare lines: the copy isn't the same")
	_, err = postgres.Open(t.Context(), dsn, postgres.Options{})
	require.ErrorContains(t, err, "a migration into it isn't finished")
}

func prepare(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	c, err := postgres.Prepare(t.Context(), dsn, postgres.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
