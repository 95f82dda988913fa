package multisession_test

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/sdk/protocol"
)

// again pushes mutations of one client in one batch, by their ids from a first one.
func (f *memSession) again(first int, ops ...string) []protocol.Result {
	texts := make([]string, len(ops))
	for i, one := range ops {
		texts[i] = fmt.Sprintf(`{"id":%d,"user":{"id":"7","name":"Ana"},"ops":%s}`, first+i, one)
	}
	return f.pushTexts("a1", texts)
}

// refusedBy are mutations that examples refuse, after the tap of longOrders.
var refusedBy = map[string]string{
	"table":     `[{"op":"order.create","order":"o2","set":{"table":"4"}},{"op":"line.add","order":"o2","line":"l1","set":{"product_id":1}}]`,
	"tare":      `[{"op":"line.set","order":"o1","line":"l1","set":{"gross":1,"tare":2}}]`,
	"loyalty":   `[{"op":"order.set","order":"o1","set":{"points_redeemed":900}}]`,
	"age-check": `[` + closeO1 + `]`,
	"gift-card": `[{"op":"order.set","order":"o1","set":{"gift_card":null}},` + closeO1 + `]`,
}

// A mutation that comes again, at once, behind another one of its batch, or after a
// restart, gets the answer that it had, and leaves each example's fields, lines,
// entries and effects as they were.
func TestExamplesRetried(t *testing.T) {
	loyalty := loyaltyHost(t)
	t.Cleanup(func() { require.NoError(t, loyalty.Close()) })
	for _, name := range append(slices.Sorted(maps.Keys(longOrders)), "seat") {
		t.Run(name, func(t *testing.T) {
			c, known := longOrders[name]
			if !known { // a manifest without code
				c = longOrder{line: `,"seat":4`, tap: `{"op":"line.inc","order":"o1","line":"l7","field":"seat","by":2}`}
			}
			host := loyalty
			if name != "loyalty" {
				var err error
				host, err = hosts.Start(t.Context(), hosts.Source{
					Paths: []string{examples + name}, Config: c.config, InProcess: known, Timeout: 30 * time.Second,
				}, slog.New(slog.DiscardHandler))
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, host.Close()) })
			}
			f := chained(t, extensions.Entry{Host: &steady{host}, Timeout: 30 * time.Second})
			ops := []string{manyLines(9, c.line), "[" + c.tap + "]"}
			if why := refusedBy[name]; why != "" {
				ops = append(ops, why)
			}
			if c.pay != "" {
				ops = append(ops, "["+c.pay+"]")
			}
			ops = append(ops, "["+closeO1+"]", `[`+inc7+`]`)
			state := func() []any {
				head := f.session.Feed.Head()
				return []any{canonical(t, []protocol.Order{f.stored("o1")}), f.effects(""), f.storage(), head}
			}
			var first []protocol.Result
			for i, one := range ops {
				first = append(first, f.again(i+1, one)...)
				after := state()
				for _, way := range []func() []protocol.Result{
					func() []protocol.Result { return f.again(i+1, one) },
					func() []protocol.Result { return f.again(1, ops[:i+1]...)[i:] },
					func() []protocol.Result { f.restart(0); return f.again(i+1, one) },
				} {
					got := way()[0]
					require.Contains(t, []protocol.Status{protocol.Duplicate, first[i].Status}, got.Status)
					got.Status = first[i].Status
					require.Equal(t, first[i], got, one)
					require.Equal(t, after, state(), one)
				}
			}
			if refusedBy[name] != "" {
				require.Equal(t, protocol.Vetoed, first[2].Code)
			}
			require.Equal(t, protocol.OrderClosed, first[len(first)-1].Code)
			require.Equal(t, protocol.Paid, f.stored("o1").State)
		})
	}
}
