//go:build schema2

package main

import (
	"math"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type order struct {
	sdk.OrderBase
	TipCents int `sync:"tip_cents"`
}

func (o *order) ExportAsJSON(out sdk.Record) error { return out.Set("tipped", o.TipCents > 0) }

func (o *order) Migrate(fields sdk.Record, from int) error {
	var tip float64
	if !fields.Has("tip") {
		return nil
	}
	if err := fields.Get("tip", &tip); err != nil {
		return err
	}
	if err := fields.Set("tip_cents", int(math.Round(tip*100))); err != nil {
		return err
	}
	return fields.Set("tip", nil)
}

type line struct {
	sdk.OrderlineBase
}

func (l *line) Migrate(fields sdk.Record, from int) error {
	var cooked string
	if err := fields.Get("cooked", &cooked); err != nil || cooked == "" {
		return err
	}
	if err := fields.Set("steps", []string{cooked}); err != nil {
		return err
	}
	return fields.Set("cooked", nil)
}

var extension = plugin.Extension{
	Order:     func() sdk.OrderHooks { return new(order) },
	Orderline: func() sdk.OrderlineHooks { return new(line) },
}
