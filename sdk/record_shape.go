package sdk

import (
	"fmt"
	"maps"

	"github.com/manytill/manytill/sdk/protocol"
)

// lineShape is a line as Odoo writes it.
type lineShape struct {
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
	return "", false, nil
}

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

// orderShape is an order as Odoo writes it.
type orderShape struct{ order *HookOrder }

func (s orderShape) value(key protocol.Field) (v protocol.Value, known bool, err error) {
	switch key {
	case "uid":
		return protocol.Text(string(s.order.ID)), true, nil
	case "name":
		return protocol.Text(s.name()), true, nil
	case "sequence_number":
		return protocol.Int(int(s.order.Number)), true, nil
	case protocol.KeyLines:
		lines := s.order.ready(&HookSet{})
		if lines == nil {
			return "", true, errLines
		}
		rows := make([]any, len(lines))
		for i, l := range lines {
			rows[i] = []any{0, 0, lineShape{l.ID, l.N, l.r.fields}.whole()}
		}
		v, err = protocol.ValueOf(rows)
		return v, true, err
	case protocol.KeyPayments:
		rows := make([]any, len(s.order.Payments))
		for i, p := range s.order.Payments {
			rows[i] = []any{0, 0, map[string]any{"id": p.ID, "name": p.Method, "method": p.Method, "amount": p.Amount}}
		}
		v, err = protocol.ValueOf(rows)
		return v, true, err
	}
	return "", false, nil
}

// name is the order's as JavaScript extensions read it, too.
func (s orderShape) name() string {
	if s.order.Number == 0 {
		return "New"
	}
	return fmt.Sprintf("Order %d", s.order.Number)
}
