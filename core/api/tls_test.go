package api_test

import (
	"crypto/tls"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// A socket under TLS waits in another way than a plain one: what comes in
// pieces, many at once or after a pause is read all the same.
func TestSocketOverTLS(t *testing.T) {
	a := newAPI(t)
	server := httptest.NewTLSServer(a)
	defer server.Close()
	_, token, bad := a.Directory().CreatePOS(t.Context(), "bar", "Bar")
	require.Nil(t, bad)
	_, bad = a.Directory().CreateMultiSession(t.Context(), "Main floor", []protocol.POSID{"bar"})
	require.Nil(t, bad)
	_, bad = a.Directory().OpenTill(t.Context(), "bar", nil)
	require.Nil(t, bad)

	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	ws, _, err := dialer.Dial("wss"+strings.TrimPrefix(server.URL, "https")+"/v1/socket", nil)
	require.NoError(t, err)
	defer ws.Close()
	send := func(text string) { require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte(text))) }
	await := func(want string) {
		require.NoError(t, ws.SetReadDeadline(time.Now().Add(20*time.Second)))
		for {
			_, frame, err := ws.ReadMessage()
			require.NoError(t, err, "waiting for %s", want)
			if strings.Contains(string(frame), want) {
				return
			}
		}
	}
	send(fmt.Sprintf(`{"t":"hello","protocol":1,"token":%q,"client_id":"c1"}`, token))
	await(`"t":"snapshot"`)
	for ref := range 50 {
		send(fmt.Sprintf(`{"t":"push","ref":%d,"mutations":[]}`, ref))
	}
	await(`"t":"pushed","ref":49`)
	send(fmt.Sprintf(`{"t":"push","ref":50,"mutations":[{"id":1,"ops":[{"op":"order.create","order":"o1","set":{"note":"%s"}}]}]}`, strings.Repeat("x", 100_000)))
	await(`"t":"pushed","ref":50`)
	send(`{"t":"push","ref":51,"mutations":[],"x":"` + strings.Repeat("x", 2<<20) + `"}`)
	await(`"code":"too_large"`)
	send(`{"t":"push","ref":52,"mutations":[]}`)
	await(`"t":"pushed","ref":52`)
	_, bad = a.Directory().NewToken(t.Context(), "bar")
	require.Nil(t, bad)
	_, _, err = ws.ReadMessage()
	require.True(t, websocket.IsCloseError(err, 4301), "%v", err)
}
