package conformance

// Section 3: `{"t":"till","open":true,"run":4,"multi_session":{…}}` "whenever
// one of these changes".
var tillFrameRules = []rule{
	{"opening and closing a till is told to its sockets", tillFrameOpenClose},
	{"a new run is told to tills that were open or not", tillFrameRun},
	{"a new name of the multi-session is told", tillFrameName},
	{"a till that the admin closes is told", tillFrameAdmin},
	{"a stream is told too", tillFrameStream},
}

func tillFrameOpenClose(f *floor) {
	w := f.a.connect()
	f.a.close()
	f.has(w.await("till"), `{"open":false,"run":1,"multi_session":{"id":%q,"name":"<any>"}}`, f.id)
	f.a.open()
	f.has(w.await("till"), `{"open":true,"run":1,"multi_session":{"id":%q}}`, f.id)
}

func tillFrameRun(f *floor) {
	f.a.close()
	f.b.close()
	one, two := f.a.connect(), f.b.connect()
	f.a.open()
	one.until(`{"t":"till","open":true,"run":2}`)
	two.until(`{"t":"till","open":false,"run":2}`)
}

func tillFrameName(f *floor) {
	w := f.a.connect()
	f.admin("PATCH", "/multi-sessions/"+f.id, `{"name":"Terrace"}`).ok()
	w.until(`{"t":"till","open":true,"run":1,"multi_session":{"id":%q,"name":"Terrace"}}`, f.id)
}

func tillFrameAdmin(f *floor) {
	w := f.a.connect()
	f.admin("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	w.until(`{"t":"till","open":false,"run":1}`)
}

func tillFrameStream(f *floor) {
	s := f.stream(f.a.token, "client_id="+f.a.client)
	s.await("snapshot")
	f.a.close()
	f.has(s.await("till").data, `{"open":false,"run":1}`)
}
