package api_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/web"
)

// policyOf is what a Content-Security-Policy allows, by directive. The hash of a script
// stands there as HASH.
func policyOf(t *testing.T, h http.Header) map[string]string {
	all := map[string]string{}
	require.Len(t, h.Values("Content-Security-Policy"), 1)
	for _, directive := range strings.Split(h.Get("Content-Security-Policy"), ";") {
		name, allows, _ := strings.Cut(strings.TrimSpace(directive), " ")
		require.NotContains(t, all, name, "the first one of a name counts")
		words := strings.Fields(allows)
		for i, word := range words {
			if strings.HasPrefix(word, "'sha256-") {
				words[i] = "HASH"
			}
		}
		all[name] = strings.Join(words, " ")
	}
	return all
}

var (
	policyOfAPI  = map[string]string{"default-src": "'none'", "frame-ancestors": "'none'"}
	policyOfPage = map[string]string{
		"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data: https: http:", "manifest-src": "'self'",
		"connect-src": "'self' ws://till.example:8443 wss://till.example:8443", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
	}
	// The POS page makes the frame of extensions, which may start workers.
	policyOfPOS = map[string]string{
		"script-src": "'self' HASH", "frame-src": "'self'", "worker-src": "'self' data: blob:", "child-src": "'self' data: blob:",
	}
)

// TestPolicies looks at the headers of every answer: by whom a browser lets it be read,
// shown in a frame, and run.
func TestPolicies(t *testing.T) {
	pages, err := web.New()
	require.NoError(t, err)
	a := newAPI(t, func(c *api.Config) { c.Pages = pages })
	admin, err := a.Directory().EnsureAdmin(t.Context(), "")
	require.NoError(t, err)
	ask := func(method, path, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "https://till.example:8443"+path, nil)
		r.Header.Set("Origin", "https://elsewhere.example")
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	calls := append(api.Calls(a), "GET /nowhere", "GET /pos/", "DELETE /v1/push", "POST /pos", "OPTIONS /v1/push")
	isPage := 0
	for _, call := range calls {
		method, path, _ := strings.Cut(call, " ")
		for _, token := range []string{admin, "wrong"} {
			w := ask(method, path, token)
			h := w.Header()
			require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), call)
			require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), call)
			require.NotContains(t, h, "Set-Cookie", call)
			require.NotContains(t, h, "Access-Control-Allow-Credentials", call)
			if w.Body.Len() > 0 {
				require.NotEmpty(t, h.Get("Content-Type"), call)
			}
			if !slices.Contains(pages.Paths(), path) || path == "/demo.json" {
				require.Equal(t, policyOfAPI, policyOf(t, h), call)
				require.NotContains(t, h.Get("Content-Type"), "html", call)
			}
			if slices.Contains(pages.Paths(), path) {
				require.NotContains(t, h, "Access-Control-Allow-Origin", call)
			} else {
				require.Equal(t, "*", h.Get("Access-Control-Allow-Origin"), call)
			}
			if path == "/demo.json" || w.Code != http.StatusOK || !slices.Contains(pages.Paths(), path) {
				continue
			}
			isPage++
			want := maps.Clone(policyOfPage)
			if path == "/pos" || path == "/pos.html" {
				maps.Copy(want, policyOfPOS)
			}
			require.Equal(t, want, policyOf(t, h), call)
		}
	}
	require.GreaterOrEqual(t, isPage, 4*len(pages.Paths())-4, "each page was looked at, by GET and HEAD")
}

// A host that a policy can't name, or that would say more than a host, isn't named.
func TestHostsInPolicies(t *testing.T) {
	pages, err := web.New()
	require.NoError(t, err)
	for host, want := range map[string]string{
		"till.example": "'self' ws://till.example wss://till.example", "192.0.2.7:8080": "'self' ws://192.0.2.7:8080 wss://192.0.2.7:8080",
		"[2001:db8::7]:8080": "'self'", "": "'self'", "a; script-src *": "'self'", "a b": "'self'", "*": "'self'", "a:1/x": "'self'", "a\r\nX: y": "'self'",
	} {
		r := httptest.NewRequest(http.MethodGet, "/admin", nil)
		r.Host = host
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		require.Equal(t, want, policyOf(t, w.Header())["connect-src"], host)
	}
}
