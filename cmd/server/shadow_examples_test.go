package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The same version over its own history differs nowhere: with prices that it writes,
// lines of its own, derived fields, and lines that follow their order.
func TestShadowOfExamples(t *testing.T) {
	f := newServerWithTwoPOS(t)
	names := []string{"happy-hour", "bottle-deposit", "kitchen-state", "commission", "course-and-fire", "tare"}
	settings := map[string]string{
		"bottle-deposit": "    config: {product: 20, deposits: {\"11\": 0.25}}\n", "commission": "    config: {percent: 5}\n",
		"happy-hour": "    config: {from: \"00:00\", to: \"23:59\"}\n",
	}
	entries := ""
	for _, name := range names {
		require.NoError(t, os.CopyFS(filepath.Join(f.dir, name), os.DirFS("../../plugins/example/"+name)))
		entries += "  - path: " + name + "\n    timeout: 30s\n" + settings[name]
	}
	f.enable(entries)
	f.hangup("extensions loaded")
	bar := f.hand(f.bar, "c1")
	for i := range 6 {
		order := protocol.OrderID(fmt.Sprint("o", i))
		line := func(id protocol.LineID, set protocol.Fields) protocol.Op {
			return protocol.LineAdd{Order: order, Line: id, Set: set}
		}
		for _, ops := range [][]protocol.Op{
			{create(order, nil), line("l1", protocol.Fields{"product_id": "11", "qty": "2", "price_unit": "2.5"})},
			{line("l2", protocol.Fields{"product_id": "20", "qty": "1", "price_unit": "2.3"})},
			{setOrder(order, protocol.Fields{"partner_id": "12"})},
			{protocol.LineSet{Order: order, Line: "l1", Set: protocol.Fields{"qty": "3"}}},
			{protocol.LineRemove{Order: order, Line: "l2"}},
			{protocol.OrderPay{Order: order, Payment: protocol.NewPayment{ID: protocol.PaymentID("p" + string(order)), Method: "cash", Amount: "100"}}, protocol.OrderClose{Order: order, State: protocol.Paid}},
		} {
			result := bar.do(ops...)
			require.Equal(t, protocol.Applied, result.Status, "%+v", result)
		}
	}
	for _, name := range names {
		out, err := output(t, "extension", "shadow", filepath.Join(f.dir, name), "--against", filepath.Join(f.dir, "manytill.db"), "--config", f.config)
		assert.NoError(t, err, out)
		assert.Regexp(t, `^0 of [1-9]\d* records would differ`, out)
	}
}
