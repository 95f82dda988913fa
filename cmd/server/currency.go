package main

import (
	"fmt"
	"os"
	"regexp"
	"time"
	_ "time/tzdata" // for machines without a time zone database
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/protocol"
	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// currencyConfig is the currency of prices and payments. Decimals and Symbol
// override those of the code.
type currencyConfig struct {
	Code     string  `yaml:"code"`
	Decimals *int    `yaml:"decimals"`
	Symbol   *string `yaml:"symbol"`
}

const (
	mostDecimals  = 6
	longestSymbol = 8
)

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// currencyChecks checks the currency and the time zone.
func (c *config) currencyChecks() []check {
	m := c.Currency
	_, unknown := currency.ParseISO(m.Code)
	return []check{
		{"currency.code", m.Code != "" && !currencyCode.MatchString(m.Code), "currency.code must be three capital letters, like EUR"},
		{"currency.code", m.Code != "" && unknown != nil && m.Decimals == nil, fmt.Sprintf("currency %s is unknown; correct the code, or set currency.decimals too", m.Code)},
		{"currency.decimals", m.Decimals != nil && (*m.Decimals < 0 || *m.Decimals > mostDecimals), fmt.Sprintf("currency.decimals must be between 0 and %d", mostDecimals)},
		{"currency.symbol", m.Symbol != nil && utf8.RuneCountInString(*m.Symbol) > longestSymbol, fmt.Sprintf("currency.symbol must have at most %d characters", longestSymbol)},
		{"time_zone", c.TimeZone != "" && c.zone() == nil, fmt.Sprintf("time_zone %q isn't known; write it like Europe/Vienna or UTC", c.TimeZone)},
	}
}

// money is the currency of prices and payments.
func (c *config) money() protocol.Currency {
	m := protocol.AnyCurrency
	if m.Code = c.Currency.Code; m.Code != "" {
		m.Symbol = m.Code
		if unit, err := currency.ParseISO(m.Code); err == nil {
			m.Decimals, _ = currency.Standard.Rounding(unit)
			m.Symbol = message.NewPrinter(language.English).Sprint(currency.NarrowSymbol(unit))
		}
	}
	if c.Currency.Decimals != nil {
		m.Decimals = *c.Currency.Decimals
	}
	if c.Currency.Symbol != nil {
		m.Symbol = *c.Currency.Symbol
	}
	return m
}

// zone is the location of time_zone; nil if it is unknown.
func (c *config) zone() *time.Location {
	if c.TimeZone == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return nil
	}
	return zone
}

// setTimeZone sets the shop's time zone for this process and those that it
// starts (extensions), so that log, hooks and pages agree. It is called before
// anything else runs.
func (c *config) setTimeZone() error {
	if c.TimeZone == "" {
		return nil
	}
	time.Local = c.zone()
	return os.Setenv("TZ", c.TimeZone)
}
