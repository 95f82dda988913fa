package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

const oldSecret = "secret-of-old-tills"

// oldTill is a till of the older module at a server, as far as the server's word goes.
type oldTill struct {
	f   *serverWithTwoPOS
	pos int
}

func (o oldTill) call(secret, path string, params, result any) (failure string) {
	o.f.t.Helper()
	var answer struct {
		Result any
		Error  *struct{ Data struct{ Message string } }
	}
	answer.Result = result
	c := &caller{t: o.f.t, url: o.f.url}
	require.Equal(o.f.t, http.StatusOK, c.call("POST", "/old/"+secret+path, map[string]any{"jsonrpc": "2.0", "id": 1, "params": params}, &answer))
	if answer.Error != nil {
		return answer.Error.Data.Message
	}
	return ""
}

func (o oldTill) say(action, nonce string, data map[string]any) (result struct {
	Action   string
	Revision int64 `json:"revision_ID"`
	Number   int   `json:"order_ID"`
},
) {
	o.f.t.Helper()
	data["pos_id"], data["run_ID"], data["nonce"] = o.pos, 7, nonce
	failure := o.call(oldSecret, "/pos_multi_session_sync/update", map[string]any{
		"multi_session_id": 1, "dbname": "shop", "user_ID": 9,
		"message": map[string]any{"action": action, "session_id": 40 + o.pos, "login_number": 1, "immediate_rerendering": true, "data": data},
	}, &result)
	require.Empty(o.f.t, failure)
	return result
}

type oldNews struct {
	ID      int64
	Message struct {
		Action string
		Data   struct {
			UID      string
			Revision int64 `json:"revision_ID"`
			Lines    [][]any
		}
	}
}

func (o oldTill) poll(last int64) (news []oldNews) {
	o.f.t.Helper()
	require.Empty(o.f.t, o.call(oldSecret, "/longpolling/poll", map[string]any{
		"channels": []string{fmt.Sprintf(`["shop","pos.multi_session","%d"]`, o.pos)}, "last": last,
	}, &news))
	return news
}

func oldOrder(revision int64, qty float64) map[string]any {
	return map[string]any{"uid": "00043-001-0001", "revision_ID": revision, "sequence_number": 5, "partner_id": false, "lines": []any{
		[]any{0, 0, map[string]any{"uid": "00043-001-0001-1", "product_id": 11, "qty": qty, "price_unit": 2.5, "discount": 0}},
	}}
}

// Old tills beside a new one, over the binary; a kill in the middle loses nothing and
// doubles nothing.
func TestOldTills(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.server.stop()
	f.write("old-secret", oldSecret+"\n")
	config, err := os.ReadFile(f.config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(f.config, append(config, "old_wire: {path: /old, secret_file: old-secret}\n"...), 0o600))
	f.start()
	f.createPOS("shop:3", "Old till 3")
	f.createPOS("shop:4", "Old till 4")
	f.admin("PATCH", "/v1/admin/multi-sessions/"+f.multiSession, map[string]any{"pos": []string{"bar", "till-1", "shop:3", "shop:4"}}, nil)
	three, four := oldTill{f, 3}, oldTill{f, 4}

	require.Contains(t, three.call("guessed-secret-of-17", "/pos_multi_session_sync/update", map[string]any{}, nil), "isn't the one of old_wire.secret_file")
	f.server.expect("isn't the one of old_wire.secret_file")
	require.Equal(t, "sync_all", three.say("sync_all", "a1", map[string]any{}).Action)
	require.Equal(t, "sync_all", four.say("sync_all", "b1", map[string]any{}).Action)
	made := three.say("update_order", "a2", oldOrder(1, 1))
	require.Equal(t, 1, made.Number)
	ana := f.till(f.bar, "7:Ana")
	ana.match(sees(1))

	news := four.poll(0)
	require.Len(t, news, 1)
	require.Equal(t, "00043-001-0001", news[0].Message.Data.UID)

	// Both count up at once, and the server is killed before the second hears of it.
	require.Equal(t, "update_revision_ID", four.say("update_order", "b2", oldOrder(news[0].Message.Data.Revision, 3)).Action)
	require.NoError(t, f.server.cmd.Process.Kill())
	<-f.server.ended
	f.start()
	require.Equal(t, "update_revision_ID", four.say("update_order", "b2", oldOrder(news[0].Message.Data.Revision, 3)).Action)
	require.Equal(t, "update_revision_ID", three.say("update_order", "a3", oldOrder(made.Revision, 2)).Action)
	orders := f.await(func(all []protocol.Order) bool { return len(all) == 1 && all[0].Lines[0].Fields["qty"] == "4" })
	require.Equal(t, "Old till 3", orders[0].Fields.MSInfo().Created.POS.Name)
	last := three.poll(0)
	require.EqualValues(t, 4, last[0].Message.Data.Lines[0][2].(map[string]any)["qty"])

	four.say("remove_order", "b3", map[string]any{"uid": "00043-001-0001", "finalized": true, "revision_ID": last[0].Message.Data.Revision})
	f.await(func(all []protocol.Order) bool { return all[0].State == protocol.Paid })
	require.Equal(t, "remove_order", three.poll(last[len(last)-1].ID)[0].Message.Action)
	require.NotContains(t, f.server.all(), oldSecret)
	f.server.stop()
}

func TestOldWireConfig(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "manytill.yaml")
	for text, says := range map[string]string{
		"old_wire: {path: /old}\n":                             "[3:11] old_wire needs both path and secret_file",
		"old_wire:\n  path: old\n  secret_file: s\n":           "[4:9] old_wire.path must be a path like /old",
		"old_wire:\n  path: /v1/old\n  secret_file: s\n":       "[4:9] old_wire.path must not be one that the server needs itself",
		"old_wire: {url: /old}\n":                              `did you mean "old_wire.path"`,
		"old_wire: {path: /old, secret_file: none}\n":          "old_wire.secret_file: open",
		"old_wire: {path: /old, secret_file: short}\n":         "must have at least 16 of A-Z a-z 0-9",
		"old_wire: {path: /old, secret_file: odd}\n":           "must have at least 16 of A-Z a-z 0-9",
		"old_wire: {path: /admin/old, secret_file: goodone}\n": "old_wire.path: /admin/old is the address of a page",
	} {
		for name, secret := range map[string]string{"short": "abc", "odd": "a secret with blanks", "goodone": oldSecret} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(secret), 0o600))
		}
		require.NoError(t, os.WriteFile(file, []byte("listen: 127.0.0.1:0\nstore: sqlite:manytill.db\n"+text), 0o600))
		out, err := output(t, "serve", "--config", file)
		require.Error(t, err, text)
		require.Contains(t, out, says, text)
		require.NotContains(t, out, oldSecret)
	}
}
