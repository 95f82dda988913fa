package order

import (
	"fmt"

	"github.com/manytill/manytill/sdk/protocol"
)

func (t *try) pay(op *Op) *protocol.Rejection {
	o := t.named(op.Order)
	if o == nil {
		return &protocol.Rejection{
			Code: protocol.NotFound, Order: op.Order,
			Message: fmt.Sprintf("there is no order %s to pay; create it first", op.Order),
		}
	}
	p := op.Payment
	for _, known := range o.Payments {
		if known.ID != p.ID {
			continue
		}
		if known.Method == p.Method && known.Amount.Cmp(p.Amount) == 0 {
			return nil
		}
		return &protocol.Rejection{
			Code: protocol.Exists, Order: o.ID,
			Message: fmt.Sprintf("payment %s of order %d is %s %s; another payment needs an id of its own",
				p.ID, o.Number, known.Method, known.Amount),
		}
	}
	if len(o.Payments) >= t.env.Limits.Payments {
		return limitRejection(o, "", t.env.Limits.Payments, "payments")
	}
	bytes := p.bytes() + len(t.env.Author)
	for i := range o.Payments {
		bytes += o.Payments[i].bytes()
	}
	if limit := t.env.Limits.PaymentBytes; limit > 0 && bytes > limit {
		return limitRejection(o, "", limit, "bytes of payments")
	}
	switch o.State {
	case protocol.Open:
	case protocol.Abandoned:
		p.Needs = protocol.NeedsReview
	default:
		p.Needs = protocol.NeedsRefund
	}
	p.By, p.At, p.Seq, p.Client = t.env.Author, t.env.Now, t.env.Seq, t.env.Client
	o.Payments = append(o.Payments, p)
	t.touchContent(o)
	return nil
}

func (t *try) close(op *Op) *protocol.Rejection {
	o := t.named(op.Order)
	switch {
	case o != nil && o.State == op.State:
		return nil
	case o == nil || o.State != protocol.Open:
		_, r := t.open(op.Order, "")
		return r
	}
	unseen := op.Base != nil && (*op.Base > t.env.Head || o.Content.staleFor(t.env.Client, *op.Base))
	if unseen {
		if !o.MoneyTaken() {
			return &protocol.Rejection{
				Code: protocol.StaleBase, Order: o.ID,
				Message: fmt.Sprintf("order %d was changed meanwhile; look at the new total and decide again", o.Number),
			}
		}
		t.partUnseen(o, *op.Base)
	}
	t.finish(o, op.State)
	if op.State != protocol.Paid || !unseen { // else it is paid for what the payer saw, whatever is left of it
		t.moneyLeft(o)
	}
	return nil
}

func (t *try) finish(o *Order, state protocol.State) {
	t.touch(o)
	o.State = state
	o.Ended = &End{By: t.env.By, Seq: t.env.Seq}
}

// partUnseen: the money was taken offline for what the payer had seen. Lines
// that others added since go to a new order that follows this one; any other
// difference is for somebody to look at.
func (t *try) partUnseen(o *Order, base protocol.Seq) {
	var unseen []*Line
	for _, line := range o.Lines() {
		if protocol.IsOwnLine(line.ID) {
			continue // hooks put it on both sides
		}
		added := line.Added.staleFor(t.env.Client, base)
		switch {
		case added && line.Gone == nil:
			unseen = append(unseen, line)
		case !added && line.Touched.staleFor(t.env.Client, base):
			t.review(o)
		}
	}
	for _, p := range o.Payments {
		if p.Client != t.env.Client && p.Seq > base {
			t.review(o)
		}
	}
	if base > t.env.Head {
		t.review(o)
	}
	if len(unseen) == 0 {
		return
	}
	next := t.newOrder(t.freeID())
	next.Fields = next.Fields.with(Cell{
		Field: fieldFollows, Value: protocol.Text(string(o.ID)), Stamp: Stamp{Seq: t.env.Seq},
	})
	for _, line := range unseen {
		t.move(o, line, next)
	}
}

const fieldFollows protocol.Field = "follows"

func (t *try) review(o *Order) {
	t.touch(o)
	o.Needs = protocol.NeedsReview
}

// freeID is an id of the server's for a new order. A seq is used once, so
// only a client that guesses can have taken it.
func (t *try) freeID() protocol.OrderID {
	id := protocol.OrderID(fmt.Sprintf("follows:%d", t.env.Seq))
	for n := len(t.created) + 1; t.named(id) != nil; n++ {
		id = protocol.OrderID(fmt.Sprintf("follows:%d.%d", t.env.Seq, n))
	}
	return id
}

// Close closes an open order in the server's name: an admin's void, or the end
// of a run. It returns the draft, or the rejection of one that isn't open.
func Close(view View, id protocol.OrderID, state protocol.State, env *Env) (*Order, *protocol.Rejection) {
	t := &try{view: view, env: env}
	o, r := t.open(id, "")
	if t.broken != nil {
		r = brokenRejection(t.broken)
	}
	if r != nil {
		return nil, r
	}
	t.finish(o, state)
	t.moneyLeft(o)
	return o, nil
}
