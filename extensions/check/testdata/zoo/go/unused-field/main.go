// A field that no hook knows.
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
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
