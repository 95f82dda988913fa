package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/manytill/manytill/core/api"
	"github.com/stretchr/testify/require"
)

// TestOrigins: an origin that is allowed on one transport is on each, however
// the operator wrote it; the server's own always is.
func TestOrigins(t *testing.T) {
	tests := []struct {
		allowed     string
		good, wrong []string
	}{
		{"https://pos.example", []string{"https://pos.example"}, []string{"http://pos.example", "https://pos.example:8443", "https://pos.example.evil", "null", "https://xpos.example", "nonsense"}},
		{"HTTPS://Pos.Example:443/", []string{"https://pos.example", "https://pos.example:443"}, []string{"https://pos.example:80"}},
		{"http://till.example:80", []string{"http://till.example"}, []string{"https://till.example"}},
		{"https://*.shop.example", []string{"https://a.shop.example", "https://a.b.shop.example"}, []string{"https://shop.example", "https://evilshop.example", "https://a.shop.example.evil"}},
		{"http://localhost:*", []string{"http://localhost", "http://localhost:5173"}, []string{"https://localhost", "http://localhost.evil:1"}},
		{"https://büro.example", []string{"https://xn--bro-hoa.example"}, []string{"https://buro.example"}},
		{"http://[::1]:8080", []string{"http://[::1]:8080"}, []string{"http://[::1]"}},
		{"capacitor://localhost", []string{"capacitor://localhost"}, []string{"http://localhost"}},
		{"http://my_till.lan", []string{"http://my_till.lan"}, nil},
		{"null", []string{"null"}, []string{"https://pos.example"}},
		{"*", []string{"https://any.example", "null"}, nil},
	}
	for _, test := range tests {
		t.Run(test.allowed, func(t *testing.T) {
			origin, err := api.ParseOrigin(test.allowed)
			require.NoError(t, err)
			server := httptest.NewServer(newAPI(t, func(c *api.Config) { c.AllowedOrigins = []api.Origin{origin} }))
			defer server.Close()
			for _, good := range append(test.good, server.URL, strings.ToUpper(server.URL)) {
				require.Equal(t, [3]bool{true, true, true}, allowedBy(t, server, good, nil), good)
			}
			for _, wrong := range test.wrong {
				require.Equal(t, [3]bool{}, allowedBy(t, server, wrong, nil), wrong)
			}
			if test.allowed != "*" {
				for name, value := range map[string]string{"X-Forwarded-Host": "shop.example:9443", "Sec-Fetch-Site": "same-origin"} {
					require.Equal(t, [3]bool{true, true, true}, allowedBy(t, server, "https://shop.example:9443", http.Header{name: {value}}), "the pages' own, behind a proxy")
				}
			}
		})
	}
}

// allowedBy is whether an origin may make a call, ask for it before, and open
// a socket.
func allowedBy(t *testing.T, server *httptest.Server, origin string, more http.Header) (by [3]bool) {
	for i, method := range []string{"GET", "OPTIONS"} {
		r, err := http.NewRequest(method, server.URL+"/v1/info", nil)
		require.NoError(t, err)
		for name := range more {
			r.Header.Set(name, more.Get(name))
		}
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "GET")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		got := answer.Header.Get("Access-Control-Allow-Origin")
		by[i] = got == origin || got == "*"
	}
	h := more.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Origin", origin)
	ws, answer, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/v1/socket", h)
	if err == nil {
		require.NoError(t, ws.Close())
	} else {
		require.Equal(t, http.StatusForbidden, answer.StatusCode)
	}
	by[2] = err == nil
	return by
}

func TestOriginsThatCantBeUnderstood(t *testing.T) {
	for _, text := range []string{
		"", "pos.example", "https://", "https://pos.example/path", "https://pos.example?x", "https://u@pos.example", "https://pos.example:port",
		"https://pos.example:0", "https://pos.example:99999", "https://*", "https://a.*.example", "https://po*s.example", "**", "https:/pos.example",
		"https://pos example", "https://[::1", "https://a b", "*.shop.example",
	} {
		_, err := api.ParseOrigin(text)
		require.Error(t, err, text)
		require.Regexp(t, `^(must|may|has)`, err.Error(), "it goes on from the origin")
	}
}
