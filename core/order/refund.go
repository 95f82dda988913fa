package order

import (
	"slices"

	"github.com/manytill/manytill/sdk"
)

// moneyLeft flags the payments of an order that ends while it holds money and
// nothing is sold for it: cancelled or abandoned, or emptied and paid. What a
// negative payment evens out isn't flagged.
func (t *try) moneyLeft(o *Order) {
	needs := sdk.NeedsRefund
	switch {
	case o.State == sdk.Abandoned:
		needs = sdk.NeedsReview
	case o.State == sdk.Cancelled:
	case o.Count() > 0 || o.LastN == 0: // sold, or never had a line
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

// unevened are the indices of the payments that no negative one evens out; none
// if all add up to 0. A negative one undoes a payment of its method and amount
// first, then one of its amount, and what is left of them pays back whole ones
// in order.
func unevened(payments []Payment) (left []int) {
	var sum sdk.Decimal
	var back []int
	for i := range payments {
		if more, err := sum.Add(payments[i].Amount); err == nil {
			sum = more
		}
		if sign(payments[i].Amount) < 0 {
			back = append(back, i)
		} else if sign(payments[i].Amount) > 0 {
			left = append(left, i)
		}
	}
	if sum.IsZero() {
		return nil
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
	var pool sdk.Decimal // what was given back, below 0
	for _, b := range back {
		if more, err := pool.Add(payments[b].Amount); err == nil {
			pool = more
		}
	}
	return slices.DeleteFunc(left, func(i int) bool {
		rest, err := pool.Add(payments[i].Amount)
		evened := err == nil && sign(rest) <= 0
		if evened {
			pool = rest
		}
		return evened
	})
}

func sign(d sdk.Decimal) int { return d.Cmp(sdk.Decimal{}) }
