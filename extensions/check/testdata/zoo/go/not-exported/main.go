// A value that is computed and never given.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64
	Rounds float64 `sync:"rounds"`
}

func (o *Order) InitFromJSON(json sdk.Record) error { return json.Get("points", &o.Points) }

func (o *Order) ApplyMSData(data sdk.Record) error {
	if err := data.Get("points", &o.Points); err != nil {
		return err
	}
	o.Points *= 2 // want: not-exported
	return nil
}

func (o *Order) ExportAsJSON(out sdk.Record) error { return nil }

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
