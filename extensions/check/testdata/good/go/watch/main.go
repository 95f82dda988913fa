// It only refuses.
package main

import (
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type order struct {
	sdk.OrderBase
	checked bool
}

func (o *order) ApplyMSData(data sdk.Record) error {
	if err := data.Get("checked", &o.checked); err != nil {
		return err
	}
	if o.State() == sdk.Paid && !o.checked && len(o.Payments()) == 0 {
		return sdk.Reject("Look at the guest first.")
	}
	return nil
}

func main() {
	var e plugin.Extension
	e.Order = func() sdk.OrderHooks { return new(order) }
	plugin.Serve(e)
}
