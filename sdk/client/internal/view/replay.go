package view

import (
	"encoding/json"
	"slices"

	"github.com/manytill/manytill/sdk/protocol"
)

// replay plays mutations over orders. Ops that don't fit (a line that is gone,
// an order that is closed) are left out: the server will say what became of
// them.
type replay struct {
	schema *protocol.Schema
	pos    protocol.POS
	run    protocol.Run
	under  func(protocol.OrderID) *Order
	edits  map[protocol.OrderID]*edit
	author protocol.Value // of the mutation at hand, as in ms_info
	by     *protocol.By
	at     string
}

func (r *replay) play(w PendingMutation) {
	m := w.Mutation
	author := protocol.Author{User: m.User, POS: r.pos}
	r.author, _ = protocol.ValueOf(author)
	r.by, r.at = &protocol.By{POS: &author.POS, User: m.User}, m.At
	for _, op := range m.Ops {
		if w.Payments != nil {
			if pay, is := op.(protocol.OrderPay); !is || !slices.Contains(w.Payments, pay.Payment.ID) {
				continue
			}
		}
		r.op(op)
	}
}

func (r *replay) op(op protocol.Op) {
	if op, is := op.(protocol.OrderCreate); is {
		r.create(op)
		return
	}
	e := r.edit(op.On())
	if e == nil {
		return
	}
	if op, is := op.(protocol.OrderPay); is {
		r.pay(e, &op.Payment)
		return
	}
	if e.o.State != protocol.Open {
		return
	}
	switch op := op.(type) {
	case protocol.OrderSet:
		r.set(e, op.Set)
	case protocol.OrderClose:
		e.o.State = op.State
		r.touch(e, nil)
	case protocol.LineAdd:
		r.addLine(e, op)
	case protocol.LineSet:
		r.changeLine(e, op.Line, func(fields protocol.Fields) bool {
			return r.setFields(r.schema.Orderline, fields, op.Set)
		})
	case protocol.LineInc:
		r.changeLine(e, op.Line, func(fields protocol.Fields) bool { return r.increment(fields, op.Field, op.By) })
	case protocol.LineRemove:
		if i := e.o.line(op.Line); i >= 0 {
			e.removeLine(i)
			r.touch(e, nil)
		}
	case protocol.LineMove:
		r.move(e, op)
	}
}

// edit finds an order to write to; nil if there is none.
func (r *replay) edit(id protocol.OrderID) *edit {
	if e, ok := r.edits[id]; ok {
		return e
	}
	o := r.under(id)
	if o == nil {
		return nil
	}
	e := editOf(o)
	r.edits[id] = e
	return e
}

func (r *replay) create(op protocol.OrderCreate) {
	if r.edit(op.Order) != nil {
		return
	}
	e := newOrder(op.Order, r.run)
	r.edits[op.Order] = e
	r.setFields(r.schema.Order, e.ownFields(), op.Set)
	r.touch(e, nil)
}

func (r *replay) set(e *edit, set protocol.Fields) {
	if r.setFields(r.schema.Order, e.ownFields(), set) {
		r.touch(e, nil)
	}
}

func (r *replay) addLine(e *edit, op protocol.LineAdd) {
	if e.o.line(op.Line) >= 0 {
		return
	}
	line := Line{Line: protocol.Line{ID: op.Line, N: e.o.lastN() + 1, Fields: protocol.Fields{}}}
	r.setFields(r.schema.Orderline, line.Fields, op.Set)
	e.addLine(line)
	r.touch(e, &e.o.Lines[len(e.o.Lines)-1])
}

func (r *replay) changeLine(e *edit, id protocol.LineID, change func(protocol.Fields) bool) {
	i := e.o.line(id)
	if i < 0 {
		return
	}
	if line := e.ownLine(i); change(line.Fields) {
		r.touch(e, line)
	}
}

func (r *replay) move(from *edit, op protocol.LineMove) {
	to := r.edit(op.To)
	if op.To == op.Order || (to != nil && to.o.State != protocol.Open) {
		return
	}
	for _, id := range op.Lines {
		i := from.o.line(id)
		if i < 0 || protocol.IsOwnLine(id) || (to != nil && to.o.line(id) >= 0) {
			continue
		}
		if to == nil {
			to = newOrder(op.To, r.run)
			r.edits[op.To] = to
		}
		line := *from.ownLine(i)
		from.removeLine(i)
		line.N = to.o.lastN() + 1
		to.addLine(line)
		r.touch(from, nil)
		r.touch(to, &to.o.Lines[len(to.o.Lines)-1])
	}
}

// pay appends a payment, to a closed order too: money is a fact.
func (r *replay) pay(e *edit, p *protocol.NewPayment) {
	if p == nil || e.o.payment(p.ID) >= 0 {
		return
	}
	paid := Payment{Payment: protocol.Payment{NewPayment: *p}, Pending: true}
	paid.By, paid.At = r.by, r.at
	switch e.o.State {
	case protocol.Open:
	case protocol.Abandoned:
		paid.Needs = protocol.NeedsReview
	default:
		paid.Needs = protocol.NeedsRefund
	}
	e.putPayment(paid)
	r.touch(e, nil)
}

// touch marks the order, and the line if there is one, as changed here.
func (r *replay) touch(e *edit, line *Line) {
	e.o.Pending = true
	r.sign(e.ownFields())
	if line != nil {
		line.Pending = true
		r.sign(line.Fields)
	}
}

func (r *replay) sign(fields protocol.Fields) {
	created := r.author
	if was := fields[protocol.FieldMSInfo]; !was.IsNull() {
		var info struct {
			Created json.RawMessage `json:"created"`
		}
		if was.Decode(&info) == nil && len(info.Created) > 0 {
			created = protocol.Value(info.Created)
		}
	}
	fields[protocol.FieldMSInfo] = `{"changed":` + r.author + `,"created":` + created + `}`
}

// setFields merges a set into fields and reports whether anything changed. A
// field that the schema lacks is taken as `last`: it may be an extension's
// that this till doesn't know.
func (r *replay) setFields(specs map[protocol.Field]protocol.FieldSpec, fields, set protocol.Fields) (changed bool) {
	for f, v := range set {
		if f == protocol.FieldMSInfo {
			continue
		}
		was := fields[f]
		switch specs[f].Merge {
		case protocol.First:
			if !was.IsNull() {
				continue
			}
		case protocol.Union:
			v = was.Union(v)
		}
		if was == v || (was.IsNull() && v.IsNull()) {
			continue
		}
		put(fields, f, v)
		changed = true
	}
	return changed
}

func (r *replay) increment(fields protocol.Fields, f protocol.Field, by protocol.Value) bool {
	if spec, known := r.schema.Orderline[f]; known && spec.Merge != protocol.Counter {
		return false
	}
	delta, ok := by.Decimal()
	if !ok || delta.IsZero() {
		return false
	}
	was, _ := fields[f].Decimal()
	sum, err := was.Add(delta)
	if err != nil {
		return false
	}
	fields[f] = protocol.Num(sum)
	return true
}
