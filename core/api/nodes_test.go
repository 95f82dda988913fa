package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// someNodes are this one and another, which runs other extensions.
type someNodes struct{ trouble, differs string }

func (*someNodes) Name() string              { return "n1" }
func (*someNodes) POSChanged(protocol.POSID) {}
func (n *someNodes) Trouble() string         { return n.trouble }

func (n *someNodes) List() []protocol.Node {
	return []protocol.Node{{Name: "n1", At: "bar:80"}, {Name: "n2", At: "hall:80", Differs: n.differs}}
}

// What doesn't work between servers is said by readyz, which stays 200, by the metrics
// and to the admin; a server that is alone says nothing of that.
func TestServersOfOneDatabase(t *testing.T) {
	nodes := &someNodes{}
	server := httptest.NewServer(newAPI(t, func(c *api.Config) { c.Nodes, c.MetricsPublic = nodes, true }))
	defer server.Close()
	degraded := func() []string {
		var said protocol.StatusResponse
		status, answer := callTo(t, server, "", "GET", "/readyz", "")
		require.Equal(t, http.StatusOK, status)
		require.NoError(t, json.Unmarshal([]byte(answer), &said))
		return said.Degraded
	}
	require.Empty(t, degraded())
	_, metrics := callTo(t, server, "", "GET", "/metrics", "")
	for _, line := range []string{"manytill_nodes 2\n", "manytill_nodes_differ 0\n", "manytill_notes_carried 1\n"} {
		require.Contains(t, metrics, line)
	}
	nodes.trouble, nodes.differs = "NATS can't be reached", "it lacks tips"
	require.Equal(t, []string{
		"changes are told between the servers of this database within two seconds, not at once: NATS can't be reached",
		"the server at hall:80 runs other extensions than this one: it lacks tips",
	}, degraded())
	_, metrics = callTo(t, server, "", "GET", "/metrics", "")
	for _, line := range []string{"manytill_nodes 2\n", "manytill_nodes_differ 1\n", "manytill_notes_carried 0\n"} {
		require.Contains(t, metrics, line)
	}

	a := newAPI(t, func(c *api.Config) { c.MetricsPublic = true })
	_, err := a.Directory().EnsureAdmin(t.Context(), watcher)
	require.NoError(t, err)
	alone := httptest.NewServer(a)
	defer alone.Close()
	_, answer := callTo(t, alone, watcher, "GET", "/v1/admin/nodes", "")
	require.JSONEq(t, `{"nodes":[]}`, answer)
	_, metrics = callTo(t, alone, "", "GET", "/metrics", "")
	require.NotContains(t, metrics, "manytill_nodes")
}

// A drain is spread: at most a hundred tills come to the other servers in a second,
// unless it would take more than five.
func TestDrainIsSpread(t *testing.T) {
	for connections, pause := range map[int]time.Duration{
		0: 10 * time.Millisecond, 1: 10 * time.Millisecond, 500: 10 * time.Millisecond, 1000: 5 * time.Millisecond, 50_000: 100 * time.Microsecond,
	} {
		require.Equal(t, pause, api.DrainPause(connections), "%d connections", connections)
	}
}
