package order_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestRowsOfAnyKind: whatever of its members a row lacks (one that was pruned
// has none), what is made of it is JSON.
func TestRowsOfAnyKind(t *testing.T) {
	s := newCommittedOrders()
	for _, ops := range []string{
		`[{"op":"order.create","order":"o1","set":{"partner_id":7,"tags":["a"]}},{"op":"line.add","order":"o1","line":"l1","set":{"product_id":1,"qty":1}},
		  {"op":"line.add","order":"o1","line":"l2","set":{"product_id":1}},{"op":"line.add","order":"o1","line":"l3","set":{}}]`,
		`[{"op":"line.move","order":"o1","lines":["l2"],"to":"o2"},{"op":"line.remove","order":"o1","line":"l3"},
		  {"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":2,"ref":"r","offline":true}},{"op":"order.close","order":"o1","state":"paid"}]`,
	} {
		outcome, _ := s.apply(t, "a", ops)
		require.Nil(t, outcome.Rejection)
	}
	o := s.orders["o1"]
	bodies := map[string][]byte{"order": o.AppendBody(nil), "payment": o.Payments[0].AppendBody(nil)}
	for _, line := range o.Lines() {
		bodies[string(line.ID)] = line.AppendBody(nil, "o1")
	}
	again := func(name string, body []byte) *order.Order {
		of := func(kind string) []byte {
			if kind == name {
				return body
			}
			return bodies[kind]
		}
		fresh := &order.Order{ID: "o1", Number: 1, Run: 1, Rev: 2, State: protocol.Paid, Created: 1, Seq: 2}
		fresh.ReadBody(of("order"))
		for n, line := range []protocol.LineID{"l1", "l2", "l3"} {
			fresh.AddLine(line, n+1, of(string(line)))
		}
		fresh.AddPayment("p1", 2, of("payment"))
		return fresh
	}
	for name, body := range bodies {
		writes(t, again(name, nil), name+" pruned")
		var members map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &members))
		for member := range members {
			lacking := map[string]json.RawMessage{}
			for k, v := range members {
				if k != member {
					lacking[k] = v
				}
			}
			raw, err := json.Marshal(lacking)
			require.NoError(t, err)
			writes(t, again(name, raw), fmt.Sprintf("%s without %s", name, member))
		}
	}
	writes(t, again("none", nil), "whole")
}

// writes pays the order late and wants JSON of everything.
func writes(t *testing.T, o *order.Order, about string) {
	s := newCommittedOrders()
	s.head, s.orders["o1"] = 5, o
	outcome, change := s.apply(t, "b", `[{"op":"order.pay","order":"o1","payment":{"id":"p2","method":"cash","amount":1}}]`)
	require.Nil(t, outcome.Rejection, about)
	texts := map[string][]byte{
		"change": []byte(change), "order": o.AppendJSON(nil), "row": o.AppendBody(nil),
		"folded": order.AppendChange(nil, &protocol.ChangeHead{Seq: 9, From: 1}, []*order.Order{o}),
	}
	for i := range o.Payments {
		texts[fmt.Sprint("payment ", i)] = o.Payments[i].AppendBody(nil)
	}
	for _, line := range o.Lines() {
		texts[string(line.ID)] = line.AppendBody(nil, o.ID)
	}
	for kind, text := range texts {
		require.True(t, order.Valid(text), "%s, %s: %s", about, kind, text)
	}
	var shown protocol.Order
	require.NoError(t, json.Unmarshal(texts["order"], &shown), about)
	require.Equal(t, protocol.POSID("b"), shown.Fields.MSInfo().Changed.POS.ID, about)
}
