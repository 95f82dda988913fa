package decimal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Numbers that fit a machine word give what the library gives with 60 digits.
func TestSmallDecimals(t *testing.T) {
	exact := apd.BaseContext.WithPrecision(60)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Custom(func(t *rapid.T) string {
			text := fmt.Sprint(rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64Range(-2e15, 2e15)).Draw(t, "digits"))
			if places := rapid.IntRange(0, 10).Draw(t, "places"); places > 0 {
				text += "." + strings.Repeat("0", rapid.IntRange(0, places-1).Draw(t, "zeros")) + fmt.Sprint(rapid.IntRange(0, 99).Draw(t, "fraction"))
			}
			return text
		})
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, y := same(t, a), same(t, b)
		if x == nil || y == nil {
			return
		}
		left, right := wide(t, x.String()), wide(t, y.String())
		var sum, product apd.Decimal
		_, err := exact.Add(&sum, left, right)
		require.NoError(t, err)
		_, err = exact.Mul(&product, left, right)
		require.NoError(t, err)
		got, err := x.Add(*y)
		equal(t, &sum, got, err)
		got, err = x.Mul(*y)
		equal(t, &product, got, err)
		require.Equal(t, left.Cmp(right), x.Cmp(*y))
	})
}

// same reads a text as it is and with an exponent, which is the library's way.
func same(t *rapid.T, text string) *decimal.Decimal {
	d, err := decimal.Parse(text)
	equal(t, wide(t, text), d, err)
	if err != nil {
		return nil
	}
	return &d
}

func equal(t *rapid.T, want *apd.Decimal, got decimal.Decimal, err error) {
	slow, bad := decimal.Parse(want.Text('E') + map[bool]string{true: "", false: "E+0"}[strings.Contains(want.Text('E'), "E")])
	require.Equal(t, bad == nil, err == nil, "%s: %v, %v", want, bad, err)
	if err == nil {
		require.Equal(t, slow, got, "%s", want)
	}
}

func wide(t *rapid.T, text string) *apd.Decimal {
	d, _, err := apd.NewFromString(text)
	require.NoError(t, err)
	return d
}
