package conformance

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// What one client does must not harm another: each rule ends with another
// till's push, answered.
var hostileRules = []rule{
	{"a body of 64 MiB is too_large", hugeBody},
	{"JSON nested a million deep is refused", millionDeep},
	{"deep JSON over a socket harms nobody", deepFrame},
	{"a giant frame harms nobody", giantFrame},
	{"a flood of frames harms nobody", frameFlood},
	{"a socket that never reads harms nobody", neverReads},
	{"half-open connections harm nobody", halfOpen},
	{"bytes that are no HTTP harm nobody", noHTTP},
}

// fine wants another till's push to be answered soon.
func (f *floor) fine() {
	f.t.Helper()
	start := time.Now()
	f.b.applied(create(fresh("fine")))
	f.that(time.Since(start) < patience/2, "another till's push took %s", time.Since(start))
}

func (f *floor) tcp() net.Conn {
	f.t.Helper()
	conn, err := net.Dial("tcp", f.address())
	if err != nil {
		f.t.Fatalf("connect: %v", err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (f *floor) address() string { return strings.TrimPrefix(f.URL, "http://") }

// blanks is an endless text of them: JSON that never begins.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// hugeBody reads the answer while it still writes: a server need not take
// what it refuses.
func hugeBody(f *floor) {
	const size = 64 << 20
	for _, length := range []string{fmt.Sprintf("Content-Length: %d", size), "Transfer-Encoding: chunked"} {
		conn := f.tcp()
		fmt.Fprintf(conn, "POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n\r\n", f.a.token, length)
		go writeBody(conn, size, strings.HasPrefix(length, "Transfer"))
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		w, err := http.ReadResponse(bufio.NewReader(conn), nil)
		f.that(err == nil, "%s: no answer: %v", length, err)
		raw, _ := io.ReadAll(io.LimitReader(w.Body, 1<<20))
		_ = conn.Close()
		answer{t: f.t, what: length, Status: w.StatusCode, Header: w.Header, Raw: raw}.fails("too_large")
		f.fine()
	}
}

func writeBody(w io.Writer, size int, chunked bool) {
	const piece = 1 << 20
	for range size / piece {
		if chunked {
			fmt.Fprintf(w, "%x\r\n", piece)
		}
		if _, err := io.CopyN(w, blanks{}, piece); err != nil {
			return // refused, as it should be
		}
		if chunked {
			fmt.Fprint(w, "\r\n")
		}
	}
	if chunked {
		fmt.Fprint(w, "0\r\n\r\n")
	}
}

func millionDeep(f *floor) {
	for _, depth := range []int{400_000, 1_000_000} {
		for _, body := range []string{
			nested(depth), strings.Repeat(`{"a":`, depth/5), fmt.Sprintf(`{"client_id":%q,"cursor":%q,"mutations":%s}`, f.a.client, f.origin, nested(depth)),
		} {
			f.a.call("POST", "/v1/push", body).fails("bad_request", "too_large")
		}
		f.refusedWhole(f.a.try(f.a.mutation(`{"op":"order.create","order":"o1","set":{},"x":` + nested(depth) + `}`)))
		f.a.call("POST", "/v1/till/open", nested(depth)).fails("bad_request", "too_large")
		f.fine()
	}
}

func deepFrame(f *floor) {
	for _, frame := range []string{nested(200_000), `{"t":"push","ref":1,"mutations":` + nested(200_000) + `}`, `{"t":"presence","order":` + nested(200_000) + `}`} {
		hostile := f.a.connect()
		hostile.send("%s", frame)
		f.fine()
		before := f.dial()
		before.send("%s", frame)
		before.ends(4100, 1009) // bad hello, or "message too big" (RFC 6455)
		f.fine()
	}
}

func giantFrame(f *floor) {
	w := f.a.connect()
	_ = w.conn.SetWriteDeadline(time.Now().Add(patience))
	sent := make(chan error, 1)
	go func() { sent <- w.conn.WriteMessage(websocket.TextMessage, make([]byte, 64<<20)) }()
	f.fine()
	<-sent // whole or cut off: the server's choice
	f.fine()
	f.a.connect().answers(1)
}

func frameFlood(f *floor) {
	w := f.a.connect()
	_ = w.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	flooded := make(chan int)
	go func() {
		n := 0
		for ; n < 20_000; n++ {
			frame := []string{`{"t":"presence","order":"o1"}`, `{"t":"hb"}`, `{"t":"push","ref":1,"mutations":[]}`, `{"t":"later"}`, `no json`}[n%5]
			if w.conn.WriteMessage(websocket.TextMessage, []byte(frame)) != nil {
				break
			}
		}
		flooded <- n
	}()
	for done := false; !done; {
		f.fine()
		select {
		case <-flooded:
			done = true
		default:
		}
	}
	f.fine()
	f.b.connect().answers(1)
}

// neverReads makes changes for a socket that takes nothing from its link.
func neverReads(f *floor) {
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+f.address()+"/v1/socket", nil)
	f.that(err == nil, "dial: %v", err)
	defer conn.Close()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(f.a.hello(f.origin))); err != nil {
		f.t.Fatal(err)
	}
	text := strings.Repeat("x", 2000)
	f.b.applied(create("o1"), add("o1", "l1"))
	for i := range 40 {
		var some []string
		for n := range 50 {
			some = append(some, f.b.mutation(lineSet("o1", "l1", fmt.Sprintf(`{"description":"%d %d %s"}`, i, n, text[:1900]))))
		}
		f.b.push(some...)
	}
	f.fine()
	f.has(f.order("o1"), `{"rev":2001}`)
}

func noHTTP(f *floor) {
	for _, bytes := range []string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET\r\n\r\n", strings.Repeat("A", 1<<20), "POST /v1/push HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Y: z\r\n", 100_000)} {
		conn := f.tcp()
		_ = conn.SetWriteDeadline(time.Now().Add(patience))
		_, _ = conn.Write([]byte(bytes))
		f.fine()
		_ = conn.Close()
	}
}

// halfOpen opens connections that never speak: in TCP, in HTTP, before hello.
// Each costs two descriptors where server and test share a process, so a
// quarter of the limit leaves half of it.
func halfOpen(f *floor) {
	count := *sockets
	if limit := descriptors(); limit > 0 {
		count = min(count, limit/4)
	}
	f.t.Logf("%d half-open connections", count)
	upgrade := "GET /v1/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	for i := range count {
		conn := f.tcp()
		_, _ = io.WriteString(conn, []string{"", "GET /v1/pull HTTP/1.1\r\nHost:", upgrade, upgrade}[i%4])
		if i%100 == 99 {
			f.fine()
		}
	}
	f.fine()
	f.b.connect().answers(1)
}
