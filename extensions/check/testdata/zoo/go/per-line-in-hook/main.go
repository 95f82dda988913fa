// A memory that is gone after the run.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(sdk.Record) error {
	worth := sdk.NewPerLine(func(l sdk.OrderLine) (qty float64, err error) { // want: per-line-in-hook
		return qty, l.Get("qty", &qty)
	})
	o.Points = 0
	for _, line := range o.Lines() {
		qty, err := worth.Of(line)
		if err != nil {
			return err
		}
		o.Points += qty
	}
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
