// Command loyalty gives an order points for what is on it, lets people redeem
// them, but not more than there are, and books them when the order is paid. It is
// an example of an extension in Go; README.md walks through it.
package main

import (
	"context"
	"errors"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/plugin"
)

func main() { plugin.Serve(extension()) }

func extension() plugin.Extension {
	worth, bookings := worthAt(one), Bookings("")
	return plugin.Extension{
		Name: "loyalty", Version: "1.0.0",
		Configure: func(settings sdk.Record) error {
			rate, err := rateOf(settings)
			if err != nil {
				return err
			}
			worth = worthAt(rate)
			bookings, err = bookingsIn(settings)
			return err
		},
		Order:  func() sdk.OrderHooks { return &Order{Worth: worth, Books: bookings != ""} },
		Effect: func(ctx context.Context, e sdk.Effect) (sdk.Result, error) { return bookings.Book(ctx, e) },
	}
}

var one = decimal("1")

// rateOf reads how many points a unit of the currency gives.
func rateOf(settings sdk.Record) (sdk.Decimal, error) {
	if !settings.Has("points_per_unit") {
		return one, nil
	}
	var rate sdk.Decimal
	if err := settings.Get("points_per_unit", &rate); err != nil {
		return rate, err
	}
	if rate.Cmp(sdk.Decimal{}) <= 0 {
		return rate, errors.New("points_per_unit must be more than 0")
	}
	return rate, nil
}

func decimal(text string) sdk.Decimal {
	d, err := sdk.ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}
