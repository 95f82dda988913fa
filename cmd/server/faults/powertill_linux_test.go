package faults_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/files/crashtest"
	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestPowerLostAtATill cuts the power of a till while it works, online. In each image is
// every tap that it said to keep; and in the end each counts once at the server.
func TestPowerLostAtATill(t *testing.T) {
	c := newCutting[tillTold](t, 20, nil)
	for c.taken < *cuts {
		s := newPoweredTill(t, c)
		for lives := 0; lives < livesOfAShop && c.taken < *cuts; lives++ {
			require.NoError(t, s.live())
		}
		s.end()
	}
	c.done(8)
}

// TestPowerCheckNoticesAtATill: it finds what is missing where flushes do nothing.
func TestPowerCheckNoticesAtATill(t *testing.T) {
	for _, deaf := range deafDisks() {
		s, err := newPoweredTill(t, newCutting[tillTold](t, 20, nil)), error(nil)
		s.deaf = deaf
		for tries := 0; err == nil && tries < 10; tries++ {
			err = s.live()
		}
		require.Error(t, err, "flushes that do nothing: %v", deaf)
		t.Log(err)
	}
}

// tillTold is how often a line of each order was tapped, as the till said.
type tillTold struct {
	taps   map[protocol.OrderID]int
	flying protocol.OrderID // of which a tap is on its way
}

// poweredTill is a till on a disk whose power is cut, and its server.
type poweredTill struct {
	*cutting[tillTold]
	p     *process
	floor *multiSession
	disk  *crashtest.Disk
	deaf  []string // flushes that the disk ignores
	dead  string   // where no server is

	mu  sync.Mutex
	has tillTold
}

func newPoweredTill(t *testing.T, c *cutting[tillTold]) *poweredTill {
	s := &poweredTill{cutting: c, p: newProcess(t), disk: crashtest.NewDisk(nil), dead: "http://" + freeport.Address()}
	s.floor = s.p.newMultiSession("floor", 1)
	s.has.taps = map[protocol.OrderID]int{}
	c.told = func() tillTold {
		s.mu.Lock()
		defer s.mu.Unlock()
		return tillTold{maps.Clone(s.has.taps), s.has.flying}
	}
	return s
}

// queueIn is where the till has its queue: in folders that it makes.
func queueIn(dir string) string { return filepath.Join(dir, "tills", "one") }

func (s *poweredTill) live() error {
	m := s.mount(s.disk)
	m.disk.Ignore(s.deaf...)
	d := s.device(queueIn(m.dir))
	for range 20 + s.dice.IntN(60) {
		s.tap(d)
		if s.dice.IntN(20) == 0 {
			d.sent()
		}
	}
	m.disk.Watch((*crashtest.Moment).PowerOff)
	_ = d.Close() // it can't write any more
	images := m.powerOff(1)
	s.disk = images[len(images)-1].disk
	return s.check(images, s.holds)
}

func (s *poweredTill) device(dir string) *device {
	return (&device{t: s.t, url: s.p.url(), token: s.floor.tokens[0], dir: dir}).first()
}

// tap makes an order with a long note, or adds one to an order.
func (s *poweredTill) tap(d *device) {
	n := len(s.has.taps)
	if order := protocol.OrderID(fmt.Sprint("o", n-s.dice.IntN(min(n, 4)+1))); s.has.taps[order] > 0 {
		s.flies(order)
		d.tap(protocol.LineInc{Order: order, Line: "l1", Field: "qty", By: "1"})
	} else {
		s.flies(order)
		d.tap(
			protocol.OrderCreate{Order: order, Set: protocol.Fields{"note": protocol.Text(strings.Repeat("a long note ", 4000))}},
			protocol.LineAdd{Order: order, Line: "l1", Set: protocol.Fields{"qty": "1", "price_unit": "1"}},
		)
	}
	s.lands()
}

func (s *poweredTill) flies(order protocol.OrderID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has.flying = order
}

func (s *poweredTill) lands() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has.taps[s.has.flying]++
	s.has.flying = ""
}

// holds opens the till's queue where no server is, and looks at what it shows.
func (s *poweredTill) holds(dir string, told tillTold) error {
	c, err := client.Open(context.Background(), client.Config{
		URL: s.dead, Token: s.floor.tokens[0], Dir: queueIn(dir), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	defer c.Close()
	for order, taps := range told.taps {
		qty := "0"
		if o := c.Order(order); o != nil && len(o.Lines) == 1 {
			qty = string(o.Lines[0].Fields["qty"])
		}
		if qty != fmt.Sprint(taps) && (order != told.flying || qty != fmt.Sprint(taps+1)) {
			return fmt.Errorf("%s was tapped %d times, and shows %s", order, taps, qty)
		}
	}
	return nil
}

// end lets the till send what it has on what the last cut left.
func (s *poweredTill) end() {
	dir := s.t.TempDir()
	require.NoError(s.t, lay(dir, s.disk.Folder()))
	s.device(queueIn(dir)).sent()
	taps := map[protocol.OrderID]int{}
	for _, o := range s.p.orders(s.floor.id) {
		require.Len(s.t, o.Lines, 1)
		qty, err := strconv.Atoi(string(o.Lines[0].Fields["qty"]))
		require.NoError(s.t, err)
		taps[o.ID] = qty
	}
	require.Equal(s.t, s.has.taps, taps)
}
