// Package servicetest is the service that effects of the examples call, in tests. It
// does what it is asked once for each Idempotency-Key, and its calls and answers are
// lost, late and doubled as a test plans it.
package servicetest

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// Trouble is what happens to a call of a service.
type Trouble int

const (
	Fine     Trouble = iota
	Busy             // it is answered 503, and nothing is done
	Cut              // the connection ends, and nothing is done
	Lost             // it is done, and the connection ends before the answer
	Twice            // it arrives twice
	Slow             // it is done when the caller has given it up
	Held             // it waits until the caller is gone, and nothing is done
	HeldDone         // it is done, and then waits until the caller is gone
)

// Key is what calls are authorized with: Bearer, and this.
const Key = "s3cret"

const patience = 20 * time.Second

// Service does what it is asked once for each Idempotency-Key, and gives later calls
// the same answer.
type Service struct {
	*httptest.Server
	t    testing.TB
	does func(n int, data protocol.Fields) Answer

	mu      sync.Mutex
	plans   map[protocol.OrderID][]Trouble // of the next calls for an order
	held    map[protocol.OrderID]chan struct{}
	answers map[string]Answer // by Idempotency-Key
	done    []protocol.OrderID
	keys    map[protocol.OrderID][]string // that calls for an order had
}

// Answer is what the service answers a call with; its body is JSON.
type Answer struct {
	Status int
	Body   string
}

// New starts a service at a path. What it does for its nth key, and answers,
// is up to does.
func New(t testing.TB, path string, does func(n int, data protocol.Fields) Answer) *Service {
	return start(t, path, does, (*httptest.Server).Start)
}

// NewTLS is New over HTTPS. Environment is for those who call it.
func NewTLS(t testing.TB, path string, does func(n int, data protocol.Fields) Answer) *Service {
	return start(t, path, does, (*httptest.Server).StartTLS)
}

// Environment is a variable for a process that is to trust the service's certificate,
// which is the same for all of NewTLS.
func (s *Service) Environment() string {
	file := filepath.Join(s.t.TempDir(), "service.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	require.NoError(s.t, os.WriteFile(file, text, 0o600))
	return "SSL_CERT_FILE=" + file
}

func start(t testing.TB, path string, does func(int, protocol.Fields) Answer, serve func(*httptest.Server)) *Service {
	s := &Service{
		t: t, does: does, plans: map[protocol.OrderID][]Trouble{}, held: map[protocol.OrderID]chan struct{}{},
		answers: map[string]Answer{}, keys: map[protocol.OrderID][]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+path, s.handle)
	s.Server = httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of calls that are cut
	serve(s.Server)
	t.Cleanup(s.Close)
	return s
}

func (s *Service) handle(w http.ResponseWriter, r *http.Request) {
	var data protocol.Fields
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(raw, &data)
	}
	order, key := protocol.OrderID(data["order"].String()), r.Header.Get("Idempotency-Key")
	if err != nil || order == "" || key == "" || r.Header.Get("Authorization") != "Bearer "+Key {
		http.Error(w, fmt.Sprintf("no such call: %v %s", r.Header, raw), http.StatusBadRequest)
		return
	}
	what, reached := s.arrived(order, key)
	switch what {
	case Busy:
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	case Cut:
		panic(http.ErrAbortHandler)
	case Held:
		close(reached)
		<-r.Context().Done()
		return
	case Slow:
		<-r.Context().Done()
	}
	a := s.once(order, key, data)
	switch what {
	case Twice:
		a = s.once(order, key, data)
	case Lost:
		panic(http.ErrAbortHandler)
	case HeldDone:
		close(reached)
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body)
}

// arrived is what happens to this call, and the channel that says so.
func (s *Service) arrived(order protocol.OrderID, key string) (what Trouble, reached chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[order] = append(s.keys[order], key)
	if plan := s.plans[order]; len(plan) > 0 {
		what, s.plans[order] = plan[0], plan[1:]
	}
	return what, s.held[order]
}

func (s *Service) once(order protocol.OrderID, key string, data protocol.Fields) Answer {
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

// Plan says what happens to the next calls for an order; those after them are fine.
func (s *Service) Plan(order protocol.OrderID, troubles ...Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans[order], s.held[order] = troubles, make(chan struct{})
}

// Reaches waits until a call for an order is held.
func (s *Service) Reaches(order protocol.OrderID) {
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

// Times is how often something was done for an order, and the calls for it.
func (s *Service) Times(order protocol.OrderID) (done, calls int) {
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

// Done are the orders that it did something for.
func (s *Service) Done() map[protocol.OrderID]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	orders := map[protocol.OrderID]bool{}
	for _, o := range s.done {
		orders[o] = true
	}
	return orders
}
