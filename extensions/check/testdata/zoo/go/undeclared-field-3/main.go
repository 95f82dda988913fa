// A key of an earlier version, which is migrate's and its helpers' to write, and a hook's to leave alone.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type Order struct {
	sdk.OrderBase
	TipCents int `sync:"tip_cents"`
}

func (o *Order) Migrate(fields sdk.Record, from int) error {
	if err := fields.Set("tip_from", from); err != nil { // for tills to show; no hook's
		return err
	}
	if from == 1 {
		return inCents(fields)
	}
	each := func(key string) error { return fields.Set("gratuity", key) }
	return each("tip")
}

// inCents is migrate's alone.
func inCents(fields sdk.Record) error {
	var tip float64
	if err := fields.Get("tip", &tip); err != nil {
		return err
	}
	if err := fields.Set("tip_cents", int(tip*100)); err != nil {
		return err
	}
	return clear(fields, "tip")
}

func clear(fields sdk.Record, key string) error {
	if !fields.Has("tip") {
		return nil
	}
	return fields.Set("tip", nil)
}

func (o *Order) ExportAsJSON(json sdk.Record) error {
	return old(json)
}

// old is a hook's.
func old(json sdk.Record) error {
	return json.Set("tip", 1) // want: undeclared-field
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(Order) }})
}
