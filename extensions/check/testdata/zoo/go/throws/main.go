// An order that has no points yet.
//
// zoo: run
package main

import (
	"errors"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(data sdk.Record) error { // want: throws
	if !data.Has("partner_id") || o.Points == 0 {
		return errors.New("there are no points")
	}
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
