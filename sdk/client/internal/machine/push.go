package machine

import (
	"encoding/json"
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/client/wire"
)

const (
	maxFlights   = 8
	maxMutations = 100
	maxPushBytes = 768 << 10
	tillPause    = 30 * time.Second
)

// pusher knows which mutations are on their way.
type pusher struct {
	flights map[int][]sdk.MutationID // by ref of a frame or id of a request
	flying  map[sdk.MutationID]bool
	lastRef int
	hold    time.Time // no push before
	// most and bytes bound a push; the server may have made them smaller.
	most, bytes int
	// from: the server lacks everything from this id on; 0 is no such thing.
	from sdk.MutationID
	// shut: the till is closed, as far as is known.
	shut, known bool
}

func newPusher() pusher {
	return pusher{
		flights: map[int][]sdk.MutationID{}, flying: map[sdk.MutationID]bool{},
		most: maxMutations, bytes: maxPushBytes,
	}
}

// ground forgets what was on its way: the link that carried it is gone.
func (p *pusher) ground() {
	clear(p.flights)
	clear(p.flying)
}

func (p *pusher) land(ref int) []sdk.MutationID {
	ids := p.flights[ref]
	delete(p.flights, ref)
	for _, id := range ids {
		delete(p.flying, id)
	}
	return ids
}

// pushAll sends what waits, over the socket or else the polls.
func (m *Machine) pushAll() {
	overSocket := m.link.up()
	if !m.mayPush(overSocket) {
		return
	}
	most := maxFlights
	if !overSocket || m.settling() {
		most = 1
	}
	for len(m.push.flights) < most {
		batch := m.batch()
		if len(batch) == 0 {
			return
		}
		if len(m.push.flights) == 0 {
			clear(m.came)
		}
		ids := make([]sdk.MutationID, len(batch))
		for i := range batch {
			ids[i] = batch[i].ID
			m.push.flying[ids[i]] = true
		}
		if overSocket {
			m.sendPush(ids, batch)
			continue
		}
		id := m.call(wire.PushCall{ClientID: m.state.ClientID, Cursor: m.state.Cursor, Mutations: batch})
		m.push.flights[id] = ids
	}
}

func (m *Machine) mayPush(overSocket bool) bool {
	switch {
	case !overSocket && !m.poll.works, overSocket && m.link.doomed:
		return false
	case m.state.Cursor == "" || !m.ready() || m.now.Before(m.push.hold):
		return false
	case m.state.Recovery != nil && !m.settling():
		return false
	}
	return !m.push.shut && (overSocket || len(m.folded) == 0)
}

// batch is the next push: ids that rise by one, so it ends at a hole.
func (m *Machine) batch() (batch []sdk.Mutation) {
	size, most := 0, m.push.most
	if m.settling() {
		most = 1
	}
	entries := m.state.Active()
	if m.push.from != 0 {
		entries = m.state.Between(m.push.from-1, m.state.Next)
	}
	for _, e := range entries {
		id := e.ID()
		if !m.durable(id) || len(batch) == most {
			break
		}
		if m.push.flying[id] || !m.pushable(e) {
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
			mutation.Ops = []sdk.Op{}
		}
		raw, _ := json.Marshal(mutation)
		if size += len(raw); size > m.push.bytes && len(batch) > 0 {
			break
		}
		batch = append(batch, mutation)
	}
	return batch
}

func (m *Machine) durable(id sdk.MutationID) bool { return id < m.unsaved() }

// unsaved is the first id that no mutation on disk has: none was pushed with it.
func (m *Machine) unsaved() sdk.MutationID {
	for _, tap := range m.taps {
		if len(tap.ids) > 0 {
			return tap.ids[0]
		}
	}
	return m.state.Next
}

func (m *Machine) pushable(e *queue.Entry) bool {
	if m.settling() {
		return !e.Decided() && !e.Foreign && e.ID() <= m.state.Recovery.LastID
	}
	return !e.Decided() || (m.push.from != 0 && e.ID() >= m.push.from)
}

// results settles what a push was answered.
func (m *Machine) results(ref int, results []sdk.Result) {
	for _, id := range m.push.land(ref) {
		if m.push.from == id {
			m.push.from++ // it is on the server now; go on with the next
		}
	}
	if m.push.from >= m.state.Next {
		m.push.from = 0
	}
	m.push.known, m.push.shut = true, false
	var touched []sdk.OrderID
	for _, r := range results {
		touched = append(touched, m.settle(r)...)
	}
	if len(touched) > 0 {
		m.changed(m.view.Refresh(touched, m.naming), nil)
	}
}

// pushFailed takes an error for a whole push. What was in it is pushed again.
func (m *Machine) pushFailed(ref int, e wire.Error) {
	ids := m.push.land(ref)
	if len(ids) == 0 {
		return // it was asked whether anybody is there
	}
	switch e.Code {
	case sdk.TillClosed:
		m.push.shut, m.push.known = true, true
		m.push.hold = m.now.Add(tillPause)
	case sdk.TooLarge:
		m.tooLarge(ids)
	case sdk.IDGap:
		m.gap(e.Expected, ids)
	case sdk.IDReused:
		m.reused(ids)
	case sdk.BadRequest:
		m.problem(e.Code, "the server can't read what this till sends; update the till or the server ("+e.Message+")")
		m.push.hold = m.now.Add(tillPause)
	default:
		m.refused(e)
	}
}

// tooLarge makes pushes smaller. A single mutation that is too large gives its
// id to an empty one, which the server rejects.
func (m *Machine) tooLarge(ids []sdk.MutationID) {
	if len(ids) > 1 {
		m.push.most = max(1, len(ids)/2)
		m.push.bytes = max(m.push.bytes/2, 64<<10)
		return
	}
	for _, id := range ids {
		if e := m.state.Find(id); e != nil && !e.Blank {
			blank := *e
			blank.Blank = true
			m.save(true, queue.Record{Entry: &blank})
			m.disk.gate = m.disk.last
		}
	}
}

// gap resends from what the server expects, if that is held.
func (m *Machine) gap(expected sdk.MutationID, ids []sdk.MutationID) {
	e := m.state.Find(expected)
	switch {
	case e != nil && !e.Decided():
		return // it is next anyway
	case e != nil && (m.push.from == 0 || expected < m.push.from):
		m.push.from = expected
	case e != nil:
		m.push.hold = m.now.Add(m.link.backoff.next(m.cfg.Random, longPause))
	case len(ids) > 0 && m.state.Recovery == nil:
		m.beginRecovery(queue.Recovery{Reason: string(sdk.IDGap), Known: true, LastID: expected - 1})
	}
}
