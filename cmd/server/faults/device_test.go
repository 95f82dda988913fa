package faults_test

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

// device is a real client over a real transport, and what it was told.
type device struct {
	*client.Client
	t        testing.TB
	dir, url string
	token    string
	polls    bool
	store    *clienttest.MemoryStore // instead of dir, where it is to be looked at
	mu       sync.Mutex
	events   []client.Event
	told     chan struct{}
}

func newDevice(t testing.TB, url, token string, polls bool) *device {
	return (&device{t: t, dir: t.TempDir(), url: url, token: token, polls: polls}).first()
}

// first is its first start.
func (d *device) first() *device {
	d.told = make(chan struct{}, 1)
	d.open()
	d.t.Cleanup(func() { _ = d.Close() })
	return d
}

// open is the start of the app, on what its queue holds.
func (d *device) open() {
	config := client.Config{
		URL: d.url, Token: d.token, Dir: d.dir, NoSocket: d.polls, OnEvent: d.hear,
		User: &protocol.User{ID: "7", Name: "Ana"}, Logger: slog.New(slog.DiscardHandler),
	}
	if d.store != nil {
		config.Dir, config.Store = "", d.store
	}
	c, err := client.Open(context.Background(), config)
	require.NoError(d.t, err)
	d.Client = c
}

// restart is a crash of the app, or a reload, and its next start elsewhere.
func (d *device) restart(url string) {
	require.NoError(d.t, d.Close())
	d.url = url
	d.open()
}

func (d *device) hear(e client.Event) {
	d.mu.Lock()
	d.events = append(d.events, e)
	d.mu.Unlock()
	select {
	case d.told <- struct{}{}:
	default:
	}
}

// until waits for events until something holds. A link that waits for its
// pause is asked to try again.
func (d *device) until(what string, holds func() bool) {
	d.t.Helper()
	limit, again := time.After(20*time.Second), time.NewTicker(100*time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-d.told:
		case <-again.C:
			if d.Status().Transport == client.Offline {
				d.Retry()
			}
		case <-limit:
			require.FailNow(d.t, "didn't happen: "+what, "status %+v", d.Status())
		}
	}
}

func (d *device) online() {
	d.t.Helper()
	d.until("online", func() bool { return d.Status().Transport != client.Offline })
}

func (d *device) offline() {
	d.t.Helper()
	d.until("offline", func() bool { return d.Status().Transport == client.Offline })
}

func (d *device) sent() {
	d.t.Helper()
	d.until("all sent", func() bool { return d.Status().Transport != client.Offline && d.Status().Unsent == 0 })
}

func (d *device) tap(ops ...protocol.Op) {
	d.t.Helper()
	_, err := d.Do(ops...)
	require.NoError(d.t, err)
}

func (d *device) begin(order protocol.OrderID) {
	d.t.Helper()
	d.tap(client.NewOrder(order, nil), addLine(order, "l1"))
}

func (d *device) more(order protocol.OrderID, by string) {
	d.t.Helper()
	n, err := decimal.Parse(by)
	require.NoError(d.t, err)
	d.tap(client.Inc(order, "l1", "qty", n))
}

func addLine(order protocol.OrderID, line protocol.LineID) protocol.Op {
	return client.AddLine(order, line, protocol.Fields{"product_id": "50", "qty": "1", "price_unit": "4.8"})
}

// sees waits for an order that is confirmed and holds what is asked.
func (d *device) sees(order protocol.OrderID, what string, holds func(protocol.Order) bool) {
	d.t.Helper()
	d.until(what, func() bool {
		o := d.Order(order)
		return o != nil && !o.Pending && holds(o.Wire())
	})
}

// has waits for a quantity of l1.
func (d *device) has(order protocol.OrderID, qty protocol.Value) {
	d.t.Helper()
	d.sees(order, "qty "+string(qty), func(o protocol.Order) bool { return qtyOf(o, "l1") == qty })
}

func qtyOf(o protocol.Order, line protocol.LineID) protocol.Value {
	for _, l := range o.Lines {
		if l.ID == line {
			return l.Fields["qty"]
		}
	}
	return ""
}

func (d *device) all() []client.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.events)
}

// heard is the first event of a kind.
func heard[E client.Event](d *device) (found E, ok bool) {
	for _, e := range d.all() {
		if found, ok = e.(E); ok {
			return found, true
		}
	}
	return found, false
}

func await[E client.Event](d *device, what string) (found E) {
	d.t.Helper()
	d.until(what, func() bool {
		e, ok := heard[E](d)
		found = e
		return ok
	})
	return found
}

// agree waits until all devices show what the server has, byte for byte.
func (p *process) agree(ms protocol.MultiSessionID, devices ...*device) []protocol.Order {
	p.t.Helper()
	for _, d := range devices {
		d.sent()
	}
	w := &simulation{t: p.t}
	server := slices.DeleteFunc(p.orders(ms), func(o protocol.Order) bool { return o.State != protocol.Open })
	want := w.canonical(server)
	for _, d := range devices {
		d.until("what the server has:\n"+want, func() bool { return w.canonical(d.openOrders()) == want })
	}
	return p.orders(ms)
}

// openOrders are those that the server knows.
func (d *device) openOrders() (list []protocol.Order) {
	for _, o := range d.Orders() {
		if o.State == protocol.Open && o.Number != 0 { // an empty new one is the till's own
			list = append(list, o.Wire())
		}
	}
	slices.SortFunc(list, func(a, b protocol.Order) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Number, b.Number))
	})
	return list
}

func find(t testing.TB, orders []protocol.Order, id protocol.OrderID) protocol.Order {
	t.Helper()
	for _, o := range orders {
		if o.ID == id {
			return o
		}
	}
	require.FailNow(t, "no order "+string(id))
	return protocol.Order{}
}
