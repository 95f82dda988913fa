package api_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/manytill/manytill/core/api"
	"github.com/stretchr/testify/require"
)

// Loading extensions takes as long as their files let it: the operator's
// connection lives that long.
func TestALongLoadIsAnswered(t *testing.T) {
	var connections deadlines
	left := func() time.Duration {
		connections.mu.Lock()
		defer connections.mu.Unlock()
		return time.Until(connections.last)
	}
	a := newAPI(t, func(c *api.Config) {
		c.Extensions = slowToLoad{c.Extensions.(noSwitches), func() { require.Greater(t, left(), 5*time.Minute) }}
	})
	_, err := a.Directory().EnsureAdmin(t.Context(), "mta_of-this-test-0123456789")
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(a)
	connections.Listener = server.Listener
	server.Listener = &connections
	server.Start()
	defer server.Close()
	for _, call := range [][3]string{{"POST", "/reload", ""}, {"PATCH", "/loyalty", `{"enabled": true}`}} {
		r, err := http.NewRequest(call[0], server.URL+"/v1/admin/extensions"+call[1], strings.NewReader(call[2]))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer mta_of-this-test-0123456789")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.Less(t, left(), time.Minute, "the answer itself has the time of any other")
	}
}

// slowToLoad calls a func while it loads.
type slowToLoad struct {
	noSwitches
	loading func()
}

func (s slowToLoad) Reload(context.Context) error               { s.loading(); return nil }
func (s slowToLoad) Switch(context.Context, string, bool) error { s.loading(); return nil }

// deadlines notes until when connections are written to.
type deadlines struct {
	net.Listener
	mu   sync.Mutex
	last time.Time
}

func (d *deadlines) Accept() (net.Conn, error) {
	conn, err := d.Listener.Accept()
	return &noted{conn, d}, err
}

type noted struct {
	net.Conn
	in *deadlines
}

func (n *noted) SetWriteDeadline(at time.Time) error {
	if !at.IsZero() {
		n.in.mu.Lock()
		n.in.last = at
		n.in.mu.Unlock()
	}
	return n.Conn.SetWriteDeadline(at)
}
