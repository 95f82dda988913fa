package machine

import (
	"slices"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// reset takes the server's word that this cursor is no good (protocol,
// duty 5 of a client). What is shown stays until the snapshot is here.
func (m *Machine) reset(reason sdk.Reason) {
	m.pages, m.folded, m.poll.cursor = nil, nil, ""
	m.push.from = 0
	switch reason {
	case sdk.OtherServer, sdk.OtherMultiSession, sdk.Reason(sdk.ClientTaken):
		m.drop()
		m.forgetRequests()
		m.whenStored(func() { m.strand(string(reason)) })
	case sdk.EpochChanged, sdk.CursorAhead, sdk.Diverged:
		m.forgetCursor()
		m.strandUndecided()
		m.beginRecovery(queue.Recovery{Reason: string(reason)})
	default:
		m.forgetCursor()
	}
}

func (m *Machine) forgetCursor() {
	at := m.state.Position
	at.Cursor = ""
	m.save(false, queue.Record{At: &at})
}

func (m *Machine) beginRecovery(r queue.Recovery) {
	m.save(true, queue.Record{Recovery: &r})
	m.disk.gate = m.disk.last
	m.push.ground()
	if !r.Known {
		return
	}
	var again []sdk.OrderID // what is carried over counts again
	for _, e := range m.state.Between(r.LastID, m.state.Decided) {
		again = append(again, view.Named(e.Mutation.Ops)...)
	}
	m.changed(m.view.Refresh(again, m.naming), nil)
}

// settling: the snapshot of a recovery is here, and the outcomes up to its
// last_id are asked for, one by one.
func (m *Machine) settling() bool { return m.state.Recovery != nil && m.state.Recovery.Known }

// recover ends a recovery when nothing is left to be settled.
func (m *Machine) recover() {
	r := m.state.Recovery
	if r == nil || !r.Known || len(m.taps) > 0 || m.disk.broken {
		return
	}
	if m.link.doomed {
		// Every push on this connection would be refused: come back.
		m.drop()
		m.comeBack()
	}
	if !slices.ContainsFunc(m.state.Active(), m.pushable) {
		m.renew()
	}
}

// renew takes a new client_id and renumbers what is carried over.
func (m *Machine) renew() {
	from, to := m.state.ClientID, sdk.ClientID(m.cfg.NewID())
	records := []queue.Record{{Client: to}}
	ids := map[sdk.MutationID]sdk.MutationID{}
	var next sdk.MutationID
	for _, e := range m.state.Entries {
		mutation, ok := m.carried(e)
		if !ok {
			continue
		}
		next++
		ids[e.ID()], mutation.ID = next, next
		records = append(records, queue.Record{Entry: &queue.Entry{Mutation: mutation, Anew: true}})
	}
	m.save(true, append(records, queue.Record{Recovered: true})...)
	m.disk.gate = m.disk.last
	m.startOver()
	m.changed(m.view.Rebuild(m.live()), nil)
	m.notify(Renumbered{From: from, To: to, IDs: ids})
	m.whenStored(func() { m.wakeWaiting(nil) })
}

// carriedOver: a recovery is under way that pushes this anew and asks for no
// outcome of it, whatever last_id says: a clone of this storage may raise that.
func (m *Machine) carriedOver(id sdk.MutationID) bool {
	return m.settling() && id > m.state.Recovery.LastID
}

// carried is what a new client_id pushes of an entry, without base.
func (m *Machine) carried(e *queue.Entry) (sdk.Mutation, bool) {
	r, mutation := m.state.Recovery, e.Mutation
	above := e.ID() > r.LastID
	switch {
	case e.Waiting, !e.Decided():
	case r.Reason == string(sdk.IDReused) || !above:
		return mutation, false
	case e.Rejected():
		mutation.Ops = slices.DeleteFunc(slices.Clone(mutation.Ops), func(op sdk.Op) bool {
			return op.Op != sdk.OrderPay || op.Payment == nil || !slices.Contains(e.Result.Kept, op.Payment.ID)
		})
		return mutation, len(mutation.Ops) > 0
	}
	mutation.Ops = slices.Clone(mutation.Ops)
	for i := range mutation.Ops {
		mutation.Ops[i].Base = nil
	}
	return mutation, true
}

// strand keeps the queue for a person to see, and begins a new one.
func (m *Machine) strand(reason string) {
	stranded := m.strandedQueue(reason, func(*queue.Entry) bool { return true })
	for _, id := range sdk.SortedKeys(m.state.Drafts) {
		stranded.Mutations = append(stranded.Mutations, m.state.Drafts[id])
	}
	var records []queue.Record
	if len(stranded.Mutations) > 0 {
		records = append(records, queue.Record{Stranded: &stranded})
		m.notify(QueueStranded{Queue: stranded})
	}
	for _, id := range sdk.SortedKeys(m.state.Drafts) {
		records = append(records, queue.Record{Undraft: id})
	}
	records = append(records, queue.Record{Client: sdk.ClientID(m.cfg.NewID())},
		queue.Record{Clear: true}, queue.Record{Recovered: true}, queue.Record{Place: &queue.Place{}})
	m.save(true, records...)
	m.disk.gate = m.disk.last
	m.startOver()
	m.settlePlace()
	m.changed(m.view.Rebuild(m.live()), nil)
}

func (m *Machine) strandedQueue(reason string, which func(*queue.Entry) bool) queue.StrandedQueue {
	place := m.state.Place
	stranded := queue.StrandedQueue{ClientID: m.state.ClientID, ServerID: place.ServerID, Reason: reason, At: m.now}
	if place.MultiSession != nil {
		stranded.MultiSession = string(place.MultiSession.ID)
	}
	for _, e := range m.state.Entries {
		if (!e.Decided() || e.Waiting) && which(e) {
			stranded.Mutations = append(stranded.Mutations, e.Mutation)
		}
	}
	return stranded
}

// strandUndecided ends a recovery that was interrupted by another: what the
// server decided but can't be asked for any more is for a person to see. To
// push it anew could count it twice, to drop it could lose it.
func (m *Machine) strandUndecided() {
	r := m.state.Recovery
	if r == nil || !r.Known {
		return
	}
	lost := func(e *queue.Entry) bool { return !e.Decided() && !e.Foreign && e.ID() <= r.LastID }
	stranded := m.strandedQueue("undecided", lost)
	if len(stranded.Mutations) == 0 {
		return
	}
	drop := make([]sdk.MutationID, len(stranded.Mutations))
	for i := range stranded.Mutations {
		drop[i] = stranded.Mutations[i].ID
	}
	m.save(true, queue.Record{Stranded: &stranded}, queue.Record{Drop: drop})
	m.notify(QueueStranded{Queue: stranded})
}

// reused: the server knows another mutation by this id.
func (m *Machine) reused(ids []sdk.MutationID) {
	if m.state.Recovery == nil {
		// A snapshot tells the last_id, up to which everything must be settled.
		m.drop()
		m.forgetRequests()
		m.forgetCursor()
		m.beginRecovery(queue.Recovery{Reason: string(sdk.IDReused)})
		return
	}
	for _, id := range ids {
		if e := m.state.Find(id); e != nil && !e.Decided() {
			foreign := *e
			foreign.Foreign = true
			m.save(true, queue.Record{Entry: &foreign})
			m.changed(m.view.Refresh(view.Named(e.Mutation.Ops), m.naming), nil) // it counts again
		}
	}
}

// startOver lets go of everything that knew the old client_id.
func (m *Machine) startOver() {
	m.drop()
	m.forgetRequests()
	m.push = newPusher()
	m.poll.at = m.now
	m.comeBack()
}
