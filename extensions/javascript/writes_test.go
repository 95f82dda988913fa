package javascript_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
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

// writing is a chain of one extension that writes core fields.
func writing(t *testing.T, script string, log io.Writer) *extensions.Extensions {
	m, err := manifest.Parse("extension.yaml", []byte(`
name: happy
js: script.js
fields: {orderline: {list_price: {type: number}}}
writes: {orderline: [price_unit, discount, qty, description, tax_ids], order: [partner_id]}
`))
	require.NoError(t, err)
	logger := slog.New(slog.NewTextHandler(log, nil))
	host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{writeIn(t, t.TempDir(), "script.js", script)}, Manifest: m, Log: logger})
	require.NoError(t, err)
	e, err := extensions.Start(context.Background(), func(context.Context) (*extensions.Chain, error) {
		return extensions.Build([]extensions.Entry{{Host: host, Timeout: 10 * time.Second}}, extensions.Options{Now: time.Now, Log: logger})
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

// playLine runs a chain over one line, and gives what the change then sets and
// writes.
func playLine(e *extensions.Extensions, state protocol.State, stored, merged protocol.Fields) (set, written protocol.Fields, m *hooks.Mutation) {
	set, written = protocol.Fields{}, protocol.Fields{}
	change := func(r *hooks.Snapshot) *hooks.Change {
		return &hooks.Change{
			Record: r, Ran: new(uint64),
			Draft: &hookstest.Draft{
				OnSet:   func(f protocol.Field, v protocol.Value) { set[f], r.Merged[f] = v, v },
				OnWrite: func(f protocol.Field, v protocol.Value) { written[f], r.Merged[f] = v, v },
			},
		}
	}
	o, row := order(nil, protocol.Fields{}), line(stored, merged)
	row.New, row.Parent, row.State, o.State = stored == nil, o, state, state
	of, l := change(o), change(row)
	l.Of = of
	m = &hooks.Mutation{Orders: []*hooks.Change{of}, Lines: []*hooks.Change{l}, Stands: state == protocol.Paid}
	e.Chain().Run(context.Background(), &hooks.Wave{Mutations: []*hooks.Mutation{m}})
	return set, written, m
}

const happyInit = `this.list_price = json.list_price === undefined ? json.price_unit : json.list_price;`

// What a hook exports for the fields that it writes, or sets on the model, joins
// the change; what the base alone gives doesn't.
func TestWrites(t *testing.T) {
	merged := func() protocol.Fields {
		return protocol.Fields{"product_id": "1", "qty": "2", "price_unit": "10", "discount": "5.5", "description": `"Tea"`, "tax_ids": "[3,1]"}
	}
	for name, c := range map[string]struct {
		init, export string
		want         protocol.Fields
	}{
		"nothing":       {"", "", protocol.Fields{}},
		"same":          {"", `out.price_unit = this.get_unit_price(); out.tax_ids = [[6, false, [3, 1]]]; out.qty = this.quantity;`, protocol.Fields{}},
		"export":        {happyInit, `out.list_price = this.list_price; out.price_unit = this.list_price * 0.8;`, protocol.Fields{"price_unit": "8"}},
		"setter":        {happyInit + `this.set_unit_price(this.list_price * 0.8); this.set_discount(0);`, `out.list_price = this.list_price;`, protocol.Fields{"price_unit": "8", "discount": "0"}},
		"taxes as Odoo": {"", `out.tax_ids = [[6, false, [7]]]; out.description = "Tea, hot";`, protocol.Fields{"tax_ids": "[7]", "description": `"Tea, hot"`}},
		"cleared":       {"", `out.description = false;`, protocol.Fields{"description": protocol.Null}},
		"not a value":   {"", `out.qty = "two"; out.price_unit = NaN; out.discount = undefined;`, protocol.Fields{}},
	} {
		t.Run(name, func(t *testing.T) {
			e := writing(t, lineHooks(c.init, "", c.export), io.Discard)
			for _, stored := range []protocol.Fields{nil, merged()} {
				_, written, m := playLine(e, protocol.Open, stored, merged())
				require.Equal(t, c.want, written)
				require.Empty(t, m.Lines[0].Missed)
				require.Empty(t, m.Reviews)
			}
			require.Empty(t, e.Status()[0].Errors)
		})
	}
}

// A hook that writes from what it wrote fails, with words, and is told at load.
func TestWritesComeToRest(t *testing.T) {
	var log bytes.Buffer
	e := writing(t, lineHooks("", "", "out.price_unit = this.get_unit_price() * 0.8; out.list_price = 1;"), &log)
	require.Contains(t, fmt.Sprint(e.Status()[0].Notes), "on a made-up orderline export_as_JSON: it doesn't come to rest: it wrote price_unit as 8, and run on that it gives 6.4")
	set, written, m := playLine(e, protocol.Open, nil, protocol.Fields{"product_id": "1", "qty": "1", "price_unit": "5"})
	require.Empty(t, set)
	require.Empty(t, written)
	require.Equal(t, []string{"happy"}, m.Lines[0].Missed)
	require.Contains(t, e.Status()[0].Errors[0].Message, "doesn't come to rest: it wrote price_unit as 4, and run on that it gives 3.2; keep what it starts from in a field of its own")
}

// What is written in the change that pays an order isn't what was paid: the order
// is flagged, once for each field and line.
func TestWritesWhileItIsPaid(t *testing.T) {
	e := writing(t, lineHooks(happyInit, "", "out.list_price = this.list_price; out.price_unit = this.list_price * 0.5;"), io.Discard)
	_, written, m := playLine(e, protocol.Paid, nil, protocol.Fields{"product_id": "1", "qty": "1", "price_unit": "5"})
	require.Equal(t, protocol.Fields{"price_unit": "2.5"}, written)
	require.Len(t, m.Reviews, 1)
	require.Equal(t, "happy", m.Reviews[0].Extension)
	require.Contains(t, m.Reviews[0].Message, "price_unit was changed of line")
	_, _, m = playLine(e, protocol.Cancelled, nil, protocol.Fields{"product_id": "1", "qty": "1", "price_unit": "5"})
	require.Empty(t, m.Reviews)
}

// An order's hook puts lines; what it puts isn't checked here, but is JSON. A
// retry of the hooks puts nothing twice. Other code has no such method.
func TestPutLine(t *testing.T) {
	load := func(lines bool, script string) extensions.Host {
		m, err := manifest.Parse("extension.yaml", fmt.Appendf(nil, "name: put\njs: script.js\nlines: %t\n", lines))
		require.NoError(t, err)
		host, err := javascript.Load(context.Background(), javascript.Options{Paths: []string{writeIn(t, t.TempDir(), "script.js", script)}, Manifest: m, Timeout: 30 * time.Second})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, host.Close()) })
		return host
	}
	run := func(host extensions.Host, records ...hooks.Record) []hooks.Result {
		results, err := host.Run(t.Context(), &extensions.Batch{Records: records})
		require.NoError(t, err)
		return results
	}
	o := order(nil, protocol.Fields{})
	put := load(true, hooksOf("", "", `this.put_line("a b", {product_id: 9, qty: 1.50, tax_ids: [[6, false, [3]]], description: "", note: undefined}); this.put_line("b", {qty: null});`))
	for range 2 {
		require.Equal(t, []hooks.PutLine{
			{Key: "a b", Fields: protocol.Fields{"product_id": "9", "qty": "1.5", "tax_ids": "[3]", "description": protocol.Null}},
			{Key: "b", Fields: protocol.Fields{"qty": protocol.Null}},
		}, run(put, o)[0].Lines)
	}
	retried := load(true, hooksOf(`this.put_line("x", {}); this.tags = json.tags.map(String);`, "", "out.tags = this.tags || [];"))
	require.LessOrEqual(t, len(run(retried, o)[0].Lines), 1)
	for script, words := range map[string]string{
		`this.put_line("", {});`:                              "put_line: the key is a text of 1 to 200 characters",
		`this.put_line(7, {});`:                               "put_line: the key is a text of 1 to 200 characters",
		`this.put_line("a", 7);`:                              `put_line "a": the line's fields are an object`,
		`this.put_line("a", {note: function(){}});`:           `put_line "a": note`,
		`var c = {}; c.c = c; this.put_line("a", {note: c});`: `put_line "a": note`,
	} {
		result := run(load(true, hooksOf("", "", script)), o)[0]
		require.ErrorContains(t, result.Err, words, script)
		require.ErrorContains(t, result.Err, "script.js:", script)
	}
	require.Nil(t, run(load(false, hooksOf("", "", `out.has = typeof this.put_line;`)), o)[0].Lines)
	require.ErrorContains(t, run(load(false, hooksOf("", "", `this.put_line("a", {});`)), o)[0].Err, "put_line")
	lineSide := load(true, lineHooks("", "", `this.order.put_line("a", {});`))
	row := line(nil, protocol.Fields{"qty": "1"})
	row.Parent = o
	result := run(lineSide, row)[0]
	require.NoError(t, result.Err)
	require.Nil(t, result.Lines, "a line's order is only looked at")
}
