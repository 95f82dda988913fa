package javascript_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/internal/hooks/hookstest"
	"github.com/manytill/manytill/sdk/protocol"
)

// droppingManifest declares the fields of the tests below.
const droppingManifest = `
name: script
js: script.js
fields:
  order:     {x: {type: any}, n: {type: number}, sum: {type: number}}
  orderline: {x: {type: any}}
`

// dropping is a chain of one extension with a manifest, beside one that owns
// the field theirs; play runs both models' hooks, as often as asked.
type dropping struct {
	t   *testing.T
	set *extensions.Extensions
	log bytes.Buffer
}

func newDropping(t *testing.T, script string) *dropping {
	m, err := manifest.Parse("extension.yaml", []byte(droppingManifest))
	require.NoError(t, err)
	d := &dropping{t: t}
	log := slog.New(slog.NewTextHandler(&d.log, nil))
	dir := t.TempDir()
	host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{writeIn(t, dir, "script.js", script)}, Manifest: m, Log: log})
	require.NoError(t, err)
	other, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{writeIn(t, dir, "other.js", hooksOf("this.theirs = json.theirs;", "", "out.theirs = this.theirs;"))}})
	require.NoError(t, err)
	d.set, err = extensions.Start(context.Background(), func(context.Context) (*extensions.Chain, error) {
		return extensions.Build([]extensions.Entry{{Host: host, Timeout: 10 * time.Second}, {Host: other, Timeout: 10 * time.Second}}, extensions.Options{Now: time.Now, Log: log})
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.set.Close()) })
	return d
}

// play is a change of an order with two lines, and of its first line.
func (d *dropping) play(times int) (set protocol.Fields) {
	set = protocol.Fields{}
	for i := range times {
		of := func(record *hooks.Snapshot) *hooks.Change {
			record.Order, record.Payments = protocol.OrderID(fmt.Sprint("o", i)), nil
			return &hooks.Change{
				Record: record, Ran: new(uint64),
				Draft: &hookstest.Draft{OnSet: func(f protocol.Field, v protocol.Value) { set[f], record.Merged[f] = v, v }},
			}
		}
		ordered := order(nil, protocol.Fields{"partner_id": "7", "pricelist_id": "3"})
		row := line(nil, protocol.Fields{"product_id": "50", "qty": "2", "price_unit": "4.8"})
		row.Lines, row.Parent = ordered.Lines, ordered
		o, l := of(ordered), of(row)
		l.Of = o
		d.set.Chain().Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{{Orders: []*hooks.Change{o}, Lines: []*hooks.Change{l}}}})
	}
	s := d.set.Status()[0]
	require.Empty(d.t, s.Errors)
	return set
}

func lineHooks(init, apply, export string) string {
	return strings.ReplaceAll(hooksOf(init, apply, export), "models.Order", "models.Orderline")
}

// Whatever a hook hands over and that isn't taken is told once, with its
// reason, hook, file and line, and counted each time.
func TestDropped(t *testing.T) {
	x := func(value string) string { return hooksOf("this.x = json.x;", "", "out.x = "+value+";") }
	for name, c := range map[string]struct {
		script, says string
		at           string // the hook's statement
		each         int    // values of a run; 0 is one
	}{
		"NaN":                  {x("0/0"), "order.x is exported as NaN, which can't be stored: what was there stands (export_as_JSON", "out.x", 0},
		"Infinity":             {x("-1/0"), "order.x is exported as Infinity, which", "", 0},
		"NaN deep inside":      {x("{a: [1, {b: NaN}]}"), "order.x is exported with NaN in it, which can't be stored: what was there stands (export_as_JSON", "out.x", 0},
		"where inside":         {x("{a: [1, {b: NaN}]}"), ", at .a[1].b)", "", 0},
		"Infinity in a list":   {x("[1, Infinity]"), "order.x is exported with Infinity in it", "", 0},
		"a function":           {x("function () {}"), "order.x is exported as a function", "out.x", 0},
		"a function inside":    {x("{f: [() => 1]}"), "order.x is exported with a function in it", "out.x", 0},
		"a symbol":             {x("Symbol('a')"), "order.x is exported as a symbol", "out.x", 0},
		"a list's undefined":   {x("[1, undefined, 2]"), "order.x is exported with undefined in a list: null stands there", "out.x", 0},
		"a list's gap":         {x("[1, , 2]"), "order.x is exported with undefined in a list: null stands there", "out.x", 0},
		"a RegExp":             {x("/a/"), "order.x is exported as a RegExp, which can't be stored: what was there stands", "out.x", 0},
		"a Map":                {x("new Map([[1, 2]])"), "order.x is exported as a Map", "out.x", 0},
		"a Set inside":         {x("{a: [new Set([1])]}"), "order.x is exported with a Set in it", "out.x", 0},
		"a promise":            {x("Promise.resolve(1)"), "order.x is exported as a Promise", "out.x", 0},
		"a circle":             {hooksOf("this.x = json.x;", "", "var c = {a: {}}; c.a.b = [c]; out.x = c;"), "order.x is exported with a circle in it", "out.x", 0},
		"where the circle is":  {hooksOf("this.x = json.x;", "", "var c = {a: {}}; c.a.b = [c]; out.x = c;"), ", at .a.b[0])", "", 0},
		"too deep":             {hooksOf("this.x = json.x;", "", "var d = []; for (var i = 0; i < 200; i++) { d = [d]; } out.x = d;"), "order.x is exported with more than 100 values within each other in it", "", 0},
		"a stand-in":           {x("this.pos.config.something"), "order.x is exported as a part of the screen (a stand-in)", "out.x", 0},
		"a stand-in inside":    {x("{a: this.pos.gui}"), "order.x is exported with a part of the screen (a stand-in) in it", "out.x", 0},
		"a wrong type":         {hooksOf("this.n = json.n;", "", "out.n = 'many';"), "order.n is exported and not taken: it must be of type number (export_as_JSON", "out.n", 0},
		"a core field":         {lineHooks("", "", "out.qty = 5;"), "orderline.qty is exported, and is the core's: an extension writes only its own fields", "out.qty", 0},
		"a core field, copied": {lineHooks("", "", "out = Object.assign({}, out); out.price_unit = 1;"), "orderline.price_unit is exported, and is the core's", "", 0},
		"the order's":          {hooksOf("", "", "out.partner_id = 9;"), "order.partner_id is exported, and is the core's", "out.partner_id", 0},
		"a record's key":       {hooksOf("", "", "out.uid = 'other';"), "order.uid is exported and not stored: the name uid is taken", "out.uid", 0},
		"lines":                {hooksOf("", "", "out.lines = [];"), "order.lines is exported and not stored: the name lines is taken", "out.lines", 0},
		"what it says itself":  {hooksOf("", "", "out.mt_state = 'paid';"), "order.mt_state is exported and not stored: the name mt_state is taken: it is what the order's record calls its own", "", 0},
		"the core's prefix":    {hooksOf("", "", "out.mt_x = 5;"), "order.mt_x is exported and not stored: names that begin with mt_ are the core's", "", 0},
		"another's field":      {hooksOf("", "", "out.theirs = 'mine';"), "order.theirs is exported, and belongs to the extension other", "out.theirs", 0},
		"not declared":         {hooksOf("", "", "out.stray = 1;"), "order.stray is exported, and its manifest doesn't name it: it is not stored; name it under fields to have it (export_as_JSON", "out.stray", 0},
		"not declared, later":  {hooksOf("", "", "if (this.get_orderlines().length > 1) { out['a' + 'b'] = 1; }"), "order.ab is exported, and its manifest doesn't name it", "out['a'", 0},
		"Odoo's name":          {hooksOf("", "", "out.to_invoice = true;"), "order.to_invoice is exported and not stored: the name is Odoo's own; choose another, or name it under fields in its manifest (export_as_JSON", "out.to_invoice", 0},
		"computed by init":     {hooksOf("this.sum = json.lines.length;", "", "out.sum = this.sum;"), "order.sum is computed by init_from_JSON: if only the hooks give it a value, say derived: true", "", 0},
		"one-way":              {hooksOf("", "", "out.sum = 7;"), "order.sum is one-way: exported, but neither", "", 0},
		"no name of a field":   {hooksOf("", "", "out['a b'] = 1;"), `order."a b" is exported and not stored: a field's name is`, "", 0},
		"computed by apply":    {hooksOf("", "this.sum = data.lines.length;", "out.sum = this.sum;"), "order.sum is computed by apply_ms_data: if only the hooks give it a value, say derived: true", "", 0},
		"set_quantity":         {lineHooks("", "this.set_quantity(9);", ""), "orderline.qty is set by a hook, which has no effect: the core's fields are for tills to write (apply_ms_data", "this.set_quantity", 0},
		"a property":           {lineHooks("this.price = 1;", "", ""), "orderline.price_unit is set by a hook, which has no effect", "this.price", 0},
		"set_discount":         {lineHooks("", "", "this.set_discount(10);"), "orderline.discount is set by a hook, which has no effect: the core's fields are for tills to write (export_as_JSON", "this.set_discount", 0},
		"set_unit_price":       {lineHooks("", "this.setUnitPrice(7);", ""), "orderline.price_unit is set by a hook", "", 0},
		"set_client":           {hooksOf("", "this.set_client({id: 8});", ""), "order.partner_id is set by a hook", "this.set_client", 0},
		"what it is handed":    {lineHooks("", "data.price_unit = 1; this.x = 2;", ""), "orderline.price_unit is changed in what a hook is handed, which has no effect", "data.price_unit", 0},
		"lines of an order":    {hooksOf("", "this.get_orderlines().forEach(function (l) { l.set_discount(10); });", ""), "orderline.discount is set by a hook", "l.set_discount", 2},
		"add_product":          {hooksOf("", "this.add_product({id: 5}, {quantity: 2});", ""), "order.add_product does nothing in a hook", "this.add_product", 0},
		"remove_orderline":     {hooksOf("", "this.remove_orderline(this.get_last_orderline());", ""), "order.remove_orderline does nothing in a hook", "this.remove_orderline", 0},
		"add_paymentline":      {hooksOf("", "this.add_paymentline({id: 1});", ""), "order.add_paymentline does nothing in a hook", "this.add_paymentline", 0},
		"set_tip":              {hooksOf("", "this.set_tip(5);", ""), "order.set_tip does nothing in a hook", "this.set_tip", 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDropping(t, c.script)
			d.play(3)
			s := d.set.Status()[0]
			require.Len(t, s.Notes, 1, "%q", s.Notes)
			require.Contains(t, s.Notes[0], c.says)
			require.EqualValues(t, 3*max(c.each, 1), s.Dropped)
			require.Equal(t, 1, strings.Count(d.log.String(), "\n"), "one line of the log: %s", d.log.String())
			if c.at != "" {
				line, _, _ := strings.Cut(c.script, c.at)
				require.Contains(t, s.Notes[0], fmt.Sprintf("script.js:%d:", 1+strings.Count(line, "\n")))
			}
		})
	}
}

// What says nothing new is no loss: the base's own values, what a record lacks,
// what a restored model is given.
func TestNothingDropped(t *testing.T) {
	for name, script := range map[string]string{
		"undefined":       hooksOf("this.x = json.x; this.n = json.n;", "", "out.x = this.x; out.n = undefined;"),
		"undefined in it": hooksOf("this.x = json.x;", "", "out.x = {a: undefined};"),
		"null":            hooksOf("this.x = json.x;", "", "out.x = null;"),
		"the same lines":  lineHooks("this.x = json.x; this.price = json.price_unit;", "this.x = data.x; data.qty = data.qty; data.discount = data.discount || 0; this.set_quantity(data.qty); this.set_unit_price(data.price_unit); this.set_discount(data.discount);", "out.x = this.x; out.qty = this.quantity; out.discount = this.get_discount(); out.uid = this.uid; out.tax_ids = out.tax_ids;"),
		"a copy":          lineHooks("this.x = json.x;", "", "out = Object.assign({}, out, {x: this.x});"),
		"the same order":  hooksOf("this.x = json.x; this.set_client({id: json.partner_id}); this.pricelist = this.pos.pricelists.find(function (p) { return p.id === json.pricelist_id; });", "", "out.x = this.x; out.partner_id = this.get_client().id; out.name = this.name; out.lines = out.lines;"),
		"lines made":      hooksOf("this.x = json.x; var self = this; json.lines.forEach(function (l) { self.add_orderline(new models.Orderline({}, {pos: self.pos, order: self, json: l[2]})); });", "", "out.x = this.x;"),
	} {
		t.Run(name, func(t *testing.T) {
			d := newDropping(t, script)
			d.play(2)
			s := d.set.Status()[0]
			require.Zero(t, s.Dropped, "%q", s.Notes)
			require.Empty(t, s.Notes)
		})
	}
}

// One value that isn't taken takes no other along.
func TestOthersAreTaken(t *testing.T) {
	d := newDropping(t, hooksOf("this.x = json.x; this.n = json.n;", "", "out.x = [1, undefined]; out.n = 7; out.stray = NaN;"))
	require.Equal(t, protocol.Fields{"x": "[1,null]", "n": "7"}, d.play(1))
}
