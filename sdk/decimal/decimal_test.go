package decimal_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"0", "0"},
		{"-0", "0"},
		{"0.0e5", "0"},
		{"1", "1"},
		{"-1.50", "-1.5"},
		{"4.8", "4.8"},
		{"1e3", "1000"},
		{"1000000000000000", "1000000000000000"},
		{"1E15", "1000000000000000"},
		{"0.000000001", "1e-9"},
		{"1e-9", "1e-9"},
		{"123456789012345", "123456789012345"},
		{"123456789012345.0", "123456789012345"},
		{"-1000000000000001", "-1000000000000000"},
		{"0.1234567890123450", "0.123456789012345"},
		// More than 15 digits are rounded, half to even.
		{"0.1234567890123445", "0.123456789012344"},
		{"0.1234567890123455", "0.123456789012346"},
		{"0.12345678901234450000000000000000000000000000000000000000000001", "0.123456789012345"},
		{"0.00000012345678901234567", "1.23456789012346e-7"},
		{"999999999999999.5", "1000000000000000"},
		{"1." + strings.Repeat("0", 500000) + "1", "1"},
	} {
		d, err := decimal.Parse(c.text)
		require.NoError(t, err, c.text[:min(40, len(c.text))])
		require.Equal(t, c.want, d.String())
	}
}

func TestParseDecimalRefuses(t *testing.T) {
	for _, text := range []string{"", "-", "01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1 ", " 1", "1_000", "--1", "+1"} {
		_, err := decimal.Parse(text)
		require.ErrorIs(t, err, decimal.ErrSyntax, text)
	}
	for _, text := range []string{"1e16", "-1000000000000006", "1e-10", "0.0000000009999", "1e999999999999999999999", "9e999999", strings.Repeat("9", 500000)} {
		_, err := decimal.Parse(text)
		require.ErrorIs(t, err, decimal.ErrSize, text[:min(30, len(text))])
	}
}

func TestDecimalArithmetic(t *testing.T) {
	d := func(s string) decimal.Decimal {
		v, err := decimal.Parse(s)
		require.NoError(t, err)
		return v
	}
	sum, err := d("0.1").Add(d("0.2"))
	require.NoError(t, err)
	require.Equal(t, "0.3", sum.String())
	_, err = d("1000000000000000").Add(d("0.1"))
	require.ErrorIs(t, err, decimal.ErrSize)
	_, err = d("0.000000001").Add(d("-0.0000000014"))
	require.ErrorIs(t, err, decimal.ErrSize)
	zero, err := d("4.8").Add(d("-4.8"))
	require.NoError(t, err)
	require.True(t, zero.IsZero())
	total, err := d("3").Mul(d("4.8"))
	require.NoError(t, err)
	require.Equal(t, "14.4", total.String())
	require.Equal(t, "14.40", total.Fixed(2))
	require.Equal(t, "-3.0", d("3").Neg().Fixed(1))
}

// A client with binary floats shows and returns a decimal unchanged, and
// rounding is what exact arithmetic says.
func TestDecimalSurvivesFloats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[1-9][0-9]{0,13}(\.[0-9]{1,24})?`).Draw(t, "text")
		d, err := decimal.Parse(text)
		if err != nil {
			require.ErrorIs(t, err, decimal.ErrSize)
			return
		}
		var f float64
		require.NoError(t, json.Unmarshal([]byte(d.String()), &f))
		back, err := json.Marshal(f)
		require.NoError(t, err)
		again, err := decimal.Parse(string(back))
		require.NoError(t, err)
		require.Zero(t, d.Cmp(again), "%s %s", d, back)

		exact, _ := new(big.Rat).SetString(text)
		rounded, _ := new(big.Rat).SetString(d.String())
		off := new(big.Rat).Sub(exact, rounded)
		bound := new(big.Rat).Mul(exact, big.NewRat(1, 100_000_000_000_000))
		require.LessOrEqual(t, off.Abs(off).Cmp(bound.Abs(bound)), 0, "%s became %s", text, d)
	})
}
