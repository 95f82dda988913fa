package conformance

import (
	"fmt"

	"github.com/gorilla/websocket"
)

var helloRules = []rule{
	{"welcome says where one is", welcomeSays},
	{"without a cursor a snapshot comes", helloSnapshot},
	{"with a cursor changes come", helloChanges},
	{"a first frame that is no hello is 4100", badHello},
	{"another protocol is upgrade_required and 4326", otherProtocol},
	{"a bad token is unauthorized and 4301", badTokenHello},
	{"a client_id of another POS is client_taken and 4309", takenHello},
	{"hello needs no open till", helloClosedTill},
	{"a frame before welcome is not answered", silentBeforeHello},
	{"the token in the header counts for nothing", headerIsNoHello},
	{"a large snapshot comes whole, its end with the cursor", helloLargeSnapshot},
}

func welcomeSays(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	w := f.dial()
	w.send("%s", f.b.hello(""))
	welcome := w.next()
	f.has(welcome, `{"t":"welcome","protocol":1,"server_id":%q,"heartbeat_s":25,"run":1,"till_open":true,
		"pos":{"id":%q,"name":"Name of %s"},"multi_session":{"id":%q,"name":"<any>"},"present":[]}`,
		text(f.info(), "server_id"), f.b.pos, f.b.pos, f.id)
	f.same(f.info()["extensions_etag"], welcome["extensions_etag"], "extensions_etag")
}

func helloSnapshot(f *floor) {
	f.a.applied(create("o1"), add("o1", "l1"))
	f.a.applied(create("o2"), closeAs("o2", "paid"))
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome"}`)
	snapshot := w.next()
	f.has(snapshot, `{"t":"snapshot","orders":[{"id":"o1"}],"more":false,"seq":2,"last_id":2}`)
	f.same(f.a.snapshot()["orders"], snapshot["orders"], "the orders of the frame and of the call")
	f.validCursor(snapshot)
	f.has(f.a.pull(text(snapshot, "cursor"), "").ok(), `{"changes":[],"seq":2}`)
}

func helloChanges(f *floor) {
	f.grow(3)
	w := f.dial()
	f.b.cursor = text(f.b.pull(f.origin, "&limit=1").ok(), "cursor")
	w.send("%s", f.b.hello(f.b.cursor))
	f.has(w.next(), `{"t":"welcome"}`)
	var all []any
	for len(all) < 2 {
		frame := w.next()
		f.has(frame, `{"t":"changes"}`)
		all = append(all, list(frame, "changes")...)
	}
	f.same([]any{2, 3}, each(all, "seq"), "the changes since the cursor")
	f.a.applied(inc("o1", "l1", "qty", "1"))
	frame := w.next()
	f.has(frame, `{"t":"changes","changes":[{"seq":4}],"seq":4,"last_id":0}`)
	f.has(f.b.pull(text(frame, "cursor"), "").ok(), `{"changes":[],"seq":4}`)
}

func badHello(f *floor) {
	for _, frame := range []string{
		`{"t":"push","ref":1,"mutations":[]}`, `{"t":"hb"}`, `{}`, `[]`, `5`, `null`, `not json`, ``,
		fmt.Sprintf(`{"t":"hello","protocol":1,"token":%q,"client_id":"a b"}`, f.a.token),
		fmt.Sprintf(`{"t":"hello","protocol":1,"token":%q,"client_id":5}`, f.a.token),
	} {
		w := f.dial()
		w.send("%s", frame)
		f.has(w.ends(4100), `{"t":"error","code":"bad_request","message":"<any>"}`)
	}
	w := f.dial() // "one JSON object a text frame"
	if err := w.conn.WriteMessage(websocket.BinaryMessage, []byte{0, 1, 2}); err != nil {
		f.t.Fatal(err)
	}
	w.ends(4100)
}

func otherProtocol(f *floor) {
	for _, protocol := range []int{0, 2, 99} {
		w := f.dial()
		w.send(`{"t":"hello","protocol":%d,"token":%q,"client_id":%q}`, protocol, f.a.token, f.a.client)
		f.has(w.ends(4326), `{"t":"error","code":"upgrade_required","message":"<any>"}`)
	}
}

func badTokenHello(f *floor) {
	for _, token := range []string{"garbage", f.AdminToken} {
		w := f.dial()
		w.send(`{"t":"hello","protocol":1,"token":%q,"client_id":%q}`, token, f.a.client)
		last := w.ends(4301)
		f.oneOf(text(last, "code"), "unauthorized", "forbidden")
	}
	w := f.dial() // no token: a bad hello or a bad token, both are said of it
	w.send(`{"t":"hello","protocol":1,"client_id":%q}`, f.a.client)
	w.ends(4100, 4301)
}

func takenHello(f *floor) {
	f.a.client = f.take()
	w := f.dial()
	w.send("%s", f.a.hello(f.origin))
	f.has(w.ends(4309), `{"t":"error","code":"client_taken"}`)
}

func helloClosedTill(f *floor) {
	f.a.close()
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome","till_open":false,"run":1}`)
	f.has(w.next(), `{"t":"snapshot","orders":[],"more":false}`)
	f.b.applied(create("o1"), add("o1", "l1"))
	f.has(w.until(`{"t":"changes"}`), `{"changes":[{"seq":1}]}`)
}

func silentBeforeHello(f *floor) {
	w := f.dial()
	f.a.applied(create("o1"), add("o1", "l1"))
	f.b.connect().await("changes") // by now the change went to who may see it
	select {
	case frame, open := <-w.frames:
		f.that(!open, "before hello came %s", canon(frame))
	default:
	}
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome"}`)
}

func headerIsNoHello(f *floor) {
	header := map[string][]string{"Authorization": {"Bearer " + f.a.token}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+f.URL[len("http"):]+"/v1/socket", header)
	if err != nil {
		f.t.Fatal(err)
	}
	w := &wire{f: f, conn: conn, frames: make(chan object, 100)}
	f.t.Cleanup(func() { _ = conn.Close() })
	go w.read()
	w.send(`{"t":"push","ref":1,"mutations":[]}`)
	w.ends(4100)
}

func helloLargeSnapshot(f *floor) {
	f.orders(120)
	w := f.dial()
	w.send("%s", f.b.hello(""))
	f.has(w.next(), `{"t":"welcome"}`)
	var orders []any
	for {
		frame := w.next()
		f.has(frame, `{"t":"snapshot"}`)
		orders = append(orders, list(frame, "orders")...)
		if dig(frame, "more") != true {
			f.has(frame, `{"more":false,"cursor":"<any>","seq":120,"last_id":0}`)
			break
		}
	}
	f.same(f.b.snapshot()["orders"], orders, "the orders")
}
