package price_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/manytill/manytill/sdk/price"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestVectors plays what sdk/js/test/price.test.ts plays too.
func TestVectors(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/price.json")
	require.NoError(t, err)
	var vectors struct {
		Schema protocol.Schema
		Lines  []struct {
			Decimals int
			Fields   protocol.Fields
			Total    string
			Sells    *bool
		}
		Orders []struct {
			Decimals int
			Lines    []protocol.Fields
			Total    string
		}
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.GreaterOrEqual(t, len(vectors.Lines), 50)
	for _, v := range vectors.Lines {
		currency := protocol.Currency{Decimals: v.Decimals}
		total := price.New(&vectors.Schema, currency).Line(v.Fields)
		require.Equal(t, v.Total, currency.Format(total), "%+v", v)
		require.True(t, v.Sells == nil || *v.Sells || total.IsZero(), "what sells nothing costs nothing: %+v", v)
	}
	require.NotEmpty(t, vectors.Orders)
	for _, v := range vectors.Orders {
		currency := protocol.Currency{Decimals: v.Decimals}
		require.Equal(t, v.Total, currency.Format(price.New(&vectors.Schema, currency).Order(slices.Values(v.Lines))), "%+v", v)
	}
	for _, role := range protocol.Roles {
		require.True(t, slices.ContainsFunc(vectors.Lines, func(v struct {
			Decimals int
			Fields   protocol.Fields
			Total    string
			Sells    *bool
		},
		) bool {
			for f := range v.Fields {
				if vectors.Schema.Orderline[f].Role == role {
					return true
				}
			}
			return false
		}), "no vector has a field with the role %s", role)
	}
}

// A server without extensions: the core's fields need no role.
func TestCoreAlone(t *testing.T) {
	rule := price.New(protocol.CoreSchema(), protocol.AnyCurrency)
	require.Equal(t, "25.92", rule.Line(protocol.Fields{"qty": "6", "price_unit": "4.8", "discount": "10"}).String())
}
