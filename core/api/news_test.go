package api_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestOtherCatalogue: tills with a socket or a stream hear of a catalogue that
// was read again, by its ETag.
func TestOtherCatalogue(t *testing.T) {
	var now atomic.Pointer[api.Catalogue]
	one, two := api.NewCatalogue([]byte(`{"products":[]}`)), api.NewCatalogue([]byte(`{"products":[{"id":1}]}`))
	now.Store(one)
	a := newAPI(t, func(c *api.Config) { c.Catalogue = now.Load })
	server := httptest.NewServer(a)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	_, token, bad := a.Directory().CreatePOS(t.Context(), "bar", "Bar")
	require.Nil(t, bad)
	_, bad = a.Directory().CreateMultiSession(t.Context(), "Main floor", []protocol.POSID{"bar"})
	require.Nil(t, bad)

	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/v1/socket", nil)
	require.NoError(t, err)
	defer ws.Close()
	require.NoError(t, ws.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": token, "client_id": "c1"}))
	require.Equal(t, one.ETag(), frameOf(t, ws, "welcome")["catalogue_etag"])

	request, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/v1/stream?client_id=c2", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	stream, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer stream.Body.Close()
	events := bufio.NewReader(stream.Body)
	require.Contains(t, eventOf(t, events, "welcome"), `"catalogue_etag":`+strconv.Quote(one.ETag()))

	now.Store(two)
	require.Equal(t, map[string]any{"t": "catalogue", "catalogue_etag": two.ETag()}, frameOf(t, ws, "catalogue"))
	require.JSONEq(t, `{"t":"catalogue","catalogue_etag":`+strconv.Quote(two.ETag())+`}`, eventOf(t, events, "catalogue"))
}

// frameOf reads up to a frame of a kind.
func frameOf(t *testing.T, ws *websocket.Conn, kind string) map[string]any {
	require.NoError(t, ws.SetReadDeadline(time.Now().Add(time.Minute)))
	for {
		var frame map[string]any
		require.NoError(t, ws.ReadJSON(&frame))
		if frame["t"] == kind {
			return frame
		}
	}
}

// eventOf reads up to an event of a name, and gives its data.
func eventOf(t *testing.T, events *bufio.Reader, name string) string {
	for found := false; ; {
		line, err := events.ReadString('\n')
		require.NoError(t, err)
		if data, ok := strings.CutPrefix(line, "data: "); ok && found {
			return strings.TrimSpace(data)
		}
		found = found || line == "event: "+name+"\n"
	}
}

// TestClockJumps: a link lives on where the machine's clock is set. A beat of
// all links comes before each look at the catalogue.
func TestClockJumps(t *testing.T) {
	var ahead atomic.Int64
	var now atomic.Pointer[api.Catalogue]
	now.Store(api.NewCatalogue([]byte(`{}`)))
	a := newAPI(t, func(c *api.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		c.Catalogue = now.Load
	})
	server := httptest.NewServer(a)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	_, token, bad := a.Directory().CreatePOS(t.Context(), "bar", "Bar")
	require.Nil(t, bad)
	_, bad = a.Directory().CreateMultiSession(t.Context(), "Main floor", []protocol.POSID{"bar"})
	require.Nil(t, bad)
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/v1/socket", nil)
	require.NoError(t, err)
	defer ws.Close()
	require.NoError(t, ws.WriteJSON(map[string]any{"t": "hello", "protocol": 1, "token": token, "client_id": "c1"}))
	frameOf(t, ws, "welcome")
	for i, jump := range []time.Duration{time.Hour, -time.Hour} {
		ahead.Store(int64(jump))
		for _, body := range []string{"{}", "[]"} {
			cat := api.NewCatalogue([]byte(body + strings.Repeat(" ", i+1)))
			now.Store(cat)
			require.Equal(t, cat.ETag(), frameOf(t, ws, "catalogue")["catalogue_etag"])
		}
	}
}
