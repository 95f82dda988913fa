// When it was decided, not when it was tapped.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"` // want: clock
}

func (o *Order) ApplyMSData(sdk.Record) error {
	o.Points = float64(o.Now().Hour())
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
