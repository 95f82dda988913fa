package oldwire

import (
	"fmt"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// remove ends an order: it was paid, or thrown away. One that was paid offline comes
// with it whole.
func (v *visit) remove(m *message) (any, error) {
	uid := protocol.OrderID(m.data.Get("uid").String())
	if !protocol.ValidID(uid) {
		return nil, protocol.Errorf(protocol.BadRequest, "message.data.uid must be an order's id, not %.80q", uid)
	}
	revision := counted(m.data.Get("revision_ID"))
	offline := gjson.Parse(m.data.Get("order_data").String()).Get("data")
	paid := m.data.Get("finalized").Bool() || offline.IsObject()
	h, err := v.head(uid)
	if err != nil {
		v.bridge.warn("an order can't be read; it isn't closed", "pos", v.till.pos, "order", uid, "error", err)
		return nothing{}, nil
	}
	if offline.IsObject() && (h == nil || h.State == protocol.Open) {
		if offline.Get("uid").String() != string(uid) {
			return nil, protocol.Errorf(protocol.BadRequest, "message.data.order_data is of another order than message.data.uid")
		}
		answer, err := v.update(m, offline)
		if err != nil {
			return nil, err
		}
		if taken, is := answer.(accepted); is {
			revision = taken.Revision
		}
		if h, err = v.head(uid); err != nil {
			return nil, err
		}
	}
	switch {
	case h == nil && offline.IsObject():
		return refuse(uid, ""), nil // what refused it is among the rejections, and the till keeps it
	case h == nil:
		return v.number(0), nil
	case h.State != protocol.Open:
		return v.late(m, h, offline)
	}
	hold, err := v.holding(uid)
	if err != nil {
		return nil, err
	}
	if offline.IsObject() {
		hold.Tender = readTender(offline)
	}
	return v.end(m, h, hold, revision, paid, offline)
}

// withMoney adds the payments of an order that was paid offline to what was done to it:
// the sale is a fact, and with money in the same mutation no extension refuses it.
func withMoney(m *message, ops protocol.Ops, snap *snapshot) protocol.Ops {
	if m.action != removeOrder {
		return ops
	}
	return append(ops, pays(snap.uid, snap.tender)...)
}

// end closes an open order. What others did that the till hadn't seen isn't closed
// with it: paid, it goes to a new order; thrown away, the order stays.
func (v *visit) end(m *message, h *head, hold *holding, revision int64, paid bool, offline gjson.Result) (any, error) {
	seen := h.created // of a revision that isn't known: of others' lines those that it shows, or none
	switch i := hold.at(revision); {
	case i >= 0 && !v.stranger:
		seen = hold.Views[i].Seq
	case !paid:
		v.bridge.warn("an order's revision isn't known; it isn't thrown away, and the till reads it again", "pos", v.till.pos, "order", h.ID, "revision", revision)
		v.want(h.ID)
		return refuse(h.ID, ""), nil
	default:
		seen = max(seen, hold.seen(offline.Get("lines.#.2.uid").Array()))
	}
	state, ops := protocol.Cancelled, protocol.Ops(nil)
	if paid {
		state, ops = protocol.Paid, pays(h.ID, hold.Tender)
	}
	ops = append(ops, protocol.OrderClose{Order: h.ID, State: state, Base: &seen})
	if _, _, err := v.tell(ops, readUser(m.data), nil); err != nil {
		return nil, err
	}
	now, err := v.head(h.ID)
	if err != nil {
		return nil, err
	}
	if now.State == protocol.Open {
		v.want(h.ID)
		return refuse(h.ID, ""), nil
	}
	v.drop(h.ID)
	return v.number(h.Number), nil
}

// late is of an order that is closed: once more is harmless, and money that was
// taken offline is kept, with a flag.
func (v *visit) late(m *message, h *head, offline gjson.Result) (any, error) {
	if offline.IsObject() {
		if _, _, err := v.tell(pays(h.ID, readTender(offline)), readUser(m.data), nil); err != nil {
			return nil, err
		}
	}
	v.drop(h.ID)
	return v.number(h.Number), nil
}

// pays are the payments that a till took: what its payment screen said last, and
// the change that it gave; or the total where it said nothing. The server is told
// afterwards, so they are offline.
func pays(id protocol.OrderID, t *tender) (ops protocol.Ops) {
	if t == nil {
		t = &tender{}
	}
	pay := func(name, method string, amount protocol.Value) {
		ops = append(ops, protocol.OrderPay{Order: id, Payment: protocol.NewPayment{
			ID: protocol.PaymentID("old:" + name), Method: method, Amount: amount, Offline: true,
		}})
	}
	for i, s := range t.Payments {
		pay(fmt.Sprint(i+1), s.Method, s.Amount)
	}
	if len(ops) == 0 {
		total := t.Total
		if total == "" {
			total = protocol.Num(decimal.Decimal{})
		}
		pay("total", unknownMethod, total)
		return ops
	}
	if given, ok := t.Return.Decimal(); ok {
		pay("return", t.Payments[0].Method, protocol.Num(given.Neg()))
	}
	return ops
}

// number is the last number, at least n.
func (v *visit) number(n protocol.Number) numberOnly {
	return numberOnly{max(n, v.bridge.lastNumber(v.session.ID, v.session.Feed.State().Run))}
}
