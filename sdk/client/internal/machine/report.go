package machine

import (
	"slices"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// report is what the program is told: the orders as shown, the status, and who
// looks at what.
type report struct {
	*step
	disk *disk
	view *view.View

	status, told Status
	looking      protocol.OrderID
	// present are the other tills, as long as the connection lives.
	present []protocol.Presence
}

// place takes where this till is, which what is pending says too.
func (r *report) place(place queue.Place) {
	was := r.disk.state.Place
	if samePlace(was, place) {
		return
	}
	r.disk.save(false, queue.Record{Place: &place})
	r.atPlace()
	if was.POS != place.POS || was.Run != place.Run {
		r.redraw(r.pendingOrders(), nil)
	}
}

func (r *report) atPlace() { r.view.POS, r.view.Run = r.disk.state.Place.POS, r.disk.state.Place.Run }

func samePlace(a, b queue.Place) bool {
	same := a.MultiSession == b.MultiSession ||
		(a.MultiSession != nil && b.MultiSession != nil && *a.MultiSession == *b.MultiSession)
	return same && a.ServerID == b.ServerID && a.POS == b.POS && a.Run == b.Run
}

// redraw recomputes orders, and tells that they show something else.
func (r *report) redraw(ids []protocol.OrderID, by map[protocol.OrderID]*protocol.By) {
	r.changed(r.view.Refresh(ids, r.pendingOn), by)
}

// redrawAll recomputes everything.
func (r *report) redrawAll() { r.changed(r.view.Rebuild(r.pending()), nil) }

// changed tells which orders show something else.
func (r *report) changed(ids []protocol.OrderID, by map[protocol.OrderID]*protocol.By) {
	if len(ids) == 0 {
		return
	}
	event := OrdersChanged{Orders: make([]OrderChanged, 0, len(ids))}
	seen := make(map[protocol.OrderID]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			event.Orders = append(event.Orders, OrderChanged{ID: id, Order: r.view.Order(id), By: by[id]})
		}
	}
	r.notify(event)
}

// show makes a tap that is on disk part of what is shown.
func (r *report) show(tap pendingTap) {
	touched := tap.drafts
	for _, id := range tap.ids {
		e := r.disk.state.Find(id)
		switch {
		case e == nil:
		case len(tap.drafts) > 0:
			touched = append(touched, view.OrdersOf(e.Mutation.Ops)...)
		default:
			touched = append(touched, r.view.Extend(view.PendingMutation{Mutation: e.Mutation})...)
		}
	}
	if len(tap.drafts) > 0 {
		touched = r.view.Refresh(touched, r.pendingOn)
	}
	r.changed(touched, nil)
	if tap.silent {
		return
	}
	done := Done{Tap: tap.n}
	if len(tap.ids) > 0 {
		done.ID = tap.ids[len(tap.ids)-1]
	}
	r.emit(done)
}

// pending are the mutations that are replayed: what isn't confirmed at the
// position.
func (r *report) pending() (pending []view.PendingMutation) {
	for _, id := range protocol.SortedKeys(r.disk.state.Drafts) {
		pending = append(pending, view.PendingMutation{Mutation: r.disk.state.Drafts[id]})
	}
	for _, e := range r.disk.state.Active() {
		if p, ok := r.disk.replayed(e); ok {
			pending = append(pending, p)
		}
	}
	return pending
}

// pendingOrders are the orders that they name.
func (r *report) pendingOrders() (orders []protocol.OrderID) {
	for _, p := range r.pending() {
		orders = append(orders, p.Orders()...)
	}
	return orders
}

// pendingOn are those of them that name an order.
func (r *report) pendingOn(order protocol.OrderID) (pending []view.PendingMutation) {
	if draft, ok := r.disk.state.Drafts[order]; ok {
		pending = append(pending, view.PendingMutation{Mutation: draft})
	}
	for _, id := range r.disk.state.Naming(order) {
		if p, ok := r.disk.replayed(r.disk.state.Find(id)); ok {
			pending = append(pending, p)
		}
	}
	return pending
}

// replayed says what of an entry is replayed (protocol, duty 2 of a client).
// What a recovery pushes anew is, whatever last_id says: a clone of this
// storage may raise that.
func (d *disk) replayed(e *queue.Entry) (view.PendingMutation, bool) {
	s, p := d.state, view.PendingMutation{Mutation: e.Mutation}
	switch {
	case e.Waiting || !d.durable(e.ID()):
		return p, false
	case !e.Decided():
		return p, e.Foreign || e.ID() > s.Decided || (d.settling() && e.ID() > s.Recovery.LastID)
	case e.Result.Seq <= s.Seq:
		return p, false
	case e.Rejected():
		p.Payments = e.Result.Kept
		return p, len(p.Payments) > 0
	}
	return p, true
}

// problem says why the client doesn't sync as it should.
func (r *report) problem(code protocol.Code, advice string) {
	r.status.Problem, r.status.Advice = code, advice
}

// standing is how the client stands now.
func (r *report) standing(t Transport, till tillState) {
	s, state := r.status, r.disk.state
	s.Transport, s.Unsent, s.Waiting = t, state.Unsent(), state.Waiting()
	s.Run, s.Synced = state.Place.Run, state.Cursor != ""
	s.TillKnown, s.TillOpen = till != tillUnknown, till == tillOpen
	if s.Problem == protocol.TillClosed || s.Problem == "" {
		s.Problem, s.Advice = "", ""
		if till == tillClosed && t != Offline {
			s.Problem, s.Advice = protocol.TillClosed, "this till is closed; open it and what is queued is sent"
		}
	}
	if t != r.told.Transport || s.Since.IsZero() {
		s.Since = r.now
	}
	r.status = s
	if s != r.told {
		r.told = s
		r.notify(StatusChanged{Status: s})
	}
}

// allPresent takes who looks at what.
func (r *report) allPresent(present []protocol.Presence) {
	r.present = present
	r.notify(PresenceChanged{Present: slices.Clone(present)})
}

// seen takes one of them; without an order somebody left it.
func (r *report) seen(f protocol.Presence) {
	present := slices.DeleteFunc(slices.Clone(r.present), func(was protocol.Presence) bool { return sameConnection(was, f) })
	if f.Order != nil {
		present = append(present, f)
	}
	r.allPresent(present)
}

// absent: nobody tells any more who looks at what.
func (r *report) absent() {
	if len(r.present) > 0 {
		r.allPresent(nil)
	}
}

func sameConnection(a, b protocol.Presence) bool {
	if a.Conn != "" || b.Conn != "" {
		return a.Conn == b.Conn
	}
	return a.POS.ID != "" && a.POS.ID == b.POS.ID
}

// advice is what the user can do about a problem.
func advice(code protocol.Code) string {
	switch code {
	case protocol.Unauthorized:
		return "the server doesn't know this till's token; enter the token that the operator gives this till"
	case protocol.Forbidden:
		return "the server refuses this till; ask the operator"
	case protocol.UpgradeRequired:
		return "the server speaks another version of the protocol; update this till"
	case ProblemUnreadable:
		return "the server sends what this till can't read; go on working, everything is kept and sent later; tell the operator if this stays"
	case protocol.NoMultiSession:
		return "this till is in no multi-session and works alone; the operator can add it to one"
	case protocol.ReadOnly, protocol.Overloaded, protocol.ShuttingDown, protocol.RateLimited:
		return "the server takes nothing at the moment; go on working, everything is kept and sent later"
	}
	return "the server has a problem; go on working, everything is kept and sent later"
}
