package sqlite_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/sqlite"
	"github.com/manytill/manytill/sdk/protocol"
)

// pad is JSON of about n bytes, as long as real bodies are.
func pad(n int) []byte { return []byte(`{"x":"` + strings.Repeat("abcdefghij", n/10) + `"}`) }

var changePad, resultPad, orderPad, linePad = string(pad(260)), pad(110), pad(490), pad(390)

// busyMultiSession writes mutations like a busy multi-session's: each changes one of its
// open orders and one of that order's lines.
type busyMultiSession struct {
	id     protocol.MultiSessionID
	client protocol.ClientID
	head   protocol.Seq
	orders int // how many are open
	count  []int
}

// newBusyMultiSession makes a multi-session; the first mutations make its orders.
func newBusyMultiSession(t testing.TB, s *sqlite.Store, id protocol.MultiSessionID, orders int) *busyMultiSession {
	f := &busyMultiSession{id: id, client: protocol.ClientID("018f3c1e-77aa-" + string(id)), orders: orders, count: make([]int, orders)}
	require.NoError(t, s.PutMultiSession(context.Background(), store.MultiSession{ID: id, Name: "Floor", Active: true}, nil))
	return f
}

// batch is the next n mutations.
func (f *busyMultiSession) batch(n int) *store.Batch {
	b := &store.Batch{MultiSession: f.id, Expect: f.head, At: time.Now()}
	if f.head == 0 {
		b.Clients = []store.Client{{ID: f.client, POS: "bar", MultiSession: f.id}}
		b.Run = &store.RunRow{Run: 1, Open: true}
	}
	for i := range n {
		seq := f.head + 1 + protocol.Seq(i)
		order := int(seq) % f.orders
		f.count[order]++
		id := protocol.OrderID(fmt.Sprintf("018f3c1e-77aa-%08d", order))
		line := f.count[order] % 20
		b.Changes = append(b.Changes, store.Change{Seq: seq, Body: fmt.Appendf(nil, `{"seq":%d,"orders":{%q:%s}}`, seq, id, changePad)})
		b.Outcomes = append(b.Outcomes, store.Outcome{Client: f.client, ID: protocol.MutationID(seq), Result: resultPad})
		row := store.OrderRows{OrderRow: store.OrderRow{
			ID: id, Run: 1, Number: protocol.Number(order + 1), State: protocol.Open, Rev: int64(f.count[order]),
			Created: protocol.Seq(order), Seq: seq, At: b.At, Body: orderPad,
		}}
		if order == 0 {
			row.Created = protocol.Seq(f.orders)
		}
		row.Lines = []store.LineRow{{ID: protocol.LineID(fmt.Sprintf("018f3c1e-%08d", line)), N: line + 1, Seq: seq, Body: linePad}}
		b.Orders = append(b.Orders, row)
	}
	return b
}

// commit writes the next n mutations.
func (f *busyMultiSession) commit(s *sqlite.Store, n int) error {
	b := f.batch(n)
	err := s.Commit(context.Background(), b)
	if err == nil {
		f.head += protocol.Seq(n)
	}
	return err
}
