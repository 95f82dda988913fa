package view

import (
	"maps"
	"slices"

	"github.com/manytill/manytill/sdk"
)

// edit is a copy of an order that is being made. Each part is cloned when it
// is first written to; the rest stays shared with the order it came from.
type edit struct {
	o                       *Order
	fields, lines, payments bool
	line                    map[sdk.LineID]bool // whose fields are cloned
}

func editOf(o *Order) *edit {
	fresh := *o
	return &edit{o: &fresh}
}

func newOrder(id sdk.OrderID, run sdk.Run) *edit {
	o := &Order{ID: id, Run: run, State: sdk.Open, Fields: sdk.Fields{}, Payments: []Payment{}, Lines: []Line{}}
	return &edit{o: o, fields: true, lines: true, payments: true}
}

func (e *edit) ownFields() sdk.Fields {
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
			e.line = make(map[sdk.LineID]bool, 1)
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
		e.line = make(map[sdk.LineID]bool, 1)
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

func cloneFields(f sdk.Fields) sdk.Fields {
	if f == nil {
		return sdk.Fields{}
	}
	return maps.Clone(f)
}

// put sets one field, null clearing it.
func put(fields sdk.Fields, f sdk.Field, v sdk.Value) {
	if v.IsNull() {
		delete(fields, f)
		return
	}
	fields[f] = v
}
