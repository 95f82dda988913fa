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
	Limits     Limits
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
