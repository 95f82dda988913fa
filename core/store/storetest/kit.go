package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// noon is the first time in the tests. Stores keep times to the millisecond.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123e6, time.UTC)

// kit is a test with its store.
type kit struct {
	*require.Assertions
	Harness
	t   *testing.T
	ctx context.Context
}

func newKit(t *testing.T, h Harness) *kit {
	return &kit{Assertions: require.New(t), Harness: h, t: t, ctx: t.Context()}
}

// multiSession is a multi-session being written to.
type multiSession struct {
	*kit
	id     protocol.MultiSessionID
	client protocol.ClientID
	head   protocol.Seq
	last   protocol.MutationID
	now    time.Time
}

// newMultiSession makes a multi-session with one POS, one client and an open run.
func (k *kit) newMultiSession(id protocol.MultiSessionID) *multiSession {
	pos := protocol.POSID(id + "-bar")
	f := &multiSession{kit: k, id: id, client: protocol.ClientID(id + "-client"), now: noon}
	k.NoError(k.Store.PutPOS(k.ctx, store.POS{ID: pos, Name: "Bar"}))
	k.NoError(k.Store.PutMultiSession(k.ctx, store.MultiSession{ID: id, Name: "Floor " + string(id), Active: true}, []protocol.POSID{pos}))
	k.NoError(k.Store.Commit(k.ctx, &store.Batch{
		MultiSession: id, At: noon, Run: &store.RunRow{Run: 1, Open: true},
		Clients: []store.Client{{ID: f.client, POS: pos, MultiSession: id}},
	}))
	return f
}

// batch makes the next batch: a change that touches these orders, with its
// outcome. Rows get its seq and time; fresh orders get it as Created.
func (f *multiSession) batch(orders ...store.OrderRows) *store.Batch {
	seq := f.head + 1
	names := make([]string, len(orders))
	for i := range orders {
		o := &orders[i]
		o.Seq, o.At = seq, f.now
		if o.Created == 0 {
			o.Created = seq
		}
		for j := range o.Lines {
			o.Lines[j].Seq = seq
		}
		for j := range o.Payments {
			o.Payments[j].Seq = seq
		}
		names[i] = fmt.Sprintf(`%q:{"rev":%d}`, o.ID, o.Rev)
	}
	return &store.Batch{
		MultiSession: f.id, Expect: f.head, At: f.now, Orders: orders,
		Changes:  []store.Change{{Seq: seq, Body: fmt.Appendf(nil, `{"seq":%d,"at":%q,"orders":{%s}}`, seq, protocol.FormatTime(f.now), strings.Join(names, ","))}},
		Outcomes: []store.Outcome{f.outcome(f.last + 1)},
	}
}

func (f *multiSession) outcome(id protocol.MutationID) store.Outcome {
	return store.Outcome{
		Client: f.client, ID: id, Hash: [16]byte{byte(id), 0xff, 0},
		Result: fmt.Appendf(nil, `{"id":%d,"status":"applied"}`, id),
	}
}

// commit writes a batch and advances head and last.
func (f *multiSession) commit(b *store.Batch) *store.Batch {
	f.t.Helper()
	f.NoError(f.Store.Commit(f.ctx, b))
	f.head += protocol.Seq(len(b.Changes))
	f.last += protocol.MutationID(len(b.Outcomes))
	return b
}

// tap commits one change that touches these orders, and returns their rows as
// they were written.
func (f *multiSession) tap(orders ...store.OrderRows) []store.OrderRows {
	f.t.Helper()
	return f.commit(f.batch(orders...)).Orders
}

func (f *multiSession) load() *store.Snapshot {
	f.t.Helper()
	snap, err := f.Store.Load(f.ctx, f.id)
	f.NoError(err)
	return snap
}

func (f *multiSession) read(ids ...protocol.OrderID) []store.OrderRows {
	f.t.Helper()
	var rows []store.OrderRows
	for len(ids) > 0 {
		some, read, err := f.Store.Orders(f.ctx, f.id, ids)
		f.NoError(err)
		f.Positive(read)
		rows, ids = append(rows, some...), ids[read:]
	}
	return rows
}

func (f *multiSession) changes(after protocol.Seq, limit int) []store.Change {
	f.t.Helper()
	page, err := f.Store.Changes(f.ctx, f.id, after, limit)
	f.NoError(err)
	return page
}

// newOrder is an open order of run 1 whose id has its number.
func newOrder(number protocol.Number, lines ...store.LineRow) store.OrderRows {
	return store.OrderRows{Lines: lines, OrderRow: store.OrderRow{
		ID: protocol.OrderID(fmt.Sprintf("o%d", number)), Run: 1, Number: number, State: protocol.Open, Rev: 1,
		Body: fmt.Appendf(nil, `{"fields":{"partner_id":%d}}`, number),
	}}
}

func newLine(n int, body string) store.LineRow {
	return store.LineRow{ID: protocol.LineID(fmt.Sprintf("l%d", n)), N: n, Body: []byte(body)}
}

func newPayment(n int, body string) store.PaymentRow {
	return store.PaymentRow{ID: protocol.PaymentID(fmt.Sprintf("p%d", n)), N: n, Body: []byte(body)}
}

// later is the next version of an order: only its row.
func later(o store.OrderRows) store.OrderRows {
	next := store.OrderRows{OrderRow: o.OrderRow}
	next.Rev++
	next.Body = fmt.Appendf(nil, `{"rev":%d}`, next.Rev)
	return next
}

func closed(o store.OrderRows) store.OrderRows {
	next := later(o)
	next.State = protocol.Paid
	return next
}

func ids(orders []store.OrderRows) (list []protocol.OrderID) {
	for _, o := range orders {
		list = append(list, o.ID)
	}
	return list
}

func seqs(changes []store.Change) (list []protocol.Seq) {
	for _, c := range changes {
		list = append(list, c.Seq)
	}
	return list
}
