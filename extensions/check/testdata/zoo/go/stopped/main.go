// More memory than a process may take.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(sdk.Record) error { // want: stopped
	copies := make([][]byte, 40)
	for i := range copies {
		copies[i] = make([]byte, 32<<20)
	}
	o.Points += float64(copies[7][1])
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
