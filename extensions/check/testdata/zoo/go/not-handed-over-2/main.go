// A field that the manifest doesn't read.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(data sdk.Record) error {
	var customer sdk.Value
	if err := data.Get("partner_id", &customer); err != nil || customer == "" { // want: not-handed-over
		return err
	}
	o.Points = 1
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
