package multisession

import (
	"context"
	"encoding/json"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Request is one thing asked of an engine: [Push], [OpenTill], [CloseTill],
// [Void], [Moved], [Renamed], [Pin], [Look], [Drop], [Piece], [Standing] or [Seen]. Those of one POS are decided in the
// order in which they were submitted, and pushes before whatever else came
// later.
type Request interface{ request() }

// Push asks for mutations. Its cursor was checked by the caller.
type Push struct {
	Client    protocol.ClientID
	POS       protocol.POS
	Mutations []*order.Mutation
}

// bytes is about what it takes while it waits.
func (p *Push) bytes() int {
	n := frameBytes
	for _, m := range p.Mutations {
		n += bytesOf(m)
	}
	return n
}

const frameBytes = 256 // of a push, and of a mutation beside its text

func bytesOf(m *order.Mutation) int { return frameBytes + len(m.Raw) }

// OpenTill opens the till of a POS, and a new run if it is the first.
type OpenTill struct {
	POS  protocol.POS
	User *protocol.User
}

// CloseTill closes it, and the run if it is the last.
type CloseTill struct{ POS protocol.POSID }

// Void cancels an open order in the admin's name.
type Void struct {
	Order  protocol.OrderID
	Reason string
}

// Moved tells that another node may have committed to the multi-session.
type Moved struct{}

// Renamed tells of a new name.
type Renamed struct{ Name string }

// Pin takes a snapshot of the open orders at one position, for a client.
type Pin struct{ Client protocol.ClientID }

// Rerun runs the hooks over orders on which an extension failed, or whose end
// it missed.
type Rerun struct{}

// Look asks what an extension has stored.
type Look struct{ Extension string }

// Drop takes one key out of what an extension has stored, in the admin's name.
type Drop struct{ Extension, Key string }

// Seen asks for a client's binding and last id.
type Seen struct {
	Client protocol.ClientID
	POS    protocol.POSID
}

func (*Push) request()      {}
func (*OpenTill) request()  {}
func (*CloseTill) request() {}
func (*Void) request()      {}
func (*Renamed) request()   {}
func (*Moved) request()     {}
func (*Pin) request()       {}
func (*Seen) request()      {}
func (*Rerun) request()     {}
func (*Look) request()      {}
func (*Drop) request()      {}

// Reply is what became of a request.
//
// Err is of the whole request, a [*protocol.Error]. Of any: overloaded,
// read_only, not_found where the multi-session is gone, internal. Of a Push also
// till_closed, client_taken, reset_required, id_gap, id_reused, rate_limited; of
// Seen client_taken, reset_required; of a Void conflict for a closed order and
// not_found for none; of a Drop not_found for a key that isn't there.
type Reply struct {
	Err error
	// LastID is the client's after a Push, Pin or Seen.
	LastID protocol.MutationID
	// Results are a Push's. Head is the seq up to which a reader must be shown
	// everything before it is shown these.
	Results Results
	Head    protocol.Seq
	// Run is the current run after OpenTill, CloseTill; RunEnded that the
	// latter ended it. Open lists the orders that were open when
	// the till closed: abandoned now, or carried into the next run.
	Run      protocol.Run
	RunEnded bool
	Open     []protocol.OpenOrder
	// Snapshot is what Pin took.
	Snapshot *Snapshot
	// Stored is what a Look found, by key.
	Stored []protocol.StoredEntry
	// Change is the JSON of a Void's change.
	Change []byte
	// Progress is a copy's, after Standing; Head is then where it stands.
	Progress *protocol.RelayProgress
}

// Result is what became of a mutation: its JSON, and of it what is counted.
type Result struct {
	Status    protocol.Status
	Rejection *protocol.Rejection // not nil where Status is Rejected
	JSON      []byte
}

// Results are a push's.
type Results []Result

// JSON is each of them as it is sent.
func (r Results) JSON() [][]byte {
	all := make([][]byte, len(r))
	for i := range r {
		all[i] = r[i].JSON
	}
	return all
}

// Bytes is how large they are as they are sent.
func (r Results) Bytes() (n int) {
	for i := range r {
		n += len(r[i].JSON)
	}
	return n
}

// Snapshot is the open orders at one position, each encoded once for all its
// readers, by run and number.
type Snapshot struct {
	Orders   [][]byte
	Position Position
	LastID   protocol.MutationID
}

// Chain is the extensions' place in the way of one tap: behind the core's
// merge, before the commit. The engine calls it from its session's goroutine,
// once for each wave; no two mutations of a wave touch the same order.
type Chain interface {
	// Schema is the core's fields and the extensions'.
	Schema() *protocol.Schema
	// Ready reports whether what these extensions missed may be made up for: one
	// of them is enabled, and those that are aren't suspended. "*" is any.
	Ready(missed []string) bool
	// Active reports whether any hook is defined. Where none is, nothing runs.
	Active() bool
	// Serial reports whether each mutation must be a wave of its own: an extension
	// stores something, and finds what the mutations before left.
	Serial() bool
	// Putters are the enabled extensions that put lines.
	Putters() []string
	// Schemas are those of the extensions; nil: each is 1.
	Schemas() *hooks.Schemas
	// Migrate makes fields that older versions of extensions wrote those of now. It
	// ends in bounded time; an order on which it fails stays as it is, and is missed.
	Migrate(ctx context.Context, wave *hooks.Wave)
	// Run does that too, runs the hooks, writes what they changed and notes what they refuse.
	// It ends in bounded time, whatever an extension does.
	Run(ctx context.Context, wave *hooks.Wave)
}

// push checks the whole of it before any of it is decided.
func (d *decider) push(p *Push, reply *Reply) {
	till := d.till(p.POS.ID)
	if !till.Open {
		reply.Err = TillClosed()
		return
	}
	client, known := d.client(p.Client)
	if known {
		if reply.Err = d.mismatch(client, p.POS.ID); reply.Err != nil {
			return
		}
	}
	if reply.Err = d.checkIDs(p, client.LastID); reply.Err != nil {
		return
	}
	if !known {
		if reply.Err = d.oneMore(p.POS.ID); reply.Err != nil {
			return
		}
		client = d.bind(p)
	}
	slots := make([]*slot, len(p.Mutations))
	for i, m := range p.Mutations {
		slots[i] = &slot{mutation: m, client: p.Client}
		if m.ID <= client.LastID {
			slots[i].result = duplicate(m.ID, d.outcome(p.Client, m.ID))
			continue
		}
		user := m.User
		if user == nil {
			user = till.User
		}
		slots[i].author = protocol.AuthorJSON(p.POS, user)
		d.join(slots[i])
		client.LastID = m.ID
	}
	d.setClient(client)
	d.finish = append(d.finish, func() {
		reply.LastID, reply.Head = client.LastID, d.head
		reply.Results = make(Results, len(slots))
		for i, s := range slots {
			reply.Results[i] = s.result
		}
	})
}

// bind notes a new client.
func (d *decider) bind(p *Push) store.Client {
	client := store.Client{ID: p.Client, POS: p.POS.ID, MultiSession: d.engine.id}
	d.write.Clients = append(d.write.Clients, client)
	d.bound = append(d.bound, client)
	d.dirty = true
	return client
}

// oneMore refuses a client of a POS that has too many. None of those that are
// known is ever forgotten: a push that is repeated must get its first answer. So
// the new one waits, with its queue, until somebody looks.
func (d *decider) oneMore(pos protocol.POSID) error {
	n, limit := d.engine.bound[pos], d.engine.rules.Clients
	for _, c := range d.bound {
		if c.POS == pos {
			n++
		}
	}
	if limit == 0 || n < limit {
		return nil
	}
	return protocol.Errorf(protocol.RateLimited, "POS %s has pushed from %d clients, as many as one may have (limits.clients); its taps wait until the operator raises that, or gives the till another POS", pos, n).
		With(protocol.Pause{RetryAfterMS: 60_000})
}

// TillClosed is the error of a push from a POS whose till isn't open.
func TillClosed() error {
	return protocol.Errorf(protocol.TillClosed, "the till of this POS is closed; open it, then push again")
}

// checkIDs: no hole, and no id that was used with another body.
func (d *decider) checkIDs(p *Push, last protocol.MutationID) error {
	if len(p.Mutations) > 0 && p.Mutations[0].ID > last+1 {
		return protocol.Errorf(protocol.IDGap, "mutation %d is missing; send again from there", last+1).
			With(protocol.Gap{Expected: last + 1, Got: p.Mutations[0].ID})
	}
	for _, m := range p.Mutations {
		if m.ID > last {
			break
		}
		if o := d.outcome(p.Client, m.ID); !lost(o) && o.Hash != m.Hash {
			return protocol.Errorf(protocol.IDReused, "mutation %d was used with another body", m.ID).With(protocol.UsedID{ID: m.ID})
		}
	}
	return nil
}

// outcome is what was decided before, in this batch or earlier.
func (d *decider) outcome(client protocol.ClientID, id protocol.MutationID) store.Outcome {
	d.flush()
	for i := len(d.write.Outcomes) - 1; i >= 0; i-- {
		if o := d.write.Outcomes[i]; o.Client == client && o.ID == id {
			return o
		}
	}
	return d.engine.facts.outcomes[outcomeKey{client, id}]
}

// duplicate is the first outcome again. Of one that is damaged in the store
// nobody can tell whether it was applied: the orders do.
func duplicate(id protocol.MutationID, o store.Outcome) Result {
	var r protocol.Result
	if lost(o) || json.Unmarshal(o.Result, &r) != nil {
		r = protocol.Result{ID: id, Rejection: &protocol.Rejection{
			Code:    protocol.Internal,
			Message: "this was decided before, but what was decided is damaged in the server's database; look whether the order has it",
		}}
	}
	r.Status = protocol.Duplicate
	return resultOf(&r)
}

// resultOf encodes a result, once for the store and the till.
func resultOf(r *protocol.Result) Result {
	return Result{Status: r.Status, Rejection: r.Rejection, JSON: r.AppendJSON(make([]byte, 0, 128))}
}

// slot is one mutation on its way to its result.
type slot struct {
	mutation *order.Mutation
	client   protocol.ClientID
	author   protocol.Value
	outcome  *order.Outcome
	seq      protocol.Seq        // that the outcome was decided with
	veto     *protocol.Rejection // by an extension
	left     storages            // what hooks left
	fault    string              // what the server got wrong, for the log
	result   Result
}
