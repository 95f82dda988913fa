// Work behind the hook's back.
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
	go o.count() // want: goroutine-in-hook
	return nil
}

func (o *Order) count() { o.Points++ }

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
