package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// TestEffects: what the operator sees of effects, and does with them.
func TestEffects(t *testing.T) {
	var st store.Store
	woken := 0
	a := newAPI(t, func(c *api.Config) { st, c.MetricsPublic, c.EffectsChanged = c.Store, true, func() { woken++ } })
	token := directory.NewAdminToken()
	require.NoError(t, directory.PutAdmin(t.Context(), st, token))
	require.NoError(t, st.PutMultiSession(t.Context(), store.MultiSession{ID: "main"}, nil))
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	row := func(i int, extension string, state store.EffectState) store.EffectRow {
		return store.EffectRow{
			ID: fmt.Sprint("e", i), Extension: extension, Name: "book", Key: fmt.Sprint("p", i), At: at, Data: []byte(`{"points":12}`), State: state,
		}
	}
	failed := row(1, "loyalty", store.EffectWaiting)
	failed.Attempts, failed.Error, failed.Next = 2, "status 500", at.Add(2*time.Second)
	done := row(3, "loyalty", store.EffectDone)
	done.Result = []byte(`{"status":200}`)
	require.NoError(t, st.Commit(t.Context(), &store.Batch{
		MultiSession: "main", Changes: []store.Change{{Seq: 1, Body: []byte(`{}`)}},
		Orders: []store.OrderRows{{
			OrderRow: store.OrderRow{ID: "o1", Run: 1, Number: 1, Seq: 1, Created: 1, State: protocol.Paid, Body: []byte(`{}`)},
			Effects:  []store.EffectRow{failed, row(2, "kitchen", store.EffectHeld), done, row(4, "kitchen", store.EffectHeld)},
		}},
	}))
	doc := readOpenAPI(t)
	call := func(method, path string, status int, into any) string {
		t.Helper()
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		require.Equal(t, status, w.Code, w.Body.String())
		if into != nil {
			body, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
			require.NoError(t, err)
			doc.fits(doc.path(method, path)+"/responses/200/content/application~1json/schema", body, path)
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), into))
		}
		return w.Body.String()
	}
	list := func(query string) (ids []string, after *string) {
		var page protocol.EffectsResponse
		call("GET", "/v1/admin/effects"+query, http.StatusOK, &page)
		for _, e := range page.Effects {
			ids = append(ids, e.ID)
		}
		return ids, page.After
	}
	for query, want := range map[string][]string{
		"": {"e1", "e2", "e3", "e4"}, "?state=held": {"e2", "e4"}, "?state=held&state=done": {"e2", "e3", "e4"}, "?extension=loyalty": {"e1", "e3"},
		"?order=o1&multi_session=main": {"e1", "e2", "e3", "e4"}, "?order=o2": nil, "?multi_session=other": nil,
	} {
		ids, after := list(query)
		require.Equal(t, want, ids, query)
		require.Nil(t, after, query)
	}
	ids, after := list("?limit=3")
	require.Equal(t, []string{"e1", "e2", "e3"}, ids)
	ids, after = list("?limit=3&after=" + *after)
	require.Equal(t, []string{"e4"}, ids)
	require.Nil(t, after)
	require.JSONEq(t, `{"effects":[{"id":"e1","multi_session":"main","extension":"loyalty","order":"o1","name":"book","key":"p1","state":"waiting","tries":2,
		"last_error":"status 500","at":"2026-11-21T12:00:00Z","next":"2026-11-21T12:00:02Z","data":{"points":12},"result":null}],"after":null}`,
		call("GET", "/v1/admin/effects?state=waiting", http.StatusOK, nil))
	for _, query := range []string{"state=failed", "limit=0", "limit=1001", "limit=x", "after=x"} {
		call("GET", "/v1/admin/effects?"+query, http.StatusBadRequest, nil)
	}
	require.Contains(t, metricsOf(t, a), `manytill_effects{extension="kitchen",state="held"} 2`)

	var e protocol.AdminEffect
	call("POST", "/v1/admin/effects/e1/retry", http.StatusOK, &e)
	require.Equal(t, []any{protocol.EffectWaiting, 0, ""}, []any{e.State, e.Tries, e.LastError})
	call("POST", "/v1/admin/effects/e1/drop", http.StatusOK, &e)
	require.Equal(t, protocol.EffectAnswered, e.State)
	call("POST", "/v1/admin/effects/e1/drop", http.StatusOK, &e)
	require.Equal(t, protocol.EffectDropped, e.State, "its outcome needn't be taken")
	call("POST", "/v1/admin/effects/e1/drop", http.StatusConflict, nil)
	call("POST", "/v1/admin/effects/e2/retry", http.StatusOK, &e)
	require.Equal(t, protocol.EffectWaiting, e.State)
	call("POST", "/v1/admin/effects/nothing/retry", http.StatusNotFound, nil)
	require.Equal(t, 4, woken)
	var released protocol.ReleasedResponse
	call("POST", "/v1/admin/effects/release", http.StatusOK, &released)
	require.Equal(t, 1, released.Released)
	call("POST", "/v1/admin/effects/release", http.StatusOK, &released)
	require.Zero(t, released.Released)
	require.Equal(t, 5, woken)
}
