package relay_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/relay"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/internal/apitest"
	"github.com/manytill/manytill/internal/freeport"
	"github.com/manytill/manytill/internal/pgtest"
	"github.com/manytill/manytill/sdk/protocol"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const admin = "admin-of-a-test"

// server is a whole server of a shop or a chain, in this process, with a store that
// outlives it.
type server struct {
	t        *testing.T
	store    store.Store
	addr     string
	clock    *clock
	upstream *relay.Upstream
	api      *api.API
	hub      *multisession.Hub
	log      *lines
	end      func()
	above    *above
	bus      *bus // to other nodes on its store; nil is none
}

// above is a chain's server, as a shop's is configured.
type above struct {
	url   string
	token atomic.Pointer[string]
	after time.Duration // see relay.UpstreamConfig.CloseAfter
}

// clock is a clock that tests advance.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newServer(t *testing.T, st store.Store) *server {
	s := &server{t: t, store: st, addr: freeport.Address(), clock: &clock{}, log: &lines{}}
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("log of %s:\n%.6000s", s.addr, s.log.String())
		}
	})
	return s
}

func (s *server) url() string { return "http://" + s.addr }

// start runs the server on what is in its store.
func (s *server) start() *server {
	t := s.t
	ctx, stop := context.WithCancel(context.Background())
	id, err := s.store.Identity(ctx)
	require.NoError(t, err)
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	others := s.others(log)
	chain := relay.NewChain(relay.ChainConfig{Version: "test", Identity: id, Store: s.store, Others: others, Now: s.clock.now, Log: log})
	s.hub = multisession.NewHub(multisession.Config{
		Ledger: s.store, Identity: id, Bell: wake.NewLocal(), Homes: chain, Woken: others.Woken, Present: others.Present,
		Committed: func(b *store.Batch, _ time.Duration) { others.Committed(b) }, Rules: multisession.Rules{Limits: order.DefaultLimits}, Now: s.clock.now, Log: log,
	})
	s.upstream = nil
	if s.above != nil {
		s.upstream = relay.NewUpstream(relay.UpstreamConfig{
			URL: s.above.url, Token: func() (string, error) { return *s.above.token.Load(), nil }, Version: "test", Identity: id, Store: s.store,
			Limits: order.DefaultLimits, Now: s.clock.now, Log: log, CloseAfter: s.above.after,
			Pause: func(int) time.Duration { return 5 * time.Millisecond },
		})
	}
	s.api = api.New(ctx, api.Config{
		Nodes: others, Version: "test", Identity: id, Store: s.store, Hub: s.hub, Extensions: none{}, Limits: api.DefaultLimits, Relays: chain, Upstream: s.upstream,
		Metrics: api.NewMetrics(), Now: s.clock.now, Log: log,
	})
	_, err = s.api.Directory().EnsureAdmin(ctx, admin)
	require.NoError(t, err)
	var l net.Listener
	require.Eventually(t, func() bool {
		l, err = net.Listen("tcp", s.addr)
		return err == nil
	}, 5*time.Second, time.Millisecond, "the address is free again")
	web := &http.Server{Handler: s.api, ReadHeaderTimeout: time.Minute}
	s.api.Guard(web)
	go func() { _ = web.Serve(l) }()
	var running sync.WaitGroup
	if s.upstream != nil {
		running.Go(func() { s.upstream.Run(ctx) })
	}
	if others != nil {
		running.Go(func() { s.runsAsNode(ctx, others, chain) })
	}
	s.end = sync.OnceFunc(func() {
		stop()
		s.api.Drain()
		_ = web.Close()
		running.Wait()
	})
	return s
}

func (s *server) stop() {
	if s.end != nil {
		s.end()
	}
}

// link makes a relay at a chain, for a shop that isn't started yet.
func (s *server) link(chain *server, id string, through string) *server {
	var made protocol.RelayTokenResponse
	require.NoError(s.t, chain.call("POST", "/v1/admin/relays", admin, map[string]string{"id": id, "name": "Shop " + id}, &made))
	require.True(s.t, strings.HasPrefix(made.Token, "mtr_"))
	s.above = &above{url: through}
	s.above.token.Store(&made.Token)
	return s
}

func copyOf(relay protocol.RelayID, ms protocol.MultiSessionID) protocol.MultiSessionID {
	return multisession.CopyID(relay, ms)
}

// none are no extensions.
type none struct{ api.Extensions }

func (none) Schema() *protocol.Schema          { return protocol.CoreSchema() }
func (none) Enabled() []protocol.ExtensionTag  { return []protocol.ExtensionTag{} }
func (none) Disabled() []protocol.ExtensionTag { return []protocol.ExtensionTag{} }
func (none) Status() []protocol.ExtensionStatus {
	return nil
}
func (none) ETag() string { return `"none"` }

// call makes a call of the API; a refusal is a [*protocol.Error].
func (s *server) call(method, path, token string, in, out any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return apitest.Call(ctx, http.DefaultClient, method, s.url()+path, token, in, out)
}

// newPOS makes POS in a multi-session, and opens their tills. Without ms it makes one.
func (s *server) newPOS(ms protocol.MultiSessionID, ids ...protocol.POSID) (protocol.MultiSessionID, []*till) {
	tokens := make([]string, len(ids))
	for i, id := range ids {
		var made struct{ Token string }
		require.NoError(s.t, s.call("POST", "/v1/admin/pos", admin, map[string]any{"id": id, "name": "POS " + string(id)}, &made))
		tokens[i] = made.Token
	}
	if ms == "" {
		var made struct{ ID protocol.MultiSessionID }
		require.NoError(s.t, s.call("POST", "/v1/admin/multi-sessions", admin, map[string]any{"name": "Main floor", "pos": ids}, &made))
		ms = made.ID
	} else {
		require.NoError(s.t, s.call("PATCH", "/v1/admin/multi-sessions/"+string(ms), admin, map[string]any{"pos": ids}, nil))
	}
	tills := make([]*till, len(ids))
	for i := range ids {
		tills[i] = &till{server: s, token: tokens[i], client: protocol.ClientID(fmt.Sprintf("c-%s-%d", ids[i], i))}
		require.NoError(s.t, tills[i].open())
	}
	return ms, tills
}

// till is a till that asks over HTTP, one push at a time, as a client does.
type till struct {
	*server
	token  string
	client protocol.ClientID
	cursor protocol.Cursor
	last   protocol.MutationID
}

func (c *till) open() error {
	return c.call("POST", "/v1/till/open", c.token, map[string]any{"user": map[string]string{"id": "7", "name": "Ana"}}, nil)
}

func (c *till) close() (closed protocol.CloseTillResponse, err error) {
	err = c.call("POST", "/v1/till/close", c.token, nil, &closed)
	return closed, err
}

// snapshot pulls the open orders.
func (c *till) snapshot() (all []protocol.Order, last protocol.MutationID, err error) {
	path := "/v1/pull?limit=2000&client_id=" + string(c.client)
	for {
		var page struct {
			Orders []protocol.Order
			Page   string
			More   bool
			Cursor protocol.Cursor
			LastID protocol.MutationID `json:"last_id"`
		}
		if err := c.call("GET", path, c.token, nil, &page); err != nil {
			return nil, 0, err
		}
		all = append(all, page.Orders...)
		if !page.More {
			c.cursor = page.Cursor
			return all, page.LastID, nil
		}
		path = "/v1/pull?client_id=" + string(c.client) + "&page=" + page.Page
	}
}

// push pushes one mutation, with the next id.
func (c *till) push(ops ...protocol.Op) (protocol.PushResponse, error) {
	if c.cursor == "" {
		if _, _, err := c.snapshot(); err != nil {
			return protocol.PushResponse{}, err
		}
	}
	var answer protocol.PushResponse
	err := c.call("POST", "/v1/push", c.token, map[string]any{
		"client_id": c.client, "cursor": c.cursor,
		"mutations": []any{map[string]any{"id": c.last + 1, "ops": protocol.Ops(ops)}},
	}, &answer)
	if err == nil {
		c.last++
		c.cursor = answer.Cursor
	}
	return answer, err
}

// sell pushes a new order with one line until it is taken, and gives its number.
func (c *till) sell(id protocol.OrderID) protocol.Number {
	c.t.Helper()
	result := c.tap(protocol.OrderCreate{Order: id}, protocol.LineAdd{Order: id, Line: "l1", Set: protocol.Fields{"qty": "1", "price_unit": "2.5"}})
	require.Nil(c.t, result.Rejection)
	return result.Orders[id].Number
}

// eventually waits until something works.
func (s *server) eventually(what string, try func() error) {
	s.t.Helper()
	var err error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	require.NoError(s.t, err, what)
}
