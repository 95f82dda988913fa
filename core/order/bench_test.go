package order_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

const oneChange = `{"id":2,"user":{"id":"7","name":"Ana"},"ops":[{"op":"line.set","order":"o1","line":"l1","set":{"qty":3},"base":1}]}`

func BenchmarkDecode(b *testing.B) {
	raw := []byte(oneChange)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := order.Decode(raw, order.DefaultLimits); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTap is merge, encoding and rows of a one-field change; its cost
// must not depend on how many lines the order has.
func BenchmarkTap(b *testing.B) {
	for _, lines := range []int{1, 20, 500} {
		b.Run(fmt.Sprintf("lines=%d", lines), func(b *testing.B) {
			s := shopWith(b, lines)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				m := tap(b, n)
				env := s.env("a")
				outcome := order.Apply(s, m, env)
				order.AppendChange(nil, &protocol.ChangeHead{Seq: env.Seq, Client: "a", ID: m.ID, By: env.By}, outcome.Drafts)
				for _, draft := range outcome.Drafts {
					draft.AppendBody(nil)
					for _, line := range draft.TouchedLines() {
						line.AppendBody(nil, draft.ID)
					}
				}
				s.head++
				s.accept(outcome.Drafts)
			}
		})
	}
}

func tap(b *testing.B, n int) *order.Mutation {
	m, err := order.Decode([]byte(fmt.Sprintf(`{"id":%d,"ops":[{"op":"line.set","order":"o1","line":"l1","set":{"qty":%d}}]}`, n+1, n)), order.DefaultLimits)
	require.NoError(b, err)
	return m
}

func shopWith(b *testing.B, lines int) *committedOrders {
	s := newCommittedOrders()
	ops := []string{`{"op":"order.create","order":"o1","set":{}}`}
	for i := range lines {
		ops = append(ops, fmt.Sprintf(`{"op":"line.add","order":"o1","line":"l%d","set":{"product_id":%d,"qty":1,"price_unit":4.8}}`, i+1, i))
	}
	outcome, _ := s.apply(b, "a", "["+strings.Join(ops, ",")+"]")
	require.Nil(b, outcome.Rejection)
	return s
}

func BenchmarkSnapshotOrder(b *testing.B) {
	o := shopWith(b, 20).orders["o1"]
	b.ReportAllocs()
	for b.Loop() {
		o.AppendJSON(nil)
	}
}

func BenchmarkParseValue(b *testing.B) {
	for _, text := range []string{`4.8`, `"Coffee"`, `["a",{"b":1.50}]`} {
		b.Run(text, func(b *testing.B) {
			raw := []byte(text)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := protocol.ParseValue(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
