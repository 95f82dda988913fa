// Migrate by another name.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	TipCents int `sync:"tip_cents"`
}

func (o *Order) Migrates(fields sdk.Record, from int) error { // want: misspelt-hook
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
