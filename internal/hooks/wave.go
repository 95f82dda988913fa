package hooks

import (
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Wave is what a chain of extensions is handed between the core's merge and
// the commit: mutations of which no two touch the same order.
type Wave struct {
	MultiSession protocol.MultiSessionID
	Mutations    []*Mutation

	// GivenUp is set by the chain: the server ends, and what hooks would have
	// said isn't known. The wave must not be decided; tills ask again.
	GivenUp bool
}

// Mutation is one mutation after the core's merge. The chain may refuse
// it, unless it holds a payment: money is a fact, then it asks for a review.
type Mutation struct {
	At      time.Time
	Seed    uint64
	Payment bool
	// Lines and Orders are the records that changed and are there.
	Lines, Orders []*Record

	// Veto is set by the chain: the mutation is rejected.
	Veto *protocol.Rejection
	// Reviews is set by the chain: what an extension would have refused,
	// had the mutation held no money.
	Reviews []Review
}

// Review is why one order of a mutation needs a look.
type Review struct {
	Order protocol.OrderID
	protocol.Review
}

// Record is an order or a line that a mutation changed. Its funcs are good
// until Chain.Run returns.
type Record struct {
	Model  protocol.Model
	Order  protocol.OrderID
	Line   protocol.LineID
	N      int
	Number protocol.Number // 0 while the order is being created
	Run    protocol.Run
	New    bool
	// Changed are the fields that differ from what is stored, and of an order
	// the pseudo fields "lines" and "statement_ids" where those changed. The
	// chain adds what it sets.
	Changed []protocol.Field
	// Stored are the fields before the mutation (nil if New), Merged as they
	// are now.
	Stored, Merged func() protocol.Fields
	Payments       func() []protocol.Payment
	Lines          func() []protocol.Line
	// EachLine visits the same lines with the values of some fields only,
	// null for none: cheaper where few are needed. values is used again.
	EachLine func(fields []protocol.Field, visit func(id protocol.LineID, n int, values []protocol.Value))
	// Parent is the order of a line.
	Parent *Record
	// Set makes a value part of the change; null clears.
	Set func(protocol.Field, protocol.Value)
	// Failed is set by the chain where an extension failed on the record: it
	// is run again when that may work. By is the extension that set something.
	Failed bool
	By     string
	// Ran is the generation of the chain that last ran over the record; 0 if
	// none did. The chain keeps it.
	Ran *uint64
}
