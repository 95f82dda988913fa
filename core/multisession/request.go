package multisession

import (
	"context"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Request is one thing asked of an engine: [Push], [OpenTill], [CloseTill],
// [Void], [Renamed], [Pin] or [Seen]. Those of one POS are decided in the
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

// Renamed tells of a new name.
type Renamed struct{ Name string }

// Pin takes a snapshot of the open orders at one position, for a client.
type Pin struct{ Client protocol.ClientID }

// Rerun runs the hooks over orders on which an extension failed.
type Rerun struct{}

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
func (*Pin) request()       {}
func (*Seen) request()      {}
func (*Rerun) request()     {}

// Reply is what became of a request.
//
// Err is of the whole request, a [*protocol.Error]. Of any: overloaded,
// read_only, not_found where the multi-session is gone, internal. Of a Push also
// till_closed, client_taken, reset_required, id_gap, id_reused, rate_limited; of
// Seen client_taken, reset_required; of a Void conflict for a closed order and
// not_found for none.
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
	// Change is the JSON of a Void's change.
	Change []byte
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
// merge, before the commit. The engine calls it from its room's goroutine,
// once for each wave; no two mutations of a wave touch the same order.
type Chain interface {
	// Schema is the core's fields and the extensions'.
	Schema() *protocol.Schema
	// Ready reports whether what failed may be tried again.
	Ready() bool
	// Active reports whether any hook is defined. Where none is, nothing runs.
	Active() bool
	// Run runs the hooks, writes what they changed and notes what they refuse.
	// It ends in bounded time, whatever an extension does.
	Run(ctx context.Context, wave *hooks.Wave)
}
