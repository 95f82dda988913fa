package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// trouble is what happens to a call of a service.
type trouble int

const (
	fine     trouble = iota
	busy             // it is answered 503, and nothing is done
	cut              // the connection ends, and nothing is done
	lost             // it is done, and the connection ends before the answer
	twice            // it arrives twice
	slow             // it is done when the caller has given it up
	held             // it waits until the caller is gone, and nothing is done
	heldDone         // it is done, and then waits until the caller is gone
)

// service is what effects of the examples call. It does what it is asked once for
// each Idempotency-Key, and gives later calls the same answer.
type service struct {
	*httptest.Server
	t    *testing.T
	does func(n int, data protocol.Fields) answer

	mu      sync.Mutex
	plans   map[protocol.OrderID][]trouble // of the next calls for an order
	held    map[protocol.OrderID]chan struct{}
	answers map[string]answer // by Idempotency-Key
	done    []protocol.OrderID
	keys    map[protocol.OrderID][]string // that calls for an order had
}

type answer struct {
	status int
	body   string
}

// newService starts a service at a path. What it does for its nth key, and answers,
// is up to does.
func newService(t *testing.T, path string, does func(n int, data protocol.Fields) answer) *service {
	s := &service{
		t: t, does: does, plans: map[protocol.OrderID][]trouble{}, held: map[protocol.OrderID]chan struct{}{},
		answers: map[string]answer{}, keys: map[protocol.OrderID][]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+path, s.handle)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *service) handle(w http.ResponseWriter, r *http.Request) {
	var data protocol.Fields
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(raw, &data)
	}
	order, key := protocol.OrderID(data["order"].String()), r.Header.Get("Idempotency-Key")
	if err != nil || order == "" || key == "" || r.Header.Get("Authorization") != "Bearer s3cret" {
		http.Error(w, fmt.Sprintf("no such call: %v %s", r.Header, raw), http.StatusBadRequest)
		return
	}
	what, reached := s.arrived(order, key)
	switch what {
	case busy:
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	case cut:
		panic(http.ErrAbortHandler)
	case held:
		close(reached)
		<-r.Context().Done()
		return
	case slow:
		<-r.Context().Done()
	}
	a := s.once(order, key, data)
	switch what {
	case twice:
		a = s.once(order, key, data)
	case lost:
		panic(http.ErrAbortHandler)
	case heldDone:
		close(reached)
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// arrived is what happens to this call, and the channel that says so.
func (s *service) arrived(order protocol.OrderID, key string) (what trouble, reached chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[order] = append(s.keys[order], key)
	if plan := s.plans[order]; len(plan) > 0 {
		what, s.plans[order] = plan[0], plan[1:]
	}
	return what, s.held[order]
}

func (s *service) once(order protocol.OrderID, key string, data protocol.Fields) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, known := s.answers[key]
	if !known {
		s.done = append(s.done, order)
		a = s.does(len(s.done), data)
		s.answers[key] = a
	}
	return a
}

// plan says what happens to the next calls for an order; those after them are fine.
func (s *service) plan(order protocol.OrderID, troubles ...trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans[order], s.held[order] = troubles, make(chan struct{})
}

// reaches waits until a call for an order is held.
func (s *service) reaches(order protocol.OrderID) {
	s.t.Helper()
	s.mu.Lock()
	reached := s.held[order]
	s.mu.Unlock()
	select {
	case <-reached:
	case <-time.After(patience):
		require.FailNowf(s.t, "no call", "there should be a call for %s", order)
	}
}

// times is how often something was done for an order, and the calls for it.
func (s *service) times(order protocol.OrderID) (done, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.done {
		if o == order {
			done++
		}
	}
	require.LessOrEqual(s.t, len(slices.Compact(slices.Clone(s.keys[order]))), 1, "one key for all calls")
	return done, len(s.keys[order])
}
