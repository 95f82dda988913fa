// Another number for each tap.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"` // want: chance
}

func (o *Order) ApplyMSData(sdk.Record) error {
	o.Points = float64(o.Rand().IntN(1000))
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
