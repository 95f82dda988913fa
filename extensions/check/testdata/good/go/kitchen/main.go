// Lines that look at their order, in a package of their own.
package main

import (
	"github.com/manytill/manytill/extensions/check/testdata/good/go/kitchen/hooks"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

func main() {
	plugin.Serve(plugin.Extension{
		Order:     func() sdk.OrderHooks { return &hooks.Order{} },
		Orderline: func() sdk.OrderlineHooks { return hooks.New() },
	})
}
