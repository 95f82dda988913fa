package faults_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// recorder stands before servers, forwards what tills say and are told over any
// transport, and writes all of it down with the time. An answer that a cut keeps from
// its till was given all the same, so it is written down, too.
type recorder struct {
	t         testing.TB
	front     *httptest.Server
	nodes     []string // addresses; each connection gets the next
	next      atomic.Int64
	began     time.Time
	transport *http.Transport
	results   atomic.Int64  // that were told
	heard     chan struct{} // has an entry after one was

	mu      sync.Mutex
	conns   map[net.Conn]bool
	floors  map[string]protocol.MultiSessionID // by token or ticket
	history *wireHistory
	links   int
}

func newRecorder(t testing.TB, nodes ...string) *recorder {
	r := &recorder{
		t: t, nodes: nodes, began: time.Now(), heard: make(chan struct{}, 1), conns: map[net.Conn]bool{},
		floors: map[string]protocol.MultiSessionID{}, transport: &http.Transport{DisableKeepAlives: true}, history: &wireHistory{},
	}
	r.front = httptest.NewUnstartedServer(r)
	r.front.Config.ConnState = r.track
	r.front.Start()
	t.Cleanup(func() {
		r.cut()
		r.front.Close()
	})
	return r
}

// knows says whose the tokens of a multi-session are.
func (r *recorder) knows(f *multiSession) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, token := range f.tokens {
		r.floors[token] = f.id
	}
}

func (r *recorder) addr() string { return r.front.Listener.Addr().String() }

func (r *recorder) track(c net.Conn, state http.ConnState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch state {
	case http.StateNew:
		r.conns[c] = true
	case http.StateClosed:
		delete(r.conns, c)
	}
}

// cut breaks every connection.
func (r *recorder) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		c.Close()
	}
	clear(r.conns)
}

func (r *recorder) now() int64 { return int64(time.Since(r.began)) }

func (r *recorder) floorOf(token string) protocol.MultiSessionID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.floors[strings.TrimPrefix(token, "Bearer ")]
}

// asks writes down that a push was sent.
func (r *recorder) asks(p *wirePush) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.called = r.now()
	r.history.pushes = append(r.history.pushes, p)
}

// tells writes down what somebody is told now, and the results in it.
func (r *recorder) tells(e *wireTold) {
	r.mu.Lock()
	e.answered = r.now()
	r.history.told = append(r.history.told, e)
	if e.push != nil {
		e.push.answered, e.push.results = e.answered, e.Results
		r.results.Add(int64(len(e.Results)))
	}
	r.mu.Unlock()
	select {
	case r.heard <- struct{}{}:
	default:
	}
}

func (r *recorder) node() string { return r.nodes[int(r.next.Add(1))%len(r.nodes)] }

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.URL.Path == "/v1/socket" {
		r.socket(w, request)
		return
	}
	said, err := io.ReadAll(request.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	query := request.URL.Query()
	e := &wireTold{
		floor: r.floorOf(request.Header.Get("Authorization")), client: protocol.ClientID(query.Get("client_id")),
		from: protocol.Cursor(query.Get("cursor")), called: r.now(),
	}
	if request.URL.Path == "/v1/push" {
		e.push = &wirePush{floor: e.floor}
		require.NoError(r.t, json.Unmarshal(said, &e.push.PushRequest))
		e.client, e.from = e.push.ClientID, e.push.Cursor
		r.asks(e.push)
	}
	out, err := http.NewRequestWithContext(request.Context(), request.Method, "http://"+r.node()+request.URL.RequestURI(), bytes.NewReader(said))
	require.NoError(r.t, err)
	out.Header = request.Header.Clone()
	answer, err := r.transport.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler) // the connection breaks, as if there were nothing between
	}
	defer answer.Body.Close()
	for key, values := range answer.Header {
		w.Header()[key] = values
	}
	if request.URL.Path == "/v1/stream" && answer.StatusCode == http.StatusOK {
		if ticket := query.Get("ticket"); ticket != "" {
			e.floor = r.floorOf(ticket)
		}
		r.stream(w, e, answer.Body)
		return
	}
	told, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if answer.StatusCode == http.StatusOK {
		r.answer(request.URL.Path, query.Get("page") == "", e, told)
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(told)
}

// answer writes down the answer to a call. Later pages of a snapshot are none of their
// own: the cursor of the last says nothing of when it was read.
func (r *recorder) answer(path string, first bool, e *wireTold, told []byte) {
	switch {
	case path == "/v1/ticket":
		var ticket protocol.TicketResponse
		require.NoError(r.t, json.Unmarshal(told, &ticket))
		r.mu.Lock()
		r.floors[ticket.Ticket] = e.floor
		r.mu.Unlock()
	case path == "/v1/push", path == "/v1/pull" && first:
		require.NoError(r.t, json.Unmarshal(told, &e.wireBody))
		r.tells(e)
	}
}

// link begins one: from a cursor, or "" from the snapshot that comes.
func (r *recorder) link(e *wireTold) int {
	r.mu.Lock()
	r.links++
	e.link = r.links
	r.mu.Unlock()
	r.tells(e)
	return e.link
}

// stream forwards events as they come.
func (r *recorder) stream(w http.ResponseWriter, begin *wireTold, events io.Reader) {
	w.WriteHeader(http.StatusOK)
	link := r.link(begin)
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		if data, is := bytes.CutPrefix(line, []byte("data: ")); is && err == nil {
			r.frame(begin, link, data, nil)
		}
		if _, gone := w.Write(line); err != nil || gone != nil {
			return
		}
		if len(line) == 1 {
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// frame writes down one of a link.
func (r *recorder) frame(begin *wireTold, link int, raw []byte, pushes *sync.Map) {
	e := &wireTold{floor: begin.floor, client: begin.client, link: link}
	require.NoError(r.t, json.Unmarshal(raw, &e.wireBody))
	switch e.T {
	case "pushed":
		p, _ := pushes.Load(e.Ref)
		e.push = p.(*wirePush)
		r.tells(e)
	case "changes", "snapshot", "reset":
		r.tells(e)
	}
}

// socket forwards frames both ways.
func (r *recorder) socket(w http.ResponseWriter, request *http.Request) {
	up, answer, err := websocket.DefaultDialer.Dial("ws://"+r.node()+"/v1/socket", nil)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	answer.Body.Close()
	defer up.Close()
	till, err := (&websocket.Upgrader{}).Upgrade(w, request, nil)
	if err != nil {
		return
	}
	defer till.Close()
	_, raw, err := till.ReadMessage()
	if err != nil {
		return
	}
	var hello struct {
		Token    string
		ClientID protocol.ClientID `json:"client_id"`
		Cursor   protocol.Cursor
	}
	require.NoError(r.t, json.Unmarshal(raw, &hello))
	begin := &wireTold{floor: r.floorOf(hello.Token), client: hello.ClientID, from: hello.Cursor}
	link := r.link(begin)
	var pushes sync.Map
	go func() {
		defer up.Close()
		for ; err == nil; _, raw, err = till.ReadMessage() {
			var push struct {
				T         string
				Ref       int
				Mutations []protocol.Mutation
			}
			if bad := json.Unmarshal(raw, &push); bad == nil && push.T == "push" {
				p := &wirePush{floor: begin.floor, PushRequest: protocol.PushRequest{ClientID: begin.client, Mutations: push.Mutations}}
				pushes.Store(push.Ref, p)
				r.asks(p)
			}
			if up.WriteMessage(websocket.TextMessage, raw) != nil {
				return
			}
		}
	}()
	for {
		kind, raw, err := up.ReadMessage()
		if err != nil {
			if closed, is := err.(*websocket.CloseError); is {
				_ = till.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closed.Code, closed.Text), time.Now().Add(time.Second))
			}
			return
		}
		r.frame(begin, link, raw, &pushes)
		if till.WriteMessage(kind, raw) != nil {
			return
		}
	}
}
