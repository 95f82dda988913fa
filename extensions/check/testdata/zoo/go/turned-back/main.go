// A till's value is turned back.
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

func (o *Order) ApplyMSData(sdk.Record) error { return nil } // want: turned-back

func (o *Order) ExportAsJSON(out sdk.Record) error { return out.Set("points", o.Points) }

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
