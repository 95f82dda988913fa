package view

import (
	"cmp"
	"slices"

	"github.com/manytill/manytill/sdk"
)

// Wish is a mutation that is replayed. With Payments not nil only the payments
// in it count: the rest was rejected, and these were kept.
type Wish struct {
	Mutation sdk.Mutation
	Payments []sdk.PaymentID
}

// Orders are the orders that the mutation's ops name.
func (w Wish) Orders() []sdk.OrderID { return Named(w.Mutation.Ops) }

// Named are the orders that ops name, each once.
func Named(ops []sdk.Op) []sdk.OrderID {
	ids := make([]sdk.OrderID, 0, 1)
	add := func(id sdk.OrderID) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for i := range ops {
		add(ops[i].Order)
		add(ops[i].To)
	}
	return ids
}

// Wishes finds the wishes that name an order, in the order of the replay. Those
// without an id come before all others and name one order each.
type Wishes func(sdk.OrderID) []Wish

// Find is for wishes that are few, or all at hand.
func Find(wishes []Wish) Wishes {
	naming := make(map[sdk.OrderID][]Wish, len(wishes))
	for _, w := range wishes {
		for _, id := range w.Orders() {
			naming[id] = append(naming[id], w)
		}
	}
	return func(id sdk.OrderID) []Wish { return naming[id] }
}

// View is what a till shows: confirmed orders with wishes replayed over them.
type View struct {
	// Schema, POS and Run are what the replay takes for granted of fields, of
	// who stands here and of the run of a new order. Set them before a replay.
	Schema *sdk.Schema
	POS    sdk.POS
	Run    sdk.Run

	confirmed Confirmed
	shown     map[sdk.OrderID]*Order
}

// New is a view over confirmed orders, which it reads and doesn't change.
func New(confirmed Confirmed, schema *sdk.Schema) *View {
	v := &View{Schema: schema, confirmed: confirmed, shown: make(map[sdk.OrderID]*Order, len(confirmed))}
	for id, o := range confirmed {
		v.shown[id] = o
	}
	return v
}

// Order is an order as shown; nil if there is none.
func (v *View) Order(id sdk.OrderID) *Order { return v.shown[id] }

// Orders are all orders as shown, in no order. The map is the view's own.
func (v *View) Orders() map[sdk.OrderID]*Order { return v.shown }

// Confirmed is an order without what is pending; nil if there is none.
func (v *View) Confirmed(id sdk.OrderID) *Order { return v.confirmed[id] }

// Extend replays one more wish over what is shown, which is what a tap costs:
// it doesn't depend on how many wishes there are. It returns the orders that
// the wish names.
func (v *View) Extend(w Wish) []sdk.OrderID {
	r := v.replay(func(id sdk.OrderID) *Order { return v.shown[id] })
	r.play(w)
	for id, e := range r.edits {
		v.shown[id] = e.o
	}
	return w.Orders()
}

// Refresh recomputes orders from what is confirmed and the wishes, in their
// order. Orders that share a wish with one of them are recomputed too, for
// lines move between them. It returns what was recomputed. What is wished of
// other orders costs nothing.
func (v *View) Refresh(touched []sdk.OrderID, wishes Wishes) []sdk.OrderID {
	again, mine := closure(touched, wishes)
	r := v.replay(func(id sdk.OrderID) *Order { return v.confirmed[id] })
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
func (v *View) Rebuild(wishes []Wish) []sdk.OrderID {
	var all []sdk.OrderID
	for id := range v.shown {
		all = append(all, id)
	}
	for id := range v.confirmed {
		if _, ok := v.shown[id]; !ok {
			all = append(all, id)
		}
	}
	for _, w := range wishes {
		all = append(all, w.Orders()...)
	}
	slices.Sort(all)
	return v.Refresh(slices.Compact(all), Find(wishes))
}

func (v *View) replay(under func(sdk.OrderID) *Order) *replay {
	return &replay{
		schema: v.Schema, pos: v.POS, run: v.Run,
		under: under, edits: map[sdk.OrderID]*edit{},
	}
}

// closure grows a set of orders by those that wishes tie to them, and gives
// the wishes that concern it.
func closure(touched []sdk.OrderID, wishes Wishes) (orders []sdk.OrderID, mine []Wish) {
	in := make(map[sdk.OrderID]bool, len(touched))
	seen := map[sdk.MutationID]bool{}
	add := func(ids []sdk.OrderID) {
		for _, id := range ids {
			if !in[id] {
				in[id], orders = true, append(orders, id)
			}
		}
	}
	add(touched)
	for next := 0; next < len(orders); next++ {
		for _, w := range wishes(orders[next]) {
			if id := w.Mutation.ID; id == 0 || !seen[id] {
				seen[id], mine = true, append(mine, w)
				add(w.Orders())
			}
		}
	}
	slices.SortStableFunc(mine, func(a, b Wish) int { return cmp.Compare(a.Mutation.ID, b.Mutation.ID) })
	return orders, mine
}
