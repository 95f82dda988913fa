// A panic in a package below.
//
// zoo: run
package main

import (
	"github.com/manytill/manytill/extensions/check/testdata/zoo/go/panics-2/hooks"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(hooks.Order) }})
}
