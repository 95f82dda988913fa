package conformance

var adminMultiSessionRules = []rule{
	{"a multi-session is made of POS", multiSessionMade},
	{"it is listed and found by its id", multiSessionListed},
	{"it can be renamed and made inactive", multiSessionPatched},
	{"its POS can be changed one and all", multiSessionPOS},
	{"it can be removed when its tills are closed", multiSessionRemoved},
	{"a POS is in one multi-session at most", posInOne},
	{"what isn't there is not_found", multiSessionNotFound},
	{"a bad body is a bad request", multiSessionBad},
}

func multiSessionMade(f *floor) {
	one, two := f.pos(), f.pos()
	made := f.admin("POST", "/multi-sessions", `{"name":"Main floor","pos":[%q,%q]}`, one.pos, two.pos).ok()
	f.has(made, `{"id":"<any>","name":"Main floor","active":true,"run":0}`)
	f.same(sorted([]any{one.pos, two.pos}), sorted(list(made, "pos")), "its POS")
	f.has(one.open(), `{"multi_session":{"id":%q,"name":"Main floor"},"run":1}`, text(made, "id"))
	empty := f.admin("POST", "/multi-sessions", `{"name":"Empty","pos":[]}`).ok()
	f.has(empty, `{"pos":[],"run":0}`)
	f.that(text(empty, "id") != text(made, "id"), "two multi-sessions have one id")
}

func multiSessionListed(f *floor) {
	got := f.admin("GET", "/multi-sessions/"+f.id, "").ok()
	f.has(got, `{"id":%q,"name":"<any>","active":true,"run":1}`, f.id)
	f.same(sorted([]any{f.a.pos, f.b.pos}), sorted(list(got, "pos")), "its POS")
	f.same(got, f.find(list(f.admin("GET", "/multi-sessions", "").ok(), "multi_sessions"), `{"id":%q}`, f.id), "its entry in the list")
}

func multiSessionPatched(f *floor) {
	f.has(f.admin("PATCH", "/multi-sessions/"+f.id, `{"name":"Terrace"}`).ok(), `{"id":%q,"name":"Terrace","active":true}`, f.id)
	f.has(f.a.open(), `{"multi_session":{"name":"Terrace"}}`)
	f.a.close()
	f.b.close()
	f.has(f.admin("PATCH", "/multi-sessions/"+f.id, `{"active":false}`).ok(), `{"active":false,"name":"Terrace"}`)
	f.has(f.admin("GET", "/multi-sessions/"+f.id, "").ok(), `{"active":false}`)
	f.has(f.admin("PATCH", "/multi-sessions/"+f.id, `{"active":true}`).ok(), `{"active":true}`)
	f.has(f.a.open(), `{"multi_session":{"id":%q},"run":2}`, f.id)
}

func multiSessionPOS(f *floor) {
	c := f.pos()
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q,%q,%q]}`, f.a.pos, f.b.pos, c.pos).ok() // a and b stay, their tills open
	f.has(c.open(), `{"multi_session":{"id":%q},"run":1}`, f.id)
	c.close()
	f.b.close()
	f.has(f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.a.pos).ok(), `{"pos":[%q]}`, f.a.pos)
	opened := c.open()
	f.lacks(opened, "multi_session")
	f.a.applied(create("o1"), add("o1", "l1"))
}

func multiSessionRemoved(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.admin("DELETE", "/multi-sessions/"+f.id, "").fails("till_open")
	f.a.close()
	f.b.close()
	w := f.a.connect()
	f.admin("DELETE", "/multi-sessions/"+f.id, "").ok()
	w.ends(4209)
	f.admin("GET", "/multi-sessions/"+f.id, "").fails("not_found")
	f.lacks(f.a.open(), "multi_session")
	f.a.pull(f.origin, "").fails("no_multi_session")
}

// A POS of another multi-session is moved or refused; in two it is never.
func posInOne(f *floor) {
	f.a.close()
	got := f.admin("POST", "/multi-sessions", `{"name":"other","pos":[%q]}`, f.a.pos)
	if got.Status != 200 {
		got.fails("conflict")
	}
	in := 0
	for _, m := range list(f.admin("GET", "/multi-sessions", "").ok(), "multi_sessions") {
		for _, pos := range list(m, "pos") {
			if pos == any(f.a.pos) {
				in++
			}
		}
	}
	f.same(1, in, "the multi-sessions that the POS is in")
}

func multiSessionNotFound(f *floor) {
	f.admin("GET", "/multi-sessions/nope", "").fails("not_found")
	f.admin("PATCH", "/multi-sessions/nope", `{"name":"x"}`).fails("not_found")
	f.admin("DELETE", "/multi-sessions/nope", "").fails("not_found")
	f.admin("GET", "/multi-sessions/nope/orders", "").fails("not_found")
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q,%q,"nope"]}`, f.a.pos, f.b.pos).fails("not_found", "bad_request", "conflict")
	f.that(len(list(f.admin("GET", "/multi-sessions/"+f.id, "").ok(), "pos")) == 2, "a refused call changed the POS")
}

func multiSessionBad(f *floor) {
	for _, body := range []string{`[]`, `{`, `"x"`, `{"name":5,"pos":[]}`, `{"name":"x","pos":5}`, `{"name":"x","pos":[5]}`} {
		f.admin("POST", "/multi-sessions", "%s", body).fails("bad_request")
	}
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"active":"no"}`).fails("bad_request")
}
