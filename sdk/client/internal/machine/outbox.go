package machine

import (
	"encoding/json"
	"time"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	maxFlights   = 8
	maxMutations = 100
	maxPushBytes = 768 << 10
	tillPause    = 30 * time.Second
)

// tillState is whether the server takes mutations, as far as is known.
type tillState int

const (
	tillUnknown tillState = iota
	tillOpen
	tillClosed
)

// outbox is the queue on its way to the server.
type outbox struct {
	*step
	disk     *disk
	outcomes *outcomes

	// flights are the pushes under way, by ref of a frame or id of a call.
	flights map[int][]protocol.MutationID
	flying  map[protocol.MutationID]bool
	lastRef int
	// hold: no push before.
	hold time.Time
	// most and bytes bound a push; the server may have made them smaller.
	most, bytes int
	// sent is the highest id that was ever on its way: it may arrive later than what is
	// sent over another link.
	sent protocol.MutationID
	// from: the server lacks everything from this id on; 0 is no such thing.
	from protocol.MutationID
	till tillState
}

// renew forgets what was known under another client_id.
func (b *outbox) renew() {
	b.flights, b.flying = map[int][]protocol.MutationID{}, map[protocol.MutationID]bool{}
	b.lastRef, b.most, b.bytes, b.from, b.sent = 0, maxMutations, maxPushBytes, 0, 0
	b.hold, b.till = time.Time{}, tillUnknown
}

// underWay: pushes are.
func (b *outbox) underWay() bool { return len(b.flights) > 0 }

// launch puts a push on its way. A ref of 0 asks for the next.
func (b *outbox) launch(ref int, mutations []protocol.Mutation) int {
	if ref == 0 {
		b.lastRef++
		ref = b.lastRef
	}
	if !b.underWay() {
		clear(b.outcomes.came)
	}
	ids := make([]protocol.MutationID, len(mutations))
	for i := range mutations {
		ids[i] = mutations[i].ID
		b.flying[ids[i]] = true
		b.sent = max(b.sent, ids[i])
	}
	b.flights[ref] = ids
	return ref
}

// land takes a push off its way.
func (b *outbox) land(ref int) []protocol.MutationID {
	ids := b.flights[ref]
	delete(b.flights, ref)
	for _, id := range ids {
		delete(b.flying, id)
	}
	return ids
}

// landProbe lands a push of no mutations, which asked whether anybody is there.
func (b *outbox) landProbe(ref int) bool {
	ids, there := b.flights[ref]
	if !there || len(ids) > 0 {
		return false
	}
	b.land(ref)
	return true
}

// ground forgets what was on its way: the link that carried it is gone.
func (b *outbox) ground() {
	clear(b.flights)
	clear(b.flying)
}

// tillIs takes whether the till is open.
func (b *outbox) tillIs(open bool) {
	if open {
		b.till = tillOpen
	} else {
		b.till = tillClosed
	}
}

// shut: the server said that the till is closed.
func (b *outbox) shut() {
	b.till, b.hold = tillClosed, b.now.Add(tillPause)
}

// mayPush: nothing but the link is in the way of a push.
func (b *outbox) mayPush() bool {
	s := b.disk.state
	return s.Cursor != "" && b.disk.ready() && !b.now.Before(b.hold) &&
		recoveryOf(s.Recovery) != recoveryAwaiting && b.till != tillClosed
}

// batch is the next push: ids that rise by one, so it ends at a hole.
func (b *outbox) batch() (batch []protocol.Mutation) {
	size, most := 0, b.most
	if b.disk.settling() {
		most = 1
	}
	entries := b.disk.state.Active()
	if b.from != 0 {
		entries = b.disk.state.Between(b.from-1, b.disk.state.Next)
	}
	for _, e := range entries {
		id := e.ID()
		if !b.disk.durable(id) || len(batch) == most {
			break
		}
		if b.flying[id] || !b.pushable(e) {
			if len(batch) > 0 {
				break
			}
			continue
		}
		if len(batch) > 0 && batch[len(batch)-1].ID+1 != id {
			break
		}
		mutation := e.Mutation
		if e.Blank {
			mutation.Ops = protocol.Ops{}
		}
		raw, _ := json.Marshal(mutation)
		if size += len(raw); size > b.bytes && len(batch) > 0 {
			break
		}
		batch = append(batch, mutation)
	}
	return batch
}

// pushable: the server must say what became of it.
func (b *outbox) pushable(e *queue.Entry) bool {
	if b.disk.settling() {
		return !e.Decided() && !e.Foreign && e.ID() <= b.disk.state.Recovery.LastID
	}
	return !e.Decided() || (b.from != 0 && e.ID() >= b.from)
}

// results takes what a push was answered. It returns the orders that its
// mutations name.
func (b *outbox) results(ref int, results []protocol.Result) (touched []protocol.OrderID) {
	for _, id := range b.land(ref) {
		if b.from == id {
			b.from++ // it is on the server now; go on with the next
		}
	}
	if b.from >= b.disk.state.Next {
		b.from = 0
	}
	b.tillIs(true)
	for _, r := range results {
		touched = append(touched, b.outcomes.settle(r)...)
	}
	return touched
}

// failure is what an error for a whole push asks of other parts: one of the
// types below, or nil.
type failure interface{ failure() }

type (
	// refusal isn't about the push.
	refusal struct{ *protocol.Error }
	// badPush: the server can't read it.
	badPush struct{ *protocol.Error }
	// idsLost: the server has no more than these ids, and the rest isn't held.
	idsLost struct{ lastID protocol.MutationID }
	// idsReused: the server knows one of these ids as another mutation.
	idsReused struct{ ids []protocol.MutationID }
	// gapAgain: it asks again for what it was sent.
	gapAgain struct{}
)

func (refusal) failure()   {}
func (badPush) failure()   {}
func (idsLost) failure()   {}
func (idsReused) failure() {}
func (gapAgain) failure()  {}

// failed takes an error for a whole push. What was in it is pushed again.
func (b *outbox) failed(ref int, e *protocol.Error) failure {
	if b.landProbe(ref) {
		return nil
	}
	ids := b.land(ref)
	switch e.Code {
	case protocol.TooLarge:
		b.tooLarge(ids)
		return nil
	case protocol.IDGap:
		gap, _ := e.Details.(protocol.Gap)
		return b.gap(gap.Expected)
	case protocol.IDReused:
		return idsReused{ids}
	case protocol.BadRequest:
		b.hold = b.now.Add(tillPause)
		return badPush{e}
	}
	return refusal{e}
}

// tooLarge makes pushes smaller. A single mutation that is too large gives its
// id to an empty one, which the server rejects.
func (b *outbox) tooLarge(ids []protocol.MutationID) {
	if len(ids) > 1 {
		b.most, b.bytes = len(ids)/2, max(b.bytes/2, 64<<10)
		return
	}
	for _, id := range ids {
		if e := b.disk.state.Find(id); e != nil && !e.Blank {
			blank := *e
			blank.Blank = true
			b.disk.saveFirst(queue.Record{Entry: &blank})
		}
	}
}

// gap resends from what the server expects, if that is held.
func (b *outbox) gap(expected protocol.MutationID) failure {
	switch e := b.disk.state.Find(expected); {
	case e == nil:
		return idsLost{expected - 1}
	case !e.Decided():
		return nil // it is next anyway
	case b.from == 0 || expected < b.from:
		b.from = expected
		return nil
	}
	return gapAgain{}
}

// upload is how long a push may take on its way up, on a slow link.
func upload(mutations []protocol.Mutation) time.Duration {
	const bytesPerSecond = 16 << 10
	raw, _ := json.Marshal(mutations)
	return time.Duration(len(raw)/bytesPerSecond) * time.Second
}
