// Command dropping is a plugin that hands over what isn't taken: what, says
// the order's id.
package main

import (
	"errors"
	"math"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
	"github.com/manytill/manytill/sdk/protocol"
)

type order struct {
	sdk.OrderBase
	Ratio float64 `sync:"ratio"`
	Good  string  `sync:"good"`
}

func (o *order) ApplyMSData(data sdk.Record) error {
	switch o.UID() {
	case "tagged":
		o.Ratio = math.NaN()
	case "handed":
		_ = data.Set("x", 1) // its error is lost
	case "lines":
		for _, l := range o.Lines() {
			_ = l.Set("qty", 1)
		}
	}
	o.Good = "good"
	return nil
}

type circle struct{ Next *circle }

func (o *order) ExportAsJSON(out sdk.Record) error {
	round := new(circle)
	round.Next = round
	values := map[protocol.OrderID]struct {
		key   protocol.Field
		value any
	}{
		"nan":      {"x", math.NaN()},
		"infinity": {"x", math.Inf(-1)},
		"deep":     {"x", map[string]any{"a": []any{1, math.NaN()}}},
		"func":     {"x", func() {}},
		"inside":   {"x", map[string]any{"f": []any{func() {}}}},
		"channel":  {"x", make(chan int)},
		"circle":   {"x", round},
		"type":     {"n", "many"},
		"core":     {"partner_id", 9},
		"key":      {"uid", "other"},
		"prefix":   {"mt_x", 1},
		"other's":  {"theirs", "mine"},
		"stray":    {"stray", 1},
		"no name":  {"a b", 1},
	}
	v, has := values[o.UID()]
	if !has {
		return nil
	}
	return errors.Join(out.Set(v.key, v.value), out.Set("last", true))
}

func main() {
	plugin.Serve(plugin.Extension{Name: "dropping", Order: func() sdk.OrderHooks { return new(order) }})
}
