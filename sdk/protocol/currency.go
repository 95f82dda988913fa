package protocol

import "github.com/manytill/manytill/sdk/decimal"

// Currency is what the money of a server is in (protocol, `/v1/info`).
type Currency struct {
	// Code is that of ISO 4217, like EUR; "" where the operator named none.
	Code string `json:"code"`
	// Decimals are those of its smallest coin: 2 for EUR, 3 for KWD, 0 for JPY.
	Decimals int `json:"decimals"`
	// Symbol stands before amounts for people, like €; "" is none.
	Symbol string `json:"symbol"`
}

// AnyCurrency is that of a server whose operator named none.
var AnyCurrency = Currency{Decimals: 2}

// Round is d in whole coins, halves away from 0: what can be paid.
func (c Currency) Round(d decimal.Decimal) decimal.Decimal {
	r, err := decimal.Parse(d.Fixed(c.Decimals))
	if err != nil {
		return d // as large as a number gets, it has no decimals
	}
	return r
}

// Format is d in whole coins, for people and without the symbol: "4.80".
func (c Currency) Format(d decimal.Decimal) string { return c.Round(d).Fixed(c.Decimals) }

// FormatPrice is as [Currency.Format], with more decimals where d has more.
func (c Currency) FormatPrice(d decimal.Decimal) string {
	if c.Round(d).Cmp(d) != 0 {
		return d.String()
	}
	return c.Format(d)
}
