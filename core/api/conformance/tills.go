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

func openNames(f *floor) {
	f.has(f.a.open(), `{"multi_session":{"id":%q,"name":"<any>"},"pos":{"id":%q,"name":"Name of %s"},"run":1}`, f.id, f.a.pos, f.a.pos)
}

func openTwice(f *floor) {
	f.unchanged(func() {
		f.same(f.a.open(), f.a.open(), "the second answer")
		f.has(f.b.open(), `{"run":1}`)
	})
	f.a.applied(create("o1"), add("o1", "l1"))
	f.has(f.a.open(), `{"run":1}`)
	f.has(f.order("o1"), `{"state":"open"}`)
}

func openBadBody(f *floor) {
	for _, body := range []string{`[]`, `"x"`, `{`, `5`} {
		f.a.call("POST", "/v1/till/open", body).fails("bad_request")
	}
	f.a.call("POST", "/v1/till/open", `{"user":5}`).fails("bad_request")
}

func runZeroAtFirst(f *floor) {
	c := f.pos()
	id := f.multiSession(c)
	f.has(f.admin("GET", "/multi-sessions/"+id, "").ok(), `{"run":0}`)
	w := f.dial()
	w.send("%s", c.hello(""))
	f.has(w.next(), `{"t":"welcome","run":0,"till_open":false}`)
	f.has(c.open(), `{"run":1}`)
	f.has(f.admin("GET", "/multi-sessions/"+id, "").ok(), `{"run":1}`)
}

func runLastBetween(f *floor) {
	f.a.close()
	f.b.close()
	f.has(f.admin("GET", "/multi-sessions/"+f.id, "").ok(), `{"run":1}`)
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome","run":1,"till_open":false}`)
	f.has(f.a.open(), `{"run":2}`)
}

func closeLists(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), add("o2", "l1"))
	f.a.applied(closeAs("o1", "paid"))
	open := `[{"order":"o2","number":2,"run":1}]`
	f.has(f.a.close(), `{"run_ended":false,"open_orders":%s}`, open)
	f.has(f.b.close(), `{"run_ended":true,"open_orders":%s}`, open)
	f.a.open()
	f.has(f.a.close(), `{"run_ended":true,"open_orders":%s}`, open) // carried ones too
}

func closeAlways(f *floor) {
	f.a.close()
	f.has(f.a.close(), `{"run_ended":false,"open_orders":[]}`)
	f.b.applied(create("o1"), add("o1", "l1"))
	f.b.close()
	f.a.close()
	f.has(f.a.open(), `{"run":2}`)
}

func onlyPushNeedsTill(f *floor) {
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

func runEnds(f *floor) {
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

func ordersCarried(f *floor) {
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

func carriedGoesOn(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.close()
	f.b.close()
	f.b.open()
	seq := f.b.seq(inc("o1", "l1", "qty", "1"))
	f.has(f.change(seq), `{"orders":{"o1":{"run":1,"number":1,"state":"open"}}}`)
	f.b.applied(closeAs("o1", "paid"))
	f.has(f.order("o1"), `{"run":1,"number":1,"state":"paid"}`)
}

func adminCloseEndsRun(f *floor) {
	f.admin("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	f.a.try(f.a.mutation(create("o1"))).fails("till_closed")
	f.admin("POST", "/pos/"+f.b.pos+"/close", `{}`).ok()
	f.a.next = 1 // the refused push used no id
	f.has(f.a.open(), `{"run":2}`)
	f.a.applied(create("o1"), add("o1", "l1")) // "its queue is taken when it opens again"
}
