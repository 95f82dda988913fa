package conformance

import (
	"fmt"
	"strings"
	"time"

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

func welcomeSays(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	w := f.dial()
	w.send("%s", f.b.hello(""))
	welcome := w.next()
	f.has(welcome, `{"t":"welcome","protocol":1,"server_id":%q,"heartbeat_s":25,"run":1,"till_open":true,
		"pos":{"id":%q,"name":"Name of %s"},"multi_session":{"id":%q,"name":"<any>"},"present":[]}`,
		text(f.info(), "server_id"), f.b.pos, f.b.pos, f.id)
	f.same(f.info()["extensions_etag"], welcome["extensions_etag"], "extensions_etag")
}

func helloSnapshot(f *twoTills) {
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

func helloChanges(f *twoTills) {
	f.makeChanges(3)
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

func badHello(f *twoTills) {
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

func otherProtocol(f *twoTills) {
	for _, protocol := range []int{0, 2, 99} {
		w := f.dial()
		w.send(`{"t":"hello","protocol":%d,"token":%q,"client_id":%q}`, protocol, f.a.token, f.a.client)
		f.has(w.ends(4326), `{"t":"error","code":"upgrade_required","message":"<any>"}`)
	}
}

func badTokenHello(f *twoTills) {
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

func takenHello(f *twoTills) {
	f.a.client = clientOfB(f)
	w := f.dial()
	w.send("%s", f.a.hello(f.origin))
	f.has(w.ends(4309), `{"t":"error","code":"client_taken"}`)
}

func helloClosedTill(f *twoTills) {
	f.a.close()
	w := f.dial()
	w.send("%s", f.a.hello(""))
	f.has(w.next(), `{"t":"welcome","till_open":false,"run":1}`)
	f.has(w.next(), `{"t":"snapshot","orders":[],"more":false}`)
	f.b.applied(create("o1"), add("o1", "l1"))
	f.has(w.until(`{"t":"changes"}`), `{"changes":[{"seq":1}]}`)
}

func silentBeforeHello(f *twoTills) {
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

func headerIsNoHello(f *twoTills) {
	header := map[string][]string{"Authorization": {"Bearer " + f.a.token}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+f.URL[len("http"):]+"/v1/socket", header)
	if err != nil {
		f.t.Fatal(err)
	}
	w := &socket{expect: f.expect, conn: conn, frames: make(chan object, 100)}
	f.t.Cleanup(func() { _ = conn.Close() })
	go w.read()
	w.send(`{"t":"push","ref":1,"mutations":[]}`)
	w.ends(4100)
}

func helloLargeSnapshot(f *twoTills) {
	f.makeOrders(120)
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

// What RFC 6455 allows a client is understood, and what it forbids ends that
// connection alone.
var frameRules = []rule{
	{"a ping is answered", pingAnswered},
	{"a message in fragments, with a ping between, is one frame", fragments},
	{"a frame that is too large is an error, and the socket stays", frameTooLarge},
	{"a frame that is no text is an error, and the socket stays", binaryFrame},
	{"a close is answered by a close", closeAnswered},
	{"frames may come in one packet or byte by byte", packets},
	{"a frame that breaks RFC 6455 ends its connection", brokenFrames},
}

func pingAnswered(f *twoTills) {
	w := f.a.connect()
	pong := make(chan string, 1)
	w.conn.SetPongHandler(func(text string) error {
		pong <- text
		return nil
	})
	if err := w.conn.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(patience)); err != nil {
		f.t.Fatal(err)
	}
	select {
	case text := <-pong:
		f.that(text == "are you there", "the pong says %q", text)
	case <-time.After(patience):
		f.t.Fatal("no pong came")
	}
	w.answers(1)
}

// rawFrame is a masked frame with a mask of zeros.
func rawFrame(head byte, payload string) string {
	const masked = 0x80
	size := []byte{masked | byte(len(payload))}
	if len(payload) > 125 {
		size = []byte{masked | 126, byte(len(payload) >> 8), byte(len(payload))}
	}
	return string(append([]byte{head}, size...)) + "\x00\x00\x00\x00" + payload
}

const (
	textBegins, textWhole = 0x01, 0x81
	goesOn, ends          = 0x00, 0x80
	pingWhole             = 0x89
)

func (w *socket) raw(bytes string) {
	w.t.Helper()
	if _, err := w.conn.UnderlyingConn().Write([]byte(bytes)); err != nil {
		w.t.Fatalf("write: %v", err)
	}
}

func fragments(f *twoTills) {
	w := f.a.connect()
	push := pushFrame(3, f.a.mutation(create("o1"), add("o1", "l1")))
	a, b, c := push[:20], push[20:70], push[70:]
	w.raw(rawFrame(textBegins, a) + rawFrame(goesOn, b) + rawFrame(pingWhole, "x") + rawFrame(goesOn, "") + rawFrame(ends, c))
	w.until(`{"t":"pushed","ref":3,"results":[{"status":"applied"}]}`)
	w.raw(rawFrame(textWhole, `{"t":"hb"}`))
	w.answers(4)
}

// limit is what the server says that it takes.
func bodyLimit(f *twoTills) int {
	return int(num(f.api.call("", "GET", "/v1/info", "").ok(), "limits", "body_bytes"))
}

func frameTooLarge(f *twoTills) {
	limit := bodyLimit(f)
	w := f.a.connect()
	big := fmt.Sprintf(`{"t":"push","ref":7,"mutations":[],"x":"%s"}`, strings.Repeat("x", limit))
	w.send("%s", big)
	f.has(w.await("error"), `{"ref":7,"code":"too_large","what":"frame","limit":%d,"message":"<any>"}`, limit)
	w.answers(8)
	w.send("%s", big[:limit-len(`"}`)]+`"}`) // exactly as large as allowed
	w.until(`{"t":"pushed","ref":7}`)
	before := f.dial()
	before.send("%s", big)
	f.has(before.ends(4100), `{"code":"too_large"}`)
}

func binaryFrame(f *twoTills) {
	w := f.a.connect()
	if err := w.conn.WriteMessage(websocket.BinaryMessage, []byte(pushFrame(1))); err != nil {
		f.t.Fatal(err)
	}
	f.has(w.await("error"), `{"code":"bad_request"}`)
	w.answers(2)
}

func closeAnswered(f *twoTills) {
	w := f.a.connect()
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "enough")
	if err := w.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(patience)); err != nil {
		f.t.Fatal(err)
	}
	w.ends(websocket.CloseNormalClosure)
}

func packets(f *twoTills) {
	w := f.a.connect()
	var all string
	for ref := range 40 {
		all += rawFrame(textWhole, pushFrame(ref))
	}
	w.raw(all)
	for ref := range 40 {
		w.until(`{"t":"pushed","ref":%d}`, ref)
	}
	for _, b := range []byte(rawFrame(textWhole, pushFrame(41))) {
		w.raw(string([]byte{b}))
	}
	w.until(`{"t":"pushed","ref":41}`)
}

func brokenFrames(f *twoTills) {
	for what, bytes := range map[string]string{
		"not masked":            "\x81\x02{}",
		"a reserved bit":        rawFrame(0xC1, `{"t":"hb"}`),
		"a reserved opcode":     rawFrame(0x83, `{"t":"hb"}`),
		"a ping in fragments":   rawFrame(0x09, "x"),
		"goes on with nothing":  rawFrame(ends, "x"),
		"begins twice":          rawFrame(textBegins, "{") + rawFrame(textBegins, "}"),
		"longer than all":       "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00{",
		"a length below nought": "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00{",
	} {
		w := f.a.connect()
		w.raw(bytes)
		limit := time.After(patience)
		for open := true; open; {
			select {
			case _, open = <-w.frames:
			case <-limit:
				f.t.Fatalf("%s: the connection did not end", what)
			}
		}
		f.a.connect().answers(1)
	}
}
