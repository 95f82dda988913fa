package conformance

var tillRules = []rule{
	{"opening names the multi-session, the POS and the run", openNames},
	{"opening twice is harmless", openTwice},
	{"a body that is no object is a bad request", openBadBody},
	{"the run is 0 before the first opening", runZeroAtFirst},
	{"the run is the last one between runs", runLastBetween},
	{"closing lists the open orders", closeLists},
	{"closing works always", closeAlways},
	{"only push needs an open till", onlyPushNeedsTill},
	{"a run ends when its last till closes, and the next starts at 1", runEnds},
	{"open orders are carried with their number and run", ordersCarried},
	{"a carried order goes on", carriedGoesOn},
	{"a till that the admin closes ends the run too", adminCloseEndsRun},
}

func openNames(f *twoTills) {
	f.has(f.a.open(), `{"multi_session":{"id":%q,"name":"<any>"},"pos":{"id":%q,"name":"Name of %s"},"run":1}`, f.id, f.a.pos, f.a.pos)
}

func openTwice(f *twoTills) {
	f.unchanged(func() {
		f.same(f.a.open(), f.a.open(), "the second answer")
		f.has(f.b.open(), `{"run":1}`)
	})
	f.a.applied(create("o1"), add("o1", "l1"))
	f.has(f.a.open(), `{"run":1}`)
	f.has(f.order("o1"), `{"state":"open"}`)
}

func openBadBody(f *twoTills) {
	for _, body := range []string{`[]`, `"x"`, `{`, `5`} {
		f.a.call("POST", "/v1/till/open", body).fails("bad_request")
	}
	f.a.call("POST", "/v1/till/open", `{"user":5}`).fails("bad_request")
}

func runZeroAtFirst(f *twoTills) {
	c := f.admin.newPOS()
	id := f.admin.newMultiSession(c)
	f.has(f.admin.do("GET", "/multi-sessions/"+id, "").ok(), `{"run":0}`)
	w := f.dial()
	w.send("%s", c.hello(""))
	f.has(w.next(), `{"t":"welcome","run":0,"till_open":false}`)
	f.has(c.open(), `{"run":1}`)
	f.has(f.admin.do("GET", "/multi-sessions/"+id, "").ok(), `{"run":1}`)
}

func runLastBetween(f *twoTills) {
	f.a.close()
	f.b.close()
	f.has(f.admin.do("GET", "/multi-sessions/"+f.id, "").ok(), `{"run":1}`)
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome","run":1,"till_open":false}`)
	f.has(f.a.open(), `{"run":2}`)
}

func closeLists(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	open := `[{"order":"o2","number":2,"run":1}]`
	f.has(f.a.close(), `{"run_ended":false,"open_orders":%s}`, open)
	f.has(f.b.close(), `{"run_ended":true,"open_orders":%s}`, open)
	f.a.open()
	f.has(f.a.close(), `{"run_ended":true,"open_orders":%s}`, open) // carried ones too
}

func closeAlways(f *twoTills) {
	f.a.close()
	f.has(f.a.close(), `{"run_ended":false,"open_orders":[]}`)
	f.b.applied(create("o1"), add("o1", "l1"))
	f.b.close()
	f.a.close()
	f.has(f.a.open(), `{"run":2}`)
}

func onlyPushNeedsTill(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	f.a.try(f.a.mutation(add("o1", "l2"))).fails("till_closed")
	f.has(f.a.pull(f.origin, "").ok(), `{"mode":"changes","seq":1}`)
	f.has(f.a.snapshot(), `{"orders":[{"id":"o1"}]}`)
	f.has(f.order("o1"), `{"id":"o1"}`)
	f.has(f.a.get("/v1/orders").ok(), `{"orders":[{"id":"o1"}]}`)
	f.a.get("/v1/schema").ok()
	f.stream("", "ticket="+f.a.ticket()+"&client_id="+f.a.client).await("snapshot")
	w := f.a.connect()
	w.send(`{"t":"push","ref":1,"mutations":[]}`)
	f.has(w.await("error"), `{"ref":1,"code":"till_closed"}`)
	f.b.applied(add("o1", "l2"))
	w.until(`{"t":"changes"}`)
}

func runEnds(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	f.has(f.a.close(), `{"run_ended":false}`)
	f.b.applied(create("o2"), add("o2", "l1"))
	f.b.applied(closeAs("o2", "cancelled"))
	f.has(f.b.close(), `{"run_ended":true,"open_orders":[]}`)
	f.has(f.b.open(), `{"run":2}`)
	f.has(f.a.open(), `{"run":2}`)
	f.has(f.b.applied(create("o3"), add("o3", "l1")), `{"orders":{"o3":{"number":1}}}`)
	f.has(f.order("o3"), `{"run":2,"number":1}`)
	f.has(f.order("o2"), `{"run":1,"number":2,"state":"cancelled"}`)
}

func ordersCarried(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	before := f.order("o2")
	f.a.close()
	f.b.close()
	f.a.open()
	f.same(before, f.order("o2"), "the carried order")
	f.a.cursor = f.origin
	f.a.applied(create("o3"), add("o3", "l1"))
	f.same([]any{"o2", "o3"}, each(list(f.a.snapshot(), "orders"), "id"), "the snapshot, by run and number")
	f.has(f.order("o3"), `{"run":2,"number":1}`)
}

func carriedGoesOn(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	f.b.close()
	f.b.open()
	seq := f.b.seq(inc("o1", "l1", "qty", "1"))
	f.has(f.change(seq), `{"orders":{"o1":{"run":1,"number":1,"state":"open"}}}`)
	f.b.applied(closeAs("o1", "paid"))
	f.has(f.order("o1"), `{"run":1,"number":1,"state":"paid"}`)
}

func adminCloseEndsRun(f *twoTills) {
	f.admin.do("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	f.a.try(f.a.mutation(create("o1"))).fails("till_closed")
	f.admin.do("POST", "/pos/"+f.b.pos+"/close", `{}`).ok()
	f.a.next = 1 // the refused push used no id
	f.has(f.a.open(), `{"run":2}`)
	f.a.applied(create("o1"), add("o1", "l1")) // "its queue is taken when it opens again"
}

var abandonRules = []rule{
	{"open orders become abandoned when the run ends, by run_end", ordersAbandoned},
	{"an abandoned order is closed", abandonedIsClosed},
	{"till/close lists what the end of the run abandons", abandonLists},
	{"money of an abandoned order needs review", abandonedMoney},
	{"a payment for an abandoned order is kept and needs review", abandonedPayment},
}

func ordersAbandoned(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l1"))
	f.a.applied(closeAs("o2", "paid"))
	before := f.order("o1")
	f.endRun()
	after := f.order("o1")
	f.has(after, `{"state":"abandoned","run":1,"number":1,"rev":%d}`, num(before, "rev")+1)
	f.same(before["fields"], after["fields"], "a change of the server's own leaves ms_info alone")
	f.has(f.order("o2"), `{"state":"paid"}`)
	f.has(f.a.snapshot(), `{"orders":[]}`)
	c := f.find(f.changes(), `{"orders":{"o1":{"state":"abandoned"}}}`)
	f.has(c, `{"by":{"server":"run_end"},"orders":{"o1":{"rev":2,"number":1,"run":1}}}`)
	f.lacks(c, "client_id", "id")
	f.lacks(dig(c, "orders", "o1"), "set", "lines", "payments")
}

func abandonedIsClosed(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.endRun()
	for _, op := range []string{add("o1", "l2"), inc("o1", "l1", "qty", "1"), orderSet("o1", `{"partner_id":1}`), closeAs("o1", "paid")} {
		f.has(f.a.rejected("order_closed", op), `{"state":"abandoned"}`)
	}
	f.a.rejected("exists", create("o1"))
	f.has(f.a.applied(create("o2"), add("o2", "l1")), `{"orders":{"o2":{"number":1}}}`)
}

func abandonedPayment(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.endRun()
	seq := f.a.seq(pay("o1", "p1", "4.8"))
	f.has(f.change(seq), `{"orders":{"o1":{"state":"abandoned","payments":[{"id":"p1","amount":4.8,"needs":"review"}]}}}`)
	f.has(f.order("o1"), `{"state":"abandoned","payments":[{"id":"p1","needs":"review"}]}`)
	kept := f.a.rejected("order_closed", pay("o1", "p2", "1"), add("o1", "l2"))
	f.has(kept, `{"kept":["p2"]}`)
	f.has(f.order("o1"), `{"payments":[{"id":"p1"},{"id":"p2","needs":"review"}]}`)
}

func abandonLists(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	open := `[{"order":"o1","number":1,"run":1}]`
	f.has(f.a.close(), `{"run_ended":false,"open_orders":%s}`, open)
	f.has(f.b.close(), `{"run_ended":true,"open_orders":%s}`, open)
	f.has(f.order("o1"), `{"state":"abandoned"}`)
	f.has(f.b.close(), `{"run_ended":false,"open_orders":[]}`)
}

func abandonedMoney(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(pay("o1", "p1", "3"), pay("o1", "p2", "2"), pay("o1", "p3", "-2"))
	f.endRun()
	f.has(f.change(3), `{"by":{"server":"run_end"},"orders":{"o1":{"state":"abandoned","payments":[{"id":"p1","needs":"review"}]}}}`)
	f.same([]any{"review", nil, nil}, each(list(f.order("o1"), "payments"), "needs"), "needs of the payments")
}

var outsideRules = []rule{
	{"outside a multi-session a till opens to null", outsideOpens},
	{"outside a multi-session push, pull and the streams say so", outsideRefused},
	{"an inactive multi-session is outside", inactiveIsOutside},
	{"a till that is open comes into the run when its multi-session is made active", tillJoins},
	{"an open till is not put into a multi-session", openTillNotPutIn},
	{"an open till is not taken out of a multi-session", openTillNotTakenOut},
	{"a POS that is moved sees the new multi-session from the first moment", movedSeesNew},
}

func outsideOpens(f *twoTills) {
	c := f.admin.newPOS()
	for range 2 {
		opened := c.open()
		f.has(opened, `{"pos":{"id":%q}}`, c.pos)
		value, there := opened["multi_session"]
		f.that(there && value == nil, "want \"multi_session\":null, got %s", canon(opened))
	}
	f.has(c.close(), `{"open_orders":[]}`)
}

func outsideRefused(f *twoTills) {
	c := f.admin.newPOS()
	c.cursor = f.origin
	refusesOutside(f, c)
	c.open()
	refusesOutside(f, c)
}

// refusesOutside wants no_multi_session from every call that the protocol names.
func refusesOutside(f *twoTills, c *till) {
	f.t.Helper()
	c.try().fails("no_multi_session")
	c.pull(c.cursor, "").fails("no_multi_session")
	c.get("/v1/pull?client_id=" + c.client).fails("no_multi_session")
	c.get("/v1/stream?client_id=" + c.client).fails("no_multi_session")
	w := f.dial()
	w.send("%s", c.hello(""))
	f.has(w.ends(4209), `{"t":"error","code":"no_multi_session"}`)
}

func inactiveIsOutside(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	f.b.close()
	f.has(f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":false}`).ok(), `{"active":false}`)
	refusesOutside(f, f.a)
	opened := f.a.open()
	value, there := opened["multi_session"]
	f.that(there && value == nil, "want \"multi_session\":null, got %s", canon(opened))
	f.has(f.a.close(), `{"open_orders":[]}`)
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":true}`).ok()
	f.has(f.a.open(), `{"multi_session":{"id":%q},"run":2}`, f.id)
	f.has(f.order("o1"), `{"state":"open"}`)
	f.a.applied(inc("o1", "l1", "qty", "1")) // the old cursor and client go on
}

// tillJoins: nothing says that a till must close before its multi-session is
// made active again.
func tillJoins(f *twoTills) {
	f.a.close()
	f.b.close()
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":false}`).ok()
	f.has(f.a.open(), `{"multi_session":null}`)
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"active":true}`).ok()
	f.has(f.admin.do("GET", "/multi-sessions/"+f.id, "").ok(), `{"active":true,"run":2}`)
	f.has(f.a.applied(create("o1")), `{"orders":{"o1":{"number":1}}}`)
	f.has(f.order("o1"), `{"run":2}`)
	f.has(f.a.open(), `{"multi_session":{"id":%q},"run":2}`, f.id)
	f.has(f.a.close(), `{"run_ended":true}`)
}

func openTillNotPutIn(f *twoTills) {
	c := f.admin.newPOS()
	c.open()
	both := canon(ids([]*till{f.a, f.b, c}))
	namesOpenTill(f, f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":%s}`, both), c.pos)
	namesOpenTill(f, f.admin.do("POST", "/multi-sessions", `{"name":"x","pos":[%q]}`, c.pos), c.pos)
	c.close()
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":%s}`, both).ok()
	f.has(c.open(), `{"multi_session":{"id":%q}}`, f.id)
}

// namesOpenTill wants till_open to name a POS, by its id or as {id,…}; the protocol
// says no more than pos[].
func namesOpenTill(f *twoTills, a answer, pos string) {
	f.t.Helper()
	named := list(a.fails("till_open"), "pos")
	f.that(len(named) == 1, "want %s alone, got %s", pos, canon(named))
	if named[0] != any(pos) {
		f.has(named[0], `{"id":%q}`, pos)
	}
}

func openTillNotTakenOut(f *twoTills) {
	f.a.close()
	namesOpenTill(f, f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[]}`), f.b.pos)
	namesOpenTill(f, f.admin.do("DELETE", "/multi-sessions/"+f.id, ""), f.b.pos)
	f.has(f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.b.pos).ok(), `{"pos":[%q]}`, f.b.pos)
	f.b.applied(create("o1"), add("o1", "l1"))
	f.a.pull(f.origin, "").fails("no_multi_session")
}

func movedSeesNew(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	c := f.admin.newPOS()
	other := f.admin.newMultiSession(c)
	c.open()
	c.cursor = text(c.snapshot(), "cursor")
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"pos":[%q]}`, f.b.pos).ok()
	f.admin.do("PATCH", "/multi-sessions/"+other, `{"pos":[%q,%q]}`, c.pos, f.a.pos).ok()
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
