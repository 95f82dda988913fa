package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/api"
	"github.com/stretchr/testify/require"
)

func TestLargeCataloguesAreCompressed(t *testing.T) {
	large := []byte(`{"products":[` + strings.Repeat(`{"id":"11","name":"Coffee","price":2.5},`, 500) + `{}],"customers":[],"cashiers":[]}`)
	catalogue := api.NewCatalogue(large)
	a := newAPI(t, func(c *api.Config) { c.Catalogue = func() *api.Catalogue { return catalogue } })
	_, err := a.Directory().EnsureAdmin(t.Context(), "mta_of-this-test-0123456789")
	require.NoError(t, err)
	get := func(method string, header ...string) *http.Response {
		r := httptest.NewRequest(method, "/v1/admin/catalogue", nil)
		r.Header.Set("Authorization", "Bearer mta_of-this-test-0123456789")
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w.Result()
	}
	for accepts, zipped := range map[string]bool{
		"gzip": true, "gzip, deflate, br": true, "br, GZIP;q=0.5": true, "*": true, "*;q=0, gzip": true,
		"": false, "identity": false, "gzip;q=0": false, "gzip; q=0.0, *": false, "br": false,
	} {
		t.Run(accepts, func(t *testing.T) {
			resp := get(http.MethodGet, "Accept-Encoding", accepts)
			require.Equal(t, http.StatusOK, resp.StatusCode)
			require.Contains(t, resp.Header.Values("Vary"), "Accept-Encoding")
			require.Equal(t, catalogue.ETag(), resp.Header.Get("ETag"))
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.EqualValues(t, len(body), resp.ContentLength)
			require.Equal(t, zipped, resp.Header.Get("Content-Encoding") == "gzip")
			if zipped {
				require.Less(t, len(body), len(large)/10)
				z, err := gzip.NewReader(bytes.NewReader(body))
				require.NoError(t, err)
				body, err = io.ReadAll(z)
				require.NoError(t, err)
			}
			require.Equal(t, string(large), string(body))
		})
	}
	strong := strings.TrimPrefix(catalogue.ETag(), "W/")
	for known, status := range map[string]int{
		catalogue.ETag(): 304, strong: 304, `"other", ` + strong: 304, "*": 304, `"other"`: 200,
	} {
		resp := get(http.MethodGet, "If-None-Match", known, "Accept-Encoding", "gzip")
		require.Equal(t, status, resp.StatusCode, known)
		require.Equal(t, catalogue.ETag(), resp.Header.Get("ETag"))
		require.Contains(t, resp.Header.Values("Vary"), "Accept-Encoding")
	}
	require.Equal(t, get(http.MethodGet).ContentLength, get(http.MethodHead).ContentLength)
	small := api.NewCatalogue([]byte(`{"products":[]}`))
	catalogue = small
	require.Empty(t, get(http.MethodGet, "Accept-Encoding", "gzip").Header.Get("Content-Encoding"))
}
