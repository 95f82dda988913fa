package servicetest

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// FiscalChain follows the places of orders from the first one, as the README of
// fiscal-chain describes them, and returns those that are signed: a place N with hash H by
// "SN of H".
func FiscalChain(t testing.TB, orders []protocol.Order) (signed []protocol.OrderID) {
	t.Helper()
	places := map[protocol.Value]protocol.Order{}
	for _, o := range orders {
		if n := o.Fields["fiscal_number"]; n != "" {
			require.Equal(t, protocol.Paid, o.State, o.ID)
			require.NotContains(t, places, n, "a fork")
			places[n] = o
		}
	}
	previous := strings.Repeat("0", 64)
	for n := 1; n <= len(places); n++ {
		o, there := places[protocol.Int(n)]
		require.True(t, there, "a hole at %d", n)
		at, lines := o.Fields["fiscal_at"].String(), [][]any{}
		for _, l := range o.Lines {
			line := []any{l.ID}
			for _, field := range []protocol.Field{"product_id", "qty", "price_unit", "discount"} {
				line = append(line, json.RawMessage(cmp.Or(l.Fields[field], protocol.Null)))
			}
			lines = append(lines, line)
		}
		record, err := json.Marshal([]any{n, previous, o.ID, at, lines})
		require.NoError(t, err)
		hash := fmt.Sprintf("%x", sha256.Sum256(record))
		require.Equal(t, []string{previous, hash}, []string{o.Fields["fiscal_previous"].String(), o.Fields["fiscal_hash"].String()}, o.ID)
		require.Empty(t, o.Fields["fiscal_problem"])
		if s := o.Fields["fiscal_signature"]; s != "" {
			require.Equal(t, fmt.Sprintf("S%d of %s", n, hash), s.String())
			require.Len(t, signed, n-1, "signed before those before it")
			signed = append(signed, o.ID)
		}
		previous = hash
	}
	return signed
}
