package conformance

import (
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

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

func pingAnswered(f *floor) {
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

func (w *wire) raw(bytes string) {
	w.f.t.Helper()
	if _, err := w.conn.UnderlyingConn().Write([]byte(bytes)); err != nil {
		w.f.t.Fatalf("write: %v", err)
	}
}

func fragments(f *floor) {
	w := f.a.connect()
	push := pushFrame(3, f.a.mutation(create("o1"), add("o1", "l1")))
	a, b, c := push[:20], push[20:70], push[70:]
	w.raw(rawFrame(textBegins, a) + rawFrame(goesOn, b) + rawFrame(pingWhole, "x") + rawFrame(goesOn, "") + rawFrame(ends, c))
	w.until(`{"t":"pushed","ref":3,"results":[{"status":"applied"}]}`)
	w.raw(rawFrame(textWhole, `{"t":"hb"}`))
	w.answers(4)
}

// limit is what the server says that it takes.
func (f *floor) bodyLimit() int {
	return int(num(call(f.t, f.Server, "", "GET", "/v1/info", "").ok(), "limits", "body_bytes"))
}

func frameTooLarge(f *floor) {
	limit := f.bodyLimit()
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

func binaryFrame(f *floor) {
	w := f.a.connect()
	if err := w.conn.WriteMessage(websocket.BinaryMessage, []byte(pushFrame(1))); err != nil {
		f.t.Fatal(err)
	}
	f.has(w.await("error"), `{"code":"bad_request"}`)
	w.answers(2)
}

func closeAnswered(f *floor) {
	w := f.a.connect()
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "enough")
	if err := w.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(patience)); err != nil {
		f.t.Fatal(err)
	}
	w.ends(websocket.CloseNormalClosure)
}

func packets(f *floor) {
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

func brokenFrames(f *floor) {
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
