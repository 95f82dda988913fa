// A hook that never returns.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(sdk.Record) error { // want: hangs
	select {}
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
