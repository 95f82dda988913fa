package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var presenceRules = []rule{
	{"presence goes to the others, with conn, POS and user", presenceGoes},
	{"it is not echoed to its own connection", presenceNotEchoed},
	{"null is leaving", presenceNull},
	{"a cut link is leaving", presenceCut},
	{"welcome tells who is where", presenceWelcome},
	{"it is one entry a connection", presencePerConnection},
	{"it is never stored", presenceNotStored},
}

func presenceGoes(f *twoTills) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	got := two.await("presence")
	f.has(got, `{"order":"o1","conn":"<any>","pos":{"id":%q},"user":%s}`, f.a.pos, user)
	one.send(`{"t":"presence","order":"o2"}`)
	f.has(two.await("presence"), `{"order":"o2","conn":%s}`, canon(got["conn"]))
}

func presenceNotEchoed(f *twoTills) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	two.await("presence")
	two.send(`{"t":"presence","order":"o2"}`)
	f.has(one.await("presence"), `{"order":"o2","pos":{"id":%q}}`, f.b.pos) // its own would have come first
}

func presenceNull(f *twoTills) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	conn := canon(two.await("presence")["conn"])
	one.send(`{"t":"presence","order":null}`)
	leaves(f, two, conn)
}

// leaves wants a presence frame that takes a connection's order away.
func leaves(f *twoTills, w *socket, conn string) {
	f.t.Helper()
	got := w.await("presence")
	f.has(got, `{"conn":%s}`, conn)
	f.lacks(got, "order")
}

func presenceCut(f *twoTills) {
	two := f.b.connect()
	one := f.a.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	conn := canon(two.await("presence")["conn"])
	_ = one.conn.UnderlyingConn().Close()
	leaves(f, two, conn)
	presentAt(f, nil)
}

// presentAt wants the orders at which welcome.present shows POS a.
func presentAt(f *twoTills, orders []string) {
	f.t.Helper()
	w := f.dial()
	w.send("%s", f.b.device().hello(""))
	var seen []any
	for _, p := range list(w.next(), "present") {
		if text(p, "pos", "id") == f.a.pos && dig(p, "order") != nil {
			seen = append(seen, dig(p, "order"))
		}
	}
	f.same(append([]string{}, orders...), sorted(seen), "the orders at which a is present")
}

func presenceWelcome(f *twoTills) {
	one, two := f.a.connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	two.await("presence")
	w := f.dial()
	w.send("%s", f.b.device().hello(""))
	f.find(list(w.next(), "present"), `{"pos":{"id":%q,"name":"Name of %s"},"user":%s,"order":"o1"}`, f.a.pos, f.a.pos, user)
	one.send(`{"t":"presence","order":"o2"}`)
	two.await("presence")
	presentAt(f, []string{"o2"})
	one.send(`{"t":"presence","order":null}`)
	two.await("presence")
	presentAt(f, nil)
}

func presencePerConnection(f *twoTills) {
	one, second, two := f.a.connect(), f.a.device().connect(), f.b.connect()
	one.send(`{"t":"presence","order":"o1"}`)
	conn := canon(two.await("presence")["conn"])
	second.send(`{"t":"presence","order":"o2"}`)
	other := canon(two.await("presence")["conn"])
	f.that(conn != other, "two connections of a POS are both %s", conn)
	presentAt(f, []string{"o1", "o2"})
	f.has(one.await("presence"), `{"order":"o2"}`) // the other device of the same POS is another
	_ = second.conn.Close()
	leaves(f, two, other)
	presentAt(f, []string{"o1"})
}

func presenceNotStored(f *twoTills) {
	one, two := f.a.connect(), f.b.connect()
	f.unchanged(func() {
		one.send(`{"t":"presence","order":"o1"}`)
		two.await("presence")
	})
	f.same([]any{}, append([]any{}, f.changes()...), "the changes")
}

// Section 3: `{"t":"till","open":true,"run":4,"multi_session":{…}}` "whenever
// one of these changes".
var tillFrameRules = []rule{
	{"opening and closing a till is told to its sockets", tillFrameOpenClose},
	{"a new run is told to tills that were open or not", tillFrameRun},
	{"a new name of the multi-session is told", tillFrameName},
	{"a till that the admin closes is told", tillFrameAdmin},
	{"a stream is told too", tillFrameStream},
}

func tillFrameOpenClose(f *twoTills) {
	w := f.a.connect()
	f.a.close()
	f.has(w.await("till"), `{"open":false,"run":1,"multi_session":{"id":%q,"name":"<any>"}}`, f.id)
	f.a.open()
	f.has(w.await("till"), `{"open":true,"run":1,"multi_session":{"id":%q}}`, f.id)
}

func tillFrameRun(f *twoTills) {
	f.a.close()
	f.b.close()
	one, two := f.a.connect(), f.b.connect()
	f.a.open()
	one.until(`{"t":"till","open":true,"run":2}`)
	two.until(`{"t":"till","open":false,"run":2}`)
}

func tillFrameName(f *twoTills) {
	w := f.a.connect()
	f.admin.do("PATCH", "/multi-sessions/"+f.id, `{"name":"Terrace"}`).ok()
	w.until(`{"t":"till","open":true,"run":1,"multi_session":{"id":%q,"name":"Terrace"}}`, f.id)
}

func tillFrameAdmin(f *twoTills) {
	w := f.a.connect()
	f.admin.do("POST", "/pos/"+f.a.pos+"/close", `{}`).ok()
	w.until(`{"t":"till","open":false,"run":1}`)
}

func tillFrameStream(f *twoTills) {
	s := f.stream(f.a.token, "client_id="+f.a.client)
	s.await("snapshot")
	f.a.close()
	f.has(s.await("till").data, `{"open":false,"run":1}`)
}

// Section 3: `{"t":"extensions","extensions_etag":"…"}` and `{"t":"catalogue",
// "catalogue_etag":"…"}` "when the server has others than those that welcome
// named". What a server reads a catalogue from is its own matter, so only
// extensions are swapped here.
var newsRules = []rule{
	{"other extensions are told on sockets and streams", otherExtensions},
	{"what welcome named is not told again", sameExtensions},
}

// withExtension starts a server with one extension, which is enabled.
func withExtension(f *twoTills, name string) *twoTills {
	f.t.Helper()
	path := filepath.Join(f.t.TempDir(), name+".js")
	code := fmt.Sprintf(`odoo.define("%[1]s", function (require) {
    var models = require("point_of_sale.models");
    var _super_order = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) { this.%[1]s = json.%[1]s; return _super_order.init_from_JSON.apply(this, arguments); },
        export_as_JSON: function () { var d = _super_order.export_as_JSON.apply(this, arguments); d.%[1]s = this.%[1]s; return d; },
    });
});`, name)
	if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
		f.t.Fatal(err)
	}
	one := newTwoTills(f.t, f.suite.start(f.t, "extensions:\n  - path: "+path))
	one.suite = f.suite
	return one
}

func enableExtension(f *twoTills, extension string, on bool) {
	f.t.Helper()
	f.each(func(node api) { admin{node}.do("PATCH", "/extensions/"+extension, `{"enabled":%t}`, on).ok() })
}

func otherExtensions(f *twoTills) {
	f = withExtension(f, "third")
	w := f.dial()
	w.send("%s", f.a.hello(""))
	welcomed := text(w.await("welcome"), "extensions_etag")
	s := f.stream(f.b.token, "client_id="+f.b.client)
	f.same(welcomed, s.await("welcome").data["extensions_etag"], "the stream's welcome")
	enableExtension(f, "third", false)
	now := text(f.info(), "extensions_etag")
	f.that(now != welcomed, "the ETag is another: %s", now)
	f.same(object{"t": "extensions", "extensions_etag": now}, w.await("extensions"), "the frame")
	f.same(now, s.await("extensions").data["extensions_etag"], "the event")
	enableExtension(f, "third", true)
	f.same(welcomed, w.await("extensions")["extensions_etag"], "the frame of the way back")
}

func sameExtensions(f *twoTills) {
	f = withExtension(f, "third")
	enableExtension(f, "third", false)
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.same(f.info()["extensions_etag"], w.await("welcome")["extensions_etag"], "welcome")
	f.each(func(node api) { admin{node}.do("POST", "/extensions/reload", "").ok() })
	f.b.applied(create("o1"), add("o1", "l1"))
	for {
		frame := w.next()
		switch text(frame, "t") {
		case "extensions", "catalogue":
			f.t.Fatalf("nothing changed, but: %s", canon(frame))
		case "changes":
			return
		}
	}
}

var eventRules = []rule{
	{"a stream begins with welcome and a snapshot that has an id", streamBegins},
	{"changes come as they happen, with the cursor as id", streamChanges},
	{"a cursor brings the changes since", streamFromCursor},
	{"Last-Event-ID goes before cursor", lastEventID},
	{"a malformed Last-Event-ID is cursor_expired too", lastEventIDMalformed},
	{"a failure before the stream is a problem", streamFails},
	{"a stream has the same bodies as a socket", streamBodies},
}

func streamBegins(f *twoTills) {
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

func streamChanges(f *twoTills) {
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

func streamFromCursor(f *twoTills) {
	f.makeChanges(4)
	cursor := text(f.b.pull(f.origin, "&limit=2").ok(), "cursor")
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+cursor)
	f.has(s.next().data, `{"till_open":true}`)
	f.same(3, dig(s.await("changes").data, "changes", 0, "seq"), "the first change")
}

func lastEventID(f *twoTills) {
	f.makeChanges(4)
	cursor := text(f.b.pull(f.origin, "&limit=3").ok(), "cursor")
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+f.origin, "Last-Event-ID", cursor)
	f.same(4, dig(s.await("changes").data, "changes", 0, "seq"), "the first change behind Last-Event-ID")
}

func lastEventIDMalformed(f *twoTills) {
	s := f.stream(f.b.token, "client_id="+f.b.client+"&cursor="+f.origin, "Last-Event-ID", "not a cursor")
	f.has(s.await("reset").data, `{"reason":"cursor_expired"}`)
	s.await("snapshot")
}

func streamFails(f *twoTills) {
	f.api.call("", "GET", "/v1/stream", "").fails("unauthorized")
	f.admin.newPOS().get("/v1/stream?client_id=c").fails("no_multi_session")
	f.a.client = clientOfB(f)
	f.a.get("/v1/stream?client_id=" + f.a.client).fails("client_taken")
}

func streamBodies(f *twoTills) {
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
