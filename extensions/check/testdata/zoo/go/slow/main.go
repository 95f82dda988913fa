// A hook for which all tills wait.
//
// zoo: run
package main

import (
	"time"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	Points float64 `sync:"points"`
}

func (o *Order) ApplyMSData(sdk.Record) error { // want: slow
	until := o.TappedAt()
	for end := now() + 80_000_000; now() < end; {
		until = until.Add(1)
	}
	return nil
}

var clock = map[string]func() time.Time{"": time.Now}

func now() int64 { return clock[""]().UnixNano() }

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
