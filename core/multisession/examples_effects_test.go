package multisession_test

import (
	"crypto/sha256"
	"fmt"
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

// Each paid order gets the next place, with the hash of its record as the README of
// fiscal-chain describes it, however long. A refused change takes no place.
func TestFiscalChain(t *testing.T) {
	f := example(t, map[string]any{"api": "https://fiscal.example", "key": "k"}, "fiscal-chain")
	previous := strings.Repeat("0", 64)
	for i, count := range []int{0, 1, 2, 3, 200} {
		id := fmt.Sprintf("o%d", i+1)
		ops := fmt.Sprintf(`[{"op":"order.create","order":%q,"set":{}}`, id)
		var lines []string
		for l := range count {
			line := fmt.Sprint("l", l)
			ops += fmt.Sprintf(`,{"op":"line.add","order":%q,"line":%q,"set":{"product_id":%d,"qty":%d,"price_unit":2.50}}`, id, line, l, l+1)
			lines = append(lines, fmt.Sprintf(`[%q,%d,%d,2.5,null]`, line, l, l+1))
		}
		f.applied("a1", ops+"]")
		f.applied("a1", fmt.Sprintf(`[{"op":"order.close","order":%q,"state":"paid"}]`, id))
		f.restart(0)

		got := f.stored(protocol.OrderID(id)).Fields
		record := fmt.Sprintf(`[%d,%q,%q,%q,[%s]]`, i+1, previous, id, got["fiscal_at"].String(), strings.Join(lines, ","))
		hash := fmt.Sprintf("%x", sha256.Sum256([]byte(record)))
		require.Equal(t, []protocol.Value{protocol.Int(i + 1), protocol.Text(previous), protocol.Text(hash)},
			[]protocol.Value{got["fiscal_number"], got["fiscal_previous"], got["fiscal_hash"]})
		require.Equal(t, []string{fmt.Sprintf(
			`fiscal-chain sign/%s {"hash":%q,"number":%d,"order":%q,"previous":%q} waiting `, previous, hash, i+1, id, previous,
		)}, f.effects(protocol.OrderID(id)))
		previous = hash
	}
	for result, want := range map[protocol.Value][]protocol.Value{
		`{"status":201,"body":{"signature":"S1"}}`: {`"S1"`, ""},
		`{"status":400,"body":{"message":"no"}}`:   {"", `"no"`},
		`{"status":204,"body":""}`:                 {"", `"status 204"`},
		`{"gave_up":true,"error":"status 503: "}`:  {"", `"status 503: "`},
	} {
		require.NoError(t, f.outcome(f.effect("o1"), result).Err)
		got := f.stored("o1").Fields
		require.Equal(t, want, []protocol.Value{got["fiscal_signature"], got["fiscal_problem"]}, result)
		require.Equal(t, protocol.Value("1"), got["fiscal_number"])
	}
}

// In the change that pays the order, an extension behind the chain gives a line
// another price. The chain's hook runs again: the order keeps its place, and hash and
// effect are of what the order became.
func TestFiscalChainRunsAgain(t *testing.T) {
	f := chained(t,
		exampleEntry(t, "fiscal-chain", map[string]any{"api": "https://fiscal.example", "key": "k"}),
		exampleEntry(t, "happy-hour", map[string]any{"from": "00:00", "to": "23:59", "percent": 50}),
	)
	f.applied("a1", strings.TrimSuffix(addLines, "]")+","+closeO1+"]")
	got := f.stored("o1")
	require.Equal(t, []string{"1 a 2×1.5", "2 b 1×2"}, shown(got))
	previous := strings.Repeat("0", 64)
	record := fmt.Sprintf(`[1,%q,"o1",%q,[["a",1,2,1.5,null],["b",2,1,2,null]]]`, previous, got.Fields["fiscal_at"].String())
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(record)))
	require.Equal(t, []protocol.Value{"1", protocol.Text(hash)}, []protocol.Value{got.Fields["fiscal_number"], got.Fields["fiscal_hash"]})
	require.Equal(t, []string{fmt.Sprintf(
		`fiscal-chain sign/%s {"hash":%q,"number":1,"order":"o1","previous":%q} waiting `, previous, hash, previous,
	)}, f.effects("o1"))
}

// Places of one batch are signed in their order, whichever order the batch touched
// first.
func TestFiscalChainOfABatch(t *testing.T) {
	f := example(t, map[string]any{"api": "https://fiscal.example", "key": "k"}, "fiscal-chain")
	f.applied("a1", `[{"op":"order.create","order":"o1","set":{}},{"op":"order.create","order":"o2","set":{}},{"op":"order.create","order":"o3","set":{}}]`)
	f.pushAll("a1", []string{
		`[{"op":"line.add","order":"o3","line":"a","set":{"product_id":1,"qty":2,"price_unit":3}}]`,
		`[{"op":"line.add","order":"o2","line":"a","set":{"product_id":1,"qty":2,"price_unit":3}}]`,
		`[` + closeO1 + `]`, strings.ReplaceAll(`[`+closeO1+`]`, "o1", "o2"), strings.ReplaceAll(`[`+closeO1+`]`, "o1", "o3"),
	})
	effects := f.effects("")
	require.Len(t, effects, 3)
	for i, e := range effects {
		require.Contains(t, e, fmt.Sprintf(`"number":%d,"order":"o%d"`, i+1, i+1))
	}
}
