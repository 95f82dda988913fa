package oldwire_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzCalls: whatever a call says, it is answered as JSON-RPC, the server stays up,
// and what was sold before is still there.
func FuzzCalls(f *testing.F) {
	s := newServer(f)
	p := newPage(s, 3, 41)
	p.sync("", true)
	h := p.start(1)
	p.add(h, 50, 1)
	for _, params := range []map[string]any{
		p.update(h).params, p.removal(h, true).params, p.message("sync_all", map[string]any{}),
		{"channels": []string{`["shop","pos.multi_session","3"]`}, "last": 0},
		{"pos_id": 3, "db_name": "shop", "message": "PING"},
	} {
		body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "params": params})
		require.NoError(f, err)
		for call := range fuzzed {
			f.Add(call, string(body))
		}
	}
	f.Add(0, `{"params":{"dbname":"shop","message":{"action":"update_order","data":{"pos_id":3,"uid":"kept","revision_ID":1e3,"lines":[[0,0,{"uid":"a","qty":-0.0}],[0,0,{"uid":"a","tax_ids":[[6,false,[null]]]}]]}}}}`)
	f.Fuzz(func(t *testing.T, call int, body string) {
		s := newServer(t)
		require.Equal(t, "applied", string(s.push("bar", `[{"op":"order.create","order":"kept"},{"op":"line.add","order":"kept","line":"l","set":{"product_id":1,"qty":2,"price_unit":1}}]`).Status))
		for range 2 { // the same once more changes nothing else
			r := httptest.NewRequest(http.MethodPost, "/old/"+secret+fuzzed[uint(call)%uint(len(fuzzed))], strings.NewReader(body))
			w := httptest.NewRecorder()
			s.bridge.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code)
			var answer struct{ Result, Error json.RawMessage }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), w.Body.String())
			require.True(t, answer.Result != nil || answer.Error != nil, w.Body.String())
		}
		require.NotContains(t, s.log.String(), "panic")
		orders := s.orders()
		require.NotEmpty(t, orders)
		require.Len(t, orders[0].Lines, max(1, len(orders[0].Lines)))
		require.EqualValues(t, "l", orders[0].Lines[0].ID)
	})
}

var fuzzed = []string{"/pos_multi_session_sync/update", "/longpolling/poll", "/pos_longpolling/update"}
