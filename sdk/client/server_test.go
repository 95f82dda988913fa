package client_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

// fakeServer speaks the protocol and merges quantities only. Its faults are
// switched on by the tests.
type fakeServer struct {
	*httptest.Server
	mu      sync.Mutex
	changed *sync.Cond
	epoch   int
	base    sdk.Seq // changes up to here can't be had any more
	log     []sdk.Change
	orders  map[sdk.OrderID]sdk.Order
	decided map[sdk.ClientID][]sdk.Result
	conns   map[*websocket.Conn]bool
	hellos  []wire.Hello
	pushes  int

	schema     string // what is answered instead of the core's
	ops        []sdk.Op
	noSocket   bool // a proxy blocks the upgrade
	closeWith  int  // close code after hello
	loseAnswer int  // so many pushes are decided, and the link then cut
	refuse     *wire.Error
	// between answers instead of the server, as a proxy or a login page.
	between http.HandlerFunc
	garble  int // so many frames and answers with changes are no JSON
}

func newFakeServer(t *testing.T) *fakeServer {
	s := &fakeServer{
		orders: map[sdk.OrderID]sdk.Order{}, decided: map[sdk.ClientID][]sdk.Result{},
		conns: map[*websocket.Conn]bool{}, epoch: 1,
	}
	s.changed = sync.NewCond(&s.mu)
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/socket", s.socket)
	mux.HandleFunc("/v1/push", s.push)
	mux.HandleFunc("/v1/pull", s.pull)
	mux.HandleFunc("/v1/schema", func(w http.ResponseWriter, _ *http.Request) {
		if s.schema != "" {
			_, _ = w.Write([]byte(s.schema))
			return
		}
		reply(w, sdk.CoreSchema())
	})
	mux.HandleFunc("/v1/till/open", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"multi_session": map[string]any{"id": "m1", "name": "M"}, "pos": map[string]any{"id": "bar", "name": "Bar"}, "run": 1})
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		between := s.between
		s.mu.Unlock()
		if between != nil {
			between(w, r)
			return
		}
		w.Header().Set("Server", "manytill")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { s.cut(); s.Server.CloseClientConnections(); s.Server.Close() })
	return s
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, e wire.Error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Code.HTTPStatus())
	_ = json.NewEncoder(w).Encode(map[string]any{
		"status": e.Code.HTTPStatus(), "code": e.Code, "message": e.Message, "reason": e.Reason, "expected": e.Expected, "retry_after_ms": e.RetryAfterMS,
	})
}

// with runs f under the lock and wakes who waits for changes.
func (s *fakeServer) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.changed.Broadcast()
}

// cut breaks every connection.
func (s *fakeServer) cut() {
	s.with(func() {
		for conn := range s.conns {
			_ = conn.Close()
		}
		clear(s.conns)
	})
}

// restore goes back to an empty database of another epoch.
func (s *fakeServer) restore() {
	s.with(func() {
		s.epoch++
		s.log, s.base = nil, 0
		s.orders, s.decided = map[sdk.OrderID]sdk.Order{}, map[sdk.ClientID][]sdk.Result{}
	})
}

func (s *fakeServer) head() sdk.Seq { return s.base + sdk.Seq(len(s.log)) }

func (s *fakeServer) cursor() sdk.Cursor { return sdk.Cursor(fmt.Sprintf("e%d.%d", s.epoch, s.head())) }

// since judges a cursor.
func (s *fakeServer) since(c sdk.Cursor) (sdk.Seq, sdk.Reason) {
	epoch, seq, _ := strings.Cut(strings.TrimPrefix(string(c), "e"), ".")
	n, _ := strconv.Atoi(seq)
	switch {
	case epoch != strconv.Itoa(s.epoch):
		return 0, sdk.EpochChanged
	case sdk.Seq(n) < s.base:
		return 0, sdk.CursorExpired
	}
	return sdk.Seq(n), ""
}

func (s *fakeServer) changes(id sdk.ClientID, from sdk.Seq) wire.Changes {
	return wire.Changes{
		Changes: append([]sdk.Change{}, s.log[from-s.base:]...), Cursor: s.cursor(), Seq: s.head(), Head: s.head(),
		LastID: sdk.MutationID(len(s.decided[id])),
	}
}

func (s *fakeServer) snapshot(id sdk.ClientID) wire.Snapshot {
	snap := wire.Snapshot{Orders: []sdk.Order{}, Cursor: s.cursor(), Seq: s.head(), Head: s.head(), LastID: sdk.MutationID(len(s.decided[id]))}
	for _, id := range sdk.SortedKeys(s.orders) {
		if s.orders[id].State == sdk.Open {
			snap.Orders = append(snap.Orders, s.orders[id])
		}
	}
	return snap
}

// decide applies mutations, or answers what was decided.
func (s *fakeServer) decide(id sdk.ClientID, mutations []sdk.Mutation) (results []sdk.Result, e *wire.Error) {
	s.pushes++
	results = []sdk.Result{}
	for _, m := range mutations {
		known := s.decided[id]
		if int(m.ID) <= len(known) {
			r := known[m.ID-1]
			r.Status = sdk.Duplicate
			results = append(results, r)
			continue
		}
		if int(m.ID) != len(known)+1 {
			return nil, &wire.Error{Code: sdk.IDGap, Expected: sdk.MutationID(len(known) + 1), Got: m.ID}
		}
		r := s.apply(id, m)
		s.decided[id] = append(known, r)
		results = append(results, r)
	}
	s.changed.Broadcast()
	return results, nil
}

func (s *fakeServer) apply(id sdk.ClientID, m sdk.Mutation) sdk.Result {
	change := sdk.Change{
		Seq: s.head() + 1, ClientID: id, ID: m.ID, TappedAt: m.At, Orders: map[sdk.OrderID]sdk.OrderChange{},
		By: &sdk.By{POS: &sdk.POS{ID: sdk.POSID(id), Name: "till"}, User: m.User},
	}
	s.ops = append(s.ops, m.Ops...)
	for _, op := range m.Ops {
		o, there := s.orders[op.Order]
		if op.Op == sdk.OrderCreate {
			o = sdk.Order{ID: op.Order, Number: sdk.Number(len(s.orders) + 1), State: sdk.Open, Run: 1, Fields: sdk.Fields{}, Payments: []sdk.Payment{}}
		} else if !there {
			return sdk.Result{ID: m.ID, Status: sdk.Rejected, Rejection: &sdk.Rejection{Code: sdk.NotFound, Order: op.Order}}
		}
		lines := map[sdk.LineID]sdk.LineChange{}
		o.Lines = append([]sdk.Line{}, o.Lines...)
		switch op.Op {
		case sdk.LineAdd:
			line := sdk.Line{ID: op.Line, N: len(o.Lines) + 1, Fields: op.Set}
			o.Lines = append(o.Lines, line)
			lines[line.ID] = sdk.LineChange{N: line.N, Set: line.Fields}
		case sdk.LineInc:
			for i, line := range o.Lines {
				if line.ID == op.Line {
					was, _ := line.Fields["qty"].Decimal()
					by, _ := op.By.Decimal()
					sum, _ := was.Add(by)
					o.Lines[i].Fields = sdk.Fields{"qty": sdk.Num(sum)}
					lines[line.ID] = sdk.LineChange{N: line.N, Set: o.Lines[i].Fields}
				}
			}
		}
		o.Rev++
		s.orders[op.Order] = o
		delta := change.Orders[op.Order]
		if delta.Lines == nil {
			delta.Lines = lines
		} else {
			for id, line := range lines {
				delta.Lines[id] = line
			}
		}
		delta.Rev, delta.Number, delta.Run, delta.State = o.Rev, o.Number, o.Run, o.State
		change.Orders[op.Order] = delta
	}
	s.log = append(s.log, change)
	return sdk.Result{ID: m.ID, Status: sdk.Applied, Seq: change.Seq}
}

func (s *fakeServer) push(w http.ResponseWriter, r *http.Request) {
	var call wire.PushCall
	_ = json.NewDecoder(r.Body).Decode(&call)
	s.mu.Lock()
	defer s.mu.Unlock()
	from, reason := s.since(call.Cursor)
	if reason != "" {
		refuse(w, wire.Error{Code: sdk.ResetRequired, Reason: reason})
		return
	}
	results, e := s.decide(call.ClientID, call.Mutations)
	if e != nil {
		refuse(w, *e)
		return
	}
	c := s.changes(call.ClientID, from)
	reply(w, wire.PushAnswer{LastID: c.LastID, Results: results, Changes: c.Changes, Cursor: c.Cursor, Seq: c.Seq, Head: c.Head})
}

func (s *fakeServer) pull(w http.ResponseWriter, r *http.Request) {
	id, cursor := sdk.ClientID(r.FormValue("client_id")), sdk.Cursor(r.FormValue("cursor"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		refuse(w, *s.refuse)
		return
	}
	if cursor == "" {
		reply(w, struct {
			Mode string `json:"mode"`
			wire.Snapshot
		}{"snapshot", s.snapshot(id)})
		return
	}
	from, reason := s.since(cursor)
	stop := time.AfterFunc(50*time.Second, s.changed.Broadcast)
	defer stop.Stop()
	for r.FormValue("wait") != "" && reason == "" && from == s.head() && r.Context().Err() == nil {
		release := contextWake(r, s)
		s.changed.Wait()
		release()
		from, reason = s.since(cursor)
	}
	if reason != "" {
		refuse(w, wire.Error{Code: sdk.ResetRequired, Reason: reason})
		return
	}
	if s.garble > 0 && from < s.head() {
		s.garble--
		_, _ = w.Write([]byte(`{"mode":"changes","changes":[{"seq":`))
		return
	}
	reply(w, struct {
		Mode string `json:"mode"`
		wire.Changes
	}{"changes", s.changes(id, from)})
}

// contextWake wakes the waiters when the caller goes.
func contextWake(r *http.Request, s *fakeServer) func() {
	done := make(chan struct{})
	go func() {
		select {
		case <-r.Context().Done():
			s.with(func() {})
		case <-done:
		}
	}()
	return func() { close(done) }
}
