package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// guarded serves an API as the binary does.
func guarded(t *testing.T, change ...func(*api.Config)) (*api.API, *httptest.Server) {
	a := newAPI(t, append(change, func(c *api.Config) { c.MetricsPublic = true })...)
	server := httptest.NewUnstartedServer(a)
	a.Guard(server.Config)
	server.Start()
	t.Cleanup(server.Close)
	return a, server
}

// tillsOf makes POS with their tills in one multi-session.
func tillsOf(t *testing.T, a *api.API, n int) (tokens []string) {
	var all []protocol.POSID
	for i := range n {
		id := protocol.POSID(fmt.Sprintf("till-%d", i))
		_, token, err := a.Directory().CreatePOS(t.Context(), id, string(id))
		require.Nil(t, err)
		tokens, all = append(tokens, token), append(all, id)
	}
	_, err := a.Directory().CreateMultiSession(t.Context(), "Main floor", all)
	require.Nil(t, err)
	return tokens
}

func get(t *testing.T, server *httptest.Server, token, path string) (int, http.Header) {
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := server.Client().Do(r)
	require.NoError(t, err)
	defer w.Body.Close()
	return w.StatusCode, w.Header
}

// silent opens connections that say nothing, or half a head, or no hello.
func silent(t *testing.T, server *httptest.Server, n int) []net.Conn {
	conns := make([]net.Conn, n)
	for i := range conns {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		switch i % 3 {
		case 1:
			_, err = conn.Write([]byte("GET /v1/info HTTP/1.1\r\nHost: a\r\n"))
		case 2:
			_, err = conn.Write([]byte("GET /v1/socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"))
		}
		require.NoError(t, err)
		conns[i] = conn
	}
	return conns
}

// Where one address holds more connections without a token than one may, its
// oldest go; who has shown a token stays.
func TestStrangersAreFew(t *testing.T) {
	a, server := guarded(t)
	tokens := tillsOf(t, a, 1)
	first := dialRaw(t, strings.TrimPrefix(server.URL, "http://"), tokens[0], 1)
	conns := silent(t, server, 1300)
	for _, conn := range conns[:300] {
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
		in := bufio.NewReader(conn)
		for { // until the server ends it, whatever it said before
			if _, err := in.ReadByte(); err != nil {
				require.NotErrorIs(t, err, context.DeadlineExceeded)
				require.NotContains(t, err.Error(), "timeout")
				break
			}
		}
	}
	status, _ := get(t, server, tokens[0], "/v1/orders")
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, first.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	for in := bufio.NewReader(first); ; {
		if _, err := in.ReadByte(); err != nil {
			require.Contains(t, err.Error(), "timeout", "the socket of a till is open")
			break
		}
	}
	require.Contains(t, metricsOf(t, a), `manytill_refused_total{what="connection"} 3`)
}

// A shop after a power cut: 50 tills come at once from one address, each with a
// page, calls and a socket, while that address holds many silent connections.
func TestWholeShopComesBack(t *testing.T) {
	a, server := guarded(t)
	tokens := tillsOf(t, a, 50)
	silent(t, server, 990)
	var wg sync.WaitGroup
	failed := make(chan error, len(tokens))
	for _, token := range tokens {
		wg.Go(func() { failed <- comeBack(server, token) })
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
}

// comeBack is a till that starts: calls on connections of their own, then the
// socket up to welcome.
func comeBack(server *httptest.Server, token string) error {
	for _, path := range []string{"/v1/info", "/v1/schema", "/v1/catalogue", "/v1/pull", "/v1/orders"} {
		r, err := http.NewRequest("GET", server.URL+path, nil)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		w, err := (&http.Client{Transport: &http.Transport{}}).Do(r)
		if err != nil {
			return err
		}
		_ = w.Body.Close()
		if w.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", path, w.Status)
		}
	}
	conn, w, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/v1/socket", nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = w.Body.Close()
	if err := conn.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": token, "client_id": "c-" + token[:12]}); err != nil {
		return err
	}
	var frame struct{ T string }
	if err := conn.ReadJSON(&frame); err != nil {
		return err
	}
	if frame.T != "welcome" {
		return fmt.Errorf("no welcome but %s", frame.T)
	}
	return nil
}

// A flood of wrong tokens ends in 429, and a good one of the same address is
// answered as ever.
func TestWrongTokensAreSlowed(t *testing.T) {
	var log lines
	a, server := guarded(t, func(c *api.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	tokens := tillsOf(t, a, 1)
	const tries = 400
	statuses := make(chan int, tries)
	retry := make(chan string, tries)
	var wg sync.WaitGroup
	for i := range tries {
		wg.Go(func() {
			r, _ := http.NewRequest("GET", server.URL+"/v1/orders", nil)
			r.Header.Set("Authorization", fmt.Sprintf("Bearer wrong-%d", i))
			w, err := server.Client().Do(r)
			if err != nil {
				statuses <- 0
				return
			}
			_ = w.Body.Close()
			statuses <- w.StatusCode
			retry <- w.Header.Get("Retry-After")
		})
	}
	wg.Wait()
	count := map[int]int{}
	for range tries {
		count[<-statuses]++
	}
	require.Equal(t, tries, count[401]+count[429], count)
	require.GreaterOrEqual(t, count[401], 200)
	require.Positive(t, count[429])
	status, _ := get(t, server, tokens[0], "/v1/orders")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, log.String(), "msg=refused")
	require.Less(t, strings.Count(log.String(), "msg=refused"), tries/2)
	require.Contains(t, metricsOf(t, a), fmt.Sprintf(`manytill_refused_total{what="token"} %d`, tries))
}

type lines struct {
	mu sync.Mutex
	strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.String()
}

func metricsOf(t *testing.T, a *api.API) string {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

// What is too large for a hello isn't read into memory for who isn't known.
func TestLargeHello(t *testing.T) {
	_, server := guarded(t)
	conn, w, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/v1/socket", nil)
	require.NoError(t, err)
	defer conn.Close()
	_ = w.Body.Close()
	require.NoError(t, conn.WriteJSON(map[string]any{"t": "hello", "token": strings.Repeat("x", 20<<10)}))
	var frame struct{ Code, What string }
	require.NoError(t, conn.ReadJSON(&frame))
	require.Equal(t, "too_large", frame.Code)
	_, _, err = conn.ReadMessage()
	require.True(t, websocket.IsCloseError(err, 4100), "%v", err)
}

// The inbox of a POS keeps what the limit says, its newest.
func TestInboxIsTrimmed(t *testing.T) {
	var st store.Store
	a, server := guarded(t, func(c *api.Config) {
		c.Limits.Rejections, st = store.RejectionsKept{Count: 5, Bytes: 1 << 20}, c.Store
	})
	token := tillsOf(t, a, 1)[0]
	post := func(path, body string) []byte {
		r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		w, err := server.Client().Do(r)
		require.NoError(t, err)
		defer w.Body.Close()
		raw, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, w.StatusCode, string(raw))
		return raw
	}
	post("/v1/till/open", "{}")
	r, _ := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/v1/pull", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := server.Client().Do(r)
	require.NoError(t, err)
	raw, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	_ = w.Body.Close()
	var mutations []string
	for i := range 12 {
		mutations = append(mutations, fmt.Sprintf(`{"id":%d,"ops":[{"op":"order.set","order":"none","set":{}}]}`, i+1))
	}
	cursor := gjson.GetBytes(raw, "cursor").Str
	post("/v1/push", fmt.Sprintf(`{"client_id":"c1","cursor":%q,"mutations":[%s]}`, cursor, strings.Join(mutations, ",")))
	require.Eventually(t, func() bool {
		return strings.Contains(metricsOf(t, a), `manytill_refused_total{what="rejection"} 7`)
	}, 20*time.Second, 10*time.Millisecond)
	n, err := st.CountRejections(t.Context())
	require.NoError(t, err)
	require.Equal(t, 5, n)
	again := post("/v1/push", fmt.Sprintf(`{"client_id":"c1","cursor":%q,"mutations":[%s]}`, cursor, mutations[0]))
	require.Equal(t, "duplicate", gjson.GetBytes(again, "results.0.status").Str)
}

// What one POS may have of tickets and of sockets is counted when it is refused,
// and others aren't.
func TestTicketsAndSocketsOfOnePOS(t *testing.T) {
	a, server := guarded(t)
	tokens := tillsOf(t, a, 2)
	ticket := func(token string) int {
		r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/v1/ticket", strings.NewReader("{}"))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		w, err := server.Client().Do(r)
		require.NoError(t, err)
		defer w.Body.Close()
		return w.StatusCode
	}
	for range 100 {
		require.Equal(t, http.StatusOK, ticket(tokens[0]))
	}
	require.Equal(t, http.StatusTooManyRequests, ticket(tokens[0]))
	require.Equal(t, http.StatusOK, ticket(tokens[1]))
	require.Contains(t, metricsOf(t, a), `manytill_refused_total{what="ticket"} 1`)

	defer api.FillConnections(a, "till-0")()
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/v1/socket", nil)
	require.NoError(t, err)
	defer ws.Close()
	require.NoError(t, ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"t":"hello","protocol":1,"token":%q,"client_id":"c1"}`, tokens[0])))
	require.NoError(t, ws.SetReadDeadline(time.Now().Add(time.Minute)))
	said := ""
	for {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			require.True(t, websocket.IsCloseError(err, 4250), "%v", err)
			break
		}
		said += string(frame)
	}
	require.Contains(t, said, "may have no more")
	require.Contains(t, metricsOf(t, a), `manytill_refused_total{what="stream"} 1`)
	dialRaw(t, strings.TrimPrefix(server.URL, "http://"), tokens[1], 1) // is welcomed
}
