package conformance

// A cursor of an earlier life of the database (epoch_changed, cursor_ahead,
// diverged) needs a restored backup: that is tested where backups are.
var resetRules = []rule{
	{"a cursor of another server is other_server", otherServer},
	{"a cursor of another multi-session is other_multi_session", otherMultiSession},
	{"a push with such a cursor applies nothing and binds nothing", resetAppliesNothing},
	{"a hello with such a cursor gets reset, a snapshot, and no pushes", resetHello},
	{"a stream with such a cursor gets reset and a snapshot", resetStream},
	{"a malformed cursor of a stream or hello is cursor_expired", malformedIsExpired},
	{"after cursor_expired pushes go on", expiredGoesOn},
}

// elsewhere is a cursor of another server.
func (f *floor) elsewhere() string {
	f.t.Helper()
	return newFloor(f.t, f.suite.start(f.t, "")).origin
}

func otherServer(f *floor) {
	f.a.cursor = f.elsewhere()
	f.has(f.a.try().fails("reset_required"), `{"reason":"other_server"}`)
	f.has(f.a.pull(f.a.cursor, "").fails("reset_required"), `{"reason":"other_server"}`)
	w := f.dial()
	w.send("%s", f.a.hello(f.a.cursor))
	f.has(w.until(`{"t":"reset"}`), `{"reason":"other_server"}`)
	s := f.stream(f.a.token, "client_id="+f.a.client+"&cursor="+f.a.cursor)
	f.has(s.await("reset").data, `{"reason":"other_server"}`)
}

func otherMultiSession(f *floor) {
	f.a.cursor = f.foreign()
	f.has(f.a.try().fails("reset_required"), `{"reason":"other_multi_session"}`)
	f.has(f.a.pull(f.a.cursor, "").fails("reset_required"), `{"reason":"other_multi_session"}`)
}

func resetAppliesNothing(f *floor) {
	good := f.a.cursor
	f.a.cursor = f.foreign()
	f.unchangedOrders(func() {
		f.a.try(mutation(1, create("o1"), add("o1", "l1"))).fails("reset_required")
	})
	f.b.client = f.a.client
	f.b.push()
	f.a.client, f.a.cursor = fresh("client"), good
	f.has(f.a.applied(create("o1")), `{"id":1,"seq":1}`)
}

func resetHello(f *floor) {
	f.b.applied(create("o1"), add("o1", "l1"))
	w := f.dial()
	w.send("%s", f.a.hello(f.foreign()))
	f.has(w.next(), `{"t":"welcome"}`)
	f.has(w.next(), `{"t":"reset","reason":"other_multi_session"}`)
	f.has(w.next(), `{"t":"snapshot","orders":[{"id":"o1"}],"more":false,"seq":1}`)
	for ref := range 2 {
		w.send("%s", pushFrame(ref, mutation(1, create("o2"))))
		f.has(w.await("error"), `{"ref":%d,"code":"reset_required"}`, ref)
	}
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.has(w.next(), `{"t":"changes","changes":[{"seq":2}]}`) // it still hears what happens
	f.a.get("/v1/orders/o2").fails("not_found")
	f.a.client = fresh("client") // "the client comes back with its new client_id"
	again := f.dial()
	again.send("%s", f.a.hello(""))
	f.has(again.answers(1), `{"last_id":0}`)
}

func resetStream(f *floor) {
	f.b.applied(create("o1"), add("o1", "l1"))
	s := f.stream(f.a.token, "client_id="+f.a.client+"&cursor="+f.foreign())
	f.has(s.await("reset").data, `{"reason":"other_multi_session"}`)
	e := s.next()
	f.that(e.name == "snapshot", "want a snapshot after reset, got %s", e.name)
	f.has(e.data, `{"orders":[{"id":"o1"}],"more":false}`)
	f.b.applied(inc("o1", "l1", "qty", "1"))
	f.has(s.await("changes").data, `{"changes":[{"seq":2}]}`)
}

func malformedIsExpired(f *floor) {
	f.b.applied(create("o1"), add("o1", "l1"))
	for _, cursor := range []string{"a b", "a:b", "ä"} {
		w := f.dial()
		w.send("%s", f.a.hello(cursor))
		f.has(w.next(), `{"t":"welcome"}`)
		f.has(w.next(), `{"t":"reset","reason":"cursor_expired"}`)
		f.has(w.next(), `{"t":"snapshot","orders":[{"id":"o1"}],"more":false}`)
	}
	for _, cursor := range []string{"a%20b", "a:b", "%C3%A4"} {
		s := f.stream(f.a.token, "client_id="+f.a.client+"&cursor="+cursor)
		f.has(s.await("reset").data, `{"reason":"cursor_expired"}`)
		f.has(s.await("snapshot").data, `{"orders":[{"id":"o1"}]}`)
	}
}

func expiredGoesOn(f *floor) {
	w := f.dial()
	w.send("%s", f.a.hello("a b"))
	w.until(`{"t":"snapshot","more":false}`)
	w.send("%s", pushFrame(1, mutation(1, create("o1"), add("o1", "l1"))))
	f.has(w.await("pushed"), `{"ref":1,"results":[{"status":"applied"}]}`)
}
