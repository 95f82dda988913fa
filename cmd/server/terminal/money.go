package terminal

import (
	"fmt"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/view"
)

// cents is how many digits money has after the point.
const cents = 2

var hundredth, _ = sdk.ParseDecimal("0.01")

func money(d sdk.Decimal) string { return d.Fixed(cents) }

// rounded is what can be paid in coins and cards.
func rounded(d sdk.Decimal) sdk.Decimal {
	r, err := sdk.ParseDecimal(d.Fixed(cents))
	if err != nil {
		return d
	}
	return r
}

// lineTotal is qty × price, less the discount in percent.
func lineTotal(f sdk.Fields) sdk.Decimal {
	qty, ok := f["qty"].Decimal()
	if !ok {
		qty = sdk.Decimal{}
	}
	price, _ := f["price_unit"].Decimal()
	total, err := qty.Mul(price)
	if err != nil {
		return sdk.Decimal{}
	}
	discount, ok := f["discount"].Decimal()
	if !ok || discount.IsZero() {
		return total
	}
	part, err := discount.Mul(hundredth)
	if err == nil {
		part, err = part.Mul(total)
	}
	if err == nil {
		total, err = total.Add(part.Neg())
	}
	if err != nil {
		return sdk.Decimal{}
	}
	return total
}

// orderTotal adds lines that are rounded one by one, as they are printed.
func orderTotal(o *view.Order) (sum sdk.Decimal) {
	for _, l := range o.Lines {
		if more, err := sum.Add(rounded(lineTotal(l.Fields))); err == nil {
			sum = more
		}
	}
	return sum
}

// due is what is still to pay; below 0 too much was paid.
func due(o *view.Order) sdk.Decimal {
	left, err := orderTotal(o).Add(o.Paid().Neg())
	if err != nil {
		return sdk.Decimal{}
	}
	return left
}

func number(text, what string) (sdk.Decimal, error) {
	d, err := sdk.ParseDecimal(text)
	if err != nil {
		return d, fmt.Errorf("%s must be a number like 2 or 4.80, not %q", what, text)
	}
	return d, nil
}

func isNumber(text string) bool {
	_, err := sdk.ParseDecimal(text)
	return err == nil
}
