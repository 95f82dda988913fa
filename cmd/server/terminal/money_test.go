package terminal

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client"
	"github.com/stretchr/testify/require"
)

// TestLinesCostWhatThePagesSay plays the vectors that the pages play too.
func TestLinesCostWhatThePagesSay(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/money.json")
	require.NoError(t, err)
	var vectors struct {
		Lines []struct {
			Decimals int
			Fields   sdk.Fields
			Total    string
		}
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.GreaterOrEqual(t, len(vectors.Lines), 16)
	for _, v := range vectors.Lines {
		c := coins{sdk.Currency{Decimals: v.Decimals, Symbol: "€"}}
		require.Equal(t, v.Total, c.Format(c.lineTotal(v.Fields)), "%+v", v)
		o := &client.Order{Lines: []client.Line{{Line: sdk.Line{Fields: v.Fields}}, {Line: sdk.Line{Fields: v.Fields}}}}
		twice, err := c.lineTotal(v.Fields).Add(c.lineTotal(v.Fields))
		require.NoError(t, err)
		require.Equal(t, "€"+c.Format(twice), c.sum(c.due(o)))
	}
}

func TestALineKeepsItsOwnName(t *testing.T) {
	s := &catalogue{Products: []item{{"id": `"11"`, "name": `"Coffee, large"`}}}
	require.Equal(t, "Coffee", s.lineName(sdk.Fields{"product_id": `"11"`, "description": `"Coffee"`}))
	require.Equal(t, "Coffee, large", s.lineName(sdk.Fields{"product_id": `"11"`}))
	require.Equal(t, "Coffee, large", s.lineName(sdk.Fields{"product_id": `"11"`, "description": `""`}))
	require.Equal(t, "Cake", s.lineName(sdk.Fields{"description": `"Cake"`}))
}
