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

	"github.com/manytill/manytill/sdk/protocol"
)

// fakeServer speaks the protocol and merges quantities only. Its faults are
// switched on by the tests.
type fakeServer struct {
	*httptest.Server
	mu      sync.Mutex
	changed *sync.Cond
	epoch   int
	base    protocol.Seq // changes up to here can't be had any more
	log     []protocol.Change
	orders  map[protocol.OrderID]protocol.Order
	decided map[protocol.ClientID][]protocol.Result
	conns   map[*websocket.Conn]bool
	hellos  []protocol.Hello
	pushes  int

	schema     string // what is answered instead of the core's
	ops        protocol.Ops
	noSocket   bool // a proxy blocks the upgrade
	closeWith  int  // close code after hello
	loseAnswer int  // so many pushes are decided, and the link then cut
	refuse     *protocol.Error
	// between answers instead of the server, as a proxy or a login page.
	between http.HandlerFunc
	garble  int // so many frames and answers with changes are no JSON
}

func newFakeServer(t *testing.T) *fakeServer {
	s := &fakeServer{
		orders: map[protocol.OrderID]protocol.Order{}, decided: map[protocol.ClientID][]protocol.Result{},
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
		reply(w, protocol.CoreSchema())
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

func refuse(w http.ResponseWriter, e *protocol.Error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Code.HTTPStatus())
	_ = json.NewEncoder(w).Encode(e.Problem())
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
		s.orders, s.decided = map[protocol.OrderID]protocol.Order{}, map[protocol.ClientID][]protocol.Result{}
	})
}

func (s *fakeServer) head() protocol.Seq { return s.base + protocol.Seq(len(s.log)) }

func (s *fakeServer) cursor() protocol.Cursor {
	return protocol.Cursor(fmt.Sprintf("e%d.%d", s.epoch, s.head()))
}

// since judges a cursor.
func (s *fakeServer) since(c protocol.Cursor) (protocol.Seq, protocol.Reason) {
	epoch, seq, _ := strings.Cut(strings.TrimPrefix(string(c), "e"), ".")
	n, _ := strconv.Atoi(seq)
	switch {
	case epoch != strconv.Itoa(s.epoch):
		return 0, protocol.EpochChanged
	case protocol.Seq(n) < s.base:
		return 0, protocol.CursorExpired
	}
	return protocol.Seq(n), ""
}

func (s *fakeServer) changes(id protocol.ClientID, from protocol.Seq) protocol.Changes {
	return protocol.Changes{
		Changes: append([]protocol.Change{}, s.log[from-s.base:]...), Cursor: s.cursor(), Seq: s.head(), Head: s.head(),
		LastID: protocol.MutationID(len(s.decided[id])),
	}
}

func (s *fakeServer) snapshot(id protocol.ClientID) protocol.Snapshot {
	snap := protocol.Snapshot{Orders: []protocol.Order{}, Cursor: s.cursor(), Seq: s.head(), Head: s.head(), LastID: protocol.MutationID(len(s.decided[id]))}
	for _, id := range protocol.SortedKeys(s.orders) {
		if s.orders[id].State == protocol.Open {
			snap.Orders = append(snap.Orders, s.orders[id])
		}
	}
	return snap
}

// decide applies mutations, or answers what was decided.
func (s *fakeServer) decide(id protocol.ClientID, mutations []protocol.Mutation) (results []protocol.Result, e *protocol.Error) {
	s.pushes++
	results = []protocol.Result{}
	for _, m := range mutations {
		known := s.decided[id]
		if int(m.ID) <= len(known) {
			r := known[m.ID-1]
			r.Status = protocol.Duplicate
			results = append(results, r)
			continue
		}
		if int(m.ID) != len(known)+1 {
			return nil, protocol.Errorf(protocol.IDGap, "").With(protocol.Gap{Expected: protocol.MutationID(len(known) + 1), Got: m.ID})
		}
		r := s.apply(id, m)
		s.decided[id] = append(known, r)
		results = append(results, r)
	}
	s.changed.Broadcast()
	return results, nil
}

func (s *fakeServer) apply(id protocol.ClientID, m protocol.Mutation) protocol.Result {
	change := protocol.Change{
		Seq: s.head() + 1, ClientID: id, ID: m.ID, TappedAt: m.At, Orders: map[protocol.OrderID]protocol.OrderChange{},
		By: &protocol.By{POS: &protocol.POS{ID: protocol.POSID(id), Name: "till"}, User: m.User},
	}
	s.ops = append(s.ops, m.Ops...)
	for _, op := range m.Ops {
		id := op.On()
		o, there := s.orders[id]
		if _, is := op.(protocol.OrderCreate); is {
			o = protocol.Order{ID: id, Number: protocol.Number(len(s.orders) + 1), State: protocol.Open, Run: 1, Fields: protocol.Fields{}, Payments: []protocol.Payment{}}
		} else if !there {
			return protocol.Result{ID: m.ID, Status: protocol.Rejected, Rejection: &protocol.Rejection{Code: protocol.NotFound, Order: id}}
		}
		lines := map[protocol.LineID]protocol.LineChange{}
		o.Lines = append([]protocol.Line{}, o.Lines...)
		switch op := op.(type) {
		case protocol.LineAdd:
			line := protocol.Line{ID: op.Line, N: len(o.Lines) + 1, Fields: op.Set}
			o.Lines = append(o.Lines, line)
			lines[line.ID] = protocol.LineChange{N: line.N, Set: line.Fields}
		case protocol.LineInc:
			for i, line := range o.Lines {
				if line.ID == op.Line {
					was, _ := line.Fields["qty"].Decimal()
					by, _ := op.By.Decimal()
					sum, _ := was.Add(by)
					o.Lines[i].Fields = protocol.Fields{"qty": protocol.Num(sum)}
					lines[line.ID] = protocol.LineChange{N: line.N, Set: o.Lines[i].Fields}
				}
			}
		}
		o.Rev++
		s.orders[id] = o
		delta := change.Orders[id]
		if delta.Lines == nil {
			delta.Lines = lines
		} else {
			for id, line := range lines {
				delta.Lines[id] = line
			}
		}
		delta.Rev, delta.Number, delta.Run, delta.State = o.Rev, o.Number, o.Run, o.State
		change.Orders[id] = delta
	}
	s.log = append(s.log, change)
	return protocol.Result{ID: m.ID, Status: protocol.Applied, Seq: change.Seq}
}

func (s *fakeServer) push(w http.ResponseWriter, r *http.Request) {
	var call protocol.PushRequest
	_ = json.NewDecoder(r.Body).Decode(&call)
	s.mu.Lock()
	defer s.mu.Unlock()
	from, reason := s.since(call.Cursor)
	if reason != "" {
		refuse(w, protocol.Errorf(protocol.ResetRequired, "").With(protocol.Resetting{Reason: reason}))
		return
	}
	results, e := s.decide(call.ClientID, call.Mutations)
	if e != nil {
		refuse(w, e)
		return
	}
	c := s.changes(call.ClientID, from)
	reply(w, protocol.PushResponse{LastID: c.LastID, Results: results, Changes: c.Changes, Cursor: c.Cursor, Seq: c.Seq, Head: c.Head})
}

func (s *fakeServer) pull(w http.ResponseWriter, r *http.Request) {
	id, cursor := protocol.ClientID(r.FormValue("client_id")), protocol.Cursor(r.FormValue("cursor"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		refuse(w, s.refuse)
		return
	}
	if cursor == "" {
		reply(w, struct {
			Mode string `json:"mode"`
			protocol.Snapshot
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
		refuse(w, protocol.Errorf(protocol.ResetRequired, "").With(protocol.Resetting{Reason: reason}))
		return
	}
	if s.garble > 0 && from < s.head() {
		s.garble--
		_, _ = w.Write([]byte(`{"mode":"changes","changes":[{"seq":`))
		return
	}
	reply(w, struct {
		Mode string `json:"mode"`
		protocol.Changes
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
