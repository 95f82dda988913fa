// Another name than the manifest's.
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
	plugin.Serve(plugin.Extension{
		Name:  "zoo-2", // want: unlike-manifest
		Order: func() sdk.OrderHooks { return new(Order) },
	})
}
