// Command mirror is a plugin whose order exports the lines that its hook saw,
// and does what the order's field act says. A line exports what its record
// says of its order.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
	"github.com/manytill/manytill/sdk/protocol"
)

type order struct {
	sdk.OrderBase
	Seen []any `sync:"seen"`
}

func (o *order) ApplyMSData(data sdk.Record) error {
	var act string
	if err := data.Get("act", &act); err != nil {
		return err
	}
	o.Seen = []any{}
	for _, l := range o.Lines() {
		var qty, note protocol.Value
		if err := errors.Join(l.Get("qty", &qty), l.Get("note", &note)); err != nil {
			return err
		}
		row := []any{l.ID, l.N, string(qty), string(note)}
		if remembered, err := rows.Of(l); err != nil || remembered != fmt.Sprint(row) {
			return fmt.Errorf("%s was remembered of %s: %w", remembered, row, err)
		}
		o.Seen = append(o.Seen, row)
	}
	if do := acts[act]; do != nil {
		return do(o)
	}
	return nil
}

var rows = sdk.NewPerLine(func(l sdk.OrderLine) (string, error) {
	var qty, note protocol.Value
	err := errors.Join(l.Get("qty", &qty), l.Get("note", &note))
	return fmt.Sprint([]any{l.ID, l.N, string(qty), string(note)}), err
})

var acts = map[string]func(*order) error{
	"exit":   func(*order) error { os.Exit(3); return nil },
	"panic":  func(*order) error { panic("no reason") },
	"error":  func(*order) error { return errors.New("it went wrong") },
	"reject": func(*order) error { return sdk.Reject("no") },
	"tamper": tamper,
	"put": func(o *order) error {
		if err := o.PutLine("a b", map[string]any{"product_id": 9, "qty": 1.5, "note": nil}); err != nil {
			return err
		}
		return o.PutLine("second", struct {
			Qty sdk.Decimal `json:"qty"`
		}{})
	},
	"put badly": func(o *order) error { return o.PutLine("a", []int{1}) },
	"keys":      func(o *order) (err error) { o.Seen, err = keys(o.Merged()); return err },
}

// keys are what a record says of its order.
func keys(r sdk.Record, more ...sdk.Field) (values []any, err error) {
	for _, key := range append(more, protocol.KeysMT()...) {
		var v protocol.Value
		if err := r.Get(key, &v); err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

type line struct{ sdk.OrderlineBase }

func (l *line) ExportAsJSON(out sdk.Record) error {
	own, err := keys(l.Merged())
	if err != nil {
		return err
	}
	orders, err := keys(l.Order().Merged(), "course")
	return errors.Join(err, out.Set("own", own), out.Set("orders", orders))
}

// tamper writes to all that a hook gets of lines.
func tamper(o *order) error {
	lines := o.Lines()
	for i := range lines {
		lines[i].Fields()["qty"] = "666"
		if lines[i].Set("qty", 666) == nil {
			return errors.New("a line could be written")
		}
		var note protocol.Value
		if err := lines[i].Get("note", &note); err != nil {
			return err
		}
		copy([]byte(note), "666")
		lines[i].ID, lines[i].N = "tampered", 666
	}
	slices.Reverse(lines)
	if len(lines) > 0 {
		lines[0] = sdk.OrderLine{}
	}
	for i, l := range o.Lines() {
		if l.N == 666 {
			return fmt.Errorf("line %d was written", i)
		}
	}
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Name: "mirror", Order: func() sdk.OrderHooks { return new(order) }, Orderline: func() sdk.OrderlineHooks { return new(line) }})
}
