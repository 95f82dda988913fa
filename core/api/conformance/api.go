package conformance

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long anything may take that should happen at once; two
// cores under a whole suite are slow at times.
const patience = 20 * time.Second

var client = &http.Client{
	Timeout:   90 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 64},
}

// answer is what a call gave.
type answer struct {
	t      testing.TB
	what   string
	Status int
	Header http.Header
	Raw    []byte
}

// request is call for goroutines, which must not end the test.
func request(s Server, token, method, path, body string, headers ...string) (answer, error) {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, s.URL+path, in)
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	return answer{what: method + " " + path, Status: w.StatusCode, Header: w.Header, Raw: raw}, err
}

// ok is the body of a success ("Every success is status 200").
func (a answer) ok() object {
	a.t.Helper()
	if a.Status != http.StatusOK {
		a.t.Fatalf("%s: want 200, got %d %.2000s", a.what, a.Status, a.Raw)
	}
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		a.t.Fatalf("%s: want application/json, got %q", a.what, kind)
	}
	return a.json()
}

func (a answer) json() object {
	a.t.Helper()
	o, isObject := parse(a.t, a.Raw).(object)
	if !isObject {
		a.t.Fatalf("%s: want a JSON object, got %.500s", a.what, a.Raw)
	}
	return o
}

// statuses are the codes of the protocol's errors.
var statuses = map[string]int{
	"bad_request": 400, "unauthorized": 401, "forbidden": 403, "not_found": 404, "till_closed": 409,
	"no_multi_session": 409, "till_open": 409, "client_taken": 409, "conflict": 409, "id_gap": 409,
	"reset_required": 410, "too_large": 413, "id_reused": 422, "upgrade_required": 426, "rate_limited": 429,
	"read_only": 503, "overloaded": 503, "shutting_down": 503, "internal": 500,
}

// fails wants a problem with one of the codes, whole, and
// returns it.
func (a answer) fails(codes ...string) object {
	a.t.Helper()
	code := ""
	for _, c := range codes {
		if a.Status == statuses[c] {
			code = c
		}
	}
	if code == "" {
		a.t.Fatalf("%s: want %s, got %d %.2000s", a.what, strings.Join(codes, " or "), a.Status, a.Raw)
	}
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		a.t.Fatalf("%s: want application/problem+json, got %q", a.what, kind)
	}
	problem := a.json()
	for _, c := range codes {
		if text(problem, "code") == c {
			code = c
		}
	}
	if text(problem, "code") != code || num(problem, "status") != int64(statuses[code]) || a.Status != statuses[code] {
		a.t.Fatalf("%s: want %s, got %d %s", a.what, strings.Join(codes, " or "), a.Status, a.Raw)
	}
	for _, member := range []string{"type", "title", "message"} {
		if _, isText := problem[member].(string); !isText {
			a.t.Fatalf("%s: a problem has %s: %s", a.what, member, a.Raw)
		}
	}
	for _, member := range extras[code] {
		if problem[member] == nil {
			a.t.Fatalf("%s: %s has %s: %s", a.what, code, member, a.Raw)
		}
	}
	return problem
}

// extras are the members that the protocol adds to a code. `at` of bad_request
// is left out: a body that is no object has no path.
var extras = map[string][]string{
	"unauthorized": {"reason"}, "till_open": {"pos"}, "id_gap": {"expected", "got"}, "reset_required": {"reason"},
	"too_large": {"what", "limit"}, "id_reused": {"id"}, "upgrade_required": {"protocol"}, "rate_limited": {"retry_after_ms"},
	"read_only": {"retry_after_ms"}, "overloaded": {"retry_after_ms"}, "shutting_down": {"retry_after_ms"}, "internal": {"ref"},
}

// api calls the server under test.
type api struct {
	expect
	Server
}

// call makes one request; a body is JSON text. It fails the test only if no
// answer comes.
func (s api) call(token, method, path, body string, headers ...string) answer {
	s.t.Helper()
	a, err := request(s.Server, token, method, path, body, headers...)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	a.t = s.t
	return a
}

func (s api) info() object {
	s.t.Helper()
	return s.call("", "GET", "/v1/info", "").ok()
}

// preflight asks as a browser does before a call with a token.
func (s api) preflight(origin, method, path string) http.Header {
	s.t.Helper()
	return s.call("", "OPTIONS", path, "", "Origin", origin,
		"Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization,content-type").Header
}

// etag wants a GET to have an ETag, stable and honoured.
func (s api) etag(token, path string) []byte {
	s.t.Helper()
	one := s.call(token, "GET", path, "")
	s.that(one.Status == 200, "%s: %d %.200s", path, one.Status, one.Raw)
	tag := one.Header.Get("ETag")
	s.that(tag != "", "%s has no ETag", path)
	two := s.call(token, "GET", path, "", "If-None-Match", tag)
	s.that(two.Status == 304 && len(two.Raw) == 0, "%s with its ETag: want 304, got %d", path, two.Status)
	three := s.call(token, "GET", path, "", "If-None-Match", `"another"`)
	s.that(three.Status == 200 && string(three.Raw) == string(one.Raw), "%s with another ETag: %d", path, three.Status)
	return one.Raw
}

// together pushes bodies at the same time, each with its token, and returns
// the answers in the bodies' order.
func (s api) together(tokens, bodies []string) []answer {
	s.t.Helper()
	answers, errs := make([]answer, len(bodies)), make([]error, len(bodies))
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() { answers[i], errs[i] = request(s.Server, tokens[i], "POST", "/v1/push", bodies[i]) })
	}
	all.Wait()
	for i := range bodies {
		s.that(errs[i] == nil, "push: %v", errs[i])
		answers[i].t = s.t
	}
	return answers
}

func (s api) address() string { return strings.TrimPrefix(s.URL, "http://") }

func (s api) tcp() net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.address())
	if err != nil {
		s.t.Fatalf("connect: %v", err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// dial opens a socket and says nothing.
func (s api) dial() *socket {
	s.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/v1/socket", nil)
	if err != nil {
		s.t.Fatalf("dial: %v", err)
	}
	w := &socket{expect: s.expect, conn: conn, frames: make(chan object, 100_000)}
	s.t.Cleanup(func() { _ = conn.Close() })
	go w.read()
	return w
}

// stream opens /v1/stream; query is without its first sign.
func (c api) stream(token, query string, headers ...string) *feed {
	c.t.Helper()
	ctx, cut := context.WithCancel(context.Background())
	c.t.Cleanup(cut)
	r, err := http.NewRequestWithContext(ctx, "GET", c.URL+"/v1/stream?"+query, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := (&http.Client{}).Do(r)
	if err != nil {
		c.t.Fatalf("stream: %v", err)
	}
	if kind := w.Header.Get("Content-Type"); w.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		c.t.Fatalf("stream: want 200 and text/event-stream, got %d and %q", w.StatusCode, kind)
	}
	s := &feed{expect: c.expect, events: make(chan event, 10_000), cut: cut}
	go s.read(w)
	return s
}

// restart stops gracefully and starts again.
func (s api) restart() {
	s.t.Helper()
	if s.Restart == nil {
		s.t.Skip("the harness can't restart this server")
	}
	s.Restart()
	client.CloseIdleConnections()
}

// each makes a call at each node.
func (s api) each(do func(api)) {
	for _, url := range append([]string{}, s.Nodes...) {
		s.URL = url
		do(s)
	}
	if len(s.Nodes) == 0 {
		do(s)
	}
}

// kill ends the server without a word and starts it again.
func (s api) kill() {
	s.t.Helper()
	if s.Kill == nil {
		s.t.Skip("the harness can't kill this server")
	}
	s.Kill()
	s.restart()
}
