package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/web"
	"github.com/manytill/manytill/core/web/internal/build"
)

// What is embedded was built of the sources that are here.
func TestDistIsFresh(t *testing.T) {
	want, err := build.StampOf("../..")
	require.NoError(t, err)
	got, err := os.ReadFile("dist/" + build.Stamp)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "core/web/dist is stale: run make generate and commit what it writes")
}

func TestPages(t *testing.T) {
	pages, err := web.New()
	require.NoError(t, err)
	for path, kind := range map[string]string{
		"/": "text/html", "/pos": "text/html", "/admin": "text/html", "/pos.js": "text/javascript", "/pos.css": "text/css",
		"/sw.js": "text/javascript", "/pos.webmanifest": "application/manifest+json", "/icon.png": "image/png", "/demo.json": "application/json",
	} {
		require.Contains(t, pages.Paths(), path)
		answer := get(pages, path, nil)
		require.Equal(t, http.StatusOK, answer.Code, path)
		require.Contains(t, answer.Header().Get("Content-Type"), kind, path)
		if tag := answer.Header().Get("ETag"); path != "/demo.json" {
			require.NotEmpty(t, tag, path)
			require.Len(t, answer.Header().Get("Manytill-Build"), 64, path)
			require.Equal(t, http.StatusNotModified, get(pages, path, map[string]string{"If-None-Match": tag}).Code, path)
		}
	}
	require.NotContains(t, pages.Paths(), "/STAMP")
	require.Equal(t, http.StatusNotFound, get(pages, "/STAMP", nil).Code)
	zipped := get(pages, "/pos.js", map[string]string{"Accept-Encoding": "gzip"})
	require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	require.Less(t, zipped.Body.Len(), get(pages, "/pos.js", nil).Body.Len())
	require.Equal(t, strconv.Itoa(zipped.Body.Len()), zipped.Header().Get("Content-Length"))
}

// Tokens are shown by a demo alone, and not where a page of somebody else's may ask for
// them, under a name of its own that leads to this machine.
func TestDemo(t *testing.T) {
	pages, err := web.New()
	require.NoError(t, err)
	asked := func(host string) string {
		r := httptest.NewRequest(http.MethodGet, "/demo.json", nil)
		r.Host = host
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		return w.Body.String()
	}
	require.JSONEq(t, "null", asked("127.0.0.1:8080"))
	pages.ShowDemo(web.Demo{AdminToken: "a", POS: []web.DemoPOS{{ID: "bar", Name: "Bar", Token: "t", User: "Ana"}}})
	for _, host := range []string{"127.0.0.1:8080", "localhost:8080", "[::1]:8080", "::1", "192.168.1.7", "laptop", "laptop.local:8080"} {
		require.JSONEq(t, `{"admin_token":"a","pos":[{"id":"bar","name":"Bar","token":"t","user":"Ana"}]}`, asked(host), host)
	}
	for _, host := range []string{"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example:8080", "1.2.3.4.5"} {
		require.JSONEq(t, "null", asked(host), host)
	}
}

func get(h http.Handler, path string, headers map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
