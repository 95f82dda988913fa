package api_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/manytill/manytill/core/api"
)

// A stream and a poll of a POS that has as many connections as it may are refused with
// their code and a pause; what doesn't stay isn't, and neither is another POS.
func TestStreamsAndPollsOfOnePOS(t *testing.T) {
	a, server := guarded(t)
	tokens := tillsOf(t, a, 2)
	ask := func(token, path string) (int, http.Header, string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		w, err := server.Client().Do(r)
		require.NoError(t, err)
		defer w.Body.Close()
		if w.Header.Get("Content-Type") == "text/event-stream" {
			return w.StatusCode, w.Header, ""
		}
		body, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		return w.StatusCode, w.Header, string(body)
	}
	status, _, body := ask(tokens[0], "/v1/pull?client_id=c1")
	require.Equal(t, http.StatusOK, status)
	poll := "/v1/pull?client_id=c1&wait=1&cursor=" + gjson.Get(body, "cursor").Str
	defer api.FillConnections(a, "till-0")()
	for _, path := range []string{"/v1/stream?client_id=c1", poll} {
		status, head, body := ask(tokens[0], path)
		require.Equal(t, http.StatusTooManyRequests, status, path)
		require.Equal(t, "rate_limited", gjson.Get(body, "code").Str, path)
		require.Equal(t, "5", head.Get("Retry-After"), path)
		status, _, _ = ask(tokens[1], path)
		require.Equal(t, http.StatusOK, status, path)
	}
	require.Contains(t, metricsOf(t, a), `manytill_refused_total{what="stream"} 2`)
	for _, path := range []string{"/v1/pull?client_id=c1", "/v1/orders"} {
		status, _, _ := ask(tokens[0], path)
		require.Equal(t, http.StatusOK, status, path)
	}
}
