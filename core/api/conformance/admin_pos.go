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

func posMade(f *floor) {
	id := fresh("pos")
	made := f.admin("POST", "/pos", `{"id":%q,"name":"Bar"}`, id).ok()
	f.has(made, `{"id":%q,"name":"Bar","token":"<any>"}`, id)
	call(f.t, f.Server, text(made, "token"), "POST", "/v1/till/open", `{}`).ok()
}

func posExists(f *floor) {
	f.admin("POST", "/pos", `{"id":%q,"name":"again"}`, f.a.pos).fails("conflict")
	f.has(f.a.open(), `{"pos":{"name":"Name of %s"}}`, f.a.pos)
}

func posBad(f *floor) {
	for _, id := range badIDs()[2:] {
		f.admin("POST", "/pos", `{"id":%s,"name":"Bar"}`, id).fails("bad_request")
	}
	for _, body := range []string{`[]`, `{`, `"x"`} {
		f.admin("POST", "/pos", "%s", body).fails("bad_request")
	}
}

// listed is a POS's entry in the admin's list.
func (f *floor) listed(c *till) object {
	f.t.Helper()
	entry := lookup(list(f.admin("GET", "/pos", "").ok(), "pos"), object{"id": c.pos})
	f.that(entry != nil, "%s is not in the list", c.pos)
	return entry
}

func posListed(f *floor) {
	f.has(f.listed(f.a), `{"name":"Name of %s","till_open":true,"user":%s,"multi_session":"<any>"}`, f.a.pos, user)
	if f.listed(f.a)["multi_session"] != any(f.id) { // its id, or {id,…}: not said
		f.has(f.listed(f.a), `{"multi_session":{"id":%q}}`, f.id)
	}
	f.isTime(f.listed(f.a)["last_seen"])
	f.a.close()
	f.has(f.listed(f.a), `{"till_open":false}`)
	outside := f.listed(f.pos())
	f.has(outside, `{"till_open":false}`)
	f.lacks(outside, "multi_session", "user")
	f.lacks(f.listed(f.b), "token")
}

func posRenamed(f *floor) {
	f.has(f.admin("PATCH", "/pos/"+f.a.pos, `{"name":"Terrace"}`).ok(), `{"id":%q,"name":"Terrace"}`, f.a.pos)
	f.has(f.listed(f.a), `{"name":"Terrace"}`)
	f.has(f.a.open(), `{"pos":{"id":%q,"name":"Terrace"}}`, f.a.pos)
	f.a.applied(create("o1"), add("o1", "l1"))
	f.has(f.change(1), `{"by":{"pos":{"id":%q,"name":"Terrace"}}}`, f.a.pos)
	w, peer := f.a.connect(), f.b.connect()
	f.admin("PATCH", "/pos/"+f.a.pos, `{"name":"Garden"}`).ok()
	w.send("%s", pushFrame(1, f.a.mutation(inc("o1", "l1", "qty", "1"))))
	w.until(`{"t":"pushed","results":[{"status":"applied"}]}`)
	f.has(f.change(2), `{"by":{"pos":{"id":%q,"name":"Garden"}}}`, f.a.pos)
	w.send(`{"t":"presence","order":"o1"}`)
	peer.until(`{"t":"presence","order":"o1","pos":{"id":%q,"name":"Garden"}}`, f.a.pos)
}

func posRemoved(f *floor) {
	c := f.pos()
	f.admin("DELETE", "/pos/"+c.pos, "").ok()
	gone := lookup(list(f.admin("GET", "/pos", "").ok(), "pos"), object{"id": c.pos})
	f.that(gone == nil, "a removed POS is still listed: %s", canon(gone))
	f.admin("DELETE", "/pos/"+c.pos, "").fails("not_found")
	f.b.close()
	f.admin("DELETE", "/pos/"+f.b.pos, "").ok()
	f.has(f.admin("GET", "/multi-sessions/"+f.id, "").ok(), `{"pos":[%q]}`, f.a.pos)
	f.a.applied(create("o1"), add("o1", "l1"))
}

func posClosed(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.admin("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	f.has(f.listed(f.a), `{"till_open":false}`)
	m := f.a.mutation(inc("o1", "l1", "qty", "1"))
	f.a.try(m).fails("till_closed")
	f.a.open()
	f.has(f.a.push(m), `{"results":[{"id":2,"status":"applied"}]}`)
	f.admin("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	f.admin("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
}

func posNotFound(f *floor) {
	f.admin("PATCH", "/pos/nope", `{"name":"x"}`).fails("not_found")
	f.admin("DELETE", "/pos/nope", "").fails("not_found")
	f.admin("POST", "/pos/nope/token", `{}`).fails("not_found")
	f.admin("POST", "/pos/nope/close", `{}`).fails("not_found")
}

func connectionsListed(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	w := f.a.connect()
	f.b.connect()
	f.stream(f.b.token, "client_id="+f.b.device().client).await("snapshot")
	w.answers(1)
	connection := func(c *till) object {
		for _, item := range list(f.admin("GET", "/connections", "").ok(), "connections") {
			if text(item, "client_id") == c.client {
				return item.(object)
			}
		}
		return nil
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

func extensionsListed(f *floor) {
	f.same([]any{}, f.admin("GET", "/extensions", "").ok()["extensions"], "extensions")
}

func extensionsReloaded(f *floor) {
	f.unchanged(func() { f.admin("POST", "/extensions/reload", `{}`).ok() })
	f.a.applied(create("o1"), add("o1", "l1"))
}
