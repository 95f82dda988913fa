package conformance

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// What a protocol doesn't think of must be refused or taken, not break the
// server: no answer is a 5xx, the next push goes on, and who follows the
// changes has the state of who asks for it.
var oddRules = []rule{
	{"odd JSON is answered, never by a 5xx", oddJSON},
	{"odd values in a set leave everyone with the same state", oddValues},
	{"odd queries are answered, never by a 5xx", oddQueries},
	{"odd frames leave other tills alone", oddFrames},
}

func oddJSON(f *twoTills) {
	for i, body := range []string{
		"\ufeff" + f.a.body(), f.a.body(`{"id":1,"id":1,"ops":[]}`), `{"mutations":[],"mutations":5}`, f.a.body(`{"id":1e0,"ops":[]}`),
		f.a.body(`{"id":1,"ops":[{"op":"order.create","order":"o1","set":{"\ud800":1}}]}`), f.a.body(`{"id":1,"ops":[{"op":"line.add"}],"ops":[]}`),
		f.a.body("{\"id\":1,\"ops\":[{\"op\":\"order.create\",\"order\":\"o1\",\"set\":{\"a\":\"\xff\xfe\"}}]}"),
		f.a.body(`{"id":1,"\u0000":"\u0000","ops":[{"op":"order.create","order":"o1","set":{"":1,"` + strings.Repeat("k", 100_000) + `":1}}]}`),
		f.a.body(`{"id":1,"later":1e99999,"ops":[{"op":"order.create","order":"o1","set":{}}]}`), strings.Repeat(" ", 1000) + f.a.body(),
		`{"client_id":"c","cursor":"x","mutations":[` + strings.Repeat(`{},`, 1000) + `{}]}`,
	} {
		a := f.a.call("POST", "/v1/push", body)
		f.that(a.Status < 500, "body %d: %d %.300s", i, a.Status, a.Raw)
		f.a.client, f.a.next = fresh("client"), 1
		f.a.applied(create(fresh("o")))
	}
}

func oddValues(f *twoTills) {
	f.a.applied(create("o1"), add("o1", "l1"))
	for i, set := range []string{
		`{"description":"\ud800"}`, `{"description":"\u0000"}`, `{"description":"\u2028\u2029\ud83d\ude00</script>\\\"'"}`, `{"description":"a","description":"b"}`,
		"{\"description\":\"\xc3\x28\"}", `{"tax_ids":[1,1,1,"1",1.0]}`, `{"tax_ids":[1e15,"` + strings.Repeat("x", 500) + `"]}`, `{"qty":-0,"price_unit":-0.0}`,
		`{"__proto__":{"x":1},"constructor":1,"product_id":1}`, `{"qty":1E+2,"discount":1e-9,"price_unit":0.1e1}`, `{"product_id":" "}`, `{"description":"` + strings.Repeat(`\u00e9`, 2000) + `"}`,
	} {
		a := f.a.try(f.a.mutation(add("o1", fmt.Sprintf("x%d", i), set)))
		f.that(a.Status < 500, "%.100s: %d %.300s", set, a.Status, a.Raw)
		if a.Status != 200 {
			f.a.next--
		}
	}
	s := state{}
	for _, c := range f.changes() {
		f.that(s.apply(c) == nil, "apply %s", canon(c))
	}
	f.same(f.b.snapshot()["orders"], s.open(), "the state by changes and by snapshot")
	w := f.dial()
	w.send("%s", f.b.hello(""))
	f.same(s.open(), w.until(`{"t":"snapshot","more":false}`)["orders"], "the state over a socket")
}

func oddQueries(f *twoTills) {
	f.makeOrders(3)
	for _, query := range []string{
		"limit=0", "limit=-1", "limit=2001", "limit=x", "limit=1e1", "wait=-1", "wait=x", "wait=NaN", "page=x", "page=" + strings.Repeat("x", 5000), "cursor=", "cursor=x&cursor=y",
		"client_id=", "%zz", "limit=9999999999999999999999", "page=..%2F..%2Fetc",
	} {
		a := f.a.get("/v1/pull?" + query)
		f.that(a.Status < 500, "pull?%.50s: %d %.300s", query, a.Status, a.Raw)
	}
	for _, query := range []string{"run=x", "run=-1", "state=x", "after=x", "after=" + strings.Repeat("9", 400), "after=%00", "run=99999999999999999999"} {
		a := f.a.get("/v1/orders?" + query)
		f.that(a.Status < 500, "orders?%.50s: %d %.300s", query, a.Status, a.Raw)
		a = f.admin.do("GET", "/multi-sessions/"+f.id+"/orders?"+query, "")
		f.that(a.Status < 500, "admin orders?%.50s: %d", query, a.Status)
	}
	for _, path := range []string{"/v1/orders/%00", "/v1/orders/..%2f..", "/v1/orders/" + strings.Repeat("x", 5000), "/v1/orders/%F0%9F%98%80", "//v1/orders"} {
		a := f.a.get(path)
		f.that(a.Status < 500, "%.50s: %d %.300s", path, a.Status, a.Raw)
	}
	f.a.applied(inc("o001", "l1", "qty", "1"))
}

func oddFrames(f *twoTills) {
	for _, frame := range []string{
		``, `null`, `[]`, `5`, `"x"`, `{`, `{}`, `{"t":5}`, `{"t":"later"}`, `{"t":"hello"}`, `{"t":"push"}`, `{"t":"push","ref":{"deep":[]},"mutations":[]}`,
		`{"t":"push","ref":1e400,"mutations":[]}`, `{"t":"presence","order":5}`, `{"t":"presence"}`, `{"t":"presence","order":"a b"}`, `{"t":"hb","x":"\ud800"}`, `{"t":"pushed","ref":1}`,
	} {
		w := f.a.connect()
		w.send("%s", frame)
		f.b.applied(create(fresh("o")))
		f.a.connect().until(`{"t":"changes"}`)
		_ = w.conn.Close()
	}
}

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

// stillAnswers wants another till's push to be answered soon.
func stillAnswers(f *twoTills) {
	f.t.Helper()
	start := time.Now()
	f.b.applied(create(fresh("fine")))
	f.that(time.Since(start) < patience/2, "another till's push took %s", time.Since(start))
}

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
func hugeBody(f *twoTills) {
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
		stillAnswers(f)
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

func millionDeep(f *twoTills) {
	for _, depth := range []int{400_000, 1_000_000} {
		for _, body := range []string{
			nested(depth), strings.Repeat(`{"a":`, depth/5), fmt.Sprintf(`{"client_id":%q,"cursor":%q,"mutations":%s}`, f.a.client, f.origin, nested(depth)),
		} {
			f.a.call("POST", "/v1/push", body).fails("bad_request", "too_large")
		}
		refusedWhole(f, f.a.try(f.a.mutation(`{"op":"order.create","order":"o1","set":{},"x":`+nested(depth)+`}`)))
		f.a.call("POST", "/v1/till/open", nested(depth)).fails("bad_request", "too_large")
		stillAnswers(f)
	}
}

func deepFrame(f *twoTills) {
	for _, frame := range []string{nested(200_000), `{"t":"push","ref":1,"mutations":` + nested(200_000) + `}`, `{"t":"presence","order":` + nested(200_000) + `}`} {
		hostile := f.a.connect()
		hostile.send("%s", frame)
		stillAnswers(f)
		before := f.dial()
		before.send("%s", frame)
		before.ends(4100, 1009) // bad hello, or "message too big" (RFC 6455)
		stillAnswers(f)
	}
}

func giantFrame(f *twoTills) {
	w := f.a.connect()
	_ = w.conn.SetWriteDeadline(time.Now().Add(patience))
	sent := make(chan error, 1)
	go func() { sent <- w.conn.WriteMessage(websocket.TextMessage, make([]byte, 64<<20)) }()
	stillAnswers(f)
	<-sent // whole or cut off: the server's choice
	stillAnswers(f)
	f.a.connect().answers(1)
}

func frameFlood(f *twoTills) {
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
		stillAnswers(f)
		select {
		case <-flooded:
			done = true
		default:
		}
	}
	stillAnswers(f)
	f.b.connect().answers(1)
}

// neverReads makes changes for a socket that takes nothing from its link.
func neverReads(f *twoTills) {
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
	stillAnswers(f)
	f.has(f.order("o1"), `{"rev":2001}`)
}

func noHTTP(f *twoTills) {
	for _, bytes := range []string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET\r\n\r\n", strings.Repeat("A", 1<<20), "POST /v1/push HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Y: z\r\n", 100_000)} {
		conn := f.tcp()
		_ = conn.SetWriteDeadline(time.Now().Add(patience))
		_, _ = conn.Write([]byte(bytes))
		stillAnswers(f)
		_ = conn.Close()
	}
}

// halfOpen opens connections that never speak: in TCP, in HTTP, before hello.
// Each costs two descriptors where server and test share a process, so a
// quarter of the limit leaves half of it.
func halfOpen(f *twoTills) {
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
			stillAnswers(f)
		}
	}
	stillAnswers(f)
	f.b.connect().answers(1)
}
