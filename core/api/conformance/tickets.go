package conformance

var ticketRules = []rule{
	{"a ticket opens one stream, once", ticketOnce},
	{"a ticket dies with its token", ticketDies},
	{"what a ticket opened dies with its token", ticketStreamDies},
	{"a made-up ticket opens nothing", ticketMadeUp},
	{"a new ticket and the last cursor go on where the stream broke", ticketGoesOn},
}

// ticket is a new ticket of a till.
func (c *till) ticket() string {
	c.f.t.Helper()
	ticket := text(c.call("POST", "/v1/ticket", `{}`).ok(), "ticket")
	c.f.that(ticket != "", "POST /v1/ticket gives a ticket")
	return ticket
}

func ticketOnce(f *floor) {
	ticket := f.a.ticket()
	s := f.stream("", "ticket="+ticket+"&client_id="+f.a.client)
	f.has(s.await("welcome").data, `{"pos":{"id":%q}}`, f.a.pos)
	call(f.t, f.Server, "", "GET", "/v1/stream?ticket="+ticket+"&client_id="+f.a.client, "").fails("unauthorized")
	f.a.applied(create("o1"), add("o1", "l1"))
	s.await("changes")
}

func ticketDies(f *floor) {
	ticket := f.a.ticket()
	f.admin("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	call(f.t, f.Server, "", "GET", "/v1/stream?ticket="+ticket, "").fails("unauthorized")
}

func ticketStreamDies(f *floor) {
	s := f.stream("", "ticket="+f.a.ticket()+"&client_id="+f.a.client)
	s.await("welcome")
	f.admin("POST", "/pos/"+f.a.pos+"/token", `{}`).ok()
	s.ends()
}

func ticketMadeUp(f *floor) {
	call(f.t, f.Server, "", "GET", "/v1/stream?ticket=made-up", "").fails("unauthorized")
	call(f.t, f.Server, "", "GET", "/v1/stream?ticket=", "").fails("unauthorized")
	call(f.t, f.Server, "", "GET", "/v1/stream?ticket="+f.a.token, "").fails("unauthorized")
}

func ticketGoesOn(f *floor) {
	s := f.stream("", "ticket="+f.a.ticket()+"&client_id="+f.a.client+"&cursor="+f.origin)
	f.a.applied(create("o1"), add("o1", "l1"))
	last := s.await("changes")
	f.same(1, dig(last.data, "changes", 0, "seq"), "the first change")
	s.cut()
	f.a.applied(add("o1", "l2"))
	s = f.stream("", "ticket="+f.a.ticket()+"&client_id="+f.a.client+"&cursor="+last.id)
	f.same(2, dig(s.await("changes").data, "changes", 0, "seq"), "the first change after the break")
}
