package runner

import (
	"fmt"
	"maps"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// lineShape is a line as Odoo writes it, and what protocol.KeysMT say of its
// order.
type lineShape struct {
	of     *run
	id     protocol.LineID
	n      int
	fields protocol.Fields
}

func (s lineShape) value(key protocol.Field) (protocol.Value, bool, error) {
	switch key {
	case "id":
		return protocol.Int(s.n), true, nil
	case "uid":
		return protocol.Text(string(s.id)), true, nil
	case "tax_ids":
		ids := s.fields[key]
		if ids.IsNull() {
			ids = "[]"
		}
		return "[[6,false," + ids + "]]", true, nil
	}
	return hooks.KeyMT(s.of.record, key)
}

func (lineShape) model() protocol.Model { return protocol.ModelOrderline }

// whole is the line as an object.
func (s lineShape) whole() protocol.Fields {
	object := maps.Clone(s.fields)
	if object == nil {
		object = protocol.Fields{}
	}
	for _, key := range []protocol.Field{"id", "uid", "tax_ids"} {
		if v, known, _ := s.value(key); known {
			object[key] = v
		}
	}
	return object
}

// orderShape is an order as Odoo writes it, with protocol.KeysMT.
type orderShape struct{ of *run }

func (orderShape) model() protocol.Model { return protocol.ModelOrder }

func (s orderShape) value(key protocol.Field) (v protocol.Value, known bool, err error) {
	switch key {
	case "uid":
		return protocol.Text(string(s.of.head.Order)), true, nil
	case "name":
		return protocol.Text(s.name()), true, nil
	case "sequence_number":
		return protocol.Int(int(s.of.head.Number)), true, nil
	case protocol.KeyLines:
		if s.of.lines == nil {
			return "", true, errLines
		}
		rows := make([]any, len(s.of.lines))
		for i, l := range s.of.lines {
			rows[i] = []any{0, 0, lineShape{s.of, l.ID, l.N, l.Fields}.whole()}
		}
		v, err = protocol.ValueOf(rows)
		return v, true, err
	case protocol.KeyPayments:
		payments := s.of.record.OrderPayments()
		rows := make([]any, len(payments))
		for i, p := range payments {
			rows[i] = []any{0, 0, map[string]any{"id": p.ID, "name": p.Method, "method": p.Method, "amount": p.Amount}}
		}
		v, err = protocol.ValueOf(rows)
		return v, true, err
	}
	return hooks.KeyMT(s.of.record, key)
}

// name is the order's as JavaScript extensions read it, too.
func (s orderShape) name() string {
	if s.of.head.Number == 0 {
		return "New"
	}
	return fmt.Sprintf("Order %d", s.of.head.Number)
}

// seenLine is a line of the order as one run sees it: the fields that are
// handed over, to read.
type seenLine struct {
	line *Line
	run  *run
}

func (l *seenLine) shape() lineShape {
	return lineShape{l.run, l.line.ID, l.line.N, l.line.Fields}
}

// note is for the keys of the order, which is the run's own or its line's; a
// line's are not looked after, as any of them is of the key lines.
func (l *seenLine) note(key protocol.Field) {
	if protocol.IsKeyMT(key) {
		l.run.reads.Note(key)
	}
}

func (l *seenLine) record() *record {
	return &record{run: l.run, fields: l.line.Fields, shape: l.shape(), readable: l.run.set.Readable[protocol.ModelOrderline], note: l.note}
}

// Get is a record's, made of less.
func (l *seenLine) Get(key protocol.Field, into any) error {
	l.note(key)
	v, known, err := l.shape().value(key)
	switch readable := l.run.set.Readable[protocol.ModelOrderline]; {
	case err != nil:
		return err
	case !known && readable != nil && !readable[key]:
		return notHandedOver(key)
	case !known:
		v = l.line.Fields[key]
	}
	return decode(key, v, into)
}

func (l *seenLine) Has(key protocol.Field) bool             { return l.record().Has(key) }
func (l *seenLine) Set(key protocol.Field, value any) error { return l.record().Set(key, value) }
func (l *seenLine) Fields() protocol.Fields                 { return maps.Clone(l.line.Fields) }
func (l *seenLine) Recall(by any) (out any, ok bool)        { return l.line.memory.recall(by) }
func (l *seenLine) Remember(by, out any)                    { l.line.memory.remember(by, out) }
