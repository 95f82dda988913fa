package conformance

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// wire is a raw WebSocket. One goroutine reads it; frames wait in a channel
// that closes when the connection ends.
type wire struct {
	f      *floor
	conn   *websocket.Conn
	frames chan object
	code   int   // the close code, valid when frames is closed; 0 for a cut
	err    error // what ended it
	ended  time.Time
}

// dial opens a socket and says nothing.
func (f *floor) dial() *wire {
	f.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(f.URL, "http")+"/v1/socket", nil)
	if err != nil {
		f.t.Fatalf("dial: %v", err)
	}
	w := &wire{f: f, conn: conn, frames: make(chan object, 100_000)}
	f.t.Cleanup(func() { _ = conn.Close() })
	go w.read()
	return w
}

func (w *wire) read() {
	defer func() {
		w.ended = time.Now()
		close(w.frames)
	}()
	for {
		kind, raw, err := w.conn.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				w.code = closed.Code
			}
			w.err = err
			return
		}
		frame, err := decode(raw)
		o, isObject := frame.(object)
		if err != nil || !isObject || kind != websocket.TextMessage {
			w.err = fmt.Errorf("one JSON object a text frame, got kind %d: %.200s", kind, raw)
			return
		}
		w.frames <- o
	}
}

// send sends a frame's text.
func (w *wire) send(frame string, args ...any) {
	w.f.t.Helper()
	if err := w.conn.WriteMessage(websocket.TextMessage, []byte(fmt.Sprintf(frame, args...))); err != nil {
		w.f.t.Fatalf("send: %v (the connection ended with %d %v)", err, w.code, w.err)
	}
}

// next is the next frame but for heartbeats and till frames of other rules'
// making, which may come at any time.
func (w *wire) next() object {
	w.f.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case frame, open := <-w.frames:
			if !open {
				w.f.t.Fatalf("the connection ended: %d %v", w.code, w.err)
			}
			if text(frame, "t") != "hb" {
				return frame
			}
		case <-limit:
			w.f.t.Fatalf("no frame in %s", patience)
		}
	}
}

// await skips frames until one of a kind comes.
func (w *wire) await(kind string) object {
	w.f.t.Helper()
	return w.until(`{"t":%q}`, kind)
}

// until skips frames until one has the wanted members.
func (w *wire) until(want string, args ...any) object {
	w.f.t.Helper()
	want = fmt.Sprintf(want, args...)
	wanted := parse(w.f.t, []byte(want))
	for {
		frame := w.next()
		if differs(wanted, frame, "") == "" {
			return frame
		}
		if text(frame, "t") == "error" && text(wanted, "t") != "error" {
			w.f.t.Fatalf("an error came instead of %s: %s", want, canon(frame))
		}
	}
}

// ends waits for the end of the connection and wants its close code. It
// returns the last error frame before it, if any.
func (w *wire) ends(codes ...int) (last object) {
	w.f.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case frame, open := <-w.frames:
			if open {
				if text(frame, "t") == "error" {
					last = frame
				}
				continue
			}
			for _, code := range codes {
				if w.code == code {
					return last
				}
			}
			w.f.t.Fatalf("want close code %v, got %d (%v)", codes, w.code, w.err)
		case <-limit:
			w.f.t.Fatalf("the connection did not end in %s, want %v", patience, codes)
		}
	}
}

// answers wants the connection to answer a push of nothing.
func (w *wire) answers(ref int) object {
	w.f.t.Helper()
	w.send(`{"t":"push","ref":%d,"mutations":[]}`, ref)
	return w.until(`{"t":"pushed","ref":%d}`, ref)
}

// hello is the text of a hello frame; an empty cursor is left out.
func (c *till) hello(cursor string) string {
	if cursor != "" {
		cursor = fmt.Sprintf(`,"cursor":%q`, cursor)
	}
	return fmt.Sprintf(`{"t":"hello","protocol":1,"token":%q,"client_id":%q%s}`, c.token, c.client, cursor)
}

// connect says hello from the till's position and waits for welcome.
func (c *till) connect() *wire {
	c.f.t.Helper()
	w := c.f.dial()
	w.send("%s", c.hello(c.cursor))
	first := w.next()
	c.f.has(first, `{"t":"welcome"}`)
	return w
}

// pushFrame is a push frame's text.
func pushFrame(ref int, mutations ...string) string {
	return fmt.Sprintf(`{"t":"push","ref":%d,"mutations":[%s]}`, ref, strings.Join(mutations, ","))
}
