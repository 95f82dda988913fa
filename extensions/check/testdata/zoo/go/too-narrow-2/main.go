// A small number for a field that may be large.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points uint8 `sync:"points"` // want: too-narrow
}

func (o *Order) ApplyMSData(sdk.Record) error { return nil }

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
