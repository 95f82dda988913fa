// A till's value is overwritten.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64
}

func (o *Order) ApplyMSData(sdk.Record) error {
	o.Points = 5
	return nil
}

func (o *Order) ExportAsJSON(out sdk.Record) error {
	return out.Set("points", o.Points) // want: one-way
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
