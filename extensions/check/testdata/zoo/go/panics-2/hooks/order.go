// Package hooks has the struct.
package hooks

import "github.com/manytill/manytill/sdk"

// Order panics where a till set no points.
type Order struct {
	sdk.OrderBase
	Points *float64 `sync:"points"`
}

// ApplyMSData doubles them.
func (o *Order) ApplyMSData(sdk.Record) error {
	if *o.Points > 100 { // want: panics
		*o.Points = 100
	}
	return nil
}
