// A counter in main.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(sdk.Record) error { return nil }

func main() {
	made := 0
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks {
		made++ // want: module-state
		return new(Order)
	}})
}
