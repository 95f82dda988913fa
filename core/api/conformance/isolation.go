package conformance

var isolationRules = []rule{
	{"the same order id in two multi-sessions is two orders", sameIDTwoOrders},
	{"numbers, runs and seqs are a multi-session's own", countersOwn},
	{"changes, presence and tills reach one's own floor alone", nothingLeaks},
	{"a third multi-session changes nothing in two at work", thirdStarts},
	{"a POS can't read another multi-session's order", otherFloorsOrder},
}

func (f *floor) neighbour() *floor {
	f.t.Helper()
	g := newFloor(f.t, f.Server)
	g.suite = f.suite
	return g
}

func sameIDTwoOrders(f *floor) {
	g := f.neighbour()
	f.a.applied(create("o1", `{"partner_id":1}`), add("o1", "l1", `{"qty":1}`))
	g.a.applied(create("o1", `{"partner_id":2}`), add("o1", "l1", `{"qty":2}`))
	g.a.applied(closeAs("o1", "paid"))
	f.has(f.order("o1"), `{"state":"open","rev":1,"fields":{"partner_id":1},"lines":[{"fields":{"qty":1}}]}`)
	g.has(g.order("o1"), `{"state":"paid","rev":2,"fields":{"partner_id":2},"lines":[{"fields":{"qty":2}}]}`)
}

func countersOwn(f *floor) {
	g := f.neighbour()
	f.a.applied(create("o1"))
	f.a.applied(create("o2"))
	f.has(g.a.applied(create("o3")), `{"id":1,"seq":1,"orders":{"o3":{"number":1}}}`)
	g.endRun()
	f.has(f.a.open(), `{"run":1}`)
	f.has(f.a.applied(create("o4")), `{"seq":3,"orders":{"o4":{"number":3}}}`)
}

func nothingLeaks(f *floor) {
	g := f.neighbour()
	w, theirs := f.a.connect(), g.a.connect()
	other := g.b.connect()
	g.a.applied(create("o1"), add("o1", "l1"))
	theirs.send(`{"t":"presence","order":"o1"}`)
	other.await("presence")
	g.b.close()
	other.await("till")
	f.b.applied(create("o9"), add("o9", "l1"))
	first := w.next()
	f.has(first, `{"t":"changes","changes":[{"seq":1,"orders":{"o9":"<any>"}}]}`)
	again := f.dial()
	again.send("%s", f.b.hello(""))
	f.has(again.next(), `{"t":"welcome","present":[],"multi_session":{"id":%q}}`, f.id)
}

func thirdStarts(f *floor) {
	g := f.neighbour()
	one, two := f.a.connect(), g.a.connect()
	f.unchanged(func() {
		g.unchanged(func() {
			h := f.neighbour()
			h.a.applied(create("o1"), add("o1", "l1"))
			h.endRun()
		})
	})
	one.answers(1)
	two.answers(1)
}

func otherFloorsOrder(f *floor) {
	g := f.neighbour()
	g.a.applied(create("theirs"), add("theirs", "l1"))
	f.a.get("/v1/orders/theirs").fails("not_found")
	f.a.rejected("not_found", inc("theirs", "l1", "qty", "1"))
	f.has(f.a.get("/v1/orders").ok(), `{"orders":[]}`)
	f.has(f.a.applied(create("theirs")), `{"orders":{"theirs":{"number":1}}}`)
}
