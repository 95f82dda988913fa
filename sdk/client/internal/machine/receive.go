package machine

import (
	"maps"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/client/wire"
)

// changes takes changes from any transport, and reports whether they were in
// order. Only what lies above the position counts; a folded answer is applied
// as a whole, to its last page.
func (m *Machine) changes(c wire.Changes) bool {
	if m.state.Cursor == "" {
		return true // a snapshot is on its way
	}
	if m.hasHole(c) {
		return false
	}
	if len(m.folded) > 0 || (c.More && isFolded(c.Changes)) {
		m.folded = append(m.folded, c.Changes...)
		if c.More {
			m.poll.cursor = c.Cursor
			return true
		}
		c.Changes = m.folded
	}
	m.folded, m.poll.cursor = nil, ""
	c.More = false
	m.absorb(c)
	return true
}

func isFolded(changes []sdk.Change) bool {
	for i := range changes {
		if changes[i].Folded {
			return true
		}
	}
	return false
}

// hasHole: unfolded changes come without holes, so one means that something
// was lost on the way. A second hole at the same place is the server's.
func (m *Machine) hasHole(c wire.Changes) bool {
	if len(m.folded) > 0 {
		return false
	}
	next := m.state.Seq + 1
	for i := range c.Changes {
		change := &c.Changes[i]
		if !change.Folded && change.Seq > next && m.hole != m.state.Seq {
			m.hole = m.state.Seq
			return true
		}
		next = max(next, change.Seq+1)
	}
	return false
}

func (m *Machine) absorb(c wire.Changes) {
	m.readable()
	fresh := c.Changes[:0:0]
	by, came := map[sdk.OrderID]*sdk.By{}, arrivals{}
	var records []queue.Record
	for _, change := range c.Changes {
		if change.Seq <= m.state.Seq {
			continue
		}
		fresh = append(fresh, change)
		for id := range change.Orders {
			by[id] = change.By
		}
		came.add(change)
		if e := m.own(change); e != nil {
			records = append(records, m.byChange(e, change))
		}
	}
	if len(m.push.flights) > 0 {
		maps.Copy(m.came, came)
	}
	if len(fresh) == 0 && c.Cursor == m.state.Cursor && c.LastID <= m.state.Decided {
		return
	}
	c.Changes = fresh
	decided := m.state.Decided
	touched := m.save(false, append(records, queue.Record{Changes: &c})...)
	// A mutation may also leave the replay because last_id has passed it.
	if len(fresh) > 0 {
		for _, e := range m.state.Between(decided, m.state.Decided) {
			touched = append(touched, view.Named(e.Mutation.Ops)...)
		}
	}
	m.changed(m.view.Refresh(touched, m.naming), by)
	m.wakeWaiting(came)
	m.noticeClone(c.LastID)
}

// snapshot takes one page of a snapshot.
func (m *Machine) snapshot(s wire.Snapshot) {
	if m.state.Cursor != "" {
		return // it was asked for before the position was found otherwise
	}
	m.pages = append(m.pages, s.Orders...)
	if s.More {
		return
	}
	s.Orders, s.Page, m.pages, m.folded = m.pages, "", nil, nil
	m.readable()
	records := []queue.Record{{Snapshot: &s}}
	if r := m.state.Recovery; r != nil && !r.Known {
		records = append(records, queue.Record{Recovery: &queue.Recovery{Reason: r.Reason, Known: true, LastID: min(s.LastID, m.unsaved()-1)}})
	}
	m.save(true, records...)
	m.hole = -1
	m.changed(m.view.Rebuild(m.live()), nil)
	m.wakeWaiting(nil)
	m.noticeClone(s.LastID)
}

// noticeClone: a last_id above every id that was pushed from here means that
// this storage was rolled back or cloned.
func (m *Machine) noticeClone(lastID sdk.MutationID) {
	if lastID >= m.unsaved() && m.state.Recovery == nil {
		m.beginRecovery(queue.Recovery{Reason: string(sdk.IDReused), Known: true, LastID: m.unsaved() - 1})
	}
}

// till takes what the server says of till, run and multi-session.
func (m *Machine) till(t wire.Till) {
	m.push.shut, m.push.known = !t.Open, true
	if t.Open {
		m.push.hold = m.now
	}
	place := m.state.Place
	place.Run = t.Run
	if t.MultiSession != nil && (place.MultiSession == nil || place.MultiSession.ID == t.MultiSession.ID) {
		place.MultiSession = t.MultiSession
	}
	m.placed(place)
}

func (m *Machine) placed(place queue.Place) {
	was := m.state.Place
	if was.ServerID == place.ServerID && was.POS == place.POS && was.Run == place.Run &&
		(was.MultiSession == place.MultiSession || (was.MultiSession != nil && place.MultiSession != nil && *was.MultiSession == *place.MultiSession)) {
		return
	}
	m.save(false, queue.Record{Place: &place})
	m.settlePlace()
	if was.POS != place.POS || was.Run != place.Run {
		m.changed(m.view.Refresh(m.pendingOrders(), m.naming), nil) // what is pending says who stands here
	}
}

// changed tells the program which orders show something else.
func (m *Machine) changed(ids []sdk.OrderID, by map[sdk.OrderID]*sdk.By) {
	if len(ids) == 0 {
		return
	}
	event := OrdersChanged{Orders: make([]OrderChanged, 0, len(ids))}
	seen := make(map[sdk.OrderID]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			event.Orders = append(event.Orders, OrderChanged{ID: id, Order: m.view.Order(id), By: by[id]})
		}
	}
	m.notify(event)
}
