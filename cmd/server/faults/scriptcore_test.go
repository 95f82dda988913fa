package faults_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/client/clienttest"
	"github.com/manytill/manytill/sdk/protocol"
)

// scriptStorage keeps the queue of a TypeScript client, in the process that has them.
type scriptStorage struct {
	w *simulation
	h *stepper
	n int // its till there
}

func newScriptStorage(w *simulation) *scriptStorage {
	h := theStepper()
	require.NoError(w.t, h.failed)
	w.scripts++
	if w.scripts == 1 {
		h.tell(map[string]any{"do": "end"}) // those of the simulation before
	}
	return &scriptStorage{w, h, w.scripts}
}

func (s *scriptStorage) tell(what string, with map[string]any) {
	line := map[string]any{"do": what, "till": s.n}
	maps.Copy(line, with)
	s.h.tell(line)
}

func (s *scriptStorage) boot(t *till) core {
	s.tell("boot", map[string]any{"token": "x", "user": t.user, "transports": []string{"websocket", "poll"}})
	return &scriptCore{storage: s, till: t, state: clienttest.NewState(), shown: map[protocol.OrderID]*client.Order{}}
}

func (s *scriptStorage) put(_ core, batch clienttest.Store, full bool) error {
	if full {
		return errDisk
	}
	s.tell("put", map[string]any{"batch": batch.Batch})
	return nil
}

func (s *scriptStorage) lose() { s.tell("crash", nil) }

func (s *scriptStorage) copied() storage {
	other := newScriptStorage(s.w)
	other.tell("copy", map[string]any{"from": s.n})
	return other
}

// scriptCore is the TypeScript client's machine. What it holds is copied with each step.
type scriptCore struct {
	storage *scriptStorage
	till    *till
	state   *clienttest.State
	shown   map[protocol.OrderID]*client.Order
	status  client.Status
}

func (c *scriptCore) State() *clienttest.State                   { return c.state }
func (c *scriptCore) Order(id protocol.OrderID) *client.Order    { return c.shown[id] }
func (c *scriptCore) Orders() map[protocol.OrderID]*client.Order { return c.shown }
func (c *scriptCore) Status() client.Status                      { return c.status }
func (c *scriptCore) checkShown()                                {} // its process does, after each step

// stepped is the answer to a step; sdk/js/test/simulated.ts says what it is.
type stepped struct {
	Error   string
	Effects []scriptEffect
	Rows    []scriptRow
	Shown   []struct {
		ID    protocol.OrderID
		Order *client.Order
	}
	Status struct {
		Transport           client.Transport
		Unsent, Waiting     int
		TillOpen, TillKnown bool
		Problem             protocol.Code
	}
	Met [][3]string
}

type scriptRow struct {
	Table string
	Key   json.RawMessage
	Value json.RawMessage
}

type scriptEffect struct {
	Is        string
	Batch     int
	Sync, All bool
	Tap       int
	ID        int
	Error     string
	Conn      int
	Frame     json.RawMessage
	Call      struct {
		Is string
		protocol.PushRequest
		Page        string
		Wait, Limit int
	}
	Event struct {
		Is   string
		What json.RawMessage
	}
}

func (c *scriptCore) Step(now time.Time, inputs ...clienttest.Input) (effects []clienttest.Effect) {
	w := c.storage.w
	list := make([]map[string]any, len(inputs))
	for i, in := range inputs {
		list[i] = c.written(in)
	}
	c.storage.tell("step", map[string]any{"now": now.UnixMilli(), "inputs": list})
	var a stepped
	require.NoError(w.t, c.storage.h.answer(w, &a))
	if a.Error != "" {
		w.t.Fatalf("%s: %s", c.till.name, a.Error)
	}
	for _, met := range a.Met {
		w.reached.note(ofScripts, "phase", met[0], met[1], met[2])
	}
	for _, row := range a.Rows {
		c.keep(row)
	}
	for _, o := range a.Shown {
		if c.shown[o.ID] = o.Order; o.Order == nil {
			delete(c.shown, o.ID)
		}
	}
	c.status = client.Status{
		Transport: a.Status.Transport, Unsent: a.Status.Unsent, Waiting: a.Status.Waiting,
		TillOpen: a.Status.TillOpen, TillKnown: a.Status.TillKnown, Problem: a.Status.Problem,
	}
	for i := range a.Effects {
		effects = append(effects, c.effect(&a.Effects[i]))
	}
	return effects
}

// written is an input in the words of the other client.
func (c *scriptCore) written(in clienttest.Input) map[string]any {
	switch in := in.(type) {
	case clienttest.Tap:
		return map[string]any{"is": "tap", "n": in.N, "ops": in.Ops}
	case clienttest.SetUser:
		return map[string]any{"is": "user", "user": in.User}
	case clienttest.TillIs:
		return map[string]any{"is": "till", "till": in.Till}
	case clienttest.Tick:
		return map[string]any{"is": "tick"}
	case clienttest.Stored:
		return map[string]any{"is": "stored", "batch": in.Batch}
	case clienttest.StoreFailed:
		return map[string]any{"is": "storeFailed", "batch": in.Batch, "error": map[string]any{"message": in.Err.Error()}}
	case clienttest.LinkUp:
		return map[string]any{"is": "linkUp", "conn": in.Conn}
	case clienttest.LinkDown:
		return map[string]any{"is": "linkDown", "conn": in.Conn, "code": in.Code}
	case received:
		return map[string]any{"is": "received", "conn": in.Conn, "frame": json.RawMessage(in.raw)}
	case answered:
		return map[string]any{"is": "answered", "request": in.Request, "answer": json.RawMessage(in.raw)}
	case clienttest.Failed:
		failed := map[string]any{"is": "failed", "request": in.Request}
		if protocol.CodeOf(in.Err) != "" {
			failed["failure"] = c.storage.w.problem(in.Err)
		}
		return failed
	}
	panic(fmt.Sprintf("no such input: %T", in))
}

// effect is an effect in the words of the Go client.
func (c *scriptCore) effect(e *scriptEffect) clienttest.Effect {
	switch e.Is {
	case "store":
		return clienttest.Store{Batch: e.Batch, Sync: e.Sync, Whole: e.All}
	case "done":
		done := clienttest.Done{Tap: e.Tap, ID: protocol.MutationID(e.ID)}
		if e.Error != "" {
			done.Err = errors.New(e.Error)
		}
		return done
	case "dial":
		return clienttest.Dial{Conn: e.Conn}
	case "hangup":
		return clienttest.Hangup{Conn: e.Conn}
	case "send":
		return sent{clienttest.Send{Conn: e.Conn}, e.Frame}
	case "request":
		if e.Call.Is == "push" {
			return clienttest.Request{ID: e.ID, Call: e.Call.PushRequest}
		}
		return clienttest.Request{ID: e.ID, Call: protocol.PullRequest{
			ClientID: e.Call.ClientID, Cursor: e.Call.Cursor, Page: e.Call.Page,
			Wait: time.Duration(e.Call.Wait) * time.Second, Limit: e.Call.Limit,
		}}
	case "notify":
		return clienttest.Notify{Event: c.event(e.Event.Is, e.Event.What)}
	}
	panic("no such effect: " + e.Is)
}

func (c *scriptCore) event(is string, what json.RawMessage) client.Event {
	switch is {
	case "rejected":
		var r struct {
			Mutation protocol.Mutation
			Result   protocol.Result
		}
		c.read(what, &r)
		return client.Rejected{Mutation: r.Mutation, Result: r.Result}
	case "stranded":
		var q struct {
			Reason    string
			Mutations []protocol.Mutation
		}
		c.read(what, &q)
		return client.QueueStranded{Queue: client.StrandedQueue{Reason: q.Reason, Mutations: q.Mutations}}
	case "renumbered":
		var r struct{ From, To protocol.ClientID }
		c.read(what, &r)
		return client.Renumbered{From: r.From, To: r.To}
	}
	panic("no such event: " + is)
}

func (c *scriptCore) read(raw json.RawMessage, into any) {
	require.NoError(c.storage.w.t, json.Unmarshal(raw, into), "%s", raw)
}

// keep copies a row into the state.
func (c *scriptCore) keep(row scriptRow) {
	s, gone := c.state, row.Value == nil
	if row.Table == "entries" {
		var id protocol.MutationID
		c.read(row.Key, &id)
		c.keepEntry(id, row.Value)
		return
	}
	var key string
	c.read(row.Key, &key)
	switch row.Table {
	case "orders":
		if delete(s.Orders, protocol.OrderID(key)); !gone {
			o := &client.Order{}
			c.read(row.Value, o)
			s.Orders[o.ID] = o
		}
	case "drafts":
		if delete(s.Drafts, protocol.OrderID(key)); !gone {
			var m protocol.Mutation
			c.read(row.Value, &m)
			s.Drafts[protocol.OrderID(key)] = m
		}
	case "meta":
		switch key {
		case "client":
			c.read(row.Value, &s.ClientID)
		case "at":
			c.read(row.Value, &s.Position)
		case "recovery":
			if s.Recovery = nil; !gone {
				c.read(row.Value, &s.Recovery)
			}
		}
	}
}

func (c *scriptCore) keepEntry(id protocol.MutationID, value json.RawMessage) {
	entries := c.state.Entries
	i, there := slices.BinarySearchFunc(entries, id, func(e *client.Entry, id protocol.MutationID) int { return int(e.ID() - id) })
	if value == nil {
		if there {
			c.state.Entries = slices.Delete(entries, i, i+1)
		}
		return
	}
	var read struct {
		Mutation protocol.Mutation
		Result   *protocol.Result
		Waiting  bool
	}
	c.read(value, &read)
	e := &client.Entry{Mutation: read.Mutation, Result: read.Result, Waiting: read.Waiting}
	if there {
		entries[i] = e
		return
	}
	c.state.Entries = slices.Insert(entries, i, e)
}
