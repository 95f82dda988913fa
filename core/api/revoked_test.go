package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/manytill/manytill/core/api"
)

// A token that is revoked between the look at it and the moment from which a revocation
// ends a poll leaves no poll waiting.
func TestRevokedWhileAPollBegins(t *testing.T) {
	var a *api.API
	var armed, revoked atomic.Bool
	a = newAPI(t, func(c *api.Config) {
		c.Now = func() time.Time {
			if armed.Load() && strings.Contains(string(debug.Stack()), "syncCalls).wait") {
				armed.Store(false)
				revoked.Store(true)
				_, err := a.Directory().NewToken(context.Background(), "till-0")
				require.NoError(t, err)
			}
			return time.Now()
		}
	})
	token := tillsOf(t, a, 1)[0]
	ctx, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	pull := func(query string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/pull?client_id=c1"+query, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	cursor := gjson.Get(pull("").Body.String(), "cursor").Str
	require.NotEmpty(t, cursor)
	armed.Store(true)
	w := pull("&wait=50&cursor=" + cursor)
	require.True(t, revoked.Load())
	require.NoError(t, ctx.Err(), "it waited")
	require.Equal(t, http.StatusUnauthorized, w.Code, w.Body)
	require.Equal(t, "revoked", gjson.Get(w.Body.String(), "reason").Str)
}
