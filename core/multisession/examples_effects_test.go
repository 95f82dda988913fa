package multisession_test

import (
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// What became of a gift card's booking stands on the closed order.
func TestGiftCard(t *testing.T) {
	f := example(t, map[string]any{"api": "https://cards.example", "key": "k"}, "gift-card")
	of := func(order, ops string) string { return strings.ReplaceAll(ops, `"o1"`, `"`+order+`"`) }
	const card, amount = `[{"op":"order.set","order":"o1","set":{"gift_card":"C1"}}]`, `[{"op":"order.set","order":"o1","set":{"gift_amount":7.5}}]`
	f.do("a1", addLines)
	f.applied("a1", amount)
	refused := f.do("a1", `[`+closeO1+`]`).Rejection
	require.Equal(t, []any{protocol.Vetoed, "Which gift card? Enter its number, or take its amount off"}, []any{refused.Code, refused.Message})
	f.applied("a1", card)
	require.Empty(t, f.effects("o1"))
	f.applied("a1", `[`+payO1+`,`+closeO1+`]`)
	require.Equal(t, []string{`gift-card book/paid {"amount":7.5,"card":"C1","order":"o1"} waiting `}, f.effects("o1"))
	require.Equal(t, protocol.Value(`"pending"`), f.stored("o1").Fields["gift_state"])
	f.restart(0)
	for result, want := range map[protocol.Value]protocol.Fields{
		`{"status":201,"body":{}}`:                        {"gift_state": `"booked"`},
		`{"status":402,"body":{"message":"It is empty"}}`: {"gift_state": `"refused"`, "gift_message": `"It is empty"`},
		`{"status":404,"body":"no"}`:                      {"gift_state": `"refused"`, "gift_message": `"status 404"`},
		`{"gave_up":true,"error":"status 503: "}`:         {"gift_state": `"unclear"`, "gift_message": `"status 503: "`},
	} {
		require.NoError(t, f.outcome(f.effect("o1"), result).Err)
		got := f.stored("o1").Fields
		require.Equal(t, []protocol.Value{want["gift_state"], want["gift_message"]}, []protocol.Value{got["gift_state"], got["gift_message"]}, result)
	}

	for order, end := range map[string]string{
		"o2": `[{"op":"order.close","order":"o1","state":"cancelled"}]`, "o3": `[{"op":"order.set","order":"o1","set":{"gift_amount":0}},` + closeO1 + `]`,
	} {
		for _, ops := range []string{addLines, card, amount, end} {
			require.Equal(t, protocol.Applied, f.do("a1", of(order, ops)).Status)
		}
		require.Empty(t, f.effects(protocol.OrderID(order)))
		require.Empty(t, f.stored(protocol.OrderID(order)).Fields["gift_state"])
	}
}
