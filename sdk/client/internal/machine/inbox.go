package machine

import (
	"maps"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// inbox is what comes of the server's orders, over any transport.
type inbox struct {
	*step
	disk     *disk
	report   *report
	outbox   *outbox
	outcomes *outcomes

	pile pile
	hole protocol.Seq // where a hole was met last
}

func newInbox(s *queue.State) inbox {
	if s.Cursor == "" {
		return inbox{pile: awaiting{}, hole: -1}
	}
	return inbox{pile: following{}, hole: -1}
}

// taken says what became of something that came. whole: orders were taken from
// it; then lastID is what it told of this client.
type taken struct {
	inOrder, whole bool
	lastID         protocol.MutationID
}

// changes takes changes.
func (b *inbox) changes(c protocol.Changes) taken {
	b.traced(changesEvent(b.pile, c))
	var v verdict
	b.pile, v = mergeChanges(b.pile, b.disk.state.Seq, b.hole, c)
	switch v := v.(type) {
	case reject:
		b.hole = b.disk.state.Seq
		return taken{}
	case advance:
		b.absorb(v.changes)
		return taken{inOrder: true, whole: true, lastID: v.changes.LastID}
	}
	return taken{inOrder: true}
}

// snapshot takes one page of a snapshot.
func (b *inbox) snapshot(s protocol.Snapshot) taken {
	b.traced(snapshotEvent(s))
	var v verdict
	b.pile, v = mergeSnapshot(b.pile, s)
	if v, whole := v.(rebase); whole {
		b.replace(v.snapshot)
		return taken{inOrder: true, whole: true, lastID: v.snapshot.LastID}
	}
	return taken{inOrder: true}
}

func (b *inbox) absorb(c protocol.Changes) {
	s := b.disk.state
	fresh := c.Changes[:0:0]
	by, came := map[protocol.OrderID]*protocol.By{}, arrivals{}
	var records []queue.Record
	for _, change := range c.Changes {
		if change.Seq <= s.Seq {
			continue
		}
		fresh = append(fresh, change)
		for id := range change.Orders {
			by[id] = change.By
		}
		came.add(change)
		if e := b.outcomes.own(change); e != nil {
			records = append(records, queue.Record{Entry: byChange(e, change, b.now)})
		}
	}
	if b.outbox.underWay() {
		maps.Copy(b.outcomes.came, came)
	}
	if len(fresh) == 0 && c.Cursor == s.Cursor && c.LastID <= s.Decided {
		return
	}
	c.Changes = fresh
	decided := s.Decided
	touched := b.disk.save(false, append(records, queue.Record{Changes: &c})...)
	// A mutation may also leave the replay because last_id has passed it.
	for _, e := range s.Between(decided, s.Decided) {
		touched = append(touched, view.OrdersOf(e.Mutation.Ops)...)
	}
	b.report.redraw(touched, by)
	b.outcomes.brought(came)
}

func (b *inbox) replace(snapshot protocol.Snapshot) {
	s := b.disk.state
	records := []queue.Record{{Snapshot: &snapshot}}
	if r := s.Recovery; r != nil && follow(b.step, "recovery", recoveryTable, recoveryOf(r), onSnapshot) != recoveryOf(r) {
		records = append(records, queue.Record{Recovery: &queue.Recovery{
			Reason: r.Reason, Known: true, LastID: max(r.LastID, min(snapshot.LastID, b.disk.unsaved()-1)),
		}})
	}
	b.disk.save(true, records...)
	b.hole = -1
	b.report.redrawAll()
	b.outcomes.brought(nil)
}

// forget is for a cursor that is no good. What is shown stays until the
// snapshot is here.
func (b *inbox) forget() {
	at := b.disk.state.Position
	at.Cursor = ""
	b.disk.save(false, queue.Record{At: &at})
	b.traced(onForget)
	b.pile = forget(b.pile)
}

// discard lets go of what isn't complete: what carried it is gone.
func (b *inbox) discard() {
	b.traced(onDiscard)
	b.pile = discard(b.pile)
}

func (b *inbox) traced(on inboxEvent) { b.trace("inbox", string(b.pile.phase()), string(on)) }

// continues is where the rest of what isn't complete is pulled; "" is nowhere.
func (b *inbox) continues() string {
	switch p := b.pile.(type) {
	case paging:
		return p.next
	case folding:
		return string(p.next)
	}
	return ""
}

// resume is what a pull asks for: the next page or part, or what follows the
// position. unfinished: it is one of the former.
func (b *inbox) resume() (cursor protocol.Cursor, page string, unfinished bool) {
	switch p := b.pile.(type) {
	case paging:
		if p.next != "" {
			return "", p.next, true
		}
		b.discard() // the pages came over a link that is gone
	case folding:
		return p.next, "", true
	}
	return b.disk.state.Cursor, "", false
}
