package main_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// hangs is a hook in which a native function of the engine is busy for more
// than a minute on the text of order.go, and can't be interrupted.
const hangs = `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.go = json.go; _super.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.go = this.go;
        if (this.go) { data.found = (this.go.match(/\d+%|\d/g) || []).length; }
        return data;
    },
});`

// hangsAndSays says so before.
const hangsAndSays = `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.go = json.go; _super.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.go = this.go;
        if (this.go === "now") { console.warn("it hangs now"); for (;;) {} }
        return data;
    },
});`

// A server that is asked to end waits for no hook, whatever its time, and
// decides nothing without it: the till asks again.
func TestAnEndWaitsForNoHook(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.write("hangs.js", hangsAndSays)
	f.enable("  - path: hangs.js\n    timeout: 1h\n    on_error: reject\n")
	f.hangup("extensions loaded")
	bar := &caller{t: t, url: f.url, token: f.bar}
	require.Equal(t, http.StatusOK, bar.call("POST", "/v1/till/open", map[string]any{}, nil))
	var start struct{ Cursor protocol.Cursor }
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/pull", nil, &start))
	answered := make(chan int, 1)
	go func() {
		answered <- bar.call("POST", "/v1/push", map[string]any{"client_id": "c1", "cursor": start.Cursor, "mutations": []any{map[string]any{
			"id": 1, "ops": []any{map[string]any{"op": "order.create", "order": "o1", "set": map[string]any{"go": "now"}}},
		}}}, nil)
	}()
	f.server.eventually("it hangs now")
	f.server.stop()
	require.NotEqual(t, http.StatusOK, <-answered)
	require.NotContains(t, f.server.all(), "an extension failed")

	f.write("hangs.js", "")
	f.write("manytill.yaml", "listen: 127.0.0.1:0\nstore: sqlite:manytill.db\n")
	f.start()
	require.Empty(t, f.orders())
}

// A hook that can't be interrupted is given up at its time: the sale goes on,
// other shops notice nothing, the operator is told, switches it off, and the
// server ends when it is asked to.
func TestAHookThatHangs(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.write("hangs.js", hangs)
	token := f.createPOS("elsewhere", "Elsewhere")
	f.admin("POST", "/v1/admin/multi-sessions", map[string]any{"name": "Elsewhere", "pos": []string{"elsewhere"}}, nil)
	f.enable("  - path: hangs.js\n    timeout: 100ms\n")
	f.hangup("extensions loaded")
	bar, elsewhere := f.hand(f.bar, "c1"), f.hand(token, "c2")
	digits, err := protocol.ParseValue([]byte(`"` + strings.Repeat("1", 60_000) + `"`))
	require.NoError(t, err)

	answered := make(chan protocol.Result, 1)
	go func() { answered <- bar.do(create("slow", protocol.Fields{"go": digits})) }()
	require.Equal(t, protocol.Applied, elsewhere.do(create("o0", protocol.Fields{"partner_id": "1"})).Status)
	for sold := false; !sold; {
		select {
		case result := <-answered:
			require.Equal(t, protocol.Applied, result.Status, "the sale goes on")
			sold = true
		default:
			require.Equal(t, protocol.Applied, elsewhere.do(setOrder("o0", protocol.Fields{"partner_id": "2"})).Status)
		}
	}
	require.Equal(t, digits, bar.fields("slow")["go"])

	var now extensionsNow
	f.admin("GET", "/v1/admin/extensions", nil, &now)
	require.NotEmpty(t, now.Extensions[0].Errors)
	require.EqualValues(t, "slow", now.Extensions[0].Errors[0].Order)
	require.Contains(t, now.Extensions[0].Errors[0].Message, "100ms")
	require.Equal(t, protocol.Applied, bar.do(create("o1", protocol.Fields{"go": `"1%"`})).Status)

	go func() { answered <- bar.do(setOrder("slow", protocol.Fields{"partner_id": "3"})) }()
	require.Contains(t, must(t, "extension", "disable", "hangs", "--server", f.url, "--token", adminToken), "hangs: disabled")
	require.Equal(t, http.StatusOK, elsewhere.call("POST", "/v1/till/close", map[string]any{}, nil))
	require.Equal(t, protocol.Applied, (<-answered).Status)
	f.server.stop()
}
