package conformance

import "fmt"

// Section 3: "Checked in this order: token, multi-session, till, body,
// client_id's POS, cursor, client_id's multi-session, ids." Each rule breaks
// two neighbours at once and wants the first.
var checkRules = []rule{
	{"the token before the multi-session", tokenFirst},
	{"the multi-session before the till", multiSessionBeforeTill},
	{"the till before the body", tillBeforeBody},
	{"the body before client_id's POS", bodyBeforeClient},
	{"client_id's POS before the cursor", clientBeforeCursor},
	{"the cursor before client_id's multi-session", cursorBeforeMultiSession},
	{"client_id's multi-session before the ids", multiSessionBeforeIDs},
	{"the cursor before the ids", cursorBeforeIDs},
	{"pull, stream and hello check client_id too", everyoneChecksClient},
	{"client_id is bound by its first push alone", boundByFirstPush},
	{"a push that is 4xx binds nothing", failureBindsNothing},
}

func tokenFirst(f *floor) {
	call(f.t, f.Server, "garbage", "POST", "/v1/push", `{`).fails("unauthorized")
	f.pos().call("POST", "/v1/push", `{`).fails("no_multi_session")
}

func multiSessionBeforeTill(f *floor) {
	c := f.pos() // in none, and its till is closed
	c.cursor = f.origin
	c.try().fails("no_multi_session")
}

func tillBeforeBody(f *floor) {
	f.a.close()
	f.a.call("POST", "/v1/push", `[]`).fails("till_closed")
	f.a.call("POST", "/v1/push", `{`).fails("till_closed")
}

// take makes a client_id that belongs to b.
func (f *floor) take() string {
	f.t.Helper()
	f.b.push(f.b.mutation(create(fresh("o"))))
	return f.b.client
}

func bodyBeforeClient(f *floor) {
	f.a.call("POST", "/v1/push", fmt.Sprintf(`{"client_id":%q,"cursor":%q,"mutations":5}`, f.take(), f.origin)).fails("bad_request")
	f.a.call("POST", "/v1/push", fmt.Sprintf(`{"client_id":%q,"cursor":%q,"mutations":[{"id":0,"ops":[]}]}`, f.take(), f.origin)).fails("bad_request")
	f.a.call("POST", "/v1/push", fmt.Sprintf(`{"client_id":%q,"mutations":[]}`, f.take())).fails("bad_request")
}

// foreign is a cursor of another multi-session of the same server.
func (f *floor) foreign() string {
	f.t.Helper()
	return newFloor(f.t, f.Server).origin
}

func clientBeforeCursor(f *floor) {
	f.a.client, f.a.cursor = f.take(), f.foreign()
	f.a.try().fails("client_taken")
	f.a.pull(f.a.cursor, "").fails("client_taken")
}

// moved is f's first POS in another multi-session, its client still of the
// first; and a good cursor of the second.
func (f *floor) moved() (c *till, good string) {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.b.pos).ok()
	f.multiSession(f.a)
	f.a.open()
	return f.a, text(f.a.device().snapshot(), "cursor")
}

func cursorBeforeMultiSession(f *floor) {
	c, _ := f.moved()
	f.has(c.try().fails("reset_required"), `{"reason":"other_multi_session"}`)
	c.cursor = f.elsewhere()
	f.has(c.try().fails("reset_required"), `{"reason":"other_server"}`)
	f.has(c.pull(c.cursor, "").fails("reset_required"), `{"reason":"other_server"}`)
}

// What answers a client of another multi-session with a good cursor isn't
// said in so many words; either says "put the queue aside".
func multiSessionBeforeIDs(f *floor) {
	c, good := f.moved()
	c.cursor = good
	problem := c.try(`{"id":99,"ops":[]}`).fails("reset_required", "client_taken")
	if text(problem, "code") == "reset_required" {
		f.has(problem, `{"reason":"other_multi_session"}`)
	}
}

func cursorBeforeIDs(f *floor) {
	f.a.cursor = f.foreign()
	f.has(f.a.try(`{"id":99,"ops":[]}`).fails("reset_required"), `{"reason":"other_multi_session"}`)
}

func everyoneChecksClient(f *floor) {
	f.a.client = f.take()
	f.a.try().fails("client_taken")
	f.a.pull(f.origin, "").fails("client_taken")
	f.a.get("/v1/pull?client_id=" + f.a.client).fails("client_taken")
	f.b.applied(create("o1"), create("o2"))
	page := text(f.b.get("/v1/pull?limit=1").ok(), "page")
	f.a.get("/v1/pull?page=" + page + "&client_id=" + f.a.client).fails("client_taken")
	f.a.get("/v1/stream?client_id=" + f.a.client).fails("client_taken")
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.ends(4309), `{"t":"error","code":"client_taken"}`)
}

func boundByFirstPush(f *floor) {
	shared := fresh("client")
	f.a.client, f.b.client = shared, shared
	f.a.pull(f.origin, "").ok()
	f.b.pull(f.origin, "").ok()
	w := f.a.connect()
	f.b.connect()
	f.b.push() // no mutations, but a push
	f.a.pull(f.origin, "").fails("client_taken")
	f.a.try().fails("client_taken")
	w.send("%s", pushFrame(1))
	f.has(w.await("error"), `{"ref":1,"code":"client_taken"}`)
	f.b.push()
}

func failureBindsNothing(f *floor) {
	shared := fresh("client")
	f.a.client, f.b.client = shared, shared
	f.a.try(`{"id":5,"ops":[]}`).fails("id_gap")
	f.a.try(`{"id":0,"ops":[]}`).fails("bad_request")
	f.b.applied(create("o1"), add("o1", "l1"))
	f.a.try().fails("client_taken")
}
