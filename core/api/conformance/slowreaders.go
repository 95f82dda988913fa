package conformance

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// A very bad network costs time, never data: who reads slowly but steadily
// gets all of it, though it takes longer than any deadline of a write.
var slowReaderRules = []rule{
	{"a snapshot of 16 MB goes through a thin line", thinLine},
	{"a push of 2 MB comes through a thin line", thinPush},
}

// thinPush takes longer than any deadline of a read, over HTTP and a socket.
func thinPush(f *floor) {
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

func thinLine(f *floor) {
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
	go func() { done <- f.thinPull(whole) }()
	go func() { done <- f.thinStream() }()
	go func() { done <- f.thinSocket() }()
	for range 3 {
		if wrong := <-done; wrong != "" {
			f.t.Error(wrong)
		}
	}
}

func (f *floor) thinGet(path string) (*http.Response, error) {
	r, err := http.NewRequest("GET", f.URL+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+f.b.token)
	return (&http.Client{Transport: &http.Transport{DialContext: dialThin}}).Do(r)
}

func (f *floor) thinPull(want []any) string {
	var orders []any
	for path := "/v1/pull"; path != ""; {
		w, err := f.thinGet(path)
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

func (f *floor) thinStream() string {
	w, err := f.thinGet("/v1/stream")
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

func (f *floor) thinSocket() string {
	dialer := websocket.Dialer{NetDialContext: dialThin}
	ws, _, err := dialer.Dial("ws"+strings.TrimPrefix(f.URL, "http")+"/v1/socket", nil)
	if err != nil {
		return "socket: " + err.Error()
	}
	defer ws.Close()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(f.b.hello(""))); err != nil {
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
