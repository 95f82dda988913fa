package main_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/manytill/manytill/sdk/protocol"
)

// What scripts say of effects, beside the commands of the operator:
//
//	service                            starts what is called, at $SERVICE
//	called POST /bookings DATA         waits for the next call: its JSON, and a new Idempotency-Key
//	called -again POST /bookings DATA  the same with the key of the call before
//	answer 201 BODY                    answers that call
//	answer cut                         ends its connection instead
//	outcome EXTENSION/NAME/KEY done FIELD=VALUE …
//	                                   waits until the effect is in that state and its order, closed or not, has the fields
//
// Each call waits for its answer, so a script decides when an effect goes on.

// scriptService is what effects of a script call. Calls wait in arrived, the one
// that a script looked at for its answer.
type scriptService struct {
	*httptest.Server
	arrived chan *scriptCall
	current *scriptCall
	lastKey string
}

type scriptCall struct {
	method, path, key string
	body              []byte
	gone              context.Context
	answers           chan scriptAnswer
}

// scriptAnswer is an answer; without a status the connection is cut.
type scriptAnswer struct {
	status int
	body   string
}

type serviceOfScript struct{}

func (s *scriptService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	call := &scriptCall{r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), body, r.Context(), make(chan scriptAnswer, 1)}
	s.arrived <- call
	select {
	case <-r.Context().Done():
	case a := <-call.answers:
		if a.status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}
}

func startService(ts *testscript.TestScript, _ bool, _ []string) {
	s := &scriptService{arrived: make(chan *scriptCall, 100)}
	s.Server = httptest.NewServer(s)
	ts.Defer(func() {
		s.CloseClientConnections()
		s.Close()
	})
	ts.Setenv("SERVICE", s.URL)
	ts.Value(serviceOfScript{}).(*scriptServices).one = s
}

// scriptServices is where a script keeps its service.
type scriptServices struct{ one *scriptService }

func serviceOf(ts *testscript.TestScript) *scriptService {
	s := ts.Value(serviceOfScript{}).(*scriptServices).one
	if s == nil {
		ts.Fatalf("there is no service: begin with the command service")
	}
	return s
}

func called(ts *testscript.TestScript, not bool, args []string) {
	s, again := serviceOf(ts), len(args) > 0 && args[0] == "-again"
	if again {
		args = args[1:]
	}
	if not {
		select {
		case c := <-s.arrived:
			ts.Fatalf("%s %s was called with %s", c.method, c.path, c.body)
		default:
			return
		}
	}
	if len(args) != 3 {
		ts.Fatalf("usage: called [-again] METHOD PATH DATA")
	}
	select {
	case s.current = <-s.arrived:
	case <-time.After(patience):
		ts.Fatalf("nobody called %s", args[1])
	}
	c := s.current
	if got := []string{c.method, c.path}; !slices.Equal(got, args[:2]) {
		ts.Fatalf("called was %v, not %v", got, args[:2])
	}
	if differ := contains(c.body, []byte(args[2])); differ != nil {
		ts.Fatalf("%s was called with %s: %v", c.path, c.body, differ)
	}
	if c.key == "" || again != (c.key == s.lastKey) {
		ts.Fatalf("the call's Idempotency-Key is %q, that of the one before was %q", c.key, s.lastKey)
	}
	s.lastKey = c.key
}

// contains says in what the JSON object got differs from want, which may leave
// members out.
func contains(got, want []byte) error {
	var g, w map[string]json.RawMessage
	if err := json.Unmarshal(want, &w); err != nil {
		return fmt.Errorf("the script's data: %w", err)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		return err
	}
	for key, value := range w {
		if string(g[key]) != string(value) {
			return fmt.Errorf("%s should be %s", key, value)
		}
	}
	return nil
}

func answerCall(ts *testscript.TestScript, _ bool, args []string) {
	s := serviceOf(ts)
	if s.current == nil {
		ts.Fatalf("there is no call to answer: look at one with called")
	}
	var a scriptAnswer
	if !slices.Equal(args, []string{"cut"}) {
		status, err := strconv.Atoi(args[0])
		ts.Check(err)
		a = scriptAnswer{status, strings.Join(args[1:], " ")}
	}
	if s.current.gone.Err() != nil {
		ts.Fatalf("who called %s is gone", s.current.path)
	}
	s.current.answers <- a
	s.current = nil
}

// outcome waits for what became of an effect, and of its order.
func outcome(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: outcome EXTENSION/NAME/KEY STATE FIELD=VALUE …")
	}
	var why error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if why = outcomeIs(ts, args[0], args[1], args[2:]); why == nil {
			return
		}
	}
	ts.Fatalf("%s: %v", args[0], why)
}

func outcomeIs(ts *testscript.TestScript, address, state string, fields []string) error {
	name, _, _ := strings.Cut(address, "/")
	var all protocol.EffectsResponse
	if err := askAdmin(ts, "/v1/admin/effects?extension="+url.QueryEscape(name), &all); err != nil {
		return err
	}
	at := slices.IndexFunc(all.Effects, func(e protocol.AdminEffect) bool {
		return strings.Join([]string{e.Extension, e.Name, e.Key}, "/") == address
	})
	if at < 0 {
		return errors.New("nobody wants it")
	}
	e := all.Effects[at]
	if string(e.State) != state {
		return fmt.Errorf("it is %s after %d tries %s", e.State, e.Tries, cmp.Or(e.LastError, string(e.Result)))
	}
	var orders protocol.OrdersResponse
	if err := askAdmin(ts, "/v1/admin/multi-sessions/"+string(e.MultiSession)+"/orders", &orders); err != nil {
		return err
	}
	at = slices.IndexFunc(orders.Orders, func(o protocol.Order) bool { return o.ID == e.Order })
	if at < 0 {
		return fmt.Errorf("there is no order %s", e.Order)
	}
	for _, pair := range fields {
		field, value, _ := strings.Cut(pair, "=")
		if got := orders.Orders[at].Fields[protocol.Field(field)].String(); got != value {
			return fmt.Errorf("%s of its order is %q", field, got)
		}
	}
	return nil
}

func askAdmin(ts *testscript.TestScript, path string, into any) error {
	r, err := http.NewRequest("GET", ts.Getenv("MANYTILL_SERVER")+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+ts.Getenv("MANYTILL_ADMIN_TOKEN"))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
