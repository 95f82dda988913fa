package sdk

import "time"

// Wave is what a chain of extensions is handed between the core's merge and
// the commit: mutations of which no two touch the same order.
type Wave struct {
	MultiSession MultiSessionID
	Mutations    []*WaveMutation

	// GivenUp is set by the chain: the server ends, and what hooks would have
	// said isn't known. The wave must not be decided; tills ask again.
	GivenUp bool
}

// WaveMutation is one mutation after the core's merge. The chain may refuse
// it, unless it holds a payment: money is a fact, then it asks for a review.
type WaveMutation struct {
	At      time.Time
	Seed    uint64
	Payment bool
	// Lines and Orders are the records that changed and are there.
	Lines, Orders []*WaveRecord

	// Veto is set by the chain: the mutation is rejected.
	Veto *Rejection
	// Reviews is set by the chain: what an extension would have refused,
	// had the mutation held no money.
	Reviews []WaveReview
}

// WaveReview is why one order of a mutation needs a look.
type WaveReview struct {
	Order OrderID
	Review
}

// WaveRecord is an order or a line that a mutation changed. Its funcs are good
// until Chain.Run returns.
type WaveRecord struct {
	Model  Model
	Order  OrderID
	Line   LineID
	N      int
	Number Number // 0 while the order is being created
	Run    Run
	New    bool
	// Changed are the fields that differ from what is stored, and of an order
	// the pseudo fields "lines" and "statement_ids" where those changed. The
	// chain adds what it sets.
	Changed []Field
	// Stored are the fields before the mutation (nil if New), Merged as they
	// are now.
	Stored, Merged func() Fields
	Payments       func() []Payment
	Lines          func() []Line
	// EachLine visits the same lines with the values of some fields only,
	// null for none: cheaper where few are needed. values is used again.
	EachLine func(fields []Field, visit func(id LineID, n int, values []Value))
	// Parent is the order of a line.
	Parent *WaveRecord
	// Set makes a value part of the change; null clears.
	Set func(Field, Value)
	// Failed is set by the chain where an extension failed on the record: it
	// is run again when that may work. By is the extension that set something.
	Failed bool
	By     string
	// Ran is the generation of the chain that last ran over the record; 0 if
	// none did. The chain keeps it.
	Ran *uint64
}
