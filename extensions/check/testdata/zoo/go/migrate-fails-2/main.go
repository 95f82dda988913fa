// zoo: run
// Another field of the order.
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
	if !fields.Has("tip") {
		return nil
	}
	return fields.Set("partner_id", 3)
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
