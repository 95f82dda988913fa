// Two fields that need each other.
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
	Room  string
	Table string
}

func (o *Order) InitFromJSON(json sdk.Record) error {
	return errors.Join(json.Get("room", &o.Room), json.Get("place", &o.Table))
}

func (o *Order) ExportAsJSON(out sdk.Record) error {
	if o.Room == "" || o.Table == "" {
		return errors.Join(out.Set("room", nil), out.Set("place", nil)) // want: wiped
	}
	return errors.Join(out.Set("room", o.Room), out.Set("place", o.Table))
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
