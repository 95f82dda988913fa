// A field of the lines that there isn't.
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
	o.Points = 0
	for _, line := range o.Lines() {
		var price float64
		if err := line.Get("price", &price); err != nil { // want: not-handed-over
			return err
		}
		o.Points += price
	}
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
