package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// chunky is everything that reads the log.
type chunky interface {
	store.Ledger
	store.Operator
	store.Maintenance
}

// chunked fills a store with 300 changes of 12 orders that are moved together:
// each multi-session's and client's make five rows. Some orders are closed, with
// old and new changes in one row.
func chunked(t *testing.T, s chunky, put func(store.MultiSession)) (head protocol.Seq, noon time.Time) {
	t.Helper()
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	put(store.MultiSession{ID: "main", Name: "Floor", Active: true})
	f := &busyMultiSession{id: "main", client: "c1", orders: 12, count: make([]int, 12)}
	commit := func(n int, change func(*store.Batch)) {
		b := f.batch(n)
		b.At = noon.Add(time.Duration(f.head) * time.Minute)
		for i := range b.Changes {
			b.Changes[i].Body = fmt.Appendf(nil, `{"seq":%d,"at":%q,"orders":{%q:%s}}`, b.Changes[i].Seq, protocol.FormatTime(b.At), b.Orders[i].ID, changePad)
			b.Orders[i].At = b.At
			b.Orders[i].Created = min(b.Orders[i].Created, b.Orders[i].Seq)
		}
		if change != nil {
			change(b)
		}
		require.NoError(t, s.Commit(t.Context(), b))
		f.head += protocol.Seq(n)
	}
	commit(12, nil) // new orders aren't journaled
	for f.head < 150 {
		commit(3, nil)
	}
	commit(6, func(b *store.Batch) {
		for i := range b.Orders {
			b.Orders[i].State = protocol.Paid
		}
	})
	for f.head < 300 {
		f.count = f.count[:12]
		commit(1, func(b *store.Batch) { // of the orders that are open
			if o := &b.Orders[0]; (f.head+1)%12 < 6 {
				id := protocol.OrderID(fmt.Sprintf("018f3c1e-77aa-%08d", 1+(f.head+1)%6))
				b.Changes[0].Body = fmt.Appendf(nil, `{"seq":%d,"at":%q,"orders":{%q:%s}}`, f.head+1, protocol.FormatTime(b.At), id, changePad)
				o.ID, o.Number, o.Created = id, protocol.Number(2+(f.head+1)%6), protocol.Seq(1+(f.head+1)%6)
			}
		})
	}
	return f.head, noon
}

// TestChunks: rows that hold many changes, or outcomes, read as if each were a row.
func TestChunks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	require.NoError(t, sqlite.MoveLater(s))
	model := mem.New()
	ctx := t.Context()
	head, noon := chunked(t, s, func(ms store.MultiSession) { require.NoError(t, s.PutMultiSession(ctx, ms, nil)) })
	chunked(t, model, func(ms store.MultiSession) { require.NoError(t, model.PutMultiSession(ctx, ms, nil)) })
	compare := func() {
		t.Helper()
		for after := protocol.Seq(0); after <= head; after += 3 {
			for _, limit := range []int{1, 70} {
				want, wantErr := model.Changes(ctx, "main", after, limit)
				got, err := s.Changes(ctx, "main", after, limit)
				require.ErrorIs(t, err, wantErr)
				require.Equal(t, want, got, "%d changes after %d", limit, after)
			}
			want, err := model.Touched(ctx, "main", store.TouchedAfter{Since: after, Order: after}, 4)
			require.NoError(t, err)
			got, err := s.Touched(ctx, "main", store.TouchedAfter{Since: after, Order: after}, 4)
			require.NoError(t, err)
			require.Equal(t, want, got, "touched after %d", after)
		}
		for from := protocol.MutationID(1); from < 310; from += 13 {
			want, err := model.Outcomes(ctx, "c1", from, from+40)
			require.NoError(t, err)
			got, err := s.Outcomes(ctx, "c1", from, from+40)
			require.NoError(t, err)
			require.Equal(t, want, got, "outcomes from %d", from)
		}
		for order := range 12 {
			id := protocol.OrderID(fmt.Sprintf("018f3c1e-77aa-%08d", order))
			want, _, err := model.History(ctx, "main", id, 20)
			require.NoError(t, err)
			got, _, err := s.History(ctx, "main", id, 20)
			require.NoError(t, err)
			require.Equal(t, want, got, "history of %s", id)
		}
		places, _ := verify(t, path)
		require.Empty(t, places)
	}
	compare()
	var pruned int64
	for _, before := range []time.Duration{100 * time.Minute, 160 * time.Minute, 24 * time.Hour} {
		want, err := model.Prune(ctx, noon.Add(before), false)
		require.NoError(t, err)
		dry, err := s.Prune(ctx, noon.Add(before), true)
		require.NoError(t, err)
		got, err := s.Prune(ctx, noon.Add(before), false)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, want, dry)
		pruned += got.Changes
		compare()
	}
	require.Positive(t, pruned)
}

// TestDamagedChunks: what was stored together is lost together, and the shop sells
// on.
func TestDamagedChunks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, path)
	require.NoError(t, sqlite.MoveLater(s))
	ctx := t.Context()
	head, _ := chunked(t, s, func(ms store.MultiSession) { require.NoError(t, s.PutMultiSession(ctx, ms, nil)) })
	require.NoError(t, s.Close())
	require.Less(t, rowsOf(t, path, "changes"), 30)
	require.Less(t, rowsOf(t, path, "outcomes"), 30)
	require.NoError(t, scriptError(path, `UPDATE changes SET body = replace(body, 'abc', 'abd') WHERE seq = (SELECT max(seq) FROM changes);
		UPDATE outcomes SET result = replace(result, 'abc', 'abd') WHERE id = (SELECT max(id) FROM outcomes)`))
	places, _ := verify(t, path)
	require.ElementsMatch(t, []string{fmt.Sprintf("change %d of main", head), fmt.Sprintf("outcome %d of client c1", head)}, places)

	s = open(t, path)
	snap, err := s.Load(ctx, "main")
	require.NoError(t, err)
	require.Equal(t, head, snap.Head)
	require.Nil(t, snap.HeadChange)
	_, err = s.Changes(ctx, "main", head-1, 10)
	require.ErrorIs(t, err, store.ErrDamaged)
	before, err := s.Changes(ctx, "main", 20, 10)
	require.NoError(t, err)
	require.Len(t, before, 10)
	outcomes, err := s.Outcomes(ctx, "c1", protocol.MutationID(head), protocol.MutationID(head))
	require.NoError(t, err)
	require.Equal(t, []store.Outcome{{Client: "c1", ID: protocol.MutationID(head), Damaged: true}}, outcomes)
}

func rowsOf(t *testing.T, path, table string) int {
	t.Helper()
	n, err := sqlite.Rows(path, table)
	require.NoError(t, err)
	return n
}
