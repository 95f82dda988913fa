// A name that is the core's.
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

func (o *Order) ApplyMSData(data sdk.Record) error { return data.Get("points", &o.Points) }

func (o *Order) ExportAsJSON(out sdk.Record) error {
	if err := out.Set("mt_points", o.Points); err != nil { // want: reserved-name
		return err
	}
	return out.Set("points", o.Points)
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
