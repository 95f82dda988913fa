// Settings that it can't work with.
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

func main() {
	plugin.Serve(plugin.Extension{
		Order:     func() sdk.OrderHooks { return new(Order) },
		Configure: func(sdk.Record) error { return errors.New("the setting rate is needed") },
	})
}
