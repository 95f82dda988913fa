package conformance

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
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

// call makes one request; a body is JSON text. It fails the test only if no
// answer comes.
func call(t testing.TB, s Server, token, method, path, body string, headers ...string) answer {
	t.Helper()
	a, err := request(s, token, method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	a.t = t
	return a
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
