package order

import (
	"slices"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// What the chain of extensions sees of a draft, and what it writes into one.

// Map is the fields with ms_info, without cleared ones.
func (c Cells) Map(info Info) protocol.Fields {
	m := make(protocol.Fields, len(c)+1)
	for i := range c {
		if c[i].Value != protocol.Null {
			m[c[i].Field] = c[i].Value
		}
	}
	m[protocol.FieldMSInfo] = info.value()
	return m
}

func (i Info) value() protocol.Value { return protocol.MSInfoJSON(i.Created, i.Changed) }

// Put is the fields with a value that a hook wrote, at the change's seq.
func (c Cells) Put(f protocol.Field, v protocol.Value, seq protocol.Seq) Cells {
	if v == "" {
		v = protocol.Null
	}
	return c.with(Cell{Field: f, Value: v, Stamp: Stamp{Seq: seq}})
}

func (c Cells) changedAt(seq protocol.Seq, info Info) (fields []protocol.Field) {
	for i := range c {
		if c[i].Stamp.Seq == seq {
			fields = append(fields, c[i].Field)
		}
	}
	if info.Seq == seq {
		fields = append(fields, protocol.FieldMSInfo)
	}
	return fields
}

// ChangedAt are the fields that changed at a seq, and of the record's other
// keys those that did.
func (o *Order) ChangedAt(seq protocol.Seq) []protocol.Field {
	fields := o.Fields.changedAt(seq, o.Info)
	if len(o.lines) > 0 {
		fields = append(fields, protocol.KeyLines)
	}
	if o.paymentsChangedAt(seq) {
		fields = append(fields, protocol.KeyPayments, protocol.KeyMTPayments)
	}
	if o.Ended != nil && o.Ended.Seq == seq {
		fields = append(fields, protocol.KeyMTState)
	}
	if o.Rev == numbered {
		fields = append(fields, protocol.KeyMTNumber)
	}
	return fields
}

// numbered is the revision of an order's second change: hooks see its number
// for the first time.
const numbered = 2

func (o *Order) paymentsChangedAt(seq protocol.Seq) bool {
	return slices.ContainsFunc(o.Payments, func(p Payment) bool { return p.Changed() == seq })
}

// ChangedAt are the fields that changed at a seq; of a line that came then,
// all.
func (l *Line) ChangedAt(seq protocol.Seq) []protocol.Field { return l.Fields.changedAt(seq, l.Info) }

// PaidAt reports whether a payment was added at a seq.
func (o *Order) PaidAt(seq protocol.Seq) bool {
	n := len(o.Payments)
	return n > 0 && o.Payments[n-1].Seq == seq
}

// Map is a line's fields with ms_info, without cleared ones.
func (l *Line) Map() protocol.Fields { return l.Fields.Map(l.Info) }

// Again is a draft of an order for hooks to run over once more.
func Again(view View, id protocol.OrderID, env *Env) *Order {
	t := &try{view: view, env: env}
	return t.named(id)
}

// Stamp notes that hooks changed the order, at a seq of the server's own.
func (o *Order) Stamp(seq protocol.Seq, at time.Time) {
	if o.Seq != seq {
		o.Seq, o.At = seq, at
		o.Rev++
	}
}

// SetLine makes what a hook says of a line part of such a change.
func (o *Order) SetLine(id protocol.LineID, f protocol.Field, v protocol.Value, seq protocol.Seq, at time.Time) {
	o.Stamp(seq, at)
	line := o.edit(o.Line(id))
	line.Fields = line.Fields.Put(f, v, seq)
	line.Touched = line.Touched.next(seq, "")
}

// Author is whose is what a hook writes beside its own fields: the change's.
// Client and Author are empty of the server's own.
type Author struct {
	Seq    protocol.Seq
	At     time.Time
	Client protocol.ClientID
	By     protocol.Value // who the change is by
	Author protocol.Value // for ms_info
	Schema *protocol.Schema
}

// cell is a field's new cell.
func (a Author) cell(fields Cells, specs map[protocol.Field]protocol.FieldSpec, f protocol.Field, v protocol.Value) Cell {
	stamp := Stamp{Seq: a.Seq}
	if specs[f].Merge == protocol.Guarded {
		stamp = fields.stamp(f).next(a.Seq, a.Client)
	}
	return Cell{Field: f, Value: v, Stamp: stamp}
}

func (a Author) changed(info *Info) {
	if a.Author != "" && info.Changed != a.Author {
		info.Changed, info.Seq = a.Author, a.Seq
	}
}

// Write gives a field of the core's a value that a hook wrote.
func (o *Order) Write(f protocol.Field, v protocol.Value, by Author) {
	o.Stamp(by.Seq, by.At)
	o.Fields = o.Fields.with(by.cell(o.Fields, by.Schema.Order, f, v))
	by.changed(&o.Info)
}

// WriteLine does so with a line's: to those who look at a base, the order's
// content has changed.
func (o *Order) WriteLine(id protocol.LineID, f protocol.Field, v protocol.Value, by Author) {
	o.Stamp(by.Seq, by.At)
	line := o.edit(o.Line(id))
	line.Fields = line.Fields.with(by.cell(line.Fields, by.Schema.Orderline, f, v))
	line.Touched = line.Touched.next(by.Seq, by.Client)
	o.Content = o.Content.next(by.Seq, by.Client)
	by.changed(&line.Info)
	by.changed(&o.Info)
}

// AddEffect notes an effect. again: it was asked for before, and nothing is
// added; other: with other data. What a hook asked for earlier in the same change
// gets the data of now: it ran again because something changed since. AddEffect
// reports false where the order has as many as it may have.
func (o *Order) AddEffect(e Effect, most int) (again, other, ok bool) {
	for i := range o.Effects {
		if was := &o.Effects[i]; was.Extension == e.Extension && was.Name == e.Name && was.Key == e.Key {
			if was.Seq == e.Seq {
				o.Effects = slices.Clone(o.Effects) // the draft's own
				e.Asked = was.Asked
				o.Effects[i] = e
				return true, false, true
			}
			return true, was.Hash != e.Hash, true
		}
	}
	if len(o.Effects) >= most {
		return false, false, false
	}
	o.Effects = append(o.Effects, e)
	return false, false, true
}

// MoneyTaken reports whether a payment was taken without the server: an end that
// it belongs to can't be refused.
func (o *Order) MoneyTaken() bool {
	return slices.ContainsFunc(o.Payments, func(p Payment) bool { return p.Offline })
}

// WasClosed reports whether a draft's order was closed before.
func (o *Order) WasClosed() bool { return o.below != nil && o.below.State != protocol.Open }

// StoredFields are a draft's fields as they were before it.
func (o *Order) StoredFields() protocol.Fields { return o.below.Fields.Map(o.below.Info) }

// StoredLine is a line's fields as they were before the draft.
func (o *Order) StoredLine(id protocol.LineID) protocol.Fields {
	line := o.below.Line(id)
	return line.Fields.Map(line.Info)
}

// LiveLines are the lines that are there, by n.
func (o *Order) LiveLines() []protocol.Line {
	lines := make([]protocol.Line, 0, o.count)
	for _, line := range o.Lines() {
		if line.Gone == nil {
			lines = append(lines, protocol.Line{ID: line.ID, N: line.N, Fields: line.Fields.Map(line.Info)})
		}
	}
	return lines
}

// EachLine visits the lines that are there, by n, with the values of some
// fields in the order of their names: a field that a line hasn't is null.
// values is used again for the next line.
func (o *Order) EachLine(fields []protocol.Field, visit func(id protocol.LineID, n int, values []protocol.Value)) {
	values := make([]protocol.Value, len(fields))
	for _, line := range o.Lines() {
		if line.Gone != nil {
			continue
		}
		for i, f := range fields {
			if f == protocol.FieldMSInfo {
				values[i] = line.Info.value()
				continue
			}
			values[i] = line.Fields.Value(f)
		}
		visit(line.ID, line.N, values)
	}
}

// Wire are the payments as the protocol shows them.
func (o *Order) Wire() []protocol.Payment {
	payments := make([]protocol.Payment, len(o.Payments))
	for i := range o.Payments {
		payments[i] = o.Payments[i].row().Payment()
	}
	return payments
}

// AddReview flags an order that the mutation changed with an extension's
// words: it would have refused the mutation, but money is a fact.
func (out *Outcome) AddReview(id protocol.OrderID, r protocol.Review) {
	if !slices.Contains(out.Reviews, r) {
		out.Reviews = append(out.Reviews, r)
	}
	for _, draft := range out.Drafts {
		if draft.ID == id {
			draft.AddReview(r)
		}
	}
}

// AddReview flags a draft with an extension's words. It reports whether that is
// news.
func (o *Order) AddReview(r protocol.Review) bool {
	if o.Needs == protocol.NeedsReview && (len(o.Reviews) >= protocol.ReviewsKept || slices.Contains(o.Reviews, r)) {
		return false
	}
	o.Needs = protocol.NeedsReview
	o.Reviews = append(slices.Clip(o.Reviews), r)
	return true
}

// MoveUp gives drafts that were decided for one seq another, and their new
// orders numbers from first on: something before them was taken out.
func MoveUp(drafts []*Order, from, to protocol.Seq, first protocol.Number) {
	for _, o := range drafts {
		if o.Created == from {
			o.Number = first
			first++
		}
		for _, at := range []*protocol.Seq{&o.Created, &o.Seq, &o.Info.Seq, &o.Content.Seq} {
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
		for i := range o.Effects {
			move(&o.Effects[i].Seq, from, to)
		}
		for _, line := range o.lines {
			for _, at := range []*protocol.Seq{&line.Info.Seq, &line.Added.Seq, &line.Touched.Seq} {
				move(at, from, to)
			}
			line.Fields.moveUp(from, to)
			if line.Gone != nil {
				move(&line.Gone.Seq, from, to)
			}
		}
	}
}

func move(at *protocol.Seq, from, to protocol.Seq) {
	if *at == from {
		*at = to
	}
}

// moveUp changes cells in place: those of that seq were made for this draft.
func (c Cells) moveUp(from, to protocol.Seq) {
	for i := range c {
		move(&c[i].Stamp.Seq, from, to)
	}
}
