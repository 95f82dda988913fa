package conformance

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/websocket"
)

var originRules = []rule{
	{"all origins are allowed", allOriginsAllowed},
	{"a failure can be read by every origin too", failureReadable},
	{"a socket opens from any origin", socketAnyOrigin},
}

var narrowRules = []rule{
	{"allowed_origins narrows who may read", originsNarrowed},
	{"a socket follows the same rule, and the server's own pages always may", socketNarrowed},
}

// preflight asks as a browser does before a call with a token.
func (f *floor) preflight(origin, method, path string) http.Header {
	f.t.Helper()
	return call(f.t, f.Server, "", "OPTIONS", path, "", "Origin", origin,
		"Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization,content-type").Header
}

func allows(h http.Header, origin string) bool {
	got := h.Get("Access-Control-Allow-Origin")
	return got == "*" || got == origin
}

func allOriginsAllowed(f *floor) {
	const origin = "https://pos.example"
	for _, c := range []access{{method: "POST", path: "/v1/push"}, {method: "GET", path: "/v1/pull"}, {method: "PATCH", path: "/v1/admin/pos/x"}, {method: "DELETE", path: "/v1/admin/pos/x"}} {
		h := f.preflight(origin, c.method, c.path)
		f.that(allows(h, origin), "%s %s: the preflight allows %q", c.method, c.path, h.Get("Access-Control-Allow-Origin"))
		headers := strings.ToLower(h.Get("Access-Control-Allow-Headers"))
		// "*" does not stand for Authorization in the Fetch standard.
		f.that(strings.Contains(headers, "authorization"), "%s %s: allowed headers %q", c.method, c.path, headers)
		f.that(strings.Contains(headers, "content-type") || headers == "*", "%s %s: allowed headers %q", c.method, c.path, headers)
		methods := strings.Split(strings.ReplaceAll(h.Get("Access-Control-Allow-Methods"), " ", ""), ",")
		simple := c.method == "GET" || c.method == "POST"
		f.that(simple || slices.Contains(methods, c.method) || slices.Contains(methods, "*"), "%s: allowed methods %q", c.method, methods)
	}
	h := call(f.t, f.Server, f.a.token, "GET", "/v1/orders", "", "Origin", origin).Header
	f.that(allows(h, origin), "GET: allowed %q", h.Get("Access-Control-Allow-Origin"))
}

func failureReadable(f *floor) {
	const origin = "https://pos.example"
	a := call(f.t, f.Server, "garbage", "GET", "/v1/orders", "", "Origin", origin)
	a.fails("unauthorized")
	f.that(allows(a.Header, origin), "a browser could not read the failure")
}

func socketAnyOrigin(f *floor) {
	for _, origin := range []string{"https://elsewhere.example", "null"} {
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(f.URL, "http")+"/v1/socket", http.Header{"Origin": {origin}})
		f.that(err == nil, "a socket from %s: %v", origin, err)
		_ = conn.Close()
	}
}

func originsNarrowed(f *floor) {
	const good, bad = "https://pos.example", "https://evil.example"
	for _, path := range []string{"/v1/orders", "/v1/info"} {
		h := call(f.t, f.Server, f.a.token, "GET", path, "", "Origin", good).Header
		f.that(allows(h, good), "%s for the allowed origin: %q", path, h.Get("Access-Control-Allow-Origin"))
		h = call(f.t, f.Server, f.a.token, "GET", path, "", "Origin", bad).Header
		f.that(!allows(h, bad), "%s for another origin: %q", path, h.Get("Access-Control-Allow-Origin"))
	}
	f.that(allows(f.preflight(good, "POST", "/v1/push"), good), "the preflight of the allowed origin")
	f.that(!allows(f.preflight(bad, "POST", "/v1/push"), bad), "the preflight of another origin")
}

func socketNarrowed(f *floor) {
	for origin, open := range map[string]bool{
		"https://pos.example": true, "https://a.shop.example": true, f.URL: true, "https://evil.example": false, "https://shop.example": false,
	} {
		conn, answer, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(f.URL, "http")+"/v1/socket", http.Header{"Origin": {origin}})
		f.that((err == nil) == open, "a socket from %s: %v", origin, err)
		if open {
			_ = conn.Close()
		} else {
			f.that(answer.StatusCode == http.StatusForbidden, "a socket from %s: %d", origin, answer.StatusCode)
		}
		f.that(allows(f.preflight(origin, "POST", "/v1/push"), origin) == open, "the preflight of %s", origin)
	}
}
