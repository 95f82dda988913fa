// One struct for all orders.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func main() {
	order := new(Order)
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks {
		return order // want: shared-instance
	}})
}
