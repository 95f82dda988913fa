// Package price is the one rule for what an orderline costs: of its quantity,
// its price, its discount, and the fields of extensions that have a role in the
// schema (docs/guide/prices.md, "What a field does to the price").
//
// It owns the arithmetic and its rounding, and no words, no tax and no state.
// The same rule in TypeScript is sdk/js/src/price.ts; testdata/price.json has
// the vectors that both are tested with. No goroutines, no locks; a [Rule]
// isn't changed once made.
package price

import (
	"iter"
	"math/big"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// Rule says what lines cost, by one schema and in one currency.
type Rule struct {
	fields   map[protocol.Role][]protocol.Field
	currency protocol.Currency
}

// New makes the rule. A role that this version doesn't know counts for nothing.
func New(schema *protocol.Schema, currency protocol.Currency) *Rule {
	r := &Rule{fields: map[protocol.Role][]protocol.Field{protocol.RolePercentDiscount: {"discount"}}, currency: currency}
	for f, spec := range schema.Orderline {
		if spec.Role != "" {
			r.fields[spec.Role] = append(r.fields[spec.Role], f)
		}
	}
	return r
}

// Line is what a line with these fields costs, in whole coins and rounded once:
//
//	 qty × (price_unit + unit_surcharge)
//	× (100 − percent_discount) / 100, for the core's discount and each such field
//	× (100 + percent_surcharge) / 100, for each
//	− money_discount + money_surcharge, turned round where qty is below 0
//	+ qty × unit_deposit
//
// Every field with a role counts, whoever owns it; the order of the fields
// changes nothing. What is no number is 0.
func (r *Rule) Line(f protocol.Fields) decimal.Decimal {
	qty := number(f["qty"])
	total := number(f["price_unit"])
	total.Add(total, r.sum(f, protocol.RoleUnitSurcharge)).Mul(total, qty)
	for _, field := range r.fields[protocol.RolePercentDiscount] {
		total.Mul(total, new(big.Rat).Sub(whole, part(f[field])))
	}
	for _, field := range r.fields[protocol.RolePercentSurcharge] {
		total.Mul(total, new(big.Rat).Add(whole, part(f[field])))
	}
	money := r.sum(f, protocol.RoleMoneySurcharge)
	money.Sub(money, r.sum(f, protocol.RoleMoneyDiscount)).Mul(money, big.NewRat(int64(qty.Sign()), 1))
	deposit := r.sum(f, protocol.RoleUnitDeposit)
	total.Add(total, money).Add(total, deposit.Mul(deposit, qty))
	return r.coins(total)
}

// Order is the sum of what its lines cost, each rounded by itself as it is
// printed.
func (r *Rule) Order(lines iter.Seq[protocol.Fields]) decimal.Decimal {
	total := new(big.Rat)
	for f := range lines {
		total.Add(total, rational(r.Line(f)))
	}
	return r.coins(total)
}

func (r *Rule) sum(f protocol.Fields, role protocol.Role) *big.Rat {
	sum := new(big.Rat)
	for _, field := range r.fields[role] {
		sum.Add(sum, number(f[field]))
	}
	return sum
}

var (
	whole   = big.NewRat(1, 1)
	hundred = big.NewRat(100, 1)
)

// largest is the largest number of the protocol.
const largest = "1000000000000000"

// coins rounds to whole coins, halves away from 0. What is too large for a
// number of the protocol is the largest: it can't be paid, and isn't free.
func (r *Rule) coins(exact *big.Rat) decimal.Decimal {
	text := exact.FloatString(r.currency.Decimals)
	if d, err := decimal.Parse(text); err == nil {
		return d
	}
	d, _ := decimal.Parse(largest)
	if exact.Sign() < 0 {
		return d.Neg()
	}
	return d
}

// part is a percentage as a part of 1.
func part(v protocol.Value) *big.Rat {
	percent := number(v)
	return percent.Quo(percent, hundred)
}

func number(v protocol.Value) *big.Rat {
	d, _ := v.Decimal()
	return rational(d)
}

func rational(d decimal.Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		return new(big.Rat)
	}
	return r
}
