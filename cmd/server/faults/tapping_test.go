package faults_test

import (
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// tapping are the things that a user does.
func (w *simulation) tapping() []choice {
	with := w.atTill
	return []choice{
		with("new order", 16, (*till).tapNew),
		with("add", 20, (*till).tapAdd),
		with("inc", 24, (*till).tapInc),
		with("set", 12, (*till).tapSet),
		with("remove", 6, (*till).tapRemove),
		with("move", 6, (*till).tapMove),
		with("pay", 8, (*till).tapPay),
		with("settle", 8, (*till).tapSettle),
		with("cancel", 2, (*till).tapCancel),
		with("nonsense", 2, (*till).tapNonsense),
		with("cashier", 4, (*till).changeCashier),
	}
}

func (t *till) add(order protocol.OrderID) protocol.Op {
	return protocol.LineAdd{
		Order: order, Line: protocol.LineID(t.w.id(pick(t.w.dice, []string{"l", "constructor", "_-."}))),
		Set: protocol.Fields{
			"product_id": pick(t.w.dice, []protocol.Value{"5", "7", "1e15", "0.000000001", `"__proto__"`, "\"\\u2028\\ud800\""}),
			"qty":        protocol.Int(1 + t.w.dice(3)), "price_unit": pick(t.w.dice, []protocol.Value{"4.8", "4.80", "1e-9", "-999999999999999", "48e-1"}),
		},
	}
}

func (t *till) tapNew() {
	order := protocol.OrderID(t.w.id(pick(t.w.dice, []string{"o", "__proto__", "a:b.-"})))
	create := protocol.OrderCreate{Order: order, Set: protocol.Fields{"partner_id": protocol.Int(t.w.dice(5))}}
	if t.w.dice.one(3) {
		t.tap(create) // an empty one, that stays here until its first line
		return
	}
	t.tap(create, t.add(order))
}

// onOrder does something with an order on the screen, if there is one.
func (t *till) onOrder(state protocol.State, lines bool, do func(protocol.OrderID)) {
	if ids := t.shown(state, lines); len(ids) > 0 {
		do(pick(t.w.dice, ids))
	}
}

// onLine does something with a line on the screen.
func (t *till) onLine(do func(protocol.OrderID, protocol.LineID)) {
	t.onOrder(protocol.Open, true, func(id protocol.OrderID) { do(id, pick(t.w.dice, t.m.Order(id).Lines).ID) })
}

func (t *till) tapAdd() {
	t.onOrder(protocol.Open, false, func(id protocol.OrderID) { t.tap(t.add(id)) })
}

func (t *till) tapInc() {
	t.onLine(func(o protocol.OrderID, l protocol.LineID) {
		by := pick(t.w.dice, []protocol.Value{"1", "1", "2", "-1", "0.5", "0", "0.000000001", "1E1"})
		t.tap(protocol.LineInc{Order: o, Line: l, Field: "qty", By: by})
	})
}

func (t *till) tapSet() {
	t.onLine(func(o protocol.OrderID, l protocol.LineID) {
		switch t.w.dice(4) {
		case 0:
			t.tap(protocol.OrderSet{Order: o, Set: protocol.Fields{"partner_id": protocol.Int(t.w.dice(5))}})
		case 1:
			t.tap(protocol.LineSet{Order: o, Line: l, Set: protocol.Fields{
				"description": pick(t.w.dice, []protocol.Value{protocol.Text(t.w.id("note ")), `""`, "null", "\"\\udc00\\u0000\""}),
				"tax_ids":     pick(t.w.dice, []protocol.Value{"[]", "[1,1,\"1\"]", "null", `["constructor"]`}), "nobodys": `{"__proto__":[[]]}`,
			}})
		default:
			t.tap(protocol.LineSet{Order: o, Line: l, Set: protocol.Fields{"discount": protocol.Int(5 * t.w.dice(4))}})
		}
	})
}

func (t *till) tapRemove() {
	t.onLine(func(o protocol.OrderID, l protocol.LineID) {
		t.tap(protocol.LineRemove{Order: o, Line: l})
	})
}

func (t *till) tapMove() {
	t.onLine(func(o protocol.OrderID, l protocol.LineID) {
		to := pick(t.w.dice, append(t.shown(protocol.Open, false), protocol.OrderID(t.w.id("o"))))
		t.tap(protocol.LineMove{Order: o, Lines: []protocol.LineID{l}, To: to})
	})
}

func (t *till) payment(order protocol.OrderID) protocol.Op {
	return protocol.OrderPay{Order: order, Payment: protocol.NewPayment{
		ID: protocol.PaymentID(t.w.id("p")), Method: "cash", Amount: protocol.Int(1 + t.w.dice(20)),
		Offline: t.m.Status().Transport == client.Offline,
	}}
}

// tapPay pays some order: also one that is closed, as far as is shown.
func (t *till) tapPay() {
	t.onOrder("", true, func(id protocol.OrderID) { t.tap(t.payment(id)) })
}

func (t *till) tapSettle() {
	t.onOrder(protocol.Open, true, func(id protocol.OrderID) {
		t.tap(t.payment(id), protocol.OrderClose{Order: id, State: protocol.Paid})
	})
}

func (t *till) tapCancel() {
	t.onOrder(protocol.Open, true, func(id protocol.OrderID) {
		t.tap(protocol.OrderClose{Order: id, State: protocol.Cancelled})
	})
}

// tapNonsense is what the server refuses, whatever stands around it.
func (t *till) tapNonsense() {
	t.onLine(func(o protocol.OrderID, l protocol.LineID) {
		t.tap(t.payment(o), protocol.LineInc{Order: o, Line: l, Field: "product_id", By: "1"})
	})
}

func (t *till) changeCashier() {
	t.user = pick(t.w.dice, []*protocol.User{{ID: "7", Name: "Ana"}, {ID: "8", Name: "Ben"}, {ID: "9", Name: "Ćiro"}})
	t.step(clienttest.SetUser{User: t.user})
}
