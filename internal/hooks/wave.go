package hooks

import "github.com/manytill/manytill/sdk/protocol"

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
	Payment bool
	// Lines and Orders are the records that changed and are there.
	Lines, Orders []*Change

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

// Change is a record that a mutation changed, and how the chain changes it. It
// is good until Chain.Run returns.
type Change struct {
	Record
	// Of is the change of a line's order.
	Of *Change
	// Changed are the fields that differ from what is stored, and of an order
	// the pseudo fields "lines" and "statement_ids" where those changed. The
	// chain adds what it sets.
	Changed []protocol.Field
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
