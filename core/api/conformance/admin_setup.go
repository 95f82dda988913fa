package conformance

var adminPOSRules = []rule{
	{"a POS is made with a token", posMade},
	{"a POS id that exists is a conflict", posExists},
	{"a bad POS id is a bad request", posBad},
	{"the list tells till, user and multi-session", posListed},
	{"a POS can be renamed", posRenamed},
	{"a POS can be removed, and its id is free or taken", posRemoved},
	{"the admin closes a lost tablet's till", posClosed},
	{"what isn't there is not_found", posNotFound},
	{"connections tell who is connected", connectionsListed},
	{"the list of extensions is empty without extensions", extensionsListed},
	{"the extensions can be loaded again", extensionsReloaded},
}

func posMade(f *twoTills) {
	id := fresh("pos")
	made := f.admin.do("POST", "/pos", `{"id":%q,"name":"Bar"}`, id).ok()
	f.has(made, `{"id":%q,"name":"Bar","token":"<any>"}`, id)
	f.api.call(text(made, "token"), "POST", "/v1/till/open", `{}`).ok()
}

func posExists(f *twoTills) {
	f.admin.do("POST", "/pos", `{"id":%q,"name":"again"}`, f.a.pos).fails("conflict")
	f.has(f.a.open(), `{"pos":{"name":"Name of %s"}}`, f.a.pos)
}

func posBad(f *twoTills) {
	for _, id := range badIDs()[2:] {
		f.admin.do("POST", "/pos", `{"id":%s,"name":"Bar"}`, id).fails("bad_request")
	}
	for _, body := range []string{`[]`, `{`, `"x"`} {
		f.admin.do("POST", "/pos", "%s", body).fails("bad_request")
	}
}

// adminEntry is a POS's entry in the admin's list.
func adminEntry(f *twoTills, c *till) object {
	f.t.Helper()
	entry := lookup(list(f.admin.do("GET", "/pos", "").ok(), "pos"), object{"id": c.pos})
	f.that(entry != nil, "%s is not in the list", c.pos)
	return entry
}

func posListed(f *twoTills) {
	f.has(adminEntry(f, f.a), `{"name":"Name of %s","till_open":true,"user":%s,"multi_session":"<any>"}`, f.a.pos, user)
	if adminEntry(f, f.a)["multi_session"] != any(f.id) { // its id, or {id,…}: not said
		f.has(adminEntry(f, f.a), `{"multi_session":{"id":%q}}`, f.id)
	}
	f.isTime(adminEntry(f, f.a)["last_seen"])
	f.a.close()
	f.has(adminEntry(f, f.a), `{"till_open":false}`)
	outside := adminEntry(f, f.admin.newPOS())
	f.has(outside, `{"till_open":false}`)
	f.lacks(outside, "multi_session", "user")
	f.lacks(adminEntry(f, f.b), "token")
}

func posRenamed(f *twoTills) {
	f.has(f.admin.do("PATCH", "/pos/"+f.a.pos, `{"name":"Terrace"}`).ok(), `{"id":%q,"name":"Terrace"}`, f.a.pos)
	f.has(adminEntry(f, f.a), `{"name":"Terrace"}`)
	f.has(f.a.open(), `{"pos":{"id":%q,"name":"Terrace"}}`, f.a.pos)
	f.a.applied(create("o1"), add("o1", "l1"))
	f.has(f.change(1), `{"by":{"pos":{"id":%q,"name":"Terrace"}}}`, f.a.pos)
	w, peer := f.a.connect(), f.b.connect()
	f.admin.do("PATCH", "/pos/"+f.a.pos, `{"name":"Garden"}`).ok()
	w.send("%s", pushFrame(1, f.a.mutation(inc("o1", "l1", "qty", "1"))))
	w.until(`{"t":"pushed","results":[{"status":"applied"}]}`)
	f.has(f.change(2), `{"by":{"pos":{"id":%q,"name":"Garden"}}}`, f.a.pos)
	w.send(`{"t":"presence","order":"o1"}`)
	peer.until(`{"t":"presence","order":"o1","pos":{"id":%q,"name":"Garden"}}`, f.a.pos)
}

func posRemoved(f *twoTills) {
	c := f.admin.newPOS()
	f.admin.do("DELETE", "/pos/"+c.pos, "").ok()
	gone := lookup(list(f.admin.do("GET", "/pos", "").ok(), "pos"), object{"id": c.pos})
	f.that(gone == nil, "a removed POS is still listed: %s", canon(gone))
	f.admin.do("DELETE", "/pos/"+c.pos, "").fails("not_found")
	f.b.close()
	f.admin.do("DELETE", "/pos/"+f.b.pos, "").ok()
	f.has(f.admin.do("GET", "/multi-sessions/"+f.id, "").ok(), `{"pos":[%q]}`, f.a.pos)
	f.a.applied(create("o1"), add("o1", "l1"))
}

func posClosed(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.admin.do("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	f.has(adminEntry(f, f.a), `{"till_open":false}`)
	m := f.a.mutation(inc("o1", "l1", "qty", "1"))
	f.a.try(m).fails("till_closed")
	f.a.open()
	f.has(f.a.push(m), `{"results":[{"id":2,"status":"applied"}]}`)
	f.admin.do("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	f.admin.do("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
}

func posNotFound(f *twoTills) {
	f.admin.do("PATCH", "/pos/nope", `{"name":"x"}`).fails("not_found")
	f.admin.do("DELETE", "/pos/nope", "").fails("not_found")
	f.admin.do("POST", "/pos/nope/token", `{}`).fails("not_found")
	f.admin.do("POST", "/pos/nope/close", `{}`).fails("not_found")
}

func connectionsListed(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	w := f.a.connect()
	f.b.connect()
	f.stream(f.b.token, "client_id="+f.b.device().client).await("snapshot")
	w.answers(1)
	connection := func(c *till) object {
		var found object
		f.each(func(node api) {
			for _, item := range list(admin{node}.do("GET", "/connections", "").ok(), "connections") {
				if text(item, "client_id") == c.client {
					found = item.(object)
				}
			}
		})
		return found
	}
	one := connection(f.a)
	f.that(one != nil, "a's socket is not among the connections")
	f.has(one, `{"transport":"<any>","seq":1,"lag":0,"user":"<any>"}`)
	f.isTime(one["since"])
	if one["pos"] != any(f.a.pos) {
		f.has(one, `{"pos":{"id":%q}}`, f.a.pos)
	}
	f.that(connection(f.b) != nil, "b's socket is not among the connections")
}

func extensionsListed(f *twoTills) {
	f.same([]any{}, f.admin.do("GET", "/extensions", "").ok()["extensions"], "extensions")
}

func extensionsReloaded(f *twoTills) {
	f.unchanged(func() { f.admin.do("POST", "/extensions/reload", `{}`).ok() })
	f.a.applied(create("o1"), add("o1", "l1"))
}

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

func multiSessionMade(f *twoTills) {
	one, two := f.admin.newPOS(), f.admin.newPOS()
	made := f.admin.do("POST", "/multi-sessions", `{"name":"Main floor","pos":[%q,%q]}`, one.pos, two.pos).ok()
	f.has(made, `{"id":"<any>","name":"Main floor","active":true,"run":0}`)
	f.same(sorted([]any{one.pos, two.pos}), sorted(list(made, "pos")), "its POS")
	f.has(one.open(), `{"multi_session":{"id":%q,"name":"Main floor"},"run":1}`, text(made, "id"))
	empty := f.admin.do("POST", "/multi-sessions", `{"name":"Empty","pos":[]}`).ok()
	f.has(empty, `{"pos":[],"run":0}`)
	f.that(text(empty, "id") != text(made, "id"), "two multi-sessions have one id")
}

func multiSessionListed(f *twoTills) {
	got := f.admin.do("GET", "/multi-sessions/"+f.id, "").ok()
	f.has(got, `{"id":%q,"name":"<any>","active":true,"run":1}`, f.id)
	f.same(sorted([]any{f.a.pos, f.b.pos}), sorted(list(got, "pos")), "its POS")
	f.same(got, f.find(list(f.admin.do("GET", "/multi-sessions", "").ok(), "multi_sessions"), `{"id":%q}`, f.id), "its entry in the list")
}

func multiSessionPatched(f *twoTills) {
	f.has(f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"name":"Terrace"}`).ok(), `{"id":%q,"name":"Terrace","active":true}`, f.id)
	f.has(f.a.open(), `{"multi_session":{"name":"Terrace"}}`)
	f.a.close()
	f.b.close()
	f.has(f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":false}`).ok(), `{"active":false,"name":"Terrace"}`)
	f.has(f.admin.do("GET", "/multi-sessions/"+f.id, "").ok(), `{"active":false}`)
	f.has(f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":true}`).ok(), `{"active":true}`)
	f.has(f.a.open(), `{"multi_session":{"id":%q},"run":2}`, f.id)
}

func multiSessionPOS(f *twoTills) {
	c := f.admin.newPOS()
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q,%q,%q]}`, f.a.pos, f.b.pos, c.pos).ok() // a and b stay, their tills open
	f.has(c.open(), `{"multi_session":{"id":%q},"run":1}`, f.id)
	c.close()
	f.b.close()
	f.has(f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.a.pos).ok(), `{"pos":[%q]}`, f.a.pos)
	opened := c.open()
	f.lacks(opened, "multi_session")
	f.a.applied(create("o1"), add("o1", "l1"))
}

func multiSessionRemoved(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.admin.do("DELETE", "/multi-sessions/"+f.id, "").fails("till_open")
	f.a.close()
	f.b.close()
	w := f.a.connect()
	f.admin.do("DELETE", "/multi-sessions/"+f.id, "").ok()
	w.ends(4209)
	f.admin.do("GET", "/multi-sessions/"+f.id, "").fails("not_found")
	f.lacks(f.a.open(), "multi_session")
	f.a.pull(f.origin, "").fails("no_multi_session")
}

// A POS of another multi-session is moved or refused; in two it is never.
func posInOne(f *twoTills) {
	f.a.close()
	got := f.admin.do("POST", "/multi-sessions", `{"name":"other","pos":[%q]}`, f.a.pos)
	if got.Status != 200 {
		got.fails("conflict")
	}
	in := 0
	for _, m := range list(f.admin.do("GET", "/multi-sessions", "").ok(), "multi_sessions") {
		for _, pos := range list(m, "pos") {
			if pos == any(f.a.pos) {
				in++
			}
		}
	}
	f.same(1, in, "the multi-sessions that the POS is in")
}

func multiSessionNotFound(f *twoTills) {
	f.admin.do("GET", "/multi-sessions/nope", "").fails("not_found")
	f.admin.do("PATCH", "/multi-sessions/nope", `{"name":"x"}`).fails("not_found")
	f.admin.do("DELETE", "/multi-sessions/nope", "").fails("not_found")
	f.admin.do("GET", "/multi-sessions/nope/orders", "").fails("not_found")
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q,%q,"nope"]}`, f.a.pos, f.b.pos).fails("not_found", "bad_request", "conflict")
	f.that(len(list(f.admin.do("GET", "/multi-sessions/"+f.id, "").ok(), "pos")) == 2, "a refused call changed the POS")
}

func multiSessionBad(f *twoTills) {
	for _, body := range []string{`[]`, `{`, `"x"`, `{"name":5,"pos":[]}`, `{"name":"x","pos":5}`, `{"name":"x","pos":[5]}`} {
		f.admin.do("POST", "/multi-sessions", "%s", body).fails("bad_request")
	}
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":"no"}`).fails("bad_request")
}
