// An end that reading doesn't show.
//
// zoo: run
package main

import (
	"os"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

var exit = map[bool]func(int){true: os.Exit}

func (o *Order) ApplyMSData(sdk.Record) error { // want: ends-process
	if stop := exit[o.Points < 0]; stop != nil {
		stop(3)
	}
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
