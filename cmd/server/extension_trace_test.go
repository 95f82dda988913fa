package main_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// An operator looks at the runs of an extension on a running server.
func TestExtensionTrace(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.enable("  - path: documented.js\n    timeout: 30s\n    config: {key: s3cret-of-the-shop}\n", "documented.js")
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	call := func(args ...string) string {
		return must(t, append(append([]string{"extension", "trace", "documented"}, args...), "--server", f.url, "--token", adminToken)...)
	}
	require.Equal(t, protocol.Applied, bar.do(create("o0", nil)).Status)
	require.Contains(t, call(), "documented is traced until ")
	require.Contains(t, call(), "its hooks haven't run since")
	require.Equal(t, protocol.Applied, bar.do(create("o1", protocol.Fields{"first_new_variable": `"s3cret-of-the-shop"`})).Status)
	require.Equal(t, protocol.Applied, bar.do(setOrder("o1", protocol.Fields{"first_new_variable": `"two"`})).Status)
	shown := call()
	require.NotContains(t, shown, "order o0", "it wasn't traced yet")
	require.Contains(t, shown, `first_new_variable: null → "(a setting)"`)
	require.Regexp(t, `order o1 \(number 2\), open: taken, [0-9.]+ of 30000 ms\n  in   first_new_variable: "\(a setting\)" → "two"`, shown)
	require.NotContains(t, shown, "s3cret")

	admin := caller{t: t, url: f.url, token: adminToken}
	path := "/v1/admin/extensions/documented/trace"
	var all protocol.TraceResponse
	require.Equal(t, http.StatusOK, admin.call("GET", path+"?after=1", nil, &all))
	require.Len(t, all.Runs, 1)
	require.Equal(t, int64(2), all.Runs[0].Seq)
	var asJSON protocol.TraceResponse
	require.NoError(t, json.Unmarshal([]byte(call("--json")), &asJSON))
	require.Len(t, asJSON.Runs, 2)
	follower := run(t, "follower", "extension", "trace", "documented", "--follow", "--server", f.url, "--token", adminToken)
	follower.expect("order o1")
	require.Equal(t, protocol.Applied, bar.do(setOrder("o1", protocol.Fields{"first_new_variable": `"three"`})).Status)
	follower.expect(`"two" → "three"`)
	follower.stop()
	require.Equal(t, "documented isn't traced any more\n", call("--off"))
	require.Equal(t, http.StatusOK, admin.call("GET", path, nil, &all))
	require.Equal(t, protocol.TraceResponse{Runs: []protocol.ExtensionRun{}}, protocol.TraceResponse{On: all.On, Until: nil, Runs: all.Runs})

	for _, c := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"GET", "/v1/admin/extensions/nobody/trace", nil, http.StatusNotFound},
		{"POST", "/v1/admin/extensions/nobody/trace", map[string]any{"seconds": 5}, http.StatusNotFound},
		{"POST", path, map[string]any{"seconds": 0}, http.StatusBadRequest},
		{"POST", path, map[string]any{"seconds": 1.5}, http.StatusBadRequest},
		{"POST", path, map[string]any{"seconds": 86401}, http.StatusBadRequest},
		{"GET", path + "?after=x", nil, http.StatusBadRequest},
	} {
		require.Equal(t, c.status, admin.call(c.method, c.path, c.body, nil), c)
	}
	out, err := output(t, "extension", "trace", "nobody", "--server", f.url, "--token", adminToken)
	require.Error(t, err)
	require.Contains(t, out, "See `manytill extension list`")
}
