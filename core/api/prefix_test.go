package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/protocol"
)

// A proxy that serves the server below a path is told that this isn't possible.
func TestAPathPrefixIsRefusedInWords(t *testing.T) {
	handler := newAPI(t)
	const no = "there is nothing at "
	for _, test := range []struct{ method, path, says string }{
		{"GET", "/shop/v1/info", no + "/shop/v1/info: this server can't be below a path like /shop;"},
		{"GET", "/a/b/v1/orders/o1", no + "/a/b/v1/orders/o1: this server can't be below a path like /a/b;"},
		{"POST", "/shop/v1/push", "can't be below a path like /shop;"},
		{"GET", strings.Repeat("/x", 200) + "/v1/info", no},
		{"GET", "/nothing", no + "/nothing"},
		{"GET", "/shop/", no + "/shop/"},
		{"GET", "/v1/nothing/of/these", no + "/v1/nothing/of/these"},
	} {
		path, says := test.path, test.says
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(test.method, path, nil))
		require.Equal(t, http.StatusNotFound, w.Code, path)
		var said protocol.Problem
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
		require.Contains(t, said.Message, says)
		require.Equal(t, strings.Contains(says, "below"), strings.Contains(said.Message, "below"), path)
	}
}
