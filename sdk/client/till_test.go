package client_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/internal/machine"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// till is a client and what it was told.
type till struct {
	*client.Client
	t      *testing.T
	mu     sync.Mutex
	events []machine.Event
	told   chan struct{}
}

func openTill(t *testing.T, url, dir string, more ...func(*client.Config)) *till {
	t.Helper()
	till := &till{t: t, told: make(chan struct{}, 1)}
	cfg := client.Config{
		URL: url, Token: "secret", Dir: dir, User: &protocol.User{ID: "7", Name: "Ana"},
		Logger: slog.New(slog.DiscardHandler), OnEvent: till.hear,
	}
	for _, change := range more {
		change(&cfg)
	}
	c, err := client.Open(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	till.Client = c
	return till
}

func (c *till) hear(e machine.Event) {
	c.mu.Lock()
	c.events = append(c.events, e)
	c.mu.Unlock()
	select {
	case c.told <- struct{}{}:
	default:
	}
}

// until waits for events until a condition holds.
func (c *till) until(what string, holds func() bool) {
	c.t.Helper()
	limit := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-c.told:
		case <-limit:
			require.FailNow(c.t, "didn't happen: "+what, "status %+v", c.Status())
		}
	}
}

func (c *till) online(how machine.Transport) {
	c.t.Helper()
	c.until("online by "+string(how), func() bool { return c.Status().Transport == how })
}

func (c *till) settled() {
	c.t.Helper()
	c.until("all sent", func() bool { return c.Status().Transport != machine.Offline && c.Status().Unsent == 0 })
}

// qty waits until a line shows a confirmed quantity.
func (c *till) qty(order protocol.OrderID, line protocol.LineID, want protocol.Value) {
	c.t.Helper()
	c.until("qty "+string(want), func() bool {
		o := c.Order(order)
		return o != nil && !o.Pending && o.Line(line) != nil && o.Line(line).Fields["qty"] == want
	})
}

func (c *till) do(ops ...protocol.Op) {
	c.t.Helper()
	_, err := c.Do(ops...)
	require.NoError(c.t, err)
}

func (c *till) begin(order protocol.OrderID) {
	c.t.Helper()
	c.do(client.NewOrder(order, nil), client.AddLine(order, "l1", client.Values(map[protocol.Field]any{"qty": 1})))
}

func (c *till) more(order protocol.OrderID) {
	c.t.Helper()
	one, err := decimal.Parse("1")
	require.NoError(c.t, err)
	c.do(client.Inc(order, "l1", "qty", one))
}
