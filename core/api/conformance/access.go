package conformance

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

var tokenRules = []rule{
	{"every call but the public ones wants a token", everyCallWantsToken},
	{"an admin token opens /v1/admin alone", adminTokenOpensAdminAlone},
	{"a POS token opens no admin call", posTokenOpensNoAdminCall},
	{"the public calls need no token", publicCallsNeedNone},
	{"a POS's new token ends the old one", newTokenEndsOld},
	{"a removed POS has no token", removedPOSHasNoToken},
	{"a revoked token ends a running socket with 4301", revokedEndsSocket},
	{"a token that is revoked while hellos are answered leaves no socket open", revokedAmidHellos},
	{"a revoked token ends a running stream", revokedEndsStream},
	{"a revoked token ends a waiting poll", revokedEndsPoll},
	{"a token that is revoked while polls begin leaves none waiting", revokedAmidPolls},
	{"a token is shown once", tokenShownOnce},
	{"metrics take the admin token alone", metricsTakeAdminToken},
}

// access is a call and a body that would be good.
type access struct{ method, path, body string }

// posCalls are the calls that a POS makes. The socket is left
// out: its token stands in the first frame.
func posCalls() []access {
	return []access{
		{"GET", "/v1/schema", ""},
		{"GET", "/v1/catalogue", ""},
		{"POST", "/v1/till/open", `{}`},
		{"POST", "/v1/till/close", `{}`},
		{"POST", "/v1/push", `{"client_id":"c","cursor":"x","mutations":[]}`},
		{"GET", "/v1/pull?client_id=c", ""},
		{"GET", "/v1/stream?client_id=c", ""},
		{"GET", "/v1/orders/nope", ""},
		{"GET", "/v1/orders", ""},
		{"POST", "/v1/ticket", `{}`},
	}
}

// adminCalls are the admin calls, on things that don't exist: what is
// checked first is the token.
func adminCalls() []access {
	return []access{
		{"POST", "/v1/admin/multi-sessions", `{"name":"never made","pos":[]}`},
		{"GET", "/v1/admin/multi-sessions", ""},
		{"GET", "/v1/admin/multi-sessions/nope", ""},
		{"PATCH", "/v1/admin/multi-sessions/nope", `{}`},
		{"DELETE", "/v1/admin/multi-sessions/nope", ""},
		{"POST", "/v1/admin/pos", `{"id":"never-made","name":"x"}`},
		{"GET", "/v1/admin/pos", ""},
		{"PATCH", "/v1/admin/pos/nope", `{}`},
		{"DELETE", "/v1/admin/pos/nope", ""},
		{"POST", "/v1/admin/pos/nope/token", `{}`},
		{"POST", "/v1/admin/pos/nope/close", `{}`},
		{"GET", "/v1/admin/multi-sessions/nope/orders", ""},
		{"GET", "/v1/admin/multi-sessions/nope/orders/o1/history", ""},
		{"POST", "/v1/admin/multi-sessions/nope/orders/o1/cancel", `{"reason":"x"}`},
		{"GET", "/v1/admin/rejections", ""},
		{"POST", "/v1/admin/rejections/nope/resolve", `{}`},
		{"GET", "/v1/admin/extensions", ""},
		{"POST", "/v1/admin/extensions/reload", `{}`},
		{"GET", "/v1/admin/connections", ""},
	}
}

func everyCallWantsToken(f *twoTills) {
	revoked := f.admin.newPOS()
	f.admin.do("POST", "/pos/"+revoked.pos+"/token", `{}`).ok()
	for _, c := range append(posCalls(), adminCalls()...) {
		f.api.call("", c.method, c.path, c.body).fails("unauthorized")
		f.api.call("garbage", c.method, c.path, c.body).fails("unauthorized")
		f.api.call(revoked.token, c.method, c.path, c.body).fails("unauthorized")
		f.api.call("", c.method, c.path, c.body, "Authorization", "Basic "+f.a.token).fails("unauthorized")
	}
}

// The text doesn't say which of 401 and 403 answers a good token at the wrong
// door.
func adminTokenOpensAdminAlone(f *twoTills) {
	for _, c := range posCalls() {
		f.api.call(f.AdminToken, c.method, c.path, c.body).fails("forbidden", "unauthorized")
	}
}

func posTokenOpensNoAdminCall(f *twoTills) {
	for _, c := range adminCalls() {
		f.a.call(c.method, c.path, c.body).fails("forbidden", "unauthorized")
	}
	made := lookup(list(f.admin.do("GET", "/pos", "").ok(), "pos"), object{"id": "never-made"})
	f.that(made == nil, "a POS token made a POS")
}

func publicCallsNeedNone(f *twoTills) {
	for _, path := range []string{"/v1/info", "/v1/extensions.js", "/healthz", "/readyz", "/openapi.json"} {
		got := f.api.call("", "GET", path, "")
		f.that(got.Status == 200, "%s without a token: want 200, got %d %.300s", path, got.Status, got.Raw)
	}
}

func newTokenEndsOld(f *twoTills) {
	old := f.a.token
	f.a.get("/v1/orders").ok()
	f.a.token = text(f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok(), "token")
	f.that(f.a.token != "" && f.a.token != old, "a new token is another")
	f.api.call(old, "GET", "/v1/orders", "").fails("unauthorized")
	f.a.get("/v1/orders").ok()
	f.a.applied(create("o1"), add("o1", "l1")) // the till is still open, the client still its own
}

func removedPOSHasNoToken(f *twoTills) {
	f.b.close()
	f.admin.do("DELETE", "/pos/"+f.b.pos, "").ok()
	f.b.get("/v1/orders").fails("unauthorized")
	f.b.call("POST", "/v1/till/open", `{}`).fails("unauthorized")
}

func revokedEndsSocket(f *twoTills) {
	w, other := f.a.connect(), f.b.connect()
	f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	w.ends(4301)
	other.answers(1)
	again := f.dial()
	again.send("%s", f.a.hello(""))
	f.has(again.ends(4301), `{"t":"error","code":"unauthorized"}`)
}

func revokedAmidHellos(f *twoTills) {
	for range 5 {
		var wires []*socket
		for range 12 {
			wires = append(wires, f.dial())
		}
		hello, done := f.a.device().hello(""), make(chan bool)
		go func() {
			for _, w := range wires {
				_ = w.conn.WriteMessage(websocket.TextMessage, []byte(hello))
			}
			close(done)
		}()
		f.a.token = text(f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok(), "token")
		<-done
		for _, w := range wires {
			w.ends(4301)
		}
	}
}

func revokedEndsStream(f *twoTills) {
	s := f.stream(f.a.token, "client_id="+f.a.client)
	s.await("welcome")
	f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	s.ends()
}

func revokedEndsPoll(f *twoTills) {
	done := f.a.poll(f.origin, 50)
	for end := time.Now().Add(patience); !strings.Contains(string(f.admin.do("GET", "/connections", "").Raw), `"poll"`); {
		f.that(time.Now().Before(end), "the poll isn't among the connections")
	}
	f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	f.answered(done).fails("unauthorized")
}

func revokedAmidPolls(f *twoTills) {
	for range 5 {
		var polls []<-chan answer
		for range 12 {
			polls = append(polls, f.a.poll(f.origin, 50))
		}
		f.a.token = text(f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok(), "token")
		for _, done := range polls {
			f.answered(done).fails("unauthorized")
		}
	}
}

// answered waits for the answer of a poll.
func (f *twoTills) answered(done <-chan answer) answer {
	f.t.Helper()
	select {
	case a := <-done:
		return a
	case <-time.After(patience):
		f.t.Fatalf("the poll waits on")
		return answer{}
	}
}

func tokenShownOnce(f *twoTills) {
	for _, path := range []string{"/pos", "/multi-sessions", "/multi-sessions/" + f.id, "/connections"} {
		raw := f.admin.do("GET", path, "").Raw
		f.that(!strings.Contains(string(raw), f.a.token), "%s shows a token", path)
	}
}

func metricsTakeAdminToken(f *twoTills) {
	f.api.call("", "GET", "/metrics", "").fails("unauthorized")
	f.a.get("/metrics").fails("forbidden", "unauthorized")
	got := f.api.call(f.AdminToken, "GET", "/metrics", "")
	f.that(got.Status == 200 && len(got.Raw) > 0, "want metrics, got %d", got.Status)
}

var metricsPublicRules = []rule{{"metrics_public opens the metrics alone", func(f *twoTills) {
	got := f.api.call("", "GET", "/metrics", "")
	f.that(got.Status == 200 && len(got.Raw) > 0, "want metrics, got %d", got.Status)
	f.api.call("", "GET", "/v1/admin/pos", "").fails("unauthorized")
}}}

var ticketRules = []rule{
	{"a ticket opens one stream, once", ticketOnce},
	{"a ticket dies with its token", ticketDies},
	{"what a ticket opened dies with its token", ticketStreamDies},
	{"a made-up ticket opens nothing", ticketMadeUp},
	{"a new ticket and the last cursor go on where the stream broke", ticketGoesOn},
}

// ticket is a new ticket of a till.
func (c *till) ticket() string {
	c.api.t.Helper()
	ticket := text(c.call("POST", "/v1/ticket", `{}`).ok(), "ticket")
	c.api.that(ticket != "", "POST /v1/ticket gives a ticket")
	return ticket
}

func ticketOnce(f *twoTills) {
	ticket := f.a.ticket()
	s := f.stream("", "ticket="+ticket+"&client_id="+f.a.client)
	f.has(s.await("welcome").data, `{"pos":{"id":%q}}`, f.a.pos)
	f.api.call("", "GET", "/v1/stream?ticket="+ticket+"&client_id="+f.a.client, "").fails("unauthorized")
	f.a.applied(create("o1"), add("o1", "l1"))
	s.await("changes")
}

func ticketDies(f *twoTills) {
	ticket := f.a.ticket()
	f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	f.api.call("", "GET", "/v1/stream?ticket="+ticket, "").fails("unauthorized")
}

func ticketStreamDies(f *twoTills) {
	s := f.stream("", "ticket="+f.a.ticket()+"&client_id="+f.a.client)
	s.await("welcome")
	f.admin.do("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	s.ends()
}

func ticketMadeUp(f *twoTills) {
	f.api.call("", "GET", "/v1/stream?ticket=made-up", "").fails("unauthorized")
	f.api.call("", "GET", "/v1/stream?ticket=", "").fails("unauthorized")
	f.api.call("", "GET", "/v1/stream?ticket="+f.a.token, "").fails("unauthorized")
}

func ticketGoesOn(f *twoTills) {
	s := f.stream("", "ticket="+f.a.ticket()+"&client_id="+f.a.client+"&cursor="+f.origin)
	f.a.applied(create("o1"), add("o1", "l1"))
	last := s.await("changes")
	f.same(1, dig(last.data, "changes", 0, "seq"), "the first change")
	s.cut()
	f.a.applied(add("o1", "l2"))
	s = f.stream("", "ticket="+f.a.ticket()+"&client_id="+f.a.client+"&cursor="+last.id)
	f.same(2, dig(s.await("changes").data, "changes", 0, "seq"), "the first change after the break")
}

var originRules = []rule{
	{"all origins are allowed", allOriginsAllowed},
	{"a failure can be read by every origin too", failureReadable},
	{"a socket opens from any origin", socketAnyOrigin},
}

var narrowRules = []rule{
	{"allowed_origins narrows who may read", originsNarrowed},
	{"a socket follows the same rule, and the server's own pages always may", socketNarrowed},
}

func allows(h http.Header, origin string) bool {
	got := h.Get("Access-Control-Allow-Origin")
	return got == "*" || got == origin
}

func allOriginsAllowed(f *twoTills) {
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
	h := f.api.call(f.a.token, "GET", "/v1/orders", "", "Origin", origin).Header
	f.that(allows(h, origin), "GET: allowed %q", h.Get("Access-Control-Allow-Origin"))
}

func failureReadable(f *twoTills) {
	const origin = "https://pos.example"
	a := f.api.call("garbage", "GET", "/v1/orders", "", "Origin", origin)
	a.fails("unauthorized")
	f.that(allows(a.Header, origin), "a browser could not read the failure")
}

func socketAnyOrigin(f *twoTills) {
	for _, origin := range []string{"https://elsewhere.example", "null"} {
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(f.URL, "http")+"/v1/socket", http.Header{"Origin": {origin}})
		f.that(err == nil, "a socket from %s: %v", origin, err)
		_ = conn.Close()
	}
}

func originsNarrowed(f *twoTills) {
	const good, bad = "https://pos.example", "https://evil.example"
	for _, path := range []string{"/v1/orders", "/v1/info"} {
		h := f.api.call(f.a.token, "GET", path, "", "Origin", good).Header
		f.that(allows(h, good), "%s for the allowed origin: %q", path, h.Get("Access-Control-Allow-Origin"))
		h = f.api.call(f.a.token, "GET", path, "", "Origin", bad).Header
		f.that(!allows(h, bad), "%s for another origin: %q", path, h.Get("Access-Control-Allow-Origin"))
	}
	f.that(allows(f.preflight(good, "POST", "/v1/push"), good), "the preflight of the allowed origin")
	f.that(!allows(f.preflight(bad, "POST", "/v1/push"), bad), "the preflight of another origin")
}

func socketNarrowed(f *twoTills) {
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
