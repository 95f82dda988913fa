package machine

import (
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
	"github.com/manytill/manytill/sdk/protocol"
)

// Acknowledged mutations are kept so long, and so many, whichever is more
// (protocol, duty 1 of a client).
const (
	KeepFor   = 48 * time.Hour
	KeepCount = 1000
)

// outcomes is what becomes of mutations.
type outcomes struct {
	*step
	disk   *disk
	report *report

	// came is what changes named while pushes were on their way.
	came arrivals
	// follows are the orders that go on from closed ones.
	follows map[protocol.OrderID]protocol.OrderID
	pruned  time.Time
}

// phaseOf is where a mutation stands.
func phaseOf(e *queue.Entry) entryPhase {
	switch {
	case e.Waiting:
		return entryWaiting
	case e.Rejected():
		return entryRejected
	case e.Decided():
		return entryApplied
	case e.Foreign:
		return entryForeign
	}
	return entryQueued
}

// resultEvent is what a result is to an entry.
func resultEvent(e *queue.Entry, r protocol.Result) entryEvent {
	switch refused := queue.Refused(r); {
	case refused && e.Anew && r.Rejection != nil && r.Code == protocol.NotFound:
		return onMissing
	case refused:
		return onRefused
	}
	return onApplied
}

// settled is what a result makes of an entry. What was known before, from a
// change or from before an id_gap, is replaced as far as the server's word
// moved; nil if it didn't.
func settled(e *queue.Entry, r protocol.Result, now time.Time) *queue.Entry {
	refused, on := queue.Refused(r), resultEvent(e, r)
	if e.Decided() && r.Seq == e.Result.Seq && refused == e.Rejected() && (!e.Waiting || on == onMissing) {
		return nil
	}
	after := *e
	if !e.Decided() {
		after.Settled = now
		if refused && e.Blank {
			r.Rejection = &protocol.Rejection{Code: protocol.TooLarge, Message: "this is more than the server takes at once; split it"}
		}
	}
	after.Result, after.Waiting = &r, entryTable.next(phaseOf(e), on) == entryWaiting
	return &after
}

// byChange is what a mutation's own change makes of its entry.
func byChange(e *queue.Entry, c protocol.Change, now time.Time) *queue.Entry {
	after := *e
	after.Result, after.Settled = &protocol.Result{ID: c.ID, Status: protocol.Applied, Seq: c.Seq}, now
	return &after
}

// settle takes a result. It returns the orders that its mutation names, for
// the replay without it.
func (o *outcomes) settle(r protocol.Result) []protocol.OrderID {
	e := o.disk.state.Find(r.ID)
	if e == nil || !o.disk.durable(r.ID) {
		return nil
	}
	if len(r.Ignored) > 0 && (!e.Decided() || len(e.Result.Ignored) == 0) {
		o.notify(Ignored{ID: r.ID, Fields: r.Ignored, Why: r.Why})
	}
	was := *e // while ids are settled that were used twice: what it lacks may be in what goes to the new client_id, and so does it
	if recovery := o.disk.state.Recovery; recovery != nil && recovery.Reason == string(protocol.IDReused) {
		was.Anew = true
	}
	o.trace("entry", string(phaseOf(&was)), string(resultEvent(&was, r)))
	after := settled(&was, r, o.now)
	if after == nil {
		return nil
	}
	o.disk.save(false, queue.Record{Entry: after})
	switch {
	case after.Waiting && o.unmade(after):
		o.refuse(after)
	case after.Waiting && (r.Status == protocol.Duplicate || o.came.all(awaited(after))):
		// What it waits for may have come since that was decided.
		o.requeue(after)
	case phaseOf(after) == entryRejected && phaseOf(e) != entryRejected:
		o.reject(after)
	}
	return view.OrdersOf(e.Mutation.Ops)
}

// reject tells of an entry that was refused, and ends what waits here for what
// it would have made.
func (o *outcomes) reject(e *queue.Entry) {
	o.notify(o.rejected(e))
	if o.disk.state.Waiting() == 0 {
		return
	}
	for _, other := range slices.Clone(o.disk.state.Active()) {
		if now := o.disk.state.Find(other.ID()); now != nil && now.Waiting && o.unmade(now) {
			o.refuse(now)
		}
	}
}

// refuse ends a waiting entry.
func (o *outcomes) refuse(e *queue.Entry) {
	over := *e
	over.Waiting = false
	o.disk.save(false, queue.Record{Entry: &over})
	o.reject(&over)
}

// unmade: what a waiting entry waits for was to be made by a mutation of this
// till's own, and that was refused. So no other till brings it.
func (o *outcomes) unmade(e *queue.Entry) bool {
	return slices.ContainsFunc(awaited(e), func(p place) bool {
		made := false
		for _, other := range o.disk.state.Entries {
			ops := other.Mutation.Ops
			switch phase := phaseOf(other); {
			case p.madeBy(ops):
				made = true
				fallthrough
			case p.movedBy(ops):
				if phase != entryRejected {
					return false
				}
			}
		}
		return made
	})
}

// reused marks mutations by whose ids the server knows others. They count
// again.
func (o *outcomes) reused(ids []protocol.MutationID) {
	for _, id := range ids {
		e := o.disk.state.Find(id)
		if e == nil || follow(o.step, "entry", entryTable, phaseOf(e), onReused) == phaseOf(e) {
			continue
		}
		foreign := *e
		foreign.Foreign = true
		o.disk.save(true, queue.Record{Entry: &foreign})
		o.report.redraw(view.OrdersOf(e.Mutation.Ops), nil)
	}
}

// own finds the entry of a change with this client's id. One with another time
// of tapping is another's: the storage was cloned or rolled back.
func (o *outcomes) own(c protocol.Change) *queue.Entry {
	if c.ClientID != o.disk.state.ClientID || c.ID == 0 {
		return nil
	}
	e := o.disk.state.Find(c.ID)
	if e == nil || e.Decided() || !o.disk.durable(c.ID) || !sameTime(c.TappedAt, e.Mutation.At) {
		return nil
	}
	return e
}

func sameTime(a, b string) bool {
	if a == b || a == "" || b == "" {
		return true
	}
	x, errX := time.Parse(time.RFC3339Nano, a)
	y, errY := time.Parse(time.RFC3339Nano, b)
	return errX != nil || errY != nil || x.Truncate(time.Millisecond).Equal(y.Truncate(time.Millisecond))
}

// requeue puts an entry's ops into the queue as new mutations.
func (o *outcomes) requeue(e *queue.Entry) {
	kept, rest := divided(e)
	var ids []protocol.MutationID
	records := []queue.Record{{Drop: []protocol.MutationID{e.ID()}}}
	for i, mutation := range append(kept, rest...) {
		mutation.ID = o.disk.state.Next + protocol.MutationID(i)
		ids = append(ids, mutation.ID)
		records = append(records, queue.Record{Entry: &queue.Entry{Mutation: mutation, Anew: true}})
	}
	o.disk.saveTap(pendingTap{silent: true, ids: ids, undo: []queue.Record{{Drop: ids}, {Entry: e}}}, records...)
}

// brought pushes again, as new mutations, what waited for an order or line
// that is here now, or was named by what just came: an order that is closed by
// then isn't held, and a line that is gone by then neither, yet the server had
// it.
func (o *outcomes) brought(came arrivals) {
	if o.disk.state.Waiting() == 0 {
		return
	}
	for _, e := range slices.Clone(o.disk.state.Active()) {
		if follow(o.step, "entry", entryTable, phaseOf(e), onBrought) != phaseOf(e) && o.arrived(e, came) {
			o.requeue(e)
		}
	}
}

func (o *outcomes) arrived(e *queue.Entry, came arrivals) bool {
	for _, p := range awaited(e) {
		order := o.disk.state.Orders[p.order]
		switch {
		case came[p]:
		case order == nil && !came[place{order: p.order}]:
			return false
		case order != nil && order.State == protocol.Open && p.line != "" && order.Line(p.line) == nil:
			return false
		}
	}
	return true
}

// prune drops what was acknowledged long ago.
func (o *outcomes) prune() {
	s := o.disk.state
	if o.now.Sub(o.pruned) < time.Hour || len(o.disk.taps) > 0 {
		return
	}
	o.pruned = o.now
	var drop []protocol.MutationID
	for i, e := range s.Entries {
		if i >= len(s.Entries)-KeepCount {
			break
		}
		if e.Decided() && !e.Waiting && o.now.Sub(e.Settled) > KeepFor && e.Result.Seq <= s.Seq {
			drop = append(drop, e.ID())
		}
	}
	if len(drop) > 0 {
		o.disk.save(false, queue.Record{Drop: drop})
	}
}

// place is an order or, with a line, one of its lines.
type place struct {
	order protocol.OrderID
	line  protocol.LineID
}

// arrivals are the places that changes named, in whatever state they left them.
type arrivals map[place]bool

func (a arrivals) add(c protocol.Change) {
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

// madeBy: ops make the order or line. No other till does.
func (p place) madeBy(ops protocol.Ops) bool {
	return slices.ContainsFunc(ops, func(op protocol.Op) bool {
		switch op := op.(type) {
		case protocol.OrderCreate:
			return p == place{order: op.Order}
		case protocol.LineAdd:
			return p == place{op.Order, op.Line}
		}
		return false
	})
}

// movedBy: ops may be why it is where it is.
func (p place) movedBy(ops protocol.Ops) bool {
	return slices.ContainsFunc(ops, func(op protocol.Op) bool {
		move, is := op.(protocol.LineMove)
		return is && move.To == p.order && (p.line == "" || slices.Contains(move.Lines, p.line))
	})
}

// awaited is what a waiting entry waits for: a line, unless it adds that
// itself, or orders.
func awaited(e *queue.Entry) (places []place) {
	if r := e.Result; r.Rejection != nil && r.Order != "" {
		if p := (place{r.Order, r.Line}); !p.madeBy(e.Mutation.Ops) {
			return []place{p}
		}
		return []place{{order: r.Order}}
	}
	for _, id := range view.OrdersOf(e.Mutation.Ops) {
		places = append(places, place{order: id})
	}
	return places
}
