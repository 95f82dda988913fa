package conformance

import (
	"strings"

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

func everyCallWantsToken(f *floor) {
	revoked := f.pos()
	f.admin("POST", "/pos/"+revoked.pos+"/token", `{}`).ok()
	for _, c := range append(posCalls(), adminCalls()...) {
		call(f.t, f.Server, "", c.method, c.path, c.body).fails("unauthorized")
		call(f.t, f.Server, "garbage", c.method, c.path, c.body).fails("unauthorized")
		call(f.t, f.Server, revoked.token, c.method, c.path, c.body).fails("unauthorized")
		call(f.t, f.Server, "", c.method, c.path, c.body, "Authorization", "Basic "+f.a.token).fails("unauthorized")
	}
}

// The text doesn't say which of 401 and 403 answers a good token at the wrong
// door.
func adminTokenOpensAdminAlone(f *floor) {
	for _, c := range posCalls() {
		call(f.t, f.Server, f.AdminToken, c.method, c.path, c.body).fails("forbidden", "unauthorized")
	}
}

func posTokenOpensNoAdminCall(f *floor) {
	for _, c := range adminCalls() {
		f.a.call(c.method, c.path, c.body).fails("forbidden", "unauthorized")
	}
	made := lookup(list(f.admin("GET", "/pos", "").ok(), "pos"), object{"id": "never-made"})
	f.that(made == nil, "a POS token made a POS")
}

func publicCallsNeedNone(f *floor) {
	for _, path := range []string{"/v1/info", "/v1/extensions.js", "/healthz", "/readyz", "/openapi.json"} {
		got := call(f.t, f.Server, "", "GET", path, "")
		f.that(got.Status == 200, "%s without a token: want 200, got %d %.300s", path, got.Status, got.Raw)
	}
}

func newTokenEndsOld(f *floor) {
	old := f.a.token
	f.a.get("/v1/orders").ok()
	f.a.token = text(f.admin("POST", "/pos/"+f.a.pos+"/token", `{}`).ok(), "token")
	f.that(f.a.token != "" && f.a.token != old, "a new token is another")
	call(f.t, f.Server, old, "GET", "/v1/orders", "").fails("unauthorized")
	f.a.get("/v1/orders").ok()
	f.a.applied(create("o1"), add("o1", "l1")) // the till is still open, the client still its own
}

func removedPOSHasNoToken(f *floor) {
	f.b.close()
	f.admin("DELETE", "/pos/"+f.b.pos, "").ok()
	f.b.get("/v1/orders").fails("unauthorized")
	f.b.call("POST", "/v1/till/open", `{}`).fails("unauthorized")
}

func revokedEndsSocket(f *floor) {
	w, other := f.a.connect(), f.b.connect()
	f.admin("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	w.ends(4301)
	other.answers(1)
	again := f.dial()
	again.send("%s", f.a.hello(""))
	f.has(again.ends(4301), `{"t":"error","code":"unauthorized"}`)
}

func revokedAmidHellos(f *floor) {
	for range 5 {
		var wires []*wire
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
		f.a.token = text(f.admin("POST", "/pos/"+f.a.pos+"/token", `{}`).ok(), "token")
		<-done
		for _, w := range wires {
			w.ends(4301)
		}
	}
}

func revokedEndsStream(f *floor) {
	s := f.stream(f.a.token, "client_id="+f.a.client)
	s.await("welcome")
	f.admin("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	s.ends()
}

func tokenShownOnce(f *floor) {
	for _, path := range []string{"/pos", "/multi-sessions", "/multi-sessions/" + f.id, "/connections"} {
		raw := f.admin("GET", path, "").Raw
		f.that(!strings.Contains(string(raw), f.a.token), "%s shows a token", path)
	}
}

func metricsTakeAdminToken(f *floor) {
	call(f.t, f.Server, "", "GET", "/metrics", "").fails("unauthorized")
	f.a.get("/metrics").fails("forbidden", "unauthorized")
	got := call(f.t, f.Server, f.AdminToken, "GET", "/metrics", "")
	f.that(got.Status == 200 && len(got.Raw) > 0, "want metrics, got %d", got.Status)
}

var metricsPublicRules = []rule{{"metrics_public opens the metrics alone", func(f *floor) {
	got := call(f.t, f.Server, "", "GET", "/metrics", "")
	f.that(got.Status == 200 && len(got.Raw) > 0, "want metrics, got %d", got.Status)
	call(f.t, f.Server, "", "GET", "/v1/admin/pos", "").fails("unauthorized")
}}}
