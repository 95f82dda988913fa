// A list that needn't be there.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Tags []string `sync:"tags"`
	Tag  string   `sync:"tag"`
}

func (o *Order) ApplyMSData(sdk.Record) error {
	o.Tag = o.Tags[0] // want: panics
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
