package main_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/internal/natstest"
	"github.com/manytill/manytill/sdk/protocol"
)

// twoNodes are servers on one database, over NATS.
func twoNodes(t *testing.T) (a, b *serverWithTwoPOS) {
	t.Helper()
	store, _, _ := inPostgres(t)
	store += "\nwake: " + natstest.Start(t).URL
	a = newServerOn(t, store)
	b = &serverWithTwoPOS{t: t, dir: t.TempDir(), store: store, bar: a.bar, till1: a.till1, multiSession: a.multiSession}
	b.config = b.dir + "/manytill.yaml"
	b.write("products.csv", "id,name,price\n11,Coffee,2.50\n")
	b.write("cashiers.csv", "id,name\n7,Ana\n")
	b.configure("127.0.0.1:0")
	b.start()
	return a, b
}

// socketOf opens a WebSocket of a POS, and waits until it is welcome and has a snapshot.
func (f *serverWithTwoPOS) socketOf(token, client string) *websocket.Conn {
	f.t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(f.url, "http")+"/v1/socket", nil)
	require.NoError(f.t, err)
	f.t.Cleanup(func() { _ = ws.Close() })
	require.NoError(f.t, ws.SetReadDeadline(time.Now().Add(patience)))
	require.NoError(f.t, ws.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": token, "client_id": client}))
	for {
		var frame struct{ T string }
		require.NoError(f.t, ws.ReadJSON(&frame))
		if frame.T == "snapshot" {
			return ws
		}
	}
}

// closed is the code that a socket is closed with, whatever comes before.
func closed(t *testing.T, ws *websocket.Conn) int {
	t.Helper()
	for {
		_, _, err := ws.ReadMessage()
		if err == nil {
			continue
		}
		var end *websocket.CloseError
		require.ErrorAs(t, err, &end)
		return end.Code
	}
}

// A token that is replaced at one server ends the socket and the stream of its POS at
// another one, and no others.
func TestTokenRevokedAtAnotherServer(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	a.hand(a.bar, "c1")
	a.hand(a.till1, "c2")
	bar, till1 := b.socketOf(b.bar, "c1"), b.socketOf(b.till1, "c2")
	r, err := http.NewRequestWithContext(t.Context(), "GET", b.url+"/v1/stream?client_id=c3", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+b.bar)
	stream, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer stream.Body.Close()
	lines := bufio.NewReader(stream.Body)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, first, "welcome")

	var made struct{ Token string }
	a.admin("POST", "/v1/admin/pos/bar/token", map[string]any{}, &made)
	require.Equal(t, 4301, closed(t, bar))
	_, err = io.Copy(io.Discard, lines)
	require.NoError(t, err, "the stream ends")
	require.Equal(t, http.StatusUnauthorized, (&caller{t: t, url: b.url, token: b.bar}).call("GET", "/v1/pull", nil, nil))
	b.socketOf(made.Token, "c1")
	require.NoError(t, till1.WriteJSON(map[string]any{"t": "push", "ref": 1, "mutations": []any{}}))
	for frame := (struct{ T string }{}); frame.T != "pushed"; {
		require.NoError(t, till1.ReadJSON(&frame), "the other one stays open")
	}
}

// A server that is asked to end tells its tills to come back, does what they sent by
// then, and leaves nothing for them to wait for: they go on at the other one.
func TestDrainedServer(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	bar := a.hand(a.bar, "c1")
	require.Equal(t, protocol.Applied, bar.do(create("o1", protocol.Fields{})).Status)
	nodes := func(n int) {
		require.Eventually(t, func() bool {
			var all protocol.NodesResponse
			b.admin("GET", "/v1/admin/nodes", nil, &all)
			return len(all.Nodes) == n
		}, patience, 10*time.Millisecond)
	}
	nodes(2)
	var sockets []*websocket.Conn
	for range 20 {
		sockets = append(sockets, a.socketOf(a.bar, "c1"))
	}
	require.NoError(t, a.server.cmd.Process.Signal(syscall.SIGTERM))
	for _, ws := range sockets {
		require.Equal(t, 4250, closed(t, ws))
	}
	a.server.wait()
	nodes(1)
	require.NotContains(t, b.server.all(), "isn't heard of any more", "it said that it goes")
	there := b.hand(b.bar, "c1")
	there.next = bar.next
	require.Equal(t, protocol.Applied, there.do(create("o2", protocol.Fields{})).Status)
	require.Len(t, b.orders(), 2)
}

// Servers that run other extensions say so: with what each has in the log, under
// degraded, and to the admin; and that they don't any more.
func TestServersWithOtherExtensions(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	differs := func(f *serverWithTwoPOS) (words string) {
		var all protocol.NodesResponse
		f.admin("GET", "/v1/admin/nodes", nil, &all)
		require.Len(t, all.Nodes, 2)
		_, port, err := net.SplitHostPort(all.Nodes[0].At)
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(f.url, ":"+port), "the one that answers first")
		return all.Nodes[1].Differs
	}
	eventually := func(f *serverWithTwoPOS, words string) {
		t.Helper()
		require.Eventually(t, func() bool { return differs(f) == words }, patience, 20*time.Millisecond, words)
	}
	eventually(a, "")
	eventually(b, "")
	a.enable("  - path: third.js\n", "third.js")
	a.hangup("extensions loaded")
	eventually(b, "it has third besides")
	eventually(a, "it lacks third")
	b.server.eventually("runs other extensions", `it_runs="third`, "this_one_runs=none")
	var said protocol.StatusResponse
	require.Equal(t, http.StatusOK, (&caller{t: t, url: b.url}).call("GET", "/readyz", nil, &said))
	require.Len(t, said.Degraded, 1)
	require.Contains(t, said.Degraded[0], "runs other extensions than this one: it has third besides")
	b.enable("  - path: third.js\n    on_error: reject\n", "third.js")
	b.hangup("extensions loaded")
	eventually(a, "third has other files or settings")
	b.enable("  - path: third.js\n", "third.js")
	b.hangup("extensions loaded")
	eventually(a, "")
	a.server.eventually("runs the same extensions again")
}
