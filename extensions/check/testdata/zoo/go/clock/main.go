// The machine's clock.
package main

import (
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(sdk.Record) error {
	o.Points = float64(time.Now().Hour()) // want: clock
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
