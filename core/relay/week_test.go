package relay_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
)

var two, _ = decimal.Parse("2")

// device is a till with the real client and its queue on disk.
func device(s *server, token string) *client.Client {
	c, err := client.Open(s.t.Context(), client.Config{
		URL: s.url(), Token: token, Dir: s.t.TempDir(), User: &protocol.User{ID: "7", Name: "Ana"}, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// makes makes orders: of three, one is paid and one is changed once more.
func makes(t *testing.T, c *client.Client, name string, from, to int) {
	t.Helper()
	do := func(ops ...protocol.Op) {
		_, err := c.Do(ops...)
		rejected, _ := c.Rejections()
		require.NoError(t, err, "%+v %+v", rejected, c.Status())
	}
	for i := from; i < to; i++ {
		id := protocol.OrderID(fmt.Sprintf("%s-%d", name, i))
		do(client.NewOrder(id, nil), client.AddLine(id, "l1", client.Values(map[protocol.Field]any{"product_id": i, "qty": 1, "price_unit": 2.5})))
		switch i % 3 {
		case 0:
			do(client.Pay(id, protocol.NewPayment{ID: "p", Method: "cash", Amount: "2.5"}))
			do(protocol.OrderClose{Order: id, State: protocol.Paid})
		case 1:
			do(client.Inc(id, "l1", "qty", two))
		}
	}
}

// TestAWeekWithoutALine: 1,000 orders are made at the shop and 1,000 at the chain while
// the line is down for a week. At the shop they have numbers at once, and its days end;
// at the chain they are "New". Then all are everywhere, each once.
func TestAWeekWithoutALine(t *testing.T) {
	const days, orders = 7, 1000
	chain := newServer(t, stores["sqlite"](t)).start()
	shop := newServer(t, newMem("SHOP")).start()
	wire, wireURL := brokennet.Through(t, chain.url())
	ms, tills := shop.newPOS("", "bar")
	shop.stop()
	shop.link(chain, "shop-1", wireURL)
	shop.above.after = 10 * time.Minute
	shop.start()
	same(t, shop, chain, ms, "shop-1")
	_, tokens := chain.newPOS(copyOf("shop-1", ms), "office")
	bar, office := device(shop, tills[0].token), device(chain, tokens[0].token)
	settled(shop, bar)
	settled(chain, office)
	makes(t, office, "before", 0, 2)
	settled(chain, office)
	same(t, shop, chain, ms, "shop-1")

	wire.Cut(true)
	shop.eventually("the shop notices", func() error { return linked(shop, false) })
	run := mustRun(shop, ms)
	for day := range days {
		chain.clock.advance(24 * time.Hour)
		shop.clock.advance(24 * time.Hour)
		shop.eventually("the office's till doesn't hold the day open", func() error { return tillIs(shop, "office", false) })
		makes(t, bar, "bar", day*orders/days, (day+1)*orders/days)
		makes(t, office, "office", day*orders/days, (day+1)*orders/days)
		settled(shop, bar)
		for _, o := range bar.Orders() {
			require.NotZero(t, o.Number)
		}
		_, err := bar.CloseTill(t.Context())
		require.NoError(t, err)
		require.NoError(t, bar.OpenTill(t.Context(), nil))
	}
	require.Equal(t, run+days, mustRun(shop, ms), "each day is a run")
	fresh := 0
	for _, o := range office.Orders() {
		if o.Number == 0 {
			fresh++
		}
	}
	require.Greater(t, fresh, orders/2, "orders of the chain are New")
	relays, err := chain.relays()
	require.NoError(t, err)
	require.False(t, relays[0].Connected)
	require.Nil(t, relays[0].MultiSessions[0].Behind)
	require.Greater(t, relays[0].MultiSessions[0].BehindMS, (days*24*time.Hour).Milliseconds()/2)

	wire.Cut(false)
	settled(chain, office)
	settled(shop, bar)
	got := same(t, shop, chain, ms, "shop-1")
	onceEach(t, got)
	require.Len(t, got.Orders, 2*orders+2)
	shop.eventually("both tills show the same", func() error {
		a, b := numbers(bar), numbers(office)
		if fmt.Sprint(a) != fmt.Sprint(b) || len(a) == 0 {
			return fmt.Errorf("%d orders and %d", len(a), len(b))
		}
		return nil
	})
	relays, err = chain.relays()
	require.NoError(t, err)
	require.True(t, relays[0].Connected)
	require.Zero(t, *relays[0].MultiSessions[0].Behind)
	require.True(t, relays[0].MultiSessions[0].Whole)
}

func settled(s *server, c *client.Client) {
	s.t.Helper()
	s.eventually("all is sent", func() error {
		if st := c.Status(); st.Unsent > 0 || st.Transport == "" || st.Transport == "offline" {
			return fmt.Errorf("%+v", st)
		}
		return nil
	})
}

// numbers are the open orders of a till, confirmed.
func numbers(c *client.Client) (list []string) {
	for _, o := range c.Orders() {
		if o.State == protocol.Open {
			list = append(list, fmt.Sprint(o.Run, " ", o.Number, " ", o.ID, " ", o.Pending, " ", o.Line("l1").Fields["qty"]))
		}
	}
	return list
}

func mustRun(s *server, ms protocol.MultiSessionID) protocol.Run {
	e, err := s.everything(ms)
	require.NoError(s.t, err)
	return e.Run
}

func linked(s *server, up bool) error {
	if now := s.upstream.Status(); now.Connected != up {
		return fmt.Errorf("linked: %t", now.Connected)
	}
	return nil
}

func tillIs(s *server, pos protocol.POSID, open bool) error {
	row, err := s.store.POS(s.t.Context(), pos)
	if err == nil && row.Till.Open != open {
		err = fmt.Errorf("the till of %s is open: %t", pos, row.Till.Open)
	}
	return err
}

func (s *server) relays() ([]protocol.AdminRelay, error) {
	var all protocol.RelaysResponse
	err := s.call("GET", "/v1/admin/relays", admin, nil, &all)
	return all.Relays, err
}
