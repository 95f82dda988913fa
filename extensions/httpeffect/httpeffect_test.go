package httpeffect_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/manytill/manytill/extensions/httpeffect"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

func allow(t *testing.T, texts ...string) (list []httpeffect.Allow) {
	t.Helper()
	for _, text := range texts {
		a, err := httpeffect.ParseAllow(text)
		require.NoError(t, err, text)
		list = append(list, a)
	}
	return list
}

// server answers what a test's handler says, at an address like 127.0.0.1:9000.
func server(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s
}

func call(t *testing.T, o httpeffect.Options, spec hooks.EffectSpec) (protocol.Value, error) {
	t.Helper()
	if spec.Timeout == 0 {
		spec.Timeout = 30 * time.Second
	}
	if spec.Method == "" {
		spec.Method = "POST"
	}
	o.Effects = map[string]hooks.EffectSpec{"book": spec}
	return httpeffect.New(o).Do(t.Context(), "the-id", hooks.EffectAddress{Name: "book"}, `{"points":12}`)
}

func TestCall(t *testing.T) {
	var got *http.Request
	var body []byte
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"b": 1.0, "a": [true]}`)
	})
	result, err := call(t, httpeffect.Options{
		Allow: allow(t, s.URL), Settings: map[string]any{"base": s.URL, "key": "s3cret", "shop": 7},
	}, hooks.EffectSpec{
		Method: "PUT", URL: "{base}/v1/{shop}?x=1", Headers: map[string]string{"Authorization": "Bearer {key}", "Idempotency-Key": "another"},
	})
	require.NoError(t, err)
	require.JSONEq(t, `{"status":200,"body":{"a":[true],"b":1}}`, string(result))
	require.Equal(t, `{"points":12}`, string(body))
	require.Equal(t, []string{"PUT", "/v1/7?x=1"}, []string{got.Method, got.URL.String()})
	for name, want := range map[string]string{"Authorization": "Bearer s3cret", "Idempotency-Key": "the-id", "Content-Type": "application/json"} {
		require.Equal(t, []string{want}, got.Header[name], name)
	}
}

// TestAnswers: which are outcomes, and with which body.
func TestAnswers(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		status             int
		kind, body         string
		outcome, wantError string
	}{
		{200, "application/json", "", `{"status":200,"body":""}`, ""},
		{201, "application/json", "12.50", `{"status":201,"body":12.5}`, ""},
		{200, "text/plain", "12.50", `{"status":200,"body":"12.50"}`, ""},
		{200, "text/plain", ` {"a":1}`, `{"status":200,"body":{"a":1}}`, ""},
		{200, "application/problem+json", "{", `{"status":200,"body":"{"}`, ""},
		{200, "text/plain", "\xff", `{"status":200,"body":"\ufffd"}`, ""},
		{200, "text/plain", large, `{"status":200,"body":"` + large[:64<<10] + `"}`, ""},
		{200, "application/json", `"` + large + `"`, `{"status":200,"body":"\"` + large[:64<<10-1] + `"}`, ""},
		{302, "text/plain", "elsewhere", `{"status":302,"body":"elsewhere"}`, ""},
		{404, "text/plain", "no such card", `{"status":404,"body":"no such card"}`, ""},
		{499, "text/plain", "", `{"status":499,"body":""}`, ""},
		{408, "text/plain", "slow", "", "status 408: slow"},
		{425, "text/plain", "early", "", "status 425: early"},
		{429, "text/plain", "later", "", "status 429: later"},
		{500, "text/plain", large, "", "status 500: " + large[:200]},
		{503, "text/plain", "", "", "status 503: "},
	} {
		followed := false
		s := server(t, func(w http.ResponseWriter, r *http.Request) {
			followed = followed || r.URL.Path == "/elsewhere"
			w.Header().Set("Content-Type", c.kind)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		result, err := call(t, httpeffect.Options{Allow: allow(t, s.URL)}, hooks.EffectSpec{URL: s.URL})
		name := fmt.Sprintf("%d %.20s", c.status, c.body)
		if c.wantError != "" {
			require.EqualError(t, err, c.wantError, name)
			continue
		}
		require.NoError(t, err, name)
		require.JSONEq(t, c.outcome, string(result), name)
		require.False(t, followed, name)
	}
}

// TestSlow: a head, and a body, that don't end.
func TestSlow(t *testing.T) {
	for _, head := range []bool{false, true} {
		s := server(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the end of the connection is seen only then
			if head {
				_, _ = io.WriteString(w, "{")
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		})
		_, err := call(t, httpeffect.Options{Allow: allow(t, s.URL)}, hooks.EffectSpec{URL: s.URL, Timeout: 50 * time.Millisecond})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
}

func TestNotAllowed(t *testing.T) {
	s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, c := range []struct {
		allow    []string
		url      string
		settings map[string]any
		want     string
	}{
		{nil, s.URL, nil, "the server may not call 127.0.0.1 for it; if it should, add " + s.URL + " to allow:"},
		{[]string{"api.example"}, "https://api.example:8443/x", nil, "add api.example:8443 to allow:"},
		{[]string{"api.example"}, "http://api.example/x", nil, "add http://api.example to allow:"},
		{[]string{"api.example"}, "https://evil.api.example/x", nil, "may not call evil.api.example"},
		{[]string{"api.example"}, "https://api.example@evil.example/x", nil, "may not call evil.example"},
		{[]string{"api.example"}, "https://{host}/x", map[string]any{"host": "evil.example/"}, "may not call evil.example"},
		{[]string{"api.example"}, "https://{host}/x", nil, "its setting host isn't a text or a number"},
		{[]string{"api.example"}, "https://{host}/x", map[string]any{"host": []any{"a"}}, "its setting host isn't a text"},
		{[]string{"api.example"}, "{host}/x", map[string]any{"host": "file://"}, "no address to call"},
		{[]string{"api.example"}, "{host}/x", map[string]any{"host": "https://s3cret\x7f"}, "its url became is no URL"},
		{[]string{"127.0.0.1:" + port}, s.URL, nil, "may not call 127.0.0.1"},
	} {
		_, err := call(t, httpeffect.Options{Allow: allow(t, c.allow...), Settings: c.settings}, hooks.EffectSpec{URL: c.url})
		require.ErrorContains(t, err, c.want, c.url)
		require.NotContains(t, err.Error(), "s3cret")
	}
	_, err := call(t, httpeffect.Options{Allow: allow(t, "api.example"), Settings: map[string]any{"key": "s3cret\r\nX: y"}},
		hooks.EffectSpec{URL: "https://api.example", Headers: map[string]string{"Authorization": "{key}"}})
	require.ErrorContains(t, err, "the header Authorization has a character that no header may have")
	require.NotContains(t, err.Error(), "s3cret")
}

// names is a resolver that answers every name with these addresses, one at each
// look-up, and the last one from then on.
func names(t *testing.T, addresses ...string) *net.Resolver {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		b := make([]byte, 1024)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil {
				continue
			}
			m.Response = true
			q := m.Questions[0]
			if q.Type == dnsmessage.TypeA {
				var a dnsmessage.AResource
				copy(a.A[:], net.ParseIP(addresses[0]).To4())
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &a}}
				if len(addresses) > 1 {
					addresses = addresses[1:]
				}
			}
			m.Additionals = nil
			if packed, err := m.Pack(); err == nil {
				_, _ = c.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", c.LocalAddr().String())
	}}
}

// TestNamesIntoTheShop: a name that leads to a private address, at once or at a
// later look-up, is refused before anything is connected.
func TestNamesIntoTheShop(t *testing.T) {
	s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	url := "http://api.example:" + port
	for _, private := range []string{
		"127.0.0.1", "10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "198.18.0.1", "255.255.255.255",
	} {
		caller := httpeffect.Options{Allow: allow(t, url, s.URL, "http://10.0.0.5:"+port), Resolver: names(t, private)}
		_, err := call(t, caller, hooks.EffectSpec{URL: url})
		require.ErrorContains(t, err, "api.example leads to "+private+", which isn't an address of the public internet")
	}
	_, err := call(t, httpeffect.Options{Allow: allow(t, "http://[::ffff:127.0.0.1]:"+port), Resolver: names(t, "127.0.0.1")}, hooks.EffectSpec{URL: url})
	require.ErrorContains(t, err, "may not call")
}

// TestRebinding: what a name leads to is looked at in the look-up that is dialled,
// so the first call's good answer is no leave for the second.
func TestRebinding(t *testing.T) {
	s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	url := "http://api.example:" + port
	caller := httpeffect.New(httpeffect.Options{
		Allow: allow(t, url), Resolver: names(t, "192.0.2.1", "127.0.0.1"),
		Effects: map[string]hooks.EffectSpec{"book": {URL: url, Method: "POST", Timeout: 10 * time.Second}},
	})
	for _, want := range []string{"192.0.2.1", "127.0.0.1"} {
		_, err := caller.Do(t.Context(), "id", hooks.EffectAddress{Name: "book"}, "{}")
		require.ErrorContains(t, err, "leads to "+want)
	}
}

func TestLocalhost(t *testing.T) {
	called := 0
	s := server(t, func(http.ResponseWriter, *http.Request) { called++ })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	url := "http://localhost:" + port
	_, err := call(t, httpeffect.Options{Allow: allow(t, url)}, hooks.EffectSpec{URL: url})
	require.NoError(t, err)
	require.Equal(t, 1, called)
}

// TestProxy of the environment isn't used: it would dial for us.
func TestProxy(t *testing.T) {
	s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	t.Setenv("HTTP_PROXY", s.URL)
	t.Setenv("HTTPS_PROXY", s.URL)
	_, err := call(t, httpeffect.Options{Allow: allow(t, "http://api.example"), Resolver: names(t, "10.0.0.5")}, hooks.EffectSpec{URL: "http://api.example"})
	require.ErrorContains(t, err, "leads to 10.0.0.5")
}

func TestParseAllow(t *testing.T) {
	for text, want := range map[string]string{
		"api.example": "api.example", "API.example.": "api.example", "https://api.example/": "api.example", "api.example:443": "api.example",
		"api.example:8443": "api.example:8443", "http://printer.example": "http://printer.example", "http://127.0.0.1:9000": "http://127.0.0.1:9000",
		"[::1]:9000": "[::1]:9000", "http://[::1]": "http://[::1]",
	} {
		a, err := httpeffect.ParseAllow(text)
		require.NoError(t, err, text)
		require.Equal(t, want, a.String(), text)
	}
	for text, want := range map[string]string{
		"": "must be a host", "*.example": "each host is named", "https://": "must be a host", "a b": "must be a host",
		"ftp://api.example": "must begin with https://", "https://api.example/v1": "a host alone", "https://u@api.example": "a host alone",
		"api.example?x": "a host alone",
	} {
		_, err := httpeffect.ParseAllow(text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestUndescribed(t *testing.T) {
	_, err := httpeffect.New(httpeffect.Options{}).Do(t.Context(), "id", hooks.EffectAddress{Name: "book"}, "{}")
	require.EqualError(t, err, `extension.yaml describes no call for effect "book"`)
}
