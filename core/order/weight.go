package order

import (
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// What an order takes, and what one POS may hold open. A limit refuses growth
// alone: whatever is above it can still be paid, closed and shrunk.

// Held is what the open orders of one POS take: those that it created.
type Held struct{ Orders, Bytes int }

// Plus is the sum of both.
func (h Held) Plus(other Held) Held { return Held{h.Orders + other.Orders, h.Bytes + other.Bytes} }

// Holds is what an order counts for its owner.
func (o *Order) Holds() Held {
	if o.State != protocol.Open {
		return Held{}
	}
	return Held{1, o.Bytes()}
}

// Owner is the POS that created the order; "" if it isn't known.
func (o *Order) Owner() protocol.POSID { return ownerOf(o.Info.Created) }

func ownerOf(author protocol.Value) protocol.POSID {
	return protocol.POSID(gjson.Get(string(author), "pos.id").Str)
}

// Bytes is about what tills are sent of the order, as of the last Weigh.
func (o *Order) Bytes() int { return o.content + o.paid }

// Weigh counts anew what the order takes. Of a draft it looks only at what was
// touched.
func (o *Order) Weigh() {
	o.content, o.paid = o.own(), 0
	for i := range o.Payments {
		o.paid += o.Payments[i].bytes()
	}
	if o.below != nil {
		o.content += o.below.content - o.below.own()
	}
	for id, line := range o.lines {
		o.content += line.bytes()
		if o.below == nil {
			continue
		}
		if was := o.below.Line(id); was != nil {
			o.content -= was.bytes()
		}
	}
}

// What JSON needs around the values of a record: keys, quotes, commas.
const (
	orderFrame   = 120
	lineFrame    = 64
	paymentFrame = 100
	fieldFrame   = 4
)

func (o *Order) own() int {
	n := orderFrame + len(o.ID) + o.Fields.bytes() + o.Info.bytes()
	for i := range o.Reviews {
		n += len(o.Reviews[i].Extension) + len(o.Reviews[i].Message)
	}
	return n
}

func (l *Line) bytes() int {
	n := lineFrame + len(l.ID) + l.Fields.bytes() + l.Info.bytes()
	if l.Gone != nil {
		n += len(l.Gone.By)
	}
	return n
}

func (p *Payment) bytes() int {
	return paymentFrame + len(p.ID) + len(p.Method) + len(p.Ref) + len(p.By)
}

func (c Cells) bytes() (n int) {
	for i := range c {
		n += fieldFrame + len(c[i].Field) + len(c[i].Value)
	}
	return n
}

func (i *Info) bytes() int { return len(i.Created) + len(i.Changed) }

// grows notes an order that an op may have made larger.
func (t *try) grows(o *Order) {
	for _, known := range t.grown {
		if known == o {
			return
		}
	}
	t.grown = append(t.grown, o)
}

// overLimit looks at what the mutation made larger.
func (t *try) overLimit() *protocol.Rejection {
	if len(t.grown) == 0 {
		return nil
	}
	for _, o := range t.drafts {
		o.Weigh()
	}
	limits := &t.env.Limits
	for _, o := range t.grown {
		was := 0
		if o.below != nil {
			was = o.below.content
		}
		if limits.OrderBytes > 0 && o.content > limits.OrderBytes && o.content > was {
			return &protocol.Rejection{
				Code: protocol.LimitReached, Order: o.ID, Limit: limits.OrderBytes,
				Message: fmt.Sprintf("%s would take %s; one order may take %s (limits.order_bytes): shorten its texts, or put the rest on another order",
					o.name(), size(o.content), size(limits.OrderBytes)),
			}
		}
	}
	for _, o := range t.grown {
		if r := t.overHeld(o); r != nil {
			return r
		}
	}
	return nil
}

// overHeld looks at what the owner of an order would hold open.
func (t *try) overHeld(o *Order) *protocol.Rejection {
	owner, limits := o.Owner(), &t.env.Limits
	if o.State != protocol.Open || t.env.Held == nil {
		return nil
	}
	var more Held
	for _, draft := range t.drafts {
		if draft.Owner() != owner {
			continue
		}
		is := draft.Holds()
		if draft.below != nil {
			was := draft.below.Holds()
			is = is.Plus(Held{-was.Orders, -was.Bytes})
		}
		more = more.Plus(is)
	}
	all := t.env.Held(owner).Plus(more)
	if limits.OpenOrders > 0 && more.Orders > 0 && all.Orders > limits.OpenOrders {
		return &protocol.Rejection{
			Code: protocol.LimitReached, Order: o.ID, Limit: limits.OpenOrders,
			Message: fmt.Sprintf("POS %s has %d open orders; one POS may have %d (limits.open_orders): close or cancel some first",
				owner, all.Orders-more.Orders, limits.OpenOrders),
		}
	}
	if limits.OpenBytes > 0 && more.Bytes > 0 && all.Bytes > limits.OpenBytes {
		return &protocol.Rejection{
			Code: protocol.LimitReached, Order: o.ID, Limit: limits.OpenBytes,
			Message: fmt.Sprintf("the open orders of POS %s would take %s; those of one POS may take %s (limits.open_bytes): close or cancel some first",
				owner, size(all.Bytes), size(limits.OpenBytes)),
		}
	}
	return nil
}

// name is how people know an order.
func (o *Order) name() string {
	if o.below == nil {
		return "the new order"
	}
	return fmt.Sprintf("order %d", o.Number)
}

func size(n int) string { return humanize.IBytes(uint64(max(n, 0))) }
