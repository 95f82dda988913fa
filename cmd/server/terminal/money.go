package terminal

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/price"
	"github.com/manytill/manytill/sdk/protocol"
)

// coins counts in the currency of the shop.
type coins struct{ protocol.Currency }

// sum is an amount with the currency's symbol, after letters a space: what
// people pay.
func (c coins) sum(d decimal.Decimal) string {
	if last, _ := utf8.DecodeLastRuneInString(c.Symbol); unicode.IsLetter(last) || last == '.' {
		return c.Symbol + "\u00a0" + c.Format(d)
	}
	return c.Symbol + c.Format(d)
}

// lineTotal is what a line costs, by what the schema says of its fields.
func (c *catalogue) lineTotal(f protocol.Fields) decimal.Decimal { return c.rule().Line(f) }

func (c *catalogue) orderTotal(o *client.Order) decimal.Decimal {
	return c.rule().Order(func(yield func(protocol.Fields) bool) {
		for i := range o.Lines {
			if !yield(o.Lines[i].Fields) {
				return
			}
		}
	})
}

func (c *catalogue) rule() *price.Rule { return price.New(c.schema, c.money.Currency) }

// due is what is still to pay; below 0 too much was paid.
func (c *catalogue) due(o *client.Order) decimal.Decimal {
	total := c.orderTotal(o)
	left, err := total.Add(o.Paid().Neg())
	if err != nil {
		return total // the largest that a total gets: what was paid is nothing beside it
	}
	return left
}

// amount is a field's value as its role has it: money, of the line or of each
// piece, or a percentage.
func (c *catalogue) amount(spec protocol.FieldSpec, v protocol.Value) string {
	d, ok := v.Decimal()
	switch {
	case ok && spec.Role.IsUnit():
		return c.money.FormatPrice(d) + " each"
	case ok && spec.Role.IsMoney():
		return c.money.FormatPrice(d)
	case ok && spec.Role.IsPercent():
		return d.String() + " %"
	}
	return v.String()
}

func number(text, what string) (decimal.Decimal, error) {
	d, err := decimal.Parse(text)
	if err != nil {
		return d, fmt.Errorf("%s must be a number like 2 or 4.80, not %q", what, text)
	}
	return d, nil
}

func isNumber(text string) bool {
	_, err := decimal.Parse(text)
	return err == nil
}
