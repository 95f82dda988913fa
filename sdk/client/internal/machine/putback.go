package machine

import (
	"maps"

	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	fieldFollows protocol.Field = "follows"
	fieldQty     protocol.Field = "qty"
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
		closed = e.Mutation.Ops[0].On()
	}
	if e.Result.Code != protocol.OrderClosed {
		return event
	}
	lines := o.givenBack(e.Mutation.Ops, closed)
	if len(lines) == 0 {
		return event
	}
	to := o.follower(closed)
	create := protocol.OrderCreate{Order: to, Set: protocol.Fields{fieldFollows: protocol.Text(string(closed))}}
	event.NewOrder, event.Again = to, protocol.Ops{create}
	for _, line := range lines {
		line.Order = to
		event.Again = append(event.Again, line)
	}
	return event
}

// follower is the one new order for all that was lost on a closed one.
func (o *outcomes) follower(closed protocol.OrderID) protocol.OrderID {
	if id, ok := o.follows[closed]; ok {
		if shown := o.report.view.Order(id); shown == nil || shown.State == protocol.Open {
			return id
		}
	}
	id := protocol.OrderID(o.cfg.NewID())
	o.follows[closed] = id
	return id
}

// givenBack are line.add ops for what ops would have added to a closed order: new
// lines, and more of a line that it has.
func (o *outcomes) givenBack(ops protocol.Ops, closed protocol.OrderID) (lines []protocol.LineAdd) {
	at := map[protocol.LineID]int{}
	for _, op := range ops {
		if op.On() != closed {
			continue
		}
		switch op := op.(type) {
		case protocol.LineAdd:
			at[op.Line] = len(lines)
			op.Set = maps.Clone(op.Set)
			lines = append(lines, op)
		case protocol.LineSet:
			if i, mine := at[op.Line]; mine {
				maps.Copy(lines[i].Set, op.Set)
			}
		case protocol.LineInc:
			if i, mine := at[op.Line]; mine {
				lines[i].Set[op.Field] = sum(lines[i].Set[op.Field], op.By)
			} else if op.Field == fieldQty {
				if more, ok := o.more(op, closed); ok {
					at[op.Line] = len(lines)
					lines = append(lines, more)
				}
			}
		}
	}
	return lines
}

// more is a line like one that the closed order has, with what a line.inc
// would have added to it. An extension's line is put again by its hook.
func (o *outcomes) more(op protocol.LineInc, closed protocol.OrderID) (line protocol.LineAdd, ok bool) {
	shown, by := o.report.view.Confirmed(closed), decimal.Decimal{}
	if shown == nil {
		return line, false
	}
	like := shown.Line(op.Line)
	if d, ok := op.By.Decimal(); ok {
		by = d
	}
	if like == nil || protocol.IsOwnLine(op.Line) || by.Cmp(decimal.Decimal{}) <= 0 {
		return line, false
	}
	set := maps.Clone(like.Fields)
	maps.DeleteFunc(set, func(f protocol.Field, _ protocol.Value) bool {
		spec, known := o.report.view.Schema.Orderline[f]
		return !known || spec.Derived
	})
	set[fieldQty] = op.By
	return protocol.LineAdd{Line: protocol.LineID(o.cfg.NewID()), Set: set}, true
}

func sum(a, b protocol.Value) protocol.Value {
	x, _ := a.Decimal()
	y, _ := b.Decimal()
	total, err := x.Add(y)
	if err != nil {
		return a
	}
	return protocol.Num(total)
}
