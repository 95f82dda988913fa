package api_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fuzzedCalls are those that read something of the caller's, with a token or without.
var fuzzedCalls = []string{
	"POST /v1/push", "GET /v1/pull", "GET /v1/orders", "POST /v1/till/open", "POST /v1/till/close", "POST /v1/ticket", "GET /v1/stream", "GET /v1/info", "POST /v1/admin/pos", "GET /v1/admin/pos",
}

// FuzzRequest: whatever is in a request's token, query and body, it is answered, and
// never by a fault of the server's.
func FuzzRequest(f *testing.F) {
	for call := range fuzzedCalls {
		f.Add(call, "Bearer TOKEN", "client_id=c1&cursor=&limit=10&ticket=x&wait=0", []byte(`{"client_id":"c1","cursor":"","wait":0,"mutations":[{"id":1,"ops":[{"op":"order.create","order":"o1","set":{"note":"é"}},{"op":"line.add","order":"o1","line":"l1","set":{"qty":1e0}}]}]}`))
	}
	f.Add(0, "bearer  TOKEN ", "", []byte(`{"client_id":"c1","cursor":"e.1","mutations":[{"id":1,"at":"2026","user":{"id":""},"ops":[{"op":"order.pay","order":"o1","payment":{"id":"p","method":"m","amount":-0.0}}]}]}`))
	f.Add(1, "Basic TOKEN", "token=TOKEN&cursor=AAAA.BB", []byte(`{}`))
	f.Add(3, "Bearer TOKEN", "", []byte(`{"user":{"id":"7","name":"Ana"}}`))
	f.Add(4, "Bearer TOKEN", "", []byte(`{"run":1,"on_open_orders":"carry"}`))
	f.Fuzz(func(t *testing.T, call int, authorization, query string, body []byte) {
		a := newAPI(t)
		token := tillsOf(t, a, 1)[0]
		put := func(text string) string {
			return string(bytes.ReplaceAll([]byte(text), []byte("TOKEN"), []byte(token)))
		}
		method, path := "GET", fuzzedCalls[uint(call)%uint(len(fuzzedCalls))]
		if path[0] == 'P' {
			method = "POST"
		}
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		if path == "GET /v1/stream" || path == "GET /v1/pull" { // which would wait
			end()
		}
		defer end()
		r := httptest.NewRequestWithContext(ctx, method, "/", bytes.NewReader(body))
		r.URL = &url.URL{Scheme: "http", Host: "till.example", Path: path[len(method)+1:], RawQuery: put(query)}
		r.Header.Set("Authorization", put(authorization))
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if ctx.Err() == nil {
			require.NotEqual(t, http.StatusInternalServerError, w.Code, w.Body.String())
		}
		require.NotContains(t, w.Body.String(), token)
		owner, err := a.Directory().Authenticate(t.Context(), token)
		require.NoError(t, err)
		require.EqualValues(t, "till-0", owner.POS.ID, "the server goes on")
	})
}
