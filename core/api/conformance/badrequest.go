package conformance

import (
	"fmt"
	"strings"
)

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

func tokenFirst(f *twoTills) {
	f.api.call("garbage", "POST", "/v1/push", `{`).fails("unauthorized")
	f.admin.newPOS().call("POST", "/v1/push", `{`).fails("no_multi_session")
}

func multiSessionBeforeTill(f *twoTills) {
	c := f.admin.newPOS() // in none, and its till is closed
	c.cursor = f.origin
	c.try().fails("no_multi_session")
}

func tillBeforeBody(f *twoTills) {
	f.a.close()
	f.a.call("POST", "/v1/push", `[]`).fails("till_closed")
	f.a.call("POST", "/v1/push", `{`).fails("till_closed")
}

// clientOfB makes a client_id that belongs to b.
func clientOfB(f *twoTills) string {
	f.t.Helper()
	f.b.push(f.b.mutation(create(fresh("o"))))
	return f.b.client
}

func bodyBeforeClient(f *twoTills) {
	f.a.call("POST", "/v1/push", fmt.Sprintf(`{"client_id":%q,"cursor":%q,"mutations":5}`, clientOfB(f), f.origin)).fails("bad_request")
	f.a.call("POST", "/v1/push", fmt.Sprintf(`{"client_id":%q,"cursor":%q,"mutations":[{"id":0,"ops":[]}]}`, clientOfB(f), f.origin)).fails("bad_request")
	f.a.call("POST", "/v1/push", fmt.Sprintf(`{"client_id":%q,"mutations":[]}`, clientOfB(f))).fails("bad_request")
}

// foreignCursor is a cursor of another multi-session of the same server.
func foreignCursor(f *twoTills) string {
	f.t.Helper()
	return newTwoTills(f.t, f.Server).origin
}

func clientBeforeCursor(f *twoTills) {
	f.a.client, f.a.cursor = clientOfB(f), foreignCursor(f)
	f.a.try().fails("client_taken")
	f.a.pull(f.a.cursor, "").fails("client_taken")
}

// moveToAnotherMultiSession is f's first POS in another multi-session, its client still of the
// first; and a good cursor of the second.
func moveToAnotherMultiSession(f *twoTills) (c *till, good string) {
	f.t.Helper()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.b.pos).ok()
	f.admin.newMultiSession(f.a)
	f.a.open()
	return f.a, text(f.a.device().snapshot(), "cursor")
}

func cursorBeforeMultiSession(f *twoTills) {
	c, _ := moveToAnotherMultiSession(f)
	f.has(c.try().fails("reset_required"), `{"reason":"other_multi_session"}`)
	c.cursor = cursorOfAnotherServer(f)
	f.has(c.try().fails("reset_required"), `{"reason":"other_server"}`)
	f.has(c.pull(c.cursor, "").fails("reset_required"), `{"reason":"other_server"}`)
}

// What answers a client of another multi-session with a good cursor isn't
// said in so many words; either says "put the queue aside".
func multiSessionBeforeIDs(f *twoTills) {
	c, good := moveToAnotherMultiSession(f)
	c.cursor = good
	problem := c.try(`{"id":99,"ops":[]}`).fails("reset_required", "client_taken")
	if text(problem, "code") == "reset_required" {
		f.has(problem, `{"reason":"other_multi_session"}`)
	}
}

func cursorBeforeIDs(f *twoTills) {
	f.a.cursor = foreignCursor(f)
	f.has(f.a.try(`{"id":99,"ops":[]}`).fails("reset_required"), `{"reason":"other_multi_session"}`)
}

func everyoneChecksClient(f *twoTills) {
	f.a.client = clientOfB(f)
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

func boundByFirstPush(f *twoTills) {
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

func failureBindsNothing(f *twoTills) {
	shared := fresh("client")
	f.a.client, f.b.client = shared, shared
	f.a.try(`{"id":5,"ops":[]}`).fails("id_gap")
	f.a.try(`{"id":0,"ops":[]}`).fails("bad_request")
	f.b.applied(create("o1"), add("o1", "l1"))
	f.a.try().fails("client_taken")
}

// Section 4: "bad_request … in a push only for: no JSON object, no good
// client_id or cursor, mutations no list, an id that is no 1…2⁵³−1 or doesn't
// rise by one".
var badRequestRules = []rule{
	{"a body that is no JSON object", noJSONObject},
	{"no good client_id", func(f *twoTills) { badMember(f, "client_id", badIDs()) }},
	{"no good cursor", func(f *twoTills) { badMember(f, "cursor", badCursors()) }},
	{"mutations are no list", func(f *twoTills) {
		badMember(f, "mutations", []string{``, `null`, `{}`, `"x"`, `5`, `true`})
	}},
	{"an id that is no 1…2⁵³−1", badMutationIDs},
	{"ids that don't rise by one", idsDontRise},
	{"a mutation that is no object has no id", noMutationObject},
	{"nothing else is a bad request", nothingElse},
	{"a bad request applies nothing", badRequestAppliesNothing},
	{"pull checks client_id as push does", pullChecksClientID},
}

var badStart = []string{``, ` `, `[]`, `"x"`, `5`, `null`, `true`, `{`, `{"client_id":`, `{}{}`, `{} x`, `not json`, "{\"client_id\":\"\xff\"}"}

func noJSONObject(f *twoTills) {
	f.unchanged(func() {
		for _, body := range badStart {
			f.a.call("POST", "/v1/push", body).fails("bad_request")
		}
	})
}

// badIDs are values that are no "1 to 64 of A-Z a-z 0-9 . _ - :"; the empty
// text stands for a missing member.
func badIDs() []string {
	return []string{``, `null`, `5`, `true`, `{}`, `[]`, `""`, `"a b"`, `"ä"`, `"a/b"`, `"a\u0000"`, `"` + strings.Repeat("x", 65) + `"`}
}

func badCursors() []string {
	return []string{``, `null`, `5`, `true`, `{}`, `[]`, `""`, `"a b"`, `"ä"`, `"a:b"`, `"a=="`, `"` + strings.Repeat("x", 513) + `"`}
}

// badMember wants `at` to name a member of the body that is wrong in every
// way, while the rest is good.
func badMember(f *twoTills, member string, values []string) {
	f.t.Helper()
	f.unchanged(func() {
		for _, value := range values {
			body := map[string]string{"client_id": fmt.Sprintf("%q", f.a.client), "cursor": fmt.Sprintf("%q", f.origin), "mutations": `[]`}
			body[member] = value
			var parts []string
			for name, part := range body {
				if part != "" {
					parts = append(parts, fmt.Sprintf("%q:%s", name, part))
				}
			}
			problem := f.a.call("POST", "/v1/push", "{"+strings.Join(parts, ",")+"}").fails("bad_request")
			f.that(text(problem, "at") == member, "%s = %s: want at %q, got %s", member, value, member, canon(problem))
		}
	})
}

func badMutationIDs(f *twoTills) {
	f.unchanged(func() {
		for _, id := range []string{`null`, `0`, `-1`, `1.5`, `"1"`, `true`, `{}`, `[]`, `9007199254740992`, `1e300`} {
			problem := f.a.try(fmt.Sprintf(`{"id":%s,"ops":[%s]}`, id, create("o1"))).fails("bad_request")
			f.same("mutations[0].id", problem["at"], "id %s", id)
		}
		f.same("mutations[0].id", f.a.try(`{"ops":[` + create("o1") + `]}`).fails("bad_request")["at"], "no id")
	})
	for i, id := range []string{`1.0`, `0.2e1`, `30E-1`} { // a number is what it is worth, not how it is spelled
		f.has(f.a.try(fmt.Sprintf(`{"id":%s,"ops":[%s]}`, id, create(fresh("o")))).ok(), `{"results":[{"id":%d,"status":"applied"}]}`, i+1)
	}
	f.has(f.a.try(`{"id":9007199254740991,"ops":[]}`).fails("id_gap"), `{"expected":4,"got":9007199254740991}`)
}

func idsDontRise(f *twoTills) {
	f.unchanged(func() {
		for _, ids := range [][2]int{{1, 3}, {1, 1}, {2, 1}, {1, 0}} {
			problem := f.a.try(mutation(ids[0], create("o1")), mutation(ids[1], create("o2"))).fails("bad_request")
			f.same("mutations[1].id", problem["at"], "ids %v", ids)
		}
		problem := f.a.try(mutation(1, create("o1")), mutation(2, create("o2")), mutation(4, create("o3"))).fails("bad_request")
		f.same("mutations[2].id", problem["at"], "ids 1, 2, 4")
	})
}

// mutation is a mutation's text with an id of one's own.
func mutation(id int, ops ...string) string {
	return fmt.Sprintf(`{"id":%d,"ops":[%s]}`, id, strings.Join(ops, ","))
}

func noMutationObject(f *twoTills) {
	f.unchanged(func() {
		for _, m := range []string{`null`, `5`, `"x"`, `[]`, `true`} {
			problem := f.a.try(m).fails("bad_request")
			f.that(strings.HasPrefix(text(problem, "at"), "mutations[0]"), "%s: at %s", m, canon(problem["at"]))
		}
	})
}

// Everything else that can be wrong in a push rejects one mutation and lets
// the next one through.
func nothingElse(f *twoTills) {
	for _, m := range []string{
		`"user":5,"ops":[%s]`, `"user":{"id":5,"name":[]},"ops":[%s]`, `"ops":5`, `"ops":[5]`, `"nothing":0`,
		`"ops":[{"op":"order.create","order":5}]`, `"ops":[{}]`, `"ops":[{"op":5}]`,
	} {
		if strings.Contains(m, "%s") {
			m = fmt.Sprintf(m, create(fresh("o")))
		}
		bad := fmt.Sprintf(`{"id":%d,%s}`, f.a.next, m)
		f.a.next++
		got := f.a.push(bad, f.a.mutation(create(fresh("o"))))
		f.has(dig(got, "results", 0), `{"status":"rejected","message":"<any>"}`)
		f.oneOf(text(got, "results", 0, "code"), "invalid", "unknown_op")
		f.has(dig(got, "results", 1), `{"status":"applied"}`)
	}
}

func badRequestAppliesNothing(f *twoTills) {
	f.unchanged(func() {
		f.a.try(mutation(1, create("o1")), mutation(2, add("o1", "l1")), mutation(9, add("o1", "l2"))).fails("bad_request")
	})
	f.a.get("/v1/orders/o1").fails("not_found")
	f.has(f.a.applied(create("o1")), `{"id":1,"orders":{"o1":{"number":1}}}`)
}

func pullChecksClientID(f *twoTills) {
	for _, id := range []string{"a%20b", "%C3%A4", strings.Repeat("x", 65)} {
		f.a.get("/v1/pull?cursor=" + f.origin + "&client_id=" + id).fails("bad_request")
	}
}
