// Storage, lines and effects, each declared.
package main

import (
	"context"
	"os"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

type order struct {
	sdk.OrderBase
	Receipt int    `sync:"receipt"`
	Printed string `sync:"printed"`
	Lucky   int    `sync:"lucky"`
}

func (o *order) ApplyMSData(sdk.Record) error {
	if o.Lucky == 0 { // once
		o.Lucky = 1 + o.Rand().IntN(100)
	}
	if o.State() != sdk.Paid || o.Receipt != 0 {
		return nil
	}
	var last int
	if _, err := o.Storage().Get("last", &last); err != nil {
		return err
	}
	o.Receipt = last + 1
	return o.Storage().Set("last", o.Receipt)
}

func (o *order) ExportAsJSON(out sdk.Record) error {
	if err := o.PutLine("bag", map[string]any{"product_id": 98, "qty": 1, "price_unit": 0.1}); err != nil {
		return err
	}
	if o.Receipt != 0 {
		if err := o.Effect("print", "receipt", o.Receipt); err != nil {
			return err
		}
	}
	return out.Set("pricelist_id", 2)
}

func (o *order) EffectResult(_, _ string, result sdk.Result) error {
	o.Printed = string(result)
	return nil
}

// printer does effects beside the hooks: it may do anything.
func printer(ctx context.Context, e sdk.Effect) (sdk.Result, error) {
	done := make(chan error, 1)
	go func() { done <- os.WriteFile("/dev/null", []byte(e.Data), 0o600) }()
	select {
	case err := <-done:
		return "true", err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func main() {
	plugin.Serve(plugin.Extension{Order: func() sdk.OrderHooks { return new(order) }, Effect: printer})
}
