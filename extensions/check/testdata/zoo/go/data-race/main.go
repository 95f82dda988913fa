// Memory that two orders write at once.
//
// zoo: race
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

// Last keeps the last points by a way that reading doesn't show.
type Last struct{ points *float64 }

var last = Last{points: new(float64)}

func (l Last) keep(points float64) *float64 {
	p := l.points
	*p = points // want: data-race
	return p
}

func (o *Order) ApplyMSData(sdk.Record) error {
	last.keep(o.Points)
	return nil
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
