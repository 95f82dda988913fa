package machine

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// pendingTap is a tap on its way to the disk.
type pendingTap struct {
	n, batch int
	ids      []sdk.MutationID
	// undo takes it back, and next is the id that is then free again.
	undo []queue.Record
	next sdk.MutationID
	// drafts: it began, changed or ended one.
	drafts []sdk.OrderID
	silent bool
}

func (m *Machine) tap(in Tap) {
	if m.disk.broken {
		m.emit(Done{Tap: in.N, Err: storeError(nil)})
		return
	}
	p := m.plan(in.Ops)
	if p.err != nil {
		m.emit(Done{Tap: in.N, Err: p.err})
		return
	}
	tap := pendingTap{n: in.N, next: m.state.Next}
	records := m.draftRecords(p, &tap)
	id := m.state.Next
	for i, ops := range p.groups {
		mutation := m.mutation(ops)
		mutation.ID = id + sdk.MutationID(i)
		if err := fits(mutation); err != nil {
			m.emit(Done{Tap: in.N, Err: err})
			return
		}
		records = append(records, queue.Record{Entry: &queue.Entry{Mutation: mutation}})
		tap.ids = append(tap.ids, mutation.ID)
	}
	if len(tap.ids) > 0 {
		tap.undo = append(tap.undo, queue.Record{Drop: tap.ids})
	}
	if len(records) == 0 {
		m.emit(Done{Tap: in.N})
		return
	}
	m.save(true, records...)
	tap.batch = m.disk.last
	m.taps = append(m.taps, tap)
}

// draftRecords turn what the plan did to drafts into records and their undoing.
func (m *Machine) draftRecords(p *plan, tap *pendingTap) (records []queue.Record) {
	for _, id := range sdk.SortedKeys(p.drafts) {
		was, had := m.state.Drafts[id]
		if draft := p.drafts[id]; draft != nil {
			d := *draft
			records = append(records, queue.Record{Draft: &d})
		} else if had {
			records = append(records, queue.Record{Undraft: id})
		} else {
			continue
		}
		tap.drafts = append(tap.drafts, id)
		if had {
			tap.undo = append(tap.undo, queue.Record{Draft: &was})
		} else {
			tap.undo = append(tap.undo, queue.Record{Undraft: id})
		}
	}
	return records
}

func (m *Machine) mutation(ops []sdk.Op) sdk.Mutation {
	return sdk.Mutation{User: m.cfg.User, At: sdk.FormatTime(m.now), Ops: ops}
}

// show makes a tap that is on disk part of what is shown.
func (m *Machine) show(tap pendingTap) {
	touched := tap.drafts
	if len(tap.drafts) > 0 {
		for _, id := range tap.ids {
			if e := m.state.Find(id); e != nil {
				touched = append(touched, view.Named(e.Mutation.Ops)...)
			}
		}
		touched = m.view.Refresh(touched, m.naming)
	} else {
		for _, id := range tap.ids {
			if e := m.state.Find(id); e != nil {
				touched = append(touched, m.view.Extend(view.PendingMutation{Mutation: e.Mutation})...)
			}
		}
	}
	m.changed(touched, nil)
	if tap.silent {
		return
	}
	done := Done{Tap: tap.n}
	if len(tap.ids) > 0 {
		done.ID = tap.ids[len(tap.ids)-1]
	}
	m.emit(done)
}

// requeue puts an entry's ops into the queue as new mutations.
func (m *Machine) requeue(e *queue.Entry) {
	fresh := &queue.Entry{Mutation: e.Mutation, Anew: true}
	tap := pendingTap{silent: true, next: m.state.Next, ids: []sdk.MutationID{m.state.Next}}
	fresh.Mutation.ID = m.state.Next
	tap.undo = []queue.Record{{Drop: tap.ids}, {Entry: e}}
	m.save(true, queue.Record{Drop: []sdk.MutationID{e.ID()}}, queue.Record{Entry: fresh})
	tap.batch = m.disk.last
	m.taps = append(m.taps, tap)
}

// live are the mutations that are replayed: what isn't confirmed at the position.
func (m *Machine) live() []view.PendingMutation {
	var pending []view.PendingMutation
	for _, id := range sdk.SortedKeys(m.state.Drafts) {
		pending = append(pending, view.PendingMutation{Mutation: m.state.Drafts[id]})
	}
	for _, e := range m.state.Active() {
		if w, ok := m.replayed(e); ok {
			pending = append(pending, w)
		}
	}
	return pending
}

// pendingOrders are the orders that they name.
func (m *Machine) pendingOrders() (orders []sdk.OrderID) {
	for _, w := range m.live() {
		orders = append(orders, w.Orders()...)
	}
	return orders
}

// naming are those of them that name an order.
func (m *Machine) naming(order sdk.OrderID) []view.PendingMutation {
	var pending []view.PendingMutation
	if draft, ok := m.state.Drafts[order]; ok {
		pending = append(pending, view.PendingMutation{Mutation: draft})
	}
	for _, id := range m.state.Naming(order) {
		if w, ok := m.replayed(m.state.Find(id)); ok {
			pending = append(pending, w)
		}
	}
	return pending
}

// replayed says what of an entry is replayed (protocol, duty 2 of a client).
func (m *Machine) replayed(e *queue.Entry) (view.PendingMutation, bool) {
	w := view.PendingMutation{Mutation: e.Mutation}
	switch {
	case e.Waiting || !m.durable(e.ID()):
		return w, false
	case !e.Decided():
		return w, e.Foreign || e.ID() > m.state.Decided || m.carriedOver(e.ID())
	case e.Result.Seq <= m.state.Seq:
		return w, false
	case e.Rejected():
		w.Payments = e.Result.Kept
		return w, len(w.Payments) > 0
	}
	return w, true
}
