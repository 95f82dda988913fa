package conformance

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// slow is what takes half a minute by the protocol's own numbers. It is begun
// before all other rules and looked at after them.
type slow struct {
	f      *twoTills
	begun  time.Time
	silent *socket // says no hello
	quiet  *socket // connected, but nothing happens
	events *feed   // likewise
	late   string
	early  <-chan answer // a ticket that is used after 20 s
	poll   io.ReadCloser // of a pull that waits for 25 s
	stop   chan bool
}

func beginSlow(t *testing.T, s *suite) *slow {
	t.Helper()
	f := newTwoTills(t, s.shared)
	l := &slow{f: f, silent: f.dial(), stop: make(chan bool), begun: time.Now()}
	l.late = f.a.ticket()
	early, inTime := f.a.ticket(), make(chan answer, 1)
	l.early = inTime
	l.quiet = f.b.connect()
	l.events = f.stream(f.b.token, "client_id="+f.b.client)
	l.poll = longPoll(f, f.b, 25)
	go func() {
		timer, alive := time.NewTimer(20*time.Second), time.NewTicker(20*time.Second)
		defer alive.Stop()
		for {
			select {
			case <-timer.C: // a cursor of nonsense in the ticket's place would be 401 too
				a, _ := request(s.shared, "", "GET", "/v1/stream?ticket="+early+"&client_id=a%20b", "")
				inTime <- a
			case <-alive.C:
				_ = l.quiet.conn.WriteMessage(1, []byte(`{"t":"hb"}`))
			case <-l.stop:
				return
			}
		}
	}()
	return l
}

func (l *slow) finish(t *testing.T) {
	t.Cleanup(func() { close(l.stop) })
	t.Run("slow", func(t *testing.T) {
		for _, r := range []rule{
			{"no hello in 5 s is 4200", l.noHello},
			{"a ticket is good for 30 s", l.ticket},
			{"a poll that waits gets white space before its answer", l.whiteSpace},
			{"a heartbeat comes after 25 s without sending", l.heartbeat},
		} {
			t.Run(r.name, func(t *testing.T) {
				f := *l.f
				f.t = t
				r.test(&f)
			})
		}
	})
}

func (l *slow) noHello(f *twoTills) {
	l.silent.expect = f.expect
	l.silent.ends(4200)
	after := l.silent.ended.Sub(l.begun)
	f.that(after > 4*time.Second && after < 15*time.Second, "the socket was closed after %s", after)
}

// ticket: with a client_id that is none, a good ticket gives bad_request and
// a bad one unauthorized, and no stream is left open.
func (l *slow) ticket(f *twoTills) {
	early := <-l.early
	f.that(early.Status == 400, "a ticket of 20 s: want 400 for its client_id, got %d %s", early.Status, early.Raw)
	time.Sleep(time.Until(l.begun.Add(31 * time.Second)))
	f.api.call("", "GET", "/v1/stream?ticket="+l.late+"&client_id=a%20b", "").fails("unauthorized")
}

// longPoll begins a long poll, and gives its body as it comes.
func longPoll(f *twoTills, c *till, seconds int) io.ReadCloser {
	f.t.Helper()
	in, out := io.Pipe()
	r, err := http.NewRequestWithContext(f.t.Context(), "GET", fmt.Sprintf("%s/v1/pull?wait=%d&client_id=%s&cursor=%s", f.URL, seconds, c.client, f.origin), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	go func() {
		w, err := (&http.Client{Transport: client.Transport}).Do(r) // it is read when the rules are over, however long they take
		if err == nil {
			_, err = io.Copy(out, w.Body)
			_ = w.Body.Close()
		}
		_ = out.CloseWithError(err)
	}()
	return in
}

// whiteSpace: a proxy that allows 20 s of silence must not end a poll.
func (l *slow) whiteSpace(f *twoTills) {
	first := make([]byte, 1)
	_, err := io.ReadFull(l.poll, first)
	f.that(err == nil && strings.TrimSpace(string(first)) == "", "the first byte is %q, %v", first, err)
	rest, err := io.ReadAll(l.poll)
	f.that(err == nil, "the rest: %v", err)
	f.has(parse(f.t, rest), `{"mode":"changes","changes":[],"cursor":%q,"seq":0,"more":false}`, f.origin)
}

func (l *slow) heartbeat(f *twoTills) {
	// What came while the other rules ran waits to be read.
	limit := time.After(max(time.Until(l.begun.Add(40*time.Second)), time.Second))
	for socket, stream := false, false; !socket || !stream; {
		select {
		case frame, open := <-l.quiet.frames:
			f.that(open, "the socket ended: %d %v", l.quiet.code, l.quiet.err)
			if text(frame, "t") == "hb" {
				f.has(frame, `{"head":0}`)
				socket = true
			}
		case e, open := <-l.events.events:
			f.that(open, "the stream ended")
			stream = stream || e.name == "hb"
		case <-limit:
			f.t.Fatalf("no heartbeat in 40 s: socket %v, stream %v", socket, stream)
		}
	}
}

// A very bad network costs time, never data: who reads slowly but steadily
// gets all of it, though it takes longer than any deadline of a write.
var slowReaderRules = []rule{
	{"a snapshot of 16 MB goes through a thin line", thinLine},
	{"a push of 2 MB comes through a thin line", thinPush},
}

// thinPush takes longer than any deadline of a read, over HTTP and a socket.
func thinPush(f *twoTills) {
	if !*patient {
		f.t.Skip("writes for 45 seconds: run with -patient")
	}
	big := func(c *till, o string) string {
		var ops []string
		for l := range 920 {
			ops = append(ops, add(o, fmt.Sprintf("%s-%d", c.pos, l), fmt.Sprintf(`{"description":%q}`, strings.Repeat("x", 1950))))
		}
		return c.mutation(ops...)
	}
	f.a.applied(create("o1"), create("o2"))
	socket := f.b.connect()
	done := make(chan bool)
	go func() {
		frame := pushFrame(1, big(f.b, "o2"))
		head := []byte{textWhole, 0x80 | 127, 0, 0, 0, 0, byte(len(frame) >> 24), byte(len(frame) >> 16), byte(len(frame) >> 8), byte(len(frame)), 0, 0, 0, 0}
		drip(socket.conn.UnderlyingConn(), string(head)+frame)
		done <- true
	}()
	conn, body := f.tcp(), f.a.body(big(f.a, "o1"))
	fmt.Fprintf(conn, "POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", f.a.token, len(body))
	drip(conn, body)
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	w, err := http.ReadResponse(bufio.NewReader(conn), nil)
	f.that(err == nil && w.StatusCode == http.StatusOK, "want 200, got %v %v", w, err)
	<-done
	socket.until(`{"t":"pushed","ref":1,"results":[{"status":"applied"}]}`)
}

// drip writes about 42 KB each second.
func drip(w io.Writer, text string) {
	for len(text) > 0 {
		n := min(len(text), 4200)
		if _, err := io.WriteString(w, text[:n]); err != nil {
			return // what is awaited won't come
		}
		text = text[n:]
		time.Sleep(100 * time.Millisecond)
	}
}

// thin lets about 1 MB pass each second.
type thin struct{ net.Conn }

func (c thin) Read(p []byte) (int, error) {
	const piece = 16 << 10
	time.Sleep(piece * time.Second / (1 << 20))
	return c.Conn.Read(p[:min(len(p), piece)])
}

func dialThin(_ context.Context, network, address string) (net.Conn, error) {
	conn, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	return thin{conn}, conn.(*net.TCPConn).SetReadBuffer(32 << 10)
}

func thinLine(f *twoTills) {
	const orders, lines = 10, 840 // of 2 KB
	for i := range orders {
		o := fmt.Sprintf("o%d", i)
		f.a.applied(create(o))
		for from := 0; from < lines; from += lines / 2 {
			var ops []string
			for l := range lines / 2 {
				ops = append(ops, add(o, fmt.Sprintf("l%d", from+l), fmt.Sprintf(`{"description":%q}`, strings.Repeat("x", 1950))))
			}
			f.a.applied(ops...)
		}
	}
	whole := list(f.a.snapshot(), "orders")
	done := make(chan string, 3)
	go func() { done <- slowReader{f.b}.pull(whole) }()
	go func() { done <- slowReader{f.b}.stream() }()
	go func() { done <- slowReader{f.b}.socket() }()
	for range 3 {
		if wrong := <-done; wrong != "" {
			f.t.Error(wrong)
		}
	}
}

// slowReader is a client of a till behind a thin line. Its methods return what
// went wrong, "" for nothing: they run in goroutines.
type slowReader struct{ till *till }

func (r slowReader) get(path string) (*http.Response, error) {
	req, err := http.NewRequest("GET", r.till.api.URL+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.till.token)
	return (&http.Client{Transport: &http.Transport{DialContext: dialThin}}).Do(req)
}

func (r slowReader) pull(want []any) string {
	var orders []any
	for path := "/v1/pull"; path != ""; {
		w, err := r.get(path)
		if err != nil {
			return "pull: " + err.Error()
		}
		raw, err := io.ReadAll(w.Body)
		_ = w.Body.Close()
		if err != nil {
			return fmt.Sprintf("pull: %d bytes, then %v", len(raw), err)
		}
		page, err := decode(raw)
		if err != nil {
			return "pull: " + err.Error()
		}
		orders, path = append(orders, list(page, "orders")...), ""
		if dig(page, "more") == true {
			path = "/v1/pull?page=" + text(page, "page")
		}
	}
	if canon(orders) != canon(want) {
		return "pull: not the orders of a fast reader"
	}
	return ""
}

func (r slowReader) stream() string {
	w, err := r.get("/v1/stream")
	if err != nil {
		return "stream: " + err.Error()
	}
	defer w.Body.Close()
	var read strings.Builder
	buffer := make([]byte, 16<<10)
	for {
		n, err := w.Body.Read(buffer)
		read.Write(buffer[:n])
		if tail := read.String()[max(0, read.Len()-500):]; strings.Contains(tail, `"more":false`) {
			return ""
		}
		if err != nil {
			return fmt.Sprintf("stream: %d bytes, then %v", read.Len(), err)
		}
	}
}

func (r slowReader) socket() string {
	dialer := websocket.Dialer{NetDialContext: dialThin}
	ws, _, err := dialer.Dial("ws"+strings.TrimPrefix(r.till.api.URL, "http")+"/v1/socket", nil)
	if err != nil {
		return "socket: " + err.Error()
	}
	defer ws.Close()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(r.till.hello(""))); err != nil {
		return "socket: " + err.Error()
	}
	// A ping in between must not break the frame that is under way.
	time.AfterFunc(3*time.Second, func() { _ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience)) })
	for {
		_, raw, err := ws.ReadMessage()
		if err != nil {
			return "socket: " + err.Error()
		}
		if strings.HasSuffix(string(raw[max(0, len(raw)-200):]), "}") && strings.Contains(string(raw[:30]), `"t":"snapshot"`) {
			return ""
		}
	}
}
