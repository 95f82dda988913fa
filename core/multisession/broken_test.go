package multisession_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestPrunedOrder answers as what it is: closed, with ids that are known. A
// late payment is a change that every reader can read.
func TestPrunedOrder(t *testing.T) {
	f := newMemSession(t)
	f.do("a1", createO1)
	pay := `[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":2.5}}]`
	f.do("a1", pay)
	f.do("a1", `[{"op":"order.close","order":"o1","state":"paid"}]`)
	_, err := f.store.Prune(t.Context(), f.clock.Add(time.Hour), false)
	require.NoError(t, err)
	f.restart(0)
	before := f.session.Feed.Head()
	cursor := f.session.Feed.Cursor(before)

	shown := f.stored("o1")
	require.True(t, shown.Pruned)
	require.Equal(t, protocol.Paid, shown.State)
	require.Len(t, shown.Payments, 1)
	require.Empty(t, shown.Lines)
	for _, ops := range []string{
		`[{"op":"order.set","order":"o1","set":{"partner_id":1}}]`, `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`,
		`[{"op":"line.add","order":"o1","line":"l2","set":{}}]`, `[{"op":"order.close","order":"o1","state":"cancelled"}]`,
	} {
		r := f.do("b1", ops)
		require.Equal(t, protocol.OrderClosed, r.Code, ops)
		require.Equal(t, protocol.Paid, r.State, ops)
	}
	require.Equal(t, protocol.Exists, f.do("b1", `[{"op":"order.create","order":"o1","set":{}}]`).Code)
	require.Equal(t, protocol.Exists, f.do("b1", `[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":3}}]`).Code)
	require.Nil(t, f.do("b1", pay).Rejection, "the same payment again changes nothing")
	require.Len(t, f.stored("o1").Payments, 1)

	late := f.do("b1", `[{"op":"order.pay","order":"o1","payment":{"id":"p2","method":"cash","amount":2.5}}]`)
	require.Nil(t, late.Rejection)
	at, bad := f.session.Check(t.Context(), cursor)
	require.Nil(t, bad, "a cursor of a dropped change at the head is good for what follows")
	page, bad := f.session.Page(t.Context(), at, "", 10)
	require.Nil(t, bad)
	var changes []protocol.Change
	require.NoError(t, json.Unmarshal([]byte("["+string(page.Changes)+"]"), &changes), string(page.Changes))
	require.Equal(t, protocol.NeedsRefund, changes[len(changes)-1].Orders["o1"].Payments[0].Needs)
	f.restart(0)
	shown = f.stored("o1")
	require.True(t, shown.Pruned, "its lines are gone for ever")
	require.Len(t, shown.Payments, 2)
	require.Equal(t, protocol.NeedsRefund, shown.Payments[1].Needs)
}

// stored is an order as the store has it.
func (f *memSession) stored(id protocol.OrderID) (o protocol.Order) {
	rows, _, err := f.store.Orders(context.Background(), main, []protocol.OrderID{id})
	require.NoError(f.t, err)
	require.Len(f.t, rows, 1)
	body, err := multisession.OrderJSON(&rows[0])
	require.NoError(f.t, err)
	require.NoError(f.t, json.Unmarshal(body, &o), string(body))
	return o
}

// TestBrokenRows: an order that the store can't give is left out and refuses
// what is asked of it; all others go on.
func TestBrokenRows(t *testing.T) {
	f := newMemSession(t)
	f.do("a1", createO1)
	f.do("a1", `[{"op":"order.create","order":"o2","set":{}},{"op":"line.add","order":"o2","line":"l1","set":{"qty":1}}]`)
	rows, _, err := f.store.Orders(t.Context(), main, []protocol.OrderID{"o1"})
	require.NoError(t, err)
	rows[0].Lines[0].Body = bytes.Replace(rows[0].Lines[0].Body, []byte(`"qty":1`), []byte(`"qty":`), 1)
	rows[0].Seq = 3
	require.NoError(t, f.store.Commit(t.Context(), &store.Batch{
		MultiSession: main, Expect: 2, At: f.clock, Orders: rows,
		Changes: []store.Change{{Seq: 3, Body: []byte(`{"seq":3,"orders":{"o1":{"set":{"a":}}}}`)}},
	}))
	at := f.session.Feed.Head()
	f.restart(0)
	open := f.snapshot()
	require.Len(t, open, 1)
	require.Equal(t, protocol.OrderID("o2"), open[0].ID)
	_, bad := f.session.Page(t.Context(), at, "", 10)
	require.Equal(t, protocol.ResetRequired, protocol.CodeOf(bad), "who is before the change takes a snapshot")
	require.Equal(t, protocol.CursorExpired, protocol.ReasonOf(bad))

	results := f.pushAll("a1", []string{
		`[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`,
		`[{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":1}}]`,
		`[{"op":"line.move","order":"o2","lines":["l1"],"to":"o1"}]`,
		`[{"op":"line.inc","order":"o2","line":"l1","field":"qty","by":1}]`,
	})
	for _, r := range results[:3] {
		require.Equal(t, protocol.Internal, r.Code)
		require.NotEmpty(t, r.Ref)
		require.Contains(t, r.Message, "order 1 (o1) is damaged")
		require.Empty(t, r.Kept)
	}
	require.Nil(t, results[3].Rejection)
	require.Equal(t, protocol.Internal, protocol.CodeOf(f.ask(&multisession.Void{Order: "o1"}).Err))
	require.Equal(t, results[0].Ref, f.result(f.push("a1", 3, `[{"op":"line.inc","order":"o1","line":"l1","field":"qty","by":1}]`)).Ref, "a retry gets the same")
}

// garbler is a chain that writes what is no JSON into order o1.
type garbler struct{ *moody }

func (g garbler) Run(_ context.Context, wave *hooks.Wave) {
	for _, m := range wave.Mutations {
		for _, r := range m.Orders {
			if r.Head().Order == "o1" {
				r.Set("mood", `{"deep":`)
			}
		}
	}
}

// TestNoJSONIsNeverStored: the mutation whose change would be none is refused,
// its money is kept where it can be, the others go on.
func TestNoJSONIsNeverStored(t *testing.T) {
	f := newMemSessionWith(t, garbler{newMoody(t)})
	results := f.pushAll("a1", []string{
		`[{"op":"order.create","order":"o1","set":{}}]`,
		`[{"op":"order.create","order":"o2","set":{}}]`,
		`[{"op":"order.create","order":"o3","set":{}},{"op":"order.pay","order":"o2","payment":{"id":"p1","method":"cash","amount":1}},{"op":"order.create","order":"o1","set":{}}]`,
		`[{"op":"order.set","order":"o2","set":{"partner_id":7}}]`,
	})
	require.Equal(t, protocol.Internal, results[0].Code)
	require.NotEmpty(t, results[0].Ref)
	require.Nil(t, results[1].Rejection)
	require.Equal(t, protocol.Number(1), results[1].Orders["o2"].Number, "a refused one takes no number")
	require.Equal(t, protocol.Internal, results[2].Code)
	require.Equal(t, []protocol.PaymentID{"p1"}, results[2].Kept)
	require.Nil(t, results[3].Rejection)
	changes, err := f.store.Changes(t.Context(), main, 0, 10)
	require.NoError(t, err)
	require.Len(t, changes, 3)
	for _, c := range changes {
		require.True(t, order.Valid(c.Body), string(c.Body))
	}
	before := canonical(t, f.snapshot())
	f.restart(0)
	require.Equal(t, before, canonical(t, f.snapshot()))
}

// blind is a chain that forgets its schema, so that the merge panics.
type blind struct {
	*moody
	schema *protocol.Schema
}

func (b *blind) Schema() *protocol.Schema { return b.schema }
func (b *blind) Active() bool             { return false }
func (b *blind) Serial() bool             { return false }

// TestPanicIsOneMutations: the rest of the batch is decided, and the queue
// goes on.
func TestPanicIsOneMutations(t *testing.T) {
	chain := &blind{moody: newMoody(t)}
	f := newMemSessionWith(t, chain)
	results := f.pushAll("a1", []string{
		`[{"op":"order.create","order":"o1","set":{"partner_id":1}}]`, // looks into the schema
		`[{"op":"line.remove","order":"o9","line":"l1"}]`,
	})
	require.Equal(t, protocol.Internal, results[0].Code)
	require.Equal(t, protocol.NotFound, results[1].Code)
	chain.schema = protocol.CoreSchema()
	require.Equal(t, protocol.Applied, f.do("a1", createO1).Status)
}
