package multisession_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// tap is a push of one quantity; the n-th of its client.
func tap(b *testing.B, n, lines int) *multisession.Push {
	raw := fmt.Sprintf(`{"id":%d,"ops":[{"op":"line.set","order":"o1","line":"l%d","set":{"qty":%d}}]}`, n, n%lines, 2+n/lines%8)
	m, err := order.Decode([]byte(raw), order.DefaultLimits)
	require.NoError(b, err)
	return &multisession.Push{Client: "a1", POS: protocol.POS{ID: "a", Name: "a"}, Mutations: []*order.Mutation{m}}
}

// withLines is a session with an order of so many lines.
func withLines(b *testing.B, lines int) *memSession { return withLinesAnd(b, lines, nil) }

// withLinesAnd is such a session with a chain.
func withLinesAnd(b *testing.B, lines int, chain multisession.Chain) *memSession {
	f := newMemSessionWith(b, chain)
	var ops strings.Builder
	ops.WriteString(`[{"op":"order.create","order":"o1","set":{}}`)
	for i := range lines {
		fmt.Fprintf(&ops, `,{"op":"line.add","order":"o1","line":"l%d","set":{"product_id":%d,"qty":1,"price_unit":4.8}}`, i, i)
	}
	f.do("a1", ops.String()+"]")
	return f
}

// BenchmarkDecide is one tap through the engine and into the feed, over a
// store in memory: it is to be flat in the lines of the order.
func BenchmarkDecide(b *testing.B) {
	for _, lines := range []int{1, 20, 500} {
		b.Run(fmt.Sprintf("%d lines", lines), func(b *testing.B) {
			f := withLines(b, lines)
			n := 1
			for b.Loop() {
				n++
				if reply := f.session.DecideNow(tap(b, n, lines))[0]; reply.Err != nil {
					b.Fatal(reply.Err)
				}
			}
		})
	}
}

// BenchmarkPage is what one reader costs that is one change behind.
func BenchmarkPage(b *testing.B) {
	f := withLines(b, 20)
	at := f.session.Feed.Head()
	f.session.DecideNow(tap(b, 2, 20))
	ctx := context.Background()
	for b.Loop() {
		if page, err := f.session.Page(ctx, at, "b1", 500); err != nil || page.Count != 1 {
			b.Fatal(err)
		}
	}
}

// BenchmarkSubscription is a tap, and 100 readers that are told of it.
func BenchmarkSubscription(b *testing.B) {
	f := withLines(b, 20)
	ctx := context.Background()
	readers := make([]*multisession.Subscription, 100)
	at := f.session.Feed.Cursor(f.session.Feed.Head())
	for i := range readers {
		s, err := f.session.Subscribe(ctx, multisession.Reader{Client: protocol.ClientID(fmt.Sprintf("b%d", i)), POS: "b"}, &at)
		require.NoError(b, err)
		readers[i] = s
	}
	for n := 2; b.Loop(); n++ {
		f.session.DecideNow(tap(b, n, 20))
		for _, s := range readers {
			for {
				e, err := s.Next(ctx)
				if err != nil {
					b.Fatal(err)
				}
				if e == (multisession.Event{}) {
					break
				}
			}
			s.News()
		}
	}
}

// BenchmarkSnapshot is a client more that begins, with 1,000 open orders:
// again is while nothing changes.
func BenchmarkSnapshot(b *testing.B) {
	f := newMemSession(b)
	for i := range 1000 {
		f.do("a1", fmt.Sprintf(`[{"op":"order.create","order":"x%d","set":{}},{"op":"line.add","order":"x%d","line":"l0","set":{"qty":1}}]`, i, i))
	}
	pin := &multisession.Pin{Client: "b1"}
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			f.session.DecideNow(pin)
		}
	})
	b.Run("after a change", func(b *testing.B) {
		n := 1000
		for b.Loop() {
			n++
			m, err := order.Decode([]byte(fmt.Sprintf(`{"id":%d,"ops":[{"op":"line.inc","order":"x7","line":"l0","field":"qty","by":1}]}`, n)), order.DefaultLimits)
			require.NoError(b, err)
			f.session.DecideNow(&multisession.Push{Client: "a1", POS: protocol.POS{ID: "a", Name: "a"}, Mutations: []*order.Mutation{m}})
			f.session.DecideNow(pin)
		}
	})
}

func BenchmarkCursor(b *testing.B) {
	f := withLines(b, 1)
	ctx := context.Background()
	for b.Loop() {
		if _, err := f.session.Check(ctx, f.session.Feed.Cursor(f.session.Feed.Head())); err != nil {
			b.Fatal(err)
		}
	}
}

// benchHost is an extension whose hooks cost nothing: what is left is what the
// engine and the chain do for them.
type benchHost struct {
	d    extensions.Description
	hook func(hooks.Record) hooks.Result
}

func (h *benchHost) Describe() extensions.Description { return h.d }
func (h *benchHost) Close() error                     { return nil }
func (h *benchHost) Run(_ context.Context, b *extensions.Batch) ([]hooks.Result, error) {
	results := make([]hooks.Result, len(b.Records))
	for i, r := range b.Records {
		results[i] = h.hook(r)
	}
	return results, nil
}

// BenchmarkDecideHooks is one tap with an extension: hooks on what it changed are
// to be flat in the lines of the order, unless lines follow their order.
func BenchmarkDecideHooks(b *testing.B) {
	note := extensions.FieldInfo{FieldSpec: protocol.FieldSpec{Type: protocol.TypeString, Merge: protocol.Last}}
	for name, hook := range map[string]func(hooks.Record) hooks.Result{
		"not read": func(hooks.Record) hooks.Result { return hooks.Result{} },
		"its line": func(r hooks.Record) hooks.Result {
			return hooks.Result{Export: protocol.Fields{"note": protocol.Text(string(r.MergedFields()["qty"]))}, Read: []protocol.Field{"qty"}}
		},
	} {
		for _, lines := range []int{20, 500} {
			b.Run(fmt.Sprintf("%s, %d lines", name, lines), func(b *testing.B) {
				h := &benchHost{hook: hook, d: extensions.Description{
					Name: "bench", Manifest: true, Hooks: map[protocol.Model]bool{protocol.ModelOrderline: true},
					Fields: map[protocol.Model]map[protocol.Field]extensions.FieldInfo{protocol.ModelOrderline: {"note": note}},
				}}
				chain, err := extensions.Build([]extensions.Entry{{Host: h}}, extensions.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
				require.NoError(b, err)
				f := withLinesAnd(b, lines, chain)
				n := 1
				b.ReportAllocs()
				for b.Loop() {
					n++
					if reply := f.session.DecideNow(tap(b, n, lines))[0]; reply.Err != nil {
						b.Fatal(reply.Err)
					}
				}
			})
		}
	}
}
