package api_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/web"
	"github.com/manytill/manytill/sdk/protocol"
)

// Who may make calls that aren't below /v1/admin/, besides the pages. A new call must be
// entered here. The token of a socket is in its first frame.
var (
	publicCalls = strings.Fields("/v1/info /v1/extensions.js /v1/socket /healthz /readyz /openapi.json")
	callsOfPOS  = strings.Fields("/v1/schema /v1/catalogue /v1/till/open /v1/till/close /v1/push /v1/pull /v1/stream /v1/orders /v1/orders/{order} /v1/ticket")
)

// opens is the kind of token that a call takes; "" is none.
func opens(t *testing.T, path string) string {
	switch {
	case slices.Contains(publicCalls, path):
		return ""
	case slices.Contains(callsOfPOS, path):
		return "POS"
	case path == "/v1/relay":
		return "relay"
	case strings.HasPrefix(path, "/v1/admin/"), path == "/metrics":
		return "admin"
	}
	require.FailNow(t, "a call that this test doesn't know", "say above who may make it: %s", path)
	return ""
}

// who makes a call: a header, and the kind of token in it; "" is one that opens nothing.
type who struct{ name, key, value, kind string }

func callers(t *testing.T, a *api.API) []who {
	d := a.Directory()
	admin, err := d.EnsureAdmin(t.Context(), "")
	require.NoError(t, err)
	relay := func(id protocol.RelayID) (string, error) {
		_, token, err := d.CreateRelay(t.Context(), id, string(id))
		return token, err
	}
	good := tillsOf(t, a, 2)
	_, removed, err := d.CreatePOS(t.Context(), "removed", "Removed")
	require.NoError(t, err)
	require.NoError(t, d.DeletePOS(t.Context(), "removed"))
	fresh, err := d.NewToken(t.Context(), "till-1")
	require.NoError(t, err)
	linked, err := relay("shop-1")
	require.NoError(t, err)
	gone, err := relay("shop-2")
	require.NoError(t, err)
	require.NoError(t, d.DeleteRelay(t.Context(), "shop-2"))
	const key = "Authorization"
	return []who{
		{"nobody", key, "", ""},
		{"a wrong token", key, "Bearer wrong", ""},
		{"half a token", key, "Bearer " + good[0][:len(good[0])-1], ""},
		{"two tokens", key, "Bearer " + good[0] + " " + admin, ""},
		{"a password, which a browser keeps", key, "Basic " + admin, ""},
		{"a cookie, which a browser adds", "Cookie", "token=" + admin + "; Authorization=Bearer " + admin, ""},
		{"a POS", key, "Bearer " + good[0], "POS"},
		{"a POS with a new token", key, "Bearer " + fresh, "POS"},
		{"its old token", key, "Bearer " + good[1], ""},
		{"a POS that was removed", key, "Bearer " + removed, ""},
		{"a relay", key, "Bearer " + linked, "relay"},
		{"a relay that was removed", key, "Bearer " + gone, ""},
		{"the admin", key, "Bearer " + admin, "admin"},
	}
}

// TestWhoMayCall makes every call that the router has as each kind of caller.
func TestWhoMayCall(t *testing.T) {
	pages, err := web.New()
	require.NoError(t, err)
	a := newAPI(t, func(c *api.Config) { c.Pages = pages })
	as := callers(t, a)
	seen := map[string]int{}
	for i, call := range api.Calls(a) {
		method, path, _ := strings.Cut(call, " ")
		need := ""
		if !slices.Contains(pages.Paths(), path) {
			need = opens(t, path)
		}
		seen[need]++
		for j, who := range as {
			ctx, end := context.WithCancel(t.Context())
			r := httptest.NewRequestWithContext(ctx, method, strings.NewReplacer("{", "", "}", "").Replace(path), strings.NewReader("{}"))
			r.RemoteAddr = fmt.Sprintf("192.0.%d.%d:1", i, j) // wrong tokens of one address are slowed
			if who.value != "" {
				r.Header.Set(who.key, who.value)
			}
			w := &closing{httptest.NewRecorder(), end}
			a.ServeHTTP(w, r)
			end()
			about := fmt.Sprintf("%s by %s: %s", call, who.name, w.Body)
			switch {
			case need == "" || who.kind == need:
				require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusInternalServerError}, w.Code, about)
			case who.kind == "":
				require.Equal(t, http.StatusUnauthorized, w.Code, about)
			default:
				require.Equal(t, http.StatusForbidden, w.Code, about)
			}
		}
	}
	require.ElementsMatch(t, []string{"", "POS", "relay", "admin"}, slices.Collect(maps.Keys(seen)))
}

// closing is a caller that goes once an answer begins, as streams have no end.
type closing struct {
	*httptest.ResponseRecorder
	end context.CancelFunc
}

func (c *closing) Write(b []byte) (int, error) {
	defer c.end()
	return c.ResponseRecorder.Write(b)
}
