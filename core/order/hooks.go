package order

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/manytill/manytill/sdk"
)

// What the chain of extensions sees of a draft, and what it writes into one.

// Map is the fields with ms_info, without cleared ones.
func (c Cells) Map(info Info) sdk.Fields {
	m := make(sdk.Fields, len(c)+1)
	for i := range c {
		if c[i].Value != sdk.Null {
			m[c[i].Field] = c[i].Value
		}
	}
	m[sdk.FieldMSInfo] = info.value()
	return m
}

func (i Info) value() sdk.Value { return sdk.Value(i.append(nil)[len(`"ms_info":`):]) }

// Put is the fields with a value that a hook wrote, at the change's seq.
func (c Cells) Put(f sdk.Field, v sdk.Value, seq sdk.Seq) Cells {
	if v == "" {
		v = sdk.Null
	}
	return c.with(Cell{Field: f, Value: v, Stamp: Stamp{Seq: seq}})
}

func (c Cells) changedAt(seq sdk.Seq, info Info) (fields []sdk.Field) {
	for i := range c {
		if c[i].Stamp.Seq == seq {
			fields = append(fields, c[i].Field)
		}
	}
	if info.Seq == seq {
		fields = append(fields, sdk.FieldMSInfo)
	}
	return fields
}

// ChangedAt are the fields that changed at a seq, and "lines" and
// "statement_ids" where lines or payments did.
func (o *Order) ChangedAt(seq sdk.Seq) []sdk.Field {
	fields := o.Fields.changedAt(seq, o.Info)
	if len(o.lines) > 0 {
		fields = append(fields, "lines")
	}
	if o.PaidAt(seq) {
		fields = append(fields, "statement_ids")
	}
	return fields
}

// ChangedAt are the fields that changed at a seq; of a line that came then,
// all.
func (l *Line) ChangedAt(seq sdk.Seq) []sdk.Field { return l.Fields.changedAt(seq, l.Info) }

// PaidAt reports whether a payment was added at a seq.
func (o *Order) PaidAt(seq sdk.Seq) bool {
	n := len(o.Payments)
	return n > 0 && o.Payments[n-1].Seq == seq
}

// Map is a line's fields with ms_info, without cleared ones.
func (l *Line) Map() sdk.Fields { return l.Fields.Map(l.Info) }

// Again is a draft of an order for hooks to run over once more.
func Again(view View, id sdk.OrderID, env *Env) *Order {
	t := &try{view: view, env: env}
	return t.named(id)
}

// Stamp notes that hooks changed the order, at a seq of the server's own.
func (o *Order) Stamp(seq sdk.Seq, at time.Time) {
	if o.Seq != seq {
		o.Seq, o.At = seq, at
		o.Rev++
	}
}

// SetLine makes what a hook says of a line part of such a change.
func (o *Order) SetLine(id sdk.LineID, f sdk.Field, v sdk.Value, seq sdk.Seq, at time.Time) {
	o.Stamp(seq, at)
	line := o.edit(o.Line(id))
	line.Fields = line.Fields.Put(f, v, seq)
	line.Touched = line.Touched.next(seq, "")
}

// WasClosed reports whether a draft's order was closed before.
func (o *Order) WasClosed() bool { return o.below != nil && o.below.State != sdk.Open }

// StoredFields are a draft's fields as they were before it.
func (o *Order) StoredFields() sdk.Fields { return o.below.Fields.Map(o.below.Info) }

// StoredLine is a line's fields as they were before the draft.
func (o *Order) StoredLine(id sdk.LineID) sdk.Fields {
	line := o.below.Line(id)
	return line.Fields.Map(line.Info)
}

// LiveLines are the lines that are there, by n.
func (o *Order) LiveLines() []sdk.Line {
	lines := make([]sdk.Line, 0, o.count)
	for _, line := range o.Lines() {
		if line.Gone == nil {
			lines = append(lines, sdk.Line{ID: line.ID, N: line.N, Fields: line.Fields.Map(line.Info)})
		}
	}
	return lines
}

// EachLine visits the lines that are there, by n, with the values of some
// fields in the order of their names: a field that a line hasn't is null.
// values is used again for the next line.
func (o *Order) EachLine(fields []sdk.Field, visit func(id sdk.LineID, n int, values []sdk.Value)) {
	values := make([]sdk.Value, len(fields))
	for _, line := range o.Lines() {
		if line.Gone != nil {
			continue
		}
		for i, f := range fields {
			if f == sdk.FieldMSInfo {
				values[i] = line.Info.value()
				continue
			}
			values[i] = line.Fields.Value(f)
		}
		visit(line.ID, line.N, values)
	}
}

// Wire are the payments as the protocol shows them.
func (o *Order) Wire() []sdk.Payment {
	payments := make([]sdk.Payment, len(o.Payments))
	for i := range o.Payments {
		_ = json.Unmarshal(o.Payments[i].append(nil), &payments[i])
	}
	return payments
}

// AddReview flags an order that the mutation changed with an extension's
// words: it would have refused the mutation, but money is a fact.
func (out *Outcome) AddReview(id sdk.OrderID, r sdk.Review) {
	if !slices.Contains(out.Reviews, r) {
		out.Reviews = append(out.Reviews, r)
	}
	for _, draft := range out.Drafts {
		if draft.ID != id {
			continue
		}
		draft.Needs = sdk.NeedsReview
		if len(draft.Reviews) < sdk.ReviewsKept && !slices.Contains(draft.Reviews, r) {
			draft.Reviews = append(slices.Clip(draft.Reviews), r)
		}
	}
}

// MoveUp gives drafts that were decided for one seq another, and their new
// orders numbers from first on: something before them was taken out.
func MoveUp(drafts []*Order, from, to sdk.Seq, first sdk.Number) {
	for _, o := range drafts {
		if o.Created == from {
			o.Number = first
			first++
		}
		for _, at := range []*sdk.Seq{&o.Created, &o.Seq, &o.Info.Seq, &o.Content.Seq} {
			move(at, from, to)
		}
		o.Fields.moveUp(from, to)
		if o.Ended != nil {
			move(&o.Ended.Seq, from, to)
		}
		for i := len(o.Payments) - 1; i >= 0 && o.Payments[i].Seq == from; i-- {
			o.Payments[i].Seq = to
		}
		for i := range o.Payments {
			move(&o.Payments[i].Flagged, from, to)
		}
		for _, line := range o.lines {
			for _, at := range []*sdk.Seq{&line.Info.Seq, &line.Added.Seq, &line.Touched.Seq} {
				move(at, from, to)
			}
			line.Fields.moveUp(from, to)
			if line.Gone != nil {
				move(&line.Gone.Seq, from, to)
			}
		}
	}
}

func move(at *sdk.Seq, from, to sdk.Seq) {
	if *at == from {
		*at = to
	}
}

// moveUp changes cells in place: those of that seq were made for this draft.
func (c Cells) moveUp(from, to sdk.Seq) {
	for i := range c {
		move(&c[i].Stamp.Seq, from, to)
	}
}
