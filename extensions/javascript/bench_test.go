package javascript_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// bigOrder is an order's record with so many lines, of which none is looked at
// unless a hook does.
func bigOrder(lines int) *hooks.Snapshot {
	record := order(protocol.Fields{"order_note": `"a"`, "partner_id": "7"}, protocol.Fields{"order_note": `"b"`, "partner_id": "7"})
	all := make([]protocol.Line, lines)
	for i := range all {
		all[i] = protocol.Line{ID: protocol.LineID(fmt.Sprintf("l%d", i+1)), N: i + 1, Fields: protocol.Fields{
			"product_id": "50", "qty": "2", "price_unit": "4.8", "discount": "0", "tax_ids": "[1,2]", "line_note": `"no ice"`,
		}}
	}
	record.Lines = func() []protocol.Line { return all }
	return record
}

const touching = `
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.points = json.points; _super.init_from_JSON.apply(this, arguments); },
    apply_ms_data: function (data) { this.points = data.points; },
    export_as_JSON: function () {
        var out = _super.export_as_JSON.apply(this, arguments), n = 0;
        _.each(this.get_orderlines(), function (l) { n += l.get_price_with_tax(); });
        out.points = n;
        return out;
    },
});`

// A hook that looks at every line of its order.
func BenchmarkEveryLine(b *testing.B) {
	for _, lines := range []int{20, 500} {
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			host := script(b, touching)
			batch := &extensions.Batch{Records: []hooks.Record{bigOrder(lines)}}
			for b.Loop() {
				results, err := host.Run(context.Background(), batch)
				require.NoError(b, err)
				require.NoError(b, results[0].Err)
			}
		})
	}
}

// Loading and probing a real-sized file, and a runtime in place of one that
// was thrown away.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		script(b, touching)
	}
}

// The three hooks on one record: at most 80 µs, however long the order is.
func BenchmarkHooks(b *testing.B) {
	for _, c := range []struct {
		name, file string
		lines      int
	}{
		{"order/20", "../../plugins/example/order-note/order-note.js", 20},
		{"order/500", "../../plugins/example/order-note/order-note.js", 500},
		{"line/20", "../../plugins/example/order-note/order-note.js", 20},
		{"line/500", "../../plugins/example/order-note/order-note.js", 500},
	} {
		b.Run(c.name, func(b *testing.B) {
			host := load(b, c.file)
			record := bigOrder(c.lines)
			if c.name[0] == 'l' {
				of := line(protocol.Fields{"line_note": `"a"`}, protocol.Fields{"line_note": `"b"`})
				of.Parent = record
				record = of
			}
			batch := &extensions.Batch{Records: []hooks.Record{record}}
			b.ReportAllocs()
			for b.Loop() {
				results, err := host.Run(context.Background(), batch)
				require.NoError(b, err)
				require.NoError(b, results[0].Err)
			}
		})
	}
}
