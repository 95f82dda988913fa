package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// Every order counts one up, and keeps a key for each.
const countsOrders = `
var Order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.ticket = json.ticket; Order.init_from_JSON.call(this, json); },
    apply_ms_data: function (json) {
        this.ticket = json.ticket;
        if (this.ticket) return;
        this.ticket = (this.storage.get("last") || 0) + 1;
        this.storage.set("last", this.ticket);
        if (json.partner_id) for (var i = 0; i < json.partner_id; i++) this.storage.set("k/" + i, "x".repeat(70));
    },
    export_as_JSON: function () { return Object.assign(Order.export_as_JSON.call(this), {ticket: this.ticket}); },
});`

// What extensions store, on a real server: found after a restart and in a backup,
// seen and dropped by the operator, by whom extensions are switched off meanwhile.
func TestExtensionStorage(t *testing.T) {
	f := newServerWithTwoPOS(t)
	require.NoError(t, os.CopyFS(filepath.Join(f.dir, "table"), os.DirFS("../../plugins/example/table")))
	require.NoError(t, os.MkdirAll(filepath.Join(f.dir, "counts"), 0o700))
	f.write("counts/extension.yaml", "name: counts\njs: counts.js\nstorage: true\nfields: {order: {ticket: {type: integer, derived: true}}}\n")
	f.write("counts/counts.js", countsOrders)
	f.enable("  - path: table\n    timeout: 5s\n  - path: counts\n    timeout: 5s\n")
	f.hangup("extensions loaded")
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	seat := func(h *hand, order protocol.OrderID, table string) protocol.Result {
		return h.do(create(order, protocol.Fields{"table": protocol.Text(table)}))
	}
	require.Equal(t, protocol.Applied, seat(bar, "o1", "Window").Status)
	refused := seat(door, "o2", "window")
	require.Equal(t, []any{protocol.Vetoed, "table"}, []any{refused.Code, refused.Extension})
	require.Equal(t, protocol.Value("1"), bar.fields("o1")["ticket"])
	require.Equal(t, protocol.Applied, seat(door, "o2", "5").Status)
	require.Equal(t, protocol.Value("2"), bar.fields("o2")["ticket"], "a refused change doesn't count")

	call := func(args ...string) string {
		return must(t, append(append([]string{"extension", "storage"}, args...), "--server", f.url, "--token", adminToken)...)
	}
	shown := call("table")
	require.Contains(t, shown, "Main floor ("+f.multiSession+"): keys: 2, bytes: ")
	require.Regexp(t, `"window" +\d+ +o1 +\{"number":0,"order":"o1"\}`, shown)
	require.Contains(t, call("nobody"), "keys: 0")

	copied := filepath.Join(f.dir, "copy.db")
	must(t, "backup", "--config", f.config, "--to", copied)
	f.server.stop()
	f.start()
	bar, door = f.hand(f.bar, "c3"), f.hand(f.till1, "c4")
	require.Equal(t, protocol.Vetoed, seat(door, "o3", "window").Code, "after a restart")
	require.Equal(t, "table: \"window\" is dropped in "+f.multiSession+"\n", call("table", "--drop", "window"))
	require.Equal(t, protocol.Applied, seat(door, "o3", "window").Status)
	out, err := output(t, "extension", "storage", "table", "--drop", "window/x", "--multi-session", "Main floor", "--server", f.url, "--token", adminToken)
	require.Error(t, err)
	require.Contains(t, out, `the extension "table" has stored nothing under the key "window/x" here. See `+"`manytill extension storage table`")

	require.Equal(t, protocol.Applied, bar.do(create("o4", protocol.Fields{"partner_id": "250"})).Status)
	must(t, "extension", "disable", "counts", "--server", f.url, "--token", adminToken)
	var all []struct {
		MultiSession string `json:"multi_session"`
		protocol.StorageResponse
	}
	require.NoError(t, json.Unmarshal([]byte(call("counts", "--json")), &all))
	require.Len(t, all, 1)
	require.Len(t, all[0].Entries, 251, "all pages")
	require.Equal(t, 251, all[0].Keys)
	call("counts", "--drop", "k/0")
	admin := caller{t: t, url: f.url, token: adminToken}
	var page protocol.StorageResponse
	path := "/v1/admin/extensions/counts/storage?multi_session=" + f.multiSession
	require.Equal(t, http.StatusOK, admin.call("GET", path, nil, &page))
	require.Len(t, page.Entries, 200)
	require.Equal(t, []any{page.Entries[199].Key, 250}, []any{*page.After, page.Keys})
	for path, status := range map[string]int{
		"/v1/admin/extensions/counts/storage":                     http.StatusBadRequest,
		"/v1/admin/extensions/counts/storage?multi_session=other": http.StatusNotFound,
	} {
		require.Equal(t, status, admin.call("GET", path, nil, nil), path)
	}
	require.Equal(t, http.StatusBadRequest, admin.call("DELETE", path, nil, nil), "without a key")

	f.server.stop()
	must(t, "restore", "--config", f.config, "--from", copied, "--force")
	must(t, "verify", "--config", f.config)
	f.start()
	require.Contains(t, call("table"), "keys: 2")
	must(t, "extension", "enable", "counts", "--server", f.url, "--token", adminToken)
	bar = f.hand(f.bar, "c5")
	require.Equal(t, protocol.Applied, bar.do(create("o9", nil)).Status)
	require.Equal(t, protocol.Value("3"), bar.fields("o9")["ticket"], "it goes on from the backup")
}
