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

// Mutation is one change after the core's merge.
type Mutation struct {
	// Stands: the chain can't refuse it, since money is a fact, or the change
	// is the server's own. What would have been refused asks for a review.
	Stands bool
	// Missed are extensions that failed on it earlier, or were suspended, and
	// whose runs are made up for now; "*" is any.
	Missed []string
	// Late: its order was closed before. Those of Missed alone run, and only
	// their derived fields and what they store are taken.
	Late bool
	// Storage is what extensions have stored for the multi-session, by their
	// names; one that isn't there has nothing. The chain puts in it what hooks
	// left. It is nil where the chain isn't serial.
	Storage map[string]*Storage
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

// PutLine is a line that an extension's hooks want in an order, by its key.
type PutLine struct {
	Key    string
	Fields protocol.Fields
	// Keep: the line stays as it was, if there is one: what was put isn't valid.
	Keep bool
}

// Putting is what became of the lines that were put.
type Putting struct {
	// Changed are lines that are new or changed.
	Changed []*Change
	Dropped []protocol.LineID
	// Refused says why some weren't taken.
	Refused map[protocol.LineID]string
}

// Draft is how the chain changes a record.
type Draft interface {
	// Set makes a value part of the change; null clears.
	Set(protocol.Field, protocol.Value)
	// Write does so with a field of the core's. It counts as the change's
	// client's, and its author's.
	Write(protocol.Field, protocol.Value)
	// ReadOrder reports whether an extension's hooks on this line, or on any line
	// of this order, have read one of these keys of the order; nil: any. NoteReads,
	// of a line, notes what they read; that is remembered.
	ReadOrder(extension string, keys []protocol.Field) bool
	NoteReads(extension string, keys []protocol.Field)
	// OtherLines, of an order, are its lines that are there and that the
	// mutation didn't change; another call gives them once more.
	OtherLines() []*Change
	// PutLines, of an order, makes an extension's own lines those that are put.
	PutLines(extension string, puts []PutLine) *Putting
	// Effect, of an order, asks for an effect once for ever. words say why it
	// isn't taken, or that it was asked for before with other data.
	Effect(extension string, e Effect) (words string)
}

// Change is a record that a mutation changed, and how the chain changes it. It
// is good until Chain.Run returns.
type Change struct {
	Record
	Draft
	Aged
	// Of is the change of a line's order.
	Of *Change
	// Changed are the fields that differ from what is stored, and the record's
	// other keys that changed, such as "lines". The chain adds what it sets.
	Changed []protocol.Field
	// Whole, of an order: all its lines are among the mutation's.
	Whole bool
	// Missed is set by the chain: extensions that failed on the record, or
	// didn't run. They run again when that may work. By is the extension that
	// set something.
	Missed []string
	By     string
	// MissedBefore, of an order, are those that missed it in earlier changes.
	MissedBefore []string
	// Restless is set by the chain: hooks would write again if they ran once
	// more.
	Restless bool
	// Ran is the generation of the chain that last ran over the record; 0 if
	// none did. The chain keeps it.
	Ran *uint64
}
