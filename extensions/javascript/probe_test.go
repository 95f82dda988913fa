package javascript_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// hooksOf writes an extension of three hook bodies on the order.
func hooksOf(init, apply, export string) string {
	text := "var _super = models.Order.prototype;\nmodels.Order = models.Order.extend({\n"
	if init != "" {
		text += "init_from_JSON: function (json) { _super.init_from_JSON.apply(this, arguments); " + init + " },\n"
	}
	if apply != "" {
		text += "apply_ms_data: function (data) { " + apply + " },\n"
	}
	if export != "" {
		text += "export_as_JSON: function () { var out = _super.export_as_JSON.apply(this, arguments); " + export + " return out; },\n"
	}
	return text + "});\n"
}

// What probing says of a key. The fields are all called x.
func TestProbing(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want *extensions.FieldInfo // nil: not claimed
		note string
	}{
		"copied":                 {hooksOf("this.x = json.x;", "", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"text only":              {hooksOf("this.x = typeof json.x === 'string' ? json.x : '';", "", "out.x = this.x;"), field(protocol.TypeString, true), ""},
		"number only":            {hooksOf("this.x = parseFloat(json.x) || 0;", "", "out.x = _super ? Number(this.x) : 0;"), field(protocol.TypeNumber, true), ""},
		"number by arithmetic":   {hooksOf("this.x = (json.x - 0) || 0;", "", "out.x = this.x;"), field(protocol.TypeNumber, true), ""},
		"boolean only":           {hooksOf("this.x = !!json.x;", "", "out.x = this.x;"), field(protocol.TypeBool, true), ""},
		"array only":             {hooksOf("this.x = Array.isArray(json.x) ? json.x.slice() : [];", "", "out.x = this.x;"), field(protocol.TypeArray, true), ""},
		"object only":            {hooksOf("this.x = json.x && json.x.constructor === Object ? json.x : {};", "", "out.x = this.x;"), field(protocol.TypeObject, true), ""},
		"array of triples":       {hooksOf("this.x = _.map(json.x || [], function (t) { return t[2]; });", "", "out.x = _.map(this.x, function (o) { return [0, 0, o]; });"), field(protocol.TypeArray, true), ""},
		"an array of ids":        {hooksOf("this.x = json.x ? json.x[0][2] : [];", "", "out.x = [[6, 0, this.x]];"), field(protocol.TypeArray, true), ""},
		"a text of JSON":         {hooksOf("this.x = json.x && JSON.parse(json.x);", "", "out.x = JSON.stringify(this.x);"), field(protocol.TypeString, true), ""},
		"a day":                  {hooksOf("this.x = moment(json.x || 0);", "", "out.x = this.x.format('YYYY-MM-DD');"), field(protocol.TypeString, true), ""},
		"an amount":              {hooksOf("this.x = parseFloat(json.x) || 0;", "", "out.x = this.x.toFixed(2);"), field(protocol.TypeString, true), ""},
		"a time":                 {hooksOf("this.x = json.x ? moment(json.x) : null;", "", "out.x = this.x && this.x.isValid() ? this.x.format('YYYY-MM-DD HH:mm:ss') : false;"), field(protocol.TypeString, true), ""},
		"constant true":          {hooksOf("this.x = json.x;", "", "out.x = true;"), field(protocol.TypeAny, true), ""},
		"exported only":          {hooksOf("", "", "out.x = 5;"), field(protocol.TypeAny, false), "one-way"},
		"by the text only":       {hooksOf("", "", "if (this.screen_is_open) { out.x = 5; }"), field(protocol.TypeAny, false), "one-way"},
		"by the text, extended":  {hooksOf("", "", "if (this.screen_is_open) { _.extend(out, {x: 5}); }"), field(protocol.TypeAny, false), "one-way"},
		"by the text, in a loop": {hooksOf("", "", "_.each([], function () { out['x'] = 5; });"), field(protocol.TypeAny, false), "one-way"},
		"of another object":      {hooksOf("", "", "var other = {}; other.x = 1;"), nil, ""},
		"read only":              {hooksOf("this.y = json.x;", "", ""), nil, ""},
		"restored by apply":      {hooksOf("", "this.x = data.x;", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"not taken over":         {hooksOf("this.x = json.x;", "this.y = data.y;", "out.x = this.x;"), with(field(protocol.TypeAny, true), func(f *extensions.FieldInfo) { f.NotTakenOver = true }), "not taken over"},
		"taken over if defined":  {hooksOf("this.x = json.x;", "if (data.x !== undefined) { this.x = data.x; }", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"one that throws":        {hooksOf("if (json.z) { throw new Error('no z'); } this.x = json.x;", "", "out.x = this.x; out.z = 1;"), field(protocol.TypeAny, true), ""},
		"all that throws":        {hooksOf("this.x = json.x.y.z;", "", "out.x = 1;"), field(protocol.TypeAny, true), "could not be tried, x among them: with made-up records the hooks threw: init_from_JSON: "},
		"in a state of another":  {hooksOf("this.kind = json.kind; this.x = json.x;", "", "out.kind = this.kind; if (this.kind) { out.x = this.x; }"), field(protocol.TypeAny, true), ""},
		"clamped":                {hooksOf("this.x = Math.min(5, Math.max(1, json.x || 1));", "", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"an enum's guard":        {hooksOf("this.x = ['a', 'b'].includes(json.x) ? json.x : 'a';", "", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"a prefix":               {hooksOf("this.x = json.x && ('T-' + json.x);", "", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"clamped by apply":       {hooksOf("this.x = json.x;", "this.x = Math.min(5, data.x || 0);", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"read in a state":        {hooksOf("if (this.no_such_state) { this.x = json.x; }", "", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"destructured":           {hooksOf("if (this.no_such_state) { const {x, y} = json; this.x = x; }", "", "out.x = this.x;"), field(protocol.TypeAny, true), ""},
		"computed by apply":      {hooksOf("this.x = json.x;", "this.x = data.lines.length * 1000;", "out.x = this.x;"), field(protocol.TypeAny, true), "order.x is computed by apply_ms_data: if only the hooks give it a value, say derived: true"},
		"only apply's":           {hooksOf("", "this.x = data.lines.length;", "out.x = this.x;"), field(protocol.TypeAny, false), "order.x is computed by apply_ms_data"},
		"restored, not exported": {hooksOf("this.x = json.x;", "", ""), nil, "order.x is restored and never exported"},
		"a stand-in":             {hooksOf("", "", "out.x = this.pos.config.something;"), field(protocol.TypeAny, false), "one-way"},
	} {
		t.Run(name, func(t *testing.T) {
			d := script(t, c.text).Describe()
			got, claimed := d.Fields[protocol.ModelOrder]["x"]
			if c.want == nil {
				require.False(t, claimed)
				require.Contains(t, strings.Join(notes.Words(d.Notes), "\n"), c.note)
				return
			}
			require.Equal(t, *c.want, got)
			require.Contains(t, strings.Join(notes.Words(d.Notes), "\n"), c.note)
			require.Empty(t, d.Fields[protocol.ModelOrderline])
		})
	}
}

func field(kind protocol.Type, roundTrip bool) *extensions.FieldInfo {
	return &extensions.FieldInfo{
		FieldSpec: protocol.FieldSpec{Type: kind, Merge: protocol.Last, Owner: "script", Label: "x", Edit: roundTrip, Found: true}, OneWay: !roundTrip,
	}
}

func with(f *extensions.FieldInfo, change func(*extensions.FieldInfo)) *extensions.FieldInfo {
	change(f)
	return f
}

// Names of the core, of Odoo and of the old module are reported, not claimed.
func TestReservedNames(t *testing.T) {
	for _, name := range []string{
		"partner_id", "follows", "amount_total", "to_invoice", "creation_date", "ticket_code", "lines", "statement_ids", "name", "uid",
		"ms_info", "revision_ID", "run_ID", "new_order", "order_on_server", "is_changed", "mt_later",
	} {
		d := script(t, hooksOf("this.mine = json."+name+"; this.x = json.x;", "", "out."+name+" = this.mine; out.x = this.x;")).Describe()
		require.Len(t, d.Fields[protocol.ModelOrder], 1, name)
		require.Contains(t, d.Strangers[protocol.ModelOrder], protocol.Field(name))
	}
	d := script(t, hooksOf("this.state = json.state;", "", "out.state = this.state;")).Describe()
	require.Contains(t, d.Fields[protocol.ModelOrder], protocol.Field("state"), "the order's state isn't handed over: vendors own the name")
	d = script(t, `
var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    export_as_JSON: function () { var out = _super.export_as_JSON.apply(this, arguments); out.qty = 5; out.customer_note = "x"; return out; },
});`).Describe()
	require.Empty(t, d.Fields[protocol.ModelOrderline])
	require.Len(t, d.Strangers[protocol.ModelOrderline], 2)
}

const declared = `
name: script
version: 1.2.3
js: script.js
fields:
  order:
    x: {type: number, merge: counter, label: "The x", edit: true, show: order}
    one_way: {type: string}
    derived: {type: number, derived: true}
    only_declared: {type: string, max: 20}
reads: {orderline: [qty]}
after: [other]
can_reject: true
`

// With a manifest its fields are claimed for certain; probing says which are
// one-way.
func TestManifestFields(t *testing.T) {
	m, err := manifest.Parse("extension.yaml", []byte(declared))
	require.NoError(t, err)
	text := hooksOf("this.x = json.x;", "", "out.x = this.x; out.one_way = 'always'; out.derived = 5; out.stray = 1;")
	host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{write(t, "script.js", text)}, Manifest: m})
	require.NoError(t, err)
	d := host.Describe()
	require.True(t, d.Manifest)
	require.True(t, d.CanReject)
	require.Equal(t, "1.2.3", d.Version)
	require.Equal(t, []string{"other"}, d.After)
	require.Equal(t, map[protocol.Model][]protocol.Field{protocol.ModelOrderline: {"qty"}}, d.Reads)
	fields := d.Fields[protocol.ModelOrder]
	require.Len(t, fields, 4)
	require.Equal(t, extensions.FieldInfo{
		FieldSpec: protocol.FieldSpec{Type: protocol.TypeNumber, Merge: protocol.Counter, Owner: "script", Label: "The x", Edit: true, Show: "order"},
	}, fields["x"])
	require.True(t, fields["one_way"].OneWay)
	require.False(t, fields["derived"].OneWay)
	require.True(t, fields["derived"].Derived)
	require.False(t, fields["only_declared"].OneWay)
	require.Len(t, d.Notes, 1)
	require.Equal(t, "order.one_way is one-way: exported, but neither init_from_JSON nor apply_ms_data reads it; what tills set stands", d.Notes[0].Message)
	require.Positive(t, d.Notes[0].Line)
	require.Equal(t, []protocol.Field{"stray"}, protocol.SortedKeys(d.Strangers[protocol.ModelOrder]))
}

// What probing left in a module's variables is in no runtime that works.
func TestProbedRuntimeDoesNoWork(t *testing.T) {
	host := script(t, "var runs = 0;\n"+hooksOf("this.x = json.x; runs++;", "", "out.x = this.x === 'count' ? runs : this.x;"))
	require.Equal(t, protocol.Value("1"), run(t, host, order(nil, protocol.Fields{"x": `"count"`})).Export["x"])
}

// What a hook adjusts is kept, whatever the markers looked like.
func TestAdjustedIsKept(t *testing.T) {
	s := openShop(t, script(t, hooksOf("this.x = Math.min(5, Math.max(1, json.x || 1));", "", "out.x = this.x;")))
	e := exporting{model: protocol.ModelOrder, field: "x"}
	s.do("a", protocol.OrderCreate{Order: "o", Set: protocol.Fields{"x": "9"}}, protocol.LineAdd{Order: "o", Line: "l", Set: protocol.Fields{"qty": "1"}})
	require.Equal(t, protocol.Value("5"), s.shown("o", e))
	s.do("b", setting("o", e, "-3"))
	require.Equal(t, protocol.Value("1"), s.shown("o", e))
	s.do("b", setting("o", e, "4"))
	require.Equal(t, protocol.Value("4"), s.shown("o", e))
}

// What lines may read of their order: found by probing, and declared.
func TestReadsOfOrderWithAManifest(t *testing.T) {
	const lines = `var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    export_as_JSON: function () { var out = _super.export_as_JSON.apply(this, arguments); out.x = this.order.get_client(); return out; },
});`
	for name, c := range map[string]struct {
		text string
		want []protocol.Field
	}{
		"lines have hooks":   {lines, []protocol.Field{"mt_state", "partner_id", "table"}},
		"only the order has": {hooksOf("", "", "out.x = 1;"), nil},
	} {
		m, err := manifest.Parse("extension.yaml", []byte("name: a\njs: script.js\nreads: {order: [table, lines, mt_state, mt_payments]}\n"))
		require.NoError(t, err)
		host, err := javascript.Load(t.Context(), javascript.Options{Paths: []string{write(t, "script.js", c.text)}, Manifest: m})
		require.NoError(t, err)
		require.Equal(t, c.want, host.Describe().ReadsOfOrder, name)
		require.NoError(t, host.Close())
	}
}
