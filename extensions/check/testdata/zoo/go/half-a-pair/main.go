// Hooks that give nothing back.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64
}

func (o *Order) InitFromJSON(json sdk.Record) error { // want: half-a-pair
	return json.Get("points", &o.Points)
}

func (o *Order) ApplyMSData(data sdk.Record) error { return data.Get("points", &o.Points) }

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
