package multisession

import (
	"time"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Decision is what a batch of requests comes to: what to write, and what to
// say when it is written.
type Decision struct {
	// Batch is nil if there is nothing to write.
	Batch   *store.Batch
	Replies []Reply
	// Entries are the new changes, for the feed.
	Entries []Entry

	// Faults are what the server itself got wrong, for the log.
	Faults []Fault

	givenUp    bool // the server ends before hooks have answered
	moved      bool // tills, run or name changed
	set        *order.Set
	name       string
	head       protocol.Seq
	run        protocol.Run
	runOpen    bool
	lastNumber protocol.Number
	migrated   *hooks.Schemas // as Engine's
	tills      map[protocol.POSID]store.Till
	clients    []store.Client                // as they are now, each once
	bound      []store.Client                // new ones
	ended      map[protocol.OrderID][]string // orders that aren't open: what missed them
	storage    storages                      // what extensions store, where that may have changed
	held       map[protocol.POSID]order.Held // what came and went
}

// Fault is a mutation, or a change of the server's own, that was refused since
// the server can't do it. Ref is what the client was told.
type Fault struct {
	Ref    string
	Client protocol.ClientID
	ID     protocol.MutationID
	Order  protocol.OrderID
	What   string
}

// Entry is a change as the feed keeps it.
type Entry struct {
	Position
	Body   []byte
	Client protocol.ClientID
	ID     protocol.MutationID
}

// Decide decides a batch, in order. The engine stays as it is until the
// decision is accepted; one that can't be written is dropped.
func (e *Engine) Decide(batch []Request, now time.Time) *Decision {
	d := &decider{
		engine: e, now: now,
		Decision: &Decision{
			set: order.NewSet(e), name: e.name, head: e.head,
			run: e.run, runOpen: e.runOpen, lastNumber: e.lastNumber, migrated: e.migrated,
			Replies: make([]Reply, len(batch)),
		},
		write: store.Batch{MultiSession: e.id, Expect: e.head, Turn: e.turn, At: now},
		chain: e.rules.chain(),
	}
	d.schema, d.putters, d.schemas = d.chain.Schema(), d.chain.Putters(), d.chain.Schemas()
	for i, r := range batch {
		d.request(r, &d.Replies[i])
	}
	d.flush()
	for _, finish := range d.finish {
		finish()
	}
	d.complete()
	return d.Decision
}

// decider is a decision being made.
type decider struct {
	*Decision
	engine  *Engine
	now     time.Time
	write   store.Batch
	dirty   bool // something beside the log is to be written
	chain   Chain
	schema  *protocol.Schema
	putters []string
	schemas *hooks.Schemas
	wave    wave
	opened  map[protocol.POSID]order.Held // by what waits in the wave under way
	finish  []func()
	asked   int // effects that were asked for
}

// alone reports whether a request must be the only one of its batch: what it
// reads or writes is more than a mutation's.
func alone(r Request) bool {
	switch r.(type) {
	case *Push, *Seen:
		return false
	}
	return true
}

func (d *decider) request(r Request, reply *Reply) {
	if d.engine.copied != nil && d.copyRequest(r, reply) {
		return
	}
	switch r := r.(type) {
	case *Push:
		d.push(r, reply)
	case *Seen:
		d.seen(r, reply)
	case *OpenTill:
		d.openTill(r, reply)
	case *CloseTill:
		d.closeTill(r, reply)
	case *Void:
		d.void(r, reply)
	case *Moved:
	case *Renamed:
		d.name, d.moved = r.Name, true
	case *Rerun:
		d.rerun()
	case *Look:
		reply.Stored = d.look(r.Extension)
	case *Drop:
		reply.Err = d.dropStored(r)
	case *EffectOutcome:
		d.effectOutcome(r, reply)
	case *Pin:
		d.pin(r, reply)
	}
}

// copyRequest does what is different for a copy (see copy.go); false for what isn't.
func (d *decider) copyRequest(r Request, reply *Reply) bool {
	switch r := r.(type) {
	case *Seen, *OpenTill, *CloseTill, *Moved, *Renamed, *Look:
		return false
	case *Pin:
		if d.engine.copied.whole() {
			return false
		}
		reply.Err = unfinished()
	case *Push:
		d.pushHome(r, reply)
	case *Standing:
		d.standing(reply)
	case *Rerun: // the home does
	default:
		reply.Err = atHome()
	}
	return true
}

// complete fills in what the store is to write.
func (d *decider) complete() {
	if len(d.storage) > 0 {
		d.writeStorage()
	}
	if len(d.Entries) == 0 && !d.dirty {
		return
	}
	for _, draft := range d.set.Drafts() {
		if draft.Seq > d.write.Expect {
			rows := writeOrder(draft, d.write.Expect)
			if len(draft.Effects) > 0 {
				rows.Effects = d.engine.effectRows(draft, d.write.Expect)
			}
			d.write.Orders = append(d.write.Orders, rows)
		}
	}
	for _, entry := range d.Entries {
		d.write.Changes = append(d.write.Changes, store.Change{Seq: entry.Seq, Body: entry.Body})
	}
	d.Batch = &d.write
}

// change numbers a change, encodes it once for everybody and puts its drafts, and
// what hooks left in storage, under what follows. It is nil, and nothing
// happened, where the change would be no JSON: that must never be stored, since
// no reader gets past it.
func (d *decider) change(head protocol.ChangeHead, drafts []*order.Order, created int, left storages) []byte {
	head.Seq, head.At = d.head+1, d.now
	body := order.AppendChange(make([]byte, 0, 512), &head, drafts)
	if !order.Valid(body) {
		return nil
	}
	d.head++
	d.Entries = append(d.Entries, Entry{
		Position: Position{Seq: d.head, Tag: TagOf(body)}, Body: body, Client: head.Client, ID: head.ID,
	})
	d.lastNumber += protocol.Number(created)
	d.weigh(drafts, &d.held)
	if len(left)+len(d.engine.storage)+len(d.storage) > 0 {
		d.keep(left, drafts)
	}
	for _, draft := range drafts {
		if draft.State != protocol.Open && !draft.WasClosed() && len(draft.Missed) > 0 {
			d.missedEnd(draft.ID, draft.Missed)
		}
	}
	d.set.Put(drafts)
	return body
}

// weigh adds to each POS what drafts hold open more than before.
func (d *decider) weigh(drafts []*order.Order, into *map[protocol.POSID]order.Held) {
	for _, draft := range drafts {
		draft.Weigh()
		more := draft.Holds()
		if was := d.set.Order(draft.ID); was != nil {
			held := was.Holds()
			more = more.Plus(order.Held{Orders: -held.Orders, Bytes: -held.Bytes})
		}
		if more != (order.Held{}) {
			if *into == nil {
				*into = map[protocol.POSID]order.Held{}
			}
			(*into)[draft.Owner()] = (*into)[draft.Owner()].Plus(more)
		}
	}
}

// holds is what a POS holds open by now.
func (d *decider) holds(pos protocol.POSID) order.Held {
	return d.engine.held[pos].Plus(d.held[pos]).Plus(d.opened[pos])
}

func (d *decider) env(by, author protocol.Value, client protocol.ClientID, pending int, created int) *order.Env {
	env := &order.Env{
		Client: client, By: by, Author: author, Now: d.now,
		Head: d.head + protocol.Seq(pending), Seq: d.head + protocol.Seq(pending) + 1,
		Run: d.run, Number: d.lastNumber + 1 + protocol.Number(created),
		Schema: d.schema, Putters: d.putters, Limits: d.engine.rules.Limits, Held: d.holds,
	}
	if d.schemas != nil {
		env.Versions = d.schemas
	}
	return env
}

func (d *decider) client(id protocol.ClientID) (store.Client, bool) {
	for i := range d.clients {
		if d.clients[i].ID == id {
			return d.clients[i], true
		}
	}
	c, ok := d.engine.clients[id]
	return c, ok
}

// mismatch: a client belongs for ever to one POS and one multi-session.
func (d *decider) mismatch(c store.Client, pos protocol.POSID) error {
	switch {
	case c.Damaged:
		return protocol.AsError(store.Damage{Place: "client " + string(c.ID)}.Err())
	case c.POS != pos:
		return protocol.Errorf(protocol.ClientTaken, "client_id %s belongs to another POS; take a new one", c.ID)
	case c.MultiSession != d.engine.id:
		return Reset(protocol.OtherMultiSession)
	}
	return nil
}

func (d *decider) setClient(c store.Client) {
	for i := range d.clients {
		if d.clients[i].ID == c.ID {
			d.clients[i] = c
			return
		}
	}
	d.clients = append(d.clients, c)
}

func (d *decider) till(pos protocol.POSID) store.Till {
	if t, ok := d.tills[pos]; ok {
		return t
	}
	return d.engine.tills[pos]
}

func (d *decider) seen(r *Seen, reply *Reply) {
	client, known := d.client(r.Client)
	if known {
		reply.Err = d.mismatch(client, r.POS)
	}
	reply.LastID = client.LastID
}

func (d *decider) pin(r *Pin, reply *Reply) {
	if c, known := d.client(r.Client); known {
		reply.LastID = c.LastID
	}
	reply.Snapshot = &Snapshot{Position: Position{Seq: d.head}, LastID: reply.LastID, Orders: d.engine.snapshot()}
}
