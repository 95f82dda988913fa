package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"

	"github.com/manytill/manytill/sdk/protocol"
)

// hammer is a client that pushes without pause, through any number of kills.
// It writes down every result that it received.
type hammer struct {
	hammering
	token  string
	client protocol.ClientID
	dice   *rand.Rand

	mu       sync.Mutex
	wishes   []protocol.Mutation // by id, from 1
	journal  map[protocol.MutationID]protocol.Result
	cursor   protocol.Cursor
	seq      protocol.Seq
	orders   int
	draining bool
	flying   map[protocol.MutationID]bool
}

const window = 8

// moments are those at which something happens: by the seed of the command line, or by
// another one, which the log names.
func moments(t *testing.T) (chosen uint64, dice *rand.Rand) {
	chosen = *seed
	if chosen == 0 {
		chosen = rand.Uint64N(1 << 40)
	}
	t.Logf("to choose the same moments: go test ./cmd/server/faults -run '%s$' -seed=%d", t.Name(), chosen)
	return chosen, rand.New(rand.NewPCG(chosen, 1))
}

// hammering is what the hammers of a run have in common.
type hammering struct {
	t     testing.TB
	addr  string
	heard *atomic.Int64 // results, of all hammers
	told  chan struct{}
}

func newHammering(t testing.TB, addr string) hammering {
	return hammering{t: t, addr: addr, heard: new(atomic.Int64), told: make(chan struct{}, 1)}
}

// hammersOf adds a hammer for each till of a multi-session.
func hammersOf(all []*hammer, f *multiSession, on hammering, chosen uint64) []*hammer {
	for i, token := range f.tokens {
		all = append(all, &hammer{
			hammering: on, token: token, client: protocol.ClientID(fmt.Sprintf("%s-c", f.pos[i])),
			dice: rand.New(rand.NewPCG(chosen, uint64(len(all)+2))), journal: map[protocol.MutationID]protocol.Result{},
		})
	}
	return all
}

// hammerRun is hammers at work, of one hammering but for the address.
type hammerRun struct {
	t       *testing.T
	all     []*hammer
	running sync.WaitGroup
}

// standstill is after what time without a result hammers come no further.
const standstill = time.Minute

// startHammers has them push until end.
func startHammers(t *testing.T, all []*hammer) *hammerRun {
	ctx, cancel := context.WithCancel(t.Context())
	r := &hammerRun{t: t, all: all}
	t.Cleanup(func() {
		cancel()
		r.running.Wait()
	})
	for _, h := range all {
		r.running.Go(func() { h.run(ctx) })
	}
	return r
}

// more waits until so many results more were heard.
func (r *hammerRun) more(n int64) {
	r.t.Helper()
	heard := r.all[0].heard
	until := heard.Load() + n
	r.await(func() bool { return heard.Load() >= until })
}

// await waits until something holds, for as long as there are results.
func (r *hammerRun) await(holds func() bool) {
	r.t.Helper()
	for !holds() {
		select {
		case <-r.all[0].told:
		case <-time.After(standstill):
			r.t.Fatal("the clients come no further")
		}
	}
}

// end has them push what they hold, and returns when they have all answers.
func (r *hammerRun) end() {
	r.t.Helper()
	for _, h := range r.all {
		h.mu.Lock()
		h.draining = true
		h.mu.Unlock()
	}
	r.await(func() bool { return !slices.ContainsFunc(r.all, func(h *hammer) bool { return !h.done() }) })
	r.running.Wait()
	r.t.Logf("%d results", r.all[0].heard.Load())
}

// run pushes until nothing is left and draining was asked for.
func (h *hammer) run(ctx context.Context) {
	for ctx.Err() == nil && !h.done() {
		ws, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+h.addr+"/v1/socket", nil)
		if err != nil {
			time.Sleep(5 * time.Millisecond) // until the server is there again
			continue
		}
		answer.Body.Close()
		stop := context.AfterFunc(ctx, func() { ws.Close() })
		h.session(ws)
		stop()
		ws.Close()
	}
}

func (h *hammer) done() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.draining && len(h.journal) == len(h.wishes)
}

func (h *hammer) session(ws *websocket.Conn) {
	h.mu.Lock()
	h.flying = map[protocol.MutationID]bool{}
	hello := protocol.Hello{Protocol: protocol.Version, Token: h.token, ClientID: h.client, Cursor: h.cursor}
	h.mu.Unlock()
	if h.send(ws, hello) != nil {
		return
	}
	for !h.done() {
		_, raw, err := ws.ReadMessage()
		if err != nil {
			return
		}
		frame, err := protocol.DecodeServerFrame(raw)
		if !assert.NoError(h.t, err) || !h.take(frame) || h.fill(ws) != nil {
			return
		}
	}
}

func (h *hammer) send(ws *websocket.Conn, f protocol.ClientFrame) error {
	raw, err := protocol.EncodeClientFrame(f)
	if err != nil {
		return err
	}
	return ws.WriteMessage(websocket.TextMessage, raw)
}

// take notes what a frame tells; false ends the session.
func (h *hammer) take(frame protocol.ServerFrame) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch f := frame.(type) {
	case protocol.Snapshot:
		assert.Empty(h.t, h.cursor, "a snapshot that nobody asked for")
		h.cursor, h.seq = f.Cursor, f.Seq
	case protocol.Changes:
		for _, c := range f.Changes {
			assert.Equal(h.t, h.seq+1, c.Seq, "%s: changes come each once, without holes, through every kill", h.client)
			h.seq = c.Seq
		}
		h.cursor = f.Cursor
	case protocol.Pushed:
		for _, r := range f.Results {
			h.note(r)
		}
	case protocol.Reset:
		assert.Fail(h.t, "a kill is no reset", "%s: %s", h.client, f.Reason)
		return false
	case protocol.ErrorFrame:
		assert.Contains(h.t, []protocol.Code{protocol.ShuttingDown, protocol.Overloaded, protocol.ReadOnly}, f.Code, f.Message)
		return false
	}
	return true
}

func (h *hammer) note(r protocol.Result) {
	delete(h.flying, r.ID)
	first, known := h.journal[r.ID]
	if known {
		assert.Equal(h.t, first.Seq, r.Seq, "%s %d: one outcome", h.client, r.ID)
		return
	}
	assert.Nil(h.t, r.Rejection, "%s %d", h.client, r.ID)
	h.journal[r.ID] = r
	h.heard.Add(1)
	select {
	case h.told <- struct{}{}:
	default:
	}
}

// fill keeps the window full: what has no result yet, then new wishes.
func (h *hammer) fill(ws *websocket.Conn) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cursor == "" {
		return nil
	}
	for id := protocol.MutationID(1); len(h.flying) < window; id++ {
		if int(id) > len(h.wishes) {
			if h.draining {
				return nil
			}
			h.wishes = append(h.wishes, h.wish(id))
		}
		if _, known := h.journal[id]; known || h.flying[id] {
			continue
		}
		h.flying[id] = true
		if err := h.send(ws, protocol.Push{Ref: int(id), Mutations: h.wishes[id-1 : id]}); err != nil {
			return err
		}
	}
	return nil
}

// wish is more of the line that all share, more of an own one, or a new order.
func (h *hammer) wish(id protocol.MutationID) protocol.Mutation {
	own := protocol.OrderID(fmt.Sprintf("%s-o%d", h.client, h.orders))
	switch n := h.dice.IntN(10); {
	case n == 0 || h.orders == 0:
		h.orders++
		own = protocol.OrderID(fmt.Sprintf("%s-o%d", h.client, h.orders))
		return protocol.Mutation{ID: id, Ops: protocol.Ops{
			protocol.OrderCreate{Order: own, Set: protocol.Fields{}},
			protocol.LineAdd{Order: own, Line: "l1", Set: protocol.Fields{"qty": "0", "price_unit": "1"}},
		}}
	case n < 4:
		return inc(id, own)
	}
	return inc(id, sharedOrder)
}

const sharedOrder protocol.OrderID = "shared"

func inc(id protocol.MutationID, order protocol.OrderID) protocol.Mutation {
	return protocol.Mutation{ID: id, Ops: protocol.Ops{protocol.LineInc{Order: order, Line: "l1", Field: "qty", By: "1"}}}
}

// share makes the order that all hammers of a multi-session beat on.
func (p *process) share(token string) error {
	return p.creates(token, protocol.ClientID("setup-"+token[len(token)-8:]), sharedOrder)
}

// creates makes an order by a client of its own.
func (p *process) creates(token string, client protocol.ClientID, order protocol.OrderID) error {
	var at struct{ Cursor protocol.Cursor }
	if err := p.call("GET", "/v1/pull?client_id=setup", token, nil, &at); err != nil {
		return err
	}
	var first json.RawMessage
	return p.call("POST", "/v1/push", token, protocol.PushRequest{
		ClientID: client, Cursor: at.Cursor, Mutations: []protocol.Mutation{{ID: 1, Ops: protocol.Ops{
			protocol.OrderCreate{Order: order, Set: protocol.Fields{}},
			protocol.LineAdd{Order: order, Line: "l1", Set: protocol.Fields{"qty": "0", "price_unit": "1"}},
		}}},
	}, &first)
}
