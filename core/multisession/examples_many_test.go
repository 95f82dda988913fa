package multisession_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// counting counts the records that its host runs.
type counting struct {
	extensions.Host
	lines, orders atomic.Int64
}

func (c *counting) Run(ctx context.Context, b *extensions.Batch) ([]hooks.Result, error) {
	for _, r := range b.Records {
		if r.Head().Model == protocol.ModelOrderline {
			c.lines.Add(1)
		} else {
			c.orders.Add(1)
		}
	}
	return c.Host.Run(ctx, b)
}

// taken are the lines and orders that were run since it was last asked.
func (c *counting) taken() [2]int {
	return [2]int{int(c.lines.Swap(0)), int(c.orders.Swap(0))}
}

// longOrder is what an example makes of an order with many lines: one mutation
// adds them, then tap changes one of them or the order, and it is paid.
type longOrder struct {
	config map[string]any
	line   string // more fields of each line
	tap    string // ops
	pay    string // before the close, in a mutation of its own
	want   func(n int) string
	got    func(o protocol.Order) string
	// Lines and orders that are run by the mutation that adds n lines, by the tap,
	// and by the close.
	adds, taps, closes func(n int) [2]int
}

func each(lines, orders int) func(int) [2]int {
	return func(n int) [2]int { return [2]int{lines * n, orders} }
}

func once(lines, orders int) func(int) [2]int {
	return func(int) [2]int { return [2]int{lines, orders} }
}

func field(f protocol.Field) func(protocol.Order) string {
	return func(o protocol.Order) string { return string(o.Fields[f]) }
}

// count is how many lines have a field's value.
func count(f protocol.Field, value protocol.Value) func(protocol.Order) string {
	return func(o protocol.Order) string {
		n := 0
		for _, l := range o.Lines {
			if l.Fields[f] == value {
				n++
			}
		}
		return fmt.Sprint(n)
	}
}

func exactly(text string) func(int) string { return func(int) string { return text } }
func all(n int) string                     { return fmt.Sprint(n) }

const (
	inc7    = `{"op":"line.inc","order":"o1","line":"l7","field":"qty","by":1}`
	set7    = `{"op":"line.set","order":"o1","line":"l7","set":%s}`
	setO1   = `{"op":"order.set","order":"o1","set":%s}`
	service = "https://service.example"
)

var longOrders = map[string]longOrder{
	"kitchen-state": {
		line: `,"kitchen":"cooking"`, tap: fmt.Sprintf(set7, `{"kitchen":"ready"}`),
		got: field("kitchen_summary"), want: func(n int) string { return fmt.Sprintf(`"1 of %d ready"`, n) },
		adds: each(1, 1), taps: once(1, 1), closes: once(0, 0),
	},
	"course-and-fire": {
		line: `,"course":1`, tap: fmt.Sprintf(setO1, `{"fired_course":1}`), got: count("fired", "true"), want: all,
		adds: each(1, 1), taps: each(1, 1), closes: once(0, 0),
	},
	"table": {
		tap: fmt.Sprintf(setO1, `{"table":"4"}`), got: field("table_held"), want: exactly(`"4"`),
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 1),
	},
	"tip-split": {
		tap: fmt.Sprintf(setO1, `{"tip":2}`), got: field("tip_shares"), want: exactly(`{"Ana":2}`),
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 0),
	},
	"age-check": {
		config: map[string]any{"products": []any{1}}, tap: inc7, pay: fmt.Sprintf(setO1, `{"age_checked":true}`),
		got: field("age_checked"), want: exactly("true"),
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 1),
	},
	"happy-hour": {
		config: map[string]any{"from": "00:00", "to": "23:59", "percent": 50}, tap: inc7, got: count("price_unit", "1.5"), want: all,
		adds: each(2, 0), taps: once(1, 0), closes: once(0, 0), // what writes is run once more
	},
	"tare": {
		tap: fmt.Sprintf(set7, `{"gross":2,"tare":0.5}`), got: count("qty", "1.5"), want: exactly("1"),
		adds: each(1, 0), taps: once(2, 0), closes: once(0, 0),
	},
	"commission": {
		tap: inc7, got: field("commission"), want: func(n int) string { return fmt.Sprintf(`{"7":%v}`, float64(n+1)*15/100) },
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 1),
	},
	"bottle-deposit": {
		config: map[string]any{"product": 99, "deposits": map[string]any{"1": 0.25}}, tap: inc7, got: count("price_unit", "0.25"), want: all,
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 0),
	},
	"loyalty": {
		tap: inc7, got: field("points"), want: func(n int) string { return fmt.Sprint(3 * (n + 1)) },
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 1),
	},
	"gift-card": {
		config: map[string]any{"api": service, "key": "k"}, tap: fmt.Sprintf(setO1, `{"gift_card":"C1","gift_amount":4}`),
		got: field("gift_state"), want: exactly(`"pending"`),
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 1),
	},
	"fiscal-chain": {
		config: map[string]any{"api": service, "key": "k"}, tap: inc7, got: field("fiscal_number"), want: exactly("1"),
		adds: each(0, 1), taps: once(0, 1), closes: once(0, 1),
	},
}

// An order of many lines: each example gives what it should, and runs a tap's
// records, not the order's. The work that an order of 500 lines takes is ten times
// that of one of 50.
func TestExamplesOnLongOrders(t *testing.T) {
	for name, c := range longOrders {
		t.Run(name, func(t *testing.T) {
			var host extensions.Host
			if name == "loyalty" {
				host = loyaltyHost(t)
				t.Cleanup(func() { require.NoError(t, host.Close()) })
			} else {
				host = exampleEntry(t, name, c.config).Host
			}
			for _, n := range []int{50, 500} {
				counted := &counting{Host: &steady{host}}
				f := chained(t, extensions.Entry{Host: counted, Timeout: 30 * time.Second})
				counted.taken() // building the chain tries whether a writer comes to rest
				f.by("7", "Ana", manyLines(n, c.line))
				added := counted.taken()
				f.by("7", "Ana", "["+c.tap+"]")
				tapped := counted.taken()
				if c.pay != "" {
					f.by("7", "Ana", "["+c.pay+"]")
					counted.taken()
				}
				f.by("7", "Ana", `[`+closeO1+`]`)
				closed := counted.taken()
				o := f.stored("o1")
				require.Equal(t, protocol.Paid, o.State)
				require.Empty(t, o.Needs)
				require.Equal(t, c.want(n), c.got(o), "%d lines", n)
				require.Equal(t, [][2]int{c.adds(n), c.taps(n), c.closes(n)}, [][2]int{added, tapped, closed}, "of %d lines: added, tapped, closed", n)
			}
		})
	}
}

// by is a mutation of a cashier, which is applied.
func (f *memSession) by(id, name, ops string) {
	f.last["a1"]++
	m, err := order.Decode(fmt.Appendf(nil, `{"id":%d,"user":{"id":%q,"name":%q},"ops":%s}`, f.last["a1"], id, name, ops), order.DefaultLimits)
	require.NoError(f.t, err)
	reply := f.ask(&multisession.Push{Client: "a1", POS: protocol.POS{ID: "a", Name: "a"}, Mutations: []*order.Mutation{m}})
	result := f.result(reply)
	text, err := json.Marshal(result)
	require.NoError(f.t, err)
	require.Equal(f.t, protocol.Applied, result.Status, string(text))
}

func manyLines(n int, more string) string {
	var b strings.Builder
	b.WriteString(`[{"op":"order.create","order":"o1","set":{}}`)
	for i := range n {
		fmt.Fprintf(&b, `,{"op":"line.add","order":"o1","line":"l%d","set":{"product_id":1,"qty":1,"price_unit":3%s}}`, i+1, more)
	}
	return b.String() + "]"
}
