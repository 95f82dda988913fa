// A program that doesn't compile.
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

func (o *Order) ExportAsJSON(out sdk.Record) error { return out.Set("points", o.Points) }

func (o *Order) ApplyMSData(data sdk.Record) error {
	o.Points = "many" // want: compile
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
