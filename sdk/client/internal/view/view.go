package view

import (
	"cmp"
	"slices"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// PendingMutation is a mutation that is replayed. With Payments not nil only the payments
// in it count: the rest was rejected, and these were kept.
type PendingMutation struct {
	Mutation protocol.Mutation
	Payments []protocol.PaymentID
}

// Orders are the orders that the mutation's ops name.
func (w PendingMutation) Orders() []protocol.OrderID { return OrdersOf(w.Mutation.Ops) }

// OrdersOf are the orders that ops name, each once.
func OrdersOf(ops protocol.Ops) []protocol.OrderID {
	ids := make([]protocol.OrderID, 0, 1)
	add := func(id protocol.OrderID) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, op := range ops {
		add(op.On())
		if move, is := op.(protocol.LineMove); is {
			add(move.To)
		}
	}
	return ids
}

// PendingOf finds the mutations that name an order, in the order of the replay. Those
// without an id come before all others and name one order each.
type PendingOf func(protocol.OrderID) []PendingMutation

// Find is for mutations that are few, or all at hand.
func Find(pending []PendingMutation) PendingOf {
	naming := make(map[protocol.OrderID][]PendingMutation, len(pending))
	for _, w := range pending {
		for _, id := range w.Orders() {
			naming[id] = append(naming[id], w)
		}
	}
	return func(id protocol.OrderID) []PendingMutation { return naming[id] }
}

// View is what a till shows: confirmed orders with what is pending replayed over them.
type View struct {
	// Schema, POS and Run are what the replay takes for granted of fields, of
	// who stands here and of the run of a new order. Set them before a replay.
	Schema *protocol.Schema
	POS    protocol.POS
	Run    protocol.Run

	confirmed Confirmed
	shown     map[protocol.OrderID]*Order
}

// New is a view over confirmed orders, which it reads and doesn't change.
func New(confirmed Confirmed, schema *protocol.Schema) *View {
	v := &View{Schema: schema, confirmed: confirmed, shown: make(map[protocol.OrderID]*Order, len(confirmed))}
	for id, o := range confirmed {
		v.shown[id] = o
	}
	return v
}

// Order is an order as shown; nil if there is none.
func (v *View) Order(id protocol.OrderID) *Order { return v.shown[id] }

// Orders are all orders as shown, in no order. The map is the view's own.
func (v *View) Orders() map[protocol.OrderID]*Order { return v.shown }

// Confirmed is an order without what is pending; nil if there is none.
func (v *View) Confirmed(id protocol.OrderID) *Order { return v.confirmed[id] }

// Extend replays one more mutation over what is shown, which is what a tap costs:
// it doesn't depend on how many are pending. It returns the orders that the
// mutation names.
func (v *View) Extend(w PendingMutation) []protocol.OrderID {
	r := v.replay(func(id protocol.OrderID) *Order { return v.shown[id] })
	r.play(w)
	for id, e := range r.edits {
		v.shown[id] = e.o
	}
	return w.Orders()
}

// Refresh recomputes orders from what is confirmed and what is pending, in its
// order. Orders that share a mutation with one of them are recomputed too, for
// lines move between them. It returns what was recomputed. What is pending on
// other orders costs nothing.
func (v *View) Refresh(touched []protocol.OrderID, pending PendingOf) []protocol.OrderID {
	again, mine := closure(touched, pending)
	r := v.replay(func(id protocol.OrderID) *Order { return v.confirmed[id] })
	for _, w := range mine {
		r.play(w)
	}
	for _, id := range again {
		if e, ok := r.edits[id]; ok {
			v.shown[id] = e.o
		} else if o, ok := v.confirmed[id]; ok {
			v.shown[id] = o
		} else {
			delete(v.shown, id)
		}
	}
	return again
}

// Rebuild recomputes everything and returns the orders that are shown now or
// were before.
func (v *View) Rebuild(pending []PendingMutation) []protocol.OrderID {
	var all []protocol.OrderID
	for id := range v.shown {
		all = append(all, id)
	}
	for id := range v.confirmed {
		if _, ok := v.shown[id]; !ok {
			all = append(all, id)
		}
	}
	for _, w := range pending {
		all = append(all, w.Orders()...)
	}
	slices.Sort(all)
	return v.Refresh(slices.Compact(all), Find(pending))
}

func (v *View) replay(under func(protocol.OrderID) *Order) *replay {
	return &replay{
		schema: v.Schema, pos: v.POS, run: v.Run,
		under: under, edits: map[protocol.OrderID]*edit{},
	}
}

// closure grows a set of orders by those that mutations tie to them, and gives
// the mutations that concern it.
func closure(touched []protocol.OrderID, pending PendingOf) (orders []protocol.OrderID, mine []PendingMutation) {
	in := make(map[protocol.OrderID]bool, len(touched))
	seen := map[protocol.MutationID]bool{}
	add := func(ids []protocol.OrderID) {
		for _, id := range ids {
			if !in[id] {
				in[id], orders = true, append(orders, id)
			}
		}
	}
	add(touched)
	for next := 0; next < len(orders); next++ {
		for _, w := range pending(orders[next]) {
			if id := w.Mutation.ID; id == 0 || !seen[id] {
				seen[id], mine = true, append(mine, w)
				add(w.Orders())
			}
		}
	}
	slices.SortStableFunc(mine, func(a, b PendingMutation) int { return cmp.Compare(a.Mutation.ID, b.Mutation.ID) })
	return orders, mine
}

// Order is an order as a till shows it. It is never changed once handed out.
type Order struct {
	ID protocol.OrderID `json:"id"`
	// Number is 0 ("New") until the server gave one.
	Number protocol.Number `json:"number"`
	State  protocol.State  `json:"state"`
	Run    protocol.Run    `json:"run"`
	Rev    int64           `json:"rev"`
	Needs  protocol.Needs  `json:"needs,omitempty"`
	// Review is why, where extensions said it.
	Review   []protocol.Review `json:"review,omitempty"`
	Fields   protocol.Fields   `json:"fields"`
	Payments []Payment         `json:"payments"`
	Lines    []Line            `json:"lines"`
	// Pending: some of what stands here is not confirmed by the server yet.
	Pending bool `json:"pending,omitempty"`
}

// Line is an orderline. The N of one that was added or moved here by a pending
// mutation is provisional.
type Line struct {
	protocol.Line
	Pending bool `json:"pending,omitempty"`
}

// Payment is a payment of an order.
type Payment struct {
	protocol.Payment
	Pending bool `json:"pending,omitempty"`
}

// Of is an order of a snapshot, nothing of it pending. It shares o's maps.
func Of(o protocol.Order) *Order {
	v := &Order{
		ID: o.ID, Number: o.Number, State: o.State, Run: o.Run, Rev: o.Rev, Needs: o.Needs, Review: o.Review, Fields: o.Fields,
		Payments: make([]Payment, len(o.Payments)), Lines: make([]Line, len(o.Lines)),
	}
	if v.Fields == nil {
		v.Fields = protocol.Fields{}
	}
	for i, p := range o.Payments {
		v.Payments[i].Payment = p
	}
	for i, l := range o.Lines {
		v.Lines[i].Line = l
	}
	return v
}

// Wire is the order in the server's shape, without the marks.
func (o *Order) Wire() protocol.Order {
	w := protocol.Order{
		ID: o.ID, Number: o.Number, State: o.State, Run: o.Run, Rev: o.Rev, Needs: o.Needs, Review: o.Review, Fields: o.Fields,
		Payments: make([]protocol.Payment, len(o.Payments)), Lines: make([]protocol.Line, len(o.Lines)),
	}
	for i, p := range o.Payments {
		w.Payments[i] = p.Payment
	}
	for i, l := range o.Lines {
		w.Lines[i] = l.Line
	}
	return w
}

// Line finds a line of the order; nil if it has none of that id.
func (o *Order) Line(id protocol.LineID) *Line {
	if i := o.line(id); i >= 0 {
		return &o.Lines[i]
	}
	return nil
}

// Paid is the exact sum of the payments.
func (o *Order) Paid() decimal.Decimal {
	var sum decimal.Decimal
	for _, p := range o.Payments {
		if amount, ok := p.Amount.Decimal(); ok {
			sum, _ = sum.Add(amount)
		}
	}
	return sum
}

func (o *Order) line(id protocol.LineID) int {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return i
		}
	}
	return -1
}

func (o *Order) payment(id protocol.PaymentID) int {
	for i := range o.Payments {
		if o.Payments[i].ID == id {
			return i
		}
	}
	return -1
}

func (o *Order) lastN() int {
	if len(o.Lines) == 0 {
		return 0
	}
	return o.Lines[len(o.Lines)-1].N
}
