package machine

import (
	"slices"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// place is an order or, with a line, one of its lines.
type place struct {
	order sdk.OrderID
	line  sdk.LineID
}

// arrivals are the places that changes named, in whatever state they left them.
type arrivals map[place]bool

func (a arrivals) add(c sdk.Change) {
	for id, delta := range c.Orders {
		a[place{order: id}] = true
		for line := range delta.Lines {
			a[place{id, line}] = true
		}
	}
}

func (a arrivals) all(places []place) bool {
	return !slices.ContainsFunc(places, func(p place) bool { return !a[p] })
}

// wakeWaiting pushes again, as new mutations, what waited for an order or line
// that is here now, or was named by what just came: an order that is closed by
// then isn't held, and a line that is gone by then neither, yet the server had
// it.
func (m *Machine) wakeWaiting(came arrivals) {
	if m.state.Waiting() == 0 {
		return
	}
	for _, e := range slices.Clone(m.state.Active()) {
		if e.Waiting && m.arrived(e, came) {
			m.requeue(e)
		}
	}
}

// awaited is what a waiting entry waits for: a line, or orders.
func awaited(e *queue.Entry) (places []place) {
	if r := e.Result; r.Rejection != nil && r.Order != "" {
		return []place{{r.Order, r.Line}}
	}
	for _, id := range view.Named(e.Mutation.Ops) {
		places = append(places, place{order: id})
	}
	return places
}

func (m *Machine) arrived(e *queue.Entry, came arrivals) bool {
	for _, p := range awaited(e) {
		o := m.state.Orders[p.order]
		switch {
		case came[p]:
		case o == nil && !came[place{order: p.order}]:
			return false
		case o != nil && o.State == sdk.Open && p.line != "" && o.Line(p.line) == nil:
			return false
		}
	}
	return true
}
