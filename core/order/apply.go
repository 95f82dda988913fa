package order

import (
	"fmt"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk"
)

// Env is what a mutation meets besides the orders.
type Env struct {
	Client sdk.ClientID // "" is the server
	// By is canonical JSON: who the change is by. Author is the POS and user
	// for ms_info and payments; "" leaves ms_info alone.
	By, Author sdk.Value
	Now        time.Time
	Head       sdk.Seq // of the last change that is decided
	Seq        sdk.Seq // that the change will have
	Run        sdk.Run
	Number     sdk.Number // that the next new order will have
	Schema     *sdk.Schema
	Limits     Limits
}

// Outcome is what [Apply] decided. With a Rejection the drafts hold the
// payments that are kept all the same, if there are any.
type Outcome struct {
	Drafts    []*Order // every order that was touched or named, by first mention
	Created   []sdk.OrderID
	Ignored   []string
	Kept      []sdk.PaymentID
	Rejection *sdk.Rejection
}

// Apply decides one mutation over view: all its ops happen, or none and it is
// rejected. Neither view nor m changes. It is the merge of the protocol,
// sections 3 and 5.
func Apply(view View, m *Mutation, env *Env) *Outcome {
	t := &try{view: view, env: env}
	rejection := m.Shape
	for i := 0; i < len(m.Ops) && rejection == nil; i++ {
		if rejection = t.op(&m.Ops[i]); rejection != nil && rejection.At == "" {
			rejection.At = m.Ops[i].at
		}
	}
	if rejection != nil {
		if rejection.Seq > env.Head {
			rejection.Seq = 0 // what its own ops did didn't happen
		}
		return Refuse(view, m, env, rejection)
	}
	return &Outcome{Drafts: t.drafts, Created: t.created, Ignored: t.ignored}
}

// Refuse rejects a mutation. Money is a fact: its payments are kept where their
// order exists.
func Refuse(view View, m *Mutation, env *Env, why *sdk.Rejection) *Outcome {
	kept := &Outcome{Rejection: why}
	t := &try{view: view, env: env}
	for i := range m.Ops {
		op := &m.Ops[i]
		if op.Kind != sdk.OrderPay || op.bad || view.Order(op.Order) == nil {
			continue
		}
		before := len(t.named(op.Order).Payments)
		if t.pay(op) == nil && len(t.named(op.Order).Payments) > before {
			kept.Kept = append(kept.Kept, op.Payment.ID)
		}
	}
	if len(kept.Kept) > 0 {
		kept.Drafts = t.drafts
	}
	return kept
}

// try is one mutation under way. Its drafts are dropped if an op fails.
type try struct {
	view    View
	env     *Env
	drafts  []*Order
	created []sdk.OrderID
	ignored []string
}

func (t *try) op(op *Op) *sdk.Rejection {
	switch op.Kind {
	case sdk.OrderCreate:
		return t.create(op)
	case sdk.OrderPay:
		return t.pay(op)
	case sdk.OrderClose:
		return t.close(op)
	}
	o, rejection := t.open(op.Order, op.Line)
	if rejection != nil {
		if gone := t.movedOn(op); gone != nil {
			return gone
		}
		return rejection
	}
	switch op.Kind {
	case sdk.OrderSet:
		return t.setOrder(o, op)
	case sdk.LineAdd:
		return t.addLine(o, op)
	case sdk.LineSet:
		return t.setLine(o, op)
	case sdk.LineInc:
		return t.increment(o, op)
	case sdk.LineRemove:
		return t.removeLine(o, op)
	case sdk.LineMove:
		return t.moveLines(o, op)
	}
	return &sdk.Rejection{Code: sdk.UnknownOp, Message: fmt.Sprintf("no such op: %q", op.Kind)}
}

// named is the draft of an order, made at first mention; nil if there is no
// such order.
func (t *try) named(id sdk.OrderID) *Order {
	for _, d := range t.drafts {
		if d.ID == id {
			return d
		}
	}
	o := t.view.Order(id)
	if o == nil {
		return nil
	}
	d := o.draft()
	t.drafts = append(t.drafts, d)
	return d
}

// open is the draft of an order that must be open.
func (t *try) open(id sdk.OrderID, line sdk.LineID) (*Order, *sdk.Rejection) {
	o := t.named(id)
	if o == nil {
		return nil, &sdk.Rejection{
			Code: sdk.NotFound, Order: id, Line: line,
			Message: fmt.Sprintf("there is no order %s; create it first", id),
		}
	}
	if o.State != sdk.Open {
		return nil, closedRejection(o, line)
	}
	return o, nil
}

// movedOn tells where the line of an op on a closed order went: it may be open
// there. A line.add is of a line that is nowhere yet.
func (t *try) movedOn(op *Op) *sdk.Rejection {
	o := t.named(op.Order)
	if o == nil || op.Kind == sdk.LineAdd {
		return nil
	}
	if line := o.Line(op.Line); line != nil && line.Gone != nil && line.Gone.MovedTo != "" {
		return goneRejection(o, line)
	}
	return nil
}

func closedRejection(o *Order, line sdk.LineID) *sdk.Rejection {
	r := &sdk.Rejection{
		Code: sdk.OrderClosed, Order: o.ID, Line: line, State: o.State,
		Message: fmt.Sprintf("order %d is %s and changes no more; put this on a new order", o.Number, o.State),
	}
	if o.Ended != nil {
		r.Seq, r.By = o.Ended.Seq, decodeBy(o.Ended.By)
	}
	return r
}

func decodeBy(v sdk.Value) *sdk.By {
	if v.IsNull() {
		return nil
	}
	by := new(sdk.By)
	if v.Decode(by) != nil {
		return nil
	}
	return by
}

func (t *try) create(op *Op) *sdk.Rejection {
	if o := t.named(op.Order); o != nil {
		return &sdk.Rejection{
			Code: sdk.Exists, Order: op.Order,
			Message: fmt.Sprintf("order id %s is taken (order %d, %s); use a new id", op.Order, o.Number, o.State),
		}
	}
	return t.setOrder(t.newOrder(op.Order), op)
}

// newOrder is a draft of an order that isn't there yet; it takes a number.
func (t *try) newOrder(id sdk.OrderID) *Order {
	o := &Order{
		ID: id, State: sdk.Open, Run: t.env.Run, Created: t.env.Seq,
		Number: t.env.Number + sdk.Number(len(t.created)),
	}
	o.Info = Info{Created: t.author(), Changed: t.author(), Seq: t.env.Seq}
	t.created = append(t.created, id)
	t.drafts = append(t.drafts, o)
	t.touch(o)
	return o
}

// author is who ms_info names where there must be somebody.
func (t *try) author() sdk.Value {
	if t.env.Author != "" {
		return t.env.Author
	}
	return `{"pos":{"id":"","name":""},"user":null}`
}

// touch notes that this mutation changes the order.
func (t *try) touch(o *Order) {
	if o.Seq == t.env.Seq {
		return
	}
	o.Seq, o.At = t.env.Seq, t.env.Now
	o.Rev++
	t.changedBy(&o.Info)
}

func (t *try) changedBy(info *Info) {
	if t.env.Author != "" && info.Changed != t.env.Author {
		info.Changed, info.Seq = t.env.Author, t.env.Seq
	}
}

// touchContent notes a change of lines or payments.
func (t *try) touchContent(o *Order) {
	t.touch(o)
	o.Content = t.stamped(o.Content)
}

func (t *try) stamped(s Stamp) Stamp { return s.next(t.env.Seq, t.env.Client) }

func (t *try) ignore(id string, field sdk.Field) {
	if name := id + "." + string(field); !slices.Contains(t.ignored, name) {
		t.ignored = append(t.ignored, name)
	}
}

func limitRejection(o *Order, line sdk.LineID, limit int, what string) *sdk.Rejection {
	return &sdk.Rejection{
		Code: sdk.LimitReached, Order: o.ID, Line: line, Limit: limit,
		Message: fmt.Sprintf("an order holds at most %d %s", limit, what),
	}
}
