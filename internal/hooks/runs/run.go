package runs

import (
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// End is what came of a run.
type End string

// The ends. A run that is kept has the reason why it is.
const (
	Taken    End = "taken"
	Failed   End = "failed"
	Vetoed   End = "vetoed"
	NotTaken End = "not_taken" // of a value that the hooks gave
	Slow     End = "slow"      // it took more than half of its time
	Missed   End = "missed"    // the extension wasn't asked
)

// Kinds of failures, where it matters which it is.
const (
	KindTime    = "time"    // it ran too long
	KindProcess = "process" // it held or ended its process
)

// Run is one run of an extension's hooks over one record.
type Run struct {
	Extension, Version string
	MultiSession       protocol.MultiSessionID
	// Began is by the server's clock; Limit is the time that a call may take.
	Began       time.Time
	Took, Limit time.Duration
	// Late: the order was closed before, and derived fields alone are taken.
	Late bool
	// Seen is what was handed over.
	Seen *hooks.Snapshot
	// Cut says what of it isn't here; "": nothing.
	Cut string
	// Gave is what the hooks made of it. Its Err isn't used: see Failure.
	Gave hooks.Result
	// Settings are what of that was taken as fields.
	Settings protocol.Fields
	End      End
	// Hook and Message are of a failure, a veto, or a value that isn't taken; Kind is
	// of a failure.
	Hook, Message, Kind string
	// Hide are texts that JSON leaves out: settings of the operator.
	Hide []string
}

// Known is how often a kept run's cause has come.
type Known struct {
	Count       int
	First, Last time.Time
}

// Handed says what of a record an extension is handed.
type Handed struct {
	// Keys of the models; a model that isn't there: all.
	Keys map[protocol.Model]map[protocol.Field]bool
	// WithoutLines: no lines of orders. WithoutOrder: no fields of a line's order.
	WithoutLines, WithoutOrder bool
}

func (h *Handed) fields(model protocol.Model, all protocol.Fields) protocol.Fields {
	if all == nil {
		return nil
	}
	keys, some := h.Keys[model]
	fields := make(protocol.Fields, len(all))
	for f, v := range all {
		if !some || keys[f] {
			fields[f] = v
		}
	}
	return fields
}

// Copy is a record as it is now, as far as an extension is handed it. What the
// record says later doesn't change it.
func Copy(r hooks.Record, h *Handed) *hooks.Snapshot {
	head := *r.Head()
	s := &hooks.Snapshot{
		RecordHead: head, Stored: h.fields(head.Model, r.StoredFields()), Merged: h.fields(head.Model, r.MergedFields()),
		Payments: r.OrderPayments(),
	}
	if !h.WithoutLines {
		lines := r.OrderLines()
		copied := make([]protocol.Line, len(lines))
		for i, l := range lines {
			copied[i] = protocol.Line{ID: l.ID, N: l.N, Fields: h.fields(protocol.ModelOrderline, l.Fields)}
		}
		s.Lines = func() []protocol.Line { return copied }
	}
	if of := r.OrderRecord(); of != nil && !h.WithoutOrder {
		s.Parent = &hooks.Snapshot{
			RecordHead: *of.Head(), Merged: h.fields(protocol.ModelOrder, of.MergedFields()), Payments: s.Payments, Lines: s.Lines,
		}
		s.Parent.Storage = nil
	}
	return s
}

// Size is what a run takes in memory, about.
func (r *Run) Size() int {
	const fixed, entry = 1000, 64
	n := fixed + len(r.Message)
	of := func(fields protocol.Fields) {
		for f, v := range fields {
			n += entry + len(f) + len(v)
		}
	}
	for s := r.Seen; s != nil; s = s.Parent {
		of(s.Stored)
		of(s.Merged)
	}
	for _, l := range r.Seen.OrderLines() {
		n += entry + len(l.ID)
		of(l.Fields)
	}
	of(r.Gave.Export)
	of(r.Settings)
	for _, put := range r.Gave.Lines {
		n += entry + len(put.Key)
		of(put.Fields)
	}
	for _, e := range r.Gave.Effects {
		n += entry + len(e.Key) + len(e.Data)
	}
	for _, e := range r.Gave.Left {
		n += entry + len(e.Key) + len(e.Value)
	}
	for _, d := range r.Gave.Dropped {
		n += entry + len(d.Why) + len(d.Detail)
	}
	return n
}

// WithoutLines is the run where it would be too large with the lines of its
// order.
func (r *Run) WithoutLines() *Run {
	cut := *r
	seen := *r.Seen
	cut.Seen, cut.Cut = &seen, "the order's lines were too large to be kept"
	seen.Lines = nil
	if seen.Parent != nil {
		parent := *seen.Parent
		parent.Lines = nil
		seen.Parent = &parent
	}
	return &cut
}
