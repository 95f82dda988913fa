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
func (o *outcomes) rejected(e *queue.Entry) Rejected {
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
	lines := o.givenBack(e.Mutation.Ops, closed)
	if len(lines) == 0 {
		return event
	}
	to := o.follower(closed)
	create := sdk.Op{Op: sdk.OrderCreate, Order: to, Set: sdk.Fields{fieldFollows: sdk.Text(string(closed))}}
	event.NewOrder, event.Again = to, []sdk.Op{create}
	for _, line := range lines {
		line.Order = to
		event.Again = append(event.Again, line)
	}
	return event
}

// follower is the one new order for all that was lost on a closed one.
func (o *outcomes) follower(closed sdk.OrderID) sdk.OrderID {
	if id, ok := o.follows[closed]; ok {
		if shown := o.report.view.Order(id); shown == nil || shown.State == sdk.Open {
			return id
		}
	}
	id := sdk.OrderID(o.cfg.NewID())
	o.follows[closed] = id
	return id
}

// givenBack are line.add ops for what ops would have added to a closed order: new
// lines, and more of a line that it has.
func (o *outcomes) givenBack(ops []sdk.Op, closed sdk.OrderID) (lines []sdk.Op) {
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
			if more, ok := o.more(op, closed); ok {
				at[op.Line] = len(lines)
				lines = append(lines, more)
			}
		}
	}
	return lines
}

// more is a line like one that the closed order has, with what a line.inc
// would have added to it.
func (o *outcomes) more(op sdk.Op, closed sdk.OrderID) (sdk.Op, bool) {
	shown, by := o.report.view.Confirmed(closed), sdk.Decimal{}
	if shown == nil {
		return op, false
	}
	line := shown.Line(op.Line)
	if d, ok := op.By.Decimal(); ok {
		by = d
	}
	if line == nil || by.Cmp(sdk.Decimal{}) <= 0 {
		return op, false
	}
	set := maps.Clone(line.Fields)
	maps.DeleteFunc(set, func(f sdk.Field, _ sdk.Value) bool {
		spec, known := o.report.view.Schema.Orderline[f]
		return !known || spec.Derived
	})
	set[fieldQty] = op.By
	return sdk.Op{Op: sdk.LineAdd, Line: sdk.LineID(o.cfg.NewID()), Set: set}, true
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
