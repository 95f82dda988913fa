package order

import (
	"slices"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// moneyLeft flags the payments of an order that ends while it holds money, or
// gave some out, and nothing is sold for it: cancelled or abandoned, or emptied
// and paid. What payments of the other sign even out isn't flagged.
func (t *try) moneyLeft(o *Order) {
	needs := protocol.NeedsRefund
	switch {
	case o.State == protocol.Abandoned:
		needs = protocol.NeedsReview
	case o.State == protocol.Cancelled:
	case o.LastN == 0 || o.sells(): // a deposit never had a line
		return
	}
	left := unevened(o.Payments)
	if len(left) == 0 {
		return
	}
	o.Payments = slices.Clone(o.Payments) // those below are facts
	for _, i := range left {
		if p := &o.Payments[i]; p.Needs == "" {
			p.Needs, p.Flagged = needs, t.env.Seq
		}
	}
}

// sells reports whether a line accounts for money: one that is there, and not
// of a quantity of 0. A line without a quantity has 0 of it, as in sdk/price
// (testdata/price.json).
func (o *Order) sells() bool {
	for layer := o; layer != nil; layer = layer.below {
		for id, line := range layer.lines {
			if line.Gone != nil || (layer != o && o.Line(id) != line) {
				continue
			}
			if qty, _ := line.Fields.Value(fieldQty).Decimal(); !qty.IsZero() {
				return true
			}
		}
	}
	return false
}

// unevened are the indices of the payments that none of the other sign evens
// out: of those that took money, or, where more was given out, of those that
// gave; none if all add up to 0. One evens out a payment of its method and
// amount first, then one of its amount, and what is left of them evens out whole
// ones in order.
func unevened(payments []Payment) (left []int) {
	var sum, pool decimal.Decimal
	for i := range payments {
		sum = plus(sum, payments[i].Amount)
	}
	if sum.IsZero() {
		return nil
	}
	var back []int
	for i := range payments {
		switch sign(payments[i].Amount) {
		case sign(sum):
			left = append(left, i)
		case -sign(sum):
			back = append(back, i)
		}
	}
	for _, sameMethod := range []bool{true, false} {
		back = slices.DeleteFunc(back, func(b int) bool {
			n := slices.IndexFunc(left, func(i int) bool {
				return payments[i].Amount.Cmp(payments[b].Amount.Neg()) == 0 && (!sameMethod || payments[i].Method == payments[b].Method)
			})
			if n >= 0 {
				left = slices.Delete(left, n, n+1)
			}
			return n >= 0
		})
	}
	for _, b := range back {
		pool = plus(pool, payments[b].Amount)
	}
	return slices.DeleteFunc(left, func(i int) bool {
		rest := plus(pool, payments[i].Amount)
		evened := sign(rest) != sign(sum)
		if evened {
			pool = rest
		}
		return evened
	})
}

// plus leaves out what makes a sum too large for a number.
func plus(a, b decimal.Decimal) decimal.Decimal {
	if more, err := a.Add(b); err == nil {
		return more
	}
	return a
}

const fieldQty protocol.Field = "qty"

func sign(d decimal.Decimal) int { return d.Cmp(decimal.Decimal{}) }
