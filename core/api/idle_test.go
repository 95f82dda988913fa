package api_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store/mem"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// newAPI is the API over a store in memory; change may change its config.
func newAPI(t testing.TB, change ...func(*api.Config)) *api.API {
	return newAPIUntil(t.Context(), t, change...)
}

// newAPIUntil is one whose heartbeats end with ctx.
func newAPIUntil(ctx context.Context, t testing.TB, change ...func(*api.Config)) *api.API {
	st := mem.New()
	identity, err := st.Identity(context.Background())
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	chain, err := extensions.Start(t.Context(), func(context.Context) (*extensions.Chain, error) {
		return extensions.Build(nil, extensions.Options{Now: time.Now, Log: log})
	})
	require.NoError(t, err)
	metrics := api.NewMetrics()
	hub := multisession.NewHub(multisession.Config{
		Committed: metrics.Committed, Ledger: st, Identity: identity, Bell: wake.NewLocal(), Now: time.Now, Log: log,
		Rules: multisession.Rules{Limits: order.DefaultLimits},
	})
	c := api.Config{
		Version: "test", Identity: identity, Store: st, Hub: hub, Extensions: noSwitches{chain}, Traces: &extensions.Traces{},
		Limits: api.DefaultLimits, Metrics: metrics, Now: time.Now, Log: log,
	}
	for _, f := range change {
		f(&c)
	}
	return api.New(ctx, c)
}

// noSwitches are extensions without a config to write into.
type noSwitches struct{ *extensions.Extensions }

func (noSwitches) Disabled() []protocol.ExtensionTag          { return nil }
func (noSwitches) Switch(context.Context, string, bool) error { return nil }

// BenchmarkIdleSocket reports the heap and stacks that an open WebSocket
// holds on to, of the server's side and of a bare net.Conn for the client's.
func BenchmarkIdleSocket(b *testing.B) {
	a := newAPI(b)
	server := httptest.NewServer(a)
	defer server.Close()
	ctx := b.Context()
	tokens, all := []string{}, []protocol.POSID{}
	for i := range 100 {
		id := protocol.POSID(fmt.Sprintf("bar-%d", i))
		_, token, err := a.Directory().CreatePOS(ctx, id, "Bar")
		require.Nil(b, err)
		tokens, all = append(tokens, token), append(all, id)
	}
	_, err := a.Directory().CreateMultiSession(ctx, "Main floor", all)
	require.Nil(b, err)
	before, stacks := held()
	for i := 0; b.Loop(); i++ {
		dialRaw(b, strings.TrimPrefix(server.URL, "http://"), tokens[i%len(tokens)], i)
	}
	heapNow, stacksNow := held()
	b.ReportMetric(float64(heapNow-before)/float64(b.N), "heap-B/socket")
	b.ReportMetric(float64(stacksNow-stacks)/float64(b.N), "stack-B/socket")
}

func held() (heap, stacks uint64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.StackInuse
}

// dialRaw opens a WebSocket and reads up to the snapshot; it stays open.
func dialRaw(t testing.TB, addr, token string, n int) net.Conn {
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, "GET /v1/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	require.NoError(t, err)
	r := bufio.NewReader(conn)
	answer, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, answer.StatusCode)
	hello := fmt.Sprintf(`{"t":"hello","protocol":1,"token":%q,"client_id":"c%d"}`, token, n)
	frame := append([]byte{0x81, 0x80 | 126, byte(len(hello) >> 8), byte(len(hello)), 0, 0, 0, 0}, hello...)
	_, err = conn.Write(frame)
	require.NoError(t, err)
	for {
		chunk, err := r.ReadString('}')
		require.NoError(t, err)
		if strings.Contains(chunk, `"last_id"`) {
			return conn
		}
	}
}
