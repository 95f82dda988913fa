package order

import (
	"fmt"

	"github.com/manytill/manytill/sdk/protocol"
)

// The orders that ops name: those that are there, and new ones.

// named is the draft of an order, made at first mention; nil if there is no
// such order.
func (t *try) named(id protocol.OrderID) *Order {
	for _, d := range t.drafts {
		if d.ID == id {
			return d
		}
	}
	o := t.view.Order(id)
	if o == nil {
		return nil
	}
	if o.Broken {
		t.broken = o
	}
	d := o.draft()
	t.drafts = append(t.drafts, d)
	return d
}

// open is the draft of an order that must be open.
func (t *try) open(id protocol.OrderID, line protocol.LineID) (*Order, *protocol.Rejection) {
	o := t.named(id)
	if o == nil {
		return nil, &protocol.Rejection{
			Code: protocol.NotFound, Order: id, Line: line,
			Message: fmt.Sprintf("there is no order %s; create it first", id),
		}
	}
	if o.State != protocol.Open {
		return nil, closedRejection(o, line)
	}
	return o, nil
}

// movedOn tells where the line of an op on a closed order went: it may be open
// there. A line.add is of a line that is nowhere yet.
func (t *try) movedOn(op *Op) *protocol.Rejection {
	o := t.named(op.Order)
	if o == nil || op.Kind == protocol.KindLineAdd {
		return nil
	}
	if line := o.Line(op.Line); line != nil && line.Gone != nil && line.Gone.MovedTo != "" {
		return goneRejection(o, line)
	}
	return nil
}

func closedRejection(o *Order, line protocol.LineID) *protocol.Rejection {
	r := &protocol.Rejection{
		Code: protocol.OrderClosed, Order: o.ID, Line: line, State: o.State,
		Message: fmt.Sprintf("order %d is %s and changes no more; put this on a new order", o.Number, o.State),
	}
	if o.Ended != nil {
		r.Seq, r.By = o.Ended.Seq, decodeBy(o.Ended.By)
	}
	return r
}

// brokenRejection is of an order that the store can't give any more. The caller
// adds the reference.
func brokenRejection(o *Order) *protocol.Rejection {
	return &protocol.Rejection{
		Code: protocol.Internal, Order: o.ID,
		Message: fmt.Sprintf("order %d (%s) is damaged in the server's database and was set apart; put this on a new order, and tell whoever runs the server (manytill verify)", o.Number, o.ID),
	}
}

func decodeBy(v protocol.Value) *protocol.By {
	if v.IsNull() {
		return nil
	}
	by := new(protocol.By)
	if v.Decode(by) != nil {
		return nil
	}
	return by
}

func (t *try) create(op *Op) *protocol.Rejection {
	if o := t.named(op.Order); o != nil {
		return &protocol.Rejection{
			Code: protocol.Exists, Order: op.Order,
			Message: fmt.Sprintf("order id %s is taken (order %d, %s); use a new id", op.Order, o.Number, o.State),
		}
	}
	o := t.newOrder(op.Order)
	t.grows(o)
	return t.setOrder(o, op)
}

// newOrder is a draft of an order that isn't there yet; it takes a number.
func (t *try) newOrder(id protocol.OrderID) *Order {
	o := &Order{
		ID: id, State: protocol.Open, Run: t.env.Run, Created: t.env.Seq,
		Number: t.env.Number + protocol.Number(len(t.created)),
	}
	o.Info = Info{Created: t.author(), Changed: t.author(), Seq: t.env.Seq}
	t.created = append(t.created, id)
	t.drafts = append(t.drafts, o)
	t.touch(o)
	return o
}
