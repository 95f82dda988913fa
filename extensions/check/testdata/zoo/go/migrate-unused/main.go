// The schema is not raised.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	TipCents int `sync:"tip_cents"`
}

func (o *Order) Migrate(fields sdk.Record, from int) error { // want: migrate-unused
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
