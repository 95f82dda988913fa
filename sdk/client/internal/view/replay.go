package view

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk"
)

// replay plays mutations over orders. Ops that don't fit (a line that is gone,
// an order that is closed) are left out: the server will say what became of
// them.
type replay struct {
	schema *sdk.Schema
	pos    sdk.POS
	run    sdk.Run
	under  func(sdk.OrderID) *Order
	edits  map[sdk.OrderID]*edit
	author sdk.Value // of the mutation at hand, as in ms_info
	by     *sdk.By
	at     string
}

func (r *replay) play(w PendingMutation) {
	m := w.Mutation
	author := sdk.Author{User: m.User, POS: r.pos}
	r.author, _ = sdk.ValueOf(author)
	r.by, r.at = &sdk.By{POS: &author.POS, User: m.User}, m.At
	for _, op := range m.Ops {
		if w.Payments != nil && (op.Op != sdk.OrderPay || op.Payment == nil || !slices.Contains(w.Payments, op.Payment.ID)) {
			continue
		}
		r.op(op)
	}
}

func (r *replay) op(op sdk.Op) {
	if op.Op == sdk.OrderCreate {
		r.create(op)
		return
	}
	e := r.edit(op.Order)
	if e == nil {
		return
	}
	if op.Op == sdk.OrderPay {
		r.pay(e, op.Payment)
		return
	}
	if e.o.State != sdk.Open {
		return
	}
	switch op.Op {
	case sdk.OrderSet:
		r.set(e, op.Set)
	case sdk.OrderClose:
		e.o.State = op.State
		r.touch(e, nil)
	case sdk.LineAdd:
		r.addLine(e, op)
	case sdk.LineSet, sdk.LineInc:
		r.changeLine(e, op)
	case sdk.LineRemove:
		if i := e.o.line(op.Line); i >= 0 {
			e.removeLine(i)
			r.touch(e, nil)
		}
	case sdk.LineMove:
		r.move(e, op)
	}
}

// edit finds an order to write to; nil if there is none.
func (r *replay) edit(id sdk.OrderID) *edit {
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

func (r *replay) create(op sdk.Op) {
	if r.edit(op.Order) != nil {
		return
	}
	e := newOrder(op.Order, r.run)
	r.edits[op.Order] = e
	r.setFields(r.schema.Order, e.ownFields(), op.Set)
	r.touch(e, nil)
}

func (r *replay) set(e *edit, set sdk.Fields) {
	if r.setFields(r.schema.Order, e.ownFields(), set) {
		r.touch(e, nil)
	}
}

func (r *replay) addLine(e *edit, op sdk.Op) {
	if e.o.line(op.Line) >= 0 {
		return
	}
	line := Line{Line: sdk.Line{ID: op.Line, N: e.o.lastN() + 1, Fields: sdk.Fields{}}}
	r.setFields(r.schema.Orderline, line.Fields, op.Set)
	e.addLine(line)
	r.touch(e, &e.o.Lines[len(e.o.Lines)-1])
}

func (r *replay) changeLine(e *edit, op sdk.Op) {
	i := e.o.line(op.Line)
	if i < 0 {
		return
	}
	line, changed := e.ownLine(i), false
	if op.Op == sdk.LineInc {
		changed = r.increment(line.Fields, op.Field, op.By)
	} else {
		changed = r.setFields(r.schema.Orderline, line.Fields, op.Set)
	}
	if changed {
		r.touch(e, line)
	}
}

// OfExtension reports whether a line is an extension's: it stays where its
// order is, and no till makes one.
func OfExtension(id sdk.LineID) bool { return strings.HasPrefix(string(id), "mt:") }

func (r *replay) move(from *edit, op sdk.Op) {
	to := r.edit(op.To)
	if op.To == op.Order || (to != nil && to.o.State != sdk.Open) {
		return
	}
	for _, id := range op.Lines {
		i := from.o.line(id)
		if i < 0 || OfExtension(id) || (to != nil && to.o.line(id) >= 0) {
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
func (r *replay) pay(e *edit, p *sdk.Payment) {
	if p == nil || e.o.payment(p.ID) >= 0 {
		return
	}
	paid := Payment{Payment: *p, Pending: true}
	paid.By, paid.At = r.by, r.at
	switch e.o.State {
	case sdk.Open:
	case sdk.Abandoned:
		paid.Needs = sdk.NeedsReview
	default:
		paid.Needs = sdk.NeedsRefund
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

func (r *replay) sign(fields sdk.Fields) {
	created := r.author
	if was := fields[sdk.FieldMSInfo]; !was.IsNull() {
		var info struct {
			Created json.RawMessage `json:"created"`
		}
		if was.Decode(&info) == nil && len(info.Created) > 0 {
			created = sdk.Value(info.Created)
		}
	}
	fields[sdk.FieldMSInfo] = `{"changed":` + r.author + `,"created":` + created + `}`
}

// setFields merges a set into fields and reports whether anything changed. A
// field that the schema lacks is taken as `last`: it may be an extension's
// that this till doesn't know.
func (r *replay) setFields(specs map[sdk.Field]sdk.FieldSpec, fields, set sdk.Fields) (changed bool) {
	for f, v := range set {
		if f == sdk.FieldMSInfo {
			continue
		}
		was := fields[f]
		switch specs[f].Merge {
		case sdk.First:
			if !was.IsNull() {
				continue
			}
		case sdk.Union:
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

func (r *replay) increment(fields sdk.Fields, f sdk.Field, by sdk.Value) bool {
	if spec, known := r.schema.Orderline[f]; known && spec.Merge != sdk.Counter {
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
	fields[f] = sdk.Num(sum)
	return true
}
