package sdk

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// OrderBase is embedded in a vendor's order. It knows the order that the
// hooks run on.
type OrderBase struct {
	base
	order *HookOrder
}

// OrderlineBase is embedded in a vendor's orderline. It knows the line that
// the hooks run on, and its order.
type OrderlineBase struct {
	base
	id    protocol.LineID
	n     int
	order *OrderBase
}

// base is what both have.
type base struct {
	run    *hookRun
	isNew  bool
	stored Record
	merged Record
}

// Stored is the record before the mutation; empty if it is new.
func (b *base) Stored() Record { return b.stored }

// Merged is the record as it would be after the core's merge: what
// ApplyMSData is handed.
func (b *base) Merged() Record { return b.merged }

// IsNew reports that there was no such record before the mutation.
func (b *base) IsNew() bool { return b.isNew }

// Now is the time of the change: the only clock that a hook has, since it may
// be run again.
func (b *base) Now() time.Time {
	if b.run == nil {
		return time.Time{}
	}
	b.run.access.note(readChance)
	return b.run.record.At
}

// Rand is chance that is the same in each run over the same mutation.
func (b *base) Rand() *rand.Rand {
	if b.run == nil {
		return rand.New(rand.NewPCG(0, 0))
	}
	b.run.access.note(readChance)
	return b.run.rand()
}

// UID is the order's id.
func (o *OrderBase) UID() protocol.OrderID {
	if o.order == nil {
		return ""
	}
	return o.order.ID
}

// Number is what people call the order; 0 while it is being created.
func (o *OrderBase) Number() protocol.Number {
	if o.order == nil {
		return 0
	}
	return o.order.Number
}

// Run is the run that the order belongs to.
func (o *OrderBase) Run() protocol.Run {
	if o.order == nil {
		return 0
	}
	return o.order.Run
}

// Lines are the order's lines, by their place, with the fields that `reads:
// {orderline: […]}` in extension.yaml names. Without it none are handed over,
// and looking at them is an error of the hook. The slice is the hook's own;
// the lines are read-only.
func (o *OrderBase) Lines() []OrderLine {
	if o.order == nil {
		return nil
	}
	o.note(protocol.KeyLines)
	lines := o.order.ready(o.run.set)
	if lines == nil {
		o.run.misuse = errLines
	}
	for i := range lines {
		lines[i].run = o.run
	}
	return lines
}

// Payments are the order's, as they were added.
func (o *OrderBase) Payments() []protocol.Payment {
	if o.order == nil {
		return nil
	}
	o.note(protocol.KeyPayments)
	return append([]protocol.Payment(nil), o.order.Payments...)
}

// note: what a line reads of its order isn't a key of the line.
func (o *OrderBase) note(key protocol.Field) {
	if o.run.record.Model == protocol.ModelOrder {
		o.run.access.note(key)
	}
}

var errLines = errors.New("the order's lines aren't handed over: name the fields that you need under reads in extension.yaml, like reads: {orderline: [qty, price_unit]}")

// OrderLine is a line as the hooks of its order see it.
type OrderLine struct {
	ID protocol.LineID
	N  int
	Record
}

// OrderLine makes a line ready for hooks of its order to read, in any number
// of runs, also at the same time.
func (s *HookSet) OrderLine(l protocol.Line) *OrderLine {
	all := &struct { // what is looked at most comes first, and together
		OrderLine
		record record
		memory memory
		shape  lineShape
		access access
	}{
		shape: lineShape{l.ID, l.N, l.Fields}, access: access{readable: s.Readable[protocol.ModelOrderline], unwatched: true},
	}
	all.record = record{fields: l.Fields, shape: &all.shape, access: &all.access, worked: &all.memory}
	all.OrderLine = OrderLine{ID: l.ID, N: l.N, Record: Record{r: &all.record}}
	return &all.OrderLine
}

// ready is a list of the order's lines; nil where they aren't handed over.
func (o *HookOrder) ready(s *HookSet) (lines []OrderLine) {
	switch {
	case o.Ready != nil:
		lines = make([]OrderLine, len(o.Ready))
		for i, l := range o.Ready {
			lines[i] = *l
		}
	case o.Lines != nil:
		lines = make([]OrderLine, len(o.Lines))
		for i, l := range o.Lines {
			lines[i] = *s.OrderLine(l)
		}
	}
	return lines
}

// UID is the line's id.
func (l *OrderlineBase) UID() protocol.LineID { return l.id }

// N is the line's place in its order.
func (l *OrderlineBase) N() int { return l.n }

// Order is the line's order. Its Merged holds what `reads: {order: […]}` in
// extension.yaml names.
func (l *OrderlineBase) Order() *OrderBase {
	if l.order == nil {
		return &OrderBase{}
	}
	return l.order
}
