package conformance

var outsideRules = []rule{
	{"outside a multi-session a till opens to null", outsideOpens},
	{"outside a multi-session push, pull and the streams say so", outsideRefused},
	{"an inactive multi-session is outside", inactiveIsOutside},
	{"a till that is open comes into the run when its multi-session is made active", tillJoins},
	{"an open till is not put into a multi-session", openTillNotPutIn},
	{"an open till is not taken out of a multi-session", openTillNotTakenOut},
	{"a POS that is moved sees the new multi-session from the first moment", movedSeesNew},
}

func outsideOpens(f *floor) {
	c := f.pos()
	for range 2 {
		opened := c.open()
		f.has(opened, `{"pos":{"id":%q}}`, c.pos)
		value, there := opened["multi_session"]
		f.that(there && value == nil, "want \"multi_session\":null, got %s", canon(opened))
	}
	f.has(c.close(), `{"open_orders":[]}`)
}

func outsideRefused(f *floor) {
	c := f.pos()
	c.cursor = f.origin
	f.refusesOutside(c)
	c.open()
	f.refusesOutside(c)
}

// refusesOutside wants no_multi_session from every call that the protocol names.
func (f *floor) refusesOutside(c *till) {
	f.t.Helper()
	c.try().fails("no_multi_session")
	c.pull(c.cursor, "").fails("no_multi_session")
	c.get("/v1/pull?client_id=" + c.client).fails("no_multi_session")
	c.get("/v1/stream?client_id=" + c.client).fails("no_multi_session")
	w := f.dial()
	w.send("%s", c.hello(""))
	f.has(w.ends(4209), `{"t":"error","code":"no_multi_session"}`)
}

func inactiveIsOutside(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	f.b.close()
	f.has(f.admin("PATCH", "/multi-sessions/"+f.id, `{"active":false}`).ok(), `{"active":false}`)
	f.refusesOutside(f.a)
	opened := f.a.open()
	value, there := opened["multi_session"]
	f.that(there && value == nil, "want \"multi_session\":null, got %s", canon(opened))
	f.has(f.a.close(), `{"open_orders":[]}`)
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"active":true}`).ok()
	f.has(f.a.open(), `{"multi_session":{"id":%q},"run":2}`, f.id)
	f.has(f.order("o1"), `{"state":"open"}`)
	f.a.applied(inc("o1", "l1", "qty", "1")) // the old cursor and client go on
}

// tillJoins: nothing says that a till must close before its multi-session is
// made active again.
func tillJoins(f *floor) {
	f.a.close()
	f.b.close()
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"active":false}`).ok()
	f.has(f.a.open(), `{"multi_session":null}`)
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"active":true}`).ok()
	f.has(f.admin("GET", "/multi-sessions/"+f.id, "").ok(), `{"active":true,"run":2}`)
	f.has(f.a.applied(create("o1")), `{"orders":{"o1":{"number":1}}}`)
	f.has(f.order("o1"), `{"run":2}`)
	f.has(f.a.open(), `{"multi_session":{"id":%q},"run":2}`, f.id)
	f.has(f.a.close(), `{"run_ended":true}`)
}

func openTillNotPutIn(f *floor) {
	c := f.pos()
	c.open()
	both := canon(ids([]*till{f.a, f.b, c}))
	f.openTills(f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":%s}`, both), c.pos)
	f.openTills(f.admin("POST", "/multi-sessions", `{"name":"x","pos":[%q]}`, c.pos), c.pos)
	c.close()
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":%s}`, both).ok()
	f.has(c.open(), `{"multi_session":{"id":%q}}`, f.id)
}

// openTills wants till_open to name a POS, by its id or as {id,…}; the protocol
// says no more than pos[].
func (f *floor) openTills(a answer, pos string) {
	f.t.Helper()
	named := list(a.fails("till_open"), "pos")
	f.that(len(named) == 1, "want %s alone, got %s", pos, canon(named))
	if named[0] != any(pos) {
		f.has(named[0], `{"id":%q}`, pos)
	}
}

func openTillNotTakenOut(f *floor) {
	f.a.close()
	f.openTills(f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":[]}`), f.b.pos)
	f.openTills(f.admin("DELETE", "/multi-sessions/"+f.id, ""), f.b.pos)
	f.has(f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.b.pos).ok(), `{"pos":[%q]}`, f.b.pos)
	f.b.applied(create("o1"), add("o1", "l1"))
	f.a.pull(f.origin, "").fails("no_multi_session")
}

func movedSeesNew(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	c := f.pos()
	other := f.multiSession(c)
	c.open()
	c.cursor = text(c.snapshot(), "cursor")
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.b.pos).ok()
	f.admin("PATCH", "/multi-sessions/"+other, `{"pos":[%q,%q]}`, c.pos, f.a.pos).ok()
	moved := f.a.device() // what was bound to the old multi-session stays there
	f.has(moved.open(), `{"multi_session":{"id":%q}}`, other)
	w := f.dial()
	w.send("%s", moved.hello(""))
	f.has(w.next(), `{"t":"welcome","multi_session":{"id":%q}}`, other)
	f.has(w.next(), `{"t":"snapshot","orders":[]}`)
	f.b.applied(create("o2"), add("o2", "l1"))
	c.applied(create("o3"), add("o3", "l1"))
	f.same([]string{"o3"}, keys(w.await("changes"), "changes", 0, "orders"), "the first change that the moved POS sees")
}
