// zoo: run
// A value that the field cannot hold.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	TipCents int `sync:"tip_cents"`
}

func (o *Order) Migrate(fields sdk.Record, from int) error { // want: migrate-fails
	return fields.Set("tip_cents", "none")
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
