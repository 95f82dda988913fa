package machine

import (
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// Acknowledged mutations are kept so long, and so many, whichever is more
// (protocol, duty 1 of a client).
const (
	KeepFor   = 48 * time.Hour
	KeepCount = 1000
)

// settle takes the outcome of a mutation from a result. It returns the orders
// that it names, for the replay without it.
func (m *Machine) settle(r sdk.Result) []sdk.OrderID {
	e := m.state.Find(r.ID)
	if e == nil || !m.durable(r.ID) {
		return nil
	}
	if len(r.Ignored) > 0 && (!e.Decided() || len(e.Result.Ignored) == 0) {
		m.notify(Ignored{ID: r.ID, Fields: r.Ignored, Why: r.Why})
	}
	if e.Decided() {
		return m.again(e, r)
	}
	settled := *e
	settled.Result, settled.Settled = &r, m.now
	refused := queue.Refused(r)
	if refused && e.Blank {
		r.Rejection = &sdk.Rejection{Code: sdk.TooLarge, Message: "this is more than the server takes at once; split it"}
	}
	settled.Waiting = refused && e.Anew && r.Rejection != nil && r.Code == sdk.NotFound
	m.save(false, queue.Record{Entry: &settled})
	switch {
	case settled.Waiting && (r.Status == sdk.Duplicate || m.came.all(awaited(&settled))):
		// What it waits for may have come since that was decided.
		m.requeue(&settled)
	case refused && !settled.Waiting:
		m.notify(m.rejected(&settled))
	}
	return view.Named(e.Mutation.Ops)
}

// again takes an outcome that was known: from a change, or from before an
// id_gap. The server's word counts, as far as it moved.
func (m *Machine) again(e *queue.Entry, r sdk.Result) []sdk.OrderID {
	if r.Seq == e.Result.Seq && queue.Refused(r) == e.Rejected() {
		return nil
	}
	settled := *e
	settled.Result = &r
	m.save(false, queue.Record{Entry: &settled})
	if queue.Refused(r) && !e.Rejected() {
		m.notify(m.rejected(&settled))
	}
	return view.Named(e.Mutation.Ops)
}

// own finds the entry of a change with this client's id. One with another time
// of tapping is another's: the storage was cloned or rolled back.
func (m *Machine) own(c sdk.Change) *queue.Entry {
	if c.ClientID != m.state.ClientID || c.ID == 0 {
		return nil
	}
	e := m.state.Find(c.ID)
	if e == nil || e.Decided() || !m.durable(c.ID) || !sameTime(c.TappedAt, e.Mutation.At) {
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

// byChange settles an entry by its change.
func (m *Machine) byChange(e *queue.Entry, c sdk.Change) queue.Record {
	settled := *e
	settled.Result = &sdk.Result{ID: c.ID, Status: sdk.Applied, Seq: c.Seq}
	settled.Settled = m.now
	return queue.Record{Entry: &settled}
}

// prune drops what was acknowledged long ago.
func (m *Machine) prune() {
	if m.now.Sub(m.pruned) < time.Hour || len(m.taps) > 0 {
		return
	}
	m.pruned = m.now
	var drop []sdk.MutationID
	for i, e := range m.state.Entries {
		if i >= len(m.state.Entries)-KeepCount {
			break
		}
		if e.Decided() && !e.Waiting && m.now.Sub(e.Settled) > KeepFor && e.Result.Seq <= m.state.Seq {
			drop = append(drop, e.ID())
		}
	}
	if len(drop) > 0 {
		m.save(false, queue.Record{Drop: drop})
	}
}
