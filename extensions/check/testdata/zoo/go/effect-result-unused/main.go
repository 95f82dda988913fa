// Effects are orders'.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Line struct {
	sdk.OrderlineBase
	Points float64 `sync:"points"`
}

func (l *Line) EffectResult(_, _ string, result sdk.Result) error { // want: effect-result-unused
	return result.Decode(&l.Points)
}

func main() {
	plugin.Serve(plugin.Extension{Orderline: func() sdk.OrderlineHooks { return new(Line) }})
}
