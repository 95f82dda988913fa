package order

import (
	"fmt"

	"github.com/manytill/manytill/sdk/protocol"
)

func (t *try) setOrder(o *Order, op *Op) *protocol.Rejection {
	fields, changed, r := t.merge(setting{op: op, id: string(o.ID), specs: t.env.Schema.Order, fields: o.Fields})
	if r != nil || !changed {
		return r
	}
	o.Fields = fields
	t.touch(o)
	t.grows(o)
	return nil
}

func (t *try) addLine(o *Order, op *Op) *protocol.Rejection {
	if o.Line(op.Line) != nil {
		return lineExists(o, op.Line)
	}
	if o.LastN >= t.env.Limits.Lines {
		return limitRejection(o, op.Line, t.env.Limits.Lines, "lines")
	}
	line := &Line{ID: op.Line, Origin: o.ID, Info: Info{Created: t.author(), Changed: t.author(), Seq: t.env.Seq}}
	fields, _, r := t.merge(setting{op: op, id: string(op.Line), specs: t.env.Schema.Orderline})
	if r != nil {
		return r
	}
	line.Fields = fields
	t.place(o, line)
	t.grows(o)
	return nil
}

// place puts a line at the end of an order.
func (t *try) place(o *Order, line *Line) {
	o.LastN++
	line.N, line.Gone = o.LastN, nil
	line.Added = Stamp{Seq: t.env.Seq, Client: t.env.Client}
	line.Touched = line.Added
	o.put(line)
	t.touchContent(o)
}

func lineExists(o *Order, line protocol.LineID) *protocol.Rejection {
	return &protocol.Rejection{
		Code: protocol.Exists, Order: o.ID, Line: line,
		Message: fmt.Sprintf("order %d has or had a line %s; use a new id", o.Number, line),
	}
}

// live finds a line that is there.
func live(o *Order, id protocol.LineID) (*Line, *protocol.Rejection) {
	line := o.Line(id)
	if line == nil {
		return nil, &protocol.Rejection{
			Code: protocol.NotFound, Order: o.ID, Line: id,
			Message: fmt.Sprintf("order %d has no line %s", o.Number, id),
		}
	}
	if line.Gone != nil {
		return nil, goneRejection(o, line)
	}
	return line, nil
}

func goneRejection(o *Order, line *Line) *protocol.Rejection {
	r := &protocol.Rejection{
		Code: protocol.Gone, Order: o.ID, Line: line.ID,
		By: decodeBy(line.Gone.By), Seq: line.Gone.Seq, MovedTo: line.Gone.MovedTo,
		Message: "the line was removed; add it again if it is still wanted",
	}
	if r.MovedTo != "" {
		r.Message = fmt.Sprintf("the line was moved to order %s; change it there", r.MovedTo)
	}
	return r
}

func (t *try) setLine(o *Order, op *Op) *protocol.Rejection {
	line, r := live(o, op.Line)
	if r != nil {
		return r
	}
	fields, changed, r := t.merge(setting{op: op, id: string(line.ID), specs: t.env.Schema.Orderline, fields: line.Fields})
	if r != nil || !changed {
		return r
	}
	t.editLine(o, line).Fields = fields
	t.grows(o)
	return nil
}

// editLine is the draft of a line that this mutation changes.
func (t *try) editLine(o *Order, line *Line) *Line {
	line = o.edit(line)
	line.Touched = t.stamped(line.Touched)
	t.changedBy(&line.Info)
	t.touchContent(o)
	return line
}

// largestCount is the size that a number may have (protocol, "Data").
const largestCount = 1_000_000_000_000_000

func (t *try) increment(o *Order, op *Op) *protocol.Rejection {
	line, r := live(o, op.Line)
	if r != nil {
		return r
	}
	spec, known := t.env.Schema.Orderline[op.Field]
	if !known || spec.Derived {
		t.ignore(string(line.ID), op.Field, nil)
		return nil
	}
	if spec.Merge != protocol.Counter {
		return &protocol.Rejection{
			Code: protocol.Invalid, At: op.at + ".field", Order: o.ID, Line: line.ID, Field: op.Field,
			Message: fmt.Sprintf("%s.field %s is no counter; use line.set", op.at, op.Field),
		}
	}
	now, _ := line.Fields.Value(op.Field).Decimal()
	sum, err := now.Add(op.By)
	if err != nil {
		return &protocol.Rejection{
			Code: protocol.LimitReached, Order: o.ID, Line: line.ID, Field: op.Field, Limit: largestCount,
			Message: fmt.Sprintf("%s is %s; adding %s leaves what can be counted", op.Field, now, op.By),
		}
	}
	if op.By.IsZero() || (sum.Cmp(now) == 0 && line.Fields.Value(op.Field) != protocol.Null) {
		return nil
	}
	line = t.editLine(o, line)
	line.Fields = line.Fields.with(Cell{
		Field: op.Field, Value: protocol.Num(sum), Stamp: t.cellStamp(spec, line.Fields.stamp(op.Field)),
	})
	return nil
}

func (t *try) removeLine(o *Order, op *Op) *protocol.Rejection {
	line := o.Line(op.Line)
	if line != nil && line.Gone != nil && line.Gone.MovedTo == "" {
		return nil // removed already
	}
	line, r := live(o, op.Line)
	if r != nil {
		return r
	}
	t.end(o, line, "")
	return nil
}

// end leaves of a line what later ops must know of it.
func (t *try) end(o *Order, line *Line, to protocol.OrderID) {
	line = t.editLine(o, line)
	line.Gone = &End{By: t.env.By, Seq: t.env.Seq, MovedTo: to}
	line.Fields = nil
	o.count--
}

func (t *try) moveLines(o *Order, op *Op) *protocol.Rejection {
	lines := make([]*Line, len(op.Lines))
	for i, id := range op.Lines {
		line, r := live(o, id)
		if r != nil {
			return r
		}
		lines[i] = line
	}
	to := t.named(op.To)
	switch {
	case to == nil:
		to = t.newOrder(op.To)
	case to.State != protocol.Open:
		return closedRejection(to, "")
	}
	if to.LastN+len(lines) > t.env.Limits.Lines {
		return limitRejection(to, "", t.env.Limits.Lines, "lines")
	}
	for _, line := range lines {
		if there := to.Line(line.ID); there != nil && !comesBack(there, line) {
			return lineExists(to, line.ID)
		}
		t.move(o, line, to)
	}
	t.grows(to)
	return nil
}

// comesBack: what is left in the target is of this very line.
func comesBack(there, line *Line) bool {
	return there.Gone != nil && there.Gone.MovedTo != "" && there.Origin == line.Origin
}

func (t *try) move(from *Order, line *Line, to *Order) {
	moved := *line
	t.end(from, line, to.ID)
	t.changedBy(&moved.Info)
	t.place(to, &moved)
}
