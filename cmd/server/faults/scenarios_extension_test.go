package faults_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/sdk/client"
	"github.com/manytill/manytill/sdk/protocol"
)

// An extension with a field on lines, whose hook throws over one value.
const touchy = `
var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    apply_ms_data: function (data) {
        if (_super.apply_ms_data) { _super.apply_ms_data.apply(this, arguments); }
        this.note = data.note;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        if (this.note === "explode") { throw new Error("this note can't be had"); }
        data.note = this.note;
        return data;
    },
    init_from_JSON: function (json) {
        this.note = json.note;
        return _super.init_from_JSON.call(this, json);
    },
});
`

// withTouchy is three tills of a server of their own that runs the extension;
// the tills have none of it.
func withTouchy(t *testing.T) (p *process, f *multiSession, a, b, c *device) {
	p = newConfiguredProcess(t, "extensions:\n  - path: ./touchy.js\n    timeout: 5s\n")
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "touchy.js"), []byte(touchy), 0o600))
	p.start()
	f = p.newMultiSession("main", 3)
	a, b, c = p.three(f, p.url())
	return p, f, a, b, c
}

func noteOf(o protocol.Order, line protocol.LineID) protocol.Value {
	for _, l := range o.Lines {
		if l.ID == line {
			return l.Fields["note"]
		}
	}
	return ""
}

// Extensions.
var extensionScenarios = []scenario{
	{"26 an exception in one extension", func(s *threeTills) {
		p, f, a, b, c := withTouchy(s.T)
		a.begin("o1")
		a.tap(client.SetLine("o1", "l1", protocol.Fields{"note": `"explode"`}))
		a.tap(addLine("o1", "l2"))
		b.sees("o1", "both lines", func(o protocol.Order) bool { return len(o.Lines) == 2 })
		b.more("o1", "1")
		require.EqualValues(s, "2", qtyOf(find(s, p.agree(f.id, a, b, c), "o1"), "l1"), "sync goes on")
		var shown struct {
			Extensions []protocol.ExtensionStatus `json:"extensions"`
		}
		require.NoError(s, p.call("GET", "/v1/admin/extensions", adminToken, nil, &shown))
		require.Len(s, shown.Extensions, 1)
		require.NotEmpty(s, shown.Extensions[0].Errors, "the error is visible")
		seen := shown.Extensions[0].Errors[0]
		require.Contains(s, seen.Message, "this note can't be had")
		require.EqualValues(s, []any{protocol.OrderID("o1"), protocol.LineID("l1")}, []any{seen.Order, seen.Line})
	}},
	{"37 a field passes through a POS that lacks its extension", func(s *threeTills) {
		p, f, a, b, c := withTouchy(s.T)
		a.begin("o1")
		a.tap(client.SetLine("o1", "l1", protocol.Fields{"note": `"no ice, płease"`}))
		b.sees("o1", "the note", func(o protocol.Order) bool { return noteOf(o, "l1") != "" })
		b.more("o1", "2")
		b.tap(client.SetLine("o1", "l1", protocol.Fields{"discount": "5"}))
		b.tap(client.Move("o1", "o2", "l1"))
		moved := find(s, p.agree(f.id, a, b, c), "o2")
		require.EqualValues(s, "3", qtyOf(moved, "l1"))
		require.Equal(s, "no ice, płease", noteOf(moved, "l1").String())
	}},
}
