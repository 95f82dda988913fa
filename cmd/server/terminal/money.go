package terminal

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
)

// coins counts in the currency of the shop.
type coins struct{ sdk.Currency }

// sum is an amount with the currency's symbol, after letters a space: what
// people pay.
func (c coins) sum(d sdk.Decimal) string {
	if last, _ := utf8.DecodeLastRuneInString(c.Symbol); unicode.IsLetter(last) || last == '.' {
		return c.Symbol + "\u00a0" + c.Format(d)
	}
	return c.Symbol + c.Format(d)
}

var hundredth, _ = sdk.ParseDecimal("0.01")

// absoluteDiscount is the field of money off a line, as in the example of that
// name; the pages know it too.
const absoluteDiscount = "absolute_discount"

// lineTotal is qty × price, less the discount in percent, less one in money,
// in whole coins. The pages count so too (testdata/money.json).
func (c coins) lineTotal(f sdk.Fields) sdk.Decimal {
	qty, _ := f["qty"].Decimal()
	price, _ := f["price_unit"].Decimal()
	total, err := qty.Mul(price)
	if percent, ok := f["discount"].Decimal(); ok && err == nil && !percent.IsZero() {
		var part sdk.Decimal
		if part, err = percent.Mul(hundredth); err == nil {
			part, err = part.Mul(total)
		}
		if err == nil {
			total, err = total.Add(part.Neg())
		}
	}
	if off, ok := f[absoluteDiscount].Decimal(); ok && err == nil && !off.IsZero() {
		if qty.Cmp(sdk.Decimal{}) >= 0 {
			off = off.Neg()
		}
		total, err = total.Add(off)
	}
	if err != nil {
		return sdk.Decimal{}
	}
	return c.Round(total)
}

// orderTotal adds lines that are rounded one by one, as they are printed.
func (c coins) orderTotal(o *client.Order) (sum sdk.Decimal) {
	for _, l := range o.Lines {
		if more, err := sum.Add(c.lineTotal(l.Fields)); err == nil {
			sum = more
		}
	}
	return sum
}

// due is what is still to pay; below 0 too much was paid.
func (c coins) due(o *client.Order) sdk.Decimal {
	left, err := c.orderTotal(o).Add(o.Paid().Neg())
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
