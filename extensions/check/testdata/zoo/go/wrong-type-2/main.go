// A value of another type than the manifest says.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64
}

func (o *Order) InitFromJSON(json sdk.Record) error { return json.Get("points", &o.Points) }

func (o *Order) ExportAsJSON(out sdk.Record) error {
	return out.Set("points", "many") // want: wrong-type
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
