package order

import (
	"fmt"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Env is what a mutation meets besides the orders.
type Env struct {
	Client protocol.ClientID // "" is the server
	// By is canonical JSON: who the change is by. Author is the POS and user
	// for ms_info and payments; "" leaves ms_info alone.
	By, Author protocol.Value
	Now        time.Time
	Head       protocol.Seq // of the last change that is decided
	Seq        protocol.Seq // that the change will have
	Run        protocol.Run
	Number     protocol.Number // that the next new order will have
	Schema     *protocol.Schema
	// Versions are the schemas of extensions; nil: each is 1.
	Versions Versions
	// Putters are the enabled extensions that put lines.
	Putters []string
	Limits  Limits
	// Held is what a POS holds open before this mutation; nil doesn't limit it.
	Held func(protocol.POSID) Held
}

// Outcome is what [Apply] decided. With a Rejection the drafts hold the
// payments that are kept all the same, if there are any.
type Outcome struct {
	Drafts    []*Order // every order that was touched or named, by first mention
	Created   []protocol.OrderID
	Ignored   []string
	Why       map[string]string // of those whose value was at fault, what it must be
	Kept      []protocol.PaymentID
	Reviews   []protocol.Review // set by [Outcome.AddReview]
	Rejection *protocol.Rejection
}

// Apply decides one mutation over view: all its ops happen, or none and it is
// rejected. Neither view nor m changes. It is the merge of the protocol,
// sections 3 and 5.
func Apply(view View, m *Mutation, env *Env) *Outcome {
	t := &try{view: view, env: env}
	rejection := m.Shape
	for i := 0; i < len(m.Ops) && rejection == nil; i++ {
		rejection = t.op(&m.Ops[i])
		if t.broken != nil {
			rejection = brokenRejection(t.broken)
		}
		if rejection != nil && rejection.At == "" {
			rejection.At = m.Ops[i].at
		}
	}
	if rejection == nil {
		rejection = t.overLimit()
	}
	if rejection != nil {
		if rejection.Seq > env.Head {
			rejection.Seq = 0 // what its own ops did didn't happen
		}
		return Refuse(view, m, env, rejection)
	}
	return &Outcome{Drafts: t.drafts, Created: t.created, Ignored: t.ignored, Why: t.why}
}

// Refuse rejects a mutation. Money is a fact: its payments are kept where their
// order exists.
func Refuse(view View, m *Mutation, env *Env, why *protocol.Rejection) *Outcome {
	kept := &Outcome{Rejection: why}
	t := &try{view: view, env: env}
	for i := range m.Ops {
		op := &m.Ops[i]
		if op.Kind != protocol.KindOrderPay || op.bad {
			continue
		}
		if o := view.Order(op.Order); o == nil || o.Broken {
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
	created []protocol.OrderID
	grown   []*Order // those that ops may have made larger
	ignored []string
	why     map[string]string
	broken  *Order // one that was named and can't be read
}

func (t *try) op(op *Op) *protocol.Rejection {
	switch op.Kind {
	case protocol.KindOrderCreate:
		return t.create(op)
	case protocol.KindOrderPay:
		return t.pay(op)
	case protocol.KindOrderClose:
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
	case protocol.KindOrderSet:
		return t.setOrder(o, op)
	case protocol.KindLineAdd:
		return t.addLine(o, op)
	case protocol.KindLineSet:
		return t.setLine(o, op)
	case protocol.KindLineInc:
		return t.increment(o, op)
	case protocol.KindLineRemove:
		return t.removeLine(o, op)
	case protocol.KindLineMove:
		return t.moveLines(o, op)
	}
	return &protocol.Rejection{Code: protocol.UnknownOp, Message: fmt.Sprintf("no such op: %q", op.Kind)}
}

func (t *try) ignore(id string, field protocol.Field, why error) {
	name := id + "." + string(field)
	if !slices.Contains(t.ignored, name) {
		t.ignored = append(t.ignored, name)
	}
	if why != nil {
		if t.why == nil {
			t.why = map[string]string{}
		}
		t.why[name] = why.Error()
	}
}

func limitRejection(o *Order, line protocol.LineID, limit int, what string) *protocol.Rejection {
	return &protocol.Rejection{
		Code: protocol.LimitReached, Order: o.ID, Line: line, Limit: limit,
		Message: fmt.Sprintf("an order holds at most %d %s", limit, what),
	}
}

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

// What a mutation leaves on an order: revision, time, and who changed it.

// author is who ms_info names where there must be somebody.
func (t *try) author() protocol.Value {
	if t.env.Author != "" {
		return t.env.Author
	}
	return nobody
}

// nobody stands in ms_info where an author isn't known.
const nobody protocol.Value = `{"pos":{"id":"","name":""},"user":null}`

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
