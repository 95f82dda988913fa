package relay_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// says waits until the shop says what is wrong, in its status and once in its log.
func (s *server) says(words string) {
	s.t.Helper()
	s.eventually(words, func() error {
		if now := s.upstream.Status(); now.Connected || !strings.Contains(now.Problem, words) || !strings.Contains(s.log.String(), words) {
			return protocol.Errorf(protocol.Internal, "%+v", now)
		}
		return nil
	})
	require.NotContains(s.t, s.log.String(), "mtr_", "no secret is in the log")
	var ready protocol.StatusResponse
	require.NoError(s.t, s.call("GET", "/readyz", "", nil, &ready))
	require.Equal(s.t, "ready", ready.Status)
	require.Len(s.t, ready.Degraded, 1)
	require.Contains(s.t, ready.Degraded[0], "isn't linked with its chain's")
}

// Each mistake is told in words, with what to do; the shop works on, and links when it is
// mended.
func TestWhatIsWrongIsSaid(t *testing.T) {
	chain := newServer(t, newMem("CHAIN")).start()
	shop := newServer(t, newMem("SHOP")).link(chain, "shop-1", chain.url()).start()
	up := func(s *server) { s.eventually("linked", func() error { return linked(s, true) }) }
	up(shop)
	var renewed protocol.RelayTokenResponse
	require.NoError(t, chain.call("POST", "/v1/admin/relays/shop-1/token", admin, nil, &renewed))
	shop.says("Have its operator run manytill relay token")
	shop.above.token.Store(&renewed.Token) // no restart
	up(shop)
	require.NoError(t, chain.call("DELETE", "/v1/admin/relays/shop-1", admin, nil, nil))
	shop.says("doesn't know this shop's token")

	other := newServer(t, newMem("OTHER"))
	require.NoError(t, chain.call("POST", "/v1/admin/relays", admin, map[string]string{"id": "shop-1"}, &renewed))
	shop.above.token.Store(&renewed.Token)
	up(shop)
	other.above = &above{url: chain.url()}
	other.above.token.Store(&renewed.Token)
	other.start().says("is the server of another database")
	require.NoError(t, linked(shop, true), "the first one stays")

	older := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Server", "manytill")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"code":"not_found","message":"there is nothing at /v1/relay"}`))
	}))
	defer older.Close()
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for address, words := range map[string]string{
		older.URL: "it is an older version", page.URL: "isn't a Manytill server; check upstream.url", gone.URL: "no server answers at",
	} {
		s := newServer(t, newMem("LOST"))
		s.above = &above{url: address}
		s.above.token.Store(&renewed.Token)
		s.start().says(words)
		s.stop()
	}
	self := newServer(t, chain.store)
	self.link(chain, "itself", chain.url()).start().says("upstream names this server's own database")
	self.stop()

	for _, path := range []string{"/v1/pull", "/v1/admin/pos"} {
		require.Equal(t, protocol.Forbidden, protocol.CodeOf(chain.call("GET", path, renewed.Token, nil, nil)), "the token opens nothing else")
	}
	for _, id := range []string{"", "a:b", strings.Repeat("x", 33)} {
		require.Equal(t, protocol.BadRequest, protocol.CodeOf(chain.call("POST", "/v1/admin/relays", admin, map[string]string{"id": id}, nil)))
	}
	require.Equal(t, protocol.Conflict, protocol.CodeOf(chain.call("POST", "/v1/admin/relays", admin, map[string]string{"id": "shop-1"}, nil)))
}

// Two shops may have multi-sessions of one id, and a till of the chain is no till of the
// shop's own.
func TestIDsOfShops(t *testing.T) {
	chain := newServer(t, newMem("CHAIN")).start()
	shops := map[protocol.RelayID]*server{}
	for _, id := range []protocol.RelayID{"shop-1", "shop-2"} {
		s := newServer(t, newMem("S-"+string(id)))
		require.NoError(t, s.store.PutMultiSession(t.Context(), store.MultiSession{ID: "main", Name: "Floor of " + string(id), Active: true}, nil))
		shops[id] = s.link(chain, string(id), chain.url()).start()
		_, tills := s.newPOS("main", "bar")
		tills[0].sell(protocol.OrderID("of-" + id))
	}
	for id, s := range shops {
		got := same(t, s, chain, "main", id)
		require.Len(t, got.Orders, 1)
		require.Contains(t, got.Orders[0], "of-"+string(id))
	}
	copied := copyOf("shop-1", "main")
	for _, change := range []func() error{
		func() error {
			return chain.call("PATCH", "/v1/admin/multi-sessions/"+string(copied), admin, map[string]any{"name": "x"}, nil)
		},
		func() error { return chain.call("DELETE", "/v1/admin/multi-sessions/"+string(copied), admin, nil, nil) },
		func() error {
			return chain.call("POST", "/v1/admin/multi-sessions/"+string(copied)+"/orders/of-shop-1/cancel", admin, map[string]any{}, nil)
		},
	} {
		require.Equal(t, protocol.Conflict, protocol.CodeOf(change()), "that is the shop's")
	}

	_, office := chain.newPOS(copied, "bar")
	office[0].eventually("the shop has such a POS itself", func() error {
		_, err := office[0].push(protocol.OrderCreate{Order: "x"})
		if protocol.CodeOf(err) != protocol.Forbidden {
			return protocol.Errorf(protocol.Internal, "%v", err)
		}
		require.Contains(t, protocol.AsError(err).Message, "is one of the shop's own")
		return nil
	})
	_, err := office[0].close()
	require.NoError(t, err)
	_, tills := chain.newPOS(copied, "desk")
	tills[0].sell("y")
	require.Equal(t, protocol.Conflict, protocol.CodeOf(shops["shop-1"].call("POST", "/v1/admin/pos/desk/token", admin, nil, nil)), "it has no token at the shop")

	require.NoError(t, shops["shop-1"].call("PATCH", "/v1/admin/multi-sessions/main", admin, map[string]any{"name": "Renamed"}, nil))
	chain.eventually("the name follows", func() error {
		row, err := chain.store.MultiSession(t.Context(), copied)
		if err == nil && row.Name != "Renamed" {
			err = store.ErrNotFound
		}
		return err
	})
}
