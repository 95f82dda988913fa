package order_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestWhatSells plays the lines of testdata/price.json that say whether they
// sell something: money of an order that doesn't needs a refund.
func TestWhatSells(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/price.json")
	require.NoError(t, err)
	var vectors struct {
		Lines []struct {
			Fields json.RawMessage
			Sells  *bool
		}
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	played := map[bool]int{}
	for _, v := range vectors.Lines {
		if v.Sells == nil {
			continue
		}
		played[*v.Sells]++
		s := newCommittedOrders()
		outcome, _ := s.apply(t, "a", fmt.Sprintf(`[{"op":"order.create","order":"o1"},{"op":"line.add","order":"o1","line":"l1","set":%s},
			{"op":"order.pay","order":"o1","payment":{"id":"p1","method":"cash","amount":4.8}},{"op":"order.close","order":"o1","state":"paid"}]`, v.Fields))
		require.Nil(t, outcome.Rejection)
		needs := protocol.NeedsRefund
		if *v.Sells {
			needs = ""
		}
		require.Equal(t, needs, s.orders["o1"].Payments[0].Needs, "%s", v.Fields)
	}
	require.GreaterOrEqual(t, played[true], 3)
	require.GreaterOrEqual(t, played[false], 4)
}
