package main

import (
	"fmt"
	"math"

	"github.com/manytill/manytill/sdk"
)

// Order adds three fields to an order: points, which this extension computes,
// points_redeemed, which the cashier types, and points_booked, which is what the
// customer got.
type Order struct {
	sdk.OrderBase
	Worth    *sdk.PerLine[sdk.Decimal] // a line's points
	Books    bool                      // points are booked when the order is paid
	Points   sdk.Decimal
	Redeemed sdk.Decimal
	Booked   sdk.Value `sync:"points_booked"`
}

// InitFromJSON fills the fields from the order as it is stored.
func (o *Order) InitFromJSON(json sdk.Record) error {
	if err := json.Get("points", &o.Points); err != nil {
		return err
	}
	return json.Get("points_redeemed", &o.Redeemed)
}

// ApplyMSData counts the points anew. Asking for more than there are is
// refused; where there are fewer than before, fewer are redeemed.
func (o *Order) ApplyMSData(data sdk.Record) error {
	before := o.Redeemed
	if o.IsNew() {
		before = sdk.Decimal{}
	}
	if err := data.Get("points_redeemed", &o.Redeemed); err != nil {
		return err
	}
	var err error
	if o.Points, err = o.count(); err != nil {
		return err
	}
	if o.Redeemed.Cmp(o.Points) <= 0 {
		return nil
	}
	if o.Redeemed.Cmp(before) > 0 {
		return sdk.Reject(fmt.Sprintf("The order has %s points, so %s can't be redeemed.", o.Points, o.Redeemed))
	}
	o.Redeemed = o.Points
	return nil
}

// ExportAsJSON gives the fields; points_redeemed only where somebody typed one, so
// that not every order gets a 0. It wants the booking of an order that is paid: once,
// however often it runs.
func (o *Order) ExportAsJSON(out sdk.Record) error {
	if err := o.book(); err != nil {
		return err
	}
	if o.Merged().Has("points_redeemed") {
		if err := out.Set("points_redeemed", o.Redeemed); err != nil {
			return err
		}
	}
	return out.Set("points", o.Points)
}

// EffectResult is told what was booked, when it was; or that the server gave it up.
func (o *Order) EffectResult(_, _ string, result sdk.Result) error {
	var booked struct{ Points sdk.Value }
	err := result.Decode(&booked)
	o.Booked = booked.Points
	return err
}

// book wants the booking of a customer's order that is paid.
func (o *Order) book() error {
	if !o.Books || o.State() != sdk.Paid || !o.Merged().Has("partner_id") {
		return nil
	}
	b := Booking{Order: o.UID()}
	if err := o.Merged().Get("partner_id", &b.Customer); err != nil {
		return err
	}
	var err error
	if b.Points, err = o.Points.Add(o.Redeemed.Neg()); err != nil || b.Points.IsZero() {
		return err
	}
	return o.Effect("book", "paid", b)
}

// count is the whole points for what is on the order; none for a refund.
func (o *Order) count() (points sdk.Decimal, err error) {
	for _, line := range o.Lines() {
		value, err := o.Worth.Of(line)
		if err != nil {
			return points, err
		}
		if points, err = points.Add(value); err != nil {
			return points, err
		}
	}
	return sdk.DecimalOf(math.Floor(max(0, points.Float())))
}

// worthAt is a line's points, by the points for each unit of the currency. It
// is worked out for lines that changed; of the others it is remembered.
func worthAt(rate sdk.Decimal) *sdk.PerLine[sdk.Decimal] {
	return sdk.NewPerLine(func(line sdk.OrderLine) (points sdk.Decimal, err error) {
		var qty, price sdk.Decimal
		if err := line.Get("qty", &qty); err != nil {
			return points, err
		}
		if err := line.Get("price_unit", &price); err != nil {
			return points, err
		}
		return product(qty, price, rate)
	})
}

func product(factors ...sdk.Decimal) (p sdk.Decimal, err error) {
	p = one
	for _, f := range factors {
		if p.IsZero() || f.IsZero() {
			return sdk.Decimal{}, nil
		}
		if p, err = p.Mul(f); err != nil {
			return p, err
		}
	}
	return p, nil
}
