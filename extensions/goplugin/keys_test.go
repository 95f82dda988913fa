package goplugin_test

import (
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// What a record says of its order, and of a line's order what is declared,
// reaches a plugin whole; what was read of the order comes back.
func TestKeysOfTheOrder(t *testing.T) {
	o := mirrorOptions(t)
	o.Description.Reads[protocol.ModelOrder] = []protocol.Field{"course", "mt_state", "lines", "mt_mutation", "act"}
	k := start(t, o)
	require.Equal(t, []protocol.Field{"act", "course", "mt_state"}, k.host.Describe().ReadsOfOrder)

	order := withLines("o1", "keys")
	order.Number, order.Run, order.State, order.Tapped, order.Mutation = 12, 3, protocol.Cancelled, time.Unix(5, 0), "c1/7"
	order.Payments = []protocol.Payment{{
		NewPayment: protocol.NewPayment{ID: "p1", Method: "cash", Amount: "3", Offline: true, Ref: "r"},
		Needs:      protocol.NeedsRefund, By: &protocol.By{POS: &protocol.POS{ID: "1", Name: "Bar"}, User: &protocol.User{ID: "7", Name: "Ana"}}, At: "1970-01-01T00:00:05Z",
	}, {NewPayment: protocol.NewPayment{ID: "p2", Method: "card", Amount: "4"}, By: &protocol.By{Server: protocol.ByKeptPayment}}}
	order.Merged["course"] = `"main"`
	line := &hooks.Snapshot{RecordHead: order.RecordHead, Merged: protocol.Fields{"qty": "1"}, Payments: order.Payments, Lines: order.Lines, Parent: order}
	line.Model, line.Line, line.N = protocol.ModelOrderline, "l1", 1

	results, err := k.host.Run(t.Context(), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{line, order}})
	require.NoError(t, err)
	for _, r := range results {
		require.NoError(t, r.Err)
	}
	const keys = `"cancelled",12,3,[{"amount":3,"at":"1970-01-01T00:00:05Z","by":{"pos":{"id":"1","name":"Bar"},"user":{"id":"7","name":"Ana"}},"id":"p1","method":"cash","needs":"refund","offline":true,"ref":"r"},` +
		`{"amount":4,"by":{"server":"kept_payment"},"id":"p2","method":"card"}],"1970-01-01T00:00:05Z","c1/7"]`
	require.Equal(t, protocol.Value("["+keys), results[0].Export["own"])
	require.Equal(t, protocol.Value(`["main",`+keys), results[0].Export["orders"])
	require.Equal(t, []protocol.Field{"mt_state", "mt_number", "mt_run", "course"}, results[0].ReadOfOrder)
	require.NotContains(t, results[0].Read, protocol.Field("course"))
	require.Equal(t, protocol.Value("["+keys), results[1].Export["seen"])
	require.Subset(t, results[1].Read, []protocol.Field{"mt_state", "mt_number", "mt_run", "mt_payments", hooks.KeyChance})
	require.Empty(t, results[1].ReadOfOrder)
}

// A line's hook that reads of its order what isn't declared is told so.
func TestOrderThatIsNotDeclared(t *testing.T) {
	k := start(t, mirrorOptions(t))
	require.Nil(t, k.host.Describe().ReadsOfOrder)
	order := withLines("o1", "")
	line := &hooks.Snapshot{RecordHead: order.RecordHead, Merged: protocol.Fields{}, Lines: order.Lines, Parent: order}
	line.Model, line.Line = protocol.ModelOrderline, "l1"
	results, err := k.host.Run(t.Context(), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{line}})
	require.NoError(t, err)
	require.ErrorContains(t, results[0].Err, "course isn't handed over: name it under reads in extension.yaml")
}

// Lines that a hook puts come back as they were put, where the manifest says so.
func TestPutLines(t *testing.T) {
	for _, c := range []struct {
		does  string
		lines bool
		err   string
	}{
		{"put", true, ""},
		{"put badly", true, "put line a: its fields are an object"},
		{"put", false, "put lines only where extension.yaml says lines: true"},
	} {
		o := mirrorOptions(t)
		o.Description.Lines = c.lines
		k := start(t, o)
		results, err := k.host.Run(t.Context(), &extensions.Batch{MultiSession: "m", Records: []hooks.Record{withLines("o1", c.does)}})
		require.NoError(t, err)
		if c.err != "" {
			require.ErrorContains(t, results[0].Err, c.err)
			continue
		}
		require.NoError(t, results[0].Err)
		require.Equal(t, []hooks.PutLine{
			{Key: "a b", Fields: protocol.Fields{"product_id": "9", "qty": "1.5", "note": protocol.Null}},
			{Key: "second", Fields: protocol.Fields{"qty": "0"}},
		}, results[0].Lines)
	}
}
