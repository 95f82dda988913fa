package protocol_test

import (
	"testing"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func TestCurrencyRoundsToItsCoins(t *testing.T) {
	for _, c := range []struct {
		decimals           int
		amount, sum, price string
	}{
		{3, "0.125", "0.125", "0.125"},
		{3, "0.1255", "0.126", "0.1255"},
		{3, "2", "2.000", "2.000"},
		{0, "100", "100", "100"},
		{0, "100.5", "101", "100.5"},
		{0, "-100.5", "-101", "-100.5"},
		{0, "1e15", "1000000000000000", "1000000000000000"},
		{2, "14.4", "14.40", "14.40"},
		{2, "2.345", "2.35", "2.345"},
		{2, "-2.345", "-2.35", "-2.345"},
		{2, "-0.004", "0.00", "-0.004"},
	} {
		d, err := decimal.Parse(c.amount)
		require.NoError(t, err)
		currency := protocol.Currency{Decimals: c.decimals}
		require.Equal(t, c.sum, currency.Format(d))
		require.Equal(t, c.price, currency.FormatPrice(d))
		again, err := decimal.Parse(c.sum)
		require.NoError(t, err)
		require.Zero(t, currency.Round(d).Cmp(again))
	}
}
