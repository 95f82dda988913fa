package order

import (
	"github.com/manytill/manytill/sdk/protocol"
)

// View finds orders of any state; nil if there never was one.
type View interface {
	Order(protocol.OrderID) *Order
}

// Set is a view in which the drafts of a batch lie over what is fact.
type Set struct {
	fact   View
	drafts map[protocol.OrderID]*Order
	ids    []protocol.OrderID
}

// NewSet starts a batch over fact.
func NewSet(fact View) *Set { return &Set{fact: fact, drafts: map[protocol.OrderID]*Order{}} }

// Order is the order as this batch has it.
func (s *Set) Order(id protocol.OrderID) *Order {
	if o, ok := s.drafts[id]; ok {
		return o
	}
	return s.fact.Order(id)
}

// Put folds the drafts of one mutation into the batch.
func (s *Set) Put(drafts []*Order) {
	for _, d := range drafts {
		if was, ok := s.drafts[d.ID]; ok {
			was.Absorb(d)
			continue
		}
		// A copy of its own: the mutation's draft is still to be encoded.
		layer := *d
		layer.lines = make(map[protocol.LineID]*Line, len(d.lines))
		for id, line := range d.lines {
			layer.lines[id] = line
		}
		s.drafts[d.ID] = &layer
		s.ids = append(s.ids, d.ID)
	}
}

// Drafts are what the batch makes of the orders it touched, by first touch.
func (s *Set) Drafts() []*Order {
	all := make([]*Order, len(s.ids))
	for i, id := range s.ids {
		all[i] = s.drafts[id]
	}
	return all
}
