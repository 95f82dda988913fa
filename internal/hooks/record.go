package hooks

import (
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Record is an order or an orderline that a mutation changed, as the hooks of
// extensions look at it. It is good until the call ends that it was handed to,
// and nothing that it gives may be changed. Each method may work out its answer
// anew: who needs it twice keeps it.
type Record interface {
	// Head says which record it is.
	Head() *RecordHead
	// StoredFields are those before the mutation, nil of a new record;
	// MergedFields are as they are now.
	StoredFields() protocol.Fields
	MergedFields() protocol.Fields
	// OrderPayments and OrderLines are the order's, of an orderline its order's.
	// Lines are those that are there, by their place.
	OrderPayments() []protocol.Payment
	OrderLines() []protocol.Line
	// EachLine visits the same lines with the values of some fields only:
	// cheaper where few are needed.
	EachLine(fields []protocol.Field, visit VisitLine)
	// OrderRecord is the order of an orderline; nil of an order.
	OrderRecord() Record
}

// VisitLine is told of a line and its values of some fields, null for none.
// values is used again.
type VisitLine func(id protocol.LineID, n int, values []protocol.Value)

// RecordHead is which record it is, and the clock and chance of its hooks.
type RecordHead struct {
	Model  protocol.Model
	Order  protocol.OrderID
	Line   protocol.LineID // of an orderline
	N      int             // of an orderline: its place
	Number protocol.Number // the order's; 0 while it is being created
	Run    protocol.Run
	// State is the order's, as it will be.
	State protocol.State
	// Outcome, of an order, is the effect's that the hooks are told: then they run
	// as init_from_JSON(stored), effect_result, export_as_JSON. nil: a change.
	Outcome *Outcome
	// From is the schema under which the fields were written, where migrate runs on
	// them instead of the hooks: MergedFields are the extension's alone, and Export is
	// what they become. 0: hooks run.
	From int
	// New: there was no such record before the mutation.
	New bool
	// At is the change's time, Seed is of the mutation: the only clock and
	// chance that a hook has.
	At   time.Time
	Seed uint64
	// Tapped is the time of the tap by the till's clock; At where it has none.
	Tapped time.Time
	// Mutation is "client_id/id", the same in every run of it; "" in a change
	// of the server's own.
	Mutation string
	// Storage is what the extension whose hooks run has stored; nil: it declares
	// none, or this isn't work, and nothing is found or kept.
	Storage *Stored
}

// Snapshot is a Record whose values are at hand: of a message, or made up.
type Snapshot struct {
	RecordHead
	Stored, Merged protocol.Fields
	Payments       []protocol.Payment
	Lines          func() []protocol.Line // nil: none
	Parent         *Snapshot              // the order of an orderline
}

func (s *Snapshot) Head() *RecordHead                 { return &s.RecordHead }
func (s *Snapshot) StoredFields() protocol.Fields     { return s.Stored }
func (s *Snapshot) MergedFields() protocol.Fields     { return s.Merged }
func (s *Snapshot) OrderPayments() []protocol.Payment { return s.Payments }

func (s *Snapshot) OrderLines() []protocol.Line {
	if s.Lines == nil {
		return nil
	}
	return s.Lines()
}

func (s *Snapshot) EachLine(fields []protocol.Field, visit VisitLine) {
	values := make([]protocol.Value, len(fields))
	for _, l := range s.OrderLines() {
		for i, f := range fields {
			values[i] = l.Fields[f]
		}
		visit(l.ID, l.N, values)
	}
}

func (s *Snapshot) OrderRecord() Record {
	if s.Parent == nil {
		return nil
	}
	return s.Parent
}
