//go:build linux

package deploy_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

var long = flag.Bool("long", false, "let a long poll wait for 55 s, the longest, and a socket be idle for 100 s")

// drive does through a proxy what tills and operators do, but for long polls.
func drive(t *testing.T, s *shop) {
	t.Run("info", func(t *testing.T) {
		var info protocol.Info
		answer := s.front.ask(t, "GET", "/v1/info", nil, nil)
		require.NoError(t, json.NewDecoder(answer.Body).Decode(&info))
		require.Equal(t, "manytill", info.Server)
		require.Equal(t, "manytill", answer.Header.Get("Server"), "the server's own name, which tills look for")
	})
	t.Run("frames of a WebSocket", func(t *testing.T) { driveSocket(t, s) })
	t.Run("events of a stream", func(t *testing.T) { driveStream(t, s) })
	t.Run("a catalogue of 1 MB", func(t *testing.T) { driveCatalogue(t, s) })
	t.Run("pages and pairing", func(t *testing.T) { drivePages(t, s) })
	t.Run("a body that is too large", func(t *testing.T) {
		till := s.newTills(t, "large")[0]
		answer := till.ask(t, "POST", "/v1/push", till.authorized(), strings.NewReader(strings.Repeat(" ", 3<<20)))
		require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
		require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"), "the server's word, with the limit")
	})
}

// hello opens a socket as a till.
func (c *client) hello(t testing.TB) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{HandshakeTimeout: patience}
	if transport, is := c.http.Transport.(*http.Transport); is {
		dialer.TLSClientConfig = transport.TLSClientConfig.Clone()
		dialer.TLSClientConfig.NextProtos = nil // a socket is of HTTP/1.1
	}
	socket, _, err := dialer.Dial("ws"+strings.TrimPrefix(c.url, "http")+"/v1/socket", nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	require.NoError(t, socket.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": c.token, "client_id": c.id, "cursor": c.at.Cursor}))
	frame(t, socket, "welcome")
	return socket
}

// frame is the next one of a kind.
func frame(t testing.TB, socket *websocket.Conn, kind string) (raw string) {
	t.Helper()
	require.NoError(t, socket.SetReadDeadline(time.Now().Add(patience)))
	for {
		_, b, err := socket.ReadMessage()
		require.NoError(t, err, "there should be a frame %s", kind)
		if strings.HasPrefix(string(b), `{"t":"`+kind+`"`) {
			return string(b)
		}
	}
}

func driveSocket(t *testing.T, s *shop) {
	tills := s.newTills(t, "socket-a", "socket-b")
	first, second := tills[0].hello(t), tills[1].hello(t)
	require.NoError(t, first.WriteJSON(map[string]any{"t": "push", "ref": 6, "mutations": []any{
		map[string]any{"id": 1, "ops": []any{map[string]any{"op": "order.create", "order": "by-socket"}}},
	}}))
	require.Contains(t, frame(t, first, "pushed"), `"applied"`)
	require.Contains(t, frame(t, second, "changes"), "by-socket")
	if *long {
		require.NoError(t, second.SetReadDeadline(time.Now().Add(110*time.Second)))
		for end := time.Now().Add(100 * time.Second); time.Now().Before(end); {
			_, b, err := second.ReadMessage()
			require.NoError(t, err)
			require.Contains(t, string(b), `{"t":"hb"`)
			require.NoError(t, second.WriteJSON(map[string]any{"t": "hb"}))
		}
	}
}

func driveStream(t *testing.T, s *shop) {
	tills := s.newTills(t, "stream-a", "stream-b")
	var given struct{ Ticket string }
	tills[0].must(t, "POST", "/v1/ticket", nil, &given)
	stream := s.front.ask(t, "GET", "/v1/stream?ticket="+given.Ticket+"&client_id="+tills[0].id+"&cursor="+url.QueryEscape(string(tills[0].at.Cursor)), nil, nil)
	require.Equal(t, http.StatusOK, stream.StatusCode)
	lines := bufio.NewScanner(stream.Body)
	until := func(text string) {
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		require.FailNow(t, "the stream ended", "before %s: %v", text, lines.Err())
	}
	until("event: welcome")
	for i := range 3 { // each at once, not when a buffer is full
		order := fmt.Sprintf("by-stream-%d", i)
		require.NoError(t, tills[1].create(t, order))
		until(order)
	}
	require.NoError(t, stream.Body.Close())
}

// poll begins a long poll in which nothing comes, and returns what waits until it has
// come to its end.
func poll(t *testing.T, s *shop) (ends func(*testing.T)) {
	till, wait := s.newTills(t, "poll")[0], 11*time.Second
	if *long {
		wait = 55 * time.Second
	}
	path := fmt.Sprintf("/v1/pull?client_id=%s&cursor=%s&wait=%d", till.id, url.QueryEscape(string(till.at.Cursor)), wait/time.Second)
	r, err := http.NewRequestWithContext(t.Context(), "GET", till.url+path, nil)
	require.NoError(t, err)
	r.Header = till.authorized()
	type result struct {
		err          error
		status       int
		first, whole time.Duration // until the head came, and the body
		body         []byte
	}
	came := make(chan result, 1)
	go func() {
		began := time.Now()
		answer, err := till.http.Do(r)
		if err != nil {
			came <- result{err: err}
			return
		}
		defer answer.Body.Close()
		got := result{status: answer.StatusCode, first: time.Since(began)}
		got.body, got.err = io.ReadAll(answer.Body)
		got.whole = time.Since(began)
		came <- got
	}()
	return func(t *testing.T) {
		got := <-came
		require.NoError(t, got.err)
		require.Equal(t, http.StatusOK, got.status)
		require.Less(t, got.first, wait, "a sign of life comes before the end, unbuffered")
		require.GreaterOrEqual(t, got.whole, wait)
		var page struct {
			Mode    string
			Changes []any
		}
		require.NoError(t, json.Unmarshal(got.body, &page))
		require.Equal(t, "changes", page.Mode)
		require.Empty(t, page.Changes)
	}
}

func driveCatalogue(t *testing.T, s *shop) {
	till := s.newTills(t, "catalogue")[0]
	asked := func(more ...string) *http.Response {
		h := till.authorized()
		for i := 0; i < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return till.ask(t, "GET", "/v1/catalogue", h, nil)
	}
	plain := asked("Accept-Encoding", "identity")
	text, err := io.ReadAll(plain.Body)
	require.NoError(t, err)
	require.Greater(t, len(text), 700_000)
	require.True(t, json.Valid(text))
	zipped := asked("Accept-Encoding", "gzip")
	require.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
	reader, err := gzip.NewReader(zipped.Body)
	require.NoError(t, err)
	unzipped, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.True(t, bytes.Equal(text, unzipped))
	require.Equal(t, http.StatusNotModified, asked("If-None-Match", plain.Header.Get("ETag")).StatusCode)
}

// drivePages: the pages come whole, their origin is the server's own whatever
// allowed_origins says, and a POS that the admin makes is paired by its token.
func drivePages(t *testing.T, s *shop) {
	for path, has := range map[string]string{"/": "start.js", "/admin": "admin.js", "/pos": "pos.js", "/pos.js": "manytill", "/sw.js": "manytill-"} {
		answer := s.front.ask(t, "GET", path, nil, nil)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Contains(t, string(text), has, path)
		require.NotEmpty(t, answer.Header.Get("Manytill-Build"), path)
		require.NotEmpty(t, answer.Header.Get("Content-Security-Policy"), path)
	}
	for origin, allowed := range map[string]string{s.front.url: s.front.url, "https://elsewhere.example": "https://elsewhere.example", "https://third.example": ""} {
		answer := s.front.ask(t, "GET", "/v1/info", http.Header{"Origin": {origin}}, nil)
		require.Equal(t, allowed, answer.Header.Get("Access-Control-Allow-Origin"), origin)
	}
	till := s.newTills(t, "paired")[0]
	var schema map[string]any
	till.must(t, "GET", "/v1/schema", nil, &schema)
	require.Contains(t, schema, "orderline")
	var list struct{ Connections []any }
	s.admin.must(t, "GET", "/v1/admin/connections", nil, &list)
}
