package main_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

func addLine(set protocol.Fields) protocol.Op {
	return protocol.LineAdd{Order: "o1", Line: "l1", Set: set}
}

func setLine(set protocol.Fields) protocol.Op {
	return protocol.LineSet{Order: "o1", Line: "l1", Set: set}
}

// line is the order's first line, as any till sees it.
func (h *hand) line(order protocol.OrderID) protocol.Fields {
	h.t.Helper()
	var o protocol.Order
	require.Equal(h.t, http.StatusOK, h.call("GET", "/v1/orders/"+string(order), nil, &o))
	delete(o.Lines[0].Fields, protocol.FieldMSInfo)
	return o.Lines[0].Fields
}

// read gets a path as text, with its ETag.
func (f *serverWithTwoPOS) read(path, etag string) (status int, text, tag string) {
	f.t.Helper()
	req, err := http.NewRequest("GET", f.url+path, nil)
	require.NoError(f.t, err)
	req.Header.Set("Authorization", "Bearer "+adminToken)
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(f.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(f.t, err)
	return resp.StatusCode, string(body), resp.Header.Get("ETag")
}

// The three examples at once, between two tills of a real server; what pages
// and operators are told of them.
func TestTheThreeExamples(t *testing.T) {
	f := newServerWithTwoPOS(t)
	for _, name := range []string{"order-note", "absolute-discount"} {
		require.NoError(t, os.CopyFS(filepath.Join(f.dir, name), os.DirFS("../../plugins/example/"+name)))
	}
	f.enable("  - path: order-note/order-note.js\n    timeout: 5s\n  - path: absolute-discount\n    timeout: 5s\n" + f.plugin("loyalty", "{points_per_unit: 1}"))
	f.hangup("extensions loaded")
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	bar.do(create("o1", protocol.Fields{"order_note": `"birthday"`}), addLine(protocol.Fields{"qty": "2", "price_unit": "5", "line_note": `"no ice"`}))
	require.Equal(t, protocol.Fields{"order_note": `"birthday"`, "points": "10"}, door.fields("o1"))

	require.Equal(t, protocol.Applied, door.do(setLine(protocol.Fields{"absolute_discount": "3", "discount": "0"})).Status)
	require.Equal(t, protocol.Value("3"), bar.line("o1")["absolute_discount"])
	refused := bar.do(setLine(protocol.Fields{"absolute_discount": "2", "discount": "10"}))
	require.Equal(t, []any{protocol.Vetoed, "absolute-discount"}, []any{refused.Code, refused.Extension})
	require.Contains(t, refused.Message, "not both")
	require.Contains(t, bar.do(setLine(protocol.Fields{"absolute_discount": "11"})).Message, "more than the line's price")
	bar.do(setLine(protocol.Fields{"discount": "10"}))
	line := door.line("o1")
	require.Equal(t, []protocol.Value{"", "10", `"no ice"`}, []protocol.Value{line["absolute_discount"], line["discount"], line["line_note"]}, "the percentage came after")

	status, script, tag := f.read("/v1/extensions.js", "")
	require.Equal(t, http.StatusOK, status)
	for _, part := range []string{`"name":"order-note"`, `"name":"absolute-discount"`, `"merge":"guarded"`, "order-note.js", "absolute_discount.models"} {
		require.Contains(t, script, part)
	}
	status, _, same := f.read("/v1/extensions.js", tag)
	require.Equal(t, []any{http.StatusNotModified, tag}, []any{status, same})
	var info struct {
		ETag string `json:"extensions_etag"`
	}
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/info", nil, &info))
	require.Equal(t, tag, info.ETag)
	_, metrics, _ := f.read("/metrics", "")
	for _, name := range []string{"order-note", "absolute-discount", "loyalty"} {
		require.Regexp(t, `manytill_extension_records_total\{extension="`+name+`"\} [1-9]`, metrics)
		require.Contains(t, metrics, `manytill_extension_up{extension="`+name+`"} 1`)
	}
	var schema protocol.Schema
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/schema", nil, &schema))
	require.Equal(t, protocol.FieldSpec{
		Type: protocol.TypeNumber, Merge: protocol.Guarded, Owner: "absolute-discount", Label: "Discount in money", Edit: true, Show: "line", Role: protocol.RoleMoneyDiscount,
	}, schema.Orderline["absolute_discount"])
	require.True(t, schema.Order["points"].Derived)
}

// The example without code: its fields alone, between two tills.
func TestTheExampleWithoutCode(t *testing.T) {
	f := newServerWithTwoPOS(t)
	require.NoError(t, os.CopyFS(filepath.Join(f.dir, "seat"), os.DirFS("../../plugins/example/seat")))
	f.enable("  - path: seat\n")
	f.hangup("extensions loaded")
	bar, door := f.hand(f.bar, "c1"), f.hand(f.till1, "c2")
	bar.do(create("o1", protocol.Fields{"ready_at": `"2026-11-21T20:30:00+01:00"`}),
		addLine(protocol.Fields{"qty": "1", "doneness": `"rare"`, "seat": "12", "allergens": `["milk"]`}))
	require.Equal(t, protocol.Fields{"ready_at": `"2026-11-21T19:30:00Z"`}, door.fields("o1"))
	got := door.do(
		protocol.LineInc{Order: "o1", Line: "l1", Field: "seat", By: "1"},
		setLine(protocol.Fields{"doneness": `"burnt"`, "allergens": `{"add":["nuts"],"remove":["milk"]}`}),
	)
	require.Equal(t, protocol.Applied, got.Status)
	require.Equal(t, []string{"l1.seat", "l1.doneness"}, got.Ignored)
	require.Equal(t, map[string]string{"l1.seat": "must be at most 12", "l1.doneness": "must be one of rare, medium, done"}, got.Why)
	require.Equal(t, protocol.Fields{"qty": "1", "doneness": `"rare"`, "seat": "12", "allergens": `["nuts"]`}, bar.line("o1"))

	var schema map[string]map[string]map[string]any
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/schema", nil, &schema))
	require.Equal(t, []any{[]any{"rare", "medium", "done"}, "string"}, []any{schema["orderline"]["doneness"]["enum"], schema["orderline"]["doneness"]["type"]})
	require.Equal(t, []any{"integer", 1.0, 12.0}, []any{schema["orderline"]["seat"]["type"], schema["orderline"]["seat"]["min"], schema["orderline"]["seat"]["max"]})
	_, script, _ := f.read("/v1/extensions.js", "")
	require.NotContains(t, script, "seat", "pages have nothing of it to run")

	f.write("seat/extension.yaml", "name: seat\nfields: {orderline: {seat: {type: integer, max: 4}}}\n")
	f.hangup("extensions loaded")
	bar.do(setLine(protocol.Fields{"qty": "2"}))
	require.Equal(t, protocol.Value("12"), door.line("o1")["seat"], "what was stored before stays until it is set")
	require.Equal(t, map[string]string{"l1.seat": "must be at most 4"}, bar.do(setLine(protocol.Fields{"seat": "12"})).Why)
}

// The demo has six of them; its till sets and shows their fields, and a deposit.
func TestTheDemosExtensions(t *testing.T) {
	demo := run(t, "demo", "demo", "--listen", "127.0.0.1:0")
	demo.expect("Manytill runs at http://127.0.0.1:")
	till := demo.match(`\n  (\S+ till --server .*)\n`)[1]
	demo.expect("Stop with Ctrl-C")
	command := exec.Command("sh", "-c", "exec "+till)
	command.Env = append(os.Environ(), "XDG_DATA_HOME="+t.TempDir())
	bar := start(t, "bar", command)
	bar.expect("Connected as ")
	for _, step := range [][2]string{
		{"add Coffee 2", "Coffee"},
		{"set order_note by the window", "by the window"},
		{"set 1 line_note no sugar", "no sugar"},
		{"set 1 absolute_discount 1", "Discount in money: 1.00"},
		{"set 1 absolute_discount 100", "more than the line's price"},
		{"set 1 kitchen ready", "Kitchen: 1 of 1 ready"},
		{"add sparkling 2", "2 × Deposit"},
		{"set table 4", "Table: 4"},
	} {
		bar.types(step[0])
		bar.expect(step[1])
	}
	bar.types("quit")
	bar.wait()
	demo.stop()
}
