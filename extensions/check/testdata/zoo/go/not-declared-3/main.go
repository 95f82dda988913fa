// An effect by another name.
package main

import (
	"context"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ExportAsJSON(sdk.Record) error {
	return o.Effect("bok", "paid", o.Points) // want: not-declared
}

func book(context.Context, sdk.Effect) (sdk.Result, error) { return "true", nil }

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }, Effect: book})
}
