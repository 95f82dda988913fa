package relay_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/internal/brokennet"
	"github.com/manytill/manytill/sdk/protocol"
)

// linkedShop is a shop with a till, linked with a chain by a URL.
func linkedShop(t *testing.T, chain *server, url string) (shop *server, ms protocol.MultiSessionID, bar *till) {
	shop = newServer(t, newMem("SHOP")).start()
	ms, tills := shop.newPOS("", "bar")
	shop.stop()
	shop.link(chain, "shop-1", url).start()
	same(t, shop, chain, ms, "shop-1")
	return shop, ms, tills[0]
}

// A till of the chain may be at any of its nodes, whichever has the shop's link.
func TestATillAtAnotherNodeThanTheLink(t *testing.T) {
	a, b := twoNodes(t, mem.Share(newMem("CHAIN")))
	front := newFront(t, a, b)
	shop, ms, _ := linkedShop(t, a, front.url)
	_, office := b.newPOS(copyOf("shop-1", ms), "office")
	require.EqualValues(t, 1, office[0].sell("o1"))
	again, err := office[0].push(protocol.OrderCreate{Order: "o1"})
	require.NoError(t, err)
	require.Equal(t, protocol.Exists, again.Results[0].Rejection.Code)

	many := protocol.Ops{}
	for i := range 300 { // more than fits into a note
		many = append(many, protocol.LineAdd{Order: "o1", Line: protocol.LineID(fmt.Sprint("n", i)), Set: protocol.Fields{"qty": "1"}})
	}
	_, _, err = office[0].snapshot()
	require.NoError(t, err)
	result := office[0].tap(many...)
	require.Equal(t, protocol.Applied, result.Status)
	open, last, err := office[0].snapshot()
	require.NoError(t, err)
	require.Len(t, open[0].Lines, 301, "what was answered is there, at the till's node too")
	require.EqualValues(t, 3, last)

	a.stop()
	require.EqualValues(t, 2, office[0].sell("o2"), "the link is at this node now")
	a.start()
	office[0].server = a // where it isn't
	require.EqualValues(t, 3, office[0].sell("o3"))
	onceEach(t, same(t, shop, b, ms, "shop-1"))
}

// A node without the link says that another one has it, and nothing of what it can't know.
func TestALinkAtAnotherNodeIsShown(t *testing.T) {
	a, b := twoNodes(t, mem.Share(newMem("CHAIN")))
	linkedShop(t, a, a.url())
	for _, s := range []*server{a, b} {
		s.clock.advance(20 * time.Second)
		all, err := s.relays()
		require.NoError(t, err)
		require.True(t, all[0].Connected)
		require.Equal(t, s == b, all[0].Elsewhere)
		require.Equal(t, s == b, all[0].MultiSessions[0].Behind == nil)
		require.Zero(t, all[0].MultiSessions[0].BehindMS)
		text, err := s.metrics()
		require.NoError(t, err)
		require.Contains(t, text, `manytill_relay_up{relay="shop-1"} 1`)
		require.Equal(t, s == a, strings.Contains(text, "manytill_relay_behind_seconds{"))
	}
}

// metrics is what the server has for Prometheus.
func (s *server) metrics() (string, error) {
	r, err := http.NewRequestWithContext(s.t.Context(), "GET", s.url()+"/metrics", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+admin)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// A token that is replaced at one node ends the link at another one.
func TestATokenReplacedAtAnotherNode(t *testing.T) {
	a, b := twoNodes(t, mem.Share(newMem("CHAIN")))
	shop, _, _ := linkedShop(t, a, a.url())
	require.NoError(t, b.call("POST", "/v1/admin/relays/shop-1/token", admin, nil, nil))
	shop.says("Have its operator run manytill relay token")
}

// screen is a socket of a till, and what it was told of others' screens and of its till.
type screen struct {
	*server
	ws    *websocket.Conn
	shows map[string]protocol.OrderID
	till  protocol.Till
}

func (c *till) screen() *screen {
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(c.url(), "http")+"/v1/socket", nil)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = ws.Close() })
	s := &screen{server: c.server, ws: ws, shows: map[string]protocol.OrderID{}}
	s.say(protocol.Hello{Protocol: protocol.Version, Token: c.token, ClientID: c.client + "-screen"})
	s.until(func() bool { return s.till.MultiSession != nil })
	return s
}

func (s *screen) say(f protocol.ClientFrame) {
	raw, err := protocol.EncodeClientFrame(f)
	require.NoError(s.t, err)
	require.NoError(s.t, s.ws.WriteMessage(websocket.TextMessage, raw))
}

func (s *screen) show(order protocol.OrderID) { s.say(protocol.Look{Order: &order}) }

func (s *screen) note(p protocol.Presence) {
	if delete(s.shows, p.Conn); p.Order != nil {
		s.shows[p.Conn] = *p.Order
	}
}

// until reads frames until something holds.
func (s *screen) until(holds func() bool) {
	s.t.Helper()
	for !holds() {
		_, raw, err := s.ws.ReadMessage()
		require.NoError(s.t, err)
		frame, err := protocol.DecodeServerFrame(raw)
		require.NoError(s.t, err)
		switch f := frame.(type) {
		case protocol.Welcome:
			for _, p := range f.Present {
				s.note(p)
			}
			s.till = protocol.Till{Open: f.TillOpen, Run: f.Run, MultiSession: f.MultiSession}
		case protocol.Presence:
			s.note(f)
		case protocol.Till:
			s.till = f
		}
	}
}

// sees waits until these orders are on others' screens, of connections that begin so.
func (s *screen) sees(conns string, orders ...protocol.OrderID) {
	s.t.Helper()
	s.until(func() bool {
		var shown []protocol.OrderID
		for conn, order := range s.shows {
			if !strings.HasPrefix(conn, conns) {
				return false
			}
			shown = append(shown, order)
		}
		return len(shown) == len(orders) && (len(orders) == 0 || shown[0] == orders[0])
	})
}

// Who looks at which order is shown across the link, at every node of the chain, and no
// more once the link is over.
func TestPresenceAcrossALink(t *testing.T) {
	a, b := twoNodes(t, mem.Share(newMem("CHAIN")))
	front := newFront(t, a, b)
	wire, wireURL := brokennet.Through(t, front.url)
	_, ms, bar := linkedShop(t, a, wireURL)
	_, office := b.newPOS(copyOf("shop-1", ms), "office")
	office[0].sell("o1")
	here, there := bar.screen(), office[0].screen()
	here.show("o1")
	there.sees("shop-1:", "o1")
	there.show("o2")
	here.sees("chain:", "o2")
	here.show("o3")
	there.sees("shop-1:", "o3")

	wire.Cut(true)
	here.sees("chain:")
	there.sees("shop-1:")
	front.use(b)
	wire.Cut(false)
	there.sees("shop-1:", "o3")
	here.sees("chain:", "o2")

	late := office[0].screen()
	late.until(func() bool { return len(late.shows) == 2 })
	require.NoError(t, there.ws.Close())
	here.sees("chain:")
}

// What a till is told of the run and the name is the shop's.
func TestTillFramesAcrossALink(t *testing.T) {
	a, b := twoNodes(t, mem.Share(newMem("CHAIN")))
	shop, ms, bar := linkedShop(t, a, a.url())
	_, office := b.newPOS(copyOf("shop-1", ms), "office")
	office[0].sell("o1")
	there := office[0].screen()
	require.EqualValues(t, 1, there.till.Run)
	require.True(t, there.till.Open)
	_, err := office[0].close()
	require.NoError(t, err)
	there.until(func() bool { return !there.till.Open })
	shop.eventually("the shop closed it, too", func() error { return tillIs(shop, "office", false) })
	_, err = bar.close()
	require.NoError(t, err)
	require.NoError(t, bar.open())
	there.until(func() bool { return there.till.Run == 2 })
	require.NoError(t, shop.call("PATCH", "/v1/admin/multi-sessions/"+string(ms), admin, map[string]any{"name": "Terrace"}, nil))
	there.until(func() bool { return there.till.MultiSession.Name == "Terrace" })
	require.NoError(t, office[0].open())
	there.until(func() bool { return there.till.Open })
}

// A rejected mutation that is resolved at the one end is so at the other: at once, or
// with the next link.
func TestResolvedAtBothEnds(t *testing.T) {
	a, b := twoNodes(t, mem.Share(newMem("CHAIN")))
	wire, wireURL := brokennet.Through(t, a.url())
	shop, _, bar := linkedShop(t, a, wireURL)
	bar.sell("o1")
	for range 6 {
		require.Equal(t, protocol.Exists, bar.tap(protocol.OrderCreate{Order: "o1"}).Rejection.Code)
	}
	inbox := func(s *server, resolved bool) (list []protocol.RejectedMutation) {
		var page protocol.RejectionsResponse
		require.NoError(t, s.call("GET", fmt.Sprint("/v1/admin/rejections?resolved=", resolved), admin, nil, &page))
		return page.Rejections
	}
	both := func(n int) {
		t.Helper()
		for _, s := range []*server{shop, a} {
			s.eventually("the inbox", func() error {
				if list := inbox(s, false); len(list) != n {
					return fmt.Errorf("%d wait, not %d", len(list), n)
				}
				return nil
			})
		}
		name := func(list []protocol.RejectedMutation) (names []string) {
			for _, r := range list {
				names = append(names, string(r.Mutation))
			}
			return names
		}
		require.Equal(t, name(inbox(shop, false)), name(inbox(a, false)))
		require.Equal(t, name(inbox(shop, true)), name(inbox(a, true)))
	}
	resolve := func(s *server, nth int) {
		t.Helper()
		require.NoError(t, s.call("POST", "/v1/admin/rejections/"+inbox(s, false)[nth].ID+"/resolve", admin, nil, nil))
	}
	both(6)
	resolve(shop, 2)
	both(5)
	resolve(a, 1)
	both(4)
	resolve(b, 0) // without the link
	both(3)
	wire.Cut(true)
	shop.eventually("cut", func() error { return linked(shop, false) })
	resolve(shop, 0)
	resolve(b, 1)
	wire.Cut(false)
	both(1)
}
