// What the hook fills in is lost.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64
}

func (o *Order) ExportAsJSON(out sdk.Record) error { return out.Set("points", o.Points) }

func (o Order) InitFromJSON(json sdk.Record) error { // want: value-receiver
	return json.Get("points", &o.Points)
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
