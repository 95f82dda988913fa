package conformance

import "strings"

var eventRules = []rule{
	{"a stream begins with welcome and a snapshot that has an id", streamBegins},
	{"changes come as they happen, with the cursor as id", streamChanges},
	{"a cursor brings the changes since", streamFromCursor},
	{"Last-Event-ID goes before cursor", lastEventID},
	{"a malformed Last-Event-ID is cursor_expired too", lastEventIDMalformed},
	{"a failure before the stream is a problem", streamFails},
	{"a stream has the same bodies as a socket", streamBodies},
}

func streamBegins(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	s := f.stream(f.b.token, "client_id="+f.b.client)
	e := s.next()
	f.that(e.name == "welcome", "want welcome first, got %s", e.name)
	f.has(e.data, `{"protocol":1,"server_id":"<any>","heartbeat_s":25,"run":1,"till_open":true,"pos":{"id":%q},"multi_session":{"id":%q}}`, f.b.pos, f.id)
	e = s.next()
	f.that(e.name == "snapshot", "want a snapshot, got %s", e.name)
	f.has(e.data, `{"orders":[{"id":"o1"}],"more":false,"seq":1,"last_id":0}`)
	f.that(e.id != "" && e.id == text(e.data, "cursor"), "the last snapshot has its cursor as id: %q", e.id)
}

func streamChanges(f *floor) {
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+f.origin)
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.applied(inc("o1", "l1", "qty", "1"))
	var all []any
	for len(all) < 2 {
		e := s.await("changes")
		f.that(e.id != "" && e.id == text(e.data, "cursor"), "id is the cursor: %q", e.id)
		f.has(e.data, `{"seq":"<any>","last_id":"<any>"}`)
		all = append(all, list(e.data, "changes")...)
	}
	f.same([]any{1, 2}, each(all, "seq"), "the changes")
}

func streamFromCursor(f *floor) {
	f.grow(4)
	cursor := text(f.b.pull(f.origin, "&limit=2").ok(), "cursor")
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+cursor)
	f.has(s.next().data, `{"till_open":true}`)
	f.same(3, dig(s.await("changes").data, "changes", 0, "seq"), "the first change")
}

func lastEventID(f *floor) {
	f.grow(4)
	cursor := text(f.b.pull(f.origin, "&limit=3").ok(), "cursor")
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+f.origin, "Last-Event-ID", cursor)
	f.same(4, dig(s.await("changes").data, "changes", 0, "seq"), "the first change behind Last-Event-ID")
}

func lastEventIDMalformed(f *floor) {
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+f.origin, "Last-Event-ID", "not a cursor")
	f.has(s.await("reset").data, `{"reason":"cursor_expired"}`)
	s.await("snapshot")
}

func streamFails(f *floor) {
	call(f.t, f.Server, "", "GET", "/v1/stream", "").fails("unauthorized")
	f.pos().get("/v1/stream?client_id=c").fails("no_multi_session")
	f.a.client = f.take()
	f.a.get("/v1/stream?client_id=" + f.a.client).fails("client_taken")
}

func streamBodies(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	w := f.dial()
	w.send("%s", f.b.hello(""))
	s := f.stream(f.b.token, "client_id="+f.b.client)
	for _, name := range strings.Fields("welcome snapshot changes") {
		if name == "changes" {
			f.a.applied(inc("o1", "l1", "qty", "1"))
		}
		frame, data := clone(w.await(name)), clone(s.await(name).data)
		for _, member := range []string{"t", "present"} { // an event has its name outside; "it has no presence"
			delete(frame, member)
			delete(data, member)
		}
		f.same(frame, data, "the body of %s", name)
	}
}
