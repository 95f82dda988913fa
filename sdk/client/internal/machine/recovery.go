package machine

import (
	"slices"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// recovery is what a reset leads to (protocol, duties 5 and 6 of a client).
// Its phase is kept with the queue, for a restart goes on with it.
type recovery struct {
	*step
	disk   *disk
	report *report
	outbox *outbox
	inbox  *inbox
	calls  *calls
	dial   *dial
}

// reset takes the server's word that this cursor is no good.
func (r *recovery) reset(reason protocol.Reason) {
	r.outbox.from = 0
	switch reason {
	case protocol.OtherServer, protocol.OtherMultiSession, protocol.Reason(protocol.ClientTaken):
		r.dial.dropAll()
		r.disk.stranding = reason
	case protocol.EpochChanged, protocol.CursorAhead, protocol.Diverged:
		r.inbox.forget()
		r.strandUndecided()
		r.begin(onHistoryLost, queue.Recovery{Reason: string(reason)})
	default:
		r.inbox.forget()
	}
}

// begin goes on after an event, if it leads anywhere.
func (r *recovery) begin(on recoveryEvent, how queue.Recovery) {
	at := recoveryOf(r.disk.state.Recovery)
	if to := follow(r.step, "recovery", recoveryTable, at, on); to == at && on != onHistoryLost {
		return
	}
	r.disk.saveFirst(queue.Record{Recovery: &how})
	r.outbox.ground()
	if !how.Known {
		return
	}
	var again []protocol.OrderID // what is carried over counts again
	for _, e := range r.disk.state.Between(how.LastID, r.disk.state.Decided) {
		again = append(again, view.OrdersOf(e.Mutation.Ops)...)
	}
	r.report.redraw(again, nil)
}

// noticeClone: a last_id above every id that was pushed from here means that
// this storage was rolled back or cloned.
func (r *recovery) noticeClone(lastID protocol.MutationID) {
	if unsaved := r.disk.unsaved(); lastID >= unsaved {
		r.begin(onIDsLost, queue.Recovery{Reason: string(protocol.IDReused), Known: true, LastID: unsaved - 1})
	}
}

// idsLost: the server has ids up to one, and what it lacks isn't held.
func (r *recovery) idsLost(lastID protocol.MutationID) {
	r.begin(onIDsLost, queue.Recovery{Reason: string(protocol.IDGap), Known: true, LastID: lastID})
}

// idsReused: the server knows an id as another mutation. A snapshot tells the
// last_id, up to which everything must be settled; so must be what was sent, which the
// server may decide behind the snapshot.
func (r *recovery) idsReused() {
	r.dial.dropAll()
	r.inbox.forget()
	r.begin(onIDsReused, queue.Recovery{Reason: string(protocol.IDReused), LastID: r.outbox.sent})
}

// advance goes on as soon as no tap is on its way to the disk.
func (r *recovery) advance() {
	if len(r.disk.taps) > 0 {
		return
	}
	if r.disk.stranding != "" {
		r.strand()
	}
	if !r.disk.settling() || r.disk.phase == diskBroken {
		return
	}
	if r.dial.socket.at.phase() == linkDoomed {
		// Every push on this connection would be refused: come back.
		r.dial.drop()
		r.dial.comeBack()
	}
	if !slices.ContainsFunc(r.disk.state.Active(), r.outbox.pushable) {
		r.renew()
	}
}

// renew ends a recovery: a new client_id takes what is carried over, numbered
// anew.
func (r *recovery) renew() {
	s := r.disk.state
	follow(r.step, "recovery", recoveryTable, recoveryOf(s.Recovery), onSettled)
	from, to := s.ClientID, protocol.ClientID(r.cfg.NewID())
	records := []queue.Record{{Client: to}}
	ids := map[protocol.MutationID]protocol.MutationID{}
	var next protocol.MutationID
	for _, e := range s.Entries {
		for _, mutation := range carried(e, s.Recovery) {
			next++
			ids[e.ID()], mutation.ID = next, next
			records = append(records, queue.Record{Entry: &queue.Entry{Mutation: mutation, Anew: true}})
		}
	}
	r.disk.saveFirst(append(records, queue.Record{Recovered: true})...)
	r.startOver()
	r.report.redrawAll()
	r.notify(Renumbered{From: from, To: to, IDs: ids})
}

// carried is what a new client_id pushes of an entry, without base.
func carried(e *queue.Entry, r *queue.Recovery) []protocol.Mutation {
	parts := []protocol.Mutation{e.Mutation}
	switch kept, rest := divided(e); {
	case e.Waiting:
		parts = append(kept, rest...)
	case !e.Decided():
	case r.Reason == string(protocol.IDReused) || e.ID() <= r.LastID:
		return nil
	case e.Rejected():
		parts = kept
	}
	for i := range parts {
		parts[i].Ops = slices.Clone(parts[i].Ops)
		for j, op := range parts[i].Ops {
			parts[i].Ops[j] = protocol.WithoutBase(op)
		}
	}
	return parts
}

// divided takes apart what the server refused: the payments that it kept, which stand
// whatever becomes of the rest, and the rest. Each is one mutation, or none.
func divided(e *queue.Entry) (kept, rest []protocol.Mutation) {
	with := func(ops []protocol.Op) []protocol.Mutation {
		if len(ops) == 0 {
			return nil
		}
		m := e.Mutation
		m.Ops = ops
		return []protocol.Mutation{m}
	}
	var pays, others []protocol.Op
	for _, op := range e.Mutation.Ops {
		pay, is := op.(protocol.OrderPay)
		if is && e.Result != nil && slices.Contains(e.Result.Kept, pay.Payment.ID) {
			pays = append(pays, op)
		} else {
			others = append(others, op)
		}
	}
	return with(pays), with(others)
}

// strand keeps the queue for a person to see, and begins a new one.
func (r *recovery) strand() {
	s := r.disk.state
	follow(r.step, "recovery", recoveryTable, recoveryOf(s.Recovery), onStranded)
	stranded := r.stranded(string(r.disk.stranding), func(*queue.Entry) bool { return true })
	var records []queue.Record
	for _, id := range protocol.SortedKeys(s.Drafts) {
		stranded.Mutations = append(stranded.Mutations, s.Drafts[id])
		records = append(records, queue.Record{Undraft: id})
	}
	if len(stranded.Mutations) > 0 {
		records = append(records, queue.Record{Stranded: &stranded})
		r.notify(QueueStranded{Queue: stranded})
	}
	r.disk.stranding = ""
	r.disk.saveFirst(append(records, queue.Record{Client: protocol.ClientID(r.cfg.NewID())}, queue.Record{Clear: true},
		queue.Record{Recovered: true}, queue.Record{Place: &queue.Place{}})...)
	r.inbox.pile = forget(r.inbox.pile)
	r.startOver()
	r.report.atPlace()
	r.report.redrawAll()
}

// stranded are those of the mutations without an outcome that are which.
func (r *recovery) stranded(reason string, which func(*queue.Entry) bool) queue.StrandedQueue {
	s := r.disk.state
	stranded := queue.StrandedQueue{ClientID: s.ClientID, ServerID: s.Place.ServerID, Reason: reason, At: r.now}
	if s.Place.MultiSession != nil {
		stranded.MultiSession = string(s.Place.MultiSession.ID)
	}
	for _, e := range s.Entries {
		if (!e.Decided() || e.Waiting) && which(e) {
			stranded.Mutations = append(stranded.Mutations, e.Mutation)
		}
	}
	return stranded
}

// strandUndecided ends a recovery that was interrupted by another: what the
// server decided but can't be asked for any more is for a person to see. To
// push it anew could count it twice, to drop it could lose it.
func (r *recovery) strandUndecided() {
	if !r.disk.settling() {
		return
	}
	stranded := r.stranded("undecided", func(e *queue.Entry) bool { return !e.Waiting && r.outbox.pushable(e) })
	if len(stranded.Mutations) == 0 {
		return
	}
	drop := make([]protocol.MutationID, len(stranded.Mutations))
	for i := range stranded.Mutations {
		drop[i] = stranded.Mutations[i].ID
	}
	r.disk.save(true, queue.Record{Stranded: &stranded}, queue.Record{Drop: drop})
	r.notify(QueueStranded{Queue: stranded})
}

// startOver lets go of everything that knew the old client_id.
func (r *recovery) startOver() {
	r.dial.dropAll()
	r.outbox.renew()
	r.calls.pullAt = r.now
	r.dial.comeBack()
}
