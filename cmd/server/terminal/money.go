package terminal

import (
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
