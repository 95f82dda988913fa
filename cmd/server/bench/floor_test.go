package bench_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/cmd/server/bench"
)

// TestFloor: what a till pushes is in the file, then at both tills, and answered.
func TestFloor(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	require.NoError(t, listener.Close())
	log := filepath.Join(t.TempDir(), "log")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- bench.Floor(ctx, addr, log) }()
	require.Eventually(t, func() bool {
		answer, err := http.Post("http://"+addr+"/v1/admin/multi-sessions", "application/json", strings.NewReader(`{"pos":["a","b"]}`))
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	}, 10*time.Second, time.Millisecond)
	dial := func(pos string) *websocket.Conn {
		ws, answer, err := websocket.DefaultDialer.Dial("ws://"+addr+"/v1/socket", nil)
		require.NoError(t, err)
		answer.Body.Close()
		require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte(`{"t":"hello","token":"`+pos+`","client_id":"c-`+pos+`"}`)))
		_, text, err := ws.ReadMessage()
		require.NoError(t, err)
		require.Contains(t, string(text), `"t":"snapshot"`)
		return ws
	}
	a, b := dial("a"), dial("b")
	defer a.Close()
	defer b.Close()
	push := `{"t":"push","ref":7,"mutations":[{"id":7,"ops":[]}]}`
	require.NoError(t, a.WriteMessage(websocket.TextMessage, []byte(push)))
	for _, ws := range []*websocket.Conn{a, b} {
		_, text, err := ws.ReadMessage()
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), `{"t":"changes"`), string(text))
		require.Contains(t, string(text), `"client_id":"c-a","id":7,`)
		require.Len(t, text, 301)
	}
	_, text, err := a.ReadMessage()
	require.NoError(t, err)
	require.JSONEq(t, `{"t":"pushed","ref":7,"last_id":7,"results":[{"id":7,"status":"applied"}]}`, string(text))
	stored, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Equal(t, push+"\n", string(stored))
	stop()
	require.NoError(t, <-ended)
}
