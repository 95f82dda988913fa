// What a method keeps.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

type counts struct{ orders map[sdk.OrderID]int }

func (c *counts) add(id sdk.OrderID) { c.orders[id]++ }

var seen = &counts{orders: map[sdk.OrderID]int{}}

func (o *Order) ApplyMSData(sdk.Record) error {
	seen.add(o.UID()) // want: module-state
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
