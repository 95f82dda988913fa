package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

// hammer is a client that pushes without pause, through any number of kills.
// It writes down every result that it received.
type hammer struct {
	t           testing.TB
	addr, token string
	client      sdk.ClientID
	dice        *rand.Rand
	heard       *atomic.Int64 // results, of all hammers
	told        chan<- struct{}

	mu       sync.Mutex
	wishes   []sdk.Mutation // by id, from 1
	journal  map[sdk.MutationID]sdk.Result
	cursor   sdk.Cursor
	seq      sdk.Seq
	orders   int
	draining bool
	flying   map[sdk.MutationID]bool
}

const window = 8

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
	h.flying = map[sdk.MutationID]bool{}
	hello := wire.Hello{Protocol: wire.Protocol, Token: h.token, ClientID: h.client, Cursor: h.cursor}
	h.mu.Unlock()
	if h.send(ws, hello) != nil {
		return
	}
	for !h.done() {
		_, raw, err := ws.ReadMessage()
		if err != nil {
			return
		}
		frame, err := wire.Decode(raw)
		if !assert.NoError(h.t, err) || !h.take(frame) || h.fill(ws) != nil {
			return
		}
	}
}

func (h *hammer) send(ws *websocket.Conn, f wire.Frame) error {
	raw, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return ws.WriteMessage(websocket.TextMessage, raw)
}

// take notes what a frame tells; false ends the session.
func (h *hammer) take(frame wire.Frame) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch f := frame.(type) {
	case wire.Snapshot:
		assert.Empty(h.t, h.cursor, "a snapshot that nobody asked for")
		h.cursor, h.seq = f.Cursor, f.Seq
	case wire.Changes:
		for _, c := range f.Changes {
			assert.Equal(h.t, h.seq+1, c.Seq, "%s: changes come each once, without holes, through every kill", h.client)
			h.seq = c.Seq
		}
		h.cursor = f.Cursor
	case wire.Pushed:
		for _, r := range f.Results {
			h.note(r)
		}
	case wire.Reset:
		assert.Fail(h.t, "a kill is no reset", "%s: %s", h.client, f.Reason)
		return false
	case wire.Error:
		assert.Contains(h.t, []sdk.Code{sdk.ShuttingDown, sdk.Overloaded, sdk.ReadOnly}, f.Code, f.Message)
		return false
	}
	return true
}

func (h *hammer) note(r sdk.Result) {
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
	for id := sdk.MutationID(1); len(h.flying) < window; id++ {
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
		if err := h.send(ws, wire.Push{Ref: int(id), Mutations: h.wishes[id-1 : id]}); err != nil {
			return err
		}
	}
	return nil
}

// wish is more of the line that all share, more of an own one, or a new order.
func (h *hammer) wish(id sdk.MutationID) sdk.Mutation {
	own := sdk.OrderID(fmt.Sprintf("%s-o%d", h.client, h.orders))
	switch n := h.dice.IntN(10); {
	case n == 0 || h.orders == 0:
		h.orders++
		own = sdk.OrderID(fmt.Sprintf("%s-o%d", h.client, h.orders))
		return sdk.Mutation{ID: id, Ops: []sdk.Op{
			{Op: sdk.OrderCreate, Order: own, Set: sdk.Fields{}},
			{Op: sdk.LineAdd, Order: own, Line: "l1", Set: sdk.Fields{"qty": "0", "price_unit": "1"}},
		}}
	case n < 4:
		return inc(id, own)
	}
	return inc(id, sharedOrder)
}

const sharedOrder sdk.OrderID = "shared"

func inc(id sdk.MutationID, order sdk.OrderID) sdk.Mutation {
	return sdk.Mutation{ID: id, Ops: []sdk.Op{{Op: sdk.LineInc, Order: order, Line: "l1", Field: "qty", By: "1"}}}
}

// share makes the order that all hammers of a multi-session beat on.
func (p *process) share(token string) error {
	var at struct{ Cursor sdk.Cursor }
	if err := p.call("GET", "/v1/pull?client_id=setup", token, nil, &at); err != nil {
		return err
	}
	var first json.RawMessage
	return p.call("POST", "/v1/push", token, wire.PushCall{
		ClientID: sdk.ClientID("setup-" + token[len(token)-8:]), Cursor: at.Cursor, Mutations: []sdk.Mutation{{ID: 1, Ops: []sdk.Op{
			{Op: sdk.OrderCreate, Order: sharedOrder, Set: sdk.Fields{}},
			{Op: sdk.LineAdd, Order: sharedOrder, Line: "l1", Set: sdk.Fields{"qty": "0", "price_unit": "1"}},
		}}},
	}, &first)
}
