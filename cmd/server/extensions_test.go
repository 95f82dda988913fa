package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/manytill/manytill/internal/testbin"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// enable puts files beside the config and names them there.
func (f *serverWithTwoPOS) enable(entries string, files ...string) {
	f.t.Helper()
	for _, name := range files {
		f.write(name, sourceOf(f.t, name))
	}
	f.configure(f.url[len("http://"):])
	config, err := os.ReadFile(f.config)
	require.NoError(f.t, err)
	f.write("manytill.yaml", string(config)+"extensions:\n"+entries)
}

// sourceOf is the code of an extension for tests; the documented example lies
// with the JavaScript host.
func sourceOf(t *testing.T, name string) string {
	t.Helper()
	dir := "testdata/extensions"
	if name == "documented.js" {
		dir = "../../extensions/javascript/testdata"
	}
	code, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(code)
}

func (f *serverWithTwoPOS) hangup(says string) {
	f.t.Helper()
	require.NoError(f.t, f.server.cmd.Process.Signal(syscall.SIGHUP))
	f.server.expect(says)
}

// hand is a till that speaks HTTP, with its queue's next id.
type hand struct {
	caller
	client string
	next   protocol.MutationID
	at     protocol.Cursor // "" until it is needed
}

func (f *serverWithTwoPOS) hand(token, client string) *hand {
	h := &hand{caller: caller{t: f.t, url: f.url, token: token}, client: client, next: 1}
	require.Equal(f.t, http.StatusOK, h.call("POST", "/v1/till/open", map[string]any{}, nil))
	return h
}

func (h *hand) do(ops ...protocol.Op) protocol.Result {
	h.t.Helper()
	result, err := h.try(ops...)
	require.NoError(h.t, err)
	return result
}

// try is do for any goroutine.
func (h *hand) try(ops ...protocol.Op) (protocol.Result, error) {
	if h.at == "" {
		var at struct{ Cursor protocol.Cursor }
		if status := h.call("GET", "/v1/pull", nil, &at); status != http.StatusOK {
			return protocol.Result{}, fmt.Errorf("pull is answered %d", status)
		}
		h.at = at.Cursor
	}
	var answer struct{ Results []protocol.Result }
	status := h.call("POST", "/v1/push", map[string]any{
		"client_id": h.client, "cursor": h.at, "mutations": []protocol.Mutation{{ID: h.next, Ops: ops}},
	}, &answer)
	if status != http.StatusOK || len(answer.Results) != 1 {
		return protocol.Result{}, fmt.Errorf("push is answered %d, %v", status, answer)
	}
	h.next++
	return answer.Results[0], nil
}

func (h *hand) fields(order protocol.OrderID) protocol.Fields {
	h.t.Helper()
	var o protocol.Order
	require.Equal(h.t, http.StatusOK, h.call("GET", "/v1/orders/"+string(order), nil, &o))
	delete(o.Fields, protocol.FieldMSInfo)
	return o.Fields
}

func create(order protocol.OrderID, set protocol.Fields) protocol.Op {
	return protocol.OrderCreate{Order: order, Set: set}
}

func setOrder(order protocol.OrderID, set protocol.Fields) protocol.Op {
	return protocol.OrderSet{Order: order, Set: set}
}

// The documented example, saved as a file and named in the config, syncs its
// two fields between two tills, survives another till's edit and a restart.
func TestTheDocumentedExample(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	result := bar.do(create("o0", protocol.Fields{"first_new_variable": `"x"`}))
	require.Equal(t, []string{"o0.first_new_variable"}, result.Ignored, "nobody owns it yet")

	f.enable("  - path: documented.js\n", "documented.js")
	f.hangup("extensions loaded")
	result = bar.do(create("o1", protocol.Fields{"first_new_variable": `"one"`, "second_new_variable": `{"a":[1,2]}`}))
	require.Empty(t, result.Ignored)
	want := protocol.Fields{"first_new_variable": `"one"`, "second_new_variable": `{"a":[1,2]}`}
	require.Equal(t, want, door.fields("o1"))

	require.Equal(t, protocol.Applied, door.do(setOrder("o1", protocol.Fields{"partner_id": "12"})).Status)
	want["partner_id"] = "12"
	require.Equal(t, want, bar.fields("o1"), "another till's edit leaves them alone")
	require.Equal(t, protocol.Applied, door.do(setOrder("o1", protocol.Fields{"first_new_variable": `"two"`})).Status)
	want["first_new_variable"] = `"two"`
	require.Equal(t, want, bar.fields("o1"), "a second value")

	f.server.stop()
	f.start()
	require.Equal(t, want, bar.fields("o1"))
	require.Equal(t, protocol.Applied, bar.do(setOrder("o1", protocol.Fields{"second_new_variable": protocol.Null})).Status)
	delete(want, "second_new_variable")
	require.Equal(t, want, door.fields("o1"))

	var schema protocol.Schema
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/schema", nil, &schema))
	require.Equal(t, "documented", schema.Order["first_new_variable"].Owner)
}

// With a second file on the same model: in both orders, as two extensions and
// as one group.
func TestTwoFilesOnOneModel(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	for i, entries := range []string{
		"  - path: documented.js\n  - path: third.js\n",
		"  - path: third.js\n  - path: documented.js\n",
		"  - path: [documented.js, third.js]\n",
		"  - path: [third.js, documented.js]\n",
	} {
		f.enable(entries, "documented.js", "third.js")
		f.hangup("extensions loaded")
		id := protocol.OrderID([]string{"a", "b", "c", "d"}[i])
		want := protocol.Fields{"first_new_variable": `"1"`, "second_new_variable": "2", "third_variable": "true"}
		require.Empty(t, bar.do(create(id, protocol.Fields{"first_new_variable": `"1"`, "second_new_variable": "2", "third_variable": "true"})).Ignored)
		require.Equal(t, want, door.fields(id), entries)
		door.do(setOrder(id, protocol.Fields{"third_variable": "false", "second_new_variable": "0"}))
		want["third_variable"], want["second_new_variable"] = "false", "0"
		require.Equal(t, want, bar.fields(id), entries)
	}
}

// A chain that doesn't build leaves the old one running and says why; what a
// disabled extension owned goes on syncing.
func TestSwap(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	f.enable("  - path: documented.js\n", "documented.js")
	f.hangup("extensions loaded")
	bar.do(create("o1", protocol.Fields{"first_new_variable": "1"}))

	f.write("broken.js", "models.Order = models.Order.extend({ export_as_JSON: function () {\n")
	f.enable("  - path: broken.js\n")
	f.hangup("reloading the extensions failed; the old ones stay in use")
	require.Empty(t, bar.do(setOrder("o1", protocol.Fields{"first_new_variable": "2"})).Ignored)

	f.enable("  - path: documented.js\n  - path: copy.js\n", "documented.js")
	f.write("copy.js", sourceOf(t, "documented.js"))
	f.hangup("yield: [")

	f.enable("  []\n")
	f.hangup("extensions loaded")
	require.Empty(t, door.do(setOrder("o1", protocol.Fields{"first_new_variable": "3"})).Ignored)
	require.Equal(t, protocol.Fields{"first_new_variable": "3"}, bar.fields("o1"))
	var info struct{ Extensions []protocol.ExtensionTag }
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/info", nil, &info))
	require.Empty(t, info.Extensions)
}

// plugin builds an example and names it in the config, with its checksum.
func (f *serverWithTwoPOS) plugin(name, settings string) string {
	f.t.Helper()
	dir := filepath.Join(f.dir, name)
	source := filepath.Join("..", "..", "plugins", "example", name)
	require.NoError(f.t, os.CopyFS(dir, os.DirFS(source)))
	sum, err := testbin.Build("./"+source, filepath.Join(dir, name))
	require.NoError(f.t, err)
	return fmt.Sprintf("  - path: ./%s\n    sha256: %s\n    timeout: 5s\n    config: %s\n", name, sum, settings)
}

func TestLoyalty(t *testing.T) {
	f := newServerWithTwoPOS(t)
	f.enable(f.plugin("loyalty", "{points_per_unit: 2}"))
	f.hangup("extensions loaded")
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	bar.do(create("o1", protocol.Fields{}), protocol.LineAdd{
		Order: "o1", Line: "l1", Set: protocol.Fields{"qty": "2", "price_unit": "5"},
	})
	require.Equal(t, protocol.Fields{"points": "20"}, door.fields("o1"))
	door.do(protocol.LineInc{Order: "o1", Line: "l1", Field: "qty", By: "1"})
	require.Equal(t, protocol.Fields{"points": "30"}, bar.fields("o1"), "derived from the lines")
	require.Equal(t, []string{"o1.points"}, bar.do(setOrder("o1", protocol.Fields{"points": "99"})).Ignored)

	refused := bar.do(setOrder("o1", protocol.Fields{"points_redeemed": "31"}))
	require.Equal(t, protocol.Vetoed, refused.Code)
	require.Equal(t, "loyalty", refused.Extension)
	require.NotEmpty(t, refused.Message)
	require.Equal(t, protocol.Applied, bar.do(setOrder("o1", protocol.Fields{"points_redeemed": "30"})).Status)

	var extensions struct{ Extensions []protocol.ExtensionStatus }
	f.admin("GET", "/v1/admin/extensions", nil, &extensions)
	require.Equal(t, protocol.Running, extensions.Extensions[0].State)
	require.Equal(t, []protocol.Field{"points", "points_booked", "points_redeemed"}, extensions.Extensions[0].Fields.Order)
}
