package view

import (
	"cmp"
	"maps"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// Confirmed are the orders that the server confirmed, at some position. The
// orders in it are never changed, only replaced.
type Confirmed map[protocol.OrderID]*Order

// Absorb applies one change and returns the orders that it altered. A change
// for an order that isn't held and isn't open is ignored (protocol, section
// 3). What this client created is held, so it is there though the very change
// that created it closed it too.
func (c Confirmed) Absorb(change protocol.Change, own bool) (touched []protocol.OrderID) {
	for _, id := range protocol.SortedKeys(change.Orders) {
		delta := change.Orders[id]
		e := newOrder(id, delta.Run)
		if held, ok := c[id]; ok {
			e = editOf(held)
		} else if delta.State != protocol.Open && !(own && delta.Rev == 1) {
			continue
		}
		e.absorb(delta)
		c[id] = e.o
		touched = append(touched, id)
	}
	return touched
}

// Replace takes a snapshot in place of what is held. Closed orders that it
// holds stay where keepClosed says so: a snapshot has open orders only.
func (c Confirmed) Replace(orders []protocol.Order, keepClosed bool) {
	for id, held := range c {
		if held.State == protocol.Open || !keepClosed {
			delete(c, id)
		}
	}
	for _, o := range orders {
		c[o.ID] = Of(o)
	}
}

func (e *edit) absorb(delta protocol.OrderChange) {
	o := e.o
	o.Rev, o.Number, o.Run, o.State = delta.Rev, delta.Number, delta.Run, delta.State
	if delta.Needs != "" {
		o.Needs = delta.Needs
	}
	if delta.Review != nil {
		o.Review = delta.Review
	}
	for f, v := range delta.Set {
		put(e.ownFields(), f, v)
	}
	for _, id := range protocol.SortedKeys(delta.Lines) {
		e.absorbLine(id, delta.Lines[id])
	}
	if len(delta.Lines) > 0 {
		byN := func(a, b Line) int { return cmp.Compare(a.N, b.N) }
		if !slices.IsSortedFunc(o.Lines, byN) {
			slices.SortStableFunc(e.ownLines(), byN)
		}
	}
	for _, p := range delta.Payments {
		e.putPayment(Payment{Payment: p})
	}
}

func (e *edit) absorbLine(id protocol.LineID, delta protocol.LineChange) {
	i := e.o.line(id)
	if delta.Removed || delta.MovedTo != "" {
		if i >= 0 {
			e.removeLine(i)
		}
		return
	}
	if i < 0 {
		e.addLine(Line{Line: protocol.Line{ID: id, Fields: protocol.Fields{}}})
		i = len(e.o.Lines) - 1
	}
	line := e.ownLine(i)
	line.N = delta.N
	for f, v := range delta.Set {
		put(line.Fields, f, v)
	}
}

// edit is a copy of an order that is being made. Each part is cloned when it
// is first written to; the rest stays shared with the order it came from.
type edit struct {
	o                       *Order
	fields, lines, payments bool
	line                    map[protocol.LineID]bool // whose fields are cloned
}

func editOf(o *Order) *edit {
	fresh := *o
	return &edit{o: &fresh}
}

func newOrder(id protocol.OrderID, run protocol.Run) *edit {
	o := &Order{ID: id, Run: run, State: protocol.Open, Fields: protocol.Fields{}, Payments: []Payment{}, Lines: []Line{}}
	return &edit{o: o, fields: true, lines: true, payments: true}
}

func (e *edit) ownFields() protocol.Fields {
	if !e.fields {
		e.o.Fields, e.fields = cloneFields(e.o.Fields), true
	}
	return e.o.Fields
}

func (e *edit) ownLines() []Line {
	if !e.lines {
		e.o.Lines, e.lines = append(make([]Line, 0, len(e.o.Lines)+1), e.o.Lines...), true
	}
	return e.o.Lines
}

// ownLine is the line at i, free to change.
func (e *edit) ownLine(i int) *Line {
	line := &e.ownLines()[i]
	if !e.line[line.ID] {
		if e.line == nil {
			e.line = make(map[protocol.LineID]bool, 1)
		}
		e.line[line.ID], line.Fields = true, cloneFields(line.Fields)
	}
	return line
}

func (e *edit) ownPayments() []Payment {
	if !e.payments {
		e.o.Payments, e.payments = slices.Clone(e.o.Payments), true
	}
	return e.o.Payments
}

func (e *edit) removeLine(i int) { e.o.Lines = slices.Delete(e.ownLines(), i, i+1) }

func (e *edit) addLine(line Line) {
	e.o.Lines = append(e.ownLines(), line)
	if e.line == nil {
		e.line = make(map[protocol.LineID]bool, 1)
	}
	e.line[line.ID] = true
}

func (e *edit) putPayment(p Payment) {
	payments := e.ownPayments()
	if i := e.o.payment(p.ID); i >= 0 {
		payments[i] = p
		return
	}
	e.o.Payments = append(payments, p)
}

func cloneFields(f protocol.Fields) protocol.Fields {
	if f == nil {
		return protocol.Fields{}
	}
	return maps.Clone(f)
}

// put sets one field, null clearing it.
func put(fields protocol.Fields, f protocol.Field, v protocol.Value) {
	if v.IsNull() {
		delete(fields, f)
		return
	}
	fields[f] = v
}
