package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// socket is a raw WebSocket. One goroutine reads it; frames wait in a channel
// that closes when the connection ends.
type socket struct {
	expect
	conn   *websocket.Conn
	frames chan object
	code   int   // the close code, valid when frames is closed; 0 for a cut
	err    error // what ended it
	ended  time.Time
}

func (w *socket) read() {
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
func (w *socket) send(frame string, args ...any) {
	w.t.Helper()
	if err := w.conn.WriteMessage(websocket.TextMessage, []byte(fmt.Sprintf(frame, args...))); err != nil {
		w.t.Fatalf("send: %v (the connection ended with %d %v)", err, w.code, w.err)
	}
}

// next is the next frame but for heartbeats and till frames of other rules'
// making, which may come at any time.
func (w *socket) next() object {
	w.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case frame, open := <-w.frames:
			if !open {
				w.t.Fatalf("the connection ended: %d %v", w.code, w.err)
			}
			if text(frame, "t") != "hb" {
				return frame
			}
		case <-limit:
			w.t.Fatalf("no frame in %s", patience)
		}
	}
}

// await skips frames until one of a kind comes.
func (w *socket) await(kind string) object {
	w.t.Helper()
	return w.until(`{"t":%q}`, kind)
}

// until skips frames until one has the wanted members.
func (w *socket) until(want string, args ...any) object {
	w.t.Helper()
	want = fmt.Sprintf(want, args...)
	wanted := parse(w.t, []byte(want))
	for {
		frame := w.next()
		if differs(wanted, frame, "") == "" {
			return frame
		}
		if text(frame, "t") == "error" && text(wanted, "t") != "error" {
			w.t.Fatalf("an error came instead of %s: %s", want, canon(frame))
		}
	}
}

// ends waits for the end of the connection and wants its close code. It
// returns the last error frame before it, if any.
func (w *socket) ends(codes ...int) (last object) {
	w.t.Helper()
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
			w.t.Fatalf("want close code %v, got %d (%v)", codes, w.code, w.err)
		case <-limit:
			w.t.Fatalf("the connection did not end in %s, want %v", patience, codes)
		}
	}
}

// answers wants the connection to answer a push of nothing.
func (w *socket) answers(ref int) object {
	w.t.Helper()
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
func (c *till) connect() *socket {
	c.api.t.Helper()
	w := c.api.dial()
	w.send("%s", c.hello(c.cursor))
	first := w.next()
	c.api.has(first, `{"t":"welcome"}`)
	return w
}

// pushFrame is a push frame's text.
func pushFrame(ref int, mutations ...string) string {
	return fmt.Sprintf(`{"t":"push","ref":%d,"mutations":[%s]}`, ref, strings.Join(mutations, ","))
}

// event is one Server-Sent Event.
type event struct {
	name, id string
	data     object
}

// feed is a raw Server-Sent Events stream; events closes when it ends.
type feed struct {
	expect
	events chan event
	cut    context.CancelFunc
}

func (s *feed) read(w *http.Response) {
	defer close(s.events)
	defer w.Body.Close()
	in := bufio.NewScanner(w.Body)
	in.Buffer(nil, 16<<20)
	var e event
	var data []string
	for in.Scan() {
		name, value, _ := strings.Cut(in.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case in.Text() == "" && len(data) > 0:
			tree, _ := decode([]byte(strings.Join(data, "\n")))
			e.data, _ = tree.(object)
			s.events <- e
			e, data = event{}, nil
		case name == "event":
			e.name = value
		case name == "id":
			e.id = value
		case name == "data":
			data = append(data, value)
		}
	}
}

// next is the next event but for heartbeats.
func (s *feed) next() event {
	s.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case e, open := <-s.events:
			if !open {
				s.t.Fatal("the stream ended")
			}
			if e.name != "hb" {
				return e
			}
		case <-limit:
			s.t.Fatalf("no event in %s", patience)
		}
	}
}

// await skips events until one of a name comes.
func (s *feed) await(name string) event {
	s.t.Helper()
	for {
		if e := s.next(); e.name == name {
			return e
		}
	}
}

// ends waits for the server to end the stream.
func (s *feed) ends() {
	s.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case _, open := <-s.events:
			if !open {
				return
			}
		case <-limit:
			s.t.Fatalf("the stream did not end in %s", patience)
		}
	}
}
