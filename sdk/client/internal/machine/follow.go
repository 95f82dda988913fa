package machine

import (
	"maps"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/queue"
)

const (
	fieldFollows sdk.Field = "follows"
	fieldQty     sdk.Field = "qty"
)

// rejected is the event of a refused mutation, with a way to put what was lost
// on a new order where the old one is closed or gone.
func (m *Machine) rejected(e *queue.Entry) Rejected {
	event := Rejected{Mutation: e.Mutation, Result: *e.Result}
	if e.Result.Rejection == nil || len(e.Mutation.Ops) == 0 {
		return event
	}
	closed := e.Result.Order
	if closed == "" {
		closed = e.Mutation.Ops[0].Order
	}
	if e.Result.Code != sdk.OrderClosed {
		return event
	}
	lines := m.givenBack(e.Mutation.Ops, closed)
	if len(lines) == 0 {
		return event
	}
	to := m.follower(closed)
	create := sdk.Op{Op: sdk.OrderCreate, Order: to, Set: sdk.Fields{fieldFollows: sdk.Text(string(closed))}}
	event.NewOrder, event.Again = to, []sdk.Op{create}
	for _, line := range lines {
		line.Order = to
		event.Again = append(event.Again, line)
	}
	return event
}

// follower is the one new order for all that was lost on a closed one.
func (m *Machine) follower(closed sdk.OrderID) sdk.OrderID {
	if id, ok := m.follows[closed]; ok {
		if o := m.view.Order(id); o == nil || o.State == sdk.Open {
			return id
		}
	}
	id := sdk.OrderID(m.cfg.NewID())
	m.follows[closed] = id
	return id
}

// givenBack are line.add ops for what ops would have added to a closed order: new
// lines, and more of a line that it has.
func (m *Machine) givenBack(ops []sdk.Op, closed sdk.OrderID) (lines []sdk.Op) {
	at := map[sdk.LineID]int{}
	for _, op := range ops {
		if op.Order != closed {
			continue
		}
		i, mine := at[op.Line]
		switch {
		case op.Op == sdk.LineAdd:
			at[op.Line] = len(lines)
			op.Set = maps.Clone(op.Set)
			lines = append(lines, op)
		case op.Op == sdk.LineSet && mine:
			maps.Copy(lines[i].Set, op.Set)
		case op.Op == sdk.LineInc && mine:
			lines[i].Set[op.Field] = sum(lines[i].Set[op.Field], op.By)
		case op.Op == sdk.LineInc && op.Field == fieldQty:
			if more, ok := m.more(op, closed); ok {
				at[op.Line] = len(lines)
				lines = append(lines, more)
			}
		}
	}
	return lines
}

// more is a line like one that the closed order has, with what a line.inc
// would have added to it.
func (m *Machine) more(op sdk.Op, closed sdk.OrderID) (sdk.Op, bool) {
	o, by := m.view.Confirmed(closed), sdk.Decimal{}
	if o == nil {
		return op, false
	}
	line := o.Line(op.Line)
	if d, ok := op.By.Decimal(); ok {
		by = d
	}
	if line == nil || by.Cmp(sdk.Decimal{}) <= 0 {
		return op, false
	}
	set := maps.Clone(line.Fields)
	maps.DeleteFunc(set, func(f sdk.Field, _ sdk.Value) bool {
		spec, known := m.cfg.Schema.Orderline[f]
		return !known || spec.Derived
	})
	set[fieldQty] = op.By
	return sdk.Op{Op: sdk.LineAdd, Line: sdk.LineID(m.cfg.NewID()), Set: set}, true
}

func sum(a, b sdk.Value) sdk.Value {
	x, _ := a.Decimal()
	y, _ := b.Decimal()
	total, err := x.Add(y)
	if err != nil {
		return a
	}
	return sdk.Num(total)
}
