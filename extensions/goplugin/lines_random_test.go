package goplugin_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/protocol"
	"pgregory.net/rapid"
)

// TestLinesInRandomHistories: whatever happened before, hooks see the lines as
// they are, as a plugin does that is sent all of them each time.
func TestLinesInRandomHistories(t *testing.T) {
	k := start(t, mirrorOptions(t))
	histories := 0
	rapid.Check(t, func(t *rapid.T) {
		histories++
		world := &history{orders: map[protocol.OrderID][]protocol.Line{}, last: map[protocol.OrderID]int{}}
		m := protocol.MultiSessionID(fmt.Sprint("m", histories%3)) // what earlier ones left is in the way
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			stored := world.copy()
			for range rapid.IntRange(0, 3).Draw(t, "ops") {
				world.op(t)
			}
			switch rapid.SampledFrom([]string{"stored", "stored", "stored", "no", "left", "exit", "line first"}).Draw(t, "end") {
			case "stored":
				sees(t, k.host, m, world.records("")...)
			case "line first":
				sees(t, k.host, m, slices.Concat(world.records("tamper"), world.records(""))...)
			case "no":
				_, _ = k.host.Run(context.Background(), &extensions.Batch{MultiSession: m, Records: world.records("reject")})
				world = stored
			case "left":
				within := time.Duration(rapid.IntRange(0, 300).Draw(t, "µs")) * time.Microsecond
				ctx, cancel := context.WithTimeout(context.Background(), within)
				_, _ = k.host.Run(ctx, &extensions.Batch{MultiSession: m, Records: world.records("")})
				cancel()
				world = stored
			case "exit":
				if rapid.IntRange(0, 9).Draw(t, "does it") == 0 {
					_, _ = k.host.Run(context.Background(), &extensions.Batch{MultiSession: m, Records: world.records("exit")})
				}
				world = stored
			}
		}
		sees(t, k.host, m, world.records("")...)
	})
}

// history is orders as they were changed so far.
type history struct {
	orders map[protocol.OrderID][]protocol.Line
	last   map[protocol.OrderID]int // the places that were given
}

var orderIDs = []protocol.OrderID{"o1", "o2", "o3"}

func (h *history) copy() *history {
	c := &history{orders: map[protocol.OrderID][]protocol.Line{}, last: map[protocol.OrderID]int{}}
	for id, lines := range h.orders {
		c.orders[id], c.last[id] = slices.Clone(lines), h.last[id]
	}
	return c
}

func (h *history) records(act string) (records []hooks.Record) {
	for _, id := range orderIDs {
		records = append(records, withLines(id, act, slices.Clone(h.orders[id])...))
	}
	return records
}

func (h *history) add(id protocol.OrderID, l protocol.Line) {
	h.last[id]++
	l.N = h.last[id]
	h.orders[id] = append(h.orders[id], l)
}

func (h *history) op(t *rapid.T) {
	id := rapid.SampledFrom(orderIDs).Draw(t, "order")
	qty := protocol.Int(rapid.IntRange(0, 3).Draw(t, "qty"))
	note := rapid.SampledFrom([]protocol.Value{"", protocol.Null, `"a"`, protocol.Text(strings.Repeat("é", 100))}).Draw(t, "note")
	lineID := protocol.LineID(fmt.Sprint("l", rapid.IntRange(0, 9).Draw(t, "line")))
	lines := h.orders[id]
	at := slices.IndexFunc(lines, func(l protocol.Line) bool { return l.ID == lineID })
	if at < 0 {
		h.add(id, line(lineID, 0, qty, note))
		return
	}
	switch rapid.SampledFrom([]string{"set", "remove", "move"}).Draw(t, "op") {
	case "set":
		lines[at] = line(lineID, lines[at].N, qty, note)
	case "remove":
		h.orders[id] = slices.Delete(lines, at, at+1)
	case "move":
		moved := lines[at]
		h.orders[id] = slices.Delete(lines, at, at+1)
		h.add(rapid.SampledFrom(orderIDs).Draw(t, "to"), moved)
	}
}
