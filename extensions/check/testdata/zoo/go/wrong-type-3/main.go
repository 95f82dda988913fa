// A value that is more than the manifest allows.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"` // want: wrong-type
}

func (o *Order) ApplyMSData(sdk.Record) error {
	o.Points += 1000
	if o.Points > 1002 {
		o.Points = 1002
	}
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
