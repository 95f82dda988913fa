package view_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/internal/view"
)

// schema has a field of each merge rule.
func schema() *sdk.Schema {
	s := sdk.CoreSchema()
	s.Orderline["allergens"] = sdk.FieldSpec{Type: sdk.TypeStrings, Merge: sdk.Union, Owner: "x"}
	return s
}

var (
	orderIDs = rapid.SampledFrom([]sdk.OrderID{"o1", "o2", "__proto__"})
	lineIDs  = rapid.SampledFrom([]sdk.LineID{"l1", "l2", "constructor", "mt:x"})
	lineSet  = rapid.SampledFrom([]sdk.Fields{
		{"qty": "2", "discount": "5"},
		{"qty": "null"},
		{"product_id": "50"},
		{"product_id": "51"},
		{"allergens": `["nuts"]`},
		{"allergens": `["milk","nuts"]`},
		{"description": `"hot"`},
		{"description": "\"\u2028\ufffd\"", "qty": "1e15"},
		{"allergens": `{"add":["milk"],"remove":["nuts"]}`, "qty": "1e-9"},
		{"__proto__": `{"qty":9}`, "constructor": `[]`, "toString": "null"},
		{},
	})
)

func drawOp(t *rapid.T) sdk.Op {
	op := sdk.Op{Order: orderIDs.Draw(t, "order"), Line: lineIDs.Draw(t, "line")}
	op.Op = rapid.SampledFrom([]sdk.OpKind{
		sdk.OrderCreate, sdk.OrderSet, sdk.LineAdd, sdk.LineAdd, sdk.LineSet, sdk.LineSet, sdk.LineInc, sdk.LineInc,
		sdk.LineRemove, sdk.LineMove, sdk.OrderPay, sdk.OrderClose,
	}).Draw(t, "op")
	switch op.Op {
	case sdk.OrderCreate, sdk.OrderSet:
		op.Set = rapid.SampledFrom([]sdk.Fields{{}, {"partner_id": "7"}, {"follows": `"o9"`}, {"partner_id": "null"}}).Draw(t, "set")
	case sdk.LineAdd, sdk.LineSet:
		op.Set = lineSet.Draw(t, "set")
	case sdk.LineInc:
		op.Field = rapid.SampledFrom([]sdk.Field{"qty", "discount"}).Draw(t, "field")
		op.By = sdk.Int(rapid.IntRange(-2, 2).Draw(t, "by"))
	case sdk.LineMove:
		op.Lines, op.To = []sdk.LineID{op.Line}, orderIDs.Draw(t, "to")
	case sdk.OrderPay:
		op.Payment = &sdk.Payment{ID: sdk.PaymentID("p" + op.Line), Method: "cash", Amount: "5"}
	case sdk.OrderClose:
		op.State = sdk.Paid
	}
	return op
}

func drawPending(t *rapid.T) []view.PendingMutation {
	var pending []view.PendingMutation
	for i := range rapid.IntRange(1, 12).Draw(t, "mutations") {
		m := sdk.Mutation{ID: sdk.MutationID(i + 1), User: &sdk.User{ID: "7", Name: "Ana"}, At: "2026-11-21T10:00:00Z"}
		for range rapid.IntRange(1, 3).Draw(t, "ops") {
			m.Ops = append(m.Ops, drawOp(t))
		}
		pending = append(pending, view.PendingMutation{Mutation: m})
	}
	return pending
}

func start() view.Confirmed {
	return view.Confirmed{
		"o1": view.Of(sdk.Order{ID: "o1", Number: 1, State: sdk.Open, Fields: sdk.Fields{}, Lines: []sdk.Line{
			{ID: "l1", N: 1, Fields: sdk.Fields{"qty": "1", "product_id": "50"}}, {ID: "l2", N: 3, Fields: sdk.Fields{"qty": "4"}},
		}}),
		"o2": view.Of(sdk.Order{ID: "o2", Number: 2, State: sdk.Open, Fields: sdk.Fields{"partner_id": "7"}}),
	}
}

func over(c view.Confirmed, pending []view.PendingMutation) *view.View {
	v := view.New(c, schema())
	v.POS, v.Run = sdk.POS{ID: "bar", Name: "Bar"}, 1
	v.Rebuild(pending)
	return v
}

// text is what is shown, without what the server alone gives.
func text(orders map[sdk.OrderID]*view.Order, marks bool) string {
	out := ""
	for _, id := range sdk.SortedKeys(orders) {
		o := *orders[id]
		o.Lines, o.Payments = append([]view.Line{}, o.Lines...), append([]view.Payment{}, o.Payments...)
		if !marks {
			o.Pending, o.Rev, o.Number = false, 0, 0
			for i := range o.Lines {
				o.Lines[i].Pending, o.Lines[i].N = false, 0
			}
			for i := range o.Payments {
				o.Payments[i].Pending = false
			}
		}
		raw, _ := json.Marshal(o)
		out += string(raw) + "\n"
	}
	return out
}

// Tap after tap gives what a replay of all gives, and nothing that was handed
// out changes.
func TestExtendIsReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pending := drawPending(t)
		v := over(start(), nil)
		for i, w := range pending {
			handed := map[sdk.OrderID]*view.Order{}
			for id, o := range v.Orders() {
				handed[id] = o
			}
			before := text(handed, true)
			v.Extend(w)
			require.Equal(t, before, text(handed, true), "handed out orders were changed")
			require.Equal(t, text(over(start(), pending[:i+1]).Orders(), true), text(v.Orders(), true))
		}
	})
}

// fact is the change that a server makes of a mutation that fits: what the
// replay of it alone does to what is confirmed.
func fact(c view.Confirmed, w view.PendingMutation, seq sdk.Seq) sdk.Change {
	v := over(c, []view.PendingMutation{w})
	change := sdk.Change{Seq: seq, ClientID: "c1", ID: w.Mutation.ID, Orders: map[sdk.OrderID]sdk.OrderChange{}}
	for id, o := range v.Orders() {
		if !o.Pending {
			continue
		}
		was := c[id]
		if was == nil {
			was = &view.Order{}
		}
		delta := sdk.OrderChange{Rev: was.Rev + 1, Number: 9, Run: o.Run, State: o.State, Set: sdk.Fields{}, Lines: map[sdk.LineID]sdk.LineChange{}}
		for f := range was.Fields {
			delta.Set[f] = sdk.Null
		}
		for f, value := range o.Fields {
			delta.Set[f] = value
		}
		for _, line := range was.Lines {
			if o.Line(line.ID) == nil {
				delta.Lines[line.ID] = sdk.LineChange{N: line.N, Removed: true}
			}
		}
		for _, line := range o.Lines {
			set := sdk.Fields{}
			if old := was.Line(line.ID); old != nil {
				for f := range old.Fields {
					set[f] = sdk.Null
				}
			}
			for f, value := range line.Fields {
				set[f] = value
			}
			delta.Lines[line.ID] = sdk.LineChange{N: line.N, Set: set}
		}
		for _, p := range o.Payments {
			if p.Pending {
				delta.Payments = append(delta.Payments, p.Payment)
			}
		}
		change.Orders[id] = delta
	}
	return change
}

// When a mutation's own change comes and it leaves the queue, nothing that is
// shown moves.
func TestConfirmingNeverChangesTheView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, pending := start(), drawPending(t)
		v := over(c, pending)
		shown := text(v.Orders(), false)
		for i, w := range pending {
			touched := c.Absorb(fact(c, w, sdk.Seq(i+1)), true)
			v.Refresh(append(touched, w.Orders()...), view.Find(pending[i+1:]))
			require.Equal(t, shown, text(v.Orders(), false), "after %d", i+1)
			require.Equal(t, text(over(c, pending[i+1:]).Orders(), true), text(v.Orders(), true), "refresh of what was touched is a rebuild")
		}
	})
}

func TestMergeRules(t *testing.T) {
	line := func(ops ...sdk.Op) sdk.Fields {
		v := over(start(), []view.PendingMutation{{Mutation: sdk.Mutation{Ops: ops}}})
		fields := v.Order("o1").Line("l1").Fields
		delete(fields, sdk.FieldMSInfo)
		return fields
	}
	set := func(f sdk.Field, value sdk.Value) sdk.Op {
		return sdk.Op{Op: sdk.LineSet, Order: "o1", Line: "l1", Set: sdk.Fields{f: value}}
	}
	inc := func(f sdk.Field, by sdk.Value) sdk.Op {
		return sdk.Op{Op: sdk.LineInc, Order: "o1", Line: "l1", Field: f, By: by}
	}
	for _, test := range []struct {
		name  string
		ops   []sdk.Op
		field sdk.Field
		want  sdk.Value
	}{
		{"set overwrites", []sdk.Op{set("discount", "1"), set("discount", "2")}, "discount", "2"},
		{"null clears", []sdk.Op{set("discount", "1"), set("discount", "null")}, "discount", ""},
		{"inc adds exactly", []sdk.Op{inc("qty", "0.1"), inc("qty", "0.2")}, "qty", "1.3"},
		{"inc of no counter is left out", []sdk.Op{set("discount", "1"), inc("discount", "1")}, "discount", "1"},
		{"first keeps", []sdk.Op{set("product_id", "99")}, "product_id", "50"},
		{"union adds", []sdk.Op{set("allergens", `["a"]`), set("allergens", `["b","a"]`)}, "allergens", `["a","b"]`},
		{"union of null clears", []sdk.Op{set("allergens", `["a"]`), set("allergens", "null")}, "allergens", ""},
		{"an unknown field is last", []sdk.Op{set("vendor", `"x"`)}, "vendor", `"x"`},
		{"ms_info is the server's", []sdk.Op{set(sdk.FieldMSInfo, `"x"`)}, sdk.FieldMSInfo, ""},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, line(test.ops...)[test.field]) })
	}
}

func TestPaymentOfAClosedOrderIsKept(t *testing.T) {
	pay := sdk.Op{Op: sdk.OrderPay, Order: "o1", Payment: &sdk.Payment{ID: "p1", Method: "cash", Amount: "5"}}
	v := over(start(), []view.PendingMutation{{Mutation: sdk.Mutation{Ops: []sdk.Op{
		{Op: sdk.OrderClose, Order: "o1", State: sdk.Cancelled},
		pay, pay,
		{Op: sdk.LineAdd, Order: "o1", Line: "l9"},
	}}}})
	o := v.Order("o1")
	require.Len(t, o.Payments, 1)
	require.Equal(t, sdk.NeedsRefund, o.Payments[0].Needs)
	require.Equal(t, "5", o.Paid().String())
	require.Nil(t, o.Line("l9"))
}

func TestAttribution(t *testing.T) {
	v := over(start(), []view.PendingMutation{{Mutation: sdk.Mutation{User: &sdk.User{ID: "8", Name: "Bo"}, Ops: []sdk.Op{
		{Op: sdk.LineAdd, Order: "o1", Line: "l9", Set: sdk.Fields{}},
	}}}})
	info := v.Order("o1").Line("l9").Fields.MSInfo()
	require.Equal(t, "Bo", info.Changed.User.Name)
	require.EqualValues(t, "bar", info.Created.POS.ID)
	require.True(t, v.Order("o1").Line("l9").Pending)
	require.False(t, v.Order("o1").Line("l1").Pending)
}

func benchmarkOrder(lines int) view.Confirmed {
	o := sdk.Order{ID: "o1", Number: 1, State: sdk.Open, Fields: sdk.Fields{}}
	for i := range lines {
		o.Lines = append(o.Lines, sdk.Line{ID: sdk.LineID(fmt.Sprintf("line-%d", i)), N: i + 1, Fields: sdk.Fields{
			"product_id": "50", "qty": "1", "price_unit": "4.8", "description": `"Coffee"`,
		}})
	}
	return view.Confirmed{"o1": view.Of(o)}
}

func BenchmarkTap(b *testing.B) {
	for _, lines := range []int{1, 500} {
		b.Run(fmt.Sprintf("lines=%d", lines), func(b *testing.B) {
			v := over(benchmarkOrder(lines), nil)
			last := sdk.LineID(fmt.Sprintf("line-%d", lines-1))
			w := view.PendingMutation{Mutation: sdk.Mutation{Ops: []sdk.Op{{Op: sdk.LineInc, Order: "o1", Line: last, Field: "qty", By: "1"}}}}
			b.ReportAllocs()
			for b.Loop() {
				v.Extend(w)
			}
		})
	}
}

func BenchmarkRefresh(b *testing.B) {
	for _, size := range []struct{ lines, pending int }{{1, 1}, {500, 1}, {500, 500}} {
		b.Run(fmt.Sprintf("lines=%d/queue=%d", size.lines, size.pending), func(b *testing.B) {
			var pending []view.PendingMutation
			for i := range size.pending {
				line := sdk.LineID(fmt.Sprintf("line-%d", i%size.lines))
				pending = append(pending, view.PendingMutation{Mutation: sdk.Mutation{Ops: []sdk.Op{{Op: sdk.LineInc, Order: "o1", Line: line, Field: "qty", By: "1"}}}})
			}
			v, found := over(benchmarkOrder(size.lines), pending), view.Find(pending)
			b.ReportAllocs()
			for b.Loop() {
				v.Refresh([]sdk.OrderID{"o1"}, found)
			}
		})
	}
}
