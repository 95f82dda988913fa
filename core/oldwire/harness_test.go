package oldwire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/oldwire"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const secret = "s3cret-of-tests"

// server is a bridge over a store in memory. Its clock stands still until a test
// moves it.
type server struct {
	t       rapid.TB
	store   *mem.Store
	ms      protocol.MultiSessionID
	session *multisession.Session
	leave   func()
	who     *directory.Directory
	bridge  *oldwire.Bridge
	clock   time.Time
	log     bytes.Buffer
	abandon bool
	limits  order.Limits
	chain   multisession.Chain
	last    map[protocol.ClientID]protocol.MutationID
	read    map[protocol.OrderID]decoded
}

// newServer has the old tills 3 and 4 of the database shop, and the new till bar.
func newServer(t rapid.TB) *server {
	s := &server{t: t, store: mem.New(), clock: time.UnixMilli(0).UTC(), chain: extended{}, limits: order.DefaultLimits, last: map[protocol.ClientID]protocol.MutationID{}}
	s.restart()
	ctx := context.Background()
	for id, name := range map[protocol.POSID]string{"shop:3": "Till 3", "shop:4": "Till 4", "bar": "Bar", "alone:1": "Alone"} {
		_, _, err := s.who.CreatePOS(ctx, id, name)
		require.NoError(t, err)
	}
	ms, err := s.who.CreateMultiSession(ctx, "Main floor", []protocol.POSID{"shop:3", "shop:4", "bar"})
	require.NoError(t, err)
	s.ms = ms.ID
	_, err = s.who.OpenTill(ctx, "bar", &protocol.User{ID: "9", Name: "Cleo"})
	require.NoError(t, err)
	s.restart()
	return s
}

// restart forgets what isn't in the store.
func (s *server) restart() {
	ctx := context.Background()
	s.read = map[protocol.OrderID]decoded{}
	if s.leave != nil {
		s.leave()
	}
	identity, err := s.store.Identity(ctx)
	require.NoError(s.t, err)
	now, log := func() time.Time { return s.clock }, slog.New(slog.NewTextHandler(&s.log, nil))
	hub := multisession.NewHub(multisession.Config{
		Ledger: s.store, Identity: identity, Bell: wake.NewLocal(), Now: now, Log: log,
		Rules: multisession.Rules{Limits: s.limits, Abandon: s.abandon, Chain: func() multisession.Chain { return s.chain }},
	})
	s.who = directory.New(s.store, hub, now, func(directory.Event) {})
	s.bridge = oldwire.New(oldwire.Config{
		Path: "/old", Secret: secret, Directory: s.who, Hub: hub, Store: s.store, Schema: s.chain.Schema,
		Gate: open{}, Limits: s.limits, BodyBytes: 1 << 20, Poll: time.Nanosecond, Now: now, Log: log,
	})
	if s.ms != "" {
		s.session, s.leave, err = hub.Enter(ctx, s.ms)
		require.NoError(s.t, err)
	}
}

// open is a gate that lets all in.
type open struct{}

func (open) Trust(*http.Request)          {}
func (open) Distrust(*http.Request) error { return nil }

// post makes a call as it comes from a browser, and gives its whole answer.
func (s *server) post(path, body string) string {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.bridge.ServeHTTP(w, r)
	require.Less(s.t, w.Code, http.StatusInternalServerError, w.Body.String())
	return w.Body.String()
}

// call is a call of JSON-RPC that works.
func (s *server) call(path string, params any) (result json.RawMessage, failure string) {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
	require.NoError(s.t, err)
	var answer struct {
		Result json.RawMessage
		Error  *struct{ Data struct{ Message string } }
	}
	text := s.post("/old/"+secret+path, string(body))
	require.NoError(s.t, json.Unmarshal([]byte(text), &answer), text)
	if answer.Error != nil {
		return nil, answer.Error.Data.Message
	}
	return answer.Result, ""
}

// push is a mutation of the new till.
func (s *server) push(pos protocol.POSID, ops string) protocol.Result {
	client := protocol.ClientID("c-" + pos)
	s.last[client]++
	m, err := order.Decode(fmt.Appendf(nil, `{"id":%d,"user":{"id":"9","name":"Cleo"},"ops":%s}`, s.last[client], ops), order.DefaultLimits)
	require.NoError(s.t, err)
	reply := s.session.Ask(context.Background(), &multisession.Push{
		Client: client, POS: protocol.POS{ID: pos, Name: "Bar"}, Mutations: []*order.Mutation{m},
	})
	require.NoError(s.t, reply.Err)
	var result protocol.Result
	require.NoError(s.t, json.Unmarshal(reply.Results[0].JSON, &result))
	return result
}

// decoded is an order as it was after a change.
type decoded struct {
	protocol.Order
	seq protocol.Seq
}

// orders are all of the store, by run and number. None is decoded twice, since the random
// test asks before and after each call.
func (s *server) orders() (all []protocol.Order) {
	rows, err := s.store.List(context.Background(), s.ms, store.ListFilter{Limit: 10_000})
	require.NoError(s.t, err)
	for i := range rows {
		o, known := s.read[rows[i].ID]
		if !known || o.seq != rows[i].Seq {
			text, err := multisession.OrderJSON(&rows[i])
			require.NoError(s.t, err)
			o = decoded{seq: rows[i].Seq}
			require.NoError(s.t, json.Unmarshal(text, &o.Order))
			s.read[rows[i].ID] = o
		}
		all = append(all, o.Order)
	}
	return all
}
