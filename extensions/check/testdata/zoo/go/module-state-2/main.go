// A map that grows with each order.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

var seen = map[sdk.OrderID]bool{}

func (o *Order) ApplyMSData(sdk.Record) error {
	remember(o.UID())
	return nil
}

func remember(id sdk.OrderID) {
	seen[id] = true // want: module-state
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
